"""The part of the pytest plugin that is there only where tests run elsewhere than on a fake in this process."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contract_tests.clauses import RAN_ON
from contract_tests.plan import Plan
from contract_tests.targets import Target

from ..nexmo import Nexmo
from . import marks
from .guard import Guard
from .sessions import closed_for, opened, why_not

NAME = "fake_nexmo_elsewhere"
"""By which pytest's plugin manager knows it."""

_GUARD: pytest.StashKey[Guard] = pytest.StashKey()
_REFUSED = "fake_nexmo_refused"  # by which a process of pytest-xdist tells what was not sent


class Elsewhere:
    """Keeps the real hosts closed but for what is sent on behalf of marked tests, and tells what came of it."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._is_planned = isinstance(target, Plan)  # what is asked, and spent, its own report tells
        self._gate = closed_for(target)
        self._has_begun = False  # a test that may spend something
        self._is_told = False  # what was spent
        self._untold: list[str] = []  # what was not sent while no test ran that could fail

    # What runs. Within pytest's own wrappers (trylast): they keep something for a test even if it is skipped.

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None]:
        """Skip, before anything is set up for it, a test that does not run there."""
        self._keep_untold()  # of what ran between two tests
        self.skip_unless_fit(item)
        yield from self._concluded(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None]:
        """Let what was not to be sent fail or skip the test, whatever the code under test has made of it."""
        yield from self._concluded(item)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None]:
        """Let what was asked after the guard had gone fail the test."""
        yield from self._concluded(item)

    def _concluded(self, item: pytest.Item) -> Generator[None]:
        try:
            yield
        finally:
            if (guard := item.stash.get(_GUARD, None)) is not None:
                guard.conclude()
            self._gate.conclude()

    def skip_unless_fit(self, item: pytest.Item) -> None:
        """Skip a test with one of the plugin's fixtures that is not marked for more, or costs too much."""
        marks.check(item)
        if not marks.fixtures_of(item):
            return
        messages = marks.messages_of(item)
        if messages is None:
            pytest.skip(
                "runs on a fake in this process only; a test that is fit for more is marked nexmo_live, or "
                "nexmo_live(sms=1) if it sends an SMS"
            )
        reason = why_not(self._target, messages, allow_sms=item.config.getoption("allow_sms", False))
        if reason is not None:
            pytest.skip(reason)

    @contextmanager
    def opened(self, item: pytest.Item) -> Iterator[Nexmo]:
        """Give a test what it gets in place of a fake."""
        self.skip_unless_fit(item)
        with opened(self._target, messages=marks.messages_of(item) or 0, gate=self._gate) as (nexmo, guard):
            self._has_begun = True
            item.stash[_GUARD] = guard
            item.user_properties.append((RAN_ON, self._target.name))
            yield nexmo
            guard.conclude()  # of what was asked after the test

    # What was asked while no test ran

    def _keep_untold(self) -> list[str]:
        self._untold += self._gate.untold()
        return self._untold

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what another process would have told at its end."""
        self._keep_untold().extend(getattr(node, "workeroutput", {}).get(_REFUSED, ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the run fail where something was not sent that no test could be failed for."""
        untold = self._keep_untold()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_REFUSED] = untold
        elif untold and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    # What is told

    def pytest_report_header(self) -> str:
        """Say where marked tests run."""
        if self._is_planned:
            return "fake_nexmo: tests marked nexmo_live are planned only; what they ask is asked of a fake in this process"
        return f"fake_nexmo: tests marked nexmo_live run on {self._target.name}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show with a failure what was asked; what is secret in it goes by ``contract_tests.shown``."""
        report = yield
        guard = item.stash.get(_GUARD, None)
        if guard is not None and report.failed and guard.asked:
            planned = "would be asked of the real service"
            title = planned if self._is_planned else f"was asked of {self._target.name}"
            report.sections.append((f"fake-nexmo: what {title}", "\n".join(guard.asked)))
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what ran there, what was spent, and what was asked while no test ran."""
        for reason in dict.fromkeys(self._keep_untold()):
            terminalreporter.write_line(f"fake_nexmo: while no test ran, something {reason}", red=True)
        if self._is_planned:
            return
        reports = [report for told in terminalreporter.stats.values() for report in told]
        ran = len({report.nodeid for report in reports if RAN_ON in _properties_of(report)})
        if ran or self._has_spent():
            self._is_told = True
            tests = f"{ran} test{'s' if ran > 1 else ''} ran" if ran else "a test was begun"
            spent = f"; {text}" if (text := self._target.spent()) else ""
            terminalreporter.write_line(f"fake_nexmo: {tests} on {self._target.name}{spent}")

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Say what was spent where a run has ended without a summary: in the middle, by an exit code of its own."""
        if self._has_spent() and not self._is_told and (reporter := _reporter_of(config)) is not None:
            self._is_told = True
            reporter.ensure_newline()
            reporter.write_line(f"fake_nexmo: on {self._target.name} {self._target.spent()}")

    def _has_spent(self) -> bool:
        budget = getattr(self._target, "budget", None)
        return not self._is_planned and self._has_begun and budget is not None and budget.sent > 0


def _properties_of(report: object) -> dict[str, object]:
    return dict(getattr(report, "user_properties", ()))  # of a warning there are none


def _reporter_of(config: pytest.Config) -> pytest.TerminalReporter | None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter if isinstance(reporter, pytest.TerminalReporter) else None
