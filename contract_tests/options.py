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
        "URL of a running fake, or live (the real hosts, with credentials from NEXMO_CONSUMER_KEY and its kin)",
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
    if (command := config.getoption("client_command", None)) is not None:
        from .client.checked import Client, command_of

        Client(command_of(command), timeout_seconds=1)  # it runs nothing yet


def started_at(config: pytest.Config) -> datetime:
    """Return when this run began."""
    return config.stash[_STARTED]


def target_of(config: pytest.Config) -> Target:
    """Return the one target of this run; UsageError where it cannot be used."""
    from .targets import LIVE, TargetError

    if _TARGET not in config.stash:
        name = config.getoption("nexmo_target", DEFAULT_TARGET)
        if name == LIVE and (hasattr(config, "workerinput") or config.getoption("numprocesses", None)):
            raise pytest.UsageError(
                "--nexmo-target live runs in one process, which counts the messages: leave out -n"
            )
        if name != LIVE and any(map(config.getoption, ("live_plan", "live_plan_json"))):
            raise pytest.UsageError("--live-plan goes with --nexmo-target live")
        try:
            config.stash[_TARGET] = _planned(config) or chosen(
                name,
                allow_sms=config.getoption("allow_sms", False),
                environment=os.environ,
                manner=_manner(config),
            )
        except TargetError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_TARGET]


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
    from .live import SMS_TO, Live, Pace
    from .targets import IN_PROCESS, LIVE, InProcess, TargetError, Url

    if target == IN_PROCESS:
        return InProcess()
    if target == LIVE:
        manner = manner or Manner()
        return Live(
            environment,
            allow_sms=allow_sms,
            budget=manner.budget(environment.get(SMS_TO, "").strip()),
            pace=Pace(seconds=manner.pace_seconds),
            tell=manner.tell,
        )
    if re.match(r"https?://[^/\s]+", target):
        return Url(target, environment.get("NEXMO_CONTROL_TOKEN") or None)
    raise TargetError(f"--nexmo-target {target}: {IN_PROCESS}, {LIVE} or an http(s) URL is wanted")
