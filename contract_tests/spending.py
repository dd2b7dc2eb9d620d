"""What a request to the real service may cost or change, and what a run may spend in all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests

from fake_provider.contract.counting import counted

from .answers import messages_in, told_count_in
from .parts import parts_at_most
from .signing import FORM

MAX_LIVE_MESSAGES = 10

ACCEPTED = "0"
_REFUSALS = frozenset(map(str, (*range(1, 21), 22, 23, 29, 32, 33, 34, 101)))
"""All statuses of the documents but 0: what has another may have gone out."""
_IDS = ("message-id", "messageId")  # in JSON, in XML
_UNREADABLE = (("to", "0"),)
_PRICES = ("message-price", "messagePrice")  # in JSON, in XML

_NAME = re.compile("[A-Za-z0-9_.-]+")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]*)", re.IGNORECASE)

# A segment of a path that means itself: of dots alone it would not.
_PLAIN = re.compile(r"(?!\.+$)[a-z0-9 _~+@:,=!$'()*.-]*")

# By path, the parameters that make a request to it change the account, or cost: in small letters, as one may read them.
_CHANGING: dict[str, frozenset[str]] = {
    "/account/settings": frozenset({"newsecret", "mocallbackurl", "drcallbackurl"}),
    "/account/top-up": frozenset({"trx"}),
    "/number/buy": frozenset({"msisdn"}),
    "/number/cancel": frozenset({"msisdn"}),
    "/number/update": frozenset({"msisdn"}),
}


@dataclass(slots=True)
class Budget:
    """What a run may still spend: messages, and money if there is a limit to that too.

    A message that may come to several parts reserves all of them.
    """

    most: int = MAX_LIVE_MESSAGES
    sent: int = 0
    most_eur: Decimal | None = None
    spent_eur: Decimal = Decimal(0)
    each_eur: Callable[[], Decimal] = lambda: Decimal(0)
    """What one message is expected to cost; asked only where money is limited, and no answer has told a price yet."""
    seen_eur: Decimal | None = None

    def reserve(self, messages: int) -> None:
        """Skip the test unless *messages* more are allowed."""
        if messages and self.sent + messages > self.most:
            pytest.skip(f"would exceed the {counted(self.most, 'message')} of one run (--max-sms)")
        if messages and self.most_eur is not None:
            each = self.seen_eur if self.seen_eur is not None else self.each_eur()
            if self.spent_eur + each * messages > self.most_eur:
                pytest.skip(f"would exceed the {self.most_eur} EUR of one run (--max-eur)")

    def spend(self, messages: int) -> None:
        """Count *messages* as sent."""
        self.sent += messages

    def settle(self, reserved: int, answer: requests.Response) -> None:
        """Count what may have gone out by *answer*, in place of the *reserved* that were counted as sent."""
        self.spend(messages_spent(answer, reserved) - reserved)
        accepted = [part for part in messages_in(answer) or () if part.get("status") == ACCEPTED]
        for price in map(_price, accepted):
            self.spent_eur += price
            self.seen_eur = max(price, self.seen_eur or Decimal(0))

    def __str__(self) -> str:
        money = f", {self.spent_eur.normalize():f} EUR as answered" if self.spent_eur else ""
        return f"{self.sent} of at most {counted(self.most, 'message')} {'was' if self.most == 1 else 'were'} sent{money}"


def _price(part: dict[str, str]) -> Decimal:
    try:
        price = Decimal(next((part[name] for name in _PRICES if name in part), "0"))
    except InvalidOperation:
        return Decimal(0)
    return price if price.is_finite() and price > 0 else Decimal(0)


def messages_spent(answer: requests.Response, at_most: int) -> int:
    """Return how many messages have gone out, as far as *answer* does not say for sure that they were refused.

    Args:
        answer: to a request that may come to so many messages *at_most*: to all of them, where it cannot be read.
    """
    parts = messages_in(answer)
    if not parts:
        return at_most
    refused = sum(map(_is_refused, parts))
    told = told_count_in(answer)
    untold = at_most if told is None else min(told - refused, at_most)
    return max(len(parts) - refused, untold)


def _is_refused(part: Mapping[str, str]) -> bool:
    return part.get("status") in _REFUSALS and not any(part.get(name) for name in _IDS)


def messages_at_most(request: requests.PreparedRequest) -> tuple[int, str]:
    """Return how many messages *request* may come to if it is accepted, and for whom they are.

    A recipient who is named twice, otherwise the second time, is nobody's number: which one counts is not known.
    """
    if not _path(request).startswith("/sms"):
        return 0, ""
    given = message_parameters(request)
    to = " and ".join(sorted({value.strip().removeprefix("+") for value in given.get("to", ())}))
    if not re.search(r"\d", to):
        return 0, to
    return parts_at_most(given), to


def changes_the_account(request: requests.PreparedRequest) -> bool:
    """Whether *request*, sent for the user, would change the user's account or cost money beside SMS, or might."""
    path = _path(request).rstrip("/")
    for changing, wanted in _CHANGING.items():
        behind = path.removeprefix(changing)
        if behind == path or behind[:1] not in ("", "/"):
            continue
        # As old clients wrote it: key and secret in the path, and a number too.
        is_in_the_path = bool(behind) and changing.startswith("/number/")
        given = {name.lower() for name in message_parameters(request)}
        return is_in_the_path or not is_clear(request) or not wanted.isdisjoint(given)
    return False


def is_clear(request: requests.PreparedRequest) -> bool:
    """Whether every provider reads the same parameters in *request*.

    Servers differ in what they make of a body that is packed, in another charset than UTF-8 or under a wrong type, of names as
    ``to[]``, of members within members, and of a semicolon, which was once the same as "&".
    """
    content_type, query = str(request.headers.get("Content-Type", "")), urlsplit(request.url or "").query
    if any(charset.lower() not in ("utf-8", "utf8") for charset in _CHARSET.findall(content_type)):
        return False
    if ";" in query or (_is_form(request) and ";" in _text_of_body(request)):
        return False
    try:
        _text_of_body(request, errors="strict")
        in_body, in_query = _pairs_of_body(request, errors="strict"), _pairs(query, errors="strict")
    except UnicodeDecodeError:
        return False
    return in_body is not None and all(_NAME.fullmatch(name) for name, _ in (*in_query, *in_body))


def plain_path(request: requests.PreparedRequest) -> str | None:
    """Return the path as every provider reads it, in lower case; None where one may read another.

    Dot segments, a backslash, a parameter of a segment, what is encoded twice or is not ASCII: servers differ in what they make
    of these, and in which order.
    """
    path = _path(request)
    return path if all(map(_PLAIN.fullmatch, path.split("/"))) else None


def _path(request: requests.PreparedRequest) -> str:
    """Return the path as a provider may read it: decoded, in lower case, slashes one by one."""
    return re.sub("//+", "/", unquote(urlsplit(request.url or "").path)).lower()


def message_parameters(request: requests.PreparedRequest) -> Mapping[str, Sequence[str]]:
    """Return what *request* says to the API: all values of each name, in query, form and JSON.

    A body that is neither counts as a message to nobody knows whom, so that it is not sent live.
    """
    in_body = _pairs_of_body(request)
    found: dict[str, list[str]] = {}
    for name, value in (
        *_pairs(urlsplit(request.url or "").query),
        *(_UNREADABLE if in_body is None else in_body),
    ):
        found.setdefault(name, []).append(value)
    return found


def _pairs(text: str, errors: str = "replace") -> Sequence[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors=errors)


def _pairs_of_body(
    request: requests.PreparedRequest, errors: str = "replace"
) -> Sequence[tuple[str, str]] | None:
    """Return what stands in the body; None where that cannot be read, or only in parts."""
    text = _text_of_body(request)
    if not text:
        return ()
    if "\0" in text or "Content-Encoding" in request.headers:  # in UTF-16, or packed
        return None
    if _is_form(request):
        return _pairs(text, errors)
    try:
        members = json.loads(text, object_pairs_hook=tuple)  # a name may stand there twice
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, tuple):
        return None
    if errors == "strict" and any(isinstance(value, tuple | list) for _, value in members):
        return None
    return [(name, str(value)) for name, value in members]


def _is_form(request: requests.PreparedRequest) -> bool:
    # A media type has no case: RFC 9110 section 8.3.1.
    return str(request.headers.get("Content-Type", "")).partition(";")[0].strip().lower() == FORM


def _text_of_body(request: requests.PreparedRequest, errors: str = "replace") -> str:
    body = request.body or b""
    return body.decode("utf-8", errors) if isinstance(body, bytes) else str(body)
