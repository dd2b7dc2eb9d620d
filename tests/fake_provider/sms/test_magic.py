"""Numbers with a fate, and the table that documents them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from fake_provider.sms.magic import TABLE, documentation, fate
from fake_provider.sms.status import TEXTS
from tests.conftest import Served

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("status", [code for code in sorted(TEXTS) if code < 100])
def test_every_status_has_a_number(status: int, documented: Served) -> None:
    """4477009001SS is refused with SS, in words of its own; nothing is charged."""
    part = documented.part(to=f"4477009001{status:02}")

    assert part["status"] == str(status)
    assert part["error-text"] == TEXTS[status].format(name="from", milliseconds=250)
    assert documented.fake.accounts[0].balance == 10


@pytest.mark.parametrize(
    "to", ["447700900100", "447700900000", "447700900307", "447700900999", "4477009001011", "447700900"]
)
def test_other_numbers_are_ordinary(to: str) -> None:
    """Status 00 refuses nothing; a number of another length is another number."""
    assert fate(to).status == 0
    assert [receipt.status for receipt in fate(to).receipts] == ["delivered"]


def test_every_number_has_one_row() -> None:
    """The rows follow one another, and none covers what another does."""
    ranges = [(row.first, row.last) for row in TABLE]

    assert ranges == sorted(ranges)
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(ranges))


def test_the_documentation_is_the_table() -> None:
    """The README has it as it is made."""
    assert documentation() in (ROOT / "README.md").read_text(encoding="utf-8")
