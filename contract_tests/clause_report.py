"""``--contract-report FILE``: the verdicts on all clauses as one self-contained page, and as JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fake_provider.contract import catalogue, files

from .clause_table import summary as summary_of
from .verdicts import State, Verdicts

FORMAT = 1
_TEMPLATE = Path(__file__).parent / "clause_report.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was held against what, and when.

    Attributes:
        ended_early: why it came to no end of its own; None where all of its tests were run.
    """

    target: str
    profile: str | None
    started_at: datetime
    seconds: float
    ended_early: str | None = None


def files_of(given: str) -> tuple[Path, Path]:
    """Return the two files that are written for the one that was named: the page, and the JSON beside it.

    Raises:
        pytest.UsageError: one of them cannot be written.
    """
    path = Path(given)
    if path.name in ("", ".."):
        raise pytest.UsageError(f"--contract-report: {given!r} names no file")
    if path.is_dir():  # its name with a suffix would be a file beside it, which nobody has named
        raise pytest.UsageError(f"--contract-report {given} is a directory; a file is wanted")
    if path.exists() and not path.is_file():
        raise pytest.UsageError(
            f"--contract-report {given}: that is no regular file; name one that may be made"
        )
    stem = path.with_suffix("") if path.suffix in (".html", ".json") else path
    both = stem.with_name(f"{stem.name}.html"), stem.with_name(f"{stem.name}.json")
    for one in both:
        if why := files.why_not_writable(one):
            raise pytest.UsageError(f"--contract-report {given}: {why}")
    return both


def write(given: str, run: Run, verdicts: Verdicts) -> tuple[Path, Path]:
    """Write both, or none, and return where; OSError where that is not possible."""
    page, data = files_of(given)
    told = json.dumps(as_json(run, verdicts), indent=2, ensure_ascii=False) + "\n"
    # Half a character, which a provider may have answered, is shown as its number.
    files.write({page: html(run, verdicts), data: told}, errors="backslashreplace")
    return page, data


def as_json(run: Run, verdicts: Verdicts) -> Mapping[str, Any]:
    """Return the report: ``summary`` counts by state; ``sections`` have ``clauses``, each with its ``tests``.

    ``ended_early`` is null, or says why the run came to no end of its own: then it is no report to compare with.
    A test that failed has the last ``exchanges`` that it had, without secrets.
    """
    return {
        "format": FORMAT,
        "target": run.target,
        "profile": run.profile,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 1),
        "ended_early": run.ended_early,
        "summary": {state.value: len(verdicts.in_state(state)) for state in State},
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "party": section.party.value,
                "clauses": [
                    {
                        "id": one.clause.id,
                        "says": one.clause.says,
                        "source": one.clause.source,
                        "certainty": one.clause.certainty.value,
                        "profile": one.clause.profile,
                        "state": one.state.value,
                        "reasons": list(one.reasons),
                        "tests": [
                            {
                                "test": told.test,
                                "outcome": told.outcome,
                                "words": told.words,
                                "exchanges": list(told.exchanges),
                            }
                            for told in one.told
                        ],
                    }
                    for one in verdicts.of(section)
                ],
            }
            for section in verdicts.sections()
        ],
    }


def html(run: Run, verdicts: Verdicts) -> str:
    """Return the page; whatever a provider answered is escaped in it."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["said"] = summary_of
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        run=run,
        verdicts=verdicts,
        states=State,
        broken=verdicts.in_state(State.BROKEN),
        sources=catalogue().sources,
    )
