"""Counts, and the nouns behind them."""

from __future__ import annotations

import pytest

from fake_provider.contract.counting import counted


@pytest.mark.parametrize(("number", "words"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests")])
def test_a_count_and_its_noun(number: int, words: str) -> None:
    """The plural is that of all numbers but one."""
    assert counted(number, "test") == words
