"""The command line of the contract tests: a pytest plugin of its own, light enough for every session.

pytest asks a conftest.py for options only where it is found by path. For ``--pyargs contract_tests`` this
module is registered as an entry point; the conftest registers it where it is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .targets import Target

DEFAULT_TARGET = "in-process"
MARKS: Mapping[str, str] = {
    "clause(*ids)": "the clauses of the contract that it holds the provider, or a client, against",
    "needs_control": "needs what only a fake can do: a second account, a denial by call, a revocation",
    "alone": "moves the time of everybody who uses the provider",
    "billable(first=False)": "sends an SMS that costs where it is real; run live with --allow-sms only, "
    "those that are first before the others",
    "profile(name)": "true of this profile only; of the real service the documented one is assumed",
}

_TARGET = pytest.StashKey["Target"]()


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
        help="what contract_tests are run against: in-process (a fake, the default), the URL of a running "
        "fake, or live (the real hosts, with credentials from NEXMO_CONSUMER_KEY and its kin)",
    )
    group.addoption(
        "--allow-sms",
        action="store_true",
        help="with --nexmo-target live, send SMS that cost: at most 10, all to NEXMO_SMS_TO",
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
    """Register the marks; end with one line where the target or the client that was asked for cannot be used."""
    for name, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    if config.getoption("nexmo_target", DEFAULT_TARGET) != DEFAULT_TARGET:
        target_of(config)
    if (command := config.getoption("client_command", None)) is not None:
        from .client.checked import Client, command_of

        Client(command_of(command), timeout_seconds=1)  # it runs nothing yet


def target_of(config: pytest.Config) -> Target:
    """Return the one target of this run; UsageError where it cannot be used."""
    from .targets import LIVE, TargetError

    if _TARGET not in config.stash:
        name = config.getoption("nexmo_target", DEFAULT_TARGET)
        if name == LIVE and (hasattr(config, "workerinput") or config.getoption("numprocesses", None)):
            raise pytest.UsageError(
                "--nexmo-target live runs in one process, which counts the messages: leave out -n"
            )
        try:
            config.stash[_TARGET] = chosen(
                name, allow_sms=config.getoption("allow_sms", False), environment=os.environ
            )
        except TargetError as error:
            raise pytest.UsageError(str(error)) from None
    return config.stash[_TARGET]


def chosen(target: str, *, allow_sms: bool, environment: Mapping[str, str]) -> Target:
    """Return the target that the command line names; TargetError if it cannot be used."""
    from .live import Live
    from .targets import IN_PROCESS, LIVE, InProcess, TargetError, Url

    if target == IN_PROCESS:
        return InProcess()
    if target == LIVE:
        return Live(environment, allow_sms=allow_sms)
    if re.match(r"https?://[^/\s]+", target):
        return Url(target, environment.get("NEXMO_CONTROL_TOKEN") or None)
    raise TargetError(f"--nexmo-target {target}: {IN_PROCESS}, {LIVE} or an http(s) URL is wanted")
