"""What became of each part of an SMS."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPart:
    """One accepted part."""

    to: str  # MSISDN
    message_id: str
    price: Decimal  # EUR
    remaining_balance: Decimal  # EUR, after this part
    network: str  # MCCMNC, "23410", or a pseudo network, "US-VIRTUAL-BANDWIDTH"
    client_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedPart:
    """One refused part; it costs nothing."""

    status: str  # never "0"
    text: str  # the service's error-text, or ""
    to: str | None = None
