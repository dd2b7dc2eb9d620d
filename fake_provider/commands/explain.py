"""``fake-nexmo explain``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Commands


def add(commands: Commands) -> None:
    explain = commands.add_parser(
        "explain",
        help="explain why the signature of one request does not verify",
        description="Explain why the OAuth 1.0a signature of one request does not verify, for any provider. Secrets that are "
        "not given are read from NEXMO_CONSUMER_SECRET and NEXMO_ACCESS_TOKEN_SECRET, or asked for at a terminal. "
        "Exit code 0: it verifies, 1: it does not, 2: wrong use.",
        epilog="example: fake-nexmo explain request.txt, with a curl command, a raw HTTP request or a HAR file in it",
    )
    explain.set_defaults(run=_explain)
    explain.add_argument(
        "request",
        nargs="?",
        metavar="FILE",
        help="a curl command, a raw HTTP request or a HAR file; - or nothing reads standard input",
    )
    explain.add_argument(
        "--method", help="of a request that is given by options (default: GET, POST with --body)"
    )
    explain.add_argument("--url", help="its absolute URL, query and all")
    explain.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="one of its headers; may be repeated",
    )
    explain.add_argument("--body", help="its body; a form, unless a Content-Type header says otherwise")
    explain.add_argument("--consumer-secret", metavar="SECRET", help="of the app")
    explain.add_argument("--token-secret", metavar="SECRET", help="of the token")
    explain.add_argument(
        "--other-secret",
        action="append",
        default=[],
        metavar="SECRET",
        help="one that may have been used by mistake, of another token or app; may be repeated",
    )
    explain.add_argument("--rsa-public-key", type=Path, metavar="FILE", help="PEM, for RSA-SHA1")
    explain.add_argument("--json", action="store_true", help="print JSON")


def _explain(options: argparse.Namespace) -> int:
    from ..explaining.command import run

    return run(options)
