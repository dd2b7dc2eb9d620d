"""The last words of a run: what was held against what, and how the clauses fared."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from fake_provider.contract import catalogue
from fake_provider.contract.counting import counted

from . import clause_report
from .choice import started_at, target_of
from .clause_table import write_clauses
from .clauses import is_of_contract_test
from .control import LACKING
from .ending import ended_early
from .targets import Target
from .verdicts import skipped_because, verdicts

OUTCOMES = ("passed", "failed", "error", "skipped")

_TOLD = pytest.StashKey[str]()


def described(target: Target) -> str:
    """Return what the contract is held against, in a few words."""
    return f"{target.name}, profile {target.profile or 'unknown, documented is assumed'}"


def write(terminal: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write them, and the report that was asked for; nothing where no contract test was run."""
    reports = {outcome: _reports(terminal, outcome) for outcome in OUTCOMES}
    told = config.stash.get(_TOLD, "")
    if not any(reports.values()):
        if told:
            terminal.write_line(f"--contract-report: {told}")
        return
    target = target_of(config)
    terminal.section("Nexmo contract")
    terminal.write_line(f"target       {described(target)}")
    _counts(terminal, reports)
    assumed = sum("profile" in report.keywords for report in reports["failed"])
    if assumed and target.profile is None:
        terminal.write_line(
            f"profile      {assumed} that failed are true of the documented one only, as is assumed"
        )
    if spent := target.spent():
        terminal.write_line(f"SMS          {spent}")
    found = verdicts(catalogue(), reports)
    write_clauses(terminal, found)
    if (early := ended_early(config)) is not None:
        terminal.write_line(f"ended early  {early}", red=True, bold=True)
    if told:
        terminal.write_line(f"report       {told}")


def report(terminal: pytest.TerminalReporter, config: pytest.Config) -> bool:
    """Write the report that was asked for; False where it could not be written. ``write`` says which."""
    reports = {outcome: _reports(terminal, outcome) for outcome in OUTCOMES}
    early = ended_early(config)
    if not any(reports.values()) and early is None:
        config.stash[_TOLD] = "not written: no test of the contract was run"
        return True
    target = target_of(config)
    started, now = started_at(config), datetime.now(UTC)
    run = clause_report.Run(
        target=target.name,
        profile=target.profile,
        started_at=started,
        seconds=(now - started).total_seconds(),
        ended_early=early,
    )
    try:
        page, data = clause_report.write(
            config.getoption("contract_report"), run, verdicts(catalogue(), reports)
        )
    except (OSError, pytest.UsageError) as error:  # its folder may have gone meanwhile
        config.stash[_TOLD] = f"not written: {error}"
        return False
    part = "" if early is None else " (of a run that ended early)"
    config.stash[_TOLD] = f"{page}, {data}{part}"
    return True


def lacked_everything(terminal: pytest.TerminalReporter) -> bool:
    """Whether no test was run because of what the control API lacks."""
    if any(_reports(terminal, outcome) for outcome in OUTCOMES[:3]):
        return False
    return any(skipped_because(one).startswith(LACKING) for one in _reports(terminal, "skipped"))


def _counts(terminal: pytest.TerminalReporter, reports: dict[str, list[pytest.TestReport]]) -> None:
    ran = [f"{len(reports[one])} {one}" for one in OUTCOMES[:3] if reports[one]]
    number = len(reports["passed"]) + len(reports["failed"])
    terminal.write_line(f"checked      {counted(number, 'test')}: {', '.join(ran) or 'none'}")
    terminal.write_line(f"not checked  {counted(len(reports['skipped']), 'test')}")
    for reason, count in Counter(map(skipped_because, reports["skipped"])).most_common():
        terminal.write_line(f"{count:11}  {reason}")


def _reports(terminal: pytest.TerminalReporter, outcome: str) -> list[pytest.TestReport]:
    return [report for report in terminal.stats.get(outcome, []) if is_of_contract_test(report)]
