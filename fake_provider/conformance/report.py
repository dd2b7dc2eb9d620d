"""The verdicts on one client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .run import Run
from .scenarios import Scenario
from .verdict import Judgement, Verdict

_SUMMED_UP = (Verdict.PASSED, Verdict.WARNING, Verdict.FAILED, Verdict.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One scenario's verdict, with the runs that show it."""

    scenario: Scenario
    judgement: Judgement
    runs: Sequence[Run]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def verdict(self) -> Verdict:
        """How the client fared."""
        return self.judgement.verdict

    @property
    def seconds(self) -> float:
        """How long its runs took, one after another."""
        return sum(run.seconds for run in self.runs)

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` shows."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "clause": self.scenario.clause.id,
            "rule": self.scenario.clause.says,
            "source": self.scenario.clause.source,
            "seen": self.judgement.seen,
            "advice": self.judgement.advice,
            "runs": [run.as_json() for run in self.runs],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All results, in the order of the table. No secret is in it."""

    command: Sequence[str]
    results: Sequence[Result]
    seconds: float

    @property
    def has_failed(self) -> bool:
        """Whether any scenario FAILED."""
        return any(result.verdict is Verdict.FAILED for result in self.results)

    @property
    def summary(self) -> dict[str, int]:
        """How many of each verdict."""
        counts = Counter(result.verdict for result in self.results)
        return {verdict.value.lower(): counts[verdict] for verdict in _SUMMED_UP}

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` shows."""
        return {
            "command": list(self.command),
            "scenarios": [result.as_json() for result in self.results],
            "summary": self.summary,
        }
