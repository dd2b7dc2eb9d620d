"""The trace: the newest exchanges, without a secret in them.

Secrets are taken out when an exchange is recorded, not when it is shown, so that no page, report or log that is
added later can leak what the trace does not hold. They go by name (``api_secret=…``, ``Authorization: Basic``,
a PLAINTEXT signature) and by value (the secrets of those who took part, wherever they stand).
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

from .domain.finding import Diagnosis, Finding
from .domain.wire import Headers, WireRequest, WireResponse

MAX_EXCHANGES = 1_000
MAX_BODY_BYTES = 64 * 1024
REDACTED = "[redacted]"
_SHORTEST_SECRET = 6  # shorter ones occur in ordinary text and would tear holes into it

_NAMES = "oauth_token_secret|oauth_consumer_secret|api_secret|consumer_secret|token_secret|newSecret|password|csrf_token"
# name=value in a query or form, also where that was encoded once or twice more, as in a base string.
_FORM_FIELD = re.compile(rf"\b((?:{_NAMES})(?:=|%3[Dd]|%253[Dd]))(?:(?!&|%26|%2526)[^\s\"'<])*", re.IGNORECASE)
_JSON_MEMBER = re.compile(rf'("(?:{_NAMES})"\s*:\s*)("(?:[^"\\]|\\.)*"|[^,}}\s]+)', re.IGNORECASE)
_SIGNATURE = re.compile(r'(oauth_signature=)("[^"]*"|[^&,\s]*)', re.IGNORECASE)
_PLAINTEXT = re.compile(r"oauth_signature_method=\"?PLAINTEXT", re.IGNORECASE)
_HINTS = ("secret", "password", "csrf_token")  # one of these is in every name above
_CREDENTIAL_HEADERS = frozenset({"cookie", "set-cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; ``received_at`` is on the fake's clock, the duration is real."""

    id: str
    received_at: float
    duration_ms: float
    client_key: str | None
    method: str
    url: str
    path: str
    request_headers: Headers
    request_body: str
    status: int
    response_headers: Headers
    response_body: str
    outcome: str
    findings: tuple[Finding, ...] = ()
    diagnosis: Diagnosis | None = None
    error: str | None = None  # a traceback, where the fault is ours


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
            and (self.path is None or exchange.path == self.path)
        )


class Trace:
    """The newest exchanges, the oldest forgotten first."""

    def __init__(self, *, max_exchanges: int = MAX_EXCHANGES) -> None:
        self._lock = threading.Lock()
        self._exchanges: deque[Exchange] = deque(maxlen=max_exchanges)
        self._count = 0

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
        """Keep an exchange, its secrets taken out and its bodies cut."""
        clean = _cleaner(secrets, plaintext=_is_plaintext(request))
        with self._lock:
            self._count += 1
            number = self._count
        exchange = Exchange(
            id=f"{number:06d}",
            received_at=received_at,
            duration_ms=duration_ms,
            client_key=client_key,
            method=request.method,
            url=clean(request.url),
            path=request.path,
            request_headers=_clean_headers(request.headers, clean),
            request_body=clean(_text(request.body)),
            status=response.status,
            response_headers=_clean_headers(response.headers, clean),
            response_body=clean(_text(response.body)),
            outcome=outcome,
            findings=findings,
            diagnosis=_clean_diagnosis(diagnosis, clean),
            error=clean(error) if error else None,
        )
        with self._lock:
            self._exchanges.append(exchange)

    def exchanges(self, query: ExchangeQuery | None = None) -> Sequence[Exchange]:
        """Return what matches, the newest first."""
        query = query or ExchangeQuery()
        with self._lock:
            newest_first = tuple(reversed(self._exchanges))
        return tuple(filter(query.matches, newest_first))[: query.limit]

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._exchanges.clear()


def _text(body: bytes) -> str:
    return body[:MAX_BODY_BYTES].decode("utf-8", "replace")


def _is_plaintext(request: WireRequest) -> bool:
    """Whether the signature is the two secrets themselves (RFC 5849 section 3.4.4)."""
    places = (request.header("authorization") or "", request.query, request.body[:MAX_BODY_BYTES].decode("latin-1"))
    return any("PLAINTEXT" in place.upper() and _PLAINTEXT.search(place) for place in places)


def _cleaner(secrets: Iterable[str], *, plaintext: bool) -> Callable[[str], str]:
    """Return a function that takes secrets out of a text, by value and by name."""
    values = {s for s in secrets if len(s) >= _SHORTEST_SECRET}
    values |= {quoted for s in values for quoted in (quote(s, safe=""), quote_plus(s)) if quoted != s}
    longest_first = sorted(values, key=len, reverse=True)

    def clean(text: str) -> str:
        for value in longest_first:
            if value in text:
                text = text.replace(value, REDACTED)
        lower = text.lower()
        if any(hint in lower for hint in _HINTS):
            text = _FORM_FIELD.sub(rf"\1{REDACTED}", text)
            text = _JSON_MEMBER.sub(rf'\1"{REDACTED}"', text)
        if plaintext:
            text = _SIGNATURE.sub(rf"\1{REDACTED}", text)
        return text

    return clean


def _clean_headers(headers: Headers, clean: Callable[[str], str]) -> Headers:
    shown = []
    for name, value in headers:
        lower = name.lower()
        if lower in _CREDENTIAL_HEADERS or (lower == "authorization" and not _is_oauth(value)):
            scheme = f"{value.partition(' ')[0]} " if lower == "authorization" and " " in value.strip() else ""
            shown.append((name, scheme + REDACTED))
        else:
            shown.append((name, clean(value)))
    return tuple(shown)


def _is_oauth(authorization: str) -> bool:
    return authorization.lstrip()[:5].lower() == "oauth"


def _clean_diagnosis(diagnosis: Diagnosis | None, clean: Callable[[str], str]) -> Diagnosis | None:
    if diagnosis is None:
        return None
    expected = diagnosis.expected_base_string
    return replace(
        diagnosis,
        message=clean(diagnosis.message),
        expected_base_string=None if expected is None else clean(expected),
    )
