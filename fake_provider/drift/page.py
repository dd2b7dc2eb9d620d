"""The report as one self-contained page of HTML."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from ..web.html import Templates
from .report import Report

TONES: Mapping[str, str] = {"differs": "bad", "same": "good", "not compared": "soft"}


def html(report: Report) -> str:
    """Return the page."""
    return Templates().text(
        "drift.html",
        style=files("fake_provider.web").joinpath("static", "style.css").read_text(encoding="utf-8"),
        report=report,
        groups=report.groups,
        tones=TONES,
        tone="bad" if report.broken else "good" if report.compared else "soft",
    )
