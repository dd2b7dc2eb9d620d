"""How the search endpoints show what was sent, what came in and what was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..domain.message import Inbound, Message, Part
from .document import Document, Items, Members, amount

LABELS: Mapping[int, str] = {
    9: "partner quota exceeded -- Your pre-pay account does not have sufficient credit to process this message",
}
"""How a rejection words a status otherwise than the answer to the SMS did, as far as that was recorded."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a part: what the carrier said last."""

    final_status: str
    at: float  # seconds since the epoch


def one(found: Members | None) -> Document:
    """Return the answer of ``/search/message``: until about 2016 one that is not known was an empty object."""
    return Document(root="message", members=found or {})


def several(found: Sequence[Members]) -> Document:
    """Return the answer of ``/search/messages``."""
    return _listed("messages", found, each="message")


def rejections(found: Sequence[Members]) -> Document:
    """Return the answer of ``/search/rejections``."""
    return _listed("rejections", found, each="rejection")


def _listed(root: str, found: Sequence[Members], *, each: str) -> Document:
    return Document(root=root, members={"count": len(found), "items": Items(found, each=each)})


def outbound(message: Message, part: Part, *, closed: Closed | None) -> Members:
    """Show one part of an SMS that was sent; an open one has no final status yet."""
    return {
        "message-id": part.message_id,
        "account-id": message.api_key,
        "network": message.network or "",
        "from": message.sender,
        "to": message.to,
        "body": message.details.get("body", "") if message.type == "binary" else part.text,
        "price": amount(message.price),
        "date-received": _moment(message.received_at),
        **(_open() if closed is None else _closed(message, closed)),
        "client-ref": message.client_ref,
        "type": "MT",
    }


def _open() -> Members:
    return {"status": "ACCEPTD", "error-code": "1", "error-code-label": "Unknown"}


def _closed(message: Message, closed: Closed) -> Members:
    return {
        "final-status": closed.final_status,
        "date-closed": _moment(closed.at),
        "latency": round((closed.at - message.received_at) * 1000),
    }


def inbound(message: Inbound, *, network: str) -> Members:
    """Show one part of an SMS that came in."""
    return {
        "message-id": message.message_id,
        "account-id": message.api_key,
        "network": network,
        "from": message.msisdn,
        "to": message.to,
        "body": message.data if message.type == "binary" else message.text,
        "date-received": _moment(message.received_at),
        "type": "MO",
    }


def rejection(message: Message, *, status: int, text: str) -> Members:
    """Show an SMS that was refused, or of one that was accepted a part that was refused."""
    return {
        "account-id": message.api_key,
        "from": message.sender,
        "to": message.to,
        "date-received": _moment(message.received_at),
        "error-code": str(status),
        "error-code-label": LABELS.get(status, text),
    }


def _moment(seconds: float) -> str:
    """Write a time as YYYY-MM-DD HH:MM:SS in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
