"""Stands where a fake would, behind an interception, and passes on what a test may ask for.

So every library that can be intercepted can be guarded, and the code under test stays as it is. What is not to be sent
is answered with 403, and the test fails, or is skipped, for the reason that ``conclude`` gives: the code under test may
well catch whatever is raised, and may run on other threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from ..account import paths
from ..domain.fault import Ending
from ..domain.wire import Headers, WireRequest, WireResponse
from ..intercept.hosts import plain
from ..intercept.patching import passing
from ..oauth.protocol import parse
from ..web.app import Reply
from .stand_in import StandIn, refused
from .words import ANOTHER_NUMBER, too_many

Send = Callable[[requests.PreparedRequest], requests.Response]

_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
# The body was decoded when it was read.
_NOT_PASSED_BACK = _OF_ONE_CONNECTION | {"content-length", "content-encoding"}


class Guard(StandIn):
    """Lets the calls of one test through.

    Args:
        send: how, past this guard; it skips (``pytest.skip``) what the run cannot afford, and ends the run where nothing answers.
        origins: where a real host is when it is not itself: ``{"rest.nexmo.com": "http://127.0.0.1:8080"}``.
        recipient: the only number for an SMS.
        messages: how many the test may send.
        weigh: reads from a request how many messages it may come to, and for whom they would be.
        forbidden: says of a request why it must never be sent; None where it may.
        spent: reads from an answer how many messages may have gone out, of so many at most.
        learned: is told of every answer, for the secrets in it.
    """

    def __init__(
        self,
        *,
        send: Send,
        origins: Mapping[str, str],
        recipient: str,
        messages: int,
        weigh: Callable[[requests.PreparedRequest], tuple[int, str]],
        forbidden: Callable[[requests.PreparedRequest], str | None],
        spent: Callable[[requests.Response, int], int],
        learned: Callable[[requests.Response], None],
    ) -> None:
        super().__init__()
        self._send = send
        self._origins = origins
        self._recipient = recipient
        self._messages = messages
        self._weigh = weigh
        self._forbidden = forbidden
        self._spent = spent
        self._learned = learned
        self._sent = 0
        self._verdict: Callable[[], None] | None = None
        self._callbacks: dict[str, str] = {}
        self._successor: StandIn | None = None
        self._one_at_a_time = threading.Lock()
        self.asked: list[str] = []  # a line for each call: what it was, and what came of it

    def answered(self, wire: WireRequest) -> Reply:
        """Pass *wire* on and its answer back."""
        # From before the lock is taken: a handler of a signal that asks would wait for what it has interrupted itself.
        with passing(object(), {self: self.meanwhile}), self._one_at_a_time:
            if self._successor is not None:  # a connection of a thread that has outlived the test
                return self._successor.reply(wire)
            reply = self._reply(wire)
        self.asked.append(_told(wire, reply))
        return reply

    def _reply(self, wire: WireRequest) -> Reply:
        request = _prepared(wire, self._origins)
        messages, to = self._weigh(request)
        reason = self._forbidden(request) or (self._refusal(messages, to) if messages else None)
        if reason is not None:
            self.refuse(reason)
            return refused(reason)
        # Counted before it is sent: whatever happens then, an answer that never came has cost as much.
        self._sent += messages
        try:
            answer = self._send(request)
        except pytest.skip.Exception as skipped:
            self._sent -= messages
            return self._not_afforded(str(skipped.msg))
        except pytest.exit.Exception as ended:
            self._sent -= messages
            self._verdict = partial(pytest.exit, ended.msg, ended.returncode)
            return refused(str(ended.msg))
        except requests.RequestException:
            return Reply(response=WireResponse(status=502), ending=Ending.DROPPED)
        self._learned(answer)
        if messages:
            self._sent += self._spent(answer, messages) - messages
            if self._sent > self._messages:
                self.refuse(too_many(self._messages, self._sent))
        self._note_callback(wire, answer)
        return Reply(response=_response(answer))

    def _refusal(self, messages: int, to: str) -> str | None:
        """Return why an SMS must not be sent that may come to so many *messages*."""
        if self._sent + messages > self._messages:
            return too_many(self._messages, self._sent + messages)
        return None if to == self._recipient else ANOTHER_NUMBER

    def refuse(self, reason: str) -> None:
        """Fail the test for *reason*, unless there is one already."""
        self._verdict = self._verdict or partial(pytest.fail, reason, pytrace=False)

    def _not_afforded(self, reason: str) -> Reply:
        self._verdict = self._verdict or partial(pytest.skip, reason)
        return refused(reason)

    def conclude(self) -> None:
        """Fail or skip the test, or end the run, where something was not to be sent."""
        self.look_after_forks()
        verdict, self._verdict = self._verdict, None
        if verdict is not None:
            verdict()

    def retire(self, successor: StandIn) -> None:
        """Pass nothing on from now on: what comes yet is the *successor*'s to answer."""
        with self._one_at_a_time:
            self._successor = successor

    # Where a user is sent

    def _note_callback(self, wire: WireRequest, answer: requests.Response) -> None:
        if wire.path.rstrip("/") == "/oauth/request_token" and answer.status_code == 200:
            token = dict(parse_qsl(answer.text)).get("oauth_token", "")
            self._callbacks[token] = parse(wire).oauth.get("oauth_callback", "")

    def callback_of(self, oauth_token: str) -> str | None:
        """Return the callback with which a request token was asked for here."""
        return self._callbacks.get(oauth_token) or None


def _prepared(wire: WireRequest, origins: Mapping[str, str]) -> requests.PreparedRequest:
    """Return *wire* as ``requests`` sends it: to the letter, but for what belongs to one connection.

    (And urllib3 writes the digits of ``%2f`` in capitals, which no client of this API does without.)
    """
    host = plain(wire.host.partition(":")[0])
    headers = _without(wire.headers, _OF_ONE_CONNECTION | {"content-length"})
    if host in origins:
        wire = wire.sent_to(origins[host])
        headers = _without(headers, {"host"})
    request = requests.PreparedRequest()
    request.method = wire.method
    request.url = wire.url  # not through prepare_url(), which would write it anew
    request.headers = CaseInsensitiveDict()
    for name, value in headers:
        request.headers[name] = f"{request.headers[name]}, {value}" if name in request.headers else value
    request.body = wire.body or None
    if wire.body or wire.method not in ("GET", "HEAD"):
        request.headers["Content-Length"] = str(len(wire.body))
    request.hooks = {"response": []}
    return request


def _told(wire: WireRequest, reply: Reply) -> str:
    """Tell of a call in one line: without its query, which may hold anything, and without a secret in its path."""
    path = paths.without_secret(wire.raw_path, "<secret>")
    status = "no answer" if reply.ending is Ending.DROPPED else str(reply.response.status)
    why = reply.response.header("x-fake-nexmo-diagnosis")  # of a fake that is elsewhere
    return f"{wire.method} {wire.scheme}://{wire.host}{path} -> {status}{f', {why}' if why else ''}"


def _response(answer: requests.Response) -> WireResponse:
    pairs = tuple(answer.raw.headers.items()) if answer.raw is not None else tuple(answer.headers.items())
    return WireResponse(
        status=answer.status_code, headers=_without(pairs, _NOT_PASSED_BACK), body=answer.content
    )


def _without(headers: Headers, names: frozenset[str] | set[str]) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in names)
