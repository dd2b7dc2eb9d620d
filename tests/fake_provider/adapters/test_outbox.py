"""Where webhooks may go, how long they wait, and what they do not follow."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from contract_tests.receiver import Receiver
from fake_provider.adapters.outbox import HttpOutbox, network_or_name
from fake_provider.domain.account import WebhookMethod
from fake_provider.domain.webhook import Webhook
from fake_provider.errors import InvalidValue
from fake_provider.ports import Delivery

PAIRS = (("text", "Grüße & 100 %"), ("type", "text"))


def webhook(url: str, method: WebhookMethod = "GET") -> Webhook:
    """Return a webhook to *url*."""
    return Webhook(
        kind="inbound", url=url, method=method, parameters=PAIRS, message_id="0A", account="a@x", api_key="a",
        client_key=None, due=0.0, first_due=0.0,
    )  # fmt: skip


def push(url: str, *, allowed: tuple[str, ...] = (), answer_seconds: float = 5.0) -> Delivery:
    """Push to *url* once."""
    outbox = HttpOutbox(allowed=allowed, connect_seconds=0.2, answer_seconds=answer_seconds)
    return outbox.push(webhook(url), PAIRS)


@pytest.mark.parametrize("method", ["GET", "POST", "POST-JSON"])
def test_parameters_arrive_exactly(method: WebhookMethod, receiver: Receiver) -> None:
    """In a query, a form, or JSON."""
    delivery = HttpOutbox().push(webhook(receiver.url, method), PAIRS)

    assert delivery == Delivery(outcome="delivered", detail="200 OK", http_status=200)
    assert tuple(receiver.received[0].pairs) == PAIRS
    assert receiver.received[0].headers["host"] == receiver.url.split("/")[2]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "delivered"), (204, "delivered"), (299, "delivered"), (302, "refused"), (500, "refused")],
)
def test_what_counts_as_taken(status: int, outcome: str, receiver: Receiver) -> None:
    """Any 2xx does."""
    receiver.status = status

    delivery = push(receiver.url)

    assert (delivery.outcome, delivery.http_status) == (outcome, status)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """It would lead past the check of the address."""
    receiver.status, receiver.location = 302, receiver.url

    push(receiver.url)

    assert len(receiver.received) == 1


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "[2001:4860:4860::8888]",
        "169.254.169.254",  # where clouds keep credentials
        "[fe80::1]",
        "[::ffff:8.8.8.8]",
        "0.0.0.0",
        "100.64.0.1",
    ],
)
def test_other_networks_are_not_reached(host: str) -> None:
    """Nothing is even tried, and the answer says how to allow it."""
    delivery = push(f"http://{host}/dr")

    assert delivery.outcome == "not-allowed"
    assert "--allow-webhooks-to" in delivery.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_reached(host: str) -> None:
    """Nobody listens on port 1, but that had to be tried to be known."""
    assert push(f"http://{host}:1/dr").outcome == "unreachable"


@pytest.mark.parametrize(
    ("name", "address", "allowed", "outcome"),
    [
        pytest.param("evil.example", "8.8.8.8", (), "not-allowed", id="a-public-address-behind-a-name"),
        pytest.param("intern.example", "127.0.0.1", (), "unreachable", id="loopback-behind-a-name"),
        pytest.param("evil.example", "127.0.0.1", ("8.0.0.0/8",), "unreachable", id="loopback-stays-allowed"),
        pytest.param("hooks.example", "198.51.100.1", ("hooks.example",), "tried", id="by-name"),
        pytest.param("a.b.example", "198.51.100.1", ("*.example",), "tried", id="by-pattern"),
        pytest.param("HOOKS.example", "198.51.100.1", ("hooks.EXAMPLE",), "tried", id="case-does-not-count"),
        pytest.param("hooks.example", "198.51.100.1", ("198.51.100.0/24",), "tried", id="by-network"),
        pytest.param("hooks.example", "198.51.100.1", ("198.51.100.1",), "tried", id="by-address"),
        pytest.param("hooks.example", "198.51.100.1", ("*.example.org",), "not-allowed", id="another-name"),
    ],
)
def test_the_address_is_judged_after_the_name_is_resolved(
    name: str, address: str, allowed: tuple[str, ...], outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that very address is connected to, so that a second resolution cannot lead elsewhere."""
    tried: list[object] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(to: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(to)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    delivery = push(f"http://{name}/dr", allowed=allowed)

    if outcome == "tried":
        assert tried == [(address, 80)]
    else:
        assert delivery.outcome == outcome


@pytest.mark.parametrize("pattern", ["http://a.example", "a.example:80", "a/b", "", "a b", "me@a.example"])
def test_patterns_that_are_none(pattern: str) -> None:
    """The error says what is wanted."""
    with pytest.raises(InvalidValue, match="a host name such as"):
        network_or_name(pattern)


@pytest.mark.parametrize(
    "url", ["http://nobody.invalid/dr", "http://[::1/dr", "http://a:99999/", "http:///x"]
)
def test_urls_that_lead_nowhere(url: str) -> None:
    """They are unreachable, not an error of the fake."""
    assert push(url).outcome == "unreachable"


def test_an_answer_that_does_not_come(receiver: Receiver) -> None:
    """It is waited for so long, and no longer."""
    receiver.silent = threading.Event()

    delivery = push(receiver.url, answer_seconds=0.1)

    assert delivery == Delivery(outcome="timeout", detail="no answer within 0.1 s")


def test_an_answer_that_comes_octet_by_octet() -> None:
    """The time is for the whole answer."""
    with Speaking(b"HTTP/1.1 200 OK\r\nX-Slow: ", forever=b"x") as url:
        delivery = push(url, answer_seconds=0.3)

    assert delivery.outcome == "timeout"


@pytest.mark.parametrize("said", [b"", b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_an_answer_that_is_none(said: bytes) -> None:
    """A receiver that does not speak HTTP is unreachable."""
    with Speaking(said) as url:
        assert push(url).outcome == "unreachable"


def test_a_connection_that_is_not_taken() -> None:
    """A listener whose queue is full does not answer; that is waited for so long."""
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        first.connect(full.getsockname())
        second.setblocking(False)
        second.connect_ex(full.getsockname())
        delivery = push(f"http://127.0.0.1:{full.getsockname()[1]}/")

    assert delivery == Delivery(outcome="timeout", detail="no connection within 0.2 s")


def test_tls_is_verified(tmp_path: Path) -> None:
    """A certificate that nobody trusts ends the connection."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
         "-out", certificate, "-days", "2", "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Speaking(b"HTTP/1.1 200 OK\r\n\r\n", context=context) as url:
        delivery = push(url.replace("http:", "https:"))

    assert delivery.outcome == "unreachable"
    assert "SSL" in delivery.detail


def test_abort_ends_what_is_under_way(receiver: Receiver) -> None:
    """A receiver that says nothing holds nobody up."""
    receiver.silent = threading.Event()
    outbox = HttpOutbox()
    found: list[Delivery] = []
    thread = threading.Thread(target=lambda: found.append(outbox.push(webhook(receiver.url), PAIRS)))
    thread.start()
    receiver.wait_for(1)
    outbox.abort()
    thread.join(5)

    assert [delivery.outcome for delivery in found] == ["unreachable"]


@pytest.mark.parametrize(("status", "answers"), [(200, True), (204, False), (500, False)])
def test_whether_a_url_answers(status: int, answers: bool, receiver: Receiver) -> None:
    """With 200 to a GET, as Nexmo checked a URL before it saved it."""
    receiver.status = status

    assert HttpOutbox().answers(receiver.url) is answers
    assert [one.method for one in receiver.received] == ["GET"]


class Speaking:
    """A server that says the same to everybody, whatever it is asked, and then hangs up or goes on *forever*."""

    def __init__(self, said: bytes, *, forever: bytes = b"", context: ssl.SSLContext | None = None) -> None:
        self._said, self._forever, self._context = said, forever, context
        self._over = threading.Event()

    def __enter__(self) -> str:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            sock, _ = self._listener.accept()
            with sock:
                sock = self._context.wrap_socket(sock, server_side=True) if self._context else sock
                sock.recv(65536)
                sock.sendall(self._said)
                while self._forever and not self._over.wait(0.02):
                    sock.sendall(self._forever)
        except OSError:
            pass


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment must not matter."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
