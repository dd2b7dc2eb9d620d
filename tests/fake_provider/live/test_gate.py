"""The gate of a session on another Nexmo: whatever comes past the guard of a test. Nothing leaves, even where it fails."""

from __future__ import annotations

import _socket
import socket
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import httpx
import pytest
import requests
import urllib3

from contract_tests.receiver import Receiver
from contract_tests.targets import through
from fake_provider import FakeNexmo
from fake_provider.live.gate import Gate, gate_of_this_process
from fake_provider.live.watch import watch_of_this_process
from tests.fake_provider.live.forking import in_a_fork

REST = "https://rest.nexmo.com"
BALANCE = f"{REST}/account/get-balance"
resolve_as_imported_before = socket.getaddrinfo


class Outside:
    """Sees what the gate has let through, and lets it go no further."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def see(self, host: str, port: int | None) -> None:
        """Keep it here."""
        self.seen.append(host)
        raise ConnectionAbortedError(host)


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate that is closed for the time of the test."""
    gate = Gate()
    gate.close()
    yield gate
    gate.open()


@pytest.fixture
def outside(gate: Gate) -> Iterator[Outside]:
    """What there is behind it."""
    outside, watch = Outside(), watch_of_this_process()
    watch.watchers = (*watch.watchers, outside)
    yield outside
    watch.watchers = tuple(one for one in watch.watchers if one is not outside)


def _connected(host: Any, port: int, family: int = socket.AF_INET) -> None:
    with socket.socket(family) as sock:
        sock.connect((host, port))


def _connected_or_told(host: str, port: int) -> None:
    with socket.socket() as sock:
        sock.connect_ex((host, port))


def _sent(host: str, port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hi", (host, port))


WAYS: dict[str, Callable[[str], object]] = {
    "getaddrinfo": lambda host: socket.getaddrinfo(host, 443),
    "getaddrinfo-imported-before": lambda host: resolve_as_imported_before(host, 443),
    "getaddrinfo-of-C": lambda host: _socket.getaddrinfo(host, 443),
    "in-bytes": lambda host: _socket.getaddrinfo(host.encode(), 443),
    "gethostbyname": socket.gethostbyname,
    "gethostbyname_ex": socket.gethostbyname_ex,
    "gethostbyaddr": socket.gethostbyaddr,
    "create_connection": lambda host: socket.create_connection((host, 443)),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_no_name_is_looked_up(gate: Gate, outside: Outside, way: Callable[[str], object]) -> None:
    """By whichever function, and however it was come by: it fails, and so does the test that runs."""
    with pytest.raises(OSError, match=r"asks rest\.nexmo\.com by a way that fake-nexmo cannot guard"):
        way("rest.nexmo.com")

    assert outside.seen == []
    with pytest.raises(pytest.fail.Exception, match=r"asks rest\.nexmo\.com by a way"):
        gate.conclude()
    gate.conclude()


CONNECTIONS: dict[str, Callable[[str, int], object]] = {
    "connect": _connected,
    "connect-in-bytes": lambda host, port: _connected(host.encode("idna"), port),
    "connect_ex": _connected_or_told,
    "sendto": _sent,
}


@pytest.mark.parametrize("name", ["localhost", "LocalHost", "ｌocalhost"])
@pytest.mark.parametrize("connect", CONNECTIONS.values(), ids=list(CONNECTIONS))
def test_a_socket_that_looks_names_up_itself(
    gate: Gate,
    outside: Outside,
    monkeypatch: pytest.MonkeyPatch,
    connect: Callable[[str, int], object],
    name: str,
) -> None:
    """It gets an address, and no connection. A name that every machine knows is a real host here."""
    monkeypatch.setattr("fake_provider.intercept.hosts.HOSTS", ("localhost",))
    with pytest.raises(PermissionError, match="asks localhost by a way that fake-nexmo cannot guard"):
        connect(name, 443)

    assert outside.seen == []
    with pytest.raises(pytest.fail.Exception, match="asks localhost by a way"):
        gate.conclude()


SPELLINGS = {
    "capitals": "REST.Nexmo.COM",
    "a-dot-at-its-end": "rest.nexmo.com.",
    "a-wide-letter": "ｒest.nexmo.com",
    "a-soft-hyphen": "re\xadst.nexmo.com",
    "a-long-s": "reſt.nexmo.com",
    "ideographic-dots": "rest。nexmo。com",
}


@pytest.mark.parametrize("name", SPELLINGS.values(), ids=list(SPELLINGS))
def test_a_name_in_disguise(gate: Gate, outside: Outside, name: str) -> None:
    """What Python would look up is what counts."""
    with pytest.raises(OSError, match=r"asks rest\.nexmo\.com by a way"):
        socket.getaddrinfo(name, 443)

    assert outside.seen == []


@pytest.mark.parametrize("name", ["example.org", "rest.nexmo.com.example.org", "xn--rest.nexmo.com"])
def test_other_names_are_nobodys_business(gate: Gate, outside: Outside, name: str) -> None:
    """They go where they would have gone."""
    with pytest.raises(ConnectionAbortedError):
        socket.getaddrinfo(name, 443)

    assert outside.seen == [name]
    gate.conclude()


class Disguised(str):
    """Says that it is something else."""

    __slots__ = ()

    def lower(self) -> str:
        """Say so."""
        return "example.org"

    def isascii(self) -> bool:
        """Say so."""
        return True

    def __str__(self) -> str:
        return "example.org"


class DisguisedPair(tuple[str, int]):
    """Says that it is something else."""

    __slots__ = ()

    def __getitem__(self, at: Any) -> Any:
        return ("example.org", 443)[at]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param((Disguised("localhost"), 443), id="the-name"),
        pytest.param(DisguisedPair(("localhost", 443)), id="the-pair"),
    ],
)
def test_a_class_that_says_something_else(
    gate: Gate, outside: Outside, monkeypatch: pytest.MonkeyPatch, address: tuple[str, int]
) -> None:
    """A socket does not ask it, and so nor does the gate."""
    monkeypatch.setattr("fake_provider.intercept.hosts.HOSTS", ("localhost",))
    with socket.socket() as sock, pytest.raises(PermissionError, match="asks localhost by a way"):
        sock.connect(address)

    assert outside.seen == []


# Addresses


@pytest.fixture
def port(receiver: Receiver) -> int:
    """Where the real hosts are: at this port of this machine."""
    return int(receiver.url.removesuffix("/hook").rpartition(":")[2])


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, port: int, receiver: Receiver) -> Iterator[Gate]:
    """A gate whose own sender has looked them up."""
    lookup = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *others: lookup("127.0.0.1", *others))
    gate = Gate()
    gate.close()
    ask = requests.Request("GET", f"http://dashboard.nexmo.com:{port}/").prepare()
    through(requests.Session(), gate.passing)(ask)
    assert len(receiver.received) == 1
    yield gate
    gate.open()


@pytest.mark.parametrize(
    ("address", "family"),
    [
        pytest.param("127.0.0.1", socket.AF_INET, id="as-usual"),
        pytest.param("2130706433", socket.AF_INET, id="a-number"),
        pytest.param("127.1", socket.AF_INET, id="short"),
        pytest.param("::ffff:127.0.0.1", socket.AF_INET6, id="within-IPv6"),
    ],
)
def test_an_address_of_theirs(found: Gate, port: int, address: str, family: socket.AddressFamily) -> None:
    """Who knows where they are needs no name; that is known from the first look-up on, of both."""
    with pytest.raises(PermissionError, match=r"connects to \S+, where \w+\.nexmo\.com is: "):
        _connected(address, port, family)

    with pytest.raises(pytest.fail.Exception, match=r"where \w+\.nexmo\.com is"):
        found.conclude()


class Port:
    """A number, for who asks for its index."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __index__(self) -> int:
        return self._number


def test_a_port_that_is_no_int(found: Gate, port: int) -> None:
    """A socket takes it for one."""
    with socket.socket() as sock, pytest.raises(PermissionError, match="connects to 127"):
        sock.connect(("127.0.0.1", Port(port)))


def test_an_address_with_their_name_in_the_header(found: Gate, port: int, receiver: Receiver) -> None:
    """A library that is intercepted by name is refused the connection."""
    with pytest.raises(requests.ConnectionError, match=r"where \w+\.nexmo\.com is"):
        requests.get(f"http://127.0.0.1:{port}/sms/json", headers={"Host": "rest.nexmo.com"}, timeout=5)

    assert len(receiver.received) == 1  # that of the fixture


def test_our_own_sender_gets_there(found: Gate, port: int, receiver: Receiver) -> None:
    """By name and by address."""
    send = through(requests.Session(), found.passing)
    for host in ("127.0.0.1", "rest.nexmo.com"):
        send(requests.Request("GET", f"http://{host}:{port}/x").prepare())

    assert len(receiver.received) == 3
    found.conclude()


def test_another_port_of_the_same_address(found: Gate) -> None:
    """Something else is there: on one machine that may be anybody."""
    with Receiver() as other:
        assert requests.get(other.url, timeout=5).status_code == 200

    found.conclude()


# Libraries


def _by_a_thread(url: str) -> tuple[int, str]:
    answers = []
    thread = Thread(target=lambda: answers.append(requests.get(url, timeout=5)))
    thread.start()
    thread.join()
    return answers[0].status_code, answers[0].text


def _by_requests(url: str) -> tuple[int, str]:
    answer = requests.get(url, timeout=5)
    return answer.status_code, answer.text


def _by_httpx(url: str) -> tuple[int, str]:
    answer = httpx.get(url, timeout=5)
    return answer.status_code, answer.text


def _by_urllib3(url: str) -> tuple[int, str]:
    answer = urllib3.PoolManager(retries=False).request("GET", url)
    return answer.status, answer.data.decode()


LIBRARIES = {
    "requests": _by_requests,
    "requests-on-a-thread": _by_a_thread,
    "httpx": _by_httpx,
    "urllib3": _by_urllib3,
}


@pytest.mark.parametrize("ask", LIBRARIES.values(), ids=list(LIBRARIES))
def test_a_library_is_answered(gate: Gate, outside: Outside, ask: Callable[[str], tuple[int, str]]) -> None:
    """With 403 and the reason, which fails the test."""
    status, text = ask(BALANCE)

    assert status == 403
    assert text.startswith("not sent by fake-nexmo: asks rest.nexmo.com outside of fake_nexmo")
    assert outside.seen == []
    with pytest.raises(pytest.fail.Exception, match=r"asks rest\.nexmo\.com outside of fake_nexmo"):
        gate.conclude()


def test_a_fake_of_the_test_stands_before_it(gate: Gate) -> None:
    """On whatever thread: who brings a fake does not ask the real hosts."""
    with FakeNexmo().intercept():
        assert [_by_requests(BALANCE)[0], _by_a_thread(BALANCE)[0]] == [401, 401]

    gate.conclude()


# Processes


def _past_it(gate: Gate) -> str:
    with gate.passing(requests.Request("GET", BALANCE).prepare()):
        return _by_requests(BALANCE)[1]


FORKS: dict[str, Callable[[Gate], str]] = {
    "by-a-library": lambda _: _by_requests(BALANCE)[1],
    "by-our-own-sender": _past_it,
    "by-a-socket": lambda _: str(socket.getaddrinfo("rest.nexmo.com", 443)),
}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("ask", FORKS.values(), ids=list(FORKS))
def test_a_process_that_was_forked_off(gate: Gate, outside: Outside, ask: Callable[[Gate], str]) -> None:
    """It would count for itself, so it sends nothing, and the test hears of it."""
    told = in_a_fork(lambda: ask(gate))

    assert "asks rest.nexmo.com in a process that was forked off (os.fork, multiprocessing)" in told
    with pytest.raises(pytest.fail.Exception, match="in a process that was forked off"):
        gate.conclude()
    gate.conclude()


def test_there_is_one_in_a_process() -> None:
    """A second session takes over the gate of the first: that would have kept its sender out."""
    first = gate_of_this_process()
    second = gate_of_this_process()
    first.open()

    assert first is second
    assert watch_of_this_process() is watch_of_this_process()
