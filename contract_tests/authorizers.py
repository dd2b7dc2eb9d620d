"""How a user comes to authorize an app: by a fake's control API, in person, or long ago.

Each is a strategy with the same three steps; where one cannot take a step, the test is skipped and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TextIO
from urllib.parse import parse_qsl, urlsplit

import pytest

from .control import Control, Decision
from .signing import Credentials

TERMINAL = "/dev/tty"
"""Where a person is reached whatever pytest captures."""
NOBODY = "needs somebody who authorizes; nobody is there: the terminal has ended"


class Authorizer(Protocol):
    """A user of the provider, as far as an app needs one."""

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:
        """Return token credentials: those that are there, or what *flow* brings."""
        ...

    def be_there(self) -> None:
        """Skip the test where nobody can decide: before it has asked for anything to decide about."""
        ...

    def approve(self, oauth_token: str, page: str) -> Decision:
        """Authorize a request token, as on the page of this address."""
        ...

    def deny(self, oauth_token: str, page: str) -> Decision:
        """Deny it."""
        ...


@dataclass(frozen=True, slots=True)
class ByControl:
    """The user of a fake: decides at once, as the account of this e-mail."""

    control: Control
    account: str

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:
        return flow()

    def be_there(self) -> None:
        """A fake's user always is."""

    def approve(self, oauth_token: str, page: str) -> Decision:  # noqa: ARG002
        return self.control.decide(oauth_token, "approve", self.account)

    def deny(self, oauth_token: str, page: str) -> Decision:  # noqa: ARG002
        return self.control.decide(oauth_token, "deny", self.account)


@dataclass(slots=True)
class Person:
    """Somebody at the terminal, who is asked to open the page. One access token serves the whole run."""

    open_terminal: Callable[[str], TextIO] = field(default_factory=lambda: partial(open, TERMINAL))
    kept: Credentials | None = None
    has_left: bool = False  # the terminal has ended, so that nobody will ever answer

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:
        if self.kept is None:
            self.kept = flow()
        return self.kept

    def be_there(self) -> None:
        """Somebody is at the terminal, until it ends."""
        if self.has_left:
            pytest.skip(NOBODY)

    def approve(self, oauth_token: str, page: str) -> Decision:  # noqa: ARG002
        then = "then type the verifier, or paste the address to which you are sent, or nothing where there is none: "
        return self._ask(page, "Authorize", then)

    def deny(self, oauth_token: str, page: str) -> Decision:  # noqa: ARG002
        return self._ask(page, "Deny", "then press Enter: ")

    def _ask(self, page: str, button: str, then: str) -> Decision:
        with self.open_terminal("w") as screen, self.open_terminal("r") as keyboard:
            screen.write(f"\nOpen {page}\nand press {button}, {then}")
            screen.flush()
            line = keyboard.readline()
        # An empty line is an answer, where there is no verifier; the end of the terminal is none.
        self.has_left = not line
        self.be_there()
        typed = line.strip()
        if "://" not in typed:
            return Decision(verifier=typed or None, redirect_url=None)
        brought = dict(parse_qsl(urlsplit(typed).query))
        return Decision(verifier=brought.get("oauth_verifier"), redirect_url=typed)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A user who authorized the app long ago: the token is there, and nobody to decide about another."""

    token: Credentials

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:  # noqa: ARG002
        return self.token

    def be_there(self) -> None:
        pytest.skip("needs somebody who authorizes; there is a stored token only")

    def approve(self, oauth_token: str, page: str) -> Decision:  # noqa: ARG002
        self.be_there()
        raise AssertionError("nobody was there")

    def deny(self, oauth_token: str, page: str) -> Decision:
        return self.approve(oauth_token, page)


def somebody_is_there() -> bool:
    """Whether a person can be asked."""
    try:
        with open(TERMINAL, "w"):
            return True
    except OSError:
        return False
