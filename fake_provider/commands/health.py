"""``fake-nexmo health``."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from . import environment, values

if TYPE_CHECKING:
    from .parser import Commands

_PAUSE_SECONDS = 0.1  # between two tries of --wait


def add(commands: Commands) -> None:
    health = commands.add_parser(
        "health",
        help="ask a running fake whether it is well",
        description="Ask a running fake whether it is well, and its database reachable: for the probes of containers and "
        f"services, and for scripts that wait. The control token comes from {environment.CONTROL_TOKEN}. "
        "Exit code 0: it is well, 1: it is not, 2: wrong use.",
        epilog="example: fake-nexmo health --wait 30 && pytest",
    )
    health.set_defaults(run=_health)
    health.add_argument(
        "--url",
        type=values.server,
        default="http://127.0.0.1:8080",
        help="where it serves; unix:PATH for a socket (default: %(default)s)",
    )
    health.add_argument(
        "--wait",
        type=values.grace,
        default=0.0,
        metavar="SECONDS",
        help="ask again for so long until it is well (default: ask once)",
    )
    health.add_argument(
        "--live",
        action="store_true",
        help="be content with any answer, such as that the database is away: for a probe that restarts what fails",
    )


def _health(options: argparse.Namespace) -> int:
    from .probe import Unwell, asked  # which knows HTTP: no other command needs to

    until = time.monotonic() + options.wait
    while True:
        try:
            print(asked(options.url, is_live_enough=options.live))
        except Unwell as problem:
            if time.monotonic() < until:
                time.sleep(_PAUSE_SECONDS)
                continue
            print(f"fake-nexmo: {problem}", file=sys.stderr)
            return 1
        return 0
