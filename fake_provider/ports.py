"""What the inside asks of the outside: small Protocols, each method one whole step that can be atomic.

Asking and then doing in two calls is a race in every store but one, so there is no "has" before an "add".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from .domain.account import Account, Session
from .domain.credentials import ClientCredentials, NonceUse, TemporaryCredentials, Token, TokenCredentials
from .domain.message import Message


class Clock(Protocol):
    """The fake's time; nothing else is asked for it."""

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        ...

    def reset(self) -> None:
        """Show real time again."""
        ...


class Entropy(Protocol):
    """Chance; a seed repeats it."""

    def token(self) -> str:
        """Return 32 lower-case hexadecimal digits: a key, a token, a secret or a trace id."""
        ...

    def verifier(self) -> str:
        """Return 8 letters and digits that nobody mistakes for one another."""
        ...

    def message_id(self) -> str:
        """Return 16 upper-case hexadecimal digits."""
        ...

    def reset(self) -> None:
        """Begin a seeded sequence anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The balance does not cover a message; nothing was charged."""

    balance: Decimal  # EUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """A message was paid and kept."""

    balance_before: Decimal  # EUR; what remains after each part follows from its price


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


class Store(Protocol):
    """Everything that was registered, issued, used and sent."""

    # Accounts and apps

    def add_account(self, account: Account) -> None:
        """Keep *account*; Conflict if its e-mail or api_key is taken."""
        ...

    def account(self, email: str) -> Account | None:
        """Return the account with this e-mail address; case does not count."""
        ...

    def account_by_key(self, api_key: str) -> Account | None:
        """Return the account with this api_key."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, the oldest first."""
        ...

    def add_app(self, app: ClientCredentials) -> None:
        """Keep *app*; Conflict if its key is taken."""
        ...

    def app(self, client_key: str) -> ClientCredentials | None:
        """Return the app with this consumer key."""
        ...

    def apps(self) -> Sequence[ClientCredentials]:
        """Return all apps, the oldest first."""
        ...

    def remove_app(self, client_key: str) -> None:
        """Forget an app, and revoke its tokens; Unknown if there is none."""
        ...

    # Tokens

    def add_token(self, token: Token) -> None:
        """Keep a token that was just made."""
        ...

    def token(self, token: str) -> Token | None:
        """Return the request or access token as it was last saved."""
        ...

    def tokens(self) -> Sequence[Token]:
        """Return all tokens, the oldest first."""
        ...

    def approve(self, token: str, *, account: str, verifier: str | None, now: float) -> TemporaryCredentials:
        """Approve a request token; Unknown if there is none, WrongStage if it cannot be decided any more."""
        ...

    def deny(self, token: str, *, account: str | None, now: float) -> TemporaryCredentials:
        """Deny a request token; Unknown if there is none, WrongStage if it cannot be decided any more."""
        ...

    def exchange(self, token: str, access: TokenCredentials, *, now: float) -> TemporaryCredentials:
        """Exchange an approved request token for *access*, once; WrongStage for all who come later."""
        ...

    def revoke(self, token: str) -> None:
        """Revoke a request or access token; Unknown if there is none. Revoking twice is no error."""
        ...

    def has_approved(self, account: str, client_key: str) -> bool:
        """Whether *account* approved this app before and has not revoked it since."""
        ...

    # Nonces

    def nonce_used(self, use: NonceUse) -> NonceUse | None:
        """Return the earlier use of the same nonce, if there was one; remembers nothing."""
        ...

    def use_nonce(self, use: NonceUse, *, now: float) -> NonceUse | None:
        """Remember *use*; or return the earlier use that makes it a replay."""
        ...

    # Messages

    def accept(self, message: Message) -> Charged | Declined:
        """Charge its account for all parts and keep *message*, or do neither."""
        ...

    def keep_refused(self, message: Message) -> None:
        """Keep a message that was refused; nothing is charged."""
        ...

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """Return what matches, the oldest first; waits (in real time) for a first match if there is none."""
        ...

    def stop_waiting(self) -> None:
        """Let all who wait for a message go on now, with what there is."""
        ...

    def clear_messages(self) -> None:
        """Forget all messages."""
        ...

    # Browser sessions

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """Keep *session*; the one it *replaces* ends."""
        ...

    def session(self, session_id: str) -> Session | None:
        """Return an open session."""
        ...

    def clear(self, seed: Callable[[Store], None]) -> None:
        """Forget everything, then let *seed* fill the store; nobody sees the state between."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What an operation may ask for."""

    store: Store
    clock: Clock
    entropy: Entropy
