"""The differences between a recording and a fake, by clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..contract import Clause
from ..contract.counting import counted
from ..contract.exchange import RecordedTest
from ..contract.recording import Index
from .about import is_about
from .comparing import Difference
from .findings import Note, Place, narrowed, places, whatever_the_call
from .looks import known, section_of
from .play import Found, Played

OLD_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseResult:
    """What was found of one clause.

    Attributes:
        clause: None where the catalogue does not have it.
        places: the differences that it forbids, each with the tests in which it was found.
        compared: how many tests of it were sent again.
    """

    id: str
    clause: Clause | None
    places: Mapping[Place, Sequence[str]]
    compared: int

    @property
    def verdict(self) -> str:
        """ "differs", "same", or "not compared"."""
        if self.places:
            return "differs"
        return "same" if self.compared else "not compared"

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` shows."""
        return {
            "id": self.id,
            "says": self.clause.says if self.clause else None,
            "verdict": self.verdict,
            "tests": self.compared,
            "differences": [_place_as_json(place, tests) for place, tests in self.places.items()],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Differences that the same clauses forbid.

    Attributes:
        leading: the clauses that are about them; where none is, the first of each section.
        others: the rest.
    """

    differences: Sequence[Note]
    leading: Sequence[ClauseResult]
    others: Sequence[ClauseResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionResult:
    """How many clauses of one section differ, are the same, or were not compared."""

    id: str
    title: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All differences. No secret is in it: everything is masked.

    Attributes:
        against: what the recording was compared with.
        forbidden: differences that a clause forbids, each with the tests in which it was found.
        notes: differences that no clause forbids, each with the tests in which it was found.
        not_compared: how many tests were not, by reason.
    """

    index: Index
    against: str
    age_days: int
    clauses: Sequence[ClauseResult]
    forbidden: Mapping[Place, Sequence[str]]
    notes: Mapping[Place, Sequence[str]]
    tests: int
    compared: int
    not_compared: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_old(self) -> bool:
        """Whether the provider may have changed since."""
        return self.age_days > OLD_DAYS

    @property
    def broken(self) -> Sequence[ClauseResult]:
        """The clauses that forbid a difference."""
        return [one for one in self.clauses if one.places]

    @property
    def compared_clauses(self) -> int:
        """How many clauses have a test that was sent again."""
        return sum(one.verdict != "not compared" for one in self.clauses)

    @property
    def noted(self) -> Sequence[Note]:
        """The notes, one for all calls in which the same differs; what most tests found first."""
        return whatever_the_call(self.notes)

    @property
    def groups(self) -> Sequence[Group]:
        """The differences that clauses forbid, each once, with those that the same clauses forbid; in the clauses' order."""
        forbidding: dict[Difference, list[ClauseResult]] = {}
        for result in self.broken:
            for difference in dict.fromkeys(place.difference for place in result.places):
                forbidding.setdefault(difference, []).append(result)
        by_clauses: dict[tuple[str, ...], list[Note]] = {}
        for note in whatever_the_call(self.forbidden):
            by_clauses.setdefault(tuple(one.id for one in forbidding[note.difference]), []).append(note)
        order = {one.id: number for number, one in enumerate(self.clauses)}
        groups = [self._group(notes, forbidding[notes[0].difference]) for notes in by_clauses.values()]
        return sorted(groups, key=lambda group: order[group.leading[0].id])

    def _group(self, notes: Sequence[Note], clauses: Sequence[ClauseResult]) -> Group:
        about = [one for one in clauses if any(is_about(one.id, note.difference) for note in notes)]
        firsts = {section_of(one.id): one for one in reversed(clauses)}
        leading = about or [one for one in clauses if firsts[section_of(one.id)] is one]
        others = [one for one in clauses if one not in leading]
        return Group(differences=notes, leading=leading, others=others)

    @property
    def sum(self) -> str:
        """How much was compared."""
        clauses, compared = len(self.clauses), self.compared_clauses
        rest = clauses - compared
        of = (
            f"{compared} of {counted(clauses, 'clause')} ({rest} not)" if rest else counted(clauses, "clause")
        )
        return f"{self.compared} of {counted(self.tests, 'test')} compared, {of}"

    @property
    def verdict(self) -> str:
        """What comes of it, in a few words."""
        if self.broken:
            differences = {place.difference for place in self.forbidden}
            clauses = counted(len(self.broken), "clause")
            return f"{counted(len(differences), 'difference')}, forbidden by {clauses}"
        if not self.compared:
            return "nothing was compared"
        noted = f", {len(self.noted)} noted" if self.notes else ""
        return f"no difference that a clause forbids{noted}"

    @property
    def sections(self) -> Sequence[SectionResult]:
        """The clauses, counted by section."""
        found: dict[str, list[ClauseResult]] = {}
        for one in self.clauses:
            found.setdefault(section_of(one.id), []).append(one)
        return [
            SectionResult(
                id=section,
                title=next((one.clause.section.title for one in results if one.clause), ""),
                counts=Counter(one.verdict for one in results),
            )
            for section, results in found.items()
        ]

    @property
    def age(self) -> str:
        """How old the recording is, in words; "" where it is not old."""
        if not self.is_old:
            return ""
        years, days = divmod(self.age_days, OLD_DAYS)
        return (
            f"The recording is {counted(years, 'year')} and {counted(days, 'day')} old "
            f"({self.index.recorded_on}): the provider may have changed since. Record it anew."
        )

    def as_json(self) -> dict[str, Any]:
        """Return what ``--json`` shows."""
        return {
            "recorded": self.index.against,
            "recorded_on": self.index.recorded_on.isoformat(),
            "age_days": self.age_days,
            "is_old": self.is_old,
            "against": self.against,
            "tests": {
                "recorded": self.tests,
                "compared": self.compared,
                "not_compared": dict(self.not_compared),
            },
            "differences": [
                _note_as_json(note, group) for group in self.groups for note in group.differences
            ],
            "clauses": [one.as_json() for one in self.clauses],
            "notes": [_place_as_json(place, tests) for place, tests in self.notes.items()],
        }


def _place_as_json(place: Place, tests: Sequence[str]) -> dict[str, Any]:
    return {"call": place.call, **_difference_as_json(place.difference), "tests": list(tests)}


def _note_as_json(note: Note, group: Group) -> dict[str, Any]:
    return {
        "calls": list(note.calls),
        **_difference_as_json(note.difference),
        "tests": list(note.tests),
        "clauses": [one.id for one in (*group.leading, *group.others)],
    }


def _difference_as_json(difference: Difference) -> dict[str, str]:
    return {
        "aspect": difference.aspect.value,
        "where": difference.where,
        "recorded": difference.recorded,
        "now": difference.now,
    }


def compared(
    index: Index,
    tests: Sequence[RecordedTest],
    play: Callable[[RecordedTest], Played],
    *,
    against: str,
    today: date,
    progress: Callable[[Played], None],
) -> Report:
    """Play all *tests*, telling *progress* of each, and return the report."""
    played = []
    for test in tests:
        played.append(play(test))
        progress(played[-1])
    found = [(one.test.test, found) for one in played for found in one.found]
    forbidden = {one.difference for _, one in found if one.clauses}
    return Report(
        index=index,
        against=against,
        age_days=max(0, (today - index.recorded_on).days),
        clauses=_clauses(played, narrowed(found)),
        # Where the test of another clause has met it too, it is the same difference, and no second one.
        forbidden=places((test, one) for test, one in found if one.difference in forbidden),
        notes=places((test, one) for test, one in found if one.difference not in forbidden),
        tests=len(played),
        compared=sum(not one.why_not for one in played),
        not_compared=Counter(one.why_not for one in played if one.why_not),
    )


def _clauses(played: Sequence[Played], found: Sequence[tuple[str, Found]]) -> Sequence[ClauseResult]:
    return [
        ClauseResult(
            id=clause_id,
            clause=clause,
            places=places((test, one) for test, one in found if clause_id in one.clauses),
            compared=sum(clause_id in one.test.clauses for one in played if not one.why_not),
        )
        for clause_id, clause in known(one for each in played for one in each.test.clauses).items()
    ]
