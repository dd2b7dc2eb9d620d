"""Shows a plan: request by request under the test that would send it, then the sums; as JSON too, if wanted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from fake_provider.contract import files
from fake_provider.contract.counting import counted

from .plan import Plan, Planned
from .targets import listed_price


@dataclass(slots=True, eq=False)  # plugins are told apart by what they are
class PlanReport:
    """The plugin that notes which test it is, and shows the plan at the end."""

    plan: Plan
    file: Path | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    told: str = ""  # what became of the file

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test it is."""
        self.plan.test = nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count what is not run, by reason."""
        if report.skipped and isinstance(report.longrepr, tuple):
            self.left_out[report.longrepr[2].removeprefix("Skipped: ")] += 1

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the plan as a file where one is wanted."""
        if self.file is None:
            return
        try:
            self._write(self.file, listed_price(self.plan.sms_to))
        except OSError as error:
            self.told = f"not written: {error}"
            if exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        else:
            self.told = f"written to {self.file}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the plan, and say what became of the file."""
        terminalreporter.section("Plan of a live run: nothing was sent to the real hosts")
        each = listed_price(self.plan.sms_to)
        shown = None
        for one in self.plan.planned:
            if one.test != shown:
                shown = one.test
                terminalreporter.write_line(shown, bold=True)
            terminalreporter.write_line(f"    {one.method:<4} {one.url}  {_told(one, each)}")
        terminalreporter.write_line("")
        for name, text in self._sums(each):
            terminalreporter.write(f"{name:<13}", bold=bool(name))
            terminalreporter.write_line(text)
        if self.told:
            terminalreporter.write_line(f"{'plan':<13}{self.told}")

    def _sums(self, each: Decimal) -> Iterator[tuple[str, str]]:
        plan = self.plan
        at_most, expected = plan.messages
        yield "requests", f"{len(plan.planned)}, {_duration(len(plan.planned) * plan.seconds)}"
        for what, number in Counter(one.what for one in plan.planned).most_common():
            yield "", f"{number:5}  {what}"
        expecting = f"{counted(expected, 'message')}, {_eur(expected * each)}, if all is as at the fake"
        yield "SMS", f"{expecting}; {at_most} at most, {_eur(at_most * each)}"
        yield "", f"an estimate: {_eur(each)} for each, by the fake's price list"
        if plan.uses_a_stored_token:
            yield "authorized", "by a stored token; nobody is asked"
        else:
            yield (
                "authorized",
                f"by a person at the terminal, who is asked {counted(plan.asked, 'time')}",
            )
        yield "not run", counted(self.left_out.total(), "test")
        for reason, number in self.left_out.most_common():
            yield "", f"{number:5}  {reason}"
        missing = plan.missing
        yield "still to set", ", ".join(missing) if missing else "nothing"

    def _write(self, file: Path, each: Decimal) -> None:
        plan = self.plan
        at_most, expected = plan.messages
        members = {
            "requests": [
                asdict(one) | {"cost_eur": str((one.messages * each).normalize())} for one in plan.planned
            ],
            "seconds": len(plan.planned) * plan.seconds,
            "messages": {"expected": expected, "at_most": at_most},
            "estimated_eur": {
                "each": str(each),
                "expected": str(expected * each),
                "at_most": str(at_most * each),
            },
            "person_asked": plan.asked,
            "not_run": dict(self.left_out),
            "missing": list(plan.missing),
        }
        files.write({file: json.dumps(members, indent=2) + "\n"})


def _told(one: Planned, each: Decimal) -> str:
    if not one.messages:
        return one.what
    return f"{one.what}: {counted(one.messages, 'message')} at most, {_eur(one.messages * each)}"


def _eur(amount: Decimal) -> str:
    return f"{amount.normalize():f} EUR"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
