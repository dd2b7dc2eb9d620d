"""The trace: the newest exchanges, without a secret in them.

An exchange is kept in a few microseconds and cleaned by the first look at the trace, before anybody sees it, since
most are never looked at. Whoever shows exchanges, a page, a report or a log, gets them from here and cannot get a
secret.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from .domain.finding import Diagnosis, Finding
from .domain.wire import WireRequest, WireResponse
from .redaction import Redaction

MAX_EXCHANGES = 1_000
MAX_BODY_BYTES = 64 * 1024
_MARGIN_BYTES = 4 * 1024  # kept beyond, so that a secret is whole when it is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as they may be shown.

    ``received_at`` is on the fake's clock, the duration is real. Of a long body the beginning was kept.
    """

    number: int
    received_at: float
    duration_ms: float
    client_key: str | None
    request: WireRequest
    response: WireResponse
    outcome: str
    findings: tuple[Finding, ...] = ()
    diagnosis: Diagnosis | None = None
    error: str | None = None  # a traceback, where the fault is ours
    reason: str | None = None  # of a refusal that OAuth has no part in
    fault: str | None = None  # the id of the planned fault that it met

    @property
    def id(self) -> str:
        """Its number as text, at least six digits: texts sort as numbers do."""
        return f"{self.number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuery:
    """Which exchanges are asked for; None does not narrow. ``path`` is compared exactly."""

    outcome: str | None = None
    client_key: str | None = None
    path: str | None = None
    limit: int | None = None

    def matches(self, exchange: Exchange) -> bool:
        """Whether *exchange* is one of them."""
        return (
            (self.outcome is None or exchange.outcome == self.outcome)
            and (self.client_key is None or exchange.client_key == self.client_key)
            and (self.path is None or exchange.request.path == self.path)
        )


_Half = TypeVar("_Half", WireRequest, WireResponse)


class Trace:
    """The newest exchanges, the oldest forgotten first.

    *known_secrets* tells the secrets that are in use while somebody looks, beside those of each exchange.
    """

    def __init__(
        self,
        *,
        max_exchanges: int = MAX_EXCHANGES,
        known_secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._lock = threading.Lock()
        self._cleaning = threading.Lock()
        self._round = 0
        self._known_secrets = known_secrets
        self._uncleaned: deque[tuple[Exchange, Iterable[str]]] = deque(maxlen=max_exchanges)
        self._exchanges: deque[Exchange] = deque(maxlen=max_exchanges)
        self._numbers = itertools.count(1)

    def record(
        self,
        request: WireRequest,
        response: WireResponse,
        *,
        received_at: float,
        duration_ms: float,
        outcome: str,
        client_key: str | None = None,
        findings: tuple[Finding, ...] = (),
        diagnosis: Diagnosis | None = None,
        secrets: Iterable[str] = (),
        error: str | None = None,
        reason: str | None = None,
        fault: str | None = None,
    ) -> None:
        """Keep an exchange, with the *secrets* that must not be seen in it."""
        with self._lock:  # so that they stand in the order of their numbers
            exchange = Exchange(
                number=next(self._numbers),
                received_at=received_at,
                duration_ms=duration_ms,
                client_key=client_key,
                request=_cut(request, MAX_BODY_BYTES + _MARGIN_BYTES),
                response=_cut(response, MAX_BODY_BYTES + _MARGIN_BYTES),
                outcome=outcome,
                findings=findings,
                diagnosis=diagnosis,
                error=error,
                reason=reason,
                fault=fault,
            )
            self._uncleaned.append((exchange, secrets))

    def exchanges(self, query: ExchangeQuery | None = None) -> Sequence[Exchange]:
        """Return what matches, the newest first."""
        query = query or ExchangeQuery()
        return tuple(filter(query.matches, reversed(self._all_cleaned())))[: query.limit]

    def _all_cleaned(self) -> Sequence[Exchange]:
        """Clean what nobody has looked at yet; requests that come meanwhile do not wait for it."""
        with self._cleaning:
            with self._lock:
                began, uncleaned = self._round, tuple(self._uncleaned)
                self._uncleaned.clear()
            known = Redaction(self._known_secrets() if uncleaned else ())
            cleaned = [_cleaned(exchange, known.including(secrets)) for exchange, secrets in uncleaned]
            with self._lock:
                if began == self._round:
                    self._exchanges.extend(cleaned)
                return tuple(self._exchanges)

    def redacted(self, text: str) -> str:
        """Return *text* without the secrets in use, for a log."""
        redaction = Redaction(self._known_secrets())
        return redaction.text(redaction.path(text))

    def redacted_url(self, url: str) -> str:
        """Return a URL without the secrets in use, and without what its names tell to be one."""
        return Redaction(self._known_secrets()).url(url)

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._round += 1  # what is being cleaned is of no account any more
            self._uncleaned.clear()
            self._exchanges.clear()


def _cleaned(exchange: Exchange, redaction: Redaction) -> Exchange:
    """Return *exchange* with its secrets taken out and its bodies cut."""
    return replace(
        exchange,
        client_key=exchange.client_key and redaction.text(exchange.client_key),
        request=_cut_again(exchange.request, redaction.request(exchange.request)),
        response=_cut_again(exchange.response, redaction.response(exchange.response)),
        diagnosis=exchange.diagnosis and redaction.diagnosis(exchange.diagnosis),
        error=exchange.error and redaction.text(exchange.error),
        reason=exchange.reason and redaction.text(exchange.reason),
        findings=tuple(replace(one, message=redaction.text(one.message)) for one in exchange.findings),
    )


def _cut_again(recorded: _Half, cleaned: _Half) -> _Half:
    """Cut to what is shown; of a body that was cut before, the margin, in which half a secret may stand, goes."""
    was_cut = len(recorded.body) >= MAX_BODY_BYTES + _MARGIN_BYTES
    kept = len(cleaned.body) - (_MARGIN_BYTES if was_cut else 0)
    return _cut(cleaned, max(0, min(kept, MAX_BODY_BYTES)))


def _cut(half: _Half, at_most: int) -> _Half:
    return half if len(half.body) <= at_most else replace(half, body=half.body[:at_most])
