"""What was found in single tests, put together: the same difference once, and of whom it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .about import is_about
from .comparing import Difference
from .play import Found


@dataclass(frozen=True, slots=True)
class Place:
    """A difference, and the call in whose answer it was found."""

    call: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Note:
    """A difference, whatever the call; in which calls and in which tests it was found."""

    difference: Difference
    calls: Sequence[str]
    tests: Sequence[str]


def whatever_the_call(found_at: Mapping[Place, Sequence[str]]) -> Sequence[Note]:
    """Return each difference once, for all calls in which it is the same; what most tests found first."""
    calls: dict[Difference, dict[str, None]] = {}
    tests: dict[Difference, dict[str, None]] = {}
    for place, found_in in found_at.items():
        calls.setdefault(place.difference, {})[place.call] = None
        tests.setdefault(place.difference, {}).update(dict.fromkeys(found_in))
    found = [Note(one, tuple(calls[one]), tuple(tests[one])) for one in calls]
    return sorted(found, key=lambda note: -len(note.tests))


def narrowed(found: Sequence[tuple[str, Found]]) -> Sequence[tuple[str, Found]]:
    """Leave out the clauses that are about something else; where nobody else in the whole recording forbids it, leave them."""
    for_others = {one.difference for _, one in found if any(_may_be(one.clauses, one.difference))}
    return [
        (test, replace(one, clauses=tuple(_may_be(one.clauses, one.difference))))
        if one.difference in for_others
        else (test, one)
        for test, one in found
    ]


def _may_be(clauses: Iterable[str], difference: Difference) -> Iterable[str]:
    return (one for one in clauses if is_about(one, difference) is not False)


def places(found: Iterable[tuple[str, Found]]) -> Mapping[Place, Sequence[str]]:
    """Return each difference in each call once, with the tests in which it was found."""
    by_place: dict[Place, list[str]] = {}
    for test, one in found:
        tests = by_place.setdefault(Place(one.call, one.difference), [])
        if test not in tests:
            tests.append(test)
    return by_place
