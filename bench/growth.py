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

from oauthlib.oauth1 import Client

from bench.context import Context
from bench.errors import CannotMeasure
from bench.fakes import REST, authorized, rich_fake
from bench.report import Bar, Chart, Section, Table, goal, goals, microseconds
from bench.stores import STORES, StoreKind
from bench.usage import available_memory
from fake_provider import FakeNexmo
from fake_provider.domain.wire import WireRequest
from fake_provider.settings import DEMO_APP

_SIZES = (100, 10_000, 1_000_000)
_QUICK_SIZES = (100, 1_000)
_ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

_TEXT = """\
One signed SMS in process, from the wire to the trace, with so many messages and as many nonces stored before; they are put
into the store directly. Each size is a process of its own; they are measured in turn, {calls} SMS at a time, {rounds}
times, with the garbage collector on: what it has to look through grows too. The ratio is the median of those of each
turn."""


def run(context: Context) -> Sequence[Section]:
    """Measure each store that can be had, at all sizes."""
    sizes = _QUICK_SIZES if context.quick else _SIZES
    rounds, calls = (3, 20) if context.quick else (51, 60)
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
    with ExitStack() as stack:
        context.say(f"{kind.name}: filling {', '.join(f'{size:,}' for size in sizes)}")
        pipes = [stack.enter_context(_filled_process(kind, size)) for size in sizes]
        for size, pipe in zip(sizes, pipes, strict=True):
            context.say(f"{kind.name}: {size:,} stored in {_told(pipe):.1f} s")
        context.say(f"{kind.name}: measuring {rounds} rounds")
        times = [[_asked(pipe, calls) for pipe in pipes] for _ in range(rounds + 1)]
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
def _filled_process(kind: StoreKind, size: int) -> Iterator[Connection]:
    """Fill a store in a process of its own, which tells how long that took, and then does as it is asked."""
    spawn = get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_hold, args=(kind.name, size, its), daemon=True)
    if size * kind.bytes_each > available_memory() > 0:
        raise CannotMeasure(f"{size:,} messages want {size * kind.bytes_each / 1e9:.1f} GB of memory")
    process.start()
    its.close()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def _hold(name: str, size: int, pipe: Connection) -> None:
    kind = next(kind for kind in STORES if kind.name == name)
    with kind.fake(size) as fake:
        _, token, secret = authorized(fake)
        began = time.perf_counter()
        gc.disable()  # it would look through all again and again
        kind.fill(fake, size, token)
        gc.enable()
        gc.collect()
        pipe.send(time.perf_counter() - began)
        send = Sender(fake, token, secret)
        try:
            while calls := pipe.recv():
                pipe.send(send(calls))
        except EOFError:
            pass


class Sender:
    """Sends signed SMS to one fake."""

    def __init__(self, fake: FakeNexmo, token: str, secret: str) -> None:
        self._respond = fake.application.respond
        self._client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def __call__(self, calls: int) -> float:
        """Send *calls* SMS; return the seconds that each took, without those of signing it."""
        wires = [self._signed() for _ in range(calls)]
        started = time.perf_counter()
        for wire in wires:
            assert self._respond(wire).status == 200
        return (time.perf_counter() - started) / calls

    def _signed(self) -> WireRequest:
        url, headers, body = self._client.sign(f"{REST}/sms/json", "POST", body=_ENCODED, headers=_HEADERS)
        return WireRequest.to("POST", url, headers=tuple(headers.items()), body=body.encode())


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
