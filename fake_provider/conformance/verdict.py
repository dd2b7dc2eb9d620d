"""What a judge says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .run import Run


class Verdict(Enum):
    """How a client fares; the graver, the later."""

    SKIPPED = "SKIPPED"  # the client does not use what the scenario is about
    PASSED = "PASSED"
    WARNING = "WARNING"  # it works, against a SHOULD or in the documented profile alone
    FAILED = "FAILED"

    @property
    def gravity(self) -> int:
        """Where several are summed up, the gravest counts."""
        return tuple(Verdict).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with its reason: ``seen`` is what the client did, ``advice`` what to change, "" where nothing is.

    ``evidence`` are the runs to look at, where those are not all of the scenario.
    """

    verdict: Verdict
    seen: str
    advice: str = ""
    evidence: tuple[Run, ...] | None = None


def passed(seen: str) -> Judgement:
    """Say that it did as it should."""
    return Judgement(verdict=Verdict.PASSED, seen=seen)


def skipped(seen: str) -> Judgement:
    """Say why there is nothing to judge."""
    return Judgement(verdict=Verdict.SKIPPED, seen=seen)


def warning(seen: str, advice: str) -> Judgement:
    """Say what works, but not everywhere."""
    return Judgement(verdict=Verdict.WARNING, seen=seen, advice=advice)


def failed(seen: str, advice: str) -> Judgement:
    """Say what is wrong, and what to change."""
    return Judgement(verdict=Verdict.FAILED, seen=seen, advice=advice)
