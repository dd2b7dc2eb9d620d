"""The options that make a fake, however it is reached."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..adapters.entropy import RandomEntropy
from ..domain.policy import Profile
from ..settings import DEFAULT_THROTTLE, Settings
from . import values

if TYPE_CHECKING:
    from ..fake import FakeNexmo


def add_options(parser: argparse.ArgumentParser, *, log_level: str) -> None:
    """Add what a fake is made with, however it is reached."""
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


def log_to_stderr(level: str) -> None:
    """Write the log to standard error, from *level* on."""
    # Of the libraries only what is wrong: oauthlib says in fifteen lines that a signature is.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    logging.getLogger("fake_nexmo").setLevel(level.upper())


def fake(
    options: argparse.Namespace,
    *,
    trust_proxy: bool = False,
    control_token: str | None = None,
    allow_hosts: Sequence[str] = (),
) -> FakeNexmo:
    """Make the fake that the options describe."""
    from ..config import load
    from ..fake import FakeNexmo

    return FakeNexmo(
        profile=options.profile,
        settings=load(options.config, RandomEntropy(options.seed)) if options.config else Settings(),
        seed=options.seed,
        auto_approve=options.auto_approve,
        trust_proxy=trust_proxy,
        control_token=control_token,
        throttle=options.throttle,
        allow_hosts=allow_hosts,
        allow_webhooks_to=options.allow_webhooks_to,
    )
