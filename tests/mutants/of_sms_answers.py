"""Mistakes in the answers of ``/sms/json`` and ``/sms/xml``: keys, forms, order, layout."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.sms import render

from .bodies import each_item
from .mutant import (
    SMS,
    SMS_JSON,
    SMS_XML,
    Mutant,
    Replacement,
    Seam,
    answered,
    asked,
    header,
    instead,
    method,
    value,
    written,
)

Part = list[tuple[str, str]]


def answering(change: Callable[[list[Part]], list[Part]], *, path: str = SMS) -> Seam:
    """Answer with other parts: names as in JSON, values that are texts."""

    def answer(usual: Replacement, made: Iterable[Part], answer_format: str, *rest: Any, **named: Any) -> Any:
        asked_for = re.fullmatch(path, f"/sms/{answer_format}") is not None
        wrong = change([list(one) for one in made]) if asked_for else made
        return usual(wrong, answer_format, *rest, **named)

    return instead(render, "_answer", answer)


_REFUSED = [("status", "4"), ("error-text", "Bad Credentials")]


def _each(change: Callable[[Part], Part], *, path: str = SMS) -> Seam:
    return answering(lambda made: [change(part) for part in made], path=path)


def _value_of(name: str, change: Callable[[str], str]) -> Seam:
    return _each(lambda part: [(key, change(text) if key == name else text) for key, text in part])


def _without(*names: str) -> Seam:
    return _each(lambda part: [pair for pair in part if pair[0] not in names])


def _renamed(name: str, wrong: str, *, path: str = SMS_JSON) -> Seam:
    return _each(lambda part: [(wrong if key == name else key, text) for key, text in part], path=path)


def _two_decimals(text: str) -> str:
    return f"{Decimal(text):.2f}"


def _same_id(made: list[Part]) -> list[Part]:
    first = dict(made[0]).get("message-id", "")
    return [[(name, first if name == "message-id" else text) for name, text in part] for part in made]


def _same_balance(made: list[Part]) -> list[Part]:
    last = dict(made[-1]).get("remaining-balance", "")
    return [[(name, last if name == "remaining-balance" else text) for name, text in part] for part in made]


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


def _ref_once(made: list[Part]) -> list[Part]:
    return [made[0], *([pair for pair in part if not pair[0].endswith("-ref")] for part in made[1:])]


MUTANTS = (
    # Any answer
    Mutant(
        "sms-never-accepted",
        "Refuses every SMS in a body of HTTP 200.",
        clauses=("OAUTH-SIG-01", "OAUTH-NONCE-02", "SMS-TYPE-01"),
        seam=answering(lambda made: [_REFUSED for _ in made]),
    ),
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
        seam=answering(_same_id),
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
        "networks-are-numbers",
        "Writes the network of a part as a JSON number.",
        clauses=("SMS-OK-17",),
        seam=each_item(
            SMS_JSON,
            "messages",
            lambda part: {**part, "network": int(part["network"])} if "network" in part else part,
        ),
    ),
    Mutant(
        "one-balance-for-all-parts-in-xml",
        "Says in XML of each part what is left after the last.",
        clauses=("SMS-XML-07",),
        seam=answering(_same_balance, path=SMS_XML),
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
        clauses=("SMS-XML-05",),
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
    # Rarer things
    Mutant(
        "one-id-for-all",
        "Gives all messages the same id.",
        clauses=("SMS-OK-06",),
        seam=_value_of("message-id", lambda text: "0A00000000ABCD00"),
    ),
    Mutant(
        "no-trace-id",
        "Sends no X-Nexmo-Trace-Id.",
        clauses=("SMS-OK-15",),
        seam=header("X-Nexmo-Trace-Id", None, path=SMS),
    ),
    Mutant(
        "xml-of-two-decimals",
        "Writes prices in XML with two decimals.",
        clauses=("SMS-XML-02",),
        seam=_each(
            lambda part: [
                (name, _two_decimals(text) if name == "message-price" else text) for name, text in part
            ],
            path=SMS_XML,
        ),
    ),
    Mutant(
        "xml-by-post-alone",
        "Answers GET of /sms/xml with 405.",
        clauses=("SMS-XML-09",),
        seam=method(405, of="GET", path=SMS_XML),
    ),
    Mutant(
        "reference-with-the-first-part",
        "Echoes references with the first part alone.",
        clauses=("SMS-PART-14",),
        seam=answering(_ref_once),
    ),
    Mutant(
        "count-is-one",
        "Counts one message, however many parts it has.",
        clauses=("SMS-PART-16",),
        seam=written(r'"message-count": "\d+"', '"message-count": "1"', path=SMS_JSON),
    ),
)
