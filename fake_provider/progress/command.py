"""``fake-nexmo compare``: says what changed between two reports. Exit code 1 where a clause broke."""

from __future__ import annotations

import argparse
import sys

from . import display
from .changes import changes
from .saved import saved


def run(options: argparse.Namespace) -> int:
    """Compare; returns 1 where a clause broke that was not broken before, else 0. Raises ReportError."""
    found = changes(saved(options.old), saved(options.new))
    display.show(found, sys.stdout)
    return 1 if found.is_worse else 0
