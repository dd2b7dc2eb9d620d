"""Who looks at a page: the browser's session, its cookie, its CSRF token, and who has signed in.

Attempts to sign in with a wrong password are answered later and later; so many at once are not let wait that asking
side by side would help.
"""

from __future__ import annotations

import hmac
import threading
from collections import Counter
from dataclasses import replace

from werkzeug.wrappers import Request, Response

from ..domain.account import Account, Session
from ..ports import Ports

SESSION_COOKIE = "fake_nexmo_session"

_FREE_ATTEMPTS = 3
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.25, 4.0
_MAX_WAITING = 8


class TooManyAttempts(Exception):
    """So many attempts to sign in wait already that this one was not looked at."""


class Visitors:
    """The sessions of one fake."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()

    def held(self, request: Request) -> Session | None:
        """Return the browser's session, if it has one."""
        return self._ports.store.session(request.cookies.get(SESSION_COOKIE, ""))

    def session(self, request: Request) -> Session:
        """Return the browser's session, or a new one that nobody has signed in to."""
        held = self.held(request)
        if held is not None:
            return held
        session = self._new(None)
        self._ports.store.save_session(session)
        return session

    def account(self, session: Session) -> Account | None:
        """Return who has signed in."""
        return self._ports.store.account(session.account) if session.account else None

    def begin(self, account: str | None, old: Session) -> Session:
        """Sign *account* in, or everybody out.

        The session gets a new id, so that nobody who planted the old one is signed in too.
        """
        fresh = self._new(account)
        self._ports.store.save_session(fresh, replaces=old.id)
        return fresh

    def unlock(self, session: Session) -> Session:
        """Remember that this visitor knows the control token; who has signed out meanwhile stays signed out."""
        unlocked = replace(session, id=self._ports.entropy.token(), unlocked=True)
        return unlocked if self._ports.store.change_session(session.id, unlocked) else session

    def _new(self, account: str | None) -> Session:
        entropy = self._ports.entropy
        return Session(
            id=entropy.token(),
            csrf_token=entropy.token(),
            account=account,
            created_at=self._ports.clock.now(),
        )

    def is_own_form(self, request: Request, session: Session) -> bool:
        """Whether the form that was sent is one that this session was shown."""
        sent = request.form.get("csrf_token", "")
        return hmac.compare_digest(sent.encode(), session.csrf_token.encode())

    def identified(self, email: str, password: str) -> Account | None:
        """Return the account of this e-mail and password; raises TooManyAttempts."""
        account = self._ports.store.account(email.strip())
        if account is None:  # all that are not there are one: names that somebody makes up are not remembered
            self.knows("nobody", password, "")
            return None
        return account if self.knows(f"account {account.email.lower()}", password, account.password) else None

    def knows(self, who: str, given: str, expected: str) -> bool:
        """Whether *given* is what *who* must know, the later the oftener it was not; raises TooManyAttempts."""
        if wait := _wait_seconds(self._ports.store.count_failure(who)):
            with self._lock:
                if self._waiting[who] >= _MAX_WAITING:
                    raise TooManyAttempts
                self._waiting[who] += 1
            try:
                self._ports.pause.wait(wait)
            finally:
                with self._lock:
                    self._waiting[who] -= 1
        known = bool(expected) and hmac.compare_digest(expected.encode(), given.encode())
        if known:
            self._ports.store.forget_failures(who)
        return known

    @staticmethod
    def remember(response: Response, session: Session, request: Request) -> None:
        """Give the browser its cookie, where it has another or none: an answer that is late must not undo a newer one."""
        if request.cookies.get(SESSION_COOKIE) == session.id:
            return
        secure = request.scheme == "https"
        response.set_cookie(
            SESSION_COOKIE, session.id, httponly=True, samesite="Lax", secure=secure, path="/"
        )


def _wait_seconds(attempt: int) -> float:
    if attempt <= _FREE_ATTEMPTS:
        return 0.0
    return min(_FIRST_WAIT_SECONDS * 2.0 ** min(attempt - _FREE_ATTEMPTS - 1, 10), _LONGEST_WAIT_SECONDS)
