"""Times two things in turn, so that a machine whose speed drifts slows both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds per call of each, and the ratio pair by pair: medians."""

    first_seconds: float
    second_seconds: float
    ratio: float


def seconds(run: Callable[[], object], calls: int) -> float:
    """Return the seconds that one of *calls* calls takes."""
    started = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - started) / calls


def median_seconds(run: Callable[[], object], *, rounds: int = 31, calls: int = 1) -> float:
    """Return the median over *rounds* of the seconds per call, after one call to warm up."""
    run()
    return statistics.median(seconds(run, calls) for _ in range(rounds))


def paired(
    first: Callable[[int], float],
    second: Callable[[int], float],
    *,
    rounds: int,
    calls: int,
    collect_garbage: bool = False,
) -> Pair:
    """Run *first* and *second* in turn; each takes a number of calls and returns the seconds per call."""
    first(calls), second(calls)
    gc.collect()
    if not collect_garbage:
        gc.disable()
    try:
        times = [(first(calls), second(calls)) for _ in range(rounds)]
    finally:
        gc.enable()
    return Pair(
        statistics.median(a for a, _ in times),
        statistics.median(b for _, b in times),
        statistics.median(a / b for a, b in times),
    )
