"""The status codes of the SMS API with their literal texts.

Texts that were recorded or documented are exact, trailing blanks included; for the others nothing but the
label of the documentation is known, and that stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ACCEPTED = 0
THROTTLED = 1
MISSING_PARAMS = 2
INVALID_PARAMS = 3
BAD_CREDENTIALS = 4
INVALID_MESSAGE = 6
QUOTA_EXCEEDED = 9
TOO_LONG = 12
INVALID_SIGNATURE = 14
ILLEGAL_SENDER = 15
INVALID_TTL = 16
INVALID_CLASS = 20
INVALID_NETWORK = 22
INVALID_CALLBACK = 23
NOT_WHITELISTED = 29
SIGNATURE_AND_SECRET = 32

TEXTS: Mapping[int, str] = {
    THROTTLED: "Throughput Rate Exceeded - please wait [ {milliseconds} ] and retry",
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
    INVALID_SIGNATURE: "Invalid Signature",
    ILLEGAL_SENDER: "Illegal Sender Address - rejected",
    INVALID_TTL: "value for ttl field out of range",
    17: "Number unreachable",
    18: "Too many destinations",
    19: "Facility not allowed",
    INVALID_CLASS: "Invalid message class",
    INVALID_NETWORK: "Invalid network code",
    INVALID_CALLBACK: "Bad callback :: Missing Protocol",
    NOT_WHITELISTED: "Non White-listed Destination - rejected",
    SIGNATURE_AND_SECRET: "Signature and API secret disallowed",
    33: "Number de-activated",
    34: "Invalid or Missing Msisdn Param",
    101: "Invalid Account for Campaign",
}

INVALID_PARAMS_LABEL = "Invalid params"
"""The documentation's label, for what nobody recorded: everything but a ``to`` that is not numeric."""

MISSING_API_KEY = "Missing api_key"
WAIT_MILLISECONDS = 250
"""What the recorded answer of a throttled call asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why an SMS is refused: a status other than 0 and its text."""

    status: int
    text: str

    def reworded(self, texts: Mapping[int, str]) -> Problem:
        """Return the problem with the text that whoever runs the fake wants for its status."""
        return Problem(status=self.status, text=texts[self.status]) if self.status in texts else self


def problem(status: int, text: str | None = None) -> Problem:
    """Return the problem for *status*, with its own text unless another is given."""
    if text is None:
        text = TEXTS.get(status, "Error").format(name="from", milliseconds=WAIT_MILLISECONDS)
    return Problem(status=status, text=text)


def missing(name: str) -> Problem:
    """Return status 2 for the parameter *name*."""
    return Problem(status=MISSING_PARAMS, text=TEXTS[MISSING_PARAMS].format(name=name))


def throttled(seconds: float) -> Problem:
    """Return status 1 for a call that should come again after *seconds*."""
    milliseconds = max(1, round(seconds * 1000))
    return Problem(status=THROTTLED, text=TEXTS[THROTTLED].format(milliseconds=milliseconds))


FREE = Decimal(0)
"""What a refused message costs: only status 0 is charged."""

DEMO_ADDITION = "[FREE SMS DEMO, TEST MESSAGE]"
"""What a trial account's texts get appended, with no blank between."""
