"""An SMS: what was submitted, what became of each of its parts, and what is reported about it when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from .transient import transient

MAX_MESSAGES = 10_000
"""So many a fake remembers, unless told otherwise."""

NOTHING: Mapping[str, str] = MappingProxyType({})


@transient
class Submission:
    """What a request to ``/sms/*`` asks for, after its parameters were read and found sound.

    ``details`` holds the parameters beside the common ones, by their names on the wire.
    """

    sender: str  # on the wire: from
    to: str  # MSISDN digits, no plus
    type: str
    text: str
    octets: int = 0  # of what is carried, where it is neither text nor unicode
    client_ref: str | None = None
    account_ref: str | None = None
    details: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a message; where parts have different fates, one may be refused beside others."""

    message_id: str | None  # 16 upper-case hexadecimal digits; None for a part that was refused
    text: str  # as it is carried: a trial account's addition stands in it
    status: int = 0
    error_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReceipt:
    """A delivery receipt that a carrier will send for every part, so long after the message was accepted."""

    status: str
    err_code: str
    after_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a carrier said about one part at one time."""

    message_id: str
    status: str
    err_code: str
    at: float  # seconds since the epoch, on the fake's clock


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
    details: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    reference: int | None = None  # of the concatenation header that its parts have in common
    plan: tuple[PlannedReceipt, ...] = ()
    reported: tuple[Receipt, ...] = ()  # beside the plan, by whoever runs the fake

    @property
    def handset(self) -> str:
        """The MSISDN at the other end."""
        return self.to

    @property
    def accepted(self) -> bool:
        """Whether the message was taken for delivery."""
        return self.status == 0

    @property
    def accepted_parts(self) -> tuple[Part, ...]:
        """The parts that were taken for delivery."""
        return tuple([part for part in self.parts if part.status == 0])

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The ids of its accepted parts, in order."""
        return tuple([part.message_id for part in self.parts if part.message_id is not None])

    @property
    def total_price(self) -> Decimal:
        """What all accepted parts cost together, EUR."""
        return self.price * len(self.accepted_parts)

    def planned_receipts(self) -> Sequence[Receipt]:
        """Return what the carriers will have said once everything of the plan has come true, in that order."""
        return [
            Receipt(
                message_id=message_id,
                status=receipt.status,
                err_code=receipt.err_code,
                at=self.received_at + receipt.after_seconds,
            )
            for receipt in self.plan
            for message_id in self.message_ids
        ]

    def receipts(self, now: float) -> Sequence[Receipt]:
        """Return what the carriers have said by *now*, the oldest first: derived from the plan, not stored."""
        said = (receipt for receipt in (*self.planned_receipts(), *self.reported) if receipt.at <= now)
        return sorted(said, key=lambda receipt: receipt.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One part of an SMS that somebody sent to a virtual number: a "mobile originated" message (MO)."""

    message_id: str
    msisdn: str  # who sent it
    to: str  # the virtual number
    type: str  # "text", "unicode" or "binary"
    text: str
    data: str = ""  # hexadecimal, for "binary"
    udh: str = ""
    account: str  # e-mail of whom it is pushed to
    api_key: str
    received_at: float
    reference: int | None = None  # where it is one of several parts
    part: int = 1
    parts: int = 1
    client_key: str | None = None  # whose clock it goes by

    @property
    def handset(self) -> str:
        """The MSISDN at the other end."""
        return self.msisdn

    @property
    def sender(self) -> str:
        """Who sent it."""
        return self.msisdn

    @property
    def message_ids(self) -> tuple[str, ...]:
        """Its own id."""
        return (self.message_id,)
