"""The command line of the contract tests: a pytest plugin of its own, light enough for every session.

pytest asks a conftest.py for options only where it is found by path. For ``--pyargs contract_tests`` this
module is registered as an entry point; the conftest registers it where it is not.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from .choice import DEFAULT_TARGET, STARTED, is_planned, recorder_of, target_of

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


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    add_options(parser)


def add_options(parser: pytest.Parser) -> None:
    """Register the options, once however often it is asked."""
    group = parser.getgroup("nexmo", "contract tests of the Nexmo provider")
    if group.options:
        return
    group.addoption(
        "--nexmo-target",
        default=DEFAULT_TARGET,
        metavar="TARGET",
        help="what contract_tests, and tests marked nexmo_live, are run against: in-process (a fake, the default), the "
        "URL of a running fake, live (the real hosts, with credentials from NEXMO_CONSUMER_KEY and its kin), or "
        "replay:DIR (what --record has kept, and no provider at all; contract_tests only)",
    )
    group.addoption(
        "--record",
        metavar="DIR",
        help="keep every exchange with the target in this folder, without secrets, to be read, replayed and "
        "compared (fake-nexmo drift); a recording that is there is replaced as a whole",
    )
    group.addoption(
        "--allow-sms",
        action="store_true",
        help="with --nexmo-target live, send SMS that cost: at most --max-sms, all to NEXMO_SMS_TO",
    )
    group.addoption(
        "--max-sms",
        type=_whole_number,
        default=None,
        metavar="N",
        help="how many messages a live run may send, each part of a long one counted (default: 10)",
    )
    group.addoption(
        "--max-eur",
        type=_amount,
        default=None,
        metavar="AMOUNT",
        help="how much the SMS of a live run may cost, by the prices that are answered (default: no limit but --max-sms)",
    )
    group.addoption(
        "--live-pace",
        type=_seconds,
        default=1.0,
        metavar="SECONDS",
        help="from one request of a live run to the next (default: 1; less only where a fake plays the real service)",
    )
    group.addoption(
        "--live-plan",
        action="store_true",
        help="with --nexmo-target live, list every request that would be sent and what it may cost, and send nothing",
    )
    group.addoption(
        "--live-plan-json",
        type=Path,
        metavar="FILE",
        help="write that list as JSON too",
    )
    group.addoption(
        "--contract-report",
        metavar="FILE",
        help="write which clauses were held, broken and not checked, and why, as FILE.html and FILE.json",
    )
    group.addoption(
        "--client-command",
        metavar="COMMAND",
        help="the client that contract_tests/client judges, driven as by fake-nexmo check (default: nexmo-oauth)",
    )
    group.addoption(
        "--client-timeout",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="for one run of that command (default: 20)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks; end with one line where what was asked for (target, client, report) cannot be used."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.stash[STARTED] = datetime.now(UTC)
    if (report := config.getoption("contract_report", None)) is not None:
        from .clause_report import files_of

        files_of(report)
    if config.getoption("nexmo_target", DEFAULT_TARGET) != DEFAULT_TARGET:
        target_of(config)
    recorder_of(config)
    if (command := config.getoption("client_command", None)) is not None:
        from .client.checked import Client, command_of

        Client(command_of(command), timeout_seconds=1)  # it runs nothing yet


def pytest_sessionstart(session: pytest.Session) -> None:
    """Make room for a recording; here, since the controller of several processes knows no conftest."""
    recorder = recorder_of(session.config)
    if recorder is not None and not recorder.is_worker:
        from fake_provider.contract.recording import RecordingError

        try:
            recorder.writer.begin()
        except RecordingError as error:
            raise pytest.UsageError(f"--record: {error}") from None


@pytest.hookimpl(trylast=True)  # once the other processes have ended
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Put the recording where it belongs, once all of it is there."""
    recorder = recorder_of(session.config)
    if recorder is not None and not recorder.is_worker:
        is_whole = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        session.config.stash[_RECORDED] = recorder.finish(is_whole=is_whole)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Sum up which clauses are kept; here, since the controller of several processes knows no conftest."""
    if hasattr(config, "workerinput"):
        return  # it has seen a part of the tests
    if not is_planned(config):  # then what was found is true of the fake that stood in
        from . import summary

        summary.write(terminalreporter, config)
    if (recorded := config.stash.get(_RECORDED, None)) is not None:
        terminalreporter.write_line(f"recorded: {recorded}")


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,8})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in EUR, such as 0.50")
    return Decimal(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds, such as 1 or 0.5")
    return float(text)
