"""What a request to the real service may cost or change, and what a run may spend in all."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from .answers import messages_in
from .signing import FORM

MAX_LIVE_MESSAGES = 10

ACCEPTED = "0"
_PRICES = ("message-price", "messagePrice")  # in JSON, in XML

# By path, the parameters that make a request to it change the account, or cost.
_CHANGING: dict[str, frozenset[str]] = {
    "/account/settings": frozenset({"newSecret", "moCallBackUrl", "drCallBackUrl"}),
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
            pytest.skip(f"would exceed the {self.most} messages of one run (--max-sms)")
        if messages and self.most_eur is not None:
            each = self.seen_eur if self.seen_eur is not None else self.each_eur()
            if self.spent_eur + each * messages > self.most_eur:
                pytest.skip(f"would exceed the {self.most_eur} EUR of one run (--max-eur)")

    def spend(self, messages: int) -> None:
        """Count *messages* as sent."""
        self.sent += messages

    def settle(self, reserved: int, answer: requests.Response) -> None:
        """Count what *answer* says was accepted, in place of the *reserved* that were counted as sent."""
        parts = messages_in(answer)
        if parts is None:
            return
        accepted = [part for part in parts if part.get("status") == ACCEPTED]
        self.spend(len(accepted) - reserved)
        for price in map(_price, accepted):
            self.spent_eur += price
            self.seen_eur = max(price, self.seen_eur or Decimal(0))

    def __str__(self) -> str:
        money = f", {self.spent_eur.normalize():f} EUR as answered" if self.spent_eur else ""
        return f"{self.sent} of at most {self.most} messages were sent{money}"


def _price(part: dict[str, str]) -> Decimal:
    try:
        return Decimal(next((part[name] for name in _PRICES if name in part), "0"))
    except InvalidOperation:
        return Decimal(0)


def messages_at_most(request: requests.PreparedRequest) -> tuple[int, str]:
    """Return how many messages *request* may come to if it is accepted, and for whom they are."""
    if not urlsplit(request.url or "").path.lower().startswith("/sms"):
        return 0, ""
    given = message_parameters(request)
    to = given.get("to", "").strip().removeprefix("+")
    if not re.search(r"\d", to):
        return 0, to
    units = len(given.get("text", "").encode("utf-16-le")) // 2
    return max(1, math.ceil(units * 2 / 153), math.ceil(units / 62)), to


def changes_the_account(request: requests.PreparedRequest) -> bool:
    """Whether *request*, sent for the user, would change the user's account or cost money beside SMS."""
    path = urlsplit(request.url or "").path.lower().rstrip("/")
    wanted = _CHANGING.get(path)
    return wanted is not None and not wanted.isdisjoint(message_parameters(request))


def message_parameters(request: requests.PreparedRequest) -> dict[str, str]:
    """Return what *request* says to the API: query, form and JSON, the query first.

    A body that is neither counts as a message to nobody knows whom, so that it is not sent live.
    """
    query = dict(parse_qsl(urlsplit(request.url or "").query, keep_blank_values=True))
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    if not text:
        return query
    if request.headers.get("Content-Type", "").partition(";")[0].strip() == FORM:
        return dict(parse_qsl(text, keep_blank_values=True)) | query
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        return {"to": "0"}
    return {name: str(value) for name, value in members.items()} | query
