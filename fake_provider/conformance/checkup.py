"""Runs the scenarios against one command, as many runs side by side as the machine has processors."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import InvalidValue
from .hiding import redacted
from .report import Report, Result
from .run import Run
from .runner import Runner
from .scenarios import SCENARIOS, Scenario, chosen
from .setting import Setting
from .verdict import Judgement

DEFAULT_TIMEOUT_SECONDS = 20.0
_AT_LEAST_JOBS = 2  # a run that waits for a time-out costs no processor
_PROBES = ("documented-flow", "rfc5849-flow")
"""Whose runs are looked at where only what is judged over all runs is asked for."""
_FIRST = ("hanging-answer",)
"""What takes longest begins first."""
_LOOK_SECONDS = 0.1

Progress = Callable[[Scenario, Run], None]


@dataclass(slots=True, kw_only=True)
class Checkup:
    """One client under examination. Runs are kept, so that a scenario is run once however often it is asked for.

    Args:
        command: the client's command and its arguments.
        timeout_seconds: for one run of it.
        jobs: runs at the same time; None for as many as there are processors.
        real_hosts: let it reach the fake under the real host names.

    Raises:
        InvalidValue: there is no such command.
    """

    command: Sequence[str]
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    jobs: int | None = None
    real_hosts: bool = False
    interrupted: threading.Event = field(default_factory=threading.Event)
    _runs: dict[str, Sequence[Run]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _ensure_command(self.command)

    def report(self, names: Sequence[str] = (), progress: Progress | None = None) -> Report:
        """Run the scenarios of these names, all where none is named, and judge.

        *progress* is told of every run that has ended. Raises InvalidValue for a name that no scenario has.
        """
        began = time.monotonic()
        scenarios = chosen(names)
        self._run([one for one in to_run(scenarios) if one.name not in self._runs], progress)
        all_runs = [run for name in self._runs for run in self._runs[name]]
        return Report(
            command=[
                redacted(word, {secret for run in all_runs for secret in run.secrets})
                for word in self.command
            ],
            results=[self._result(scenario, all_runs) for scenario in scenarios],
            seconds=time.monotonic() - began,
        )

    def _result(self, scenario: Scenario, all_runs: Sequence[Run]) -> Result:
        runs = self._runs.get(scenario.name, ())
        judgement = _without_secrets(scenario.judge(runs, all_runs), all_runs)
        evidence = judgement.evidence if judgement.evidence is not None else runs
        return Result(scenario=scenario, judgement=judgement, runs=evidence)

    def _run(self, scenarios: Sequence[Scenario], progress: Progress | None) -> None:
        runner = Runner(
            command=self.command,
            timeout_seconds=self.timeout_seconds,
            interrupted=self.interrupted,
            real_hosts=self.real_hosts,
        )
        in_turn = sorted(scenarios, key=lambda scenario: scenario.name not in _FIRST)
        with ThreadPoolExecutor(self.jobs or _processors(), thread_name_prefix="fake-nexmo-check") as pool:
            try:
                waiting: dict[Future[Run], tuple[Scenario, Setting]] = {
                    pool.submit(runner.run, setting): (scenario, setting)
                    for scenario in in_turn
                    for setting in scenario.settings
                }
                ended = _as_they_end(waiting, progress)
            except BaseException:
                self.interrupted.set()
                pool.shutdown(cancel_futures=True)
                raise
        for scenario in scenarios:
            self._runs[scenario.name] = [ended[id(setting)] for setting in scenario.settings]


def _without_secrets(judgement: Judgement, runs: Sequence[Run]) -> Judgement:
    """Return *judgement* without the secrets that a client has put where something else belongs."""
    secrets = {secret for run in runs for secret in run.secrets}
    return replace(
        judgement, seen=redacted(judgement.seen, secrets), advice=redacted(judgement.advice, secrets)
    )


def _as_they_end(
    waiting: Mapping[Future[Run], tuple[Scenario, Setting]], progress: Progress | None
) -> dict[int, Run]:
    ended: dict[int, Run] = {}
    left = set(waiting)
    while left:
        # Not for ever: a signal that comes just before the wait begins is not seen until it ends.
        done, left = wait(left, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
        for future in done:
            scenario, setting = waiting[future]
            ended[id(setting)] = run = future.result()
            if progress is not None:
                progress(scenario, run)
    return ended


def to_run(scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """Return the scenarios that have runs of their own; those of the plain flows where there are none."""
    with_runs = [scenario for scenario in scenarios if scenario.settings]
    return with_runs or [scenario for scenario in SCENARIOS if scenario.name in _PROBES]


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(_AT_LEAST_JOBS, count)


def _ensure_command(command: Sequence[str]) -> None:
    if not command:
        raise InvalidValue("COMMAND", "a command is wanted behind --, such as -- python client.py")
    if shutil.which(command[0]) is None:
        if not command[0].strip():
            raise InvalidValue("COMMAND", "it is empty; a program is wanted")
        if Path(command[0]).is_dir():
            raise InvalidValue("COMMAND", f"{command[0]} is a directory; a program is wanted")
        if Path(command[0]).is_file():
            raise InvalidValue(
                "COMMAND", f"{command[0]} is not executable; chmod +x it, or name its interpreter"
            )
        raise InvalidValue("COMMAND", f"{command[0]} was not found")
