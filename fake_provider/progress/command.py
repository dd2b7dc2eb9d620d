"""``fake-nexmo compare``: says what changed between two reports. Exit code 1 where a clause broke."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import display
from .changes import changes
from .saved import ReportError, Saved, saved


def run(options: argparse.Namespace) -> int:
    """Compare; returns 1 where a clause broke that was not broken before, else 0. Raises ReportError."""
    found = changes(_whole(options.old), _whole(options.new))
    display.show(found, sys.stdout)
    return 1 if found.is_worse else 0


def _whole(path: Path) -> Saved:
    """Read the report of a run that came to its end: of another one, what was not checked says nothing."""
    found = saved(path)
    if found.ended_early is not None:
        why = display.printable(found.ended_early)
        raise ReportError(f"{path} is of a run that ended early: {why}; make it anew")
    return found
