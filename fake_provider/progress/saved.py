"""A report of the contract tests, read from the JSON that ``--contract-report`` has written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from ..errors import FakeNexmoError

FORMAT = 1
"""Of the reports that are understood here."""


class State(Enum):
    """How a clause fared."""

    HELD = "held"
    BROKEN = "broken"
    UNCHECKED = "not checked"


class ReportError(FakeNexmoError):
    """A file that is no report, or none that can be read; the message says what to name."""

    code = "report_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause, and how it fared in one run.

    Attributes:
        why: for one that is broken the test that says so, for one that was not checked the reasons.
    """

    id: str
    says: str
    state: State
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One run: what was held against what and when, and each clause by its id.

    Attributes:
        ended_early: why the run came to no end of its own; None where it did, or was of a version that did not say so.
    """

    target: str
    profile: str | None
    started_at: str
    ended_early: str | None
    clauses: Mapping[str, Clause]

    @property
    def began(self) -> datetime | None:
        """When the run began; None where that cannot be read."""
        try:
            found = datetime.fromisoformat(self.started_at)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def saved(path: Path) -> Saved:
    """Read a report.

    Raises:
        ReportError: there is none, or it cannot be read.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ReportError(_no_report(path, "is no JSON")) from None
    if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
        raise ReportError(f"{path} was written by a newer version of fake-nexmo: compare with that one")
    try:
        clauses = [
            _clause(one) for section in _items(found["sections"]) for one in _items(section["clauses"])
        ]
        return Saved(
            target=_text(found["target"]),
            profile=_text_or_none(found["profile"]),
            started_at=_text(found["started_at"]),
            ended_early=_text_or_none(found.get("ended_early")),
            clauses={one.id: one for one in clauses},
        )
    except (KeyError, TypeError, ValueError):
        raise ReportError(_no_report(path, "is no report of the contract tests")) from None


def _no_report(path: Path, problem: str) -> str:
    return f"{path} {problem}: name the .json that pytest --contract-report FILE has written"


def _clause(members: Mapping[str, Any]) -> Clause:
    state = State(members["state"])
    failed = [_text(one["test"]) for one in _items(members["tests"]) if one["outcome"] in ("failed", "error")]
    reasons = [_text(one) for one in _items(members["reasons"])]
    why = {State.HELD: "", State.BROKEN: _first(failed), State.UNCHECKED: "; ".join(reasons)}
    return Clause(id=_text(members["id"]), says=_text(members["says"]), state=state, why=why[state])


def _first(tests: Sequence[str]) -> str:
    more = len(tests) - 1
    return f"{tests[0]}{f' and {more} more' if more > 0 else ''}" if tests else ""


def _items(value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)
