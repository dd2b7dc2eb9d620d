"""How runs of ``contract_tests`` are started as programs of their own: without what the outer run has in its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.lean import LEAN

ROOT = Path(__file__).parent.parent.parent
PYTEST = [sys.executable, "-m", "pytest", *LEAN]


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without credentials or another run's options; with a wide terminal, and *more*."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))
    }
    return inherited | {"COLUMNS": "200"} | more


def importable(folder: Path) -> dict[str, str]:
    """Return the variable by which modules in *folder* are found, and these sources before others that are installed."""
    return {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}


def pytest_of(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own, which finds plugins in *cwd*."""
    return run([*PYTEST, "-q", *arguments], cwd=cwd, environment=clean_environment(**importable(cwd)))


def run(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run *command* to its end without a terminal: there is nobody to ask."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
