"""What became of each clause from one run of the contract tests to a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from .saved import Clause, Saved, State


class Kind(Enum):
    """What became of a clause; the value says it in a word or two."""

    BROKE = "broke"
    MENDED = "mended"
    STILL_BROKEN = "still broken"
    NO_LONGER_CHECKED = "no longer checked"
    NEWLY_HELD = "newly held"
    GONE = "gone"


_KINDS: Mapping[tuple[State | None, State | None], Kind] = {
    (State.HELD, State.BROKEN): Kind.BROKE,
    # Nobody has seen it hold, and it does not now: better told than lost.
    (State.UNCHECKED, State.BROKEN): Kind.BROKE,
    (None, State.BROKEN): Kind.BROKE,
    (State.BROKEN, State.BROKEN): Kind.STILL_BROKEN,
    (State.BROKEN, State.HELD): Kind.MENDED,
    (State.BROKEN, State.UNCHECKED): Kind.NO_LONGER_CHECKED,
    (State.HELD, State.UNCHECKED): Kind.NO_LONGER_CHECKED,
    (State.UNCHECKED, State.HELD): Kind.NEWLY_HELD,
    (None, State.HELD): Kind.NEWLY_HELD,
    (State.HELD, None): Kind.GONE,
    (State.BROKEN, None): Kind.GONE,
}
"""By the states then and now; None where that report does not have the clause. What is missing here has not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A clause that fares otherwise than before, or goes on being broken."""

    kind: Kind
    clause: Clause  # as it is now, or was last
    was: State | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Two reports, and what differs."""

    old: Saved
    new: Saved
    all: Sequence[Change]

    def of(self, kind: Kind) -> Sequence[Change]:
        """Return those of one kind, in the catalogue's order."""
        return [one for one in self.all if one.kind is kind]

    @property
    def is_worse(self) -> bool:
        """Whether a clause broke that was not broken before."""
        return bool(self.of(Kind.BROKE))

    @property
    def is_backwards(self) -> bool:
        """Whether the old run began after the new one."""
        old, new = self.old.began, self.new.began
        return old is not None and new is not None and old > new

    @property
    def same(self) -> int:
        """How many clauses fare as before."""
        return len(self.new.clauses) - sum(one.kind not in (Kind.GONE, Kind.STILL_BROKEN) for one in self.all)


def changes(old: Saved, new: Saved) -> Changes:
    """Compare two reports."""
    found = []
    for name in dict.fromkeys((*new.clauses, *old.clauses)):
        then, now = old.clauses.get(name), new.clauses.get(name)
        was, state = (None if one is None else one.state for one in (then, now))
        kind, clause = _KINDS.get((was, state)), now or then
        if kind is not None and clause is not None:
            found.append(Change(kind=kind, clause=clause, was=was))
    return Changes(old=old, new=new, all=found)
