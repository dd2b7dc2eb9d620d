"""What only a fake can do, over its control API: apps and accounts of a test's own, decisions, revocations.

Nothing here resets anything: others may use the same server.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest
import requests

from fake_provider.contract import odd_json

from .signing import Credentials

PROFILES = ("documented", "strict")
LACKING = "its control API has no"  # how the reason begins why a test is skipped that needs a call of it
_HEALTH = "health"  # what a fake is known by: without it there is none
_NOTHING = "nothing-of-that-name"
_ABSENT = frozenset({404, 405, 501})

Send = Callable[[requests.PreparedRequest], requests.Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the provider, and what its owner signs in with."""

    email: str
    password: str = field(repr=False)
    key: Credentials  # api_key and api_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What came of a user's decision; ``redirect_url`` is None where there is nowhere to be sent."""

    verifier: str | None = field(repr=False)
    redirect_url: str | None = field(repr=False)


class ControlError(Exception):
    """The control API did not do what was asked, or has not said so as a fake does."""

    def __init__(self, call: str, answer: requests.Response, problem: str = "") -> None:
        said = problem or answer.content[:300].decode("utf-8", "replace")
        super().__init__(f"{call} answered {answer.status_code}: {said}")
        self.status = answer.status_code


class _Made(dict[str, Any]):
    """What a control call answers: a member that is not there is a ControlError."""

    def __init__(self, members: Mapping[str, Any], call: str, answer: requests.Response) -> None:
        super().__init__(members)
        self._call, self._answer = call, answer

    def __missing__(self, name: str) -> NoReturn:
        self.refuse(f"there is no {name} in it")

    def refuse(self, problem: str) -> NoReturn:
        """Say what is wrong with it."""
        raise ControlError(self._call, self._answer, problem)


@dataclass(frozen=True, slots=True)
class Control:
    """The control API of one fake."""

    url: str  # the fake's own, without /_fake
    send: Send
    bearer: str | None = field(default=None, repr=False)

    def profile(self) -> str:
        """Return "documented" or "strict"."""
        made = self._call("GET", _HEALTH)
        profile = made["profile"]
        if profile not in PROFILES:
            made.refuse(f"its profile is not one of {', '.join(PROFILES)}")
        return str(profile)

    def asks(self) -> bool:
        """Whether a user is asked; some fakes are told to approve at once."""
        return not self._call("GET", _HEALTH).get("auto_approve", False)

    def new_account(self, *, balance: str = "10.00", **members: object) -> Account:
        """Open an account that no other test knows; *members* are those of the control call."""
        name, password = secrets.token_hex(8), secrets.token_hex(8)
        wanted = {"email": f"{name}@example.com", "password": password, "balance": balance, **members}
        made = self._call("POST", "accounts", wanted)
        key = Credentials(made["api_key"], made["api_secret"])
        return Account(email=made["email"], password=password, key=key)

    def new_app(self, *, callback_url: str | None = None, **members: str) -> Credentials:
        """Register an app that no other test knows; *members* are those of the control call."""
        name = f"Contract {secrets.token_hex(4)}"
        made = self._call("POST", "apps", {"name": name, "callback_url": callback_url, **members})
        return Credentials(made["consumer_key"], made["consumer_secret"])

    def decide(self, oauth_token: str, decision: str, account: str) -> Decision:
        """Let *account* (an e-mail) "approve" or "deny" a request token."""
        wanted = {"oauth_token": oauth_token, "decision": decision, "account": account}
        made = self._call("POST", "authorizations", wanted)
        return Decision(verifier=made["oauth_verifier"], redirect_url=made["redirect_url"])

    def revoke(self, oauth_token: str) -> None:
        """Revoke a token."""
        self._call("DELETE", f"tokens/{oauth_token}")

    def receipt(self, message_id: str, status: str, err_code: str = "0") -> None:
        """Let a carrier say what became of one part of an SMS."""
        self._call("POST", f"messages/{message_id}/receipt", {"status": status, "err_code": err_code})

    def new_number(self) -> str:
        """Return a virtual number that no other test knows, within the country code that nobody has."""
        return f"999{secrets.randbelow(10**9):09}"

    def inbound(self, *, msisdn: str, to: str, **members: str) -> None:
        """Let *msisdn* send an SMS to the virtual number *to*; *members* are those of the control call."""
        self._call("POST", "inbound", {"msisdn": msisdn, "to": to, **members})

    def advance(self, seconds: float, consumer_key: str | None) -> None:
        """Let time pass, for this consumer alone, or with None for all: for tests marked ``alone``."""
        wanted = {"advance_seconds": seconds, "consumer_key": consumer_key}
        self._call("POST", "clock", {name: value for name, value in wanted.items() if value is not None})

    def freeze(self, consumer_key: str) -> None:
        """Let time stand still for this consumer."""
        self._call("POST", "clock", {"freeze": True, "consumer_key": consumer_key})

    def messages(self, consumer_key: str) -> list[dict[str, Any]]:
        """Return what was sent through the app *consumer_key*, the oldest first."""
        found: list[dict[str, Any]] = self._call("GET", f"messages?consumer_key={consumer_key}")["messages"]
        return found

    def _call(self, method: str, path: str, members: Mapping[str, object] | None = None) -> _Made:
        """Make a control call. Where there is no such call, the test is skipped: that is no wrong answer of the provider."""
        call = f"{method} /_fake/{path}"
        answer = self._sent(method, path, members)
        if path != _HEALTH and answer.status_code in _ABSENT and self._lacks(method, path, members, answer):
            name = re.sub(
                "/[^/]+", "/…", path.partition("?")[0], count=1
            )  # an id would make each test a reason of its own
            pytest.skip(f"{LACKING} {method} /_fake/{name} ({answer.status_code})")
        if answer.status_code >= 300:
            raise ControlError(call, answer)
        try:
            made = odd_json.loads(answer.content or "{}")
        except ValueError as error:
            raise ControlError(call, answer, f"that is no JSON: {error}") from None
        if not isinstance(made, dict):
            raise ControlError(call, answer, "that is no JSON object")
        return _Made(made, call, answer)

    def _sent(self, method: str, path: str, members: Mapping[str, object] | None) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}
        url = f"{self.url}/_fake/{path}"
        return self.send(requests.Request(method, url, headers=headers, json=members).prepare())

    def _lacks(
        self, method: str, path: str, members: Mapping[str, object] | None, answer: requests.Response
    ) -> bool:
        """Whether *answer* is what every call gets that there is not: 404 is said of a token that nobody knows, too."""
        nothing = self._sent(method, _NOTHING, members)
        said = answer.content.replace(path.partition("?")[0].encode(), _NOTHING.encode())
        return (nothing.status_code, nothing.content) == (answer.status_code, said)
