"""The options of the contract tests, and what may be written for each."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal
from pathlib import Path

import pytest

from .choice import DEFAULT_TARGET


def add_options(parser: pytest.Parser) -> None:
    """Register the options, once however often it is asked."""
    group = parser.getgroup("nexmo", "contract tests of the Nexmo provider")
    if group.options:
        return
    group.addoption(
        "--nexmo-target",
        default=DEFAULT_TARGET,
        metavar="TARGET",
        help="what contract_tests, and tests marked nexmo_live, are run against: in-process (a fake, the default), the "
        "URL of a running fake, live (the real hosts, with credentials from NEXMO_CONSUMER_KEY and its kin), or "
        "replay:DIR (what --record has kept, and no provider at all; contract_tests only)",
    )
    group.addoption(
        "--record",
        type=_folder,
        metavar="DIR",
        help="keep every exchange with the target in this folder, without secrets, to be read, replayed and "
        "compared (fake-nexmo drift); a recording that is there is replaced as a whole",
    )
    group.addoption(
        "--allow-sms",
        action="store_true",
        help="with --nexmo-target live, send SMS that cost: at most --max-sms, all to NEXMO_SMS_TO",
    )
    group.addoption(
        "--max-sms",
        type=_whole_number,
        default=None,
        metavar="N",
        help="how many messages a live run may send, each part of a long one counted (default: 10)",
    )
    group.addoption(
        "--max-eur",
        type=_amount,
        default=None,
        metavar="AMOUNT",
        help="how much the SMS of a live run may cost, by the prices that are answered (default: no limit but --max-sms)",
    )
    group.addoption(
        "--live-pace",
        type=_seconds,
        default=1.0,
        metavar="SECONDS",
        help="from one request of a live run to the next (default: 1; less only where a fake plays the real service)",
    )
    group.addoption(
        "--live-plan",
        action="store_true",
        help="with --nexmo-target live, list every request that would be sent and what it may cost, and send nothing",
    )
    group.addoption(
        "--live-plan-json",
        type=Path,
        metavar="FILE",
        help="write that list as JSON too",
    )
    group.addoption(
        "--contract-report",
        metavar="FILE",
        help="write which clauses were held, broken and not checked, and why, as FILE.html and FILE.json",
    )
    group.addoption(
        "--client-command",
        metavar="COMMAND",
        help="the client that contract_tests/client judges, driven as by fake-nexmo check (default: nexmo-oauth)",
    )
    group.addoption(
        "--client-timeout",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="for one run of that command (default: 20)",
    )


def _folder(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a folder is wanted")
    return text


def _whole_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def _amount(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,8})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in EUR, such as 0.50")
    return Decimal(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds, such as 1 or 0.5")
    return float(text)
