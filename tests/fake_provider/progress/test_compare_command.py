"""``fake-nexmo compare`` as it is used: two reports of the contract tests, and what is said of the two."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contract_tests.clause_report import Run, as_json
from contract_tests.clauses import PROPERTY
from contract_tests.verdicts import verdicts
from fake_provider.cli import main
from fake_provider.contract import catalogue


def _report(outcome: Any, clause: str, why: str) -> pytest.TestReport:
    skipped = ("f", 1, f"Skipped: {why}")
    return pytest.TestReport(
        nodeid=f"contract_tests/test_x.py::test_{clause.lower()}",
        location=("test_x.py", 1, "test_it"),
        keywords={},
        outcome="failed" if outcome == "failed" else outcome,
        longrepr={"passed": None, "failed": "E  no", "skipped": skipped}[outcome],
        when="call",
        user_properties=[(PROPERTY, clause)],
    )


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., str]:
    """Write a report as the contract tests do, and return where."""

    def save(
        name: str, outcomes: Mapping[str, str], *, target: str = "a fake", why: str = "needs a fake"
    ) -> str:
        reports: dict[str, list[pytest.TestReport]] = {}
        for clause, outcome in outcomes.items():
            reports.setdefault(outcome, []).append(_report(outcome, clause, why))
        run = Run(
            target=target, profile="documented", started_at=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0
        )
        path = tmp_path / name
        path.write_text(json.dumps(as_json(run, verdicts(catalogue(), reports))), encoding="utf-8")
        return str(path)

    return save


def test_what_broke_is_told(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """With its sentence, how it fared before, and the test that saw it; the command fails."""
    old = saved("old.json", {"DLR-01": "passed", "MO-01": "failed", "ACC-01": "passed"})
    new = saved("new.json", {"DLR-01": "failed", "MO-01": "passed", "ACC-01": "passed"})

    assert main(["compare", old, new]) == 1
    said = capsys.readouterr().out
    assert f"broke   DLR-01  {catalogue()['DLR-01'].says} (held before)" in said
    assert "contract_tests/test_x.py::test_dlr-01" in said
    assert f"mended  MO-01   {catalogue()['MO-01'].says}" in said
    assert said.endswith("1 broke, 1 mended, 436 as before\n")


def test_nothing_that_broke(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """What was broken before breaks no build anew."""
    old = saved("old.json", {"DLR-01": "failed", "MO-01": "failed"})
    new = saved("new.json", {"DLR-01": "failed", "MO-01": "passed"})

    assert main(["compare", old, new]) == 0
    assert "still broken  DLR-01" in capsys.readouterr().out


def test_what_is_no_longer_checked_is_told_with_its_reason(
    saved: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It may have broken, and nobody has looked."""
    old = saved("old.json", {"DLR-01": "passed", "MO-01": "failed", "ACC-01": "passed"})
    new = saved("new.json", {"DLR-01": "skipped", "MO-01": "skipped"})

    assert main(["compare", old, new]) == 0
    said = capsys.readouterr().out
    assert "no longer checked  2  needs a fake: DLR-01, MO-01" in said
    assert "no longer checked  1  not part of this run: ACC-01" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda found: None, "(not checked before)", id="was-not-checked"),
        pytest.param(lambda found: _clauses(found).clear(), "(new in the contract)", id="was-not-there"),
    ],
)
def test_what_nobody_looked_at_before_counts_as_broken(
    saved: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    words: str,
) -> None:
    """Better told than lost."""
    old, new = saved("old.json", {}), saved("new.json", {"DLR-01": "failed"})
    found = json.loads(Path(old).read_text(encoding="utf-8"))
    change(found)
    Path(old).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", old, new]) == 1
    assert words in capsys.readouterr().out


def _clauses(found: dict[str, Any]) -> list[Any]:
    section = next(one for one in found["sections"] if one["id"] == "DLR")
    clauses: list[Any] = section["clauses"]
    return clauses


def test_a_clause_that_is_gone_is_told(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """Another version had it."""
    old, new = saved("old.json", {"DLR-01": "passed"}), saved("new.json", {})
    found = json.loads(Path(new).read_text(encoding="utf-8"))
    _clauses(found).clear()
    Path(new).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", old, new]) == 0
    assert "gone  1  DLR-01" in capsys.readouterr().out


def test_two_providers_may_be_compared(saved: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    """It is said that they are two; what one of them calls itself moves no cursor."""
    old = saved("old.json", {"DLR-01": "passed"})
    new = saved("new.json", {"DLR-01": "passed"}, target="another\x1b[2J")

    assert main(["compare", old, new]) == 0
    said = capsys.readouterr().out
    assert "The two runs asked different targets: a fake, profile documented; and another" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("day", "is_said"),
    [
        pytest.param("2026-01-01T00:00:00+00:00", True, id="before"),
        pytest.param("2026-01-02T01:00:00+02:00", True, id="before-in-another-zone"),
        pytest.param("2026-01-02T00:00:00+00:00", False, id="the-same"),
        pytest.param("2026-01-03T00:00:00", False, id="after-without-a-zone"),
        pytest.param("once", False, id="no-time"),
    ],
)
def test_two_runs_the_wrong_way_round(
    saved: Callable[..., str], capsys: pytest.CaptureFixture[str], day: str, is_said: bool
) -> None:
    """It is said in one line: what broke would be told as mended."""
    old, new = saved("old.json", {"DLR-01": "passed"}), saved("new.json", {"DLR-01": "passed"})
    found = json.loads(Path(new).read_text(encoding="utf-8")) | {"started_at": day}
    Path(new).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", old, new]) == 0
    line = "The old run began after the new one: are the two the wrong way round?\n"
    assert (line in capsys.readouterr().out) == is_said


@pytest.mark.parametrize("is_old", [True, False], ids=["old", "new"])
def test_a_run_that_ended_early_is_compared_with_nothing(
    saved: Callable[..., str], capsys: pytest.CaptureFixture[str], is_old: bool
) -> None:
    """What it has not checked may be broken; the reason moves no cursor."""
    whole, early = saved("whole.json", {"DLR-01": "passed"}), saved("early.json", {"DLR-01": "passed"})
    found = json.loads(Path(early).read_text(encoding="utf-8")) | {"ended_early": "no\x1b[2J"}
    Path(early).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", *((early, whole) if is_old else (whole, early))]) == 2
    said = f"fake-nexmo: {early} is of a run that ended early: no\\x1b[2J; make it anew\n"
    assert capsys.readouterr().err == said


def test_a_report_of_before_that_was_told(saved: Callable[..., str]) -> None:
    """It says nothing of its end, and is compared."""
    old = saved("old.json", {"DLR-01": "passed"})
    found = json.loads(Path(old).read_text(encoding="utf-8"))
    del found["ended_early"]
    Path(old).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", old, old]) == 0


@pytest.mark.parametrize("odd", ["[/red]", "\x1b[2J", "\ud800"], ids=["markup", "cursor", "half-a-character"])
def test_what_stands_in_a_report_is_shown_as_text(
    saved: Callable[..., str], capsys: pytest.CaptureFixture[str], odd: str
) -> None:
    """Whoever has written it."""
    old, new = saved("old.json", {"DLR-01": "passed"}), saved("new.json", {"DLR-01": "failed"})
    found = json.loads(Path(new).read_text(encoding="utf-8"))
    for clause in _clauses(found):
        clause["id"] = clause["says"] = f"{odd}{clause['id']}"
        clause["tests"] = [{**one, "test": f"{odd}test"} for one in clause["tests"]]
    Path(new).write_text(json.dumps(found), encoding="utf-8")

    assert main(["compare", old, new]) == 1
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert said.encode()
    assert "DLR-01" in said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(None, "No such file or directory", id="missing"),
        pytest.param(
            "", "is no JSON: name the .json that pytest --contract-report FILE has written", id="empty"
        ),
        pytest.param("<html>", "is no JSON", id="the-page-beside-it"),
        pytest.param("[" * 100_000, "is no JSON", id="deep"),
        pytest.param("[]", "is no report of the contract tests", id="a-list"),
        pytest.param('{"format": 1, "sections": {}}', "is no report of the contract tests", id="no-sections"),
        pytest.param('{"format": 1, "sections": [1]}', "is no report of the contract tests", id="no-section"),
        pytest.param('{"format": 2}', "was written by a newer version of fake-nexmo", id="newer"),
    ],
)
def test_what_is_no_report_is_wrong_use(
    saved: Callable[..., str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
    problem: str,
) -> None:
    """One line says which file, and what to name."""
    wrong = tmp_path / "wrong.json"
    if text is not None:
        wrong.write_text(text, encoding="utf-8")

    assert main(["compare", saved("old.json", {}), str(wrong)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"fake-nexmo: {wrong}")
    assert problem in said
    assert said.count("\n") == 1


def test_a_clause_in_no_state_that_is_known(
    saved: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that somebody has edited is told like any other."""
    old = saved("old.json", {"DLR-01": "passed"})
    Path(old).write_text(Path(old).read_text(encoding="utf-8").replace('"held"', '"fine"'), encoding="utf-8")

    assert main(["compare", old, old]) == 2
    assert "is no report of the contract tests" in capsys.readouterr().err
