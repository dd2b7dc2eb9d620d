"""The command line of the contract tests: a pytest plugin of its own, light enough for every session.

pytest asks a conftest.py for options only where it is found by path. For ``--pyargs contract_tests`` this
module is registered as an entry point; the conftest registers it where it is not.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .recorder import Recorder
    from .spending import Budget
    from .targets import Target

DEFAULT_TARGET = "in-process"
MARKS: Mapping[str, str] = {
    "clause(*ids)": "the clauses of the contract that it holds the provider, or a client, against",
    "needs_control(ability)": "needs what only a fake can do; which of it, abilities.py sees unless it is said",
    "alone": "moves the time of everybody who uses the provider",
    "billable(first=False)": "sends an SMS that costs where it is real; run live with --allow-sms only, "
    "those that are first before the others",
    "profile(name)": "true of this profile only; of the real service the documented one is assumed",
}

_TARGET = pytest.StashKey["Target"]()
_RECORDER = pytest.StashKey["Recorder"]()
_RECORDED = pytest.StashKey[str]()
_STARTED = pytest.StashKey[datetime]()


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
    config.stash[_STARTED] = datetime.now(UTC)
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
    """Say what was recorded, and where."""
    if (recorded := config.stash.get(_RECORDED, None)) is not None:
        terminalreporter.write_line(f"recorded: {recorded}")


def started_at(config: pytest.Config) -> datetime:
    """Return when this run began."""
    return config.stash[_STARTED]


def target_of(config: pytest.Config) -> Target:
    """Return the one target of this run; UsageError where it cannot be used."""
    from .live import Live
    from .targets import LIVE, TargetError

    if _TARGET not in config.stash:
        name = config.getoption("nexmo_target", DEFAULT_TARGET)
        if name == LIVE:
            _in_one_process(config, name)
        if name != LIVE and any(map(config.getoption, ("live_plan", "live_plan_json"))):
            raise pytest.UsageError("--live-plan goes with --nexmo-target live")
        try:
            target = _planned(config) or chosen(
                name,
                allow_sms=config.getoption("allow_sms", False),
                environment=os.environ,
                manner=_manner(config),
            )
        except TargetError as error:
            raise pytest.UsageError(str(error)) from None
        if isinstance(target, Live):
            _in_one_process(config, name)
        config.stash[_TARGET] = target
    return config.stash[_TARGET]


def _in_one_process(config: pytest.Config, target: str) -> None:
    if hasattr(config, "workerinput") or config.getoption("numprocesses", None):
        raise pytest.UsageError(
            f"--nexmo-target {target} runs in one process, which counts the messages: leave out -n"
        )


def recorder_of(config: pytest.Config) -> Recorder | None:
    """Return what records this run, if that was asked for; UsageError where it cannot."""
    folder = config.getoption("record", None)
    if folder is None:
        return None
    if _RECORDER not in config.stash:
        from fake_provider.contract.recording import RecordingError, Writer

        from .recorder import Recorder
        from .replay import PREFIX

        if config.getoption("nexmo_target", DEFAULT_TARGET).startswith(PREFIX):
            raise pytest.UsageError("--record: a replay has nothing to record; name another --nexmo-target")
        if is_planned(config):
            raise pytest.UsageError("--record: a plan sends nothing; leave out --live-plan")
        is_worker = hasattr(config, "workerinput")
        writer = Writer(Path(folder))
        try:
            if not is_worker:
                writer.check()
        except RecordingError as error:
            raise pytest.UsageError(f"--record: {error}") from None
        config.stash[_RECORDER] = Recorder(writer=writer, target=target_of(config), is_worker=is_worker)
    return config.stash[_RECORDER]


def is_planned(config: pytest.Config) -> bool:
    """Whether the run is planned only: what its tests find is true of the fake that stands in."""
    return bool(config.getoption("live_plan", False) or config.getoption("live_plan_json", None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a live run goes about it."""

    max_sms: int | None = None  # None: as many as are usual
    max_eur: Decimal | None = None
    pace_seconds: float = 1.0
    tell: Callable[[str], None] = lambda _: None  # shows a line at once

    def budget(self, number: str) -> Budget:
        """Return what may be spent on SMS to *number*."""
        from .spending import MAX_LIVE_MESSAGES, Budget
        from .targets import listed_price

        most = MAX_LIVE_MESSAGES if self.max_sms is None else self.max_sms
        return Budget(most=most, most_eur=self.max_eur, each_eur=lambda: listed_price(number))


def _manner(config: pytest.Config) -> Manner:
    return Manner(
        max_sms=config.getoption("max_sms", None),
        max_eur=config.getoption("max_eur", None),
        pace_seconds=config.getoption("live_pace", 1.0),
        tell=partial(_show, config),
    )


def _planned(config: pytest.Config) -> Target | None:
    """Return a plan in the place of the real service where one is asked for, and let it be shown at the end."""
    if not is_planned(config):
        return None
    from .live import SMS_TO
    from .plan import Plan
    from .plan_report import PlanReport

    manner = _manner(config)
    plan = Plan(
        os.environ,
        allow_sms=config.getoption("allow_sms", False),
        budget=manner.budget(os.environ.get(SMS_TO, "").strip()),
        seconds=manner.pace_seconds,
    )
    config.pluginmanager.register(PlanReport(plan, config.getoption("live_plan_json", None)))
    return plan


def _show(config: pytest.Config, line: str) -> None:
    """Show *line* at once, whatever pytest captures."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None:
        with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
            reporter.ensure_newline()
            reporter.write_line(line, yellow=True)


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


def chosen(
    target: str, *, allow_sms: bool, environment: Mapping[str, str], manner: Manner | None = None
) -> Target:
    """Return the target that the command line names; TargetError if it cannot be used."""
    from .live import APP, SMS_TO, Live, Pace
    from .replay import PREFIX, Replay
    from .targets import IN_PROCESS, LIVE, InProcess, NoFake, TargetError, Url

    manner = manner or Manner()
    live = partial(
        Live,
        environment,
        allow_sms=allow_sms,
        budget=manner.budget(environment.get(SMS_TO, "").strip()),
        pace=Pace(seconds=manner.pace_seconds),
        tell=manner.tell,
    )
    if target == IN_PROCESS:
        return InProcess()
    if target == LIVE:
        return live()
    if target.startswith(PREFIX):
        return Replay(target.removeprefix(PREFIX))
    if re.match(r"https?://[^/\s]+", target):
        try:
            return Url(target, environment.get("NEXMO_CONTROL_TOKEN") or None)
        except NoFake as error:
            if not any(environment.get(name) for name in APP):
                raise TargetError(
                    f"{error}; to hold another provider to it, set {' and '.join(APP)}"
                ) from None
            url = target.rstrip("/")
            return live(dashboard_url=url, rest_url=url, name=url)
    raise TargetError(
        f"--nexmo-target {target}: {IN_PROCESS}, {LIVE}, {PREFIX}DIR or an http(s) URL is wanted"
    )
