"""The options that make a fake, however it is reached."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..adapters.entropy import RandomEntropy
from ..domain.policy import Profile
from ..errors import InvalidValue
from ..settings import DEFAULT_THROTTLE, Settings
from . import environment, values

if TYPE_CHECKING:
    from ..fake import FakeNexmo
    from ..metrics import Metrics
    from ..realhosts.authority import Authority


def add_options(
    parser: argparse.ArgumentParser, *, port: int, log_level: str, is_private: bool = False
) -> None:
    """Add what a fake is made with, and where it is served; a private one takes no database of the environment's."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.set_defaults(default_port=port)  # so that a port that was given can be told from none
    parser.add_argument(
        "--port",
        type=values.port,
        help=f"port to listen on, 0 takes a free one (default: {port})",
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help="speak HTTPS, with a certificate for dashboard.nexmo.com, rest.nexmo.com and this machine; "
        "fake-nexmo ca says how to trust it",
    )
    parser.add_argument(
        "--trust-proxy",
        action="store_true",
        help="believe X-Forwarded-Proto, -Host and -Port of a proxy in front",
    )
    parser.add_argument(
        "--control-token",
        type=values.control_token,
        default=environment.given(environment.CONTROL_TOKEN),
        metavar="TOKEN",
        help=f"what /_fake/ calls must bring as a bearer token (default: ${environment.CONTROL_TOKEN}); "
        "made up and printed where the address is not loopback",
    )
    parser.add_argument(
        "--no-control",
        action="store_true",
        help="answer /_fake/ with 404, as the real service does: no control API, no metrics. The dashboard stays",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="let the dashboard and the control API be asked for by this host name too (* for any part of it); may "
        "be repeated. Only where the fake listens on loopback it matters",
    )
    parser.add_argument(
        "--profile",
        choices=[profile.value for profile in Profile],
        help="documented accepts what Nexmo's samples do, strict holds a client to RFC 5849 "
        "(default: what --config says, else documented)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="TOML file with accounts, apps, numbers, replies, and every setting of docs/sms.md",
    )
    parser.add_argument(
        "--database",
        default=None if is_private else environment.given(environment.DATABASE),
        metavar="URL",
        help="remember in a SQLite file (its path), or in PostgreSQL (postgresql+psycopg://user@host/name), and not "
        "only until the end; what --config seeds goes into an empty one"
        + ("" if is_private else f" (default: ${environment.DATABASE})"),
    )
    parser.add_argument(
        "--auto-approve", action="store_true", help="authorize at once as the first account, without a page"
    )
    parser.add_argument(
        "--seed", type=values.whole_number, metavar="N", help="make tokens and ids repeat from run to run"
    )
    parser.add_argument(
        "--throttle",
        type=values.whole_number,
        nargs="?",
        const=DEFAULT_THROTTLE,
        metavar="N",
        help=f"answer more than N SMS requests a second of one api_key with status 1 (N: {DEFAULT_THROTTLE}); "
        "off unless given",
    )
    parser.add_argument(
        "--allow-webhooks-to",
        action="append",
        default=[],
        metavar="PATTERN",
        help="push webhooks to this host name (* for any part of it), address or network too; may be repeated. "
        "This machine and private networks are allowed without",
    )
    parser.add_argument(
        "--log-level",
        choices=["debug", "info", "warning", "error"],
        default=log_level,
        help="(default: %(default)s)",
    )


def port(options: argparse.Namespace) -> int:
    """Return the port to listen on."""
    return int(options.default_port if options.port is None else options.port)


def log_to_stderr(level: str) -> None:
    """Write the log to standard error, from *level* on."""
    # Of the libraries only what is wrong: oauthlib says in fifteen lines that a signature is.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("fake_nexmo").setLevel(level.upper())


def control_token(options: argparse.Namespace) -> str | None:
    """Return what control calls must bring: as given, or made up where others can reach the address."""
    given = options.control_token
    if options.no_control and given is not None:
        if given != environment.given(environment.CONTROL_TOKEN):
            raise InvalidValue(
                "no-control", "there is nothing for --control-token to guard; leave one of them out"
            )
        options.control_token = None  # of another fake, for all that is known
    if options.control_token is not None or _is_loopback(options.host):
        return cast("str | None", options.control_token)
    return RandomEntropy().token()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise InvalidValue("host", f"{host!r} is no address; 127.0.0.1 or 0.0.0.0, for example") from None


def authority(options: argparse.Namespace) -> Authority | None:
    """Return the authority that vouches for the server, where it is to speak TLS."""
    if not options.tls:
        return None
    from ..realhosts.authority import load_or_make

    return load_or_make()


def fake(
    options: argparse.Namespace,
    *,
    control_token: str | None,
    settings: Settings | None = None,
    metrics: Metrics | None = None,
) -> FakeNexmo:
    """Make the fake that the options describe, with *settings* where those of its --config were read before."""
    from ..fake import FakeNexmo

    return FakeNexmo(
        profile=options.profile,
        settings=settings or settings_of(options),
        seed=options.seed,
        database=options.database,
        auto_approve=options.auto_approve,
        trust_proxy=options.trust_proxy,
        control=not options.no_control,
        control_token=control_token,
        throttle=options.throttle,
        allow_hosts=options.allow_host,
        allow_webhooks_to=options.allow_webhooks_to,
        metrics=metrics,
    )


def settings_of(options: argparse.Namespace) -> Settings:
    """Return what the fake that the options describe starts with."""
    if options.config is None:
        return Settings()
    from ..config import load

    return load(options.config, RandomEntropy(options.seed))
