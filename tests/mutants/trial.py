"""Tries mutants: each in a process of its own, forked from one that has imported and collected everything.

So a trial costs the tests that it runs and nothing else, and whatever a mutant replaces is gone with its process.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from contract_tests.choice import target_of
from contract_tests.clauses import ids_of
from contract_tests.diary import Diary
from contract_tests.shown import Shown
from fake_provider.contract import listener
from tests.lean import LEAN

from .mutant import DOCUMENTED, Mutant, of_profile
from .outcomes import Failure, Mistakes, Recorder, Trial

ROOT = Path(__file__).parents[2]
TIME_LIMIT_SECONDS = 1200.0
"""A trial that takes longer hangs: with all tests it takes half a minute, on a busy machine several."""
PATIENCE_SECONDS = 3.0
"""How long a test waits for a webhook of a mutant, which may never come."""

_ABOUT = pytest.StashKey[Mapping[pytest.Item, Set[str]]]()
_FORK = multiprocessing.get_context("fork")


class Depth(Enum):
    """How much of the suite is run against each mutant."""

    QUICK = "quick"  # the tests of the clauses that have to catch it, until one does
    EXPECTED = "expected"  # all tests of these clauses; where none catches it the others, until one does
    FULL = "full"  # everything


Told = Callable[[Trial], None]


@dataclass(slots=True)
class Trials:
    """A pytest plugin that, in the place of running the tests once, runs them against each of *mutants*.

    None among the mutants is the provider as it is. *told* hears of each trial as it ends.
    """

    mutants: Sequence[Mutant | None]
    depth: Depth
    jobs: int
    told: Told
    done: list[Trial] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the trials; True tells pytest that nothing else is to be run."""
        waiting, running = deque(self.mutants), dict[Connection, _Running]()
        _prepare(session)
        try:
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    begun = _Running.begin(session, waiting.popleft(), self.depth)
                    running[begun.answers] = begun
                for one in _ended(running):
                    trial = running.pop(one.answers).end()
                    self.done.append(trial)
                    self.told(trial)
        finally:
            for one in running.values():
                one.process.kill()
        return True


@dataclass(frozen=True, slots=True)
class _Running:
    """A trial on its way."""

    name: str | None
    process: BaseProcess
    answers: Connection
    since: float

    @classmethod
    def begin(cls, session: pytest.Session, mutant: Mutant | None, depth: Depth) -> _Running:
        answers, says = _FORK.Pipe(duplex=False)
        process = _FORK.Process(
            target=_in_the_fork, args=(session, mutant, depth, answers, says), daemon=True
        )
        process.start()
        says.close()
        return cls(mutant.name if mutant else None, process, answers, time.monotonic())

    @property
    def is_late(self) -> bool:
        return time.monotonic() - self.since > TIME_LIMIT_SECONDS

    def end(self) -> Trial:
        seconds = time.monotonic() - self.since
        try:
            if self.is_late:
                raise EOFError(f"it was still running after {TIME_LIMIT_SECONDS:.0f} s")
            trial: Trial = self.answers.recv()
        except EOFError as error:
            self.process.kill()
            why = str(error) or "its process ended without a word"
            trial = Trial(name=self.name, crashed=(Failure("the run", (), why),))
        self.process.join()
        self.answers.close()
        return replace(trial, seconds=seconds)


def _ended(running: dict[Connection, _Running]) -> Iterator[_Running]:
    ready = wait(list(running), timeout=1.0)
    return iter([one for one in running.values() if one.answers in ready or one.is_late])


def _in_the_fork(
    session: pytest.Session, mutant: Mutant | None, depth: Depth, answers: Connection, says: Connection
) -> None:
    answers.close()  # or it would wait for ever to be heard, should whoever began it be gone
    with open(os.devnull, "w") as nowhere:  # what tests print is nobody's business here
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    says.send(tried(session, mutant, depth))
    says.close()


def tried(session: pytest.Session, mutant: Mutant | None, depth: Depth) -> Trial:
    """Make every fake of this process the mutant, run tests of *session*, and return what they said."""
    recorder, mistakes = Recorder(), Mistakes()
    with pytest.MonkeyPatch.context() as patch:
        if mutant is not None:
            mutant.seam(patch)
            patch.setattr(listener, "PATIENCE_SECONDS", PATIENCE_SECONDS)
        _show_nothing(session.config, patch)
        logging.getLogger("fake_nexmo").addHandler(mistakes)
        session.config.pluginmanager.register(recorder)
        expected, others = _chosen(session, mutant, depth)
        for number, item in enumerate((*expected, *others)):
            is_caught = bool(recorder.caught)
            if is_caught and (depth is Depth.QUICK or (depth is Depth.EXPECTED and number >= len(expected))):
                break
            # Nothing is shared between contract tests, so that each is torn down as if it were the last.
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return Trial(
        name=mutant.name if mutant else None,
        ran=recorder.ran,
        caught=tuple(recorder.caught),
        crashed=tuple(recorder.crashed),
        broken=tuple(dict.fromkeys(mistakes.seen)),
    )


def _prepare(session: pytest.Session) -> None:
    """Do once what each fork would do anew: load modules and compile patterns, for one."""
    _about(session)
    with target_of(session.config).open():
        pass
    assert threading.active_count() == 1, "who has threads should not fork"
    gc.freeze()  # what a collection in a fork looks at would be copied for it


def _show_nothing(config: pytest.Config, patch: pytest.MonkeyPatch) -> None:
    """Leave out what a failed test shows: nobody reads it, and it takes longer than the test."""
    config.option.tbstyle = "native"
    patch.setattr(Diary, "end", lambda *_: ())
    for _, plugin in config.pluginmanager.list_name_plugin():
        if isinstance(plugin, Shown):
            config.pluginmanager.unregister(plugin)


def _about(session: pytest.Session) -> Mapping[pytest.Item, Set[str]]:
    """Return the clauses that each test of *session* is about."""
    if _ABOUT not in session.stash:
        session.stash[_ABOUT] = {item: frozenset(ids_of(item)) for item in session.items}
    return session.stash[_ABOUT]


def _chosen(
    session: pytest.Session, mutant: Mutant | None, depth: Depth
) -> tuple[Sequence[pytest.Item], Sequence[pytest.Item]]:
    """Return the tests of the clauses that have to catch the mutant, and the others that are to be run."""
    if mutant is None:
        return session.items, ()
    about = _about(session)
    expected = [item for item in session.items if not about[item].isdisjoint(mutant.clauses)]
    if depth is Depth.QUICK and expected:
        return expected, ()
    return expected, [item for item in session.items if item not in expected]


def run(
    mutants: Sequence[Mutant | None], *, depth: Depth, jobs: int, told: Told = lambda _: None
) -> Sequence[Trial]:
    """Try each of *mutants*, None is the provider as it is; returns the trials as they ended.

    Raises:
        RuntimeError: the tests could not be collected.
        KeyboardInterrupt: somebody would not wait.
    """
    sessions = by_profile(mutants).items()
    return [
        trial for profile, ones in sessions for trial in _run_of(profile, Trials(ones, depth, jobs, told))
    ]


def by_profile(mutants: Sequence[Mutant | None]) -> Mapping[str, Sequence[Mutant | None]]:
    """Return the mutants of each profile that has some; None, the provider as it is, stands for itself in each."""
    named = [one for one in mutants if one is not None]
    profiles = dict.fromkeys(one.profile for one in named) or {DOCUMENTED: None}
    right = [one for one in mutants if one is None]
    return {profile: [*right, *(one for one in named if one.profile == profile)] for profile in profiles}


def _run_of(profile: str, trials: Trials) -> Sequence[Trial]:
    """Try mutants of one profile, in a session of pytest that has collected what is true of it."""
    left_out = ("terminal", "xdist", "logging")
    options = ["--capture=no", *LEAN, *(word for name in left_out for word in ("-p", f"no:{name}"))]
    # The mutants have imported what pytest would rewrite; nothing asserts there.
    alone = ["-o", "addopts=--import-mode=importlib", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    tests = [str(ROOT / "contract_tests"), "--ignore", str(ROOT / "contract_tests" / "client")]
    with pytest.MonkeyPatch.context() as patch:
        if profile != DOCUMENTED:
            of_profile(profile)(patch)
        code = pytest.main([*options, *alone, f"--rootdir={ROOT}", *tests], plugins=[trials])
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if len(trials.done) < len(trials.mutants):
        raise RuntimeError(f"pytest ended with {code!r}: the contract tests cannot be collected")
    return trials.done
