"""The status codes of the SMS API with their literal texts.

Texts that were recorded or documented are exact, trailing blanks included; for the others nothing but the
label of the documentation is known, and that stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ACCEPTED = 0
MISSING_PARAMS = 2
INVALID_PARAMS = 3
BAD_CREDENTIALS = 4
INVALID_MESSAGE = 6
QUOTA_EXCEEDED = 9
TOO_LONG = 12
FACILITY_NOT_ALLOWED = 19

TEXTS: Mapping[int, str] = {
    1: "Throughput Rate Exceeded - please wait [ 250 ] and retry",
    MISSING_PARAMS: "Missing {name} param",
    INVALID_PARAMS: "to address is not numeric",
    BAD_CREDENTIALS: "Bad Credentials",
    5: "Server Error",
    INVALID_MESSAGE: "Unroutable message - rejected",
    7: "Number barred",
    8: "Partner account barred",
    QUOTA_EXCEEDED: "Quota Exceeded - rejected",
    10: "Too many existing binds",
    11: "Account not enabled for REST",
    TOO_LONG: "Message too long",
    13: "Communication failed",
    14: "Invalid Signature",
    15: "Illegal Sender Address - rejected",
    16: "value for ttl field out of range",
    17: "Number unreachable",
    18: "Too many destinations",
    FACILITY_NOT_ALLOWED: "Facility not allowed",
    20: "Invalid message class",
    22: "Invalid network code",
    23: "Bad callback :: Missing Protocol",
    29: "Non White-listed Destination - rejected",
    32: "Signature and API secret disallowed",
    33: "Number de-activated",
    34: "Invalid or Missing Msisdn Param",
    101: "Invalid Account for Campaign",
}

MISSING_API_KEY = "Missing api_key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why an SMS is refused: a status other than 0 and its text."""

    status: int
    text: str


def problem(status: int, text: str | None = None) -> Problem:
    """Return the problem for *status*, with its own text unless another is given."""
    return Problem(status=status, text=TEXTS[status] if text is None else text)


def missing(name: str) -> Problem:
    """Return status 2 for the parameter *name*."""
    return Problem(status=MISSING_PARAMS, text=TEXTS[MISSING_PARAMS].format(name=name))


FREE = Decimal(0)
"""What a refused message costs: only status 0 is charged."""
