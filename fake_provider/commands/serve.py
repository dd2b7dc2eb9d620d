"""``fake-nexmo serve``."""

from __future__ import annotations

import argparse
import ipaddress
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..adapters.entropy import RandomEntropy
from ..errors import InvalidValue
from ..settings import DEFAULT_PASSWORD, DEMO_ACCOUNTS
from ..terminal import Paint
from ..version import __version__
from . import made, values

if TYPE_CHECKING:
    from ..fake import FakeNexmo
    from .parser import Commands


def add(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="serve over HTTP until interrupted",
        description="Serve the fake over HTTP until SIGINT or SIGTERM.",
        epilog="example: fake-nexmo serve --port 0 --profile strict --config fake.toml",
    )
    serve.set_defaults(run=_serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument(
        "--port",
        type=values.port,
        default=8080,
        help="port to listen on, 0 takes a free one (default: %(default)s)",
    )
    serve.add_argument(
        "--tls",
        action="store_true",
        help="speak HTTPS, with a certificate for dashboard.nexmo.com, rest.nexmo.com and this machine; "
        "fake-nexmo ca says how to trust it",
    )
    serve.add_argument(
        "--trust-proxy",
        action="store_true",
        help="believe X-Forwarded-Proto, -Host and -Port of a proxy in front",
    )
    serve.add_argument(
        "--control-token",
        type=values.control_token,
        metavar="TOKEN",
        help="what /_fake/ calls must bring as a bearer token; "
        "made up and printed where the address is not loopback",
    )
    serve.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="let the dashboard and the control API be asked for by this host name too (* for any part of it); may "
        "be repeated. Only where the fake listens on loopback it matters",
    )
    made.add_options(serve, log_level="info")


def _serve(options: argparse.Namespace) -> int:
    made.log_to_stderr(options.log_level)
    token = options.control_token
    if token is None and not _is_loopback(options.host):
        token = RandomEntropy().token()
    fake = made.fake(
        options, trust_proxy=options.trust_proxy, control_token=token, allow_hosts=options.allow_host
    )
    authority = None
    if options.tls:
        from ..realhosts.authority import load_or_make

        authority = load_or_make()
    tls = authority.server_context(options.host) if authority else None
    with _awaiting_signals() as ended, fake.serve(host=options.host, port=options.port, tls=tls) as server:
        trusting = f" --cacert {shlex.quote(str(authority.certificate_file))}" if authority else ""
        print(_banner(fake, server.url, token, trusting), flush=True)
        ended.recv(1)
    return 0


@contextmanager
def _awaiting_signals() -> Iterator[socket.socket]:
    """Give a socket from which an octet can be read once SIGINT or SIGTERM has come, whichever thread got it.

    A handler alone runs in the main thread only, which does not wake up when the system hands the signal to another.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(-1)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InvalidValue("host", f"{host!r} is no address; 127.0.0.1 or 0.0.0.0, for example") from None


def _banner(fake: FakeNexmo, url: str, control_token: str | None, trusting: str) -> str:
    paint = Paint(sys.stdout)
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
    lines.append(f"  try: curl{trusting}{bearer} {url}/_fake/health")
    return "\n".join(lines)


def _password(fake: FakeNexmo) -> str:
    """Return the seeded password; one that somebody chose is theirs to remember."""
    first = fake.accounts[0]
    return (
        DEFAULT_PASSWORD if first.password == DEMO_ACCOUNTS[0].password else "(the password in your --config)"
    )
