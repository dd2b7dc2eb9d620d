"""What is asked while a request is on its way past the guards: by what the application hangs into its sending."""

from __future__ import annotations

import _socket
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import Context, copy_context
from threading import Thread

import httpx
import pytest
import requests
import urllib3
from requests.adapters import HTTPAdapter

from contract_tests.receiver import Receiver
from contract_tests.spending import messages_at_most
from contract_tests.targets import through
from fake_provider.intercept import Interception
from fake_provider.live.gate import Gate
from fake_provider.live.guard import Guard

SMS = {"from": "A", "to": "447700900024", "text": "an alert"}


class Service:
    """A guard with its gate, and what stands for the real hosts behind them: a web server on this machine."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.gate = Gate()
        self.guard = Guard(
            send=through(requests.Session(), self.gate.passing),
            origins={},
            recipient="447700900023",
            messages=1,
            weigh=messages_at_most,
            forbidden=lambda _: None,
            spent=lambda _, at_most: at_most,
            learned=lambda _: None,
        )
        port = receiver.url.removesuffix("/hook").rpartition(":")[2]
        self.rest = f"http://rest.nexmo.com:{port}"

    @property
    def asked(self) -> list[str]:
        """The paths that it was asked for."""
        return [one.target for one in self.receiver.received]

    def conclude(self) -> None:
        """Fail where something was not sent."""
        self.guard.conclude()
        self.gate.conclude()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> Iterator[Service]:
    """A service that is guarded for the time of the test."""
    lookup = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *others: lookup("127.0.0.1", *others))
    service = Service(receiver)
    service.gate.close()
    with service.gate.behind(service.guard), Interception(service.guard):
        yield service
    service.gate.open()


class Alert(logging.Handler):
    """Does something once, at the first record."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__()
        self._do: Callable[[], object] | None = do

    def emit(self, record: logging.LogRecord) -> None:
        """Do it."""
        do, self._do = self._do, None
        if do is not None:
            with suppress(Exception):
                do()


def _alerting(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    log = logging.getLogger("urllib3.connectionpool")
    monkeypatch.setattr(log, "level", logging.DEBUG)
    monkeypatch.setattr(log, "handlers", [Alert(do)])
    log.manager._clear_cache()  # type: ignore[attr-defined]


def _by_a_socket(url: str) -> None:
    host, _, port = url.partition("//")[2].partition("/")[0].partition(":")
    _socket.getaddrinfo(host, int(port))  # not the one that leads to this machine


WAYS: dict[str, Callable[[str], object]] = {
    "requests": lambda url: requests.post(url, data=SMS, timeout=5),
    "httpx": lambda url: httpx.post(url, data=SMS, timeout=5),
    "urllib3": lambda url: urllib3.PoolManager(retries=False).request("POST", url, fields=SMS, timeout=5),
    "a-socket": _by_a_socket,
}


@pytest.mark.parametrize("ask", WAYS.values(), ids=list(WAYS))
def test_a_handler_of_logging_sends_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch, ask: Callable[[str], object]
) -> None:
    """urllib3 logs in the middle of it; by whichever library, the test fails, and the request on its way arrives."""
    _alerting(monkeypatch, lambda: ask(f"{service.rest}/sms/json"))
    answer = requests.get(f"{service.rest}/account/get-balance", timeout=5)

    assert answer.status_code == 200
    assert service.asked == ["/account/get-balance"]
    with pytest.raises(pytest.fail.Exception, match=r"rest\.nexmo\.com"):
        service.conclude()


def test_a_request_goes_past_them_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch of the application that sends it again would send more than is counted."""
    usual = HTTPAdapter.send

    def thrice(*arguments: object, **named: object) -> requests.Response:
        return [usual(*arguments, **named) for _ in range(3)][-1]  # type: ignore[arg-type]

    monkeypatch.setattr(HTTPAdapter, "send", thrice)
    requests.post(f"{service.rest}/sms/json", data=SMS | {"to": "447700900023"}, timeout=5)

    assert service.asked == ["/sms/json"]
    with pytest.raises(pytest.fail.Exception, match="while another request is on its way"):
        service.guard.conclude()


@pytest.mark.parametrize("name", ["requests", "httpx", "urllib3"])
def test_a_handler_of_a_signal_waits_for_nobody(
    service: Service, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It may come while the guard is at work: who waited then for the guard would wait for itself."""
    told: list[object] = []

    def weighed(request: requests.PreparedRequest) -> tuple[int, str]:
        told.append(WAYS[name](f"{service.rest}/sms/json"))
        return messages_at_most(request)

    monkeypatch.setattr(service.guard, "_weigh", weighed)
    answer = requests.get(f"{service.rest}/account/get-balance", timeout=5)

    assert answer.status_code == 200
    assert len(told) == 1
    assert service.asked == ["/account/get-balance"]
    with pytest.raises(pytest.fail.Exception, match="while another request is on its way"):
        service.guard.conclude()


def _on_a_thread(context: Context, ask: Callable[[], object]) -> None:
    thread = Thread(target=lambda: context.run(ask))
    thread.start()
    thread.join()


def test_a_copy_of_the_context_lets_nothing_pass(service: Service) -> None:
    """Neither on another thread nor afterwards."""
    request = requests.Request("GET", f"{service.rest}/account/get-balance").prepare()
    with service.gate.passing(request):
        context = copy_context()
        with service.gate.behind(service.guard):
            _on_a_thread(context, lambda: service.guard.retire(service.gate))
            _on_a_thread(context, lambda: requests.Session().send(request, timeout=5))
    context.run(lambda: requests.Session().send(request, timeout=5))

    assert service.asked == []
    with pytest.raises(pytest.fail.Exception, match="outside of fake_nexmo"):
        service.gate.conclude()
