"""What the inside asks of the outside: small Protocols, each method one whole step that can be atomic.

Asking and then doing in two calls is a race in every store but one, so there is no "has" before an "add".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from .domain.account import Account, Number, Session
from .domain.credentials import ClientCredentials, NonceUse, TemporaryCredentials, Token, TokenCredentials
from .domain.message import Inbound, Message, Receipt
from .domain.webhook import Attempt, Outcome, Webhook


class Clock(Protocol):
    """The fake's time; nothing else is asked for it. A consumer may have a clock of its own."""

    def now(self, client_key: str | None = None) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z, on the clock that *client_key* lives by."""
        ...

    def lane(self, client_key: str | None) -> str | None:
        """Return whose clock *client_key* lives by: its own, or None for the common one."""
        ...

    def seconds_until(self, moment: float, client_key: str | None) -> float | None:
        """Return how long *moment* takes to come by itself, in real seconds; None where time stands still."""
        ...

    def set(self, moment: float, lane: str | None) -> None:
        """Let the clock of *lane* show *moment*; it goes on running, or standing still."""
        ...

    def freeze(self, lane: str | None) -> None:
        """Let the clock of *lane* stand still."""
        ...

    def run(self, lane: str | None) -> None:
        """Let the clock of *lane* run on from where it stands."""
        ...

    def is_frozen(self, lane: str | None) -> bool:
        """Whether the clock of *lane* stands still."""
        ...

    def join(self, lane: str | None) -> None:
        """Let *lane* live by the common clock again; the common clock itself shows real time."""
        ...

    def reset(self) -> None:
        """Show real time again, to everybody."""
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

    def octet(self) -> int:
        """Return a number from 0 to 255: the reference that the parts of a message share."""
        ...

    def reset(self) -> None:
        """Begin a seeded sequence anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of one push: ``detail`` says it in words."""

    outcome: Outcome
    detail: str
    http_status: int | None = None


class Outbox(Protocol):
    """The way out, to the servers of those who use the fake."""

    def push(self, webhook: Webhook, parameters: Sequence[tuple[str, str]]) -> Delivery:
        """Send *parameters* to the webhook's URL by its method, and wait for the answer."""
        ...

    def answers(self, url: str) -> bool:
        """Whether a GET of *url* is answered with 200."""
        ...

    def abort(self) -> None:
        """End what is under way."""
        ...


class Pause(Protocol):
    """Real waiting, which whoever stops the fake can cut short."""

    def wait(self, seconds: float) -> None:
        """Return after so long, or as soon as ``end`` is called."""
        ...

    def end(self) -> None:
        """Let all who wait go on now."""
        ...


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


class Store(Protocol):
    """Everything that was registered, issued, used and sent."""

    @property
    def kind(self) -> str:
        """What it is, in a word: "memory", for example."""
        ...

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

    def account_with_number(self, msisdn: str) -> Account | None:
        """Return the account that has the virtual number *msisdn*."""
        ...

    def change_account(self, email: str, change: Callable[[Account], Account]) -> Account:
        """Replace an account by what *change* makes of it, in one step; Unknown if there is none.

        E-mail and api_key stay what they are.
        """
        ...

    def rent(self, email: str, number: Number, *, price: Decimal) -> Account | Declined:
        """Charge an account, and give it a number that nobody has, or do neither.

        Conflict if somebody has the number; Unknown if there is no such account.
        """
        ...

    def count_request(self, api_key: str, now: float, *, at_most: int) -> float | None:
        """Count one request in this second; or return the seconds to wait if there were *at_most* already."""
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

    def change_app(
        self, client_key: str, change: Callable[[ClientCredentials], ClientCredentials]
    ) -> ClientCredentials:
        """Replace an app by what *change* makes of it, in one step; Unknown if there is none. Its key stays."""
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

    def revoke_access(self, client_key: str, *, account: str | None = None, but: str = "") -> None:
        """Revoke the access tokens of an app, or only those that *account* gave it; not the token *but*."""
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

    def keep_refused(self, message: Message) -> int:
        """Keep a message that was refused, nothing is charged; returns the number under which it is kept."""
        ...

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """Return what matches, the oldest first; waits (in real time) for a first match if there is none."""
        ...

    def inbox(self, query: InboxQuery, *, limit: int) -> Sequence[Kept]:
        """Return what matches, the newest first, at most *limit*."""
        ...

    def tally(self) -> Tally:
        """Return how much is kept."""
        ...

    def kept(self, number: int) -> Message | Inbound | None:
        """Return what is kept under *number*."""
        ...

    def stop_waiting(self) -> None:
        """Let all who wait for a message go on now, with what there is."""
        ...

    def message(self, message_id: str) -> Message | None:
        """Return the message that has a part of this id."""
        ...

    def report(self, receipt: Receipt) -> Message:
        """Keep what is said about a part beside the plan; Unknown if no message has it. Returns the message."""
        ...

    def keep_inbound(self, inbound: Inbound) -> None:
        """Keep a message that came in."""
        ...

    def inbound(self, account: str) -> Sequence[Inbound]:
        """Return what came in for *account* (an e-mail), the oldest first."""
        ...

    def opt(self, account: str, msisdn: str, *, out: bool) -> None:
        """Remember that *msisdn* wants nothing more from *account*, or that it does again."""
        ...

    def opted_out(self, account: str, msisdn: str) -> bool:
        """Whether *msisdn* wants nothing from *account*."""
        ...

    def clear_messages(self) -> None:
        """Forget all messages, those that came in too."""
        ...

    # Webhooks

    def add_webhooks(self, webhooks: Sequence[Webhook]) -> None:
        """Keep what is to be pushed."""
        ...

    def next_webhooks(self) -> Sequence[Webhook]:
        """Return, for each consumer and account, the webhook that is due first."""
        ...

    def take_webhook(self, webhook: Webhook) -> bool:
        """Take one of ``next_webhooks`` out, to push it; False if somebody else was faster."""
        ...

    def keep_attempt(self, attempt: Attempt, again: Webhook | None) -> None:
        """Keep what came of a push, and the next attempt, if there is to be one."""
        ...

    def attempts(self, query: AttemptQuery, *, wait_seconds: float = 0.0) -> Sequence[Attempt]:
        """Return what matches, the oldest first; waits (in real time) for a first match if there is none."""
        ...

    # Browser sessions

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """Keep *session*; the one it *replaces* ends."""
        ...

    def change_session(self, session_id: str, session: Session) -> bool:
        """Put *session* in the place of an open one, in one step; False if that has ended."""
        ...

    def session(self, session_id: str) -> Session | None:
        """Return an open session."""
        ...

    def count_failure(self, who: str) -> int:
        """Count one more attempt to sign in as *who*; returns how many there were since the last that succeeded."""
        ...

    def forget_failures(self, who: str) -> None:
        """Begin to count anew: *who* has signed in."""
        ...

    def clear(self, seed: Callable[[Store], None]) -> None:
        """Forget everything, then let *seed* fill the store; nobody sees the state between.

        Who is signed in to an account that is there again stays so: tests are reset while somebody watches.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What an operation may ask for."""

    store: Store
    clock: Clock
    entropy: Entropy
    outbox: Outbox
    pause: Pause
