"""Mistakes of ``/sms/json`` and ``/sms/xml``: what is accepted, how it is answered, parts, prices, and whose money it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.message import Message
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth.protocol import form_pairs
from fake_provider.operations import caller, sms
from fake_provider.ports import Charged, Declined
from fake_provider.sms import gsm0338, parse, parts, pricing, render, signing
from fake_provider.sms import status as statuses
from fake_provider.sms.parts import Alphabet
from fake_provider.sms.render import Refused
from fake_provider.sms.status import Problem

from .mutant import (
    SMS,
    SMS_JSON,
    SMS_XML,
    Mutant,
    Replacement,
    Seam,
    answered,
    asked,
    both,
    header,
    instead,
    member,
    method,
    policy,
    store,
    value,
    written,
)

Part = list[tuple[str, str]]


def _parts(change: Callable[[list[Part]], list[Part]], *, path: str = SMS) -> Seam:
    """Answer with other parts: names as in JSON, values that are texts."""

    def answer(usual: Replacement, made: Iterable[Part], answer_format: str, *rest: Any, **named: Any) -> Any:
        asked_for = re.fullmatch(path, f"/sms/{answer_format}") is not None
        wrong = change([list(one) for one in made]) if asked_for else made
        return usual(wrong, answer_format, *rest, **named)

    return instead(render, "_answer", answer)


def _each(change: Callable[[Part], Part], *, path: str = SMS) -> Seam:
    return _parts(lambda made: [change(part) for part in made], path=path)


def _value_of(name: str, change: Callable[[str], str]) -> Seam:
    return _each(lambda part: [(key, change(text) if key == name else text) for key, text in part])


def _without(*names: str) -> Seam:
    return _each(lambda part: [pair for pair in part if pair[0] not in names])


def _renamed(name: str, wrong: str, *, path: str = SMS_JSON) -> Seam:
    return _each(lambda part: [(wrong if key == name else key, text) for key, text in part], path=path)


def _two_decimals(text: str) -> str:
    return f"{Decimal(text):.2f}"


def _same_balance(made: list[Part]) -> list[Part]:
    last = dict(made[-1]).get("remaining-balance", "")
    return [[(name, last if name == "remaining-balance" else text) for name, text in part] for part in made]


def _same_id(made: list[Part]) -> list[Part]:
    first = dict(made[0]).get("message-id", "")
    return [[(name, first if name == "message-id" else text) for name, text in part] for part in made]


def _ref_in_front(part: Part) -> Part:
    return sorted(part, key=lambda pair: not pair[0].endswith("-ref"))


def _status_in_front(part: Part) -> Part:
    """As the documentation prints it."""
    return sorted(part, key=lambda pair: pair[0] != "status")


def _empty_ref(part: Part) -> Part:
    return (
        part if dict(part).get("status") != "0" or "client-ref" in dict(part) else [*part, ("client-ref", "")]
    )


def _error_text_beside_success(part: Part) -> Part:
    return [*part, ("error-text", "")] if "error-text" not in dict(part) else part


def _to_in_errors(usual: Replacement, refusal: Refused) -> Part:
    made: Part = usual(refusal)
    return made if dict(made).get("to") else [("to", refusal.to), *made]


def _text_alone(usual: Replacement, refusal: Refused) -> Part:
    return [pair for pair in usual(refusal) if pair[0] in ("status", "error-text")]


def _numbers(*names: str) -> Seam:
    """Write JSON numbers where texts are expected."""
    return written(rf'"({"|".join(names)})": "([0-9.]+)"', r'"\1": \2', path=SMS_JSON)


def _compact(wire: WireRequest, answer: WireResponse) -> WireResponse:
    try:
        return replace(answer, body=json.dumps(json.loads(answer.body), separators=(",", ":")).encode())
    except ValueError:
        return answer


def _bare(wire: WireRequest, answer: WireResponse) -> WireResponse:
    """Leave out what is around the messages."""
    try:
        return replace(answer, body=json.dumps(json.loads(answer.body)["messages"]).encode())
    except (ValueError, KeyError):
        return answer


def _single(wire: WireRequest, answer: WireResponse) -> WireResponse:
    """Answer an object in the place of a list of one."""
    try:
        members = json.loads(answer.body)
    except ValueError:
        return answer
    if len(members["messages"]) == 1:
        members["messages"] = members["messages"][0]
    return replace(answer, body=json.dumps(members).encode())


def _as_http(*codes: str) -> Seam:
    """Answer these statuses with HTTP 400."""

    def change(wire: WireRequest, answer: WireResponse) -> WireResponse:
        found = re.search(rb'status(?:": "|>)(\d+)', answer.body)
        return replace(answer, status=400) if found and found[1].decode() in codes else answer

    return answered(SMS, change)


def _by_accept(wire: WireRequest) -> WireRequest:
    wants_xml = "xml" in (wire.header("accept") or "")
    return replace(wire, target=wire.target.replace("/sms/json", "/sms/xml")) if wants_xml else wire


def _unescaped(wire: WireRequest, answer: WireResponse) -> WireResponse:
    text = answer.body.decode().replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return replace(answer, body=text.encode())


def _double_quoted(wire: WireRequest, answer: WireResponse) -> WireResponse:
    first, line_end, rest = answer.body.decode().partition("\n")
    head = first.replace("'", '"').replace(" ?>", "?>")
    return replace(answer, body=f"{head}{line_end}{rest}".encode())


# What is accepted


def _unchecked(*names: str) -> Seam:
    """Leave checks of a submission out."""
    checks = {getattr(parse, name) for name in names}
    return both(
        value(parse, "_CHECKS", tuple(one for one in parse._CHECKS if one not in checks)),
        value(parse, "_COMMON_CHECKS", tuple(one for one in parse._COMMON_CHECKS if one not in checks)),
    )


def _checked_first(name: str) -> Seam:
    """Make one check of a submission before all others."""
    first = getattr(parse, name)
    return both(
        *(
            value(parse, table, (first, *(one for one in getattr(parse, table) if one is not first)))
            for table in ("_CHECKS", "_COMMON_CHECKS")
        )
    )


def _given(change: Callable[[dict[str, str]], Mapping[str, str]]) -> Seam:
    """Read other parameters than came."""
    return instead(sms, "parameters", lambda usual, *rest: dict(change(usual(*rest))))


def _texts(number: int, text: str) -> Seam:
    return member(statuses.TEXTS, number, text)


def _nowhere(usual: Replacement, to: str) -> Any:
    return usual(to) or pricing.ELSEWHERE


def _any_country(usual: Replacement, to: str) -> Any:
    return usual(to.lstrip("0"))


def _recipients(is_one: Callable[[str], bool]) -> Seam:
    def judged(asked: Any) -> Problem | None:
        return None if is_one(asked.to) else statuses.problem(statuses.INVALID_PARAMS)

    usual = parse._recipient_is_numeric
    return both(
        *(
            value(parse, table, tuple(judged if one is usual else one for one in getattr(parse, table)))
            for table in ("_CHECKS", "_COMMON_CHECKS")
        )
    )


def _json_texts_alone(usual: Replacement, pairs: Any, *, json_body: bytes = b"") -> dict[str, str]:
    given: dict[str, str] = usual(pairs, json_body=json_body)
    if json_body:
        for name, text in json.loads(json_body).items():
            if not isinstance(text, str):
                given.pop(name, None)
    return given


def _unknown_refused() -> Seam:
    """Refuse a submission that has a parameter which no document names."""

    def judged(usual: Replacement, given: Mapping[str, str], *, tolerant: bool) -> Any:
        if parse.KNOWN.issuperset(given):
            return usual(given, tolerant=tolerant)
        return statuses.problem(statuses.INVALID_PARAMS, statuses.INVALID_PARAMS_LABEL)

    return instead(parse, "submission", judged)


def _form_alone(usual: Replacement, request: Any, answer_format: str) -> Any:
    if request.wire.method == "POST":
        request = replace(request, message=form_pairs(request.wire) if request.has_form else [])
    return usual(request, answer_format)


# Parts


def _boundaries(**lengths: tuple[int, int]) -> Seam:
    """Give alphabets other lengths: of a single part, and of each of several."""
    wrong = {name: Alphabet(name, single, several) for name, (single, several) in lengths.items()}
    return both(
        *(
            member(parts.BY_TYPE, kind, wrong[usual.name])
            for kind, usual in parts.BY_TYPE.items()
            if usual.name in wrong
        )
    )


def _cut_anywhere(text: str, size: int) -> Iterable[str]:
    units = [
        one
        for character in text
        for one in ([character, ""] if character in gsm0338.EXTENSION else [character])
    ]
    return ["".join(units[start : start + size]) for start in range(0, len(units), size)]


def _cut_units(text: str, size: int) -> Iterable[str]:
    data = text.encode("utf-16-le")
    pieces = [data[start : start + 2 * size] for start in range(0, len(data), 2 * size)]
    return [piece.decode("utf-16-le", "replace") for piece in pieces]


def _by_characters(usual: Replacement, text: str, alphabet: Alphabet) -> tuple[str, ...]:
    if alphabet.name == "gsm7" and gsm0338.foreign(text):
        alphabet = parts.UCS2
    return usual(text, alphabet)  # type: ignore[no-any-return]


def _gsm_where_it_fits(usual: Replacement, text: str, alphabet: Alphabet) -> tuple[str, ...]:
    if alphabet.name == "ucs2" and not gsm0338.foreign(text):
        alphabet = parts.GSM7
    return usual(text, alphabet)  # type: ignore[no-any-return]


# Money


def _charging(price: Callable[[Message], Decimal]) -> Seam:
    """Charge something else than each part's price."""

    def accept(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
        made: Charged | Declined = usual(held, message)
        if isinstance(made, Charged):
            off = message.total_price - price(message)
            held.change_account(
                message.account or "", lambda account: replace(account, balance=account.balance + off)
            )
        return made

    return store("accept", accept)


def _refusals_are_charged(usual: Replacement, held: MemoryStore, message: Message) -> int:
    if message.account:
        held.change_account(message.account, lambda account: account.charged(Decimal("0.03330000")))
    return usual(held, message)  # type: ignore[no-any-return]


def _on_credit(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
    email = (message.account or "").lower()
    before = held._accounts[email]
    held._accounts[email] = replace(before, balance=before.balance + 1000)
    made: Charged | Declined = usual(held, message)
    held._accounts[email] = replace(held._accounts[email], balance=held._accounts[email].balance - 1000)
    return replace(made, balance_before=before.balance) if isinstance(made, Charged) else made


def _paid_by_the_first(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
    return usual(held, replace(message, account=held.accounts()[0].email))  # type: ignore[no-any-return]


# Credentials of an account


def _key_checked(is_right: Callable[[str, str], bool]) -> Seam:
    def by_secret(usual: Replacement, request: Any, given: Mapping[str, str], ports: Any) -> Any:
        account = ports.store.account_by_key(given.get("api_key", ""))
        if account is not None and is_right(given.get("api_secret", ""), account.api_secret):
            return account
        return usual(request, given, ports)

    return instead(caller, "_by_secret", by_secret)


def _no_old_names(usual: Replacement, request: Any, given: Mapping[str, str], ports: Any) -> Any:
    return usual(
        request, {name: text for name, text in given.items() if name not in ("username", "password")}, ports
    )


def _key_goes_first(usual: Replacement, request: Any, given: Mapping[str, str], *rest: Any) -> Any:
    return usual(replace(request, attempted=False) if "api_key" in given else request, given, *rest)


def _oauth_needs_parameters(usual: Replacement, request: Any, *rest: Any) -> Any:
    return usual(replace(request, attempted=bool(request.oauth)), *rest)


def _signature_any_time(usual: Replacement, given: Mapping[str, str], ports: Any) -> Any:
    account = ports.store.account_by_key(given.get("api_key", ""))
    secret = account.signature_secret if account and not given.get("api_secret") else None
    if secret and signing.verifies(given, secret, account.signature_method):
        return account
    return usual(given, ports)


def _secret_beside_is_fine(usual: Replacement, given: Mapping[str, str], ports: Any) -> Any:
    return usual({name: text for name, text in given.items() if name != "api_secret"}, ports)


def _not_underscored(usual: Replacement, parameters: Any, secret: str, method: str) -> str:
    pairs = sorted(pair for pair in parameters if pair[0] != "sig")
    text = "".join(f"&{name}={given}" for name, given in pairs)
    return signing.METHODS[method](text.encode(), secret.encode())


MUTANTS = (
    # An answer in JSON
    Mutant(
        "status-is-a-number",
        "Writes status as a JSON number.",
        clauses=("SMS-OK-03",),
        seam=_numbers("status"),
    ),
    Mutant(
        "count-is-a-number",
        "Writes message-count as a JSON number.",
        clauses=("SMS-OK-02",),
        seam=_numbers("message-count"),
    ),
    Mutant(
        "amounts-are-numbers",
        "Writes price and balance as JSON numbers.",
        clauses=("SMS-OK-04",),
        seam=_numbers("message-price", "remaining-balance"),
    ),
    Mutant(
        "amounts-of-two-decimals",
        "Writes prices as the documentation prints them, with two decimals.",
        clauses=("SMS-OK-04",),
        seam=_value_of("message-price", _two_decimals),
    ),
    Mutant(
        "balance-of-two-decimals",
        "Writes the balance with two decimals.",
        clauses=("SMS-OK-04",),
        seam=_value_of("remaining-balance", _two_decimals),
    ),
    Mutant(
        "ids-in-lower-case",
        "Issues message ids in lower-case hexadecimal.",
        clauses=("SMS-OK-05",),
        seam=_value_of("message-id", str.lower),
    ),
    Mutant(
        "ids-are-uuids",
        "Issues UUIDs as message ids.",
        clauses=("SMS-OK-05",),
        seam=_value_of(
            "message-id", lambda text: f"{text[:8]}-{text[8:12]}-4000-8000-{text[12:]}00000000".lower()
        ),
    ),
    Mutant(
        "one-id-for-all-parts",
        "Gives all parts of a message the same id.",
        clauses=("SMS-PART-12",),
        seam=_parts(_same_id),
    ),
    Mutant(
        "camel-case-names",
        "Writes messageId in JSON as in XML.",
        clauses=("SMS-OK-01",),
        seam=_renamed("message-id", "messageId"),
    ),
    Mutant(
        "underscored-names",
        "Writes error_text.",
        clauses=("SMS-ERR-06",),
        seam=_renamed("error-text", "error_text"),
    ),
    Mutant(
        "status-in-front",
        "Orders the keys as the documentation prints them.",
        clauses=("SMS-OK-01",),
        seam=_each(_status_in_front),
    ),
    Mutant(
        "no-network",
        "Does not say which network it is.",
        clauses=(
            "SMS-OK-01",
            "SMS-OK-07",
        ),
        seam=_without("network"),
    ),
    Mutant(
        "network-is-a-name",
        "Names the network in words.",
        clauses=("SMS-OK-07",),
        seam=_value_of("network", lambda _: "O2 UK"),
    ),
    Mutant(
        "recipient-with-plus",
        "Writes the recipient with a plus sign in front.",
        clauses=("SMS-OK-16",),
        seam=_value_of("to", lambda text: f"+{text}"),
    ),
    Mutant(
        "client-ref-forgotten",
        "Does not echo client-ref.",
        clauses=("SMS-OK-09",),
        seam=_without("client-ref"),
    ),
    Mutant(
        "account-ref-forgotten",
        "Does not echo account-ref.",
        clauses=("SMS-OK-10",),
        seam=_without("account-ref"),
    ),
    Mutant(
        "client-ref-in-front",
        "Echoes references before everything else.",
        clauses=("SMS-OK-11",),
        seam=_each(_ref_in_front),
    ),
    Mutant(
        "client-ref-empty",
        "Writes an empty client-ref where none was sent.",
        clauses=("SMS-OK-12",),
        seam=_each(_empty_ref),
    ),
    Mutant(
        "client-ref-cut",
        "Echoes the first 8 characters of client-ref.",
        clauses=("SMS-OK-09",),
        seam=_value_of("client-ref", lambda text: text[:8]),
    ),
    Mutant(
        "error-text-always",
        "Writes an empty error-text beside a success.",
        clauses=("SMS-OK-12",),
        seam=_each(_error_text_beside_success),
    ),
    Mutant(
        "messages-without-count",
        "Answers the list of messages alone.",
        clauses=("SMS-OK-02",),
        seam=answered(SMS_JSON, _bare),
    ),
    Mutant(
        "one-message-without-list",
        "Answers an object in place of a list of one.",
        clauses=("SMS-OK-01",),
        seam=answered(SMS_JSON, _single),
    ),
    Mutant(
        "compact-json",
        "Writes JSON without its layout.",
        clauses=(
            "SMS-OK-14",
            "SMS-ERR-09",
        ),
        seam=answered(SMS_JSON, _compact),
    ),
    Mutant(
        "json-as-html",
        "Calls JSON text/html.",
        clauses=("SMS-OK-13",),
        seam=header("Content-Type", "text/html", path=SMS_JSON),
    ),
    Mutant(
        "no-content-type",
        "Sends no content type.",
        clauses=(
            "SMS-OK-13",
            "SMS-XML-06",
        ),
        seam=header("Content-Type", None, path=SMS),
    ),
    Mutant(
        "accept-chooses",
        "Answers in XML where Accept asks for it.",
        clauses=("SMS-REQ-19",),
        seam=asked(SMS_JSON, _by_accept),
    ),
    Mutant(
        "put-is-405", "Answers PUT with 405.", clauses=("SMS-REQ-17",), seam=method(405, of="PUT", path=SMS)
    ),
    Mutant(
        "head-is-405",
        "Answers HEAD with 405.",
        clauses=("SMS-REQ-16",),
        seam=method(405, of="HEAD", path=SMS),
    ),
    Mutant(
        "any-format",
        "Answers every path below /sms/ in JSON.",
        clauses=("SMS-REQ-18",),
        seam=asked("/sms/yaml", lambda wire: replace(wire, target=wire.target.replace("yaml", "json"))),
    ),
    # An answer in XML
    Mutant(
        "xml-names-hyphenated",
        "Writes message-id in XML as in JSON.",
        clauses=("SMS-XML-01",),
        seam=value(render, "_XML_NAMES", {}),
    ),
    Mutant(
        "xml-root-of-its-own",
        "Calls the root of XML response.",
        clauses=("SMS-XML-01",),
        seam=written("mt-submission-response", "response", path=SMS_XML),
    ),
    Mutant(
        "xml-not-escaped",
        "Writes texts into XML without escaping them.",
        clauses=("SMS-XML-03",),
        seam=answered(SMS_XML, _unescaped),
    ),
    Mutant(
        "xml-double-quotes",
        "Writes the XML declaration as everybody does.",
        clauses=("SMS-XML-04",),
        seam=answered(SMS_XML, _double_quoted),
    ),
    Mutant(
        "xml-count-as-element",
        "Writes count as an element.",
        clauses=("SMS-XML-05",),
        seam=written(r"<messages count='(\d+)'>", r"<count>\1</count><messages>", path=SMS_XML),
    ),
    Mutant(
        "xml-count-is-one",
        "Counts one message in XML, however many there are.",
        clauses=("SMS-XML-07",),
        seam=written(r"count='\d+'", "count='1'", path=SMS_XML),
    ),
    Mutant(
        "xml-as-json-type",
        "Calls XML application/json.",
        clauses=("SMS-XML-06",),
        seam=header("Content-Type", "application/json", path=SMS_XML),
    ),
    Mutant(
        "xml-status-last",
        "Writes errorText before status.",
        clauses=(
            "SMS-XML-08",
            "SMS-XML-01",
        ),
        seam=_each(lambda part: sorted(part, key=lambda pair: pair[0] == "status"), path=SMS_XML),
    ),
    # What is refused, and how
    Mutant(
        "refusals-are-400",
        "Answers a refused message with HTTP 400.",
        clauses=("SMS-ERR-01",),
        seam=_as_http("2", "3", "6", "9", "12", "16", "20", "23"),
    ),
    Mutant(
        "quota-is-402", "Answers an empty account with HTTP 402.", clauses=("SMS-ERR-01",), seam=_as_http("9")
    ),
    Mutant(
        "refusals-with-to",
        "Writes to into every refusal.",
        clauses=("SMS-ERR-08",),
        seam=instead(Refused, "fields", _to_in_errors),
    ),
    Mutant(
        "refusals-without-to",
        "Writes status and text alone into every refusal.",
        clauses=(
            "SMS-ERR-12",
            "SMS-ERR-14",
        ),
        seam=instead(Refused, "fields", _text_alone),
    ),
    Mutant(
        "texts-of-2020",
        "Words errors as the gateway of 2020 does.",
        clauses=(
            "SMS-ERR-02",
            "SMS-ERR-03",
        ),
        seam=_texts(2, "Your request is incomplete and missing the mandatory parameter `{name}`"),
    ),
    Mutant(
        "text-in-lower-case",
        "Writes bad credentials in lower case.",
        clauses=("SMS-ERR-17",),
        seam=member(sms._KEY_PROBLEMS, caller.KeyProblem.WRONG, Problem(status=4, text="bad credentials")),
    ),
    Mutant(
        "not-numeric-reworded",
        "Words status 3 in its own way.",
        clauses=("SMS-ERR-06",),
        seam=_texts(3, "Invalid value for param: to"),
    ),
    Mutant(
        "unroutable-reworded",
        "Words status 6 in its own way.",
        clauses=("SMS-ERR-12",),
        seam=_texts(6, "Unroutable message"),
    ),
    Mutant(
        "quota-reworded",
        "Words status 9 as the documentation labels it.",
        clauses=("SMS-ERR-14",),
        seam=_texts(9, "Partner quota exceeded"),
    ),
    Mutant(
        "ttl-reworded",
        "Words status 16 as the documentation labels it.",
        clauses=("SMS-TYPE-09",),
        seam=_texts(16, "Invalid TTL"),
    ),
    Mutant(
        "callback-reworded",
        "Words status 23 in its own way.",
        clauses=("SMS-TYPE-12",),
        seam=_texts(23, "Invalid callback url"),
    ),
    Mutant(
        "text-not-required",
        "Sends an SMS without text.",
        clauses=("SMS-ERR-10",),
        seam=both(
            _unchecked("_content_is_there", "_content_is_well_formed"),
            _given(lambda given: {"text": "", **given}),
        ),
    ),
    Mutant(
        "empty-is-given",
        "Takes an empty from for one.",
        clauses=("SMS-ERR-04",),
        seam=_given(lambda given: {**given, "from": given["from"] or " "} if "from" in given else given),
    ),
    Mutant(
        "to-before-from",
        "Names the missing to where both are missing.",
        clauses=("SMS-ERR-05",),
        seam=_given(lambda given: given if given.get("to") else {**given, "from": "x"}),
    ),
    Mutant(
        "recipient-not-checked",
        "Does not look whether the recipient is a number.",
        clauses=("SMS-ERR-06",),
        seam=_recipients(lambda to: True),
    ),
    Mutant(
        "hyphens-in-numbers",
        "Takes hyphens in a recipient for granted.",
        clauses=("SMS-ERR-07",),
        seam=_recipients(lambda to: to.replace("-", "").isdecimal() and to.isascii()),
    ),
    Mutant(
        "digits-of-any-script",
        "Takes digits of every script for digits, as str.isdigit does.",
        clauses=("SMS-ERR-07",),
        seam=_recipients(str.isdigit),
    ),
    Mutant(
        "national-numbers",
        "Routes numbers in national format.",
        clauses=("SMS-ERR-12",),
        seam=instead(sms, "route", _any_country),
    ),
    Mutant(
        "numbers-of-any-length",
        "Routes numbers of any length.",
        clauses=("SMS-ERR-13",),
        seam=instead(sms, "route", _nowhere),
    ),
    Mutant(
        "numeric-before-missing",
        "Calls a missing recipient not numeric.",
        clauses=("SMS-ERR-03",),
        seam=_checked_first("_recipient_is_numeric"),
    ),
    Mutant(
        "ttl-not-checked", "Takes any ttl.", clauses=("SMS-TYPE-09",), seam=_unchecked("_ttl_is_in_range")
    ),
    Mutant(
        "ttl-in-seconds",
        "Reads ttl in seconds, as in 2012.",
        clauses=(
            "SMS-TYPE-08",
            "SMS-TYPE-09",
        ),
        seam=value(parse, "_TTL_MILLISECONDS", range(20, 604_801)),
    ),
    Mutant(
        "ttl-ends-excluded",
        "Refuses the shortest and the longest ttl.",
        clauses=("SMS-TYPE-08",),
        seam=value(parse, "_TTL_MILLISECONDS", range(20_001, 604_800_000)),
    ),
    Mutant(
        "class-not-checked",
        "Takes any message class.",
        clauses=("SMS-TYPE-10",),
        seam=_unchecked("_class_is_known"),
    ),
    Mutant(
        "callback-not-checked",
        "Takes any callback.",
        clauses=("SMS-TYPE-12",),
        seam=_unchecked("_callback_is_a_url"),
    ),
    Mutant(
        "unknown-type-is-text",
        "Takes an unknown type for text.",
        clauses=("SMS-TYPE-13",),
        seam=_given(lambda given: {**given, "type": "text"} if given.get("type") == "fax" else given),
    ),
    Mutant(
        "binary-not-known",
        "Knows text and unicode alone.",
        clauses=(
            "SMS-TYPE-02",
            "SMS-TYPE-03",
        ),
        seam=_given(
            lambda given: (
                {**given, "type": "text"}
                if given.get("type") in ("binary", "wappush", "vcard", "vcal")
                else given
            )
        ),
    ),
    Mutant(
        "binary-of-any-length",
        "Takes a binary of any length.",
        clauses=("SMS-TYPE-07",),
        seam=value(parse, "MAX_OCTETS", 10_000),
    ),
    Mutant(
        "body-not-required",
        "Sends a binary without its body.",
        clauses=("SMS-TYPE-03",),
        seam=_given(lambda given: {"body": "00", **given}),
    ),
    Mutant(
        "text-of-any-length",
        "Takes a text of any length.",
        clauses=("SMS-TYPE-15",),
        seam=value(parse, "MAX_CHARACTERS", 30_000),
    ),
    Mutant(
        "text-of-1600-characters",
        "Refuses more than 1,600 characters.",
        clauses=("SMS-TYPE-14",),
        seam=value(parse, "MAX_CHARACTERS", 1_600),
    ),
    Mutant(
        "unknown-parameters-refused",
        "Refuses parameters that it does not know.",
        clauses=("SMS-REQ-14",),
        seam=_unknown_refused(),
    ),
    Mutant(
        "text-trimmed",
        "Drops blanks around a text.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.strip() for name, text in given.items()}),
    ),
    Mutant(
        "line-ends-changed",
        "Turns line ends into those of Unix.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.replace("\r\n", "\n") for name, text in given.items()}),
    ),
    Mutant(
        "quotes-slashed",
        "Puts a backslash before every quotation mark.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.replace('"', '\\"') for name, text in given.items()}),
    ),
    Mutant(
        "zero-is-empty",
        'Takes "0" for no text, as PHP\'s empty() does.',
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text for name, text in given.items() if text != "0"}),
    ),
    Mutant(
        "json-of-one-name",
        "Reads JSON only where it is called application/json.",
        clauses=("SMS-REQ-06",),
        seam=value(sms, "JSON_TYPES", frozenset({"application/json"})),
    ),
    Mutant(
        "json-not-read", "Reads no JSON.", clauses=("SMS-REQ-05",), seam=value(sms, "JSON_TYPES", frozenset())
    ),
    Mutant(
        "json-numbers-ignored",
        "Reads no JSON member that is not a text.",
        clauses=("SMS-REQ-08",),
        seam=instead(sms, "collected", _json_texts_alone),
    ),
    Mutant(
        "json-for-xml",
        "Reads a JSON body at /sms/xml, too.",
        clauses=("SMS-REQ-07",),
        seam=instead(sms, "parameters", lambda usual, request, _: usual(request, "json")),
    ),
    Mutant(
        "post-query-ignored",
        "Reads the body of a POST, and not its query.",
        clauses=("SMS-REQ-03",),
        seam=instead(sms, "parameters", _form_alone),
    ),
    # Parts
    Mutant(
        "parts-of-160",
        "Cuts every 160 septets, without room for the header.",
        clauses=("SMS-PART-02",),
        seam=_boundaries(gsm7=(160, 160)),
    ),
    Mutant(
        "parts-of-152", "Cuts every 152 septets.", clauses=("SMS-PART-02",), seam=_boundaries(gsm7=(160, 152))
    ),
    Mutant(
        "single-of-153",
        "Cuts from 153 septets on.",
        clauses=("SMS-PART-01",),
        seam=_boundaries(gsm7=(153, 153)),
    ),
    Mutant(
        "single-of-140",
        "Counts octets in place of septets.",
        clauses=("SMS-PART-01",),
        seam=_boundaries(gsm7=(140, 134)),
    ),
    Mutant(
        "extension-counts-one",
        "Counts characters, and forgets what an escape takes.",
        clauses=("SMS-PART-03",),
        seam=instead(parts, "septets", lambda usual, text: len(text)),
    ),
    Mutant(
        "euro-counts-one",
        "Takes the euro sign for a character of the alphabet.",
        clauses=("SMS-PART-03",),
        seam=instead(parts, "septets", lambda usual, text: usual(text.replace("€", "e"))),
    ),
    Mutant(
        "escape-pair-cut",
        "Cuts between an escape and its character.",
        clauses=("SMS-PART-04",),
        seam=member(parts._PIECES, "gsm7", _cut_anywhere),
    ),
    Mutant(
        "accents-count-two",
        "Counts octets of UTF-8.",
        clauses=("SMS-PART-05",),
        seam=instead(
            parts,
            "septets",
            lambda usual, text: usual(text) + sum(not one.isascii() and one != "€" for one in text),
        ),
    ),
    Mutant(
        "unicode-by-itself",
        "Switches to unicode where the alphabet lacks a character.",
        clauses=("SMS-PART-06",),
        seam=instead(sms, "split", _by_characters),
    ),
    Mutant(
        "unicode-only-where-needed",
        "Sends a unicode text in the GSM alphabet where that has its characters.",
        clauses=("SMS-PART-09",),
        seam=instead(sms, "split", _gsm_where_it_fits),
    ),
    Mutant(
        "unicode-parts-of-70",
        "Cuts a unicode text every 70 units.",
        clauses=("SMS-PART-08",),
        seam=_boundaries(ucs2=(70, 70)),
    ),
    Mutant(
        "unicode-parts-of-62",
        "Cuts a unicode text every 62 units.",
        clauses=("SMS-PART-08",),
        seam=_boundaries(ucs2=(70, 62)),
    ),
    Mutant(
        "unicode-parts-of-160",
        "Cuts a unicode text like one of the GSM alphabet.",
        clauses=(
            "SMS-PART-07",
            "SMS-PART-08",
        ),
        seam=_boundaries(ucs2=(160, 153)),
    ),
    Mutant(
        "surrogates-count-one",
        "Counts characters of Unicode, and not units of UTF-16.",
        clauses=("SMS-PART-10",),
        seam=instead(
            parts,
            "length",
            lambda usual, text, alphabet: len(text) if alphabet.name == "ucs2" else usual(text, alphabet),
        ),
    ),
    Mutant(
        "surrogate-pair-cut",
        "Cuts between the two halves of a surrogate pair.",
        clauses=("SMS-PART-11",),
        seam=member(parts._PIECES, "ucs2", _cut_units),
    ),
    Mutant(
        "parts-of-2017",
        "Cuts as the guides of 2017 print it: 152 and 62.",
        clauses=(
            "SMS-PART-02",
            "SMS-PART-08",
        ),
        seam=policy(part_lengths="152/62"),
    ),
    # Money
    Mutant(
        "price-for-all-parts-once",
        "Charges a message once, however many parts it has.",
        clauses=("SMS-PART-15",),
        seam=_charging(lambda message: message.price),
    ),
    Mutant(
        "nothing-charged",
        "Says what remains, and charges nothing.",
        clauses=(
            "SMS-OK-08",
            "ACC-08",
        ),
        seam=_charging(lambda message: Decimal(0)),
    ),
    Mutant(
        "balance-does-not-fall",
        "Says the same balance with every part.",
        clauses=("SMS-PART-13",),
        seam=_parts(_same_balance),
    ),
    Mutant(
        "refusals-charged",
        "Charges refused messages, too.",
        clauses=("SMS-ERR-15",),
        seam=store("keep_refused", _refusals_are_charged),
    ),
    Mutant(
        "on-credit",
        "Sends though the account is empty.",
        clauses=("SMS-ERR-14",),
        seam=store("accept", _on_credit),
    ),
    Mutant(
        "first-account-pays",
        "Lets the first account pay, whoever authorized.",
        clauses=("SMS-REQ-15",),
        seam=store("accept", _paid_by_the_first),
    ),
    # Credentials of an account
    Mutant(
        "secret-by-its-beginning",
        "Compares as many characters of api_secret as were sent.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: right.startswith(sent)),
    ),
    Mutant(
        "secret-with-anything-behind",
        "Compares as many characters of api_secret as are right.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: sent.startswith(right)),
    ),
    Mutant(
        "secret-not-checked",
        "Looks whether there is such an api_key, and no further.",
        clauses=("SMS-ERR-18",),
        seam=_key_checked(lambda sent, right: True),
    ),
    Mutant(
        "no-old-names",
        "Does not know username and password any more.",
        clauses=("SMS-REQ-21",),
        seam=instead(caller, "_by_secret", _no_old_names),
    ),
    Mutant(
        "missing-key-is-4",
        "Answers missing credentials like wrong ones.",
        clauses=("SMS-ERR-16",),
        seam=member(sms._KEY_PROBLEMS, caller.KeyProblem.MISSING, Problem(status=4, text="Bad Credentials")),
    ),
    Mutant(
        "key-goes-before-oauth",
        "Asks nobody about OAuth where an api_key came, too.",
        clauses=("SMS-ERR-19",),
        seam=instead(sms, "identify", _key_goes_first),
    ),
    Mutant(
        "empty-oauth-is-none",
        "Takes an empty Authorization: OAuth for no credentials.",
        clauses=("SMS-ERR-20",),
        seam=instead(sms, "identify", _oauth_needs_parameters),
    ),
    Mutant(
        "sig-never-checked",
        "Looks whether a sig is there.",
        clauses=("SMS-SIG-04",),
        seam=instead(signing, "verifies", lambda usual, *rest: True),
    ),
    Mutant(
        "sig-of-any-age",
        "Does not look at the timestamp beside sig.",
        clauses=("SMS-SIG-05",),
        seam=instead(caller, "_by_signature", _signature_any_time),
    ),
    Mutant(
        "sig-beside-a-secret",
        "Takes sig and api_secret together.",
        clauses=("SMS-SIG-06",),
        seam=instead(caller, "_by_signature", _secret_beside_is_fine),
    ),
    Mutant(
        "sig-of-md5-alone",
        "Verifies sig by MD5 alone.",
        clauses=("SMS-SIG-02",),
        seam=instead(signing, "verifies", lambda usual, given, secret, _: usual(given, secret, "md5")),
    ),
    Mutant(
        "sig-without-underscores",
        "Signs & and = in values as they are.",
        clauses=("SMS-SIG-03",),
        seam=instead(signing, "signature", _not_underscored),
    ),
)
