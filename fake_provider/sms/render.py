"""The answers of ``/sms/json`` and ``/sms/xml`` to the letter: layout and headers of 2017."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal
from xml.sax.saxutils import escape

from ..domain.message import Message
from ..domain.wire import Headers, WireResponse
from . import status
from .status import Problem

Format = Literal["json", "xml"]
Fields = Sequence[tuple[str, str]]
"""One part of an answer: names as in JSON, and values that are all strings."""

_COMMON: Headers = (
    ("Cache-Control", "max-age=1"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block;"),
)
_JSON_HEADERS: Headers = (
    ("Content-Type", "application/json"),
    ("Content-Disposition", 'attachment; filename="api.txt"'),
    *_COMMON,
)
_XML_HEADERS: Headers = (("Content-Type", "text/xml"), *_COMMON)

_quoted = json.JSONEncoder().encode

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


def accepted(
    message: Message, answer_format: Format, trace_id: str, *, balance_before: Decimal
) -> WireResponse:
    """Answer an accepted message: one object per part, the balance falling from part to part."""
    price = amount(message.price)
    references = [
        (name, value)
        for name, value in (("client-ref", message.client_ref), ("account-ref", message.account_ref))
        if value is not None
    ]
    return _answer(
        [
            [
                ("to", message.to),
                ("message-id", part.message_id),
                ("status", "0"),
                ("remaining-balance", amount(balance_before - message.price * number)),
                ("message-price", price),
                ("network", message.network or ""),
                *references,
            ]
            for number, part in enumerate(message.parts, start=1)
        ],
        answer_format,
        trace_id,
    )


def refused(
    problem: Problem,
    answer_format: Format,
    trace_id: str,
    *,
    to: str | None = None,
    price: Decimal = Decimal(0),
    balance: Decimal = Decimal(0),
    network: str | None = None,
) -> WireResponse:
    """Answer a refused message, with the keys that were seen beside its status (they differ by status)."""
    code = ("status", str(problem.status))
    text = ("error-text", problem.text)
    match problem.status:
        case status.QUOTA_EXCEEDED:
            fields = [
                ("to", to or ""),
                text,
                ("message-price", amount(price)),
                code,
                ("remaining-balance", amount(balance)),
                ("network", network or ""),
            ]
        case status.INVALID_MESSAGE:
            fields = [("to", to or ""), code, text]
        case _:
            fields = [code, text]
    return _answer([fields], answer_format, trace_id)


def _answer(parts: Sequence[Fields], answer_format: Format, trace_id: str) -> WireResponse:
    headers, body = (_JSON_HEADERS, _json(parts)) if answer_format == "json" else (_XML_HEADERS, _xml(parts))
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
    members = ",\n".join(f'{pad}"{name}": {_quoted(value)}' for name, value in fields)
    return "{\n" + members + "\n" + " " * indent + "}"


def _xml(parts: Sequence[Fields]) -> str:
    lines = [
        "<?xml version='1.0' encoding='UTF-8' ?>",
        "<mt-submission-response>",
        f"    <messages count='{len(parts)}'>",
    ]
    for fields in parts:
        lines.append("        <message>")
        for name, value in fields:
            tag = _XML_NAMES.get(name, name)
            lines.append(f"            <{tag}>{escape(_xml_text(value))}</{tag}>")
        lines.append("        </message>")
    lines += ["    </messages>", "</mt-submission-response>"]
    return "\n".join(lines) + "\n"


def _xml_text(value: str) -> str:
    """Replace what XML 1.0 section 2.2 allows in no document, escaped or not."""
    return "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in value)
