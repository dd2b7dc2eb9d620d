"""What a store is asked for, and what it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ..domain.message import Inbound, Message
from ..domain.webhook import Attempt, Webhook


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The balance does not cover what is to be paid; nothing was charged."""

    balance: Decimal  # EUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """A message was paid and kept, under a ``number``."""

    balance_before: Decimal  # EUR; what remains after each part follows from its price
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptQuery:
    """Which attempts are asked for; None does not narrow."""

    kind: str | None = None
    message_id: str | None = None
    message_ids: frozenset[str] | None = None
    api_key: str | None = None
    client_key: str | None = None

    def matches(self, attempt: Attempt) -> bool:
        """Whether *attempt* is one of them."""
        webhook = attempt.webhook
        return (
            (self.kind is None or webhook.kind == self.kind)
            and (self.message_id is None or webhook.message_id == self.message_id)
            and (self.message_ids is None or webhook.message_id in self.message_ids)
            and (self.api_key is None or webhook.api_key == self.api_key)
            and (self.client_key is None or webhook.client_key == self.client_key)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQuery:
    """Which messages are asked for; None does not narrow."""

    to: str | None = None
    sender: str | None = None
    client_key: str | None = None
    api_key: str | None = None
    since: float | None = None  # seconds since the epoch

    def matches(self, message: Message) -> bool:
        """Whether *message* is one of them."""
        return (
            (self.to is None or message.to == self.to)
            and (self.sender is None or message.sender == self.sender)
            and (self.client_key is None or message.client_key == self.client_key)
            and (self.api_key is None or message.api_key == self.api_key)
            and (self.since is None or message.received_at >= self.since)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxQuery:
    """Which messages are asked for, those that came in too; None does not narrow.

    ``before`` is the number of one that was seen already: those that were kept earlier are asked for.
    """

    handset: str | None = None  # the MSISDN at the other end: whom it is for, or who sent it
    search: str | None = (
        None  # stands somewhere in the text, in one of the two numbers or in an id, in any case
    )
    account: str | None = None  # e-mail
    client_key: str | None = None
    kind: Literal["accepted", "refused", "inbound"] | None = None
    before: int | None = None

    def matches(self, message: Message | Inbound) -> bool:
        """Whether *message* is one of them; by its content, not by its number."""
        return (
            (self.kind is None or self.kind == _kind(message))
            and (self.handset is None or self.handset == message.handset)
            and (self.account is None or self.account == message.account)
            and (self.client_key is None or self.client_key == message.client_key)
            and (self.search is None or _is_in(self.search.casefold(), message))
        )


def _kind(message: Message | Inbound) -> str:
    if isinstance(message, Inbound):
        return "inbound"
    return "accepted" if message.accepted else "refused"


def _is_in(folded: str, message: Message | Inbound) -> bool:
    texts = (message.text, message.to, message.sender, *message.message_ids)
    return any(folded in text.casefold() for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message, or a part that came in, and the number under which it is kept: later ones have higher numbers."""

    number: int
    message: Message | Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much is kept."""

    messages: int
    inbound: int  # parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A webhook that is to be pushed, and the number under which it waits."""

    number: int
    webhook: Webhook
