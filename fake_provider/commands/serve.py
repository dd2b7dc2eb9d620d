"""``fake-nexmo serve``."""

from __future__ import annotations

import argparse
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidValue
from ..settings import DEFAULT_PASSWORD, DEMO_ACCOUNTS
from ..terminal import Paint
from ..version import __version__
from . import made, values

if TYPE_CHECKING:
    from ..fake import FakeNexmo
    from ..server import Server
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


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LINGER_SECONDS = 0.3  # a proxy in front may send a request on an idle connection while the signal comes
_SAME_SIGNAL_SECONDS = 0.5
_TURN_SECONDS = (
    0.001  # a thread that computes keeps the others waiting for so long: Python's own 5 ms are for throughput
)


def _serve(options: argparse.Namespace) -> int:
    from ..server.limits import DEFAULT_LIMITS, allow_open_files
    from .access_log import access_log

    sys.setswitchinterval(_TURN_SECONDS)
    allow_open_files(DEFAULT_LIMITS.connections)
    made.log_to_stderr(options.log_level)
    if options.unix_socket is not None:
        if options.tls:
            raise InvalidValue("tls", "a Unix socket has none: the proxy in front of it speaks TLS")
        options.host = "127.0.0.1"  # nobody but this machine reaches it
    token = made.control_token(options)
    fake = made.fake(options, control_token=token)
    authority = made.authority(options)
    tls = authority.server_context(options.host) if authority else None
    log = access_log(options.access_log)
    with (
        _awaiting_signals() as ended,
        fake.serve(
            host=options.host, port=options.port, tls=tls, unix_socket=options.unix_socket, access_log=log
        ) as server,
    ):
        trusting = f" --cacert {shlex.quote(str(authority.certificate_file))}" if authority else ""
        to = sys.stderr if log else sys.stdout
        print(_banner(fake, server.url, token, trusting, Paint(to)), file=to, flush=True)
        ended.recv(1)
        _hurry_at_the_next_signal(server)
        server.stop(grace_seconds=options.grace, linger_seconds=_LINGER_SECONDS)
        for number in _SIGNALS:  # Python would take its own way out of a signal that comes while it ends
            signal.signal(number, signal.SIG_IGN)
    return 0


@contextmanager
def _awaiting_signals() -> Iterator[socket.socket]:
    """Give a socket from which an octet can be read once SIGINT or SIGTERM has come, whichever thread got it.

    A handler alone runs in the main thread only, which does not wake up when the system hands the signal to another.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(-1)


def _hurry_at_the_next_signal(server: Server) -> None:
    """End the grace at another signal; not at one that a supervisor and a terminal, or its parent, have both sent."""
    first = time.monotonic()

    def hurry(*_: object) -> None:
        if time.monotonic() - first > _SAME_SIGNAL_SECONDS:
            server.hurry()

    for number in _SIGNALS:
        signal.signal(number, hurry)


def _banner(fake: FakeNexmo, url: str, control_token: str | None, trusting: str, paint: Paint) -> str:
    account, profile = fake.accounts[0], fake.policy.profile.value
    rows = [("base URL", url), ("profile", profile), ("sign in as", f"{account.email}  {_password(fake)}")]
    rows += [("api_key, api_secret", f"{account.api_key}  {account.api_secret}")]
    for app in fake.apps[:1]:
        rows += [("consumer key", app.client_key), ("consumer secret", app.client_secret)]
    if control_token is not None:
        rows.append(("control token", control_token))
    lines = [paint(f"fake-nexmo {__version__} is serving", "bold", "green") + "; Ctrl-C stops it"]
    lines += [f"  {paint(f'{name:<20}', 'dim')} {value}" for name, value in rows]
    bearer = f' -H "Authorization: Bearer {control_token}"' if control_token is not None else ""
    if trusting:
        lines.append("  how to trust it: fake-nexmo ca install-help")
    base = (
        f" --unix-socket {shlex.quote(url.removeprefix('unix:'))} http://localhost"
        if url.startswith("unix:")
        else f" {url}"
    )
    lines.append(f"  try: curl{trusting}{bearer}{base}/_fake/health")
    return "\n".join(lines)


def _password(fake: FakeNexmo) -> str:
    """Return the seeded password; one that somebody chose is theirs to remember."""
    first = fake.accounts[0]
    return (
        DEFAULT_PASSWORD if first.password == DEMO_ACCOUNTS[0].password else "(the password in your --config)"
    )
