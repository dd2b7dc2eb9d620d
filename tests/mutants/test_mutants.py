"""Each wrong provider is caught by a test of a clause that is about its mistake, and by an assertion of that test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fake_provider.contract import Party, catalogue
from tests.lean import LEAN

from .mutant import Mutant
from .outcomes import Failure, Trial
from .page import markdown
from .table import MUTANTS, TOPICS, WITHOUT

ROOT = Path(__file__).parents[2]
AT_LEAST = 60
# Few enough that collecting the contract tests for each costs little, and enough for all processors.
GROUPS = (
    ("signatures", "requests"),
    ("omissions", "tokens", "pages", "sms-answers"),
    ("sms-refusals", "parts", "keys", "webhooks"),
    ("accounts", "numbers", "searches", "strangers", "strict", "endpoints"),
    ("details",),
)
EVERY_MUTANT = pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    # In a process of its own: one that has threads, as a worker of pytest-xdist has, should not fork.
    command = [sys.executable, "-m", "tests.mutants", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.long
@pytest.mark.parametrize("topics", GROUPS, ids=" ".join)
def test_every_mutant_is_caught(topics: tuple[str, ...]) -> None:
    """By a test of one of its clauses, until which no test has crashed."""
    done = _run("--quick", "--jobs", "1", *topics)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_clause_about_a_provider_has_a_mutant() -> None:
    """Or a reason why there can be none, in ``table.WITHOUT``: a clause that nothing proves may prove nothing."""
    proved = {clause for mutant in MUTANTS.values() for clause in mutant.clauses}
    without = [clause.id for clause in catalogue().party(Party.PROVIDER) if clause.id not in proved]

    assert without == list(WITHOUT)


@EVERY_MUTANT
def test_a_mutant_is_of_the_profile_of_its_clauses(mutant: Mutant) -> None:
    """In another one their tests would not be run."""
    profiles = {catalogue()[clause].profile for clause in mutant.clauses}

    assert profiles & {None, mutant.profile}


def test_there_are_many() -> None:
    """Each has a name of its own, and is tried above."""
    assert len(MUTANTS) == sum(map(len, TOPICS.values())) >= AT_LEAST
    assert [topic for group in GROUPS for topic in group] == list(TOPICS)


@EVERY_MUTANT
def test_a_mutant_says_what_it_does_wrong(mutant: Mutant) -> None:
    """In one sentence, with clauses that there are."""
    known = {clause.id for clause in catalogue().clauses}

    assert mutant.mistake.endswith(".")
    assert mutant.clauses
    assert known.issuperset(mutant.clauses)


def test_the_page_is_that_of_the_table() -> None:
    """docs/mutants.md lists all mutants: ``python -m tests.mutants.page > docs/mutants.md``."""
    assert (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8") == markdown()


def test_the_plugin_makes_the_fakes_of_a_session_wrong() -> None:
    """A test fails under the mutant, and by its assertion."""
    test = "contract_tests/test_refusals.py::test_a_replay_is_refused"
    options = ["-p", "tests.mutants.plugin", "--nexmo-mutant", "nonces-never-remembered", "-q", test]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "3 failed, 1 passed" in done.stdout, (
        done.stdout + done.stderr
    )  # an exchange is refused twice anyway
    assert "AssertionError" in done.stdout


def test_an_unknown_mutant_is_wrong_use() -> None:
    """One line says so."""
    done = _run("no-such-mutant")

    assert done.returncode == 2
    assert "there is no mutant no-such-mutant" in done.stderr


def _failure(*clauses: str) -> Failure:
    return Failure("test_one", clauses, "assert 1 == 2")


@pytest.mark.parametrize(
    ("trial", "problem"),
    [
        pytest.param(Trial(name="a", caught=(_failure("X-01"),)), None, id="caught"),
        pytest.param(Trial(name="a"), "survived", id="survived"),
        pytest.param(Trial(name="a", caught=(_failure("Y-01"),)), "caught, but not by X-01", id="by-others"),
        pytest.param(
            Trial(name="a", caught=(_failure("X-01"),), crashed=(_failure(),)),
            "test_one crashed: assert 1 == 2",
            id="a-test-crashed",
        ),
        pytest.param(
            Trial(name="a", caught=(_failure("X-01"),), broken=("KeyError: 'x'",)),
            "the mutant does not work: KeyError: 'x'",
            id="broken",
        ),
        pytest.param(Trial(name=None), None, id="right"),
        pytest.param(
            Trial(name=None, caught=(_failure("X-01"),)),
            "test_one fails without a mutant: assert 1 == 2",
            id="right-fails",
        ),
    ],
)
def test_what_counts_as_caught(trial: Trial, problem: str | None) -> None:
    """A mutant has to fail a test that is about it, by an assertion; the right provider none."""
    assert trial.problem(["X-01"] if trial.name else []) == problem
