"""An SMS: what was submitted, and what became of each of its parts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a request to ``/sms/*`` asks for, after its parameters were read and found sound."""

    sender: str  # on the wire: from
    to: str  # MSISDN digits, no plus
    type: str
    text: str
    client_ref: str | None = None
    account_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an accepted message, with its own id."""

    message_id: str  # 16 upper-case hexadecimal digits
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the store keeps it; one that was refused has a status other than 0 and no parts.

    ``text`` is exactly what the sender meant, in Unicode.
    """

    sender: str
    to: str
    text: str
    type: str
    status: int
    error_text: str | None
    encoding: str  # "gsm7", "ucs2" or "binary"
    parts: tuple[Part, ...]
    network: str | None  # MCCMNC
    price: Decimal  # per part, EUR
    received_at: float  # seconds since the epoch, on the fake's clock
    account: str | None
    api_key: str | None
    client_key: str | None  # None where no OAuth was involved
    client_ref: str | None = None
    account_ref: str | None = None

    @property
    def accepted(self) -> bool:
        """Whether the message was taken for delivery."""
        return self.status == 0

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The ids of its parts, in order."""
        return tuple(part.message_id for part in self.parts)

    @property
    def total_price(self) -> Decimal:
        """What all parts cost together, EUR."""
        return self.price * len(self.parts)
