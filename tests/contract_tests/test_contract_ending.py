"""A run that ends before its last test says so, and why: what it has not checked says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

import contract_tests
from contract_tests.clause_report import Run, html
from contract_tests.verdicts import verdicts
from fake_provider.cli import main
from fake_provider.contract import catalogue
from tests.lean import LEAN

pytest_plugins = "pytester"

MODULE = Path(contract_tests.__file__).parent / "test_endpoints.py"
OPTIONS = (*LEAN, "-p", "no:xdist", "-q", "--import-mode=importlib", "--contract-report", "now.html")


def _exits(_: pytest.Item) -> None:
    pytest.exit("--nexmo-target live: the token\nis refused", returncode=pytest.ExitCode.USAGE_ERROR)


def _stops(item: pytest.Item) -> None:
    item.session.shouldstop = "--nexmo-target: nobody answers"


def _interrupts(_: pytest.Item) -> None:
    raise KeyboardInterrupt


def _fails(_: pytest.Item) -> None:
    raise AssertionError


class Ending:
    """A plugin that does something in the run of one test, by its number."""

    def __init__(self, what: Callable[[pytest.Item], None], number: int) -> None:
        self.what, self.left = what, number

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Count the tests."""
        self.left -= 1
        if self.left == 0:
            self.what(item)


@pytest.mark.parametrize(
    ("what", "number", "options", "code", "why"),
    [
        pytest.param(_exits, 2, (), 4, "--nexmo-target live: the token is refused", id="given-up"),
        pytest.param(_exits, 1, (), 4, "--nexmo-target live: the token is refused", id="at-the-first-test"),
        pytest.param(_stops, 2, (), 2, "--nexmo-target: nobody answers", id="nobody-answers"),
        pytest.param(_interrupts, 2, (), 2, "it was interrupted", id="interrupted"),
        pytest.param(_fails, 2, ("-x",), 1, "stopping after 1 failures", id="at-the-first-failure"),
    ],
)
def test_a_run_that_ends_early(
    pytester: pytest.Pytester,
    capsys: pytest.CaptureFixture[str],
    what: Callable[[pytest.Item], None],
    number: int,
    options: tuple[str, ...],
    code: int,
    why: str,
) -> None:
    """It is told at its end, on the page and in the JSON, and is compared with nothing."""
    run = pytester.runpytest_inprocess(
        MODULE, *OPTIONS, *options, plugins=[Ending(what, number)], no_reraise_ctrlc=True
    )

    assert run.ret == code
    assert json.loads(Path("now.json").read_text())["ended_early"] == why
    assert f"contract only: {why}</p>" in Path("now.html").read_text()
    assert number == 1 or f"ended early  {why}" in run.outlines
    capsys.readouterr()
    for told in (["now.json", "missing.json"], ["now.json", "now.json"]):
        assert main(["compare", *told]) == 2
        assert (
            capsys.readouterr().err
            == f"fake-nexmo: now.json is of a run that ended early: {why}; make it anew\n"
        )


def test_tests_that_cannot_be_collected(pytester: pytest.Pytester) -> None:
    """Nothing was run then, and the report of another day does not stay."""
    Path("now.json").write_text("{}")
    wrong = pytester.makepyfile(test_wrong="import nothing_of_that_name")
    run = pytester.runpytest_inprocess(MODULE, wrong, *OPTIONS)

    assert run.ret == pytest.ExitCode.INTERRUPTED
    assert json.loads(Path("now.json").read_text())["ended_early"] == "1 error during collection"


def test_a_run_that_comes_to_its_end(pytester: pytest.Pytester) -> None:
    """Tests that fail are no reason to say anything."""
    run = pytester.runpytest_inprocess(MODULE, *OPTIONS, plugins=[Ending(_fails, 2)])

    assert run.ret == pytest.ExitCode.TESTS_FAILED
    assert json.loads(Path("now.json").read_text())["ended_early"] is None
    assert "ended early" not in run.stdout.str() + Path("now.html").read_text()


def test_why_it_ended_is_shown_as_text() -> None:
    """Whoever has said it."""
    run = Run(
        target="a test",
        profile=None,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        seconds=1.0,
        ended_early="<script>",
    )

    assert "contract only: &lt;script&gt;" in html(run, verdicts(catalogue(), {}))
