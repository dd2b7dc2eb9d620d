"""Short windows of load, in turn over all servers, so that a machine whose speed drifts slows them all."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import usage, wrk
from bench.running import Running

CONNECTIONS = 16
DISTURBED = 0.10
"""The share of a core beyond which what others did in a window falsifies it."""


_PLENTY = 1.7  # times as many requests are prepared as the warmed server would take


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What was seen in one window."""

    seen: wrk.Seen
    server_cpu_seconds: float
    beside_cpu_seconds: float  # of a server that works for it
    others_cpu_seconds: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.seen.requests / self.seen.seconds

    @property
    def is_disturbed(self) -> bool:
        """Whether others used the cores."""
        return self.others_cpu_seconds > DISTURBED * self.seen.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Medians over the windows that nobody disturbed, or over all where each was."""

    rate: float
    p50: float
    p99: float
    cpu_seconds_per_1000: float
    server_cores: float  # how many cores' worth of time the server had
    beside_cores: float
    wrk_cores: float
    others_cores: float
    windows: int
    disturbed: int
    failed: int  # requests that were not answered, or not with 200

    @property
    def is_quiet(self) -> bool:
        """Whether there were windows that nobody disturbed."""
        return self.disturbed < self.windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A server under load."""

    server: Running
    script: Callable[[int], Path]
    """Makes wrk's script for a window, given what it may take at most."""
    beside: int | None = None  # the session of a server that works for it


def window(target: Target, *, seconds: int, most: int, connections: int = CONNECTIONS) -> Window:
    """Measure one window; *most* is how many requests are prepared. Where they do not last, ``seen.ran_out`` is true."""
    script = target.script(most)
    before = _spent(target)
    seen = wrk.load(target.server.url, script, seconds=seconds, connections=connections)
    server, beside, own, busy = (b - a for a, b in zip(before, _spent(target), strict=True))
    return Window(
        seen=seen,
        server_cpu_seconds=server,
        beside_cpu_seconds=beside,
        others_cpu_seconds=max(0.0, busy - server - beside - own - seen.own_cpu_seconds),
    )


def _spent(target: Target) -> Sequence[float]:
    """Return the CPU seconds of the server, of the one beside it, of this process, and of all there are."""
    taken = resource.getrusage(resource.RUSAGE_SELF)
    return (
        usage.cpu_seconds(target.server.session),
        usage.cpu_seconds(target.beside) if target.beside is not None else 0.0,
        taken.ru_utime + taken.ru_stime,
        usage.busy_seconds(),
    )


def warm(
    target: Target,
    *,
    cpu_seconds: float,
    at_least: int = 2,
    at_most: int = 60,
    guess: int = 8_000,
    after: Callable[[Target, Window], None] = lambda _, __: None,
) -> Window:
    """Load a server until it has used *cpu_seconds*, in steps of *at_least* seconds; return the last window.

    *guess* is how many requests a second are prepared; *after* is called behind each window.
    """
    deadline = time.monotonic() + at_most
    while True:
        last = window(target, seconds=at_least, most=at_least * guess)
        after(target, last)
        if usage.cpu_seconds(target.server.session) >= cpu_seconds or time.monotonic() > deadline:
            return last


def in_turn(
    targets: Sequence[Target],
    rates: Mapping[str, float],
    *,
    rounds: int,
    seconds: int,
    say: Callable[[str], None],
    after: Callable[[Target, Window], None] = lambda _, __: None,
) -> Mapping[str, Sequence[Window]]:
    """Measure *rounds* windows of each; each round begins with another one.

    *rates* are what the servers did when they were warmed; *after* is called behind each window.
    """
    found: dict[str, list[Window]] = {target.server.name: [] for target in targets}
    for number in range(rounds):
        first = number % len(targets)
        for target in (*targets[first:], *targets[:first]):
            name = target.server.name
            most = int(rates[name] * seconds * _PLENTY) + 1_000
            while (seen := window(target, seconds=seconds, most=most)).seen.ran_out:
                say(f"{name} was faster than thought: once more, with more requests")
                after(target, seen)
                most *= 2
            found[name].append(seen)
            mark = (
                f", others used {seen.others_cpu_seconds / seen.seen.seconds:.0%} of a core"
                * seen.is_disturbed
            )
            say(f"round {number + 1} of {rounds}: {name}: {seen.rate:,.0f} requests/s{mark}")
            after(target, seen)
    return found


def figures(windows: Sequence[Window]) -> Figures:
    """Return the medians."""
    quiet = [window for window in windows if not window.is_disturbed] or list(windows)

    def median(of: Callable[[Window], float]) -> float:
        return statistics.median(map(of, quiet))

    return Figures(
        rate=median(lambda window: window.rate),
        p50=median(lambda window: window.seen.p50),
        p99=median(lambda window: window.seen.p99),
        cpu_seconds_per_1000=median(lambda window: window.server_cpu_seconds / window.seen.requests * 1000),
        server_cores=median(lambda window: window.server_cpu_seconds / window.seen.seconds),
        beside_cores=median(lambda window: window.beside_cpu_seconds / window.seen.seconds),
        wrk_cores=median(lambda window: window.seen.own_cpu_seconds / window.seen.seconds),
        others_cores=median(lambda window: window.others_cpu_seconds / window.seen.seconds),
        windows=len(windows),
        disturbed=sum(window.is_disturbed for window in windows),
        failed=sum(window.seen.broken + window.seen.refused for window in windows),
    )


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
