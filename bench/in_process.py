"""Without a socket: calls that are intercepted, beside each library's own stub and Werkzeug's test client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import responses
from oauthlib.oauth1 import Client
from requests_oauthlib import OAuth1Session
from werkzeug.test import Client as TestClient

from bench import realhosts
from bench.context import Context
from bench.fakes import REST, authorized, rich_fake
from bench.measure import Pair, paired, seconds
from bench.report import Section, Table, goal, goals, microseconds
from bench.stubs import BODY
from fake_provider import FakeNexmo
from fake_provider.settings import DEMO_APP

_FORM = {"from": "Acme", "to": "447700900000", "text": "hello from Nexmo"}
_ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
_TYPE = "application/x-www-form-urlencoded"
_TEXT = """\
One call, signing it included, against the same call answered by a static stub that verifies nothing: `OAuth1Session` of
requests-oauthlib with `responses`, httpx with respx (asking for the balance, unsigned), and Werkzeug's test client with a
constant behind it. Medians of the two in turn."""


def run(context: Context) -> Sequence[Section]:
    """Measure each pair."""
    rounds = 3 if context.quick else 31
    fake, token, secret = authorized(rich_fake())
    measured: list[tuple[str, str, Pair, float | None]] = []
    pairs: Sequence[tuple[str, str, Callable[[], Pair], float | None]] = (
        ("requests, `intercept()`", "`responses`", lambda: _by_requests(fake, token, secret, rounds), 1.35),
        ("httpx, `intercept()`", "respx", lambda: realhosts.httpx_pair(rounds), 1.35),
        ("httpx, async, `intercept()`", "respx", lambda: realhosts.async_httpx_pair(rounds), 1.35),
        (
            "test client, the fake as WSGI",
            "the same on a constant",
            lambda: _by_test_client(fake, token, secret, rounds),
            None,
        ),
    )
    for fakes, stub, measure, wanted in pairs:
        context.say(f"{fakes} against {stub}")
        measured.append((fakes, stub, measure(), wanted))
    rows = [
        (
            fakes,
            stub,
            microseconds(pair.first_seconds),
            microseconds(pair.second_seconds),
            f"{pair.ratio:.2f}",
        )
        for fakes, stub, pair, _ in measured
    ]
    wanted_rows = [
        goal(
            f"{fakes}: at most {wanted} times {stub}",
            measured=f"{pair.ratio:.2f} times",
            reached=pair.ratio <= wanted,
        )
        for fakes, stub, pair, wanted in measured
        if wanted is not None
    ]
    header = ("the fake", "against", "the fake's call", "the stub's", "ratio")
    return [
        Section(
            title="In process",
            text=_TEXT,
            tables=[Table(header=header, rows=rows, words=2), goals(wanted_rows)],
        )
    ]


def _by_requests(fake: FakeNexmo, token: str, secret: str, rounds: int) -> Pair:
    session = OAuth1Session(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def post() -> None:
        assert session.post(f"{REST}/sms/json", data=_FORM).json()["messages"][0]["status"] == "0"

    def faked(calls: int) -> float:
        with fake.intercept():
            return seconds(post, calls)

    def stubbed(calls: int) -> float:
        with responses.RequestsMock() as stub:
            stub.add(responses.POST, f"{REST}/sms/json", body=BODY, content_type="application/json")
            return seconds(post, calls)

    return paired(faked, stubbed, rounds=rounds, calls=60)


def _by_test_client(fake: FakeNexmo, token: str, secret: str, rounds: int) -> Pair:
    client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def posting(application: Callable[..., Iterable[bytes]]) -> Callable[[int], float]:
        browser = TestClient(application)

        def post() -> None:
            url, headers, body = client.sign(
                f"{REST}/sms/json", "POST", body=_ENCODED, headers={"Content-Type": _TYPE}
            )
            answer = browser.post("/sms/json", base_url=REST, data=body, headers=headers, content_type=_TYPE)
            assert answer.json is not None
            assert answer.json["messages"][0]["status"] == "0", url

        return lambda calls: seconds(post, calls)

    return paired(posting(fake.application), posting(_constant), rounds=rounds, calls=60)


def _constant(_: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(BODY)))])
    return [BODY.encode()]
