"""What a fake that remembers much costs beside one that remembers little, for each store."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from bench.context import Context
from bench.errors import CannotMeasure
from bench.fakes import Sender, authorized, rich_fake
from bench.report import Bar, Chart, Section, Table, goal, goals, microseconds
from bench.stores import STORES, StoreKind
from bench.usage import available_memory

_SIZES = (100, 10_000, 1_000_000)
_QUICK_SIZES = (100, 1_000)
_LEAST_ROUNDS, _MEASURE_SECONDS = 3, 30.0
_END_SECONDS = 10.0
_ROOM = 100_000  # for the messages that are sent while it is measured

_TEXT = """\
One signed SMS in process, from the wire to the trace, with so many messages and as many nonces stored before; they are put
into the store directly. Each size is a process of its own; they are measured in turn, {calls} SMS at a time, at most
{rounds} times, with the garbage collector on: what it has to look through grows too. The ratio is the median of those of each
turn."""


def run(context: Context) -> Sequence[Section]:
    """Measure each store that can be had, at all sizes."""
    sizes = _QUICK_SIZES if context.quick else _SIZES
    rounds, calls = (3, 20) if context.quick else (51, 40)
    rows, wanted, bars = [], [], []
    notes = []
    for kind in STORES:
        try:
            kind.ensure_there()
            filled = _measured(kind, sizes, rounds, calls, context)
        except CannotMeasure as error:
            notes.append(f"not measured: {kind.name}. {error}")
            continue
        few = filled[0]
        for size, times in zip(sizes, filled, strict=True):
            ratio = statistics.median(a / b for a, b in zip(times, few, strict=True))
            median = microseconds(statistics.median(times))
            rows.append((f"{kind.name}, {size:,}", median, f"{ratio:.2f}"))
            bars.append(Bar(f"{kind.name}, {size:,} stored", statistics.median(times), median, is_ours=True))
            if size != sizes[0]:
                what = f"{kind.name}, {size:,}: at most {kind.most_growth} times"
                wanted.append(goal(what, measured=f"{ratio:.2f} times", reached=ratio <= kind.most_growth))
    return [
        Section(
            title="Growth",
            text=_TEXT.format(calls=calls, rounds=rounds),
            tables=[
                Table(header=("store, and what is in it", "one SMS", f"against {sizes[0]}"), rows=rows),
                goals(wanted),
            ],
            charts=[Chart(title="One signed SMS, by what is stored", better="less is better", bars=bars)],
            notes=notes,
        )
    ]


def _measured(
    kind: StoreKind, sizes: Sequence[int], rounds: int, calls: int, context: Context
) -> Sequence[Sequence[float]]:
    """Return the seconds that one SMS takes, for each size, round by round."""
    with kind.place() as place, ExitStack() as stack:
        context.say(f"{kind.name}: filling {', '.join(f'{size:,}' for size in sizes)}")
        pipes = [
            stack.enter_context(_filled_process(kind, size, place.create(f"of{size}"))) for size in sizes
        ]
        for size, pipe in zip(sizes, pipes, strict=True):
            context.say(f"{kind.name}: {size:,} stored in {_told(pipe):.1f} s")
        context.say(f"{kind.name}: measuring, at most {rounds} turns")
        times: list[list[float]] = []
        deadline = time.monotonic() + _MEASURE_SECONDS
        while len(times) <= rounds and (len(times) <= _LEAST_ROUNDS or time.monotonic() < deadline):
            times.append([_asked(pipe, calls) for pipe in pipes])
    return list(zip(*times[1:], strict=True))  # the first warms up


def _asked(pipe: Connection, calls: int) -> float:
    pipe.send(calls)
    return _told(pipe)


def _told(pipe: Connection) -> float:
    try:
        return float(pipe.recv())
    except EOFError:
        raise CannotMeasure("a process that held a store has ended; its reason stands above") from None


@contextmanager
def _filled_process(kind: StoreKind, size: int, database: str | None) -> Iterator[Connection]:
    """Fill a store in a process of its own, which tells how long that took, and then does as it is asked."""
    spawn = get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_hold, args=(kind.name, size, database, its), daemon=True)
    if size * kind.bytes_each > available_memory() > 0:
        raise CannotMeasure(f"{size:,} messages want {size * kind.bytes_each / 1e9:.1f} GB of memory")
    process.start()
    its.close()
    try:
        yield ours
    finally:
        ours.close()
        process.join(_END_SECONDS)
        process.kill()
        process.join()


def _hold(name: str, size: int, database: str | None, pipe: Connection) -> None:
    kind = next(kind for kind in STORES if kind.name == name)
    fake = rich_fake(max_messages=2 * size + _ROOM, database=database)
    try:
        _, token, secret = authorized(fake)
        send = Sender(fake, token, secret)
        send(1)
        began = time.perf_counter()
        gc.disable()  # it would look through all again and again
        kind.fill(fake, size)
        gc.enable()
        gc.collect()
        pipe.send(time.perf_counter() - began)
        while calls := pipe.recv():
            pipe.send(send(calls))
    except EOFError:  # nobody asks any more
        pass
    finally:
        fake.close()


def bytes_per_message(messages: int = 5_000) -> float:
    """Return what one more stored message takes, of what was really sent."""
    sender = Sender(*authorized(rich_fake(max_messages=100_000)))
    sender(1_100)  # the trace is full from here on
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        sender(messages)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / messages
    finally:
        tracemalloc.stop()
