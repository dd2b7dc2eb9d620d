"""Tests that run at the same time on one server: none sees what another one does."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest

from contract_tests.receiver import Receiver
from tests.conftest import Served
from tests.raw import form

USERS = 50
DAY = 24 * 3600


class User:
    """One user's test: an app, an account, a clock, a fault, messages and webhooks of its own."""

    def __init__(self, number: int, served: Served, receiver: Receiver) -> None:
        self.number = number
        self.key = f"app-{number}"
        self.email = f"u{number}@example.com"
        self.served = served
        self.url = f"{receiver.url}/{number}"
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Go through it; what fails is kept."""
        try:
            self._arrange()
            self._act()
        except BaseException as error:  # noqa: BLE001  it is raised again where pytest sees it
            self.failure = error

    def _arrange(self) -> None:
        account = {
            "email": self.email,
            "api_key": f"key{self.number}",
            "dr_callback_url": self.url,
            "mo_callback_url": self.url,
            "numbers": [f"4477009004{self.number:02}"],
        }
        self.served.control("POST", "/accounts", account)
        app = {"name": self.key, "consumer_key": self.key, "consumer_secret": "s", "owner": self.email}
        self.served.control("POST", "/apps", app)
        # Each lives in a year of its own.
        clock = {"consumer_key": self.key, "at": f"{2000 + self.number}-01-01T00:00:00Z"}
        self.served.control("POST", "/clock", clock | {"freeze": True})

    def _act(self) -> None:
        match = {"consumer_key": self.key, "path": "/sms/json"}
        self.served.control("POST", "/faults", {"match": match, "action": {"status": 500 + self.number}})
        token = self._access_token()
        assert self._send(token, "met by the fault") == 500 + self.number
        assert self._send(token, "accepted") == 200
        assert self._send(token, "accepted, later", to="447700900305") == 200
        self._advance(0)
        assert self._pushed() == ["447700900000"]
        self._advance(60)
        assert self._pushed() == ["447700900000", "447700900305"]
        inbound = {"msisdn": "447700900001", "to": f"4477009004{self.number:02}", "text": "hi"}
        self.served.control("POST", "/inbound", inbound | {"consumer_key": self.key})
        self._advance(DAY)
        assert self._pushed() == ["447700900000", "447700900305", "447700900001"]
        messages = self.served.control("GET", f"/messages?consumer_key={self.key}")["messages"]
        assert [message["text"] for message in messages] == ["accepted", "accepted, later"]
        assert {message["received_at"][:4] for message in messages} == {str(2000 + self.number)}

    def _access_token(self) -> tuple[str, str]:
        first = self._signed("/oauth/request_token", oauth={"oauth_callback": "oob"})
        token = (first.form["oauth_token"], first.form["oauth_token_secret"])
        decision = {"oauth_token": token[0], "decision": "approve", "account": self.email}
        verifier = self.served.control("POST", "/authorizations", decision)["oauth_verifier"]
        second = self._signed("/oauth/access_token", oauth={"oauth_verifier": verifier}, token=token)
        return second.form["oauth_token"], second.form["oauth_token_secret"]

    def _send(self, token: tuple[str, str], text: str, to: str = "447700900000") -> int:
        body, headers = form(from_="Acme", to=to, text=text)
        return int(self._signed("/sms/json", body=body, headers=headers, token=token, oauth={}).status)

    def _signed(self, target: str, *, oauth: dict[str, str], **parts: Any) -> Any:
        now = self.served.control("GET", f"/clock?consumer_key={self.key}")["now"]
        stamp = str(int(datetime.fromisoformat(now).timestamp()))
        oauth = {"oauth_timestamp": stamp, **oauth}
        return self.served.signed(target=target, consumer=(self.key, "s"), oauth=oauth, **parts).send()

    def _advance(self, seconds: int) -> None:
        self.served.control("POST", "/clock", {"consumer_key": self.key, "advance_seconds": seconds})

    def _pushed(self) -> list[str]:
        attempts = self.served.control("GET", f"/webhooks?consumer_key={self.key}")["webhooks"]
        assert {attempt["url"] for attempt in attempts} == {self.url}
        assert {attempt["at"][:4] for attempt in attempts} == {str(2000 + self.number)}
        return [attempt["parameters"]["msisdn"] for attempt in attempts]


def test_fifty_tests_at_once(documented: Served, receiver: Receiver) -> None:
    """Messages, faults, time and webhooks of each are its own."""
    users = [User(number, documented, receiver) for number in range(USERS)]
    threads = [threading.Thread(target=user.run) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)

    failures = [user.failure for user in users if user.failure]
    if failures:
        raise failures[0]
    for user in users:
        got = [one for one in receiver.received if one.target.partition("?")[0].endswith(f"/{user.number}")]
        assert [one.parameters["msisdn"] for one in got] == ["447700900000", "447700900305", "447700900001"]
    assert documented.control("GET", "/faults") == {"faults": []}
    assert documented.control("GET", "/clock")["frozen"] is False


@pytest.mark.parametrize("moved", ["app-a", None])
def test_what_follows_a_consumers_clock(moved: str | None, documented: Served) -> None:
    """The timestamp window and the life of request tokens; a common clock moves those who have none of their own."""
    tokens = {}
    for key in ("app-a", "app-b"):
        documented.fake.create_app(key, consumer_key=key, consumer_secret="s")
        answer = documented.signed(target="/oauth/request_token", consumer=(key, "s")).send()
        tokens[key] = answer.form["oauth_token"]
    documented.control("POST", "/clock", {"advance_seconds": 3601, "consumer_key": moved})
    stages = {
        token["oauth_token"]: token["stage"] for token in documented.control("GET", "/tokens")["tokens"]
    }
    answers = {
        key: documented.signed(target="/oauth/request_token", consumer=(key, "s")).send().status
        for key in tokens
    }

    expected = "expired" if moved is None else "issued"
    assert stages == {tokens["app-a"]: "expired", tokens["app-b"]: expected}
    assert answers == {"app-a": 401, "app-b": 401 if moved is None else 200}


def test_nonces_age_by_their_own_consumers_clock(documented: Served) -> None:
    """A consumer who lives ten years ahead does not make another's nonces forgotten."""
    for key in ("app-a", "app-b"):
        documented.fake.create_app(key, consumer_key=key, consumer_secret="s")
    request = documented.signed(target="/oauth/request_token", consumer=("app-b", "s"))
    request.oauth = {"oauth_nonce": "once", "oauth_timestamp": str(int(documented.fake.clock.now()))}
    assert request.send().status == 200
    documented.fake.clock.advance(3650 * DAY, consumer_key="app-a")
    stamp = str(int(documented.fake.clock.now(consumer_key="app-a")))
    ahead = documented.signed(
        target="/oauth/request_token", consumer=("app-a", "s"), oauth={"oauth_timestamp": stamp}
    )
    assert ahead.send().status == 200

    assert request.send().status == 401
    assert documented.diagnosis == "nonce-used"
