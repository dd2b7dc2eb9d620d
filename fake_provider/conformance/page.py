"""The verdicts as one self-contained page of HTML."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from ..oauth import checks
from ..oauth.alignment import Aligned, aligned
from ..oauth.protocol import parse
from ..oauth.referee import base_string
from ..trace import Exchange
from ..web.dashboard import exchanges, raw
from ..web.html import Templates
from .report import Report
from .run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownExchange:
    """An exchange as the page shows it."""

    exchange: Exchange
    tone: str
    why: str
    base_string: str | None
    both: Aligned | None
    request_text: str
    response_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """A run as the page shows it."""

    label: str
    exit_code: int | None
    seconds: float
    output: str
    exchanges: Sequence[ShownExchange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownResult:
    """A result as the page shows it."""

    name: str
    verdict: object
    scenario: object
    judgement: object
    runs: Sequence[ShownRun]


def html(report: Report) -> str:
    """Return the page."""
    return Templates().text(
        "report.html",
        style=files("fake_provider.web").joinpath("static", "style.css").read_text(encoding="utf-8"),
        command=shlex.join(report.command),
        summary=report.summary,
        seconds=report.seconds,
        results=[
            ShownResult(
                name=result.name,
                verdict=result.verdict,
                scenario=result.scenario,
                judgement=result.judgement,
                runs=[_run(run) for run in result.runs],
            )
            for result in report.results
        ],
    )


def _run(run: Run) -> ShownRun:
    return ShownRun(
        label=run.setting.label,
        exit_code=run.exit_code,
        seconds=run.seconds,
        output=run.output,
        exchanges=[_exchange(one) for one in run.exchanges],
    )


def _exchange(exchange: Exchange) -> ShownExchange:
    diagnosis = exchange.diagnosis
    expected = (diagnosis.expected_base_string if diagnosis else None) or _base_string(exchange)
    why = exchange.reason or ""
    if diagnosis is not None:
        why = f"{diagnosis.code}: {diagnosis.message} {diagnosis.advice}"
    return ShownExchange(
        exchange=exchange,
        tone=exchanges.TONES.get(exchange.outcome, "plain"),
        why=why,
        base_string=expected,
        both=aligned(expected, diagnosis.client_base_string if diagnosis else None) if expected else None,
        request_text=raw.request_text(exchange.request),
        response_text=raw.response_text(exchange.response),
    )


def _base_string(exchange: Exchange) -> str | None:
    """Return what was signed, of a request whose signature there is."""
    request = parse(exchange.request)
    method = request.oauth.get("oauth_signature_method")
    if "oauth_signature" not in request.oauth or method == checks.PLAINTEXT:
        return None
    try:
        return base_string(request, exchange.request.url)
    except ValueError:  # it is no URL that a base string could be made of
        return None
