"""Every request with its answer: what it was, why it was refused, and how it differs from another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.wrappers import Response

from ...domain.credentials import TemporaryCredentials
from ...domain.wire import WireRequest
from ...errors import Unknown
from ...oauth.alignment import aligned
from ...redaction import REDACTED
from ...trace import Exchange, ExchangeQuery
from ..html import cut, fit
from . import raw
from .visit import Tone, Visit

PAGE = 50
_LONGEST_SHOWN = 120
_LONGEST_BASE_STRING = 40_000
_MAX_COMPARED = 150
_MAX_OF_FLOW = 50  # requests of one stage among which those of one token are looked for

OUTCOMES = ("accepted", "refused", "fault", "other")
TONES: Mapping[str, Tone] = {"accepted": "good", "refused": "bad", "fault": "plain", "other": "soft"}

STAGES: Sequence[tuple[str, str]] = (
    ("request token", "/oauth/request_token"),
    ("the user decides", "/oauth/authorize"),
    ("access token", "/oauth/access_token"),
    ("API call", ""),
)
"""The stages of the flow and the paths that belong to them."""
_OTHER_PATHS = {"/oauth/authenticate": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An exchange in a list."""

    number: int
    id: str
    method: str
    path: str
    status: int
    outcome: str
    tone: Tone
    why: str
    findings: int
    app: str | None
    at: float
    duration_ms: float


def rows(visit: Visit, exchanges: Sequence[Exchange]) -> Sequence[Row]:
    """Return exchanges as lists show them."""
    names = visit.app_names()
    return [
        Row(
            number=one.number,
            id=one.id,
            method=one.request.method[:20],
            path=cut(one.request.raw_path, _LONGEST_SHOWN),
            status=one.response.status,
            outcome=one.outcome,
            tone=TONES.get(one.outcome, "plain"),
            why=cut(_why(one), _LONGEST_SHOWN),
            findings=len(one.findings),
            app=cut(names.get(one.client_key, one.client_key), 40) if one.client_key else None,
            at=one.received_at,
            duration_ms=one.duration_ms,
        )
        for one in exchanges
    ]


def _why(exchange: Exchange) -> str:
    if exchange.error:
        return "a bug of the fake"
    return exchange.diagnosis.code if exchange.diagnosis else exchange.reason or ""


def led_to(visit: Visit, exchange: Exchange) -> Sequence[Exchange]:
    """Return the requests of the flow that led to a call by OAuth, the first of them first."""
    token = {name: value for _, name, value in raw.parameters(exchange.request)}.get("oauth_token")
    if not token or not exchange.client_key:
        return ()
    of_flow = {token} | {
        one.token
        for one in visit.ports.store.tokens()
        if isinstance(one, TemporaryCredentials) and one.access_token == token
    }
    paths = [path for _, path in STAGES if path] + list(_OTHER_PATHS)
    found = [
        one
        for path in paths
        for one in visit.provider.trace.exchanges(
            ExchangeQuery(
                client_key=exchange.client_key, path=path, before=exchange.number, limit=_MAX_OF_FLOW
            )
        )
        if any(
            one_token in f"{raw.request_text(one.request)} {raw.text_of(one.response.body)}"
            for one_token in of_flow
        )
    ]
    return sorted(found, key=lambda one: one.number)[-20:]


def show_all(visit: Visit) -> Response:
    """List the requests, the newest first."""
    outcome = visit.asked("outcome")
    query = ExchangeQuery(
        outcome=outcome if outcome in OUTCOMES else None,
        client_key=visit.asked("app"),
        path=visit.asked("path"),
        before=visit.number("before"),
        limit=PAGE + 1,
    )

    def look() -> Mapping[str, Any]:
        found = visit.provider.trace.outlines(query)
        return {
            "exchanges": rows(visit, found[:PAGE]),
            "older": found[PAGE - 1].number if len(found) > PAGE else None,
            "filters": {name: value for name, value in _asked(visit).items() if name != "before"},
            "is_narrowed": query != ExchangeQuery(limit=PAGE + 1),
        }

    return visit.live_page(
        "requests.html",
        "requests_live.html",
        look,
        at=("/requests", _asked(visit)),
        asked={name: visit.asked(name) or "" for name in ("outcome", "app", "path")},
        outcomes=OUTCOMES,
        apps=visit.app_choices(visit.asked("app")),
    )


def _asked(visit: Visit) -> Mapping[str, str]:
    """Return what narrows the list, and nothing else that may stand in the address."""
    names = ("outcome", "app", "path", "before")
    return {name: value for name in names if (value := visit.asked(name)) is not None}


# One exchange


def show(visit: Visit, number: int) -> Response:
    """Show one exchange whole."""
    return _page(visit, _exchange(visit, number), None)


def hold_against(visit: Visit, number: int) -> Response:
    """Lay the base string that a client made beside the one that was expected. It is looked at, and not kept."""
    return _page(visit, _exchange(visit, number), visit.request.form.get("base_string", "").strip())


def _page(visit: Visit, exchange: Exchange, base_string: str | None) -> Response:
    diagnosis = exchange.diagnosis
    both = None
    if diagnosis is not None and diagnosis.expected_base_string is not None:
        client = base_string or diagnosis.client_base_string
        both = aligned(diagnosis.expected_base_string, client)
    others = visit.provider.trace.outlines(ExchangeQuery(before=exchange.number, limit=1))
    names = visit.app_names()
    return visit.page(
        "request.html",
        exchange=exchange,
        why=_why(exchange),
        tone=TONES.get(exchange.outcome, "plain"),
        app=names.get(exchange.client_key or ""),
        stages=[name for name, _ in STAGES],
        stage=_stage(exchange.request),
        both=both,
        pasted=(base_string or "")[:_LONGEST_BASE_STRING],
        request_text=raw.request_text(exchange.request),
        response_text=raw.response_text(exchange.response),
        parameters=[
            (place, fit(name, 120), fit(value, 240))
            for place, name, value in raw.parameters(exchange.request)
        ],
        curl=_pasted(raw.curl(exchange.request)),
        is_redacted=REDACTED in raw.whole_text(exchange.request),
        is_signed=any(name == "oauth_signature" for _, name, _ in raw.parameters(exchange.request)),
        error=raw.cut_body(exchange.error) if exchange.error else None,
        earlier=others[0].number if others else None,
    )


def _pasted(command: str | None) -> str | None:
    """Return a command that can be pasted as a whole, or nothing: half a command is of no use."""
    return command if command is not None and fit(command, raw.MAX_SHOWN) == command else None


def _stage(request: WireRequest) -> int | None:
    """Return which of STAGES a request belongs to, None for what has no part in the flow."""
    path = request.path
    if path in _OTHER_PATHS:
        return _OTHER_PATHS[path]
    for index, (_, own) in enumerate(STAGES):
        if path == own:
            return index
    names = {name for _, name, _ in raw.parameters(request)}
    return len(STAGES) - 1 if any(name.startswith("oauth_") for name in names) else None


def _exchange(visit: Visit, number: int) -> Exchange:
    found = visit.provider.trace.exchanges(ExchangeQuery(number=number))
    if not found:
        raise Unknown(
            "request", f"{number:06d}", "it may have been forgotten; Requests lists those that are kept"
        )
    return found[0]


def body(visit: Visit, number: int, half: Literal["request", "response"]) -> Response:
    """Return all that was kept of a request or its answer, as a file of text."""
    exchange = _exchange(visit, number)
    text = raw.whole_text(exchange.request if half == "request" else exchange.response)
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{exchange.id}-{half}.txt"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    return response


# Two exchanges


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One thing of two exchanges."""

    group: str
    name: str
    first: str | None
    second: str | None

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return self.first != self.second


def compare(visit: Visit) -> Response:
    """Lay two exchanges side by side."""
    numbers = [
        int(one)
        for one in visit.request.args.getlist("number")
        if one.isascii() and one.isdigit() and len(one) < 16
    ]
    if len(numbers) != 2:
        text = f"Choose two requests to compare: {len(numbers)} came. Go back, and tick two of them."
        return visit.problem(400, "Compare two requests", text)
    first, second = (_exchange(visit, number) for number in numbers)
    of_first, of_second = dict(_things(first)), dict(_things(second))
    keys = [*of_first, *(key for key in of_second if key not in of_first)]
    order = {group: index for index, group in enumerate(_GROUPS)}
    found = [
        Compared(
            group=group, name=name, first=of_first.get((group, name)), second=of_second.get((group, name))
        )
        for group, name in sorted(keys, key=lambda key: order[key[0]])
    ]
    return visit.page(
        "compare.html", first=first, second=second, compared=found[:_MAX_COMPARED], groups=_GROUPS
    )


_GROUPS = ("Request", "Parameters", "Request headers", "Verdict", "Answer", "Answer headers")


def _things(exchange: Exchange) -> Sequence[tuple[tuple[str, str], str]]:
    request, response = exchange.request, exchange.response
    things = [
        (("Request", "method"), request.method),
        (("Request", "scheme and host"), f"{request.scheme}://{request.host}"),
        (("Request", "path"), request.raw_path),
        (("Request", "body"), raw.text_of(request.body)),
    ]
    things += [(("Parameters", f"{name} ({place})"), value) for place, name, value in raw.parameters(request)]
    things += [(("Request headers", name.lower()), value) for name, value in request.headers]
    diagnosis = exchange.diagnosis
    things += [
        (("Verdict", "outcome"), exchange.outcome),
        (
            ("Verdict", "diagnosis"),
            f"{diagnosis.code}: {diagnosis.message}" if diagnosis else exchange.reason or "",
        ),
        (("Verdict", "findings"), ", ".join(finding.code for finding in exchange.findings)),
        (("Answer", "status"), str(response.status)),
        (("Answer", "body"), raw.text_of(response.body)),
    ]
    things += [(("Answer headers", name.lower()), value) for name, value in response.headers]
    joined: dict[tuple[str, str], list[str]] = {}
    for key, value in things:
        joined.setdefault(key, []).append(value)
    return [(key, cut(", ".join(values), 20_000)) for key, values in joined.items()]
