"""What every part is given."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.report import Section


class Progress:
    """Says what is being done, a line each, with the time since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        """Say *text* on standard error."""
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        print(f"{minutes:3}:{seconds:02}  {text}", file=sys.stderr, flush=True)

    def of(self, part: str) -> Callable[[str], None]:
        """Return the same for one part."""
        return lambda text: self(f"{part}: {text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """How a part is to measure."""

    quick: bool  # a smoke test: short windows, few rounds
    say: Callable[[str], None]
    folder: Path  # for what only lives as long as the run


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the benchmark."""

    name: str  # for --only
    title: str
    run: Callable[[Context], Sequence[Section]]
    needs_peers: bool = False
