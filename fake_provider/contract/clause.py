"""The clauses, read from ``clauses.toml``: one sentence each, with its source and how sure it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

_ID = re.compile(r"[A-Z]+(-[A-Z]+)*-\d\d")


class Certainty(Enum):
    """How sure a clause is."""

    DOCUMENTED = "documented"  # stated by a standard, or by Nexmo's own documents and published samples
    SEEN = "seen on the wire"  # in a capture, or fixed by the source of a real client that sends or parses it
    INFERRED = "inferred"  # follows from the others; nobody states it


class Party(Enum):
    """Who has to keep a clause."""

    PROVIDER = "provider"
    CLIENT = "client"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Clauses about one thing.

    Attributes:
        id: what the ids of its clauses begin with: ``OAUTH-REQ``.
        title: what it is about, in a few words.
        party: who has to keep them.
    """

    id: str
    title: str
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One requirement that can be seen from outside.

    Attributes:
        id: its section's, and two digits; never given to another clause.
        says: the requirement, in one sentence.
        source: who says so: a section of an RFC, a document, a capture, a client.
        profile: the profile in which alone it holds ("documented", "strict"); None in both.
    """

    id: str
    says: str
    source: str
    certainty: Certainty
    section: Section
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All clauses, in the order in which they are to be read, and what the short names of their sources stand for."""

    clauses: Sequence[Clause]
    sources: Mapping[str, str]

    def __getitem__(self, clause_id: str) -> Clause:
        """Return the clause of this id; KeyError if there is none."""
        return self.by_id()[clause_id]

    def by_id(self) -> Mapping[str, Clause]:
        """Return the clauses by their ids."""
        return {clause.id: clause for clause in self.clauses}

    def sections(self) -> Sequence[Section]:
        """Return the sections that have clauses, in their order."""
        return list(dict.fromkeys(clause.section for clause in self.clauses))

    def of(self, section: Section) -> Sequence[Clause]:
        """Return the clauses of *section*."""
        return [clause for clause in self.clauses if clause.section == section]

    def party(self, party: Party) -> Sequence[Clause]:
        """Return the clauses that *party* has to keep."""
        return [clause for clause in self.clauses if clause.section.party is party]


@cache
def catalogue() -> Catalogue:
    """Return the catalogue; it is read once."""
    text = files(__package__).joinpath("clauses.toml").read_text(encoding="utf-8")
    return parsed(text)


def parsed(text: str) -> Catalogue:
    """Return the catalogue that *text* (TOML) describes.

    Raises:
        ValueError: an id that is no id, comes twice, or has no section; a member that is missing or unknown.
    """
    found = tomllib.loads(text)
    sections = [_section(members) for members in found["section"]]
    clauses = [_clause(members, sections) for members in found["clause"]]
    ids = [clause.id for clause in clauses]
    for one in ids:
        if ids.count(one) > 1:
            raise ValueError(f"{one} is there {ids.count(one)} times")
    order = {section.id: number for number, section in enumerate(sections)}
    return Catalogue(sorted(clauses, key=lambda clause: order[clause.section.id]), found["sources"])


def _section(members: Mapping[str, Any]) -> Section:
    return Section(id=members["id"], title=members["title"], party=Party(members["party"]))


def _clause(members: Mapping[str, Any], sections: Sequence[Section]) -> Clause:
    name = members.get("id", "")
    if not _ID.fullmatch(name):
        raise ValueError(f"{name!r} is no id: OAUTH-REQ-03 is one")
    if unknown := members.keys() - {"id", "says", "source", "certainty", "profile"}:
        raise ValueError(f"{name}: nobody knows {', '.join(sorted(unknown))}")
    section = next((section for section in sections if section.id == name[:-3]), None)
    if section is None:
        raise ValueError(f"{name} belongs to no section")
    try:
        return Clause(
            id=name,
            says=members["says"],
            source=members["source"],
            certainty=Certainty(members["certainty"]),
            section=section,
            profile=members.get("profile"),
        )
    except KeyError as error:
        raise ValueError(f"{name} lacks {error.args[0]}") from None
