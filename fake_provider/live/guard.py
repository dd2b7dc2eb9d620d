"""Stands where a fake would, behind an interception, and passes on what a test may ask for.

So every library that can be intercepted can be guarded, and the code under test stays as it is. What is not to be sent
is answered with 403, and the test fails, or is skipped, for the reason that ``conclude`` gives: the code under test may
well catch whatever is raised, and may run on other threads.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from ..account import paths
from ..domain.fault import Ending
from ..domain.wire import Headers, WireRequest, WireResponse
from ..intercept.patching import passing
from ..oauth.protocol import parse
from ..web.app import Reply
from .words import ANOTHER_NUMBER, too_many

Send = Callable[[requests.PreparedRequest], requests.Response]

_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
# The body was decoded when it was read.
_NOT_PASSED_BACK = _OF_ONE_CONNECTION | {"content-length", "content-encoding"}


class Guard:
    """Lets the calls of one test through.

    Args:
        send: how; it skips (``pytest.skip``) what the run cannot afford, and ends the run where nothing answers.
        origins: where a real host is when it is not itself: ``{"rest.nexmo.com": "http://127.0.0.1:8080"}``.
        recipient: the only number for an SMS.
        messages: how many the test may send.
        weigh: reads from a request how many messages it may come to, and for whom they would be.
        forbidden: says of a request why it must never be sent; None where it may.
        accepted: reads from an answer how many messages were accepted; None where it does not say.
        learned: is told of every answer, for the secrets in it.
    """

    may_wait = True  # it asks over a network

    def __init__(
        self,
        *,
        send: Send,
        origins: Mapping[str, str],
        recipient: str,
        messages: int,
        weigh: Callable[[requests.PreparedRequest], tuple[int, str]],
        forbidden: Callable[[requests.PreparedRequest], str | None],
        accepted: Callable[[requests.Response], int | None],
        learned: Callable[[requests.Response], None],
    ) -> None:
        self._send = send
        self._origins = origins
        self._recipient = recipient
        self._messages = messages
        self._weigh = weigh
        self._forbidden = forbidden
        self._accepted = accepted
        self._learned = learned
        self._sent = 0
        self._verdict: Callable[[], None] | None = None
        self._callbacks: dict[str, str] = {}
        self._one_at_a_time = threading.Lock()
        self.asked: list[str] = []  # a line for each call: what it was, and what came of it

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:  # noqa: ARG002
        """Pass *wire* on and its answer back."""
        with self._one_at_a_time:
            reply = self._reply(wire)
        self.asked.append(_told(wire, reply))
        return reply

    def _reply(self, wire: WireRequest) -> Reply:
        request = _prepared(wire, self._origins)
        plain = _plainly_addressed(request)
        messages, to = self._weigh(plain)
        reason = self._forbidden(plain) or (self._refusal(to) if messages else None)
        if reason is not None:
            self.refuse(reason)
            return _refused(reason)
        try:
            with passing(self):
                answer = self._send(request)
        except pytest.skip.Exception as skipped:
            return self._not_afforded(str(skipped.msg))
        except pytest.exit.Exception as ended:
            self._verdict = partial(pytest.exit, ended.msg, ended.returncode)
            return _refused(str(ended.msg))
        except requests.RequestException:
            # What became of it is not known: an answer that never came has cost as much.
            self._sent += min(messages, 1)
            return Reply(response=WireResponse(status=502), ending=Ending.DROPPED)
        self._learned(answer)
        if messages:
            accepted = self._accepted(answer)
            self._sent += 1 if accepted is None else accepted
            if self._sent > self._messages:
                self.refuse(too_many(self._messages, self._sent))
        self._note_callback(wire, answer)
        return Reply(response=_response(answer))

    def _refusal(self, to: str) -> str | None:
        """Return why an SMS must not be sent."""
        if self._sent >= self._messages:
            return too_many(self._messages, self._sent + 1)
        return None if to == self._recipient else ANOTHER_NUMBER

    def refuse(self, reason: str) -> None:
        """Fail the test for *reason*, unless there is one already."""
        self._verdict = self._verdict or partial(pytest.fail, reason, pytrace=False)

    def _not_afforded(self, reason: str) -> Reply:
        self._verdict = self._verdict or partial(pytest.skip, reason)
        return _refused(reason)

    def conclude(self) -> None:
        """Fail or skip the test, or end the run, where something was not to be sent."""
        verdict, self._verdict = self._verdict, None
        if verdict is not None:
            verdict()

    # Where a user is sent

    def _note_callback(self, wire: WireRequest, answer: requests.Response) -> None:
        if wire.path.rstrip("/") == "/oauth/request_token" and answer.status_code == 200:
            token = dict(parse_qsl(answer.text)).get("oauth_token", "")
            self._callbacks[token] = parse(wire).oauth.get("oauth_callback", "")

    def callback_of(self, oauth_token: str) -> str | None:
        """Return the callback with which a request token was asked for here."""
        return self._callbacks.get(oauth_token) or None

    # What an application of a fake does besides

    def refuse_unreadable(self, wire: WireRequest, response: WireResponse) -> WireResponse:  # noqa: ARG002
        """Let it be: nothing is passed on that is no request."""
        return response

    def is_quick(self, wire: WireRequest) -> bool:  # noqa: ARG002
        """Return False: it asks over a network."""
        return False

    def waits(self, wire: WireRequest) -> bool:  # noqa: ARG002
        """Return False: it waits for nothing but the answer."""
        return False

    def client_of(self, wire: WireRequest, peer: str) -> str:  # noqa: ARG002
        """Return *peer*."""
        return peer

    def path_for_a_log(self, wire: WireRequest) -> str:
        """Return the path."""
        return wire.path

    def webhooks_go_out(self) -> None:
        """Let it be: they are not ours to send."""


def _prepared(wire: WireRequest, origins: Mapping[str, str]) -> requests.PreparedRequest:
    """Return *wire* as ``requests`` sends it: to the letter, but for what belongs to one connection.

    (And urllib3 writes the digits of ``%2f`` in capitals, which no client of this API does without.)
    """
    host = wire.host.partition(":")[0].lower().rstrip(".")
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


def _plainly_addressed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return *request* with a path that hides nothing: what is judged by its path may be written in many ways."""
    parts = urlsplit(request.url or "")
    copy = request.copy()
    copy.url = parts._replace(path=quote(re.sub("//+", "/", unquote(parts.path)))).geturl()
    return copy


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


def _refused(reason: str) -> Reply:
    response = WireResponse(
        status=403,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=f"not sent by fake-nexmo: {reason}\n".encode(),
    )
    return Reply(response=response)
