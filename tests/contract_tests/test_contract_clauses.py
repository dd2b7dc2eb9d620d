"""Clauses and contract tests belong together: none without the other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import contract_tests
from fake_provider.contract import catalogue

Held = Mapping[str, tuple[frozenset[str], str | None]]  # by test: its clauses, and the profile that it wants

COLLECT = """
import json, pytest

class Collector:
    def pytest_collection_finish(self, session):
        from contract_tests import clauses
        for item in session.items:
            mark = item.get_closest_marker("profile")
            profile = mark.args[0] if mark else None
            print("test", json.dumps([item.nodeid, clauses.ids_of(item), profile]))

raise SystemExit(pytest.main(["--collect-only", "-q", "--pyargs", "contract_tests"], plugins=[Collector()]))
"""


@pytest.fixture(scope="module")
def held() -> Held:
    """Every contract test, as pytest collects it."""
    folder = Path(contract_tests.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", COLLECT], capture_output=True, text=True, check=True, cwd=folder
    )
    rows = [json.loads(line[5:]) for line in done.stdout.splitlines() if line.startswith("test ")]
    return {name: (frozenset(ids), profile) for name, ids, profile in rows}


def test_every_test_is_about_a_clause(held: Held) -> None:
    """Whoever reads that it failed reads which sentence is broken."""
    assert [name for name, (ids, _) in held.items() if not ids] == []


def test_every_clause_has_a_test(held: Held) -> None:
    """A sentence that nobody checks is a promise."""
    tested = frozenset[str]().union(*(ids for ids, _ in held.values()))

    assert sorted(catalogue().by_id().keys() - tested) == []
    assert sorted(tested - catalogue().by_id().keys()) == []


def test_a_clause_of_one_profile_is_tested_in_that_profile(held: Held) -> None:
    """What is true of one profile only says so in both places."""
    known = catalogue().by_id()
    differ = {
        (name, clause)
        for name, (ids, profile) in held.items()
        for clause in ids
        if known[clause].profile is not None and known[clause].profile != profile
    }

    assert differ == set()


def test_a_clause_that_is_tested_in_one_profile_only_says_so(held: Held) -> None:
    """Whoever asks a provider of the other profile is told that nobody has looked."""
    asked: dict[str, set[str | None]] = {}
    for ids, profile in held.values():
        for clause in ids:
            asked.setdefault(clause, set()).add(profile)
    known = catalogue().by_id()

    assert [
        clause
        for clause, profiles in asked.items()
        if len(profiles) == 1 and known[clause].profile not in profiles
    ] == []


def test_there_are_enough_of_them() -> None:
    """The contract does not shrink by mistake."""
    assert len(catalogue().clauses) >= 400
