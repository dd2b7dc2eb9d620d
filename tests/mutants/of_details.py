"""Mistakes of one detail each, which an outsider's wrong providers made: octets, headers, limits, decoys."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fake_provider.account import messages, numbers, parse, pricing
from fake_provider.adapters import outbox
from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.message import Message
from fake_provider.domain.webhook import Webhook
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.operations import caller, delivery, search, sms
from fake_provider.ports import Declined
from fake_provider.sms import parse as sms_parse
from fake_provider.sms import parts, receipt, signing
from fake_provider.sms import status as statuses
from fake_provider.sms.render import amount

from .mutant import (
    API,
    SMS,
    SMS_JSON,
    Mutant,
    Replacement,
    Seam,
    answered,
    asked,
    header,
    instead,
    store,
    value,
    with_header,
    written,
)
from .of_sms_answers import Part, answering


def _ascii_alone(wire: WireRequest) -> WireRequest:
    """Read nothing of a JSON body that is not of ASCII alone."""
    is_json = "json" in (wire.header("content-type") or "")
    return replace(wire, body=b"") if is_json and not wire.body.isascii() else wire


def _as_html(usual: Replacement, *rest: Any) -> Mapping[str, str]:
    given = dict(usual(*rest))
    return given | {"text": html.unescape(given["text"])} if "text" in given else given


def _is_refused(answer: WireResponse) -> bool:
    if answer.status >= 400:
        return True
    found = re.search(rb'status(?:": "|>)(\d+)', answer.body)
    return found is not None and found[1] != b"0"


def _refused(path: str, change: Callable[[WireResponse], WireResponse]) -> Seam:
    """Answer otherwise where the answer is a refusal."""
    return answered(path, lambda _, answer: change(answer) if _is_refused(answer) else answer)


def _http_429(answer: WireResponse) -> WireResponse:
    return replace(answer, status=429) if b"Throughput Rate Exceeded" in answer.body else answer


def _without_case(usual: Replacement, request: Any, given: Mapping[str, str], ports: Any) -> Any:
    account = ports.store.account_by_key(given.get("api_key", ""))
    if account is not None and given.get("api_secret", "").lower() == account.api_secret.lower():
        return account
    return usual(request, given, ports)


def _by_api_secret(usual: Replacement, given: Mapping[str, str], ports: Any) -> Any:
    account = ports.store.account_by_key(given.get("api_key", ""))
    if account is not None and signing.verifies(given, account.api_secret, account.signature_method):
        return account
    return usual(given, ports)


def _sorted_from_the_second(made: list[Part]) -> list[Part]:
    return [made[0], *(sorted(part) for part in made[1:])]


def _short_references(made: list[Part]) -> list[Part]:
    return [[(name, text[:20] if name == "client-ref" else text) for name, text in part] for part in made]


def _latin_1(_: WireRequest, answer: WireResponse) -> WireResponse:
    text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), answer.body.decode())
    return replace(answer, body=text.encode("latin-1", "replace"))


def _counted(by: Callable[[str], int]) -> Seam:
    """Count so many septets more for a text."""
    return instead(parts, "septets", lambda usual, text: usual(text) + by(text))


def _more_than_the_price(usual: Replacement, held: MemoryStore, message: Message) -> Any:
    account = held.account(message.account or "")
    if account is not None and account.balance == message.total_price:
        return Declined(balance=account.balance)
    return usual(held, message)


def _accepts(*accepted: int) -> Seam:
    """Push no more after these HTTP statuses."""

    def push(usual: Replacement, webhook: Webhook, ports: Any) -> Any:
        attempt, again = usual(webhook, ports)
        return attempt, None if attempt.http_status in accepted else again

    return instead(delivery, "push", push)


def _price_of_all(usual: Replacement, message: Message, *rest: Any) -> Any:
    return usual(replace(message, price=message.price * len(message.parts)), *rest)


def _form_in_latin_1(usual: Replacement, webhook: Webhook, parameters: Any) -> Any:
    call = usual(webhook, parameters)
    if webhook.method != "POST":
        return call
    return replace(call, body=urlencode(parameters, encoding="latin-1", errors="replace").encode())


def _pretty(usual: Replacement, webhook: Webhook, parameters: Any) -> Any:
    call = usual(webhook, parameters)
    if webhook.method != "POST-JSON":
        return call
    return replace(call, body=json.dumps(json.loads(call.body), indent=2).encode())


def _receipts_alone(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    return webhook.parameters if webhook.kind == "inbound" else usual(webhook, *rest)


def _found(change: Callable[[Message, dict[str, Any]], dict[str, Any]]) -> Seam:
    """Tell other members of a message that was sent."""
    return instead(
        messages,
        "outbound",
        lambda usual, message, part, **named: change(message, usual(message, part, **named)),
    )


def _in_seconds(usual: Replacement, *rest: Any) -> Any:
    members = usual(*rest)
    return {**members, "latency": round(members["latency"] / 1000)}


def _by_prefix(usual: Replacement, self: Any, to: str, day: Any) -> Any:
    every = {one.to for one in self._messages(day, None) if one.to.startswith(to)}
    return [found for one in every for found in usual(self, one, day)]


def _by_ending(usual: Replacement, self: Any, to: str, day: Any) -> Any:
    every = {one.to for one in self._messages(day, None) if one.to.endswith(to)}
    return [found for one in every for found in usual(self, one, day)]


MUTANTS = (
    # Sending an SMS
    Mutant(
        "json-in-ascii-alone",
        "Wants every character beyond ASCII escaped in a JSON body.",
        clauses=("SMS-REQ-05",),
        seam=asked(SMS_JSON, _ascii_alone),
    ),
    Mutant(
        "text-unescaped-as-html",
        "Reads the entities of HTML in a text.",
        clauses=("SMS-REQ-10",),
        seam=instead(sms, "parameters", _as_html),
    ),
    Mutant(
        "ttl-from-ten-seconds",
        "Takes a ttl of ten seconds.",
        clauses=("SMS-TYPE-09",),
        seam=value(sms_parse, "_TTL_MILLISECONDS", range(10_000, 604_800_001)),
    ),
    Mutant(
        "currency-sign-counts-two",
        "Leaves ¤ out of the basic table.",
        clauses=("SMS-PART-05",),
        seam=_counted(lambda text: text.count("¤")),
    ),
    Mutant(
        "carriage-return-counts-none",
        "Counts a line end of two characters as one.",
        clauses=("SMS-PART-05",),
        seam=_counted(lambda text: -text.count("\r")),
    ),
    Mutant(
        "form-feed-counts-one",
        "Leaves the form feed out of the extension table.",
        clauses=("SMS-PART-03",),
        seam=_counted(lambda text: -text.count("\f")),
    ),
    # Its answer
    Mutant(
        "refused-sms-is-html",
        "Calls the answer to a refused SMS text/html.",
        clauses=("SMS-OK-13", "SMS-XML-06"),
        seam=_refused(SMS, lambda answer: with_header(answer, "Content-Type", "text/html")),
    ),
    Mutant(
        "no-trace-id-on-refused-sms",
        "Gives a refused SMS no X-Nexmo-Trace-Id.",
        clauses=("SMS-OK-15",),
        seam=_refused(SMS, lambda answer: with_header(answer, "X-Nexmo-Trace-Id", None)),
    ),
    Mutant(
        "sms-may-be-framed",
        "Sends no X-Frame-Options with the answer to an SMS.",
        clauses=("SMS-OK-18",),
        seam=header("X-Frame-Options", None, path=SMS),
    ),
    Mutant(
        "sms-never-cached",
        "Answers an SMS with Cache-Control: no-store.",
        clauses=("SMS-OK-18",),
        seam=header("Cache-Control", "no-store", path=SMS),
    ),
    Mutant(
        "json-is-no-download",
        "Sends no Content-Disposition.",
        clauses=("SMS-OK-19",),
        seam=header("Content-Disposition", None, path=SMS),
    ),
    Mutant(
        "keys-sorted-from-the-second-part",
        "Orders the keys of the first part alone.",
        clauses=("SMS-OK-01", "SMS-XML-01"),
        seam=answering(_sorted_from_the_second),
    ),
    Mutant(
        "client-ref-of-twenty",
        "Cuts client-ref after 20 characters.",
        clauses=("SMS-OK-09", "SMS-XML-03"),
        seam=answering(_short_references),
    ),
    Mutant(
        "answers-in-latin-1",
        "Writes answers to SMS in ISO-8859-1.",
        clauses=("SMS-OK-09", "SMS-XML-03"),
        seam=answered(SMS, _latin_1),
    ),
    Mutant(
        "too-fast-is-429",
        "Answers who is too fast with HTTP 429.",
        clauses=("SMS-ERR-01",),
        seam=answered(SMS, lambda _, answer: _http_429(answer)),
    ),
    Mutant(
        "wait-in-seconds",
        "Says in seconds how long to wait.",
        clauses=("SMS-ERR-26",),
        seam=instead(statuses, "throttled", lambda usual, seconds: usual(seconds / 1000)),
    ),
    Mutant(
        "exact-balance-is-too-little",
        "Refuses an SMS that costs all of the balance.",
        clauses=("SMS-ERR-14",),
        seam=store("accept", _more_than_the_price),
    ),
    # Credentials
    Mutant(
        "secret-without-case",
        "Compares api_secret without case.",
        clauses=("SMS-ERR-18", "KEY-03"),
        seam=instead(caller, "_by_secret", _without_case),
    ),
    Mutant(
        "api-secret-signs",
        "Takes a sig that is made with api_secret.",
        clauses=("SMS-SIG-04", "SMS-SIG-08"),
        seam=instead(caller, "_by_signature", _by_api_secret),
    ),
    Mutant(
        "any-method-signs",
        "Verifies sig by every method, whatever the account is set to.",
        clauses=("SMS-SIG-02", "SMS-SIG-08"),
        seam=instead(signing, "verifies", lambda usual, given, secret, _: usual(given, secret, None)),
    ),
    # Webhooks
    Mutant(
        "redirect-accepts",
        "Takes a 302 for an acceptance.",
        clauses=("DLR-14",),
        seam=_accepts(302),
    ),
    Mutant(
        "client-error-ends-retries",
        "Gives up after a 404.",
        clauses=("DLR-14",),
        seam=_accepts(400, 404, 410),
    ),
    Mutant(
        "receipt-price-of-all-parts",
        "Tells the price of the whole SMS in each receipt.",
        clauses=("DLR-05",),
        seam=instead(receipt, "receipt_parameters", _price_of_all),
    ),
    Mutant(
        "form-in-latin-1",
        "Pushes a form in ISO-8859-1.",
        clauses=("DLR-12",),
        seam=instead(outbox, "_call", _form_in_latin_1),
    ),
    Mutant(
        "pushed-json-is-pretty",
        "Pushes JSON with line ends and indentation.",
        clauses=("DLR-11",),
        seam=instead(outbox, "_call", _pretty),
    ),
    Mutant(
        "inbound-not-signed",
        "Signs receipts, and no inbound SMS.",
        clauses=("MO-13",),
        seam=instead(receipt, "signed", _receipts_alone),
    ),
    Mutant(
        "scts-of-new-york",
        "Writes scts in a time zone that is behind UTC.",
        clauses=("DLR-07",),
        seam=instead(receipt, "scts", lambda usual, moment: usual(moment - 5 * 3600)),
    ),
    # Account, pricing and numbers
    Mutant(
        "refused-call-is-plain-text",
        "Calls a refusal of the account and number endpoints text/plain.",
        clauses=("KEY-03", "SET-07", "SET-08", "NUM-12"),
        seam=_refused(API, lambda answer: with_header(answer, "Content-Type", "text/plain")),
    ),
    Mutant(
        "no-trace-id-at-accounts",
        "Sends X-Nexmo-Trace-Id with SMS alone.",
        clauses=("ACC-11",),
        seam=header("X-Nexmo-Trace-Id", None, path=API),
    ),
    Mutant(
        "accounts-may-be-framed",
        "Sends X-Frame-Options with SMS alone.",
        clauses=("ACC-12",),
        seam=header("X-Frame-Options", None, path=API),
    ),
    Mutant(
        "balance-not-standalone",
        "Leaves standalone out of the declaration of XML.",
        clauses=("ACC-13",),
        seam=written(' standalone="yes"', "", path="/account/get-balance/?"),
    ),
    Mutant(
        "one-country-for-a-prefix",
        "Tells one of the countries that share a prefix.",
        clauses=("PRICE-03",),
        seam=instead(pricing, "of_prefix", lambda usual, found, shape: usual(found[:1], shape)),
    ),
    Mutant(
        "pattern-anywhere-by-default",
        "Finds a pattern anywhere where search_pattern is 0 or absent.",
        clauses=("NUM-08",),
        seam=value(parse, "_STRATEGIES", {**parse._STRATEGIES, "0": str.__contains__}),
    ),
    Mutant(
        "pages-of-fifty-at-most",
        "Has no more than 50 numbers to a page.",
        clauses=("NUM-15",),
        seam=value(parse, "_MAX_SIZE", 50),
    ),
    Mutant(
        "pages-of-any-size",
        "Has as many numbers to a page as were asked.",
        clauses=("NUM-15",),
        seam=value(parse, "_MAX_SIZE", 100_000),
    ),
    Mutant(
        "count-of-the-page",
        "Counts the numbers of the page.",
        clauses=("NUM-15",),
        seam=instead(numbers, "owned", lambda usual, found, **_: usual(found, count=len(found))),
    ),
    # Search
    Mutant(
        "account-id-is-the-email",
        "Tells the e-mail address as account-id.",
        clauses=("SEARCH-01",),
        seam=_found(lambda message, found: {**found, "account-id": message.account}),
    ),
    Mutant(
        "search-price-of-another-tariff",
        "Tells another price than the answer did.",
        clauses=("SEARCH-01",),
        seam=_found(lambda message, found: {**found, "price": amount(message.price + Decimal("0.001"))}),
    ),
    Mutant(
        "search-price-of-all-parts",
        "Tells the price of the whole SMS with each part.",
        clauses=("SEARCH-05",),
        seam=_found(lambda message, found: {**found, "price": amount(message.total_price)}),
    ),
    Mutant(
        "buffered-closes",
        "Closes a message with the first receipt, though it is no final one.",
        clauses=("SEARCH-02", "SEARCH-06"),
        seam=value(
            search,
            "FINAL_STATUSES",
            {"buffered": "UNKNOWN", "accepted": "UNKNOWN", **receipt.FINAL_STATUSES},
        ),
    ),
    Mutant(
        "latency-in-seconds",
        "Tells latency in seconds.",
        clauses=("SEARCH-02",),
        seam=instead(messages, "_closed", _in_seconds),
    ),
    Mutant(
        "recipients-by-prefix",
        "Finds every recipient that begins as was asked.",
        clauses=("SEARCH-11",),
        seam=instead(search._Archive, "to", _by_prefix),
    ),
    Mutant(
        "recipients-by-ending",
        "Finds every recipient that ends as was asked.",
        clauses=("SEARCH-11",),
        seam=instead(search._Archive, "to", _by_ending),
    ),
    Mutant(
        "rejections-of-all-recipients",
        "Does not look at the recipient where rejections are asked for.",
        clauses=("SEARCH-13",),
        seam=instead(search._Archive, "refused", lambda usual, self, day, to: usual(self, day, None)),
    ),
)
