"""State in this process's memory, under one lock: the default, and as fast as a fake can be."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from ...domain.account import Account, Session
from ...domain.credentials import (
    ClientCredentials,
    NonceUse,
    Stage,
    TemporaryCredentials,
    Token,
    TokenCredentials,
)
from ...domain.message import Message
from ...errors import Conflict, Unknown
from ...ports import Charged, Declined, MessageQuery, Store

_MAX_MESSAGES = 10_000
_MAX_SESSIONS = 1_000
_NONCE_SECONDS = 600  # twice the window of a timestamp: a use may be remembered early, never forgotten early


class MemoryStore:
    """A Store in memory; every method is one atomic step."""

    def __init__(self, *, max_messages: int = _MAX_MESSAGES) -> None:
        self._lock = threading.RLock()
        self._arrived = threading.Condition(self._lock)
        self._max_messages = max_messages
        self._round_of_waiting = 0  # counts up when all who wait are sent away
        self._empty()

    def _empty(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._email_by_key: dict[str, str] = {}
        self._apps: dict[str, ClientCredentials] = {}
        self._tokens: dict[str, Token] = {}
        # By timestamp, so that forgetting what is too old to be replayed costs nothing per request.
        self._nonces: dict[int, dict[tuple[str, str, str], NonceUse]] = {}
        self._messages: deque[Message] = deque(maxlen=self._max_messages)
        self._sessions: OrderedDict[str, Session] = OrderedDict()

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
            self._accounts[email] = account
            self._email_by_key[account.api_key] = email

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

    def remove_app(self, client_key: str) -> None:
        """See Store."""
        with self._lock:
            if self._apps.pop(client_key, None) is None:
                raise Unknown("app", client_key, "GET /_fake/apps lists them")
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
        return self._nonces.get(use.timestamp, {}).get((use.client_key, use.token, use.nonce))

    def use_nonce(self, use: NonceUse, *, now: float) -> NonceUse | None:
        """See Store."""
        with self._lock:
            uses = self._nonces.get(use.timestamp)
            if uses is None:
                for old in [stamp for stamp in self._nonces if stamp < now - _NONCE_SECONDS]:
                    del self._nonces[old]
                uses = self._nonces[use.timestamp] = {}
            key = (use.client_key, use.token, use.nonce)
            earlier = uses.get(key)
            if earlier is None:
                uses[key] = use
            return earlier

    # Messages

    def accept(self, message: Message) -> Charged | Declined:
        """See Store."""
        with self._lock:
            account = self._accounts.get((message.account or "").lower())
            if account is None or account.balance < message.total_price:
                return Declined(balance=account.balance if account else Decimal(0))
            charged = replace(account, balance=account.balance - message.total_price)
            self._accounts[account.email.lower()] = charged
            self._keep(message)
            return Charged(balance_before=account.balance)

    def keep_refused(self, message: Message) -> None:
        """See Store."""
        with self._lock:
            self._keep(message)

    def _keep(self, message: Message) -> None:
        self._messages.append(message)
        self._arrived.notify_all()

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """See Store."""
        with self._lock:
            if wait_seconds > 0:
                waiting = self._round_of_waiting
                self._arrived.wait_for(
                    lambda: (
                        self._round_of_waiting != waiting or any(map(query.matches, reversed(self._messages)))
                    ),
                    wait_seconds,
                )
            return tuple(filter(query.matches, self._messages))

    def stop_waiting(self) -> None:
        """See Store."""
        with self._lock:
            self._round_of_waiting += 1
            self._arrived.notify_all()

    def clear_messages(self) -> None:
        """See Store."""
        with self._lock:
            self._messages.clear()

    # Browser sessions

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """See Store."""
        with self._lock:
            if replaces is not None:
                self._sessions.pop(replaces, None)
            self._sessions[session.id] = session
            for oldest in tuple(islice(self._sessions, max(0, len(self._sessions) - _MAX_SESSIONS))):
                del self._sessions[oldest]

    def session(self, session_id: str) -> Session | None:
        """See Store."""
        return self._sessions.get(session_id)

    def clear(self, seed: Callable[[Store], None]) -> None:
        """See Store."""
        with self._lock:
            self._empty()
            seed(self)
