"""``fake-nexmo compare``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Commands


def add(commands: Commands) -> None:
    """Add the command."""
    compare = commands.add_parser(
        "compare",
        help="say which clauses of the contract broke, or were mended, between two runs of the contract tests",
        description="Compare two reports that pytest --pyargs contract_tests --contract-report FILE has written, and say which "
        "clauses broke, which were mended, and which are no longer checked, and why. "
        "Exit code: 0 where none broke, 1 where one did that was not broken before, 2 for wrong use, "
        "and where one of the two runs ended early.",
        epilog="example: fake-nexmo compare before.json after.json",
    )
    compare.set_defaults(run=_compare)
    compare.add_argument("old", type=Path, metavar="OLD.json", help="the report of the earlier run")
    compare.add_argument("new", type=Path, metavar="NEW.json", help="the report of the later run")


def _compare(options: argparse.Namespace) -> int:
    from ..progress.command import run

    return run(options)
