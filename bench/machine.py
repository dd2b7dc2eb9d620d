"""Where and with what a run measured, as far as a program can see."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import postgres, workshop, wrk
from bench.report import Table
from bench.windows import cores

_OWN = ("fake-nexmo", "oauthlib", "httptools", "requests-oauthlib", "responses", "httpx", "respx", "werkzeug")


def described(began: datetime) -> Table:
    """Return what it is."""
    rows = [
        ("measured", f"{began:%Y-%m-%d %H:%M} UTC"),
        ("processor", _processor()),
        ("cores", str(cores())),
        ("memory", _memory()),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("load average before", " ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]
    return Table(header=("", "this run"), rows=rows, words=2)


def now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def versions() -> Table:
    """Return who was measured, in which version."""
    rows: list[Sequence[str]] = [(name, version(name), "the project's") for name in _OWN]
    for package, number in workshop.versions().items():
        wanted = workshop.node_wanted(package)
        rows.append((package, f"{number} (asks for Node {wanted})" if wanted else number, ".bench/"))
    programs = {
        "Node": _first_line("node", "--version"),
        "Java": _first_line("java", "-version"),
        "PostgreSQL": postgres.version(),
        "wrk": wrk.version(),
    }
    rows += [(name, found or "missing", "the system's") for name, found in programs.items()]
    return Table(header=("", "version", "whose"), rows=rows, words=3)


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"
    except (ValueError, OSError):
        return "unknown"


def _first_line(program: str, asking: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    said = subprocess.run([found, asking], capture_output=True, text=True, check=False)
    return (said.stdout + said.stderr).strip().split("\n", 1)[0]
