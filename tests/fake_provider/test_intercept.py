"""The in-process door: what it catches, what it leaves alone, and that leaving restores everything."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
import responses
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth1Session
from urllib3.util.retry import Retry

from fake_provider import FakeNexmo

BALANCE = "https://rest.nexmo.com/account/get-balance?api_key=abcd1234&api_secret=fake-api-secret"


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """A server of another host, on a real socket."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "9")
            self.end_headers()
            self.wfile.write(b"elsewhere")

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "origin", ["https://rest.nexmo.com", "http://rest.nexmo.com", "https://REST.nexmo.com:443"]
)
def test_both_hosts_are_caught(origin: str) -> None:
    """Every scheme, case and port of the two hosts lands in the fake."""
    fake = FakeNexmo()
    with fake.intercept():
        assert requests.get(f"{origin}/_fake/health", timeout=1).json()["status"] == "ok"
        assert requests.get(f"{origin}/nothing/here", timeout=1).status_code == 404
        assert requests.get("https://dashboard.nexmo.com/", timeout=1).status_code == 200

    assert fake.exchanges[0].request.url.lower().startswith(origin.lower().removesuffix(":443"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO"])
def test_every_method_is_caught(method: str) -> None:
    """No method falls through to the network."""
    with FakeNexmo().intercept():
        assert requests.request(method, "https://rest.nexmo.com/nothing", timeout=1).status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@rest.nexmo.com/x",
        "https://rest.nexmo.com./x",
        "https://rest.nexmo.com:/x",
        "https://rest.nexmo.com",
    ],
)
def test_no_spelling_of_the_hosts_gets_out(url: str) -> None:
    """User information, a dot at the end, an empty port: it is the same host, and never reached."""
    fake = FakeNexmo()
    with fake.intercept():
        assert requests.get(url, timeout=1).status_code in (200, 404)


def test_other_hosts_are_left_alone(elsewhere: str) -> None:
    """A host whose name only looks alike, or any other, is reached as always."""
    fake = FakeNexmo()
    with fake.intercept():
        assert requests.get(elsewhere, timeout=5).text == "elsewhere"
        assert requests.get(elsewhere + "?u=https://rest.nexmo.com/", timeout=5).text == "elsewhere"
        with pytest.raises(requests.ConnectionError):
            requests.get("http://rest.nexmo.com.invalid/", timeout=5)

    assert fake.exchanges == ()


def test_the_tests_own_responses_stay() -> None:
    """What a test has mocked itself for other hosts goes on, outside and inside."""
    with responses.RequestsMock() as own:
        own.get("https://other.example/", body="mine")
        with FakeNexmo().intercept():
            assert requests.get("https://other.example/", timeout=1).text == "mine"
            assert requests.get(BALANCE, timeout=1).json()["value"] == 10.0
        assert requests.get("https://other.example/", timeout=1).text == "mine"


def test_the_global_mock_is_not_touched() -> None:
    """The mock object that the library shares between all its users knows nothing of the fake."""
    with FakeNexmo().intercept():
        assert responses.registered() == []


def test_interceptions_nest() -> None:
    """The innermost fake answers; leaving it brings back the one around it."""
    outer, inner = FakeNexmo(), FakeNexmo()
    with outer.intercept():
        with inner.intercept():
            requests.get(BALANCE, timeout=1)
        requests.get(BALANCE, timeout=1)
        requests.get(BALANCE, timeout=1)

    assert (len(inner.exchanges), len(outer.exchanges)) == (1, 2)


def test_leaving_restores_everything() -> None:
    """After the context, also one left by an exception, requests is what it was."""
    before = HTTPAdapter.send
    with pytest.raises(ZeroDivisionError), FakeNexmo().intercept():
        raise ZeroDivisionError

    assert HTTPAdapter.send is before


def test_many_threads() -> None:
    """Threads share an interception."""
    fake = FakeNexmo()

    def work() -> None:
        for _ in range(20):
            assert requests.get(BALANCE, timeout=1).status_code == 200

    with fake.intercept():
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(fake.exchanges) == 160


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("a=1&text=x", id="text"),
        pytest.param(b"a=1&text=x", id="bytes"),
        pytest.param({"a": "1", "text": "x"}, id="mapping"),
        pytest.param(io.BytesIO(b"a=1&text=x"), id="file"),
        pytest.param(iter([b"a=1&", b"text=x"]), id="chunks"),
    ],
)
def test_bodies(data: object) -> None:
    """Whatever requests takes as a body arrives as its bytes."""
    fake = FakeNexmo()
    with fake.intercept():
        requests.post("https://rest.nexmo.com/sms/json", data=data, timeout=1)  # type: ignore[arg-type]

    assert fake.exchanges[0].request.body == b"a=1&text=x"


def test_cookies_are_kept() -> None:
    """A session keeps the cookies of the pages, so that a consent can be played in process."""
    fake = FakeNexmo()
    with fake.intercept():
        oauth = OAuth1Session("fake-consumer-key", "fake-consumer-secret", callback_uri="oob")
        token = oauth.fetch_request_token("https://dashboard.nexmo.com/oauth/request_token")["oauth_token"]
        browser = requests.Session()
        browser.get(f"https://dashboard.nexmo.com/oauth/authorize?oauth_token={token}", timeout=1)

        assert browser.cookies["fake_nexmo_session"]


def test_retries_of_an_adapter() -> None:
    """An adapter's own retries happen, as they would on the wire."""
    fake = FakeNexmo()
    session = requests.Session()
    session.mount(
        "https://", HTTPAdapter(max_retries=Retry(2, status_forcelist=[404], raise_on_status=False))
    )
    with fake.intercept():
        session.get("https://rest.nexmo.com/nothing", timeout=1)

    assert len(fake.exchanges) == 3


def test_a_redirect_is_followed() -> None:
    """requests follows what the fake redirects to, within the fake."""
    fake = FakeNexmo(auto_approve=True)
    with fake.intercept():
        oauth = OAuth1Session(
            "fake-consumer-key", "fake-consumer-secret", callback_uri="https://dashboard.nexmo.com/"
        )
        oauth.fetch_request_token("https://dashboard.nexmo.com/oauth/request_token")
        answer = requests.get(
            oauth.authorization_url("https://dashboard.nexmo.com/oauth/authorize"), timeout=1
        )

    assert answer.status_code == 200
    assert "oauth_verifier=" in answer.url
