"""From the start of a process to its first right answer."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from bench.context import Context
from bench.errors import CannotMeasure
from bench.report import Bar, Chart, Section, Table, goal, goals, milliseconds
from bench.running import free_port
from bench.servers import FAKE, PEERS, Contestant, started

_WANTED_SECONDS = 0.150
_MOST_SECONDS = 90.0
_TEXT = """\
From the start of the process to the first right answer with status 200, asked for again every millisecond; median of {rounds},
in turn, with files and bytecode in the caches. The fake answers an SMS by api_key, the others what they are asked above.
It is a Python process like moto_server and pytest-httpserver; Prism and mountebank run on Node, WireMock on Java."""


def run(context: Context) -> Sequence[Section]:
    """Start each several times, in turn; the first time is not counted: it fills caches of files and bytecode."""
    rounds = 1 if context.quick else 5
    times: dict[str, list[float]] = {}
    notes: list[str] = []
    absent: set[str] = set()
    deadline = time.monotonic() + _MOST_SECONDS
    for number in range(rounds + 1):
        if number > 1 and time.monotonic() > deadline:
            break  # on a machine that is busy with something else
        context.say(f"round {number} of {rounds}" if number else "once, for caches")
        for one in (FAKE, *PEERS):
            if one.name in absent:
                continue
            try:
                taken = _once(one, context)
            except CannotMeasure as error:
                absent.add(one.name)
                notes.append(f"not measured: {one.name}. {error}")
            else:
                times.setdefault(one.name, []).extend([taken] if number else [])
    return [_section({name: found for name, found in times.items() if found}, notes)]


def _once(contestant: Contestant, context: Context) -> float:
    with started(contestant, free_port(), context.folder) as server:
        return server.seconds_to_first_answer


def _section(times: dict[str, list[float]], notes: Sequence[str]) -> Section:
    medians = {name: statistics.median(found) for name, found in times.items()}
    order = sorted(medians, key=medians.__getitem__)
    ours = medians.get(FAKE.name)
    tables = [
        Table(
            header=("", "median", "quickest", "slowest"),
            rows=[
                (
                    f"**{name}**" if name == FAKE.name else name,
                    *map(milliseconds, (medians[name], min(times[name]), max(times[name]))),
                )
                for name in order
            ],
        )
    ]
    if ours is not None:
        quickest = min((medians[name] for name in order if name != FAKE.name), default=None)
        rows = [goal("under 150 ms", measured=milliseconds(ours), reached=ours < _WANTED_SECONDS)]
        if quickest is not None:
            rows.append(
                goal(
                    "ahead of all peers",
                    measured=f"{milliseconds(ours)} against {milliseconds(quickest)}",
                    reached=ours < quickest,
                )
            )
        tables.append(goals(rows))
    return Section(
        title="Start",
        text=_TEXT.format(rounds=max(map(len, times.values()), default=0)),
        tables=tables,
        charts=[
            Chart(
                title="Start to first answer",
                better="less is better",
                bars=[
                    Bar(name, medians[name], milliseconds(medians[name]), is_ours=name == FAKE.name)
                    for name in order
                ],
            )
        ],
        notes=notes,
    )
