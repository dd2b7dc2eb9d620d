"""What is pushed to an account's own server: a delivery receipt or an inbound SMS, and every attempt at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from .account import WebhookMethod

Kind = Literal["receipt", "inbound"]
Pairs = tuple[tuple[str, str], ...]
QueueKey = tuple[str | None, str, str]

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 15.0
"""How long a receiver has (Nexmo help centre, article 226572227)."""

RETRY_SECONDS = 60.0
"""First after a minute, then every minute (Nexmo help centre, article 226572227)."""

GIVE_UP_SECONDS: dict[Kind, float] = {"receipt": 72 * 3600.0, "inbound": 24 * 3600.0}
"""From the SMS guide of 2017."""

# What became of an attempt. Only the first needs no other.
Outcome = Literal["delivered", "refused", "timeout", "unreachable", "not-allowed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One call that is to be made: ``due`` on the clock of *client_key*, the common one where that is None."""

    kind: Kind
    url: str
    method: WebhookMethod
    parameters: Pairs  # in the order in which they are sent; a signature comes behind them
    message_id: str
    account: str  # e-mail of whom it is for
    api_key: str
    client_key: str | None
    due: float
    first_due: float
    attempt: int = 1

    @property
    def queue(self) -> QueueKey:
        """Whose turn it waits for: pushes for one consumer and account to one URL keep their order, others go beside."""
        return self.client_key, self.account, self.url

    def again(self) -> Webhook | None:
        """Return it for the next attempt; None once its time is up."""
        due = self.due + RETRY_SECONDS
        if due - self.first_due > GIVE_UP_SECONDS[self.kind]:
            return None
        return replace(self, due=due, attempt=self.attempt + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt and what came of it."""

    webhook: Webhook
    parameters: Pairs  # with the signature, if the account has its webhooks signed
    at: float
    outcome: Outcome
    detail: str  # in words, for people
    http_status: int | None
    next_attempt_at: float | None
