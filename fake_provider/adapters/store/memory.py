"""State in this process's memory, under one lock: the default, and as fast as a fake can be."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal
from heapq import merge
from itertools import count, islice
from typing import TypeVar

from ...domain.account import Account, Number, Session
from ...domain.credentials import (
    ClientCredentials,
    NonceUse,
    Stage,
    TemporaryCredentials,
    Token,
    TokenCredentials,
)
from ...domain.message import MAX_MESSAGES, Inbound, Message, Receipt
from ...domain.webhook import Attempt, Webhook
from ...errors import Conflict, Unknown
from ...ports import AttemptQuery, Charged, Declined, InboxQuery, Kept, MessageQuery, Queued, Store, Tally
from .history import History
from .nonces import Nonces
from .queue import WebhookQueue

_MAX_SESSIONS = 1_000
_THROTTLE_SECONDS = 1.0
_Item = TypeVar("_Item")


class MemoryStore:
    """A Store in memory; every method is one atomic step."""

    kind = "memory"
    look_seconds: float | None = None

    def __init__(self, *, max_messages: int = MAX_MESSAGES) -> None:
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._max_messages = max_messages
        self._round_of_waiting = 0  # counts up when all who wait are sent away
        self._webhook_numbers = count(1)  # go on after a reset: who still pushes must not finish another's
        self._empty()

    def _empty(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._email_by_key: dict[str, str] = {}
        self._apps: dict[str, ClientCredentials] = {}
        self._tokens: dict[str, Token] = {}
        self._nonces: dict[str, Nonces] = {}  # by consumer, since each may live by a clock of its own
        numbers = count(1)
        self._messages: History[Message] = History(
            self._max_messages, ids=lambda message: message.message_ids, numbers=numbers
        )
        self._inbound: History[Inbound] = History(
            self._max_messages, ids=lambda inbound: (inbound.message_id,), numbers=numbers
        )
        self._attempts: History[Attempt] = History(self._max_messages)
        self._webhooks = WebhookQueue(self._webhook_numbers)
        self._opted_out: set[tuple[str, str]] = set()
        self._requests: dict[str, tuple[float, int]] = {}
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._failures: OrderedDict[str, int] = OrderedDict()

    def refresh(self) -> None:
        """See Store: nobody else can have changed anything."""

    def check(self) -> None:
        """See Store: memory is always there."""

    # Accounts and apps

    def add_account(self, account: Account) -> None:
        """See Store."""
        with self._lock:
            email = account.email.lower()
            if email in self._accounts:
                raise Conflict(f"there is an account {account.email} already; choose another email")
            if account.api_key in self._email_by_key:
                raise Conflict(
                    f"there is an account with the api_key {account.api_key} already; choose another"
                )
            self._ensure_free(account.numbers)
            self._accounts[email] = account
            self._email_by_key[account.api_key] = email

    def _ensure_free(self, numbers: Sequence[str]) -> None:
        taken = (
            {number for account in self._accounts.values() for number in account.numbers} if numbers else ()
        )
        for number in numbers:
            if number in taken or numbers.count(number) > 1:
                raise Conflict(f"the virtual number {number} belongs to an account already; choose another")

    def account(self, email: str) -> Account | None:
        """See Store."""
        return self._accounts.get(email.lower())

    def account_by_key(self, api_key: str) -> Account | None:
        """See Store."""
        with self._lock:
            email = self._email_by_key.get(api_key)
            return None if email is None else self._accounts[email]

    def accounts(self) -> Sequence[Account]:
        """See Store."""
        with self._lock:
            return tuple(self._accounts.values())

    def account_with_number(self, msisdn: str) -> Account | None:
        """See Store."""
        return next((account for account in self.accounts() if account.number(msisdn)), None)

    def change_account(self, email: str, change: Callable[[Account], Account]) -> Account:
        """See Store."""
        with self._lock:
            held = self._held_account(email)
            changed = replace(change(held), email=held.email, api_key=held.api_key)
            self._accounts[email.lower()] = changed
            return changed

    def rent(self, email: str, number: Number, *, price: Decimal) -> Account | Declined:
        """See Store."""
        with self._lock:
            if self.account_with_number(number.msisdn):
                raise Conflict(f"{number.msisdn} is taken; choose another")
            held = self._held_account(email)
            if held.balance < price:
                return Declined(balance=held.balance)
            tenant = replace(held.with_number(number), balance=held.balance - price)
            self._accounts[email.lower()] = tenant
            return tenant

    def _held_account(self, email: str) -> Account:
        held = self._accounts.get(email.lower())
        if held is None:
            raise Unknown("account", email, "GET /_fake/accounts lists them")
        return held

    def count_request(self, api_key: str, now: float, *, at_most: int) -> float | None:
        """See Store."""
        with self._lock:
            began, count = self._requests.get(api_key, (now, 0))
            if not 0 <= now - began < _THROTTLE_SECONDS:
                began, count = now, 0
            if count >= at_most:
                return began + _THROTTLE_SECONDS - now
            self._requests[api_key] = (began, count + 1)
            return None

    def add_app(self, app: ClientCredentials) -> None:
        """See Store."""
        with self._lock:
            if app.client_key in self._apps:
                raise Conflict(
                    f"there is an app with the consumer key {app.client_key} already; choose another"
                )
            self._apps[app.client_key] = app

    def app(self, client_key: str) -> ClientCredentials | None:
        """See Store."""
        return self._apps.get(client_key)

    def apps(self) -> Sequence[ClientCredentials]:
        """See Store."""
        with self._lock:
            return tuple(self._apps.values())

    def change_app(
        self, client_key: str, change: Callable[[ClientCredentials], ClientCredentials]
    ) -> ClientCredentials:
        """See Store."""
        with self._lock:
            held = self._apps.get(client_key)
            if held is None:
                raise Unknown("app", client_key, "GET /_fake/apps lists them")
            changed = replace(change(held), client_key=held.client_key)
            self._apps[client_key] = changed
            return changed

    def remove_app(self, client_key: str) -> None:
        """See Store."""
        with self._lock:
            if self._apps.pop(client_key, None) is None:
                raise Unknown("app", client_key, "GET /_fake/apps lists them")
            self._nonces.pop(client_key, None)
            for token in [t for t in self._tokens.values() if t.client_key == client_key]:
                self.revoke(token.token)

    # Tokens

    def add_token(self, token: Token) -> None:
        """See Store."""
        with self._lock:
            self._tokens[token.token] = token

    def token(self, token: str) -> Token | None:
        """See Store."""
        return self._tokens.get(token)

    def tokens(self) -> Sequence[Token]:
        """See Store."""
        with self._lock:
            return tuple(self._tokens.values())

    def token_secrets(self) -> Sequence[str]:
        """See Store."""
        with self._lock:
            return tuple(token.secret for token in self._tokens.values())

    def approve(self, token: str, *, account: str, verifier: str | None, now: float) -> TemporaryCredentials:
        """See Store."""
        with self._lock:
            return self._saved(self._open(token, now).approved(account=account, verifier=verifier))

    def deny(self, token: str, *, account: str | None, now: float) -> TemporaryCredentials:
        """See Store."""
        with self._lock:
            return self._saved(self._open(token, now).denied(account=account))

    def exchange(self, token: str, access: TokenCredentials, *, now: float) -> TemporaryCredentials:
        """See Store."""
        with self._lock:
            exchanged = self._open(token, now).exchanged(access.token)
            self._tokens[access.token] = access
            return self._saved(exchanged)

    def _open(self, token: str, now: float) -> TemporaryCredentials:
        held = self._tokens.get(token)
        if not isinstance(held, TemporaryCredentials):
            raise Unknown("request token", token, "GET /_fake/tokens lists them")
        return held.at(now)

    def _saved(self, token: TemporaryCredentials) -> TemporaryCredentials:
        self._tokens[token.token] = token
        return token

    def revoke(self, token: str) -> None:
        """See Store."""
        with self._lock:
            held = self._tokens.get(token)
            if held is None:
                raise Unknown("token", token, "GET /_fake/tokens lists them")
            if held.stage is not Stage.REVOKED:
                self._tokens[token] = held.revoked()

    def revoke_access(self, client_key: str, *, account: str | None = None, but: str = "") -> None:
        """See Store."""
        with self._lock:
            for token in tuple(self._tokens.values()):
                if (
                    isinstance(token, TokenCredentials)
                    and token.client_key == client_key
                    and token.token != but
                    and account in (None, token.account)
                ):
                    self.revoke(token.token)

    def has_approved(self, account: str, client_key: str) -> bool:
        """See Store."""
        with self._lock:
            return any(
                token.account == account
                and token.client_key == client_key
                and (
                    token.stage is Stage.APPROVED
                    if isinstance(token, TemporaryCredentials)
                    else token.stage is not Stage.REVOKED
                )
                for token in self._tokens.values()
            )

    # Nonces

    def nonce_used(self, use: NonceUse) -> NonceUse | None:
        """See Store."""
        nonces = self._nonces.get(use.client_key)
        return None if nonces is None else nonces.earlier(use)

    def use_nonce(self, use: NonceUse, *, now: float) -> NonceUse | None:
        """See Store."""
        with self._lock:
            nonces = self._nonces.get(use.client_key)
            if nonces is None:
                nonces = self._nonces[use.client_key] = Nonces()
            return nonces.use(use, now=now)

    # Messages

    def accept(self, message: Message) -> Charged | Declined:
        """See Store."""
        with self._lock:
            email, price = (message.account or "").lower(), message.total_price
            account = self._accounts.get(email)
            if account is None or account.balance < price:
                return Declined(balance=account.balance if account else Decimal(0))
            self._accounts[email] = account.charged(price)
            return Charged(balance_before=account.balance, number=self._keep(message))

    def keep_refused(self, message: Message) -> int:
        """See Store."""
        with self._lock:
            return self._keep(message)

    def _keep(self, message: Message) -> int:
        self._arrived.notify_all()
        return self._messages.add(message)

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """See Store."""
        return self._wait_for(lambda: self._messages, query.matches, wait_seconds)

    def _wait_for(
        self, history: Callable[[], History[_Item]], matches: Callable[[_Item], bool], wait_seconds: float
    ) -> Sequence[_Item]:
        """Return what matches, after a first match has come, or time is up."""
        with self._lock:
            if wait_seconds > 0:
                waiting, looked_at, seen = self._round_of_waiting, 0, history()

                def is_over() -> bool:
                    nonlocal looked_at, seen
                    if history() is not seen:  # everything was cleared meanwhile
                        looked_at, seen = 0, history()
                    # Each item is looked at once, however many there are and however often one arrives.
                    found = any(map(matches, seen.since(looked_at)))
                    looked_at = seen.added
                    return found or self._round_of_waiting != waiting

                self._arrived.wait_for(is_over, wait_seconds)
            held = history().all()
        return tuple(filter(matches, held))

    def inbox(self, query: InboxQuery, *, limit: int) -> Sequence[Kept]:
        """See Store."""
        with self._lock:  # only the numbers: nobody waits while what they stand for is searched
            messages, inbound = self._messages, self._inbound
            newest = merge(messages.newest(), inbound.newest(), reverse=True)
        wanted = newest if query.before is None else (number for number in newest if number < query.before)
        held = ((number, messages.numbered(number) or inbound.numbered(number)) for number in wanted)
        found = (
            Kept(number=number, message=message)
            for number, message in held
            if message is not None and query.matches(message)  # None: forgotten meanwhile
        )
        return tuple(islice(found, limit))

    def tally(self) -> Tally:
        """See Store."""
        with self._lock:
            return Tally(messages=len(self._messages), inbound=len(self._inbound))

    def kept(self, number: int) -> Message | Inbound | None:
        """See Store."""
        with self._lock:
            return self._messages.numbered(number) or self._inbound.numbered(number)

    def stop_waiting(self) -> None:
        """See Store."""
        with self._lock:
            self._round_of_waiting += 1
            self._arrived.notify_all()

    def message(self, message_id: str) -> Message | None:
        """See Store."""
        with self._lock:
            return self._messages.get(message_id)

    def report(self, receipt: Receipt) -> Message:
        """See Store."""
        with self._lock:
            held = self._messages.get(receipt.message_id)
            if held is None:
                raise Unknown("message", receipt.message_id, "GET /_fake/messages lists their message_ids")
            changed = replace(held, reported=(*held.reported, receipt))
            self._messages.replace(receipt.message_id, changed)
            return changed

    def keep_inbound(self, inbound: Inbound) -> None:
        """See Store."""
        with self._lock:
            self._inbound.add(inbound)

    def inbound(self, account: str) -> Sequence[Inbound]:
        """See Store."""
        with self._lock:
            held = self._inbound.all()
        return tuple(inbound for inbound in held if inbound.account == account)

    def opt(self, account: str, msisdn: str, *, out: bool) -> None:
        """See Store."""
        with self._lock:
            change = self._opted_out.add if out else self._opted_out.discard
            change((account.lower(), msisdn))

    def opted_out(self, account: str, msisdn: str) -> bool:
        """See Store."""
        return bool(self._opted_out) and (account.lower(), msisdn) in self._opted_out

    def clear_messages(self) -> None:
        """See Store."""
        with self._lock:
            self._messages.clear()
            self._inbound.clear()

    # Webhooks

    def add_webhooks(self, webhooks: Sequence[Webhook], *, held: bool = False) -> Sequence[int]:
        """See Store."""
        with self._lock:
            return [self._webhooks.add(webhook, held=held) for webhook in webhooks]

    def release_webhooks(self, numbers: Sequence[int]) -> None:
        """See Store."""
        with self._lock:
            for number in numbers:
                self._webhooks.release(number)

    def next_webhooks(self) -> Sequence[Queued]:
        """See Store."""
        with self._lock:
            return self._webhooks.heads()

    def take_webhook(self, number: int, *, lane: str | None, claim: int | None = None) -> bool:
        """See Store."""
        with self._lock:
            return self._webhooks.take(number, lane=lane, claim=claim)

    def finish_webhook(self, number: int, attempt: Attempt | None, again: Webhook | None) -> None:
        """See Store."""
        with self._lock:
            if not self._webhooks.finish(number):
                return
            if attempt is not None:
                self._attempts.add(attempt)
            if again is not None:
                self._webhooks.add(again)
            self._arrived.notify_all()

    def under_way(self) -> Collection[str | None]:
        """See Store."""
        with self._lock:
            return self._webhooks.under_way()

    def claim_lane(self, lane: str | None) -> int | None:
        """See Store."""
        with self._lock:
            return self._webhooks.claim(lane)

    def claimed_lanes(self) -> Collection[str | None]:
        """See Store."""
        with self._lock:
            return self._webhooks.claimed()

    def leave_lane(self, claim: int) -> None:
        """See Store."""
        with self._lock:
            self._webhooks.leave(claim)

    def attempts(self, query: AttemptQuery, *, wait_seconds: float = 0.0) -> Sequence[Attempt]:
        """See Store."""
        return self._wait_for(lambda: self._attempts, query.matches, wait_seconds)

    # Browser sessions

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """See Store."""
        with self._lock:
            if replaces is not None:
                self._sessions.pop(replaces, None)
            self._sessions[session.id] = session
            while len(self._sessions) > _MAX_SESSIONS:
                # Whoever only looks, without a cookie, has one too: those who have signed in stay longer.
                # The one that was just saved stays in any case: its form could not be sent else.
                others = [held for held in self._sessions.values() if held.id != session.id]
                del self._sessions[next((held for held in others if held.account is None), others[0]).id]

    def change_session(self, session_id: str, session: Session) -> bool:
        """See Store."""
        with self._lock:
            if self._sessions.pop(session_id, None) is None:
                return False
            self._sessions[session.id] = session
            return True

    def session(self, session_id: str) -> Session | None:
        """See Store."""
        return self._sessions.get(session_id)

    def count_failure(self, who: str) -> int:
        """See Store."""
        with self._lock:
            self._failures[who] = count = self._failures.pop(who, 0) + 1
            if len(self._failures) > _MAX_SESSIONS:
                self._failures.popitem(last=False)
            return count

    def forget_failures(self, who: str) -> None:
        """See Store."""
        with self._lock:
            self._failures.pop(who, None)

    def clear(self, seed: Callable[[Store], None]) -> None:
        """See Store."""
        with self._lock:
            visitors, failures = self._sessions, self._failures
            self._empty()
            self._failures = failures
            seed(self)
            for session in visitors.values():
                if session.account is None or session.account.lower() in self._accounts:
                    self._sessions[session.id] = session
