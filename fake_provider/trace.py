"""The trace: the newest exchanges, without a secret in them.

An exchange is kept in a few microseconds and cleaned when somebody first looks at it, since most are never looked
at. Whoever shows exchanges, a page, a report or a log, gets them from here and cannot get a
secret.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

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
    message: int | None = None  # the number under which the store keeps the SMS that it was about

    @property
    def id(self) -> str:
        """Its number as text of at least six digits, so that texts sort as numbers do."""
        return f"{self.number:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeQuery:
    """Which exchanges are asked for; None does not narrow. ``path`` is compared exactly.

    ``before`` is the number of one that was seen already: earlier ones are asked for.
    """

    outcome: str | None = None
    client_key: str | None = None
    path: str | None = None
    number: int | None = None
    message: int | None = None  # the number of the SMS that it was about
    before: int | None = None
    limit: int | None = None

    def matches(self, exchange: Exchange) -> bool:
        """Whether *exchange* is one of them."""
        return (
            (self.outcome is None or exchange.outcome == self.outcome)
            and (self.client_key is None or exchange.client_key == self.client_key)
            and (self.path is None or exchange.request.path == self.path)
            and (self.number is None or exchange.number == self.number)
            and (self.message is None or exchange.message == self.message)
            and (self.before is None or exchange.number < self.before)
        )


_Half = TypeVar("_Half", WireRequest, WireResponse)


class Record:
    """An exchange as it was recorded, until a look at it has taken its *secrets* out."""

    __slots__ = ("exchange", "outline", "secrets")

    def __init__(self, exchange: Exchange, secrets: Iterable[str]) -> None:
        self.exchange = exchange
        self.secrets: Iterable[str] | None = secrets  # None once it is clean
        self.outline: Exchange | None = None


class Make(Protocol):
    """What makes an exchange once its number is known."""

    def __call__(self, *, number: int) -> Exchange: ...


class Records(Protocol):
    """Where exchanges are kept, secrets and all."""

    def add(self, made: Make, secrets: Iterable[str]) -> int:
        """Keep the exchange that is *made* of its number, with the secrets that must not be seen; returns the number."""
        ...

    def newest(self, query: ExchangeQuery) -> Sequence[Record]:
        """Return what matches, the newest first."""
        ...

    def __len__(self) -> int:
        """Return how many are kept."""
        ...

    def clear(self) -> None:
        """Forget all exchanges."""
        ...


class Trace:
    """The newest exchanges, the oldest forgotten first.

    *known_secrets* tells the secrets that are in use while somebody looks, beside those of each exchange.
    """

    def __init__(self, records: Records, *, known_secrets: Callable[[], Iterable[str]] = tuple) -> None:
        self._records = records
        self._cleaning = threading.Lock()
        self._known_secrets = known_secrets

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
        message: int | None = None,
    ) -> int:
        """Keep an exchange, with the *secrets* that must not be seen in it; returns its number."""

        made = partial(
            Exchange,
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
            message=message,
        )
        return self._records.add(made, secrets)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._records)

    def exchanges(self, query: ExchangeQuery | None = None) -> Sequence[Exchange]:
        """Return what matches, the newest first."""
        found = self._records.newest(query or ExchangeQuery())
        known = self._redaction(one for one in found if one.secrets is not None)
        for kept in found:
            with self._cleaning:  # each by itself: who wants a list does not wait for a thousand long bodies
                if kept.secrets is not None:
                    kept.exchange = _cleaned(kept.exchange, known.including(kept.secrets))
                    kept.secrets = None
        return tuple(kept.exchange for kept in found)

    def outlines(self, query: ExchangeQuery | None = None) -> Sequence[Exchange]:
        """Return what matches, the newest first, without headers and bodies: a fraction of the work, for lists."""
        found = self._records.newest(query or ExchangeQuery())
        known = self._redaction(one for one in found if one.secrets is not None and one.outline is None)
        outlines = []
        for kept in found:
            with self._cleaning:
                outlines.append(_outline(kept, known))
        return tuple(outlines)

    def _redaction(self, uncleaned: Iterable[Record]) -> Redaction:
        """Return what knows the secrets in use, should anything have to be cleaned: there may be many thousands."""
        return Redaction(self._known_secrets() if any(True for _ in uncleaned) else ())

    def redacted(self, text: str) -> str:
        """Return *text* without the secrets in use, for a log."""
        redaction = Redaction(self._known_secrets())
        return redaction.text(redaction.path(text))

    def redacted_url(self, url: str) -> str:
        """Return a URL without the secrets in use, and without what its names tell to be one."""
        return Redaction(self._known_secrets()).url(url)

    def redacted_urls(self, urls: Iterable[str]) -> Sequence[str]:
        """The same, of several: the secrets in use, of which there may be many thousands, are sorted once."""
        redaction = Redaction(self._known_secrets())
        return [redaction.url(url) for url in urls]

    def clear(self) -> None:
        """Forget all exchanges."""
        self._records.clear()


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


def _outline(kept: Record, known: Redaction) -> Exchange:
    if kept.outline is None:
        exchange = kept.exchange
        bare = replace(
            exchange,
            request=replace(exchange.request, headers=(), body=b""),
            response=replace(exchange.response, headers=(), body=b""),
        )
        kept.outline = bare if kept.secrets is None else _cleaned(bare, known.including(kept.secrets))
    return kept.outline


def _cut_again(recorded: _Half, cleaned: _Half) -> _Half:
    """Cut to what is shown; of a body that was cut before, the margin, in which half a secret may stand, goes."""
    was_cut = len(recorded.body) >= MAX_BODY_BYTES + _MARGIN_BYTES
    kept = len(cleaned.body) - (_MARGIN_BYTES if was_cut else 0)
    return _cut(cleaned, max(0, min(kept, MAX_BODY_BYTES)))


def _cut(half: _Half, at_most: int) -> _Half:
    return half if len(half.body) <= at_most else replace(half, body=half.body[:at_most])
