"""What was asked for on the command line: which target, what records it, and how a live run goes about it.

Light enough for every session of pytest: what a run needs is imported when it is asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
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
STARTED = pytest.StashKey[datetime]()

_CONTROL_TOKENS = ("NEXMO_CONTROL_TOKEN", "FAKE_NEXMO_CONTROL_TOKEN")
"""Where the control token of a fake is looked for; the second is how its own commands call it."""

_SECRET_NAME = re.compile(
    r"(?:FAKE_)?(?:NEXMO|VONAGE)_\w*(?:SECRET|PASSWORD|CONTROL_TOKEN|PRIVATE_KEY)", re.IGNORECASE
)
"""What an environment calls a secret, of ours or of the code under test."""

_TARGET = pytest.StashKey["Target"]()
_RECORDER = pytest.StashKey["Recorder"]()


def started_at(config: pytest.Config) -> datetime:
    """Return when this run began."""
    return config.stash[STARTED]


def target_of(config: pytest.Config) -> Target:
    """Return the one target of this run; UsageError where it cannot be used."""
    from fake_provider.contract.address import printable

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
            raise pytest.UsageError(printable(str(error))) from None
        if isinstance(target, Live):
            _in_one_process(config, name)
        config.stash[_TARGET] = target
        _keep_secrets(config, target)
    return config.stash[_TARGET]


def _keep_secrets(config: pytest.Config, target: Target) -> None:
    """Let nothing of *target*'s secrets, or of the environment's, be shown from now on."""
    from .shown import Shown
    from .targets import InProcess

    is_elsewhere = not isinstance(target, InProcess)
    if is_elsewhere:
        target.secrets.add(*(os.environ[name] for name in os.environ if _SECRET_NAME.fullmatch(name)))
    config.pluginmanager.register(Shown(config, target.secrets.scrubbed, log=is_elsewhere))


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
        from fake_provider.contract.recording import RecordingError
        from fake_provider.contract.writing import Writer

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
        from .targets import FICTITIOUS_NUMBER, listed_price

        most = MAX_LIVE_MESSAGES if self.max_sms is None else self.max_sms
        number = number or FICTITIOUS_NUMBER  # of a plan that is made before anything is set
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
    """Show *line* at once, whatever pytest captures, but no secret."""
    from fake_provider.contract.address import printable

    line = printable(config.stash[_TARGET].secrets.scrubbed(line))
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    capture = config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None:
        with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
            reporter.ensure_newline()
            reporter.write_line(line, yellow=True)


def chosen(
    target: str, *, allow_sms: bool, environment: Mapping[str, str], manner: Manner | None = None
) -> Target:
    """Return the target that the command line names; TargetError if it cannot be used."""
    from fake_provider.contract.address import SCHEMES, NoAddress, base_url, quoted

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
    if target.startswith(SCHEMES):
        try:
            url = base_url(target, with_path=True)
        except NoAddress as error:
            raise TargetError(f"--nexmo-target: {error}") from None
        try:
            return Url(url, next(filter(None, map(environment.get, _CONTROL_TOKENS)), None))
        except NoFake as error:
            if not any(environment.get(name) for name in APP):
                raise TargetError(
                    f"{error}; to hold another provider to it, set {' and '.join(APP)}"
                ) from None
            return live(dashboard_url=url, rest_url=url, name=url)
    raise TargetError(
        f"--nexmo-target: {quoted(target)} is no target; {IN_PROCESS}, {LIVE}, {PREFIX}DIR or an http(s) URL is wanted"
    )
