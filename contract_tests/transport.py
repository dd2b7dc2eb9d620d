"""How long anybody waits for what comes back: for one answer, and in one run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, poolmanager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from fake_provider.contract.whole import ANSWER_SECONDS, MOST_OCTETS, WholeResponse

from .control import Send

MOST_IN_A_ROW = 3
"""So often nobody answers before a run is given up: at 30 seconds each, nobody would wait for hundreds of tests."""

_PIECE_OCTETS = 1 << 12  # what gzip makes of so little has 4 MiB at most


class TooLong(requests.RequestException):
    """An answer that unpacks to more than any answer has; 20 kB of gzip may have 20 MB in them."""


def wait_for_whole_answers(session: requests.Session) -> None:
    """Let *session* take answers that come whole, and in time, and no others: see ``WholeResponse``."""
    for scheme in _POOLS:
        # Another adapter would have none of the connections that are open.
        if not isinstance(session.adapters.get(f"{scheme}://"), _Adapter):
            session.mount(f"{scheme}://", _Adapter())


def follow_nothing(session: requests.Session) -> None:
    """Let *session* hand a redirect on as it is: ``requests`` reads where it leads even if it is not to go there, and may fail."""
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign] # noqa: ARG005


class _Connection(HTTPConnection):
    is_of_the_sender_that_may_pass = (
        True  # where users' tests are guarded: see ``fake_provider.intercept.patching``
    )
    response_class = WholeResponse


class _SecureConnection(HTTPSConnection):
    is_of_the_sender_that_may_pass = True
    response_class = WholeResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


@contextmanager
def once(session: requests.Session, request: requests.PreparedRequest) -> Iterator[None]:
    """Let *request* reach the network once meanwhile: a patch of ``requests`` that sends it again would send what nobody counts."""
    adapter = session.get_adapter(request.url or "")
    if not isinstance(adapter, _Adapter):
        yield
        return
    adapter.due.append(request)
    try:
        yield
    finally:
        if request in adapter.due:  # it was answered without a network
            adapter.take(request)


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__()
        self.due: list[requests.PreparedRequest] = []
        self._one_at_a_time = threading.Lock()

    def take(self, request: requests.PreparedRequest) -> None:
        """Let it go, once."""
        with self._one_at_a_time:
            if request in self.due:
                self.due.remove(request)  # they are compared by identity
                return
        raise requests.exceptions.RetryError(
            "it was sent once, and a patch of requests sends it again", request=request
        )

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *arguments: Any, **named: Any
    ) -> Any:
        self.take(request)
        return super().get_connection_with_tls_context(request, *arguments, **named)

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **named)
        known = manager.pool_classes_by_scheme
        if known is poolmanager.pool_classes_by_scheme:
            manager.pool_classes_by_scheme = _POOLS
        elif not any(_may_pass(pool) for pool in known.values()):  # SOCKS has its own
            manager.pool_classes_by_scheme = {scheme: _passing(pool) for scheme, pool in known.items()}
        return manager

    def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
        """Send it, and read the answer here: whoever asks for ``content`` reads to the end, whatever that takes."""
        answer = super().send(request, *arguments, **named)
        if cast("object", answer._content) is False:  # nobody has read it
            answer._content = _unpacked(answer)
        return answer


def _unpacked(answer: requests.Response) -> bytes:
    """Return the body of *answer* with its content coding undone, as far as it has one and no more."""
    if "," in answer.headers.get("Content-Encoding", ""):
        answer.close()
        raise TooLong("it is packed more than once", response=answer)  # then a piece may have gigabytes
    body = bytearray()
    for piece in answer.iter_content(_PIECE_OCTETS):
        body += piece
        if len(body) > MOST_OCTETS:
            answer.close()
            raise TooLong(f"it unpacks to more than {MOST_OCTETS >> 20} MiB", response=answer)
    return bytes(body)


def _may_pass(pool: Any) -> bool:
    return getattr(pool.ConnectionCls, "is_of_the_sender_that_may_pass", False)


def _passing(pool: Any) -> Any:
    """Return pools of this kind whose connections are our own sender's."""
    connection = type("_Connection", (pool.ConnectionCls,), {"is_of_the_sender_that_may_pass": True})
    return type("_Pool", (pool,), {"ConnectionCls": connection})


@dataclass(slots=True)
class Patience:
    """How often in a row nobody has answered, or no request was let in however often it was repeated, in one run.

    Attributes:
        exhausted: why the run is to end; "" while it may go on.
    """

    most: int = MOST_IN_A_ROW
    in_a_row: int = 0
    put_off_in_a_row: int = 0
    exhausted: str = ""

    def around(self, send: Send) -> Send:
        """Return *send*, watched."""

        def sent(request: requests.PreparedRequest) -> requests.Response:
            try:
                answer = send(request)
            except requests.RequestException as error:
                if what := _no_answer(error):
                    self._lose(f"{urlsplit(request.url or '').netloc} {what}")
                raise
            self.in_a_row = 0
            return answer

        return sent

    def serve(self) -> None:
        """Hear of a request that was let in."""
        self.put_off_in_a_row = 0

    def put_off(self, what: str) -> None:
        """Hear that *what* happened to the last repetition of a request: a suite would wait so for a day."""
        self.put_off_in_a_row += 1
        self._give_up_at_last(what, self.put_off_in_a_row)

    def _lose(self, what: str) -> None:
        self.in_a_row += 1
        self._give_up_at_last(what, self.in_a_row)

    def _give_up_at_last(self, what: str, in_a_row: int) -> None:
        if in_a_row >= self.most:
            self.exhausted = f"{what}, {in_a_row} times in a row; the run is given up"


def why_none(error: requests.RequestException) -> str:
    """Return why no answer was taken, in words of our own: others may quote what a provider said."""
    return str(error) if isinstance(error, TooLong) else type(error).__name__


def is_late(error: requests.RequestException) -> bool:
    """Whether an answer was not there in time, be it that it began."""
    return isinstance(error, requests.Timeout) or isinstance(_reason(error), ReadTimeoutError)


def was_cut(error: requests.RequestException) -> bool:
    """Whether somebody was reached, and hung up in the middle."""
    return isinstance(_reason(error), ProtocolError)


def _no_answer(error: requests.RequestException) -> str:
    if is_late(error):
        return f"gives no whole answer within {ANSWER_SECONDS:g} s"
    if isinstance(error, requests.ConnectionError) and not was_cut(error):
        return "cannot be reached"
    return ""


def _reason(error: requests.RequestException) -> object:
    return error.args[0] if error.args else None
