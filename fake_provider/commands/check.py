"""``fake-nexmo check``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from . import values

if TYPE_CHECKING:
    from .parser import Commands


def add(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="run a client's command through the conformance scenarios",
        usage="%(prog)s [options] -- COMMAND …",
        description="Run COMMAND, a client in whatever language, through one private fake after another, and say what it does "
        "right and wrong. It finds its fake, its credentials and its SMS in the environment: NEXMO_DASHBOARD_URL, "
        "NEXMO_REST_URL, NEXMO_CONSUMER_KEY, NEXMO_CONSUMER_SECRET, NEXMO_CALLBACK_URL, NEXMO_SMS_TO, NEXMO_SMS_FROM, "
        "NEXMO_SMS_TEXT. It is to ask for a request token, read one line from standard input (the verifier, or nothing), ask "
        "for an access token, send the SMS, and end with exit code 0 where it was accepted. "
        "Exit code of check: 0 without FAILED, 1 with, 2 for wrong use.",
        epilog="example: fake-nexmo check --html report.html -- python my_client.py",
    )
    check.set_defaults(run=_check)
    check.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="run this one only; may be repeated",
    )
    check.add_argument(
        "--timeout",
        type=values.seconds,
        default=20.0,
        metavar="SECONDS",
        help="for one run of COMMAND (default: 20)",
    )
    check.add_argument(
        "--jobs",
        type=values.positive,
        metavar="N",
        help="so many runs at the same time (default: one for each processor)",
    )
    check.add_argument(
        "--real-hosts",
        action="store_true",
        help="let COMMAND reach the fake under the real host names, as run does: for a client with hard-coded URLs",
    )
    check.add_argument(
        "--json", type=Path, metavar="FILE", help="write the report as JSON; - is standard output"
    )
    check.add_argument(
        "--junit-xml", type=Path, metavar="FILE", help="write it as JUnit XML, for a CI server"
    )
    check.add_argument(
        "--html", type=Path, metavar="FILE", help="write it as one page, with all that was sent"
    )
    check.add_argument("client", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)


def _check(options: argparse.Namespace) -> int:
    from ..conformance.command import run

    return run(options)
