"""Renders templates as pages that run nothing but their own script, load nothing from elsewhere, and cannot be framed."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from ..version import __version__

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_JUST_NOW_SECONDS = 5
# From how many seconds on a time is told in which unit.
_UNITS = ((_DAY * 2, _DAY, "days"), (_HOUR * 2, _HOUR, "hours"), (_MINUTE * 2, _MINUTE, "min"), (1, 1, "s"))


class Templates:
    """All templates of the package, escaped by default."""

    def __init__(self) -> None:
        self.environment = Environment(
            loader=PackageLoader("fake_provider.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(version=__version__, account=None, flash=None, path="", now=None)
        self.environment.filters.update(
            time=time_element, moment=exact, grouped=_grouped, cut=cut, fit=fit, shell=shlex.quote
        )

    def page(self, template: str, *, status: int = 200, form_target: str = "", **values: Any) -> Response:
        """Render *template*; *form_target* is where its form may lead by a redirect."""
        html = self.text(template, **values)
        response = Response(html, status=status, content_type="text/html; charset=utf-8")
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"form-action 'self'{form_target}; base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    def text(self, template: str, **values: Any) -> str:
        """Render *template* without anything around it."""
        return self.environment.get_template(template).render(**values)


def time_element(moment: float, now: float) -> Markup:
    """Write a time of the fake's clock as people say it at *now*; the exact one is shown on hover."""
    written, age = exact(moment), now - moment
    iso = f"{written[:10]}T{written[11:19]}Z"
    html = f'<time datetime="{iso}" title="{written}" data-age="{age:.0f}">{ago(age)}</time>'
    return Markup(html)  # noqa: S704  made of digits and words of ours alone


def exact(moment: float) -> str:
    """Write a time to the millisecond, in UTC."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC"


def ago(seconds: float) -> str:
    """Say how long ago something was, or how soon it will be."""
    if abs(seconds) < _JUST_NOW_SECONDS:
        return "just now"
    for least, unit, name in _UNITS:
        if abs(seconds) >= least:
            count = int(abs(seconds) // unit)
            return f"{count} {name} ago" if seconds > 0 else f"in {count} {name}"
    return "just now"


def _grouped(number: int) -> str:
    return f"{number:,}"


def fit(text: str, at_most: int) -> str:
    """Return so much of *text* that it takes no more than *at_most* characters of a page: a quote takes five."""
    if len(text) * 6 <= at_most or len(escape(text)) <= at_most:
        return text
    shown = text[:at_most]
    while len(escaped := escape(shown)) >= at_most:
        shown = shown[: max(0, int(len(shown) * (at_most - 1) / len(escaped)) - 1)]
    return shown + "…"


def cut(text: str, at_most: int) -> str:
    """Return the beginning of a long *text*."""
    return text if len(text) <= at_most else text[: at_most - 1] + "…"
