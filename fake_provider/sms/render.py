"""The answers of ``/sms/json`` and ``/sms/xml`` to the letter: layout and headers of 2017."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Literal

from ..domain.message import Message
from ..domain.wire import Headers, WireResponse
from ..domain.xml import escaped
from . import status
from .status import Problem

Format = Literal["json", "xml"]
Fields = Sequence[tuple[str, str]]
"""One part of an answer: names as in JSON, and values that are all strings."""

_COMMON: Headers = (
    ("Cache-Control", "max-age=1"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubdomains"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block;"),
)
_JSON_HEADERS: Headers = (
    ("Content-Type", "application/json"),
    ("Content-Disposition", 'attachment; filename="api.txt"'),
    *_COMMON,
)
_XML_HEADERS: Headers = (("Content-Type", "text/xml"), *_COMMON)

_XML_NAMES: Mapping[str, str] = {
    "message-id": "messageId",
    "remaining-balance": "remainingBalance",
    "message-price": "messagePrice",
    "client-ref": "clientRef",
    "account-ref": "accountRef",
    "error-text": "errorText",
}


def amount(value: Decimal) -> str:
    """Write an amount in EUR with the 8 decimals of the wire."""
    return f"{value:.8f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A problem with what may stand beside it; which of that does, its status decides."""

    problem: Problem
    to: str = ""
    price: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    network: str | None = None

    def fields(self) -> list[tuple[str, str]]:
        """Return the keys that were seen beside this status, in their order."""
        code, text, to = (
            ("status", str(self.problem.status)),
            ("error-text", self.problem.text),
            ("to", self.to),
        )
        match self.problem.status:
            case status.QUOTA_EXCEEDED:
                price, balance = amount(self.price), amount(self.balance)
                network = ("network", self.network or "")
                return [to, text, ("message-price", price), code, ("remaining-balance", balance), network]
            case status.THROTTLED:
                return [to, code, text, ("network", self.network or "")]
            case status.INVALID_MESSAGE | status.NOT_WHITELISTED:
                return [to, code, text]
            case _:
                return [code, text]


def accepted(
    message: Message, answer_format: Format, trace_id: str, *, balance_before: Decimal
) -> WireResponse:
    """Answer an accepted message: one object per part, the balance falling with each that is paid."""
    price = amount(message.price)
    references: list[tuple[str, str]] = []
    if message.client_ref is not None:
        references.append(("client-ref", message.client_ref))
    if message.account_ref is not None:
        references.append(("account-ref", message.account_ref))
    balance = balance_before
    parts: list[Fields] = []
    for part in message.parts:
        if part.message_id is None:
            problem = Problem(status=part.status, text=part.error_text or "")
            refused_part = Refused(
                problem=problem,
                to=message.to,
                price=message.price,
                balance=balance,
                network=message.network,
            )
            parts.append(refused_part.fields())
            continue
        balance -= message.price
        parts.append(
            [
                ("to", message.to),
                ("message-id", part.message_id),
                ("status", "0"),
                ("remaining-balance", amount(balance)),
                ("message-price", price),
                ("network", message.network or ""),
                *references,
            ]
        )
    wants_reachability = message.details.get("test-reachable", "").lower() == "true"
    return _answer(parts, answer_format, trace_id, reachability=wants_reachability)


def refused(refusal: Refused, answer_format: Format, trace_id: str) -> WireResponse:
    """Answer a refused message."""
    return _answer([refusal.fields()], answer_format, trace_id)


def _answer(
    parts: Sequence[Fields], answer_format: Format, trace_id: str, *, reachability: bool = False
) -> WireResponse:
    if answer_format == "json":
        headers, body = _JSON_HEADERS, _json(parts)
    else:
        headers, body = _XML_HEADERS, _xml(parts, reachability=reachability)
    return WireResponse(status=200, headers=(*headers, ("X-Nexmo-Trace-Id", trace_id)), body=body.encode())


def _json(parts: Sequence[Fields]) -> str:
    """Lay out as org.json's ``toString(4)`` did: an array of one stays on its line, a longer one is indented."""
    if len(parts) == 1:
        messages = f"[{_json_object(parts[0], 4)}]"
    else:
        inner = ",\n".join(" " * 8 + _json_object(part, 8) for part in parts)
        messages = f"[\n{inner}\n    ]"
    return f'{{\n    "message-count": "{len(parts)}",\n    "messages": {messages}\n}}'


def _json_object(fields: Fields, indent: int) -> str:
    pad = " " * (indent + 4)
    members = ",\n".join([f'{pad}"{name}": {encode_basestring_ascii(value)}' for name, value in fields])
    return "{\n" + members + "\n" + " " * indent + "}"


def _xml(parts: Sequence[Fields], *, reachability: bool) -> str:
    lines = [
        "<?xml version='1.0' encoding='UTF-8' ?>",
        "<mt-submission-response>",
        f"    <messages count='{len(parts)}'>",
    ]
    for fields in parts:
        lines.append("        <message>")
        for name, value in fields:
            tag = _XML_NAMES.get(name, name)
            lines.append(f"            <{tag}>{escaped(value)}</{tag}>")
        if reachability:
            # Only the element and its attributes are known, from the Java library of 2014.
            lines.append("            <reachability status='0' description='reachable' />")
        lines.append("        </message>")
    lines += ["    </messages>", "</mt-submission-response>"]
    return "\n".join(lines) + "\n"
