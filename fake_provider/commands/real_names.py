"""``fake-nexmo run``, ``ca`` and ``env``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..settings import DEMO_APP
from . import made, values

if TYPE_CHECKING:
    from .parser import Commands


def add_run(commands: Commands) -> None:
    run = commands.add_parser(
        "run",
        help="run a command to which the real host names lead to a fake",
        usage="%(prog)s [options] -- COMMAND …",
        description="Start a private fake and run COMMAND so that https://dashboard.nexmo.com and "
        "https://rest.nexmo.com lead to it, over verified TLS, with no change to COMMAND: in a namespace of "
        "Linux, or by a proxy and the variables that libraries honour. The exit code is COMMAND's; 127 if there is "
        "no such command.",
        epilog="example: fake-nexmo run --auto-approve -- php send.php",
    )
    run.set_defaults(run=_run)
    run.add_argument(
        "--via",
        choices=["auto", "namespace", "proxy"],
        default="auto",
        help="how the names lead to the fake; what was chosen is said on standard error (default: %(default)s)",
    )
    run.add_argument(
        "--offline",
        action="store_true",
        help="give COMMAND a network of its own, in which nothing but the fake is",
    )
    run.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="HOST",
        help="let the proxy pass requests on to this host (* for any part of it); may be repeated",
    )
    run.add_argument(
        "--summary",
        choices=["text", "json", "off"],
        default="text",
        help="what is said on standard error at the end (default: %(default)s)",
    )
    # The door beside: for the dashboard, and the control API.
    made.add_options(run, port=0, log_level="error", is_private=True)
    run.add_argument("client", nargs=argparse.REMAINDER, metavar="COMMAND", help=argparse.SUPPRESS)


def _run(options: argparse.Namespace) -> int:
    from ..realhosts.command import run

    made.log_to_stderr(options.log_level)
    token = made.control_token(options)
    options.port = made.port(options)
    return run(options, made.fake(options, control_token=token), made.authority(options), token)


def add_ca(commands: Commands) -> None:
    ca = commands.add_parser(
        "ca",
        help="show, explain or remove the certificate authority of this machine",
        description="The certificate authority that serve --tls and run use: made on first use, kept in your data "
        "directory, limited to the two hosts and to this machine. path: where its certificate is; show: its "
        "fingerprint; install-help: how to trust it, and how to be rid of it; remove: delete it.",
        epilog="example: curl --cacert $(fake-nexmo ca path) https://localhost:8080/_fake/health",
    )
    ca.set_defaults(run=_ca)
    ca.add_argument("action", choices=["path", "show", "install-help", "remove"])


def _ca(options: argparse.Namespace) -> int:
    from ..realhosts.command import ca

    return ca(options)


def add_env(commands: Commands) -> None:
    env = commands.add_parser(
        "env",
        help="print the variables with which programs reach a running server",
        description="Print the environment variables with which the client package, and programs like it, reach a running "
        "server; with an https URL also those that make libraries trust its certificate.",
        epilog='example: eval "$(fake-nexmo env --url https://localhost:8080)"',
    )
    env.set_defaults(run=_env)
    env.add_argument(
        "--url",
        type=values.origin,
        default="http://127.0.0.1:8080",
        help="of the server (default: %(default)s)",
    )
    env.add_argument(
        "--format",
        choices=["shell", "dotenv", "compose"],
        default="shell",
        help="for a shell, a file of variables, or a compose file (default: %(default)s)",
    )
    env.add_argument("--consumer-key", default=DEMO_APP.client_key, help="(default: %(default)s)")
    env.add_argument("--consumer-secret", default=DEMO_APP.client_secret, help="(default: %(default)s)")


def _env(options: argparse.Namespace) -> int:
    from ..realhosts.command import env

    return env(options)
