"""What a run says about each clause: held, broken, or not checked here, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from fake_provider.contract import Catalogue, Clause, Section

from .clauses import ids_in
from .diary import ATTRIBUTE

NOT_RUN = "not part of this run"


class State(Enum):
    """How a clause fared."""

    HELD = "held"
    BROKEN = "broken"
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one test said.

    Attributes:
        test: its node id.
        outcome: "passed", "failed", "error" (it could not be asked) or "skipped".
        words: why it failed or was skipped; "" where it passed.
        exchanges: the last ones of a test that failed, without secrets (``diary.Shown``).
    """

    test: str
    outcome: str
    words: str = field(default="", repr=False)
    exchanges: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A clause, and what the tests that name it said, in the order in which they ran."""

    clause: Clause
    told: Sequence[Told]

    @property
    def state(self) -> State:
        """Broken by one test, else held by one, else not checked."""
        outcomes = {one.outcome for one in self.told}
        if outcomes & {"failed", "error"}:
            return State.BROKEN
        return State.HELD if "passed" in outcomes else State.UNCHECKED

    @property
    def reasons(self) -> Sequence[str]:
        """Why tests of it were not run, each reason once; that none was there is one."""
        return list(dict.fromkeys(one.words for one in self.told if one.outcome == "skipped")) or (
            [] if self.told else [NOT_RUN]
        )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on all clauses, in the catalogue's order."""

    all: Sequence[Verdict]

    def of(self, section: Section) -> Sequence[Verdict]:
        """Return those of one section."""
        return [verdict for verdict in self.all if verdict.clause.section == section]

    def sections(self) -> Sequence[Section]:
        """Return the sections in their order."""
        return list(dict.fromkeys(verdict.clause.section for verdict in self.all))

    def in_state(self, state: State) -> Sequence[Verdict]:
        """Return those that fared so."""
        return [verdict for verdict in self.all if verdict.state is state]

    def unchecked_by_reason(self) -> Mapping[str, Sequence[str]]:
        """Return the ids of the clauses that were not checked, by the reason."""
        found: dict[str, list[str]] = {}
        for verdict in self.in_state(State.UNCHECKED):
            found.setdefault("; ".join(verdict.reasons), []).append(verdict.clause.id)
        return found


def verdicts(catalogue: Catalogue, reports: Mapping[str, Iterable[pytest.TestReport]]) -> Verdicts:
    """Judge each clause by *reports*, which are given by their outcomes as pytest's terminal reporter has them."""
    told: dict[str, list[Told]] = {clause.id: [] for clause in catalogue.clauses}
    for outcome, ones in reports.items():
        for report in ones:
            for clause_id in ids_in(report):
                told.setdefault(clause_id, []).append(_told(report, outcome))
    return Verdicts(
        [Verdict(clause=clause, told=_each_once(told[clause.id])) for clause in catalogue.clauses]
    )


def _each_once(told: Sequence[Told]) -> Sequence[Told]:
    """A test that passes and then fails to clean up has said two things; the worse one counts."""
    worst: dict[str, Told] = {}
    for one in told:
        if one.test not in worst or worst[one.test].outcome == "passed":
            worst[one.test] = one
    return list(worst.values())


def _told(report: pytest.TestReport, outcome: str) -> Told:
    return Told(
        test=report.nodeid,
        outcome=outcome,
        words=_words(report, outcome),
        exchanges=getattr(report, ATTRIBUTE, ()),
    )


def _words(report: pytest.TestReport, outcome: str) -> str:
    if outcome == "passed":
        return ""
    if outcome == "skipped":
        return skipped_because(report)
    return report.longreprtext


def skipped_because(report: pytest.TestReport) -> str:
    """Return the reason that a skipped test gave."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return "for a reason that was not given"
