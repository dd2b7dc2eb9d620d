"""The callback receiver."""

from __future__ import annotations

import socket
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from client.errors import TimedOut, WrongUse
from client.loopback import listening


def test_the_callback_is_received_and_the_browser_thanked() -> None:
    """Path and query come back as they were; the page names nothing of them and is kept nowhere."""
    with listening() as receiver:
        with urlopen(f"{receiver.url}?oauth_token=t&oauth_verifier=a%2Bb", timeout=10) as page:
            body, headers = page.read().decode(), page.headers

        assert receiver.wait(10) == "/callback?oauth_token=t&oauth_verifier=a%2Bb"
    assert "close this window" in body
    assert "a+b" not in body
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_it_listens_on_loopback_alone() -> None:
    """The address is 127.0.0.1, with a port that was free."""
    with listening() as receiver:
        url = urlsplit(receiver.url)

    assert (url.scheme, url.hostname, url.path) == ("http", "127.0.0.1", "/callback")


def test_what_else_a_browser_does_is_waited_past() -> None:
    """An icon is not found, a silent connection holds nobody up."""
    with listening() as receiver:
        port = urlsplit(receiver.url).port
        with socket.create_connection(("127.0.0.1", port)):
            with pytest.raises(HTTPError, match="404") as raised:
                urlopen(f"http://127.0.0.1:{port}/favicon.ico", timeout=10)
            raised.value.close()
            urlopen(f"{receiver.url}?oauth_token=t", timeout=10).close()

            assert receiver.wait(10) == "/callback?oauth_token=t"


def test_nobody_is_waited_for_longer_than_told() -> None:
    """Without a callback, the error says what else there is."""
    with listening() as receiver, pytest.raises(TimedOut, match="--no-browser"):
        receiver.wait(0.001)


def test_a_taken_port_is_named() -> None:
    """The error names the address and the option."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(WrongUse, match=f"127.0.0.1:{port}.*--port"), listening(port):
            pytest.fail("it listens all the same")


def test_nothing_is_written_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """The request line holds the verifier, so it is not logged."""
    with listening() as receiver:
        urlopen(f"{receiver.url}?oauth_verifier=v3rifier", timeout=10).close()
        receiver.wait(10)

    assert capfd.readouterr() == ("", "")
