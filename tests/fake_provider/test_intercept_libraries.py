"""Interception of every HTTP library: what it sends is verified as on a wire, and how answers fail is its own."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from contract_tests.signing import Call, Credentials
from fake_provider import FakeNexmo, InvalidValue
from fake_provider.intercept.libraries import LIBRARIES, Installed, Library
from tests.conftest import SMS

URL = "https://rest.nexmo.com/sms/json"
BALANCE = "https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TIMEOUT_SECONDS = 0.3
Answer = tuple[int, bytes]


def by_requests(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    answer = requests.request(method, url, headers=headers, data=body or None, timeout=TIMEOUT_SECONDS)
    return answer.status_code, answer.content


def by_httpx(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        answer = client.request(method, url, headers=headers, content=body or None)
        return answer.status_code, answer.content


def by_async_httpx(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    async def call() -> Answer:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            answer = await client.request(method, url, headers=headers, content=body or None)
            return answer.status_code, answer.content

    return asyncio.run(call())


def by_aiohttp(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    async def call() -> Answer:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, url, headers=headers, data=body or None) as answer,
        ):
            return answer.status, await answer.read()

    return asyncio.run(call())


def by_urllib3(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    with urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False) as pool:
        answer = pool.request(method, url, headers=headers, body=body or None)
        return answer.status, answer.data


def by_http_client(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    scheme, _, host, target = url.split("/", 3)
    kind = http.client.HTTPSConnection if scheme == "https:" else http.client.HTTPConnection
    connection = kind(host, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, f"/{target}", body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def by_urllib(method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
    request = urllib.request.Request(url, body or None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


@dataclass(frozen=True)
class Caller:
    """A way to call, and what it raises where no whole answer comes."""

    call: Callable[[str, str, dict[str, str], bytes], Answer]
    dropped: type[Exception]
    timed_out: type[Exception]
    cut: type[Exception]


CALLERS = {
    "requests": Caller(
        by_requests,
        requests.ConnectionError,
        requests.ReadTimeout,
        requests.exceptions.ChunkedEncodingError,
    ),
    "httpx": Caller(by_httpx, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.RemoteProtocolError),
    "httpx-async": Caller(
        by_async_httpx, httpx.RemoteProtocolError, httpx.ReadTimeout, httpx.RemoteProtocolError
    ),
    "aiohttp": Caller(by_aiohttp, aiohttp.ServerDisconnectedError, TimeoutError, aiohttp.ClientPayloadError),
    "urllib3": Caller(
        by_urllib3,
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.ReadTimeoutError,
        urllib3.exceptions.ProtocolError,
    ),
    "http.client": Caller(
        by_http_client, http.client.RemoteDisconnected, TimeoutError, http.client.IncompleteRead
    ),
    "urllib.request": Caller(
        by_urllib, http.client.RemoteDisconnected, TimeoutError, http.client.IncompleteRead
    ),
}


@pytest.fixture(params=list(CALLERS))
def caller(request: pytest.FixtureRequest) -> Caller:
    """Each way to call."""
    return CALLERS[request.param]


@pytest.fixture
def fake() -> Iterator[FakeNexmo]:
    """A fake that is intercepting."""
    fake = FakeNexmo()
    with fake.intercept():
        yield fake


def sms(caller: Caller) -> Answer:
    """Send an SMS by api_key."""
    body = "&".join(f"{name}={value}" for name, value in SMS.items())
    return caller.call("POST", URL, FORM, body.encode())


def test_a_call_lands_in_this_process(caller: Caller, fake: FakeNexmo) -> None:
    """Method, URL, headers and body arrive as they would have been sent."""
    status, body = caller.call("POST", f"{URL}?x=%7e%20+~", FORM | {"X-Odd-Case": "1"}, b"a=%C3%BC")

    exchange = fake.exchanges[0]
    assert (status, body[:1]) == (200, b"{")
    assert (exchange.request.method, exchange.request.scheme) == ("POST", "https")
    assert exchange.request.host in ("rest.nexmo.com", "rest.nexmo.com:443")
    assert exchange.request.target.startswith("/sms/json?x=")
    assert exchange.request.header("x-odd-case") == "1"
    assert exchange.request.body == b"a=%C3%BC"


def test_a_host_of_the_callers_own_arrives(caller: Caller, fake: FakeNexmo) -> None:
    """Set by hand, it is what would be on the wire, and it is there once."""
    caller.call("GET", URL, {"Host": "REST.Nexmo.com"}, b"")

    request = fake.exchanges[0].request
    assert request.host == "REST.Nexmo.com"
    assert [value for name, value in request.headers if name.lower() == "host"] == ["REST.Nexmo.com"]


def test_http_lands_here_too(caller: Caller, fake: FakeNexmo) -> None:
    """The scheme is the one that was asked for."""
    caller.call("GET", "http://dashboard.nexmo.com/oauth/request_token", {}, b"")

    assert fake.exchanges[0].request.url == "http://dashboard.nexmo.com/oauth/request_token"


def test_what_comes_back_is_whole(caller: Caller, fake: FakeNexmo) -> None:
    """An SMS is accepted, and kept."""
    status, body = sms(caller)

    assert status == 200
    assert b'"status": "0"' in body
    assert [message.text for message in fake.messages] == [SMS["text"]]


@pytest.mark.parametrize(
    ("action", "error"),
    [({"drop": True}, "dropped"), ({"hang": True}, "timed_out"), ({"truncate": True}, "cut")],
    ids=["dropped", "hanging", "truncated"],
)
def test_faults_are_the_librarys_own_errors(
    caller: Caller, fake: FakeNexmo, action: dict[str, bool], error: str
) -> None:
    """What a broken connection raises on a network is raised here."""
    fake.faults.add(match={"path": "/sms/json"}, action=action)

    with pytest.raises(getattr(caller, error)):
        sms(caller)


def test_a_delay_beyond_its_patience_times_out(caller: Caller, fake: FakeNexmo) -> None:
    """A planned delay is waited for, no longer than the call allows."""
    fake.faults.add(match={"path": "/sms/json"}, action={"delay_ms": 5000})

    with pytest.raises(caller.timed_out):
        sms(caller)


def test_other_hosts_are_left_alone(caller: Caller, fake: FakeNexmo) -> None:
    """A call elsewhere goes over the network."""
    with FakeNexmo().serve() as server:
        status, _ = caller.call("GET", f"{server.url}/_fake/health", {}, b"")

    assert status == 200
    assert fake.exchanges == ()


def test_leaving_restores_all(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards a call goes to the real host again: here, to a resolver that knows none."""
    asked: list[Any] = []

    def unresolved(host: Any, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "nobody is asked in this test")

    left = FakeNexmo()

    def interrupted() -> None:
        with left.intercept():
            sms(caller)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        interrupted()
    monkeypatch.setattr(socket, "getaddrinfo", unresolved)

    with pytest.raises(Exception, match=r".*") as error:
        sms(caller)

    assert not isinstance(error.value, AssertionError)
    assert len(left.messages) == 1
    assert asked
    assert "rest.nexmo.com" in str(asked[0])


def attributes() -> list[object]:
    """Return what interception replaces."""
    return [
        requests.adapters.HTTPAdapter.send,
        httpx.HTTPTransport.handle_request,
        httpx.AsyncHTTPTransport.handle_async_request,
        aiohttp.BaseConnector.connect,
        http.client.HTTPConnection.connect,
        http.client.HTTPSConnection.connect,
        http.client.HTTPConnection.putrequest,
        urllib3.connection.HTTPConnection.connect,
        urllib3.connection.HTTPSConnection.connect,
        urllib3.connection.HTTPConnection.putrequest,
    ]


def test_nothing_is_left_in_the_libraries() -> None:
    """Nested, and left in an order of their own, interceptions put back what was there."""
    before = attributes()
    outer, inner = (
        FakeNexmo().intercept(),
        FakeNexmo().intercept(libraries=["httpx", "http.client", "aiohttp"]),
    )
    outer.__enter__()
    inner.__enter__()
    between = attributes()
    outer.__exit__(None, None, None)
    inner.__exit__(None, None, None)

    assert not set(map(id, before)) & set(map(id, between))
    assert attributes() == before


def test_the_innermost_answers(caller: Caller, fake: FakeNexmo) -> None:
    """Nested interceptions: the inner one while it lasts, then the outer one again."""
    inner = FakeNexmo()
    with inner.intercept():
        sms(caller)
    sms(caller)

    assert (len(inner.messages), len(fake.messages)) == (1, 1)


def test_threads_have_their_own(caller: Caller) -> None:
    """Interceptions that several threads enter at the same time: each call lands in the fake of its own thread."""
    together = threading.Barrier(4)

    def run(fake: FakeNexmo) -> None:
        with fake.intercept():
            together.wait(10)
            for _ in range(5):
                sms(caller)
            together.wait(10)

    fakes = [FakeNexmo() for _ in range(4)]
    threads = [threading.Thread(target=run, args=(fake,)) for fake in fakes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(fake.messages) for fake in fakes] == [5, 5, 5, 5]


def test_calls_at_the_same_time(fake: FakeNexmo) -> None:
    """Many tasks of one session at once."""

    async def run() -> list[int]:
        async with aiohttp.ClientSession() as session, httpx.AsyncClient() as client:

            async def one(number: int) -> int:
                if number % 2:
                    return (await client.post(URL, data=SMS)).status_code
                async with session.post(URL, data=SMS) as answer:
                    await answer.read()
                    return answer.status

            return await asyncio.gather(*map(one, range(40)))

    assert asyncio.run(run()) == [200] * 40
    assert len(fake.messages) == 40


def test_a_kept_connection_does_not_outlive_the_interception() -> None:
    """A pool that is used on finds its connection closed, and makes a new one, to wherever it leads then."""
    first, second = FakeNexmo(), FakeNexmo()
    with urllib3.PoolManager(retries=False) as pool:
        with first.intercept():
            pool.request("GET", BALANCE)
        with second.intercept():
            assert pool.request("GET", BALANCE).status == 200

    assert (len(first.exchanges), len(second.exchanges)) == (1, 1)


@pytest.mark.parametrize("host", ["ｒest.nexmo.com", "re\xadst.nexmo.com", "REST.nexmo.com."])
def test_a_name_in_disguise(fake: FakeNexmo, host: str) -> None:
    """A name that Python would resolve as one of the two is that one."""
    connection = http.client.HTTPSConnection(host, timeout=TIMEOUT_SECONDS)
    connection.request(
        "GET", BALANCE.removeprefix("https://rest.nexmo.com"), headers={"Host": "rest.nexmo.com"}
    )
    status = connection.getresponse().status
    connection.close()

    assert status == 200


def test_past_a_proxy(fake: FakeNexmo) -> None:
    """A proxy of the caller's own is not asked for the two hosts, with TLS or without."""
    proxy = urllib3.ProxyManager("http://127.0.0.1:9", retries=False, timeout=TIMEOUT_SECONDS)
    statuses = [
        proxy.request("GET", BALANCE.replace("https:", scheme)).status for scheme in ("https:", "http:")
    ]
    with httpx.Client(proxy="http://127.0.0.1:9") as client:
        statuses.append(client.get(BALANCE).status_code)
    by_hand = http.client.HTTPConnection("127.0.0.1", 9, timeout=TIMEOUT_SECONDS)
    by_hand.request("GET", BALANCE.replace("https:", "HTTP:"))
    statuses.append(by_hand.getresponse().status)
    by_hand.close()

    assert statuses == [200, 200, 200, 200]
    assert [one.request.scheme for one in reversed(fake.exchanges)] == ["https", "http", "https", "http"]


def test_a_signed_call_verifies(caller: Caller, fake: FakeNexmo) -> None:
    """What was signed is what arrives, whichever library sends it."""
    signed = Call(
        method="POST",
        url="https://dashboard.nexmo.com/oauth/request_token?q=a%20b~%C3%BC",
        form=(("x", "fish & chips"),),
        client=Credentials("fake-consumer-key", "fake-consumer-secret"),
        oauth={"oauth_callback": "oob"},
    ).prepared()
    headers = FORM | {"Authorization": str(signed.headers["Authorization"])}
    assert isinstance(signed.body, bytes)
    status, body = caller.call("POST", str(signed.url), headers, signed.body)

    assert (status, fake.exchanges[0].diagnosis) == (200, None)
    assert b"oauth_callback_confirmed=true" in body


def test_httpx_reads_as_from_a_network(fake: FakeNexmo) -> None:
    """A stream is read when it is asked for, in raw pieces too; the time is taken."""
    with httpx.stream("GET", BALANCE) as answer:
        with pytest.raises(httpx.ResponseNotRead):
            _ = answer.text
        raw = b"".join(answer.iter_raw())

    assert raw == b'{"value":10.0,"autoReload":false}'
    assert httpx.get(BALANCE).elapsed.total_seconds() >= 0


LATE = """
import sys
from fake_provider import FakeNexmo

fake = FakeNexmo()
with fake.intercept():
    assert not {"httpx", "aiohttp", "requests", "urllib3", "http.client"} & set(sys.modules)
    import httpx, aiohttp, asyncio, requests, urllib3

    print(httpx.get("https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret").status_code)
    print(requests.get("https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret").status_code)
    print(urllib3.request("GET", "https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret").status)

    async def run():
        async with aiohttp.ClientSession() as session:
            async with session.get("https://rest.nexmo.com/account/get-balance/abcd1234/fake-api-secret") as answer:
                print(answer.status)

    asyncio.run(run())
assert not hasattr(httpx.HTTPTransport.handle_request, "__wrapped__")
"""


def test_a_library_that_is_imported_later_is_intercepted_then() -> None:
    """Nothing is imported for the sake of interception, and nothing escapes it."""
    done = subprocess.run([sys.executable, "-c", LATE], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("200\n" * 4, "")


def test_a_library_that_is_imported_within_two_interceptions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both see it, the inner one last."""
    (tmp_path / "made_up_library.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    outer, inner = FakeNexmo().application, FakeNexmo().application
    entered = []

    @contextmanager
    def enter(application: object) -> Iterator[None]:
        entered.append(application)
        yield

    library = Library(name="made up", module="made_up_library", enter=enter)
    with Installed([library], outer), Installed([library], inner):
        importlib.import_module("made_up_library")
    monkeypatch.delitem(sys.modules, "made_up_library")

    assert entered == [outer, inner]


def test_only_what_was_chosen() -> None:
    """``libraries=`` leaves the others alone."""
    before = attributes()
    with FakeNexmo().intercept(libraries=["httpx"]):
        chosen = attributes()

    assert [one is other for one, other in zip(before, chosen, strict=True)] == [True] + [False] * 2 + [
        True
    ] * 7


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["curl"], "libraries: 'curl' is none; there are requests, httpx, urllib3, http.client, aiohttp"),
        ("ftp", "libraries: 'ftp' is none"),
    ],
    ids=["unknown", "a-text-is-one-name"],
)
def test_wrong_names(names: Any, words: str) -> None:
    """The error says which there are."""
    with pytest.raises(InvalidValue, match=words):
        FakeNexmo().intercept(libraries=names)


def test_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Named, it is an error; else it is left out."""
    monkeypatch.setattr("fake_provider.intercept.libraries.find_spec", lambda _: None)
    monkeypatch.delitem(sys.modules, "aiohttp")

    with pytest.raises(InvalidValue, match="aiohttp is not installed"):
        FakeNexmo().intercept(libraries=["aiohttp"])
    with FakeNexmo().intercept():
        pass


def test_every_library_is_tested() -> None:
    """The callers above are those of the table, and what is built on them."""
    assert set(LIBRARIES) <= set(CALLERS)
