"""The command line of the contract tests: a pytest plugin of its own, light enough for every session.

pytest asks a conftest.py for options only where it is found by path. For ``--pyargs contract_tests`` this
module is registered as an entry point; the conftest registers it where it is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .recorder import Recorder
    from .targets import Target

DEFAULT_TARGET = "in-process"
MARKS: Mapping[str, str] = {
    "clause(*ids)": "the clauses of the contract that it holds the provider, or a client, against",
    "needs_control": "needs what only a fake can do: a second account, a denial by call, a revocation",
    "billable(first=False)": "sends an SMS that costs where it is real; run live with --allow-sms only, "
    "those that are first before the others",
    "profile(name)": "true of this profile only; of the real service the documented one is assumed",
}

_TARGET = pytest.StashKey["Target"]()
_RECORDER = pytest.StashKey["Recorder"]()
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
        help="what contract_tests are run against: in-process (a fake, the default), the URL of a running "
        "fake, live (the real hosts, with credentials from NEXMO_CONSUMER_KEY and its kin), or replay:DIR (what "
        "--record has kept, and no provider at all)",
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
        is_worker = hasattr(config, "workerinput")
        writer = Writer(Path(folder))
        try:
            if not is_worker:
                writer.check()
        except RecordingError as error:
            raise pytest.UsageError(f"--record: {error}") from None
        config.stash[_RECORDER] = Recorder(writer=writer, target=target_of(config), is_worker=is_worker)
    return config.stash[_RECORDER]


def chosen(target: str, *, allow_sms: bool, environment: Mapping[str, str]) -> Target:
    """Return the target that the command line names; TargetError if it cannot be used."""
    from .live import Live
    from .replay import PREFIX, Replay
    from .targets import IN_PROCESS, LIVE, InProcess, TargetError, Url

    if target == IN_PROCESS:
        return InProcess()
    if target == LIVE:
        return Live(environment, allow_sms=allow_sms)
    if target.startswith(PREFIX):
        return Replay(target.removeprefix(PREFIX))
    if re.match(r"https?://[^/\s]+", target):
        return Url(target, environment.get("NEXMO_CONTROL_TOKEN") or None)
    raise TargetError(
        f"--nexmo-target {target}: {IN_PROCESS}, {LIVE}, {PREFIX}DIR or an http(s) URL is wanted"
    )
