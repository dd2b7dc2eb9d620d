"""The trace: the newest exchanges, without a secret in them.

An exchange is kept in a few microseconds and cleaned by the first look at the trace, before anybody sees it, since
most are never looked at. Whoever shows exchanges, a page, a report or a log, gets them from here and cannot get a
secret. Secrets go by name (``api_secret=…``, ``Authorization: Basic``, a PLAINTEXT signature) and by value (the
secrets of those who took part, wherever they stand).
"""

from __future__ import annotations

import itertools
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote, quote_plus

from .domain.finding import Diagnosis, Finding
from .domain.wire import Headers, WireRequest, WireResponse

MAX_EXCHANGES = 1_000
MAX_BODY_BYTES = 64 * 1024
REDACTED = "[redacted]"
_SHORTEST_SECRET = 6  # shorter ones occur in ordinary text and would tear holes into it

_NAMES = "oauth_token_secret|oauth_consumer_secret|api_secret|consumer_secret|token_secret|newSecret|password|csrf_token"
# name=value in a query or form, also where that was encoded once or twice more, as in a base string.
_FORM_FIELD = re.compile(
    rf"\b((?:{_NAMES})(?:=|%3[Dd]|%253[Dd]))(?:(?!&|%26|%2526)[^\s\"'<])*", re.IGNORECASE
)
_JSON_MEMBER = re.compile(rf'("(?:{_NAMES})"\s*:\s*)("(?:[^"\\]|\\.)*"|[^,}}\s]+)', re.IGNORECASE)
_SIGNATURE = re.compile(r'(oauth_signature=)("[^"]*"|[^&,\s]*)', re.IGNORECASE)
_PLAINTEXT = re.compile(r"oauth_signature_method=\"?PLAINTEXT", re.IGNORECASE)
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*")
_CREDENTIAL_HEADERS = frozenset({"cookie", "set-cookie", "proxy-authorization"})


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
    """The newest exchanges, the oldest forgotten first."""

    def __init__(self, *, max_exchanges: int = MAX_EXCHANGES) -> None:
        self._lock = threading.Lock()
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
    ) -> None:
        """Keep an exchange, with the *secrets* that must not be seen in it."""
        exchange = Exchange(
            number=next(self._numbers),
            received_at=received_at,
            duration_ms=duration_ms,
            client_key=client_key,
            request=_cut(request),
            response=_cut(response),
            outcome=outcome,
            findings=findings,
            diagnosis=diagnosis,
            error=error,
        )
        self._uncleaned.append((exchange, secrets))

    def exchanges(self, query: ExchangeQuery | None = None) -> Sequence[Exchange]:
        """Return what matches, the newest first."""
        query = query or ExchangeQuery()
        with self._lock:
            while self._uncleaned:
                self._exchanges.append(_cleaned(*self._uncleaned.popleft()))
            newest_first = tuple(reversed(self._exchanges))
        return tuple(filter(query.matches, newest_first))[: query.limit]

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._uncleaned.clear()
            self._exchanges.clear()


def _cleaned(exchange: Exchange, secrets: Iterable[str]) -> Exchange:
    """Return *exchange* with its secrets taken out."""
    clean = _cleaner(_secret_values(secrets), plaintext=_is_plaintext(exchange.request))
    return replace(
        exchange,
        request=_clean_request(exchange.request, clean),
        response=_clean_response(exchange.response, clean),
        diagnosis=exchange.diagnosis and _clean_diagnosis(exchange.diagnosis, clean),
        error=exchange.error and clean(exchange.error),
    )


def _cut(half: _Half) -> _Half:
    return half if len(half.body) <= MAX_BODY_BYTES else replace(half, body=half.body[:MAX_BODY_BYTES])


def _secret_values(secrets: Iterable[str]) -> set[str]:
    """Return the secrets as they may stand in a text: as they are, and percent-encoded."""
    values = {s for s in secrets if len(s) >= _SHORTEST_SECRET}
    encoded = [s for s in values if not _UNRESERVED.fullmatch(s)]
    values.update(quoted for s in encoded for quoted in (quote(s, safe=""), quote_plus(s)))
    return values


def _is_plaintext(request: WireRequest) -> bool:
    """Whether the signature is the two secrets themselves (RFC 5849 section 3.4.4)."""
    authorization = request.header("authorization") or ""
    places = (authorization, request.query, request.body.decode("latin-1"))
    return any(_PLAINTEXT.search(place) for place in places)


def _cleaner(values: set[str], *, plaintext: bool) -> Callable[[str], str]:
    """Return a function that takes secrets out of a text, by value and by name."""
    longest_first = sorted(values, key=len, reverse=True)

    def clean(text: str) -> str:
        for value in longest_first:
            text = text.replace(value, REDACTED)
        text = _FORM_FIELD.sub(rf"\1{REDACTED}", text)
        text = _JSON_MEMBER.sub(rf'\1"{REDACTED}"', text)
        return _SIGNATURE.sub(rf"\1{REDACTED}", text) if plaintext else text

    return clean


def _clean_request(request: WireRequest, clean: Callable[[str], str]) -> WireRequest:
    return replace(
        request,
        host=clean(request.host),
        target=clean(request.target),
        headers=_clean_headers(request.headers, clean),
        body=_clean_body(request.body, clean),
    )


def _clean_response(response: WireResponse, clean: Callable[[str], str]) -> WireResponse:
    return replace(
        response, headers=_clean_headers(response.headers, clean), body=_clean_body(response.body, clean)
    )


def _clean_body(body: bytes, clean: Callable[[str], str]) -> bytes:
    # An octet that is no UTF-8 comes out as it went in.
    return clean(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _clean_headers(headers: Headers, clean: Callable[[str], str]) -> Headers:
    return tuple((name, clean(_without_credentials(name.lower(), value))) for name, value in headers)


def _without_credentials(name: str, value: str) -> str:
    if name == "authorization" and not _is_oauth(value):
        scheme, blank, _ = value.strip().partition(" ")
        return f"{scheme} {REDACTED}" if blank else REDACTED
    return REDACTED if name in _CREDENTIAL_HEADERS else value


def _is_oauth(authorization: str) -> bool:
    return authorization.lstrip()[:5].lower() == "oauth"


def _clean_diagnosis(diagnosis: Diagnosis, clean: Callable[[str], str]) -> Diagnosis:
    expected = diagnosis.expected_base_string
    return replace(
        diagnosis,
        message=clean(diagnosis.message),
        expected_base_string=None if expected is None else clean(expected),
    )
