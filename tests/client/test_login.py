"""How a person logs in from a terminal."""

from __future__ import annotations

import io
import webbrowser
from collections.abc import Callable
from urllib.parse import unquote
from urllib.request import urlopen

import pytest
import responses

from client import login
from client.console import Console
from client.errors import AuthorizationDenied, WrongCallback
from client.nexmo import NexmoOAuth

from .examples import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_URL,
    ISSUED_ACCESS_TOKEN,
    ISSUED_REQUEST_TOKEN,
    REQUEST_TOKEN_URL,
    authorization,
)

PAGE = "https://dashboard.nexmo.com/oauth/authorize?oauth_token=request-token"


def _console(typed: str = "") -> Console:
    return Console(stdin=io.StringIO(typed), stdout=io.StringIO(), stderr=io.StringIO())


def _user(service: responses.RequestsMock, query: str) -> Callable[[str], bool]:
    """Return a browser whose user decides at once, and that is then sent back with this query."""

    def open_page(url: str) -> bool:
        assert url == PAGE
        header = authorization(service.calls[0].request.headers)
        callback = unquote(header.split('oauth_callback="')[1].split('"')[0])
        urlopen(f"{callback}?{query}", timeout=10).close()
        return True

    return open_page


def test_a_browser_reports_back(
    nexmo: NexmoOAuth, service: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is opened, the callback received on loopback, its verifier exchanged."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)
    user = _user(service, "oauth_token=request-token&oauth_verifier=v3rifier")
    monkeypatch.setattr(webbrowser, "open", user)

    assert login.by_loopback(nexmo, _console()) == ACCESS_TOKEN
    assert 'oauth_verifier="v3rifier"' in authorization(service.calls[1].request.headers)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("oauth_token=request-token&oauth_problem=permission_denied", AuthorizationDenied),
        ("oauth_token=another&oauth_verifier=v3rifier", WrongCallback),
    ],
)
def test_a_callback_that_grants_nothing_ends_the_login(
    nexmo: NexmoOAuth,
    service: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    query: str,
    expected: type[Exception],
) -> None:
    """No exchange is tried after a denial or a foreign callback."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    monkeypatch.setattr(webbrowser, "open", _user(service, query))

    with pytest.raises(expected):
        login.by_loopback(nexmo, _console())


@pytest.mark.parametrize(
    "typed",
    ["v3rifier\n", "https://app.example/cb?oauth_token=request-token&oauth_verifier=v3rifier\n"],
    ids=["the-verifier", "the-whole-address"],
)
def test_by_hand_the_verifier_is_typed(
    nexmo: NexmoOAuth, service: responses.RequestsMock, typed: str
) -> None:
    """Either the verifier that the page shows, or the address that the browser ended at."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)
    console = _console(typed)

    assert login.by_hand(nexmo, console, callback="oob") == ACCESS_TOKEN
    assert 'oauth_verifier="v3rifier"' in authorization(service.calls[1].request.headers)
    assert isinstance(console.stdout, io.StringIO)
    assert PAGE in console.stdout.getvalue().splitlines()


def test_nexmos_documented_flow_needs_a_key_only(nexmo: NexmoOAuth, service: responses.RequestsMock) -> None:
    """Neither callback nor verifier: "press any key"."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)

    assert login.by_hand(nexmo, _console("\n"), callback=None) == ACCESS_TOKEN
    assert "oauth_callback" not in authorization(service.calls[0].request.headers)
    assert "oauth_verifier" not in authorization(service.calls[1].request.headers)


def test_whether_there_is_a_browser_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without one is no error."""

    def none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", object)
    assert login.browser_available()
    monkeypatch.setattr(webbrowser, "get", none)
    assert not login.browser_available()
