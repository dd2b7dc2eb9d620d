"""The command line of the contract tests: a pytest plugin of its own, light enough for every session.

pytest asks a conftest.py for options only where it is found by path. For ``--pyargs contract_tests`` this
module is registered as an entry point; the conftest registers it where it is not.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from .choice import DEFAULT_TARGET, STARTED, is_planned, recorder_of, target_of
from .clauses import is_of_contract_test
from .command_line import add_options
from .ending import remember

MARKS: Mapping[str, str] = {
    "clause(*ids)": "the clauses of the contract that it holds the provider, or a client, against",
    "needs_control(ability)": "needs what only a fake can do; which of it, abilities.py sees unless it is said",
    "asked": "needs a provider that asks the user, as every test with a browser does",
    "alone": "moves the time of everybody who uses the provider",
    "billable(first=False)": "sends an SMS that costs where it is real; run live with --allow-sms only, "
    "those that are first before the others",
    "profile(name)": "true of this profile only; of the real service the documented one is assumed",
}

_RECORDED = pytest.StashKey[str]()
_DRAFT = "nexmo_draft"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; end with one line where what was asked for (target, client, report) cannot be used."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.stash[STARTED] = datetime.now(UTC)
    _check_reports(config)
    if config.getoption("nexmo_target", DEFAULT_TARGET) != DEFAULT_TARGET:
        target_of(config)
    recorder_of(config)
    if (command := config.getoption("client_command", None)) is not None:
        from .client.checked import Client, command_of

        Client(command_of(command), timeout_seconds=1)  # it runs nothing yet


def _check_reports(config: pytest.Config) -> None:
    """Refuse, before anything is run, what could not be written when it is over."""
    if (report := config.getoption("contract_report", None)) is not None:
        from .clause_report import files_of

        if is_planned(config):
            raise pytest.UsageError("--contract-report: a plan checks nothing; leave out --live-plan")
        files_of(report)
    if (plan := config.getoption("live_plan_json", None)) is not None:
        from fake_provider.contract.files import why_not_writable

        if why := why_not_writable(plan):
            raise pytest.UsageError(f"--live-plan-json: {why}")


@pytest.hookimpl(tryfirst=True)  # before other processes are started
def pytest_sessionstart(session: pytest.Session) -> None:
    """Make room for a recording; here, since the controller of several processes knows no conftest."""
    recorder = recorder_of(session.config)
    if recorder is None:
        return
    if recorder.is_worker:
        recorder.writer.join(Path(session.config.workerinput[_DRAFT]))  # type: ignore[attr-defined]
        return
    from fake_provider.contract.recording import RecordingError

    try:
        recorder.writer.begin()
    except RecordingError as error:
        raise pytest.UsageError(f"--record: {error}") from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process of pytest-xdist where this run is recorded."""
    if (recorder := recorder_of(node.config)) is not None:
        node.workerinput[_DRAFT] = str(recorder.writer.draft)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the run where nobody answers any more: each test more would wait as long for nothing."""
    done = yield
    if item.config.getoption("nexmo_target", DEFAULT_TARGET) != DEFAULT_TARGET:
        patience = getattr(target_of(item.config), "patience", None)
        if patience is not None and patience.exhausted:
            item.session.shouldstop = f"--nexmo-target: {patience.exhausted}"
    return done


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Keep why no test was run."""
    return (yield from _watched(session))


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Keep why the run ended before its last test: pytest's exit code tells some of it only, and no words."""
    return (yield from _watched(session))


def _watched(session: pytest.Session) -> Generator[None, object, object]:
    try:
        return (yield)
    except BaseException as error:
        remember(session.config, error)
        raise


@pytest.hookimpl(trylast=True)  # once the other processes have ended
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Put the recording where it belongs, and write the report, once all of it is there."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    if (
        not all([_recorded(session, exitstatus), _reported(config), _checked(config)])
        and exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _recorded(session: pytest.Session, exitstatus: int) -> bool:
    """Put the recording where it belongs; False where one was wanted, and there is none."""
    recorder = recorder_of(session.config)
    if recorder is None or not recorder.writer.has_begun:
        return True
    from fake_provider.contract.recording import RecordingError

    # Where no test was found it has come to its end as well: then there is nothing to record, which is said.
    ends = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
    is_whole = exitstatus in ends
    try:
        said = recorder.finish(is_whole=is_whole and not (session.shouldfail or session.shouldstop))
    except RecordingError as error:
        session.config.stash[_RECORDED] = f"not recorded: {error}"
        return False
    session.config.stash[_RECORDED] = f"recorded: {said}"
    return True


def _reported(config: pytest.Config) -> bool:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or config.getoption("contract_report", None) is None:
        return True
    from . import summary

    return summary.report(terminal, config)


def _has_words(terminal: pytest.TerminalReporter, config: pytest.Config) -> bool:
    """Whether the summary has any: other tests' runs need not load what knows them."""
    reports = (report for reports in terminal.stats.values() for report in reports)
    return config.getoption("contract_report", None) is not None or any(map(is_of_contract_test, reports))


def _checked(config: pytest.Config) -> bool:
    """Return False where a fake lacks so much of its control API that nothing could be checked: that is no success."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or config.getoption("nexmo_target", DEFAULT_TARGET) == DEFAULT_TARGET:
        return True
    from . import summary

    return not summary.lacked_everything(terminal)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Sum up which clauses are kept; here, since the controller of several processes knows no conftest."""
    if hasattr(config, "workerinput"):
        return  # it has seen a part of the tests
    # Of a plan, what was found is true of the fake that stood in.
    if not is_planned(config) and _has_words(terminalreporter, config):
        from . import summary

        summary.write(terminalreporter, config)
    if (recorded := config.stash.get(_RECORDED, None)) is not None:
        terminalreporter.write_line(recorded)
