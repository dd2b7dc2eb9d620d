"""Diagnoses, findings, statuses, magic numbers, scenarios and faults, from their tables."""

from __future__ import annotations

from collections.abc import Sequence

from fake_provider.conformance import SCENARIOS
from fake_provider.oauth.catalogue import CATALOGUE
from fake_provider.oauth.doctor.words import WORDS
from fake_provider.sms import findings, magic
from fake_provider.sms.status import TEXTS
from fake_provider.steps import ACTION_FIELDS, FAULT_FIELDS, MATCH_FIELDS

from .markdown import code, page, plain, table
from .settings import members


def refusals() -> str:
    """Return why an OAuth request is refused: each code with its words, and how it reads as a finding."""
    return page(
        *(
            _entry(
                name,
                plain(_filled(one.message)),
                f"**What to change.** {plain(_filled(one.advice))}",
                f"HTTP {one.status}, {code(f'oauth_problem={one.problem}')}. {plain(_clause(one.source))}",
                f"**As a finding** ({one.severity}), where the profile tolerates it: {plain(_filled(one.tolerated))}"
                if one.tolerated
                else "",
            )
            for name, one in CATALOGUE.items()
        )
    )


def mistakes() -> str:
    """Return which mistakes about a signature the doctor can prove."""
    return page(
        *(
            _entry(name, plain(message), f"**What to change.** {plain(advice)}", f"{plain(_clause(source))}")
            for name, (message, advice, source) in WORDS.items()
        )
    )


def sms_findings() -> str:
    """Return what the SMS API lets pass."""
    return page(
        *(
            _entry(name, plain(_filled(one.message)), f"A {one.severity}. {plain(_clause(one.source))}")
            for name, one in findings.TABLE.items()
        )
    )


def _entry(name: str, *parts: str) -> str:
    return page(f"### {name}", *parts)


def _filled(words: str) -> str:
    """Put an ellipsis where a request's own detail stands."""
    return words.replace("{detail}", "…").replace("….", "…")


def _clause(source: str) -> str:
    return f"Source: {source}."


def statuses() -> str:
    """Return the statuses of the SMS API."""
    rows = [("0", "accepted", "any other number")]
    rows += [
        (
            str(status),
            code(text.format(name="from", milliseconds=250)),
            code(f"4477009001{status:02}") if status < 100 else "by a fault",
        )
        for status, text in TEXTS.items()
    ]
    return table(("status", "error-text", "provoked by"), rows)


def magic_numbers() -> str:
    """Return whose fate is known beforehand."""
    rows = [(code(row.pattern), row.outcome) for row in magic.TABLE]
    return table(("to", "outcome"), [*rows, ("any other number", "accepted; receipt `delivered`")])


def scenarios() -> str:
    """Return what `check` looks at: the rule and its source."""
    return table(
        ("scenario", "a conforming client", "clause", "source"),
        (
            (code(one.name), plain(one.clause.says), one.clause.id, plain(one.clause.source))
            for one in SCENARIOS
        ),
    )


def faults() -> str:
    """Return what a fault is made of."""
    sections: Sequence[tuple[str, str]] = (
        ("### A fault", members(FAULT_FIELDS)),
        ("### match", members(MATCH_FIELDS)),
        ("### action", members(ACTION_FIELDS)),
    )
    return page(*(page(*section) for section in sections))
