"""The catalogue of clauses: what it is read from, and what is refused."""

from __future__ import annotations

import pytest

from fake_provider.contract import Certainty, Party, catalogue
from fake_provider.contract.clause import parsed

SECTION = (
    '[sources]\n"a log" = "a log of 2014"\n[[section]]\nid = "DLR"\ntitle = "Receipts"\nparty = "provider"\n'
)
MEMBERS = 'says = "It comes."\nsource = "a log"\ncertainty = "seen on the wire"\n'


def _clause(name: str, members: str = MEMBERS) -> str:
    return f'[[clause]]\nid = "{name}"\n{members}'


def test_a_clause_has_a_sentence_a_source_and_a_certainty() -> None:
    """What stands in the file is what is read."""
    (clause,) = parsed(SECTION + _clause("DLR-01")).clauses

    assert (clause.id, clause.says, clause.source) == ("DLR-01", "It comes.", "a log")
    assert clause.certainty is Certainty.SEEN
    assert clause.section.party is Party.PROVIDER
    assert clause.profile is None


def test_short_names_of_sources_are_explained() -> None:
    """Whoever reads a clause finds what its source is."""
    assert parsed(SECTION + _clause("DLR-01")).sources == {"a log": "a log of 2014"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(SECTION + _clause("DLR-1"), "'DLR-1' is no id", id="id"),
        pytest.param(SECTION + _clause("MO-01"), "MO-01 belongs to no section", id="section"),
        pytest.param(SECTION + _clause("DLR-01") * 2, "DLR-01 is there 2 times", id="twice"),
        pytest.param(SECTION + _clause("DLR-01", 'says = "x"\n'), "DLR-01 lacks source", id="missing"),
        pytest.param(
            SECTION + _clause("DLR-01", MEMBERS + 'sure = "yes"\n'), "DLR-01: nobody knows sure", id="unknown"
        ),
        pytest.param(
            SECTION + _clause("DLR-01", MEMBERS.replace("seen on the wire", "guessed")),
            "guessed",
            id="certainty",
        ),
    ],
)
def test_a_catalogue_that_cannot_be_read_says_where(text: str, problem: str) -> None:
    """The clause is named, and what is wrong with it."""
    with pytest.raises(ValueError, match=problem):
        parsed(text)


def test_clauses_stand_in_the_order_of_their_sections() -> None:
    """Whoever adds one to the end of the file need not care."""
    other = '[[section]]\nid = "MO"\ntitle = "Inbound"\nparty = "provider"\n'
    found = parsed(SECTION + other + _clause("MO-01") + _clause("DLR-01"))

    assert [clause.id for clause in found.clauses] == ["DLR-01", "MO-01"]
    assert [section.id for section in found.sections()] == ["DLR", "MO"]


def test_every_clause_is_one_sentence() -> None:
    """It ends like one, and none says what another says."""
    sentences = [clause.says for clause in catalogue().clauses]

    assert [says for says in sentences if not says.endswith(".")] == []
    assert len(set(sentences)) == len(sentences)
