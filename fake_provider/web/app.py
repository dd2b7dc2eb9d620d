"""The one application behind every door: the server's socket, a WSGI server, an interception in process.

WireRequest -> checks of the envelope -> route -> operation, page or control call -> trace -> WireResponse
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..account import paths
from ..domain.fault import Ending
from ..domain.transient import transient
from ..domain.wire import WireRequest, WireResponse
from ..errors import StoreUnavailable
from ..operations import sms
from ..operations.outcome import Outcome
from ..provider import Provider
from ..redaction import REDACTED
from ..schedule import Hold
from . import spoiling
from .hosts import Hosts
from .outage import Outage
from .routes import Endpoint, Routes
from .suspects import Suspects
from .wsgi import Environ, body_of, wire_of

if TYPE_CHECKING:
    from .control import Control
    from .pages import Pages

MAX_BODY_BYTES = 1024 * 1024

_log = logging.getLogger("fake_nexmo")
_exchanges = logging.getLogger("fake_nexmo.exchanges")  # silent where an access log is written
_PHRASES = {status.value: status.phrase for status in HTTPStatus}

# RFC 3986 section 3.2.2, without user information; the port is checked as a number.
_HOST = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?")
_MAX_PORT = 65535

# The first segments of the paths of pages: what does not begin with one need not be looked for among them.
_PAGES = frozenset(
    {
        "",
        "apps",
        "authorized",
        "clock",
        "conversations",
        "favicon.ico",
        "faults",
        "messages",
        "private",
        "requests",
        "reset",
        "settings",
        "sign-in",
        "sign-out",
        "static",
        "unlock",
    }
)
_QUICKLY_READ_BYTES = 16 * 1024
_MAX_LOGGED = 400  # characters of a path or a reason


@transient
class Reply:
    """An answer on its way: how it leaves, and what waits until it has left."""

    response: WireResponse
    ending: Ending = Ending.WHOLE
    outcome: Outcome | None = None  # of what is recorded
    hold: Hold | None = None
    then: Callable[[], None] | None = None  # what a witness does next

    def sent(self) -> None:
        """Say that it is out, or cannot go: what had to wait for it goes on."""
        if self.hold is not None:
            self.hold.release()
        if self.then is not None:
            self.then()


Witness = Callable[[WireRequest, Outcome, int], Callable[[], None] | None]
"""Sees each recorded request as it came, secrets and all, with its outcome and the number of its exchange, before the
answer goes out. What it returns is called once the answer has gone."""


class Application:
    """A Werkzeug application over one Provider; also callable as WSGI."""

    def __init__(
        self,
        provider: Provider,
        *,
        control: bool = True,
        control_token: str | None = None,
        allow_hosts: Sequence[str] = (),
    ) -> None:
        self._provider = provider
        self._has_control = control
        self._control_token = control_token
        pages = {"/oauth/authorize": self._authorize, "/oauth/authenticate": self._authenticate}
        self._routes = Routes(provider, pages)
        self._lock = threading.Lock()
        self._open_doors = self._public_doors = 0
        self._hosts = Hosts(allow_hosts)
        self._witness: Witness | None = None
        self._outage = Outage()
        self._suspects = Suspects()

    # Pages and control calls bring Werkzeug and Jinja with them, which most tests never need: a client that is
    # tested in process asks for tokens and sends SMS.

    @cached_property
    def _control(self) -> Control:
        from .control import Control

        return Control(self._provider, token=self._control_token)

    @cached_property
    def _pages(self) -> Pages:
        from .pages import Pages

        return Pages(self._provider, control=self._has_control, control_token=self._control_token)

    def _authorize(self, wire: WireRequest) -> Outcome:
        return self._pages.authorize(wire)

    def _authenticate(self, wire: WireRequest) -> Outcome:
        return self._pages.authenticate(wire)

    def seen_by(self, witness: Witness) -> None:
        """Let *witness* see every request that is recorded from now on."""
        self._witness = witness

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as a WSGI application (PEP 3333).

        Raises ConnectionAbortedError where a fault lets the connection end: WSGI has no other way to do it.
        """
        wire = wire_of(environ, max_body_bytes=MAX_BODY_BYTES)
        reply = self.reply(wire)
        response = reply.response
        if reply.ending in (Ending.DROPPED, Ending.HANGING):
            reply.sent()
            raise ConnectionAbortedError("a planned fault ends the connection without an answer")
        phrase = _PHRASES.get(response.status, "Unknown")
        headers = [*response.headers, ("Content-Length", str(len(response.body)))]
        start_response(f"{response.status} {phrase}", headers)
        return body_of(spoiling.cut(response, reply.ending), wire.method, reply.sent)

    def respond(self, wire: WireRequest) -> WireResponse:
        """Answer one request, for a door that always gives the whole answer at once."""
        reply = self.reply(wire)
        reply.sent()
        return reply.response

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        """Answer one request and record it; whatever goes wrong in here is a 500 with its traceback in the trace.

        Whoever sends the answer calls ``sent`` then. A client whose *patience* is shorter than a planned delay is let
        hang at once, where it is known.
        """
        if self._provider.policy.trust_proxy:
            wire = _as_the_proxy_saw_it(wire)
        try:
            self._provider.ports.store.refresh()
            reply = self._reply(wire, patience_seconds)
        except StoreUnavailable as error:
            path = _one_line(unquote(paths.without_secret(wire.raw_path, REDACTED)))
            self._outage.goes_on(str(error), f"{wire.method} {path}")
            response = _unavailable(wire.path, error)
            self._count(wire, wire.path, "unavailable", response, 0.0)
            return Reply(response=response)
        except Exception:  # noqa: BLE001  beyond the border: not even the record of it could be kept
            _log.exception("%s failed inside the fake; this is a bug of the fake", wire.method)
            return Reply(response=_plain(500, "a bug of the fake; see its log"))
        if self._outage.is_on:
            self._outage.is_over()
        return reply

    def _reply(self, wire: WireRequest, patience_seconds: float | None) -> Reply:
        path = wire.path
        unrecorded = self._is_own(path)
        started = time.perf_counter()
        received_at = self._provider.ports.clock.now()
        error: str | None = None
        ending = Ending.WHOLE
        try:
            if unrecorded:
                reply = self._unrecorded(wire, path)
                self._count(wire, path, "own", reply.response, time.perf_counter() - started)
                return reply
            outcome, ending = self._outcome(wire, patience_seconds)
        except StoreUnavailable:
            raise
        except Exception:  # noqa: BLE001  the one border where our own mistakes become an answer
            error = traceback.format_exc()
            _log.exception(
                "%s %s failed inside the fake; this is a bug of the fake",
                wire.method,
                self.path_for_a_log(wire),
            )
            outcome = Outcome(
                response=_plain(500, "a bug of the fake; see GET /_fake/exchanges"), kind="other"
            )
        if unrecorded:  # its traceback is recorded, and of the request no more than that
            wire = replace(wire, target=wire.raw_path, headers=(), body=b"")
        hold = self._provider.schedule.hold(outcome.webhooks) if outcome.webhooks else None
        number = self._record(wire, outcome, received_at, (time.perf_counter() - started) * 1000, error)
        self._suspects.note(outcome)
        then = self._witness(wire, outcome, number) if self._witness is not None else None
        return Reply(response=outcome.response, ending=ending, outcome=outcome, hold=hold, then=then)

    def _count(
        self,
        wire: WireRequest,
        path: str,
        outcome: str,
        response: WireResponse,
        seconds: float,
        diagnosis: str | None = None,
    ) -> None:
        """Count an answer. Endpoints are few, whatever paths are asked for."""
        known = path in self._routes
        endpoint = (
            path if known else "other" if outcome != "own" else "control" if _is_control(path) else "page"
        )
        is_sms = known and path in ("/sms/json", "/sms/xml") and wire.method != "HEAD"
        self._provider.metrics.answered(
            endpoint, outcome, response.status, seconds, diagnosis=diagnosis, is_sms=is_sms
        )

    def connected(self, number: int) -> None:
        """Take it that so many connections have come through a door, or gone where it is negative."""
        self._provider.metrics.connected(number)

    def _is_own(self, path: str) -> bool:
        """Whether *path* is the fake's own: its control API or its dashboard. What is asked there is not recorded."""
        if _is_control(path):
            return self._has_control  # turned off, it is a path like any other at which there is nothing
        return path.split("/", 2)[1] in _PAGES and self._pages.has(path)

    def _unrecorded(self, wire: WireRequest, path: str) -> Reply:
        """Answer what is the fake's own business: its pages and its control API."""
        if problem := _envelope_problem(wire) or self._host_problem(wire, path):
            return Reply(response=problem)
        part = self._control if _is_control(path) else self._pages
        response, webhooks = part.respond(wire)
        return Reply(response=response, hold=self._provider.schedule.hold(webhooks) if webhooks else None)

    def _host_problem(self, wire: WireRequest, path: str) -> WireResponse | None:
        """Refuse a name that another site's page may have had resolved to this machine."""
        asks_by_a_name_of_its_own = self._public_doors or self._provider.policy.trust_proxy
        if asks_by_a_name_of_its_own or self._hosts.allows(wire.host):
            return None
        message = f"{wire.host[:100]} may be another site's name for this machine; --allow-host lets it in"
        if not _is_control(path):
            return _plain(403, message)
        error = json.dumps({"error": {"code": "host_not_allowed", "message": message}})
        return WireResponse(status=403, headers=(("Content-Type", "application/json"),), body=error.encode())

    @property
    def may_wait(self) -> bool:
        """Whether an answer may take its time: by a planned delay, or for something to happen."""
        return bool(self._provider.faults.waiting())

    def is_quick(self, wire: WireRequest) -> bool:
        """Whether one thread can answer *wire* between the requests of others: it waits for nobody, and takes no time to speak of.

        Everything else is answered beside: planned faults may be delays, a witness decides as a user would, pages and
        control calls wait or take milliseconds, a long body may hold anything, and wrong signatures are looked into.
        """
        return (
            self._witness is None
            and self._provider.ports.store.look_seconds
            is None  # a store that others share is asked over a wire
            and len(wire.body) <= _QUICKLY_READ_BYTES
            and self._routes.is_quick(wire.path)
            and not self.may_wait
            and not self._suspects.has(wire)
        )

    @staticmethod
    def waits(wire: WireRequest) -> bool:
        """Whether *wire* is a call that waits until something comes: a message, an attempt at a webhook."""
        return "wait=" in wire.query and _is_control(wire.path)

    def stop_waiting(self) -> None:
        """Let all answers that are held back for something to happen go out now: the door is closing."""
        self._provider.ports.store.stop_waiting()
        self._provider.ports.pause.end()

    def door_opened(self, *, is_public: bool) -> None:
        """A server has begun, for others than this machine if *is_public*.

        Webhooks are pushed again, should they have been stopped.
        """
        with self._lock:
            self._open_doors += 1
            self._public_doors += is_public
        self.webhooks_go_out()

    def webhooks_go_out(self) -> None:
        """Push what is due, should that have been ended."""
        self._provider.schedule.open()

    def door_closed(self, *, is_public: bool) -> None:
        """A server has ended; with the last one webhooks end too."""
        with self._lock:
            self._open_doors -= 1
            self._public_doors -= is_public
            if self._open_doors == 0:
                self._provider.schedule.close()

    def refuse_unreadable(self, wire: WireRequest, response: WireResponse) -> WireResponse:
        """Record what a door could not read as HTTP, with the answer that it gives."""
        # What no parser could read may have been for any path: it is kept, with no more than its first line.
        if self._is_own(wire.path) and wire.path != "/":
            return response
        self._record(
            wire, Outcome(response=response, kind="other"), self._provider.ports.clock.now(), 0.0, None
        )
        return response

    def _outcome(self, wire: WireRequest, patience_seconds: float | None) -> tuple[Outcome, Ending]:
        if problem := _envelope_problem(wire):
            return Outcome(response=problem, kind="other"), Ending.WHOLE
        endpoint = self._routes.find(wire)
        if endpoint is None:
            path = unquote(paths.without_secret(wire.raw_path, REDACTED))
            response = _plain(404, f"there is nothing at {path[:200]}")
            return Outcome(response=response, kind="other"), Ending.WHOLE
        faults = self._provider.faults
        fault = faults.meet(spoiling.Call(wire, endpoint.place), endpoint.place) if faults.waiting() else None
        if fault is None:
            return self._answer(wire, endpoint), Ending.WHOLE
        answer = partial(self._answer, wire, endpoint)
        spoiled = spoiling.Spoiled(fault, wire, endpoint.place, self._provider.ports, self._provider.policy)
        return spoiled.outcome(answer, patience_seconds)

    def _answer(self, wire: WireRequest, endpoint: Endpoint, imposed: sms.Imposed | None = None) -> Outcome:
        if wire.method in endpoint.methods:
            if imposed is not None:
                return endpoint.operation(wire, imposed=imposed)
            return endpoint.operation(wire)
        if wire.method == "HEAD" and endpoint.head_status:
            return Outcome(response=WireResponse(status=endpoint.head_status), kind="other")
        response = _plain(endpoint.other_status, f"{wire.method} is not answered here")
        if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
            allow = ("Allow", ", ".join(endpoint.methods))
            response = replace(response, headers=(*response.headers, allow))
        return Outcome(response=response, kind="other")

    def _record(
        self, wire: WireRequest, outcome: Outcome, received_at: float, duration_ms: float, error: str | None
    ) -> int:
        """Record an exchange; returns its number, 0 where it could not be kept: the request has had its effect."""
        code = outcome.diagnosis.code if outcome.diagnosis is not None else None
        self._count(wire, wire.path, outcome.kind, outcome.response, duration_ms / 1000, code)
        clock = self._provider.ports.clock
        if clock.lane(outcome.client_key) is not None:
            received_at = clock.now(outcome.client_key)  # whose request it is, only its parameters told
        try:
            number = self._provider.trace.record(
                wire,
                outcome.response,
                received_at=received_at,
                duration_ms=duration_ms,
                outcome=outcome.kind,
                client_key=outcome.client_key,
                findings=outcome.findings,
                diagnosis=outcome.diagnosis,
                reason=outcome.reason,
                fault=outcome.fault,
                message=outcome.message,
                secrets=outcome.secrets,
                error=error,
            )
        except StoreUnavailable as problem:
            _log.warning("an exchange was not recorded: %s", problem)
            number = 0
        if _exchanges.isEnabledFor(logging.INFO):
            why = _why(outcome)
            status, kind = outcome.response.status, outcome.kind
            _exchanges.info(
                "%s %s %d %s%s",
                wire.method,
                self.path_for_a_log(wire),
                status,
                kind,
                f" ({_one_line(why)})" if why else "",
            )
        return number

    def client_of(self, wire: WireRequest, peer: str) -> str:
        """Return the client's address: its *peer*'s, or what the nearest proxy tells where that is trusted."""
        told = wire.header("x-forwarded-for") if self._provider.policy.trust_proxy else None
        return _one_line(told.split(",")[-1].strip()) if told else peer

    def path_for_a_log(self, wire: WireRequest) -> str:
        """Return the path without what old clients wrote into it: their secret."""
        path = wire.path
        return _one_line(path if path in self._routes else self._provider.trace.redacted(wire.raw_path))


def _is_control(path: str) -> bool:
    return path.startswith("/_fake/") or path == "/_fake"


def _one_line(text: str) -> str:
    """Make *text* fit for a log: no line break, no control character, not endless."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:_MAX_LOGGED])


def _why(outcome: Outcome) -> str:
    """Say in one line what the log should know: why it was refused, or what leniency hides."""
    if outcome.diagnosis:
        return f"{outcome.diagnosis.code}: {outcome.diagnosis.message} {outcome.diagnosis.advice}"
    return outcome.reason or ", ".join(finding.code for finding in outcome.findings)


def _envelope_problem(wire: WireRequest) -> WireResponse | None:
    if len(wire.body) > MAX_BODY_BYTES:
        return _plain(413, f"the body is longer than {MAX_BODY_BYTES} bytes")
    return None if _is_host(wire.host) else _plain(400, "the Host header is not a host name")


@lru_cache(maxsize=64)  # a client says the same one again and again
def _is_host(text: str) -> bool:
    host = _HOST.fullmatch(text)
    return host is not None and int(host.group(1) or 1) in range(1, _MAX_PORT + 1)


def _as_the_proxy_saw_it(wire: WireRequest) -> WireRequest:
    """Return *wire* with the scheme and host that the client used, as the nearest proxy tells them."""
    scheme = (wire.header("x-forwarded-proto") or wire.scheme).split(",")[-1].strip().lower()
    host = (wire.header("x-forwarded-host") or wire.host).split(",")[-1].strip()
    port = (wire.header("x-forwarded-port") or "").split(",")[-1].strip()
    default = {"http": "80", "https": "443"}.get(scheme)
    if port.isdigit() and port != default and ":" not in host.rpartition("]")[2]:
        host = f"{host}:{port}"
    return replace(wire, scheme=scheme if default else wire.scheme, host=host or wire.host)


def _unavailable(path: str, error: StoreUnavailable) -> WireResponse:
    """Say that it is the database, and that trying again is worth it."""
    again = ("Retry-After", "1")
    if _is_control(path):
        body = json.dumps({"error": {"code": error.code, "message": str(error)}}).encode()
        return WireResponse(status=503, headers=(("Content-Type", "application/json"), again), body=body)
    plain = _plain(503, str(error))
    return replace(plain, headers=(*plain.headers, again))


def _plain(status: int, text: str) -> WireResponse:
    headers = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
    return WireResponse(status=status, headers=headers, body=f"{status} {text}\n".encode())
