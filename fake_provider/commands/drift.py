"""``fake-nexmo drift``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from . import environment, values

if TYPE_CHECKING:
    from .parser import Commands


def add(commands: Commands) -> None:
    """Add the command."""
    drift = commands.add_parser(
        "drift",
        help="compare a recording of the provider with a fake, by clause of the contract",
        description="Send the requests of a recording, which pytest --pyargs contract_tests --record DIR has made, to a fake, "
        "signed anew, and say where its answers differ from the recorded ones, by clause of the contract. "
        "Exit code: 0 where no clause forbids a difference, 1 where one does, 2 for wrong use.",
        epilog="example: fake-nexmo drift recordings/nexmo --html drift.html",
    )
    drift.set_defaults(run=_drift)
    drift.add_argument("folder", type=Path, metavar="DIR", help="the recording")
    drift.add_argument(
        "--against",
        type=values.origin,
        metavar="URL",
        help="a fake that runs (default: a fresh one in this process, of the recording's profile)",
    )
    drift.add_argument(
        "--control-token",
        type=values.control_token,
        default=environment.given(environment.CONTROL_TOKEN, environment.TESTS_CONTROL_TOKEN),
        metavar="TOKEN",
        help=f"what control calls of that fake must bring (default: ${environment.CONTROL_TOKEN}, "
        f"else ${environment.TESTS_CONTROL_TOKEN})",
    )
    drift.add_argument(
        "--json", type=Path, metavar="FILE", help="write the report as JSON; - is standard output"
    )
    drift.add_argument(
        "--junit-xml", type=Path, metavar="FILE", help="write it as JUnit XML, a case for each clause"
    )
    drift.add_argument("--html", type=Path, metavar="FILE", help="write it as one page")


def _drift(options: argparse.Namespace) -> int:
    from ..drift.command import run

    return run(options)
