"""An SMS on its way out, and what became of each of its parts.

HTTP 200 means nothing here: every part has a status of its own, and only "0" is a success.

Source: Nexmo's SMS API reference of 2017, and captures of its answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from . import gsm0338
from .answer import Answer, JsonObject
from .errors import CredentialsRefused, MalformedAnswer, PartialFailure, SmsRefused, Throttled, WrongUse
from .parts import RefusedPart, SentPart
from .refusals import ensure_accepted, wait_in
from .wording import printable

SmsType = Literal["text", "unicode"]

OK, THROTTLED = "0", "1"
CREDENTIALS = frozenset({"4", "14"})  # "Bad Credentials", "Invalid Signature"
MAX_AMOUNT_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message of which every part was accepted. Whether it arrives, a delivery receipt tells later."""

    parts: tuple[SentPart, ...]  # at least one, in order

    @property
    def message_ids(self) -> tuple[str, ...]:
        """The id of each part, in order."""
        return tuple(part.message_id for part in self.parts)

    @property
    def price(self) -> Decimal:
        """What all parts cost together, in EUR."""
        return sum((part.price for part in self.parts), Decimal(0))

    @property
    def remaining_balance(self) -> Decimal:
        """The account's balance after the last part, in EUR."""
        return self.parts[-1].remaining_balance


def form_of(
    *,
    to: str,
    sender: str,
    text: str,
    type: SmsType | None = None,  # noqa: A002 -- the field's name
    client_ref: str | None = None,
) -> Mapping[str, str]:
    """Return the form fields of one SMS, none of them altered.

    Args:
        to: the recipient's MSISDN, digits without a plus.
        sender: an MSISDN, or up to 11 letters and digits.
        text: any text; the service cuts it into parts.
        type: "text" or "unicode"; None chooses "unicode" if, and only if, the GSM alphabet cannot hold it.
        client_ref: comes back in answer and receipt; 40 characters at most.

    Raises:
        WrongUse: one of them cannot be encoded (half of a surrogate pair).
    """
    fields = {"from": sender, "to": to, "text": text, "type": type or _type_of(text)}
    if client_ref is not None:
        fields["client-ref"] = client_ref
    for name, value in fields.items():
        _ensure_unicode(name, value)
    return fields


def read_answer(answer: Answer) -> SentMessage:
    """Return the message that *answer* says was sent.

    Raises:
        CredentialsRefused: status 4 or 14, or what ``refusals`` makes of the HTTP answer.
        Throttled: status 1, and no part accepted.
        SmsRefused: any other status, and no part accepted.
        PartialFailure: some parts accepted, some refused.
        Unreachable: HTTP 5xx or 3xx, or not the documented answer.
    """
    ensure_accepted(answer)
    parts = [_part(each) for each in _messages(answer.json_object())]
    sent = tuple(part for part in parts if isinstance(part, SentPart))
    refused = tuple(part for part in parts if isinstance(part, RefusedPart))
    if sent and refused:
        raise PartialFailure(sent=sent, refused=refused)
    if refused:
        raise _refusal(answer, refused)
    return SentMessage(sent)


def _type_of(text: str) -> SmsType:
    return "text" if gsm0338.fits(text) else "unicode"


def _ensure_unicode(name: str, value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise WrongUse(
            f"{name} holds half a character (a lone surrogate), which UTF-8 cannot encode"
        ) from None


def _refusal(answer: Answer, refused: tuple[RefusedPart, ...]) -> CredentialsRefused | Throttled | SmsRefused:
    first = refused[0]
    if first.status in CREDENTIALS:
        return CredentialsRefused(
            http_status=answer.status, advice=f"status {first.status} {first.text}".rstrip()
        )
    if first.status == THROTTLED:
        return Throttled(retry_after=wait_in(first.text), text=first.text)
    return SmsRefused(status=first.status, text=first.text, refused=refused)


def _messages(found: JsonObject) -> list[JsonObject]:
    messages, count = found.get("messages"), found.get("message-count")
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        raise MalformedAnswer("the SMS answer has no list of messages")
    if not messages or count != str(len(messages)):
        raise MalformedAnswer(
            f"the SMS answer has message-count {printable(repr(count))} and {len(messages)} messages"
        )
    return messages


def _part(found: JsonObject) -> SentPart | RefusedPart:
    status = _string(found, "status")
    if not (status.isascii() and status.isdigit()):
        raise MalformedAnswer("the SMS answer has a status that is no number")
    if status != OK:
        return RefusedPart(
            status=printable(status),
            text=printable(_optional(found, "error-text") or ""),
            to=_optional(found, "to"),
        )
    return SentPart(
        to=_string(found, "to"),
        message_id=_string(found, "message-id"),
        price=_amount(found, "message-price"),
        remaining_balance=_amount(found, "remaining-balance"),
        network=_string(found, "network"),
        client_ref=_optional(found, "client-ref"),
    )


def _string(found: JsonObject, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedAnswer(f"the SMS answer has no {name}, or it is no text")
    return value


def _optional(found: JsonObject, name: str) -> str | None:
    value = found.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedAnswer(f"the SMS answer has a {name} that is no text")
    return value


def _amount(found: JsonObject, name: str) -> Decimal:
    written = _string(found, name)
    try:
        amount = Decimal(written) if len(written) <= MAX_AMOUNT_CHARACTERS else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise MalformedAnswer(f"the SMS answer has a {name} that is no amount")
    return amount
