"""One signed SMS over HTTP: requests per second, latency, CPU and memory, beside the peers and the limit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import signing, usage, wrk
from bench.context import Context
from bench.errors import CannotMeasure
from bench.report import Bar, Chart, Section, Table, goal, goals, megabytes, milliseconds
from bench.running import free_port
from bench.servers import FAKE, PEERS, Contestant, limit, started
from bench.targets import Ledger, signed
from bench.windows import CONNECTIONS, DISTURBED, Figures, Target, Window, figures, in_turn, warm, window
from fake_provider.domain.message import MAX_MESSAGES
from fake_provider.trace import MAX_EXCHANGES

_AFTER, _FILL_SECONDS = 100_000, 60.0
_LEAD = "Prism", "moto_server", "pytest-httpserver"

_TEXT = """\
wrk on {connections} connections, one thread, {rounds} × {seconds} s for each server, in turn; each is a process of its own
on loopback, warmed up before. All are asked for `POST /sms/json` with the same body and an `Authorization` header signed
by oauthlib, but moto_server, which gets one of its own calls. **They do not do the same:** fake-nexmo verifies, charges,
stores and traces each SMS, and the balance of the account has confirmed after each window that it had accepted what wrk had
counted; the peers answer a constant by one static rule, and verify nothing. Request logs are off for all, as is WireMock's
journal. The limit is the fake's own server in front of a constant, alone and with oauthlib's `ResourceEndpoint` verifying
the same signatures. CPU is what the server and its children took for 1,000 requests: a busy machine falsifies it less."""


_MEMORY = f"""\
Of the process with its children, after its first answer and after the load above: what is resident, and PSS, in which pages
that processes share are shared out. The fake keeps the newest {MAX_MESSAGES:,} messages and {MAX_EXCHANGES:,} exchanges."""


@dataclass(slots=True)
class _Entry:
    """A server that takes part, with what is known of it so far."""

    contestant: Contestant
    target: Target
    idle: usage.Memory
    answered: int = 0
    after: list[tuple[int, usage.Memory]] = field(default_factory=list)


def run(context: Context) -> Sequence[Section]:
    """Measure all who can be started."""
    usage.ensure_known()
    wrk.ensure_there()
    seconds, rounds = (1, 1) if context.quick else (5, 3)
    with ExitStack() as stack:
        signer = stack.enter_context(signing.signer())
        stage = _Stage(context, signer)
        fake = stage.fake(stack)
        others = [limit(None), limit(stage.access.secret), *PEERS]
        notes = [note for one in others if (note := stage.invite(stack, one))]
        rates = {}
        for entry in stage.entries:
            context.say(f"warming up {entry.contestant.name}")
            seen = warm(
                entry.target,
                cpu_seconds=entry.contestant.warm_cpu_seconds,
                at_least=1 if context.quick else 2,
                at_most=1 if context.quick else 60,
                after=stage.count,
            )
            rates[entry.contestant.name] = seen.rate
        found = in_turn(
            [entry.target for entry in stage.entries],
            rates,
            rounds=rounds,
            seconds=seconds,
            say=context.say,
            after=stage.count,
        )
        if not context.quick:
            _fill_up(stage, fake, rates[FAKE.name], context)
        measured = {name: figures(windows) for name, windows in found.items()}
        text = _TEXT.format(connections=CONNECTIONS, rounds=rounds, seconds=seconds)
        return [_speed(stage.entries, measured, text, notes), _memory(stage.entries)]


class _Stage:
    """The servers that run, and what they are asked."""

    def __init__(self, context: Context, signer: signing.Signer) -> None:
        self._folder = context.folder
        self._say = context.say
        self._signer = signer
        self._ledger: Ledger | None = None
        self.entries: list[_Entry] = []
        self.access = signing.Access(token="", secret="")

    def fake(self, stack: ExitStack) -> _Entry:
        """Start the fake, and get an access token from it."""
        self._say(f"starting {FAKE.name}")
        server = stack.enter_context(started(FAKE, free_port(), self._folder))
        idle = usage.memory(server.session)
        target, self.access = signed(server, self._signer, self._folder)
        self._ledger = Ledger(server)
        entry = _Entry(FAKE, target, idle)
        self.entries.append(entry)
        # What the others are asked with: theirs may be repeated.
        self._signer.write(self._folder / "any.txt", self.access, FAKE.request, 1_000)
        return entry

    def invite(self, stack: ExitStack, contestant: Contestant) -> str:
        """Start another one; return why that was not possible, or ""."""
        self._say(f"starting {contestant.name}")
        try:
            server = stack.enter_context(started(contestant, free_port(), self._folder))
        except CannotMeasure as error:
            return f"not measured: {contestant.name}. {error}"
        lines = self._folder / "any.txt"
        if own := contestant.request.headers.get("Authorization"):
            lines = self._folder / f"{contestant.name}.txt"
            lines.write_text(own + "\n", encoding="ascii")
        number = len(self.entries)
        script = wrk.script(self._folder / f"{number}.lua", contestant.request, lines, once=False)
        target = Target(server=server, script=lambda _: script)
        self.entries.append(_Entry(contestant, target, usage.memory(server.session)))
        return ""

    def count(self, target: Target, seen: Window) -> None:
        """Keep what a window has shown, and see that all of it was right."""
        entry = next(entry for entry in self.entries if entry.target is target)
        entry.answered += seen.seen.requests
        if entry.contestant.is_ours:
            assert self._ledger is not None
            self._ledger.check(seen)
        elif seen.seen.refused:
            raise CannotMeasure(f"{target.server.name} refused {seen.seen.refused} requests")
        entry.after.append((entry.answered, usage.memory(target.server.session)))


def _fill_up(stage: _Stage, fake: _Entry, rate: float, context: Context) -> None:
    """Send the fake what is left of the requests after which its memory is wanted."""
    deadline = time.monotonic() + _FILL_SECONDS
    while fake.answered < _AFTER and time.monotonic() < deadline:
        context.say(f"{FAKE.name}: {fake.answered:,} of {_AFTER:,} requests, for its memory")
        wanted = min(30_000, _AFTER - fake.answered)
        stage.count(fake.target, window(fake.target, seconds=2 + int(wanted / rate), most=wanted))


# What is said about it


def _speed(
    entries: Sequence[_Entry], measured: dict[str, Figures], text: str, notes: Sequence[str]
) -> Section:
    order = sorted(entries, key=lambda entry: -measured[entry.contestant.name].rate)
    rows, bars, cpu = [], [], []
    for entry in order:
        name, it = entry.contestant.name, measured[entry.contestant.name]
        rows.append(
            (
                f"**{name}**" if entry.contestant.is_ours else name,
                f"{it.rate:,.0f}",
                milliseconds(it.p50),
                milliseconds(it.p99),
                f"{it.cpu_seconds_per_1000:.3f} s",
                f"{it.server_cores:.2f}",
                f"{it.windows - it.disturbed} of {it.windows}",
            )
        )
        bars.append(Bar(name, it.rate, f"{it.rate:,.0f}", is_ours=entry.contestant.is_ours))
        cpu.append(
            Bar(
                name,
                it.cpu_seconds_per_1000,
                f"{it.cpu_seconds_per_1000:.3f} s",
                is_ours=entry.contestant.is_ours,
            )
        )
    what = Table(
        header=("each request", "what is done"),
        rows=[(entry.contestant.name, entry.contestant.does) for entry in entries],
        words=2,
    )
    header = ("", "requests/s", "p50", "p99", "CPU for 1,000", "cores used", "quiet windows")
    failed = [f"{name}: {it.failed} requests failed" for name, it in measured.items() if it.failed]
    return Section(
        title="One signed SMS over HTTP",
        text=text,
        tables=[Table(header=header, rows=rows), goals(_goals(measured)), what],
        charts=[
            Chart(title="Requests per second, one worker", better="more is better", bars=bars),
            Chart(
                title="CPU for 1,000 requests",
                better="less is better",
                bars=sorted(cpu, key=lambda bar: bar.value),
            ),
        ],
        notes=[*notes, *failed, *_disturbance(measured)],
    )


def _disturbance(measured: dict[str, Figures]) -> Sequence[str]:
    disturbed, windows = (
        sum(it.disturbed for it in measured.values()),
        sum(it.windows for it in measured.values()),
    )
    said = (
        f"In {disturbed} of {windows} windows others used more than {DISTURBED:.0%} of a core. The medians are of the quiet "
        "windows; of all where there were none, and then only the CPU is to be trusted."
    )
    return [said] if disturbed else []


def _goals(measured: dict[str, Figures]) -> list[Sequence[str]]:
    ours = measured[FAKE.name]
    rows = []
    for name in _LEAD:
        if peer := measured.get(name):
            ahead = ours.rate > peer.rate
            rows.append(
                goal(
                    f"ahead of {name}",
                    measured=f"{ours.rate:,.0f} against {peer.rate:,.0f} requests/s",
                    reached=ahead if ours.is_quiet and peer.is_quiet else None,
                )
            )
    if bound := measured.get(limit("x").name):
        share = ours.rate / bound.rate
        by_cpu = bound.cpu_seconds_per_1000 / ours.cpu_seconds_per_1000
        rows.append(
            goal(
                "at least 80 % of the limit with oauthlib",
                measured=f"{share:.0%} of its requests/s; by CPU {by_cpu:.0%}",
                reached=(share if ours.is_quiet and bound.is_quiet else by_cpu) >= 0.8,
            )
        )
    return rows


def _memory(entries: Sequence[_Entry]) -> Section:
    rows, bars = [], []
    for entry in sorted(entries, key=lambda entry: entry.idle.proportional):
        answered, after = entry.after[-1]
        ours = entry.contestant.is_ours
        rows.append(
            (
                f"**{entry.contestant.name}**" if ours else entry.contestant.name,
                megabytes(entry.idle.resident),
                megabytes(entry.idle.proportional),
                megabytes(after.resident),
                megabytes(after.proportional),
                f"{answered:,}",
            )
        )
        bars.append(
            Bar(
                entry.contestant.name,
                entry.idle.proportional,
                megabytes(entry.idle.proportional),
                is_ours=ours,
            )
        )
    (fake,) = [entry for entry in entries if entry.contestant.is_ours]
    seen = dict(fake.after)  # looked at more often than requests came
    growth = [(f"{answered:,}", megabytes(memory.resident)) for answered, memory in seen.items()]
    idle = fake.idle.resident
    return Section(
        title="Memory",
        text=_MEMORY,
        tables=[
            Table(
                header=(
                    "",
                    "idle, resident",
                    "idle, PSS",
                    "after load, resident",
                    "after load, PSS",
                    "requests",
                ),
                rows=rows,
            ),
            Table(header=("fake-nexmo after requests", "resident"), rows=growth),
            goals([goal("idle under 45 MB", measured=megabytes(idle), reached=idle < 45e6)]),
        ],
        charts=[Chart(title="Memory when idle (PSS)", better="less is better", bars=bars)],
    )
