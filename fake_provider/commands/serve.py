"""``fake-nexmo serve``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidValue
from . import made, values

if TYPE_CHECKING:
    from .parser import Commands


def add(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="serve over HTTP until interrupted",
        description="Serve the fake over HTTP until SIGINT or SIGTERM.",
        epilog="example: fake-nexmo serve --port 0 --profile strict --config fake.toml",
    )
    serve.set_defaults(run=_serve)
    made.add_options(serve, port=8080, log_level="info")
    serve.add_argument(
        "--workers",
        type=values.positive,
        default=1,
        metavar="N",
        help="so many processes, which share a --database; one that dies is replaced (default: %(default)s)",
    )
    serve.add_argument(
        "--unix-socket",
        type=Path,
        metavar="PATH",
        help="listen at a Unix socket, for a proxy in front, in place of --host and --port; its file is for you alone "
        "(0600), and is removed at the end",
    )
    serve.add_argument(
        "--access-log",
        choices=("off", "plain", "json"),
        default="off",
        help="write a line about each answer to standard output, in place of the log's own about each request; what is "
        "printed at the start goes to standard error then (default: %(default)s)",
    )
    serve.add_argument(
        "--grace",
        type=values.grace,
        default=10.0,
        metavar="SECONDS",
        help="how long requests under way may take once it is to stop; a second signal ends them (default: %(default)g)",
    )


_TURN_SECONDS = (
    0.001  # a thread that computes keeps the others waiting for so long: Python's own 5 ms are for throughput
)


def _serve(options: argparse.Namespace) -> int:
    from ..server.limits import DEFAULT_LIMITS, allow_open_files
    from .access_log import access_log
    from .serving import Serving

    if options.workers > 1 and options.database is None:
        raise InvalidValue(
            "workers", "several processes need a --database to share, such as --database fake.db"
        )
    sys.setswitchinterval(_TURN_SECONDS)
    allow_open_files(DEFAULT_LIMITS.connections)
    made.log_to_stderr(options.log_level)
    if options.unix_socket is not None:
        if options.port is not None:
            raise InvalidValue("unix-socket", "it is in the place of --port; leave one of them out")
        if options.tls:
            raise InvalidValue("tls", "a Unix socket has none: the proxy in front of it speaks TLS")
        options.host = "127.0.0.1"  # nobody but this machine reaches it
    serving = Serving(
        options=options,
        token=made.control_token(options),
        settings=made.settings_of(options),
        authority=made.authority(options),
        access_log=access_log(options.access_log),
    )
    if options.workers == 1:
        serving.alone()
    else:
        serving.together()
    return 0
