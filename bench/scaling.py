"""From one worker to two, on each store that workers can share, and what bounds it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from bench import signing, usage, wrk
from bench.context import Context
from bench.errors import CannotMeasure
from bench.report import Bar, Chart, Section, Table, milliseconds
from bench.running import free_port
from bench.servers import FAKE, Command, serve_command, started
from bench.stores import STORES
from bench.targets import Ledger, signed
from bench.windows import CONNECTIONS, Figures, Target, Window, cores, figures, in_turn, warm

_WORKERS = (1, 2)
_BUSY = 0.90
"""The share of all cores from which on it is they that bound it."""

_TEXT = """\
The same signed SMS over HTTP by wrk on {connections} connections, {rounds} × {seconds} s in turn, with `--database` and
`--workers`; all on the same {cores} cores, wrk and the database too. SQLite writes to a file, PostgreSQL is a server of its
own as it comes (it waits for the disk). In cores: how much time each of them had, of {cores}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setup:
    """One way to serve."""

    store: str
    workers: int
    options: Sequence[str]
    database: int | None = None  # the session of its server

    @property
    def name(self) -> str:
        """Return what it is called in the report."""
        return f"{self.store}, {self.workers} worker{'s' * (self.workers > 1)}"


def run(context: Context) -> Sequence[Section]:
    """Measure one worker on each store, and two where they can share it."""
    usage.ensure_known()
    wrk.ensure_there()
    seconds, rounds = (1, 1) if context.quick else (4, 3)
    notes: list[str] = []
    targets: dict[str, Target] = {}
    ledgers: dict[str, Ledger] = {}
    setups = []
    with ExitStack() as stack:
        signer = stack.enter_context(signing.signer())
        for setup in _setups(stack, notes):
            context.say(f"starting {setup.name}")
            contestant = replace(FAKE, name=setup.name, command=_command(setup.options))
            try:
                server = stack.enter_context(started(contestant, free_port(), context.folder))
            except CannotMeasure as error:
                notes.append(f"not measured: {setup.name}. {error}")
                continue
            setups.append(setup)
            targets[setup.name], _ = signed(server, signer, context.folder, beside=setup.database)
            ledgers[setup.name] = Ledger(server)

        def check(target: Target, seen: Window) -> None:
            ledgers[target.server.name].check(seen)

        rates = {
            name: warm(target, cpu_seconds=0.0, at_least=1, guess=3_000, after=check).rate
            for name, target in targets.items()
        }
        found = in_turn(
            list(targets.values()), rates, rounds=rounds, seconds=seconds, say=context.say, after=check
        )
    measured = {name: figures(windows) for name, windows in found.items()}
    text = _TEXT.format(connections=CONNECTIONS, rounds=rounds, seconds=seconds, cores=cores())
    return [_section(setups, measured, text, notes)]


def _setups(stack: ExitStack, notes: list[str]) -> Iterator[_Setup]:
    yield _Setup(store="memory", workers=1, options=())
    known = _options_of_serve()
    for kind in STORES[1:]:
        try:
            kind.ensure_there()
            if "--database" not in known:
                raise CannotMeasure("fake-nexmo serve has no --database in this version")
            place = stack.enter_context(kind.place())
        except CannotMeasure as error:
            notes.append(f"not measured: {kind.name}. {error}")
            continue
        for workers in _WORKERS:
            if workers > 1 and "--workers" not in known:
                notes.append(
                    f"not measured: {kind.name}, {workers} workers. There is no --workers in this version"
                )
                continue
            url = place.create(f"shared{workers}")
            options = ["--database", str(url), *(["--workers", str(workers)] if workers > 1 else [])]
            yield _Setup(store=kind.name, workers=workers, options=options, database=place.session)


def _options_of_serve() -> str:
    command = [sys.executable, "-m", "fake_provider", "serve", "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _command(options: Sequence[str]) -> Command:
    return lambda port, folder: serve_command(port, folder, *options)


def _bound(it: Figures, setup: _Setup) -> str:
    """Say what keeps it from being faster, by who had how much time."""
    used = it.server_cores + it.beside_cores + it.wrk_cores
    if used >= _BUSY * cores():
        return f"the {cores()} cores"
    if used + it.others_cores >= _BUSY * cores():
        return "what others on this machine leave"
    if it.server_cores >= _BUSY * setup.workers:
        return "one core for each worker: Python's lock"
    return "waiting: for the disk, and for each other"


def _section(
    setups: Sequence[_Setup], measured: Mapping[str, Figures], text: str, notes: Sequence[str]
) -> Section:
    rows, bars = [], []
    for setup in setups:
        it = measured[setup.name]
        one = measured.get(replace(setup, workers=1).name)
        rows.append(
            (
                setup.name,
                f"{it.rate:,.0f}",
                f"{it.rate / one.rate:.2f}" if one is not None else "",
                milliseconds(it.p50),
                milliseconds(it.p99),
                f"{it.server_cores:.2f}",
                f"{it.beside_cores:.2f}" if setup.database is not None else "",
                f"{it.wrk_cores:.2f}",
                _bound(it, setup),
                f"{it.windows - it.disturbed} of {it.windows}",
            )
        )
        bars.append(Bar(setup.name, it.rate, f"{it.rate:,.0f}", is_ours=True))
    header = (
        "",
        "requests/s",
        "against one",
        "p50",
        "p99",
        "cores: workers",
        "database",
        "wrk",
        "bound by",
        "quiet windows",
    )
    return Section(
        title="Scaling",
        text=text,
        tables=[Table(header=header, rows=rows)],
        charts=[Chart(title="Requests per second, by store and workers", better="more is better", bars=bars)],
        notes=notes,
    )
