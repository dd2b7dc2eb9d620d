"""What processes take of the machine, as Linux tells it in /proc: a server is its whole session, children too."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.errors import CannotMeasure

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")

# Numbers of the members of /proc/PID/stat behind the name, from 0: proc_pid_stat(5) counts from 1, and the name is 2.
_PARENT, _SESSION = 1, 3
_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM = 11, 12, 13, 14

# Members of the first line of /proc/stat. Interrupts are left out: where the kernel does not keep their time apart, it
# is in that of the processes already.
_BUSY = ("user", "nice", "system", "steal")
_COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")


def ensure_known() -> None:
    """Raise CannotMeasure where there is no such /proc."""
    if not (_PROC / "stat").exists():
        raise CannotMeasure("it reads the CPU time of processes in /proc, which only Linux has")


def busy_seconds() -> float:
    """Return the CPU seconds that all processes took since the machine started, with what its host took from it."""
    values = (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    columns = dict(zip(_COLUMNS, map(int, values), strict=False))
    return sum(columns[name] for name in _BUSY) / _TICKS


def cpu_seconds(session: int) -> float:
    """Return the CPU seconds of a session, with those of its children that have ended."""
    return (
        sum(
            int(stat[member])
            for stat in map(_stat, _pids(session))
            if stat
            for member in (_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM)
        )
        / _TICKS
    )


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a session: of what is resident, and of that with what is shared shared out (PSS)."""

    resident: int
    proportional: int


def memory(session: int) -> Memory:
    """Return what a session holds in memory."""
    resident = proportional = 0
    for pid in _pids(session):
        with suppress(OSError):  # it may just have ended
            resident += _kilobytes(_PROC / str(pid) / "status", "VmRSS:")
            proportional += _kilobytes(_PROC / str(pid) / "smaps_rollup", "Pss:")
    return Memory(resident * 1024, proportional * 1024)


def available_memory() -> int:
    """Return the bytes that can still be had; 0 where it cannot be known."""
    path = _PROC / "meminfo"
    return _kilobytes(path, "MemAvailable:") * 1024 if path.exists() else 0


def _kilobytes(path: Path, name: str) -> int:
    for line in path.read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _pids(session: int) -> Iterator[int]:
    """Yield the processes of a session, and what descends from them: PostgreSQL's have each a session of its own."""
    stats = {int(entry.name): _stat(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdigit()}
    found: set[int] = set()
    more = {pid for pid, stat in stats.items() if stat and int(stat[_SESSION]) == session}
    while more:
        yield from more
        found |= more
        more = {pid for pid, stat in stats.items() if stat and int(stat[_PARENT]) in more} - found


def _stat(pid: int) -> list[str]:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    return text.rpartition(")")[2].split()
