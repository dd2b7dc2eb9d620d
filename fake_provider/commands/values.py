"""Reads single values of the command line; argparse tells what is wrong with one."""

from __future__ import annotations

import argparse
import math

from ..contract import address

_MAX_PORT = 65535
_LONGEST_SECONDS = 3600
_LONGEST_DAYS = 36_500


def whole_number(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; 0 or more is wanted")
    return int(text)


def positive(text: str) -> int:
    """Read a whole number, 1 or more."""
    if not (text.isascii() and text.isdigit() and len(text) < 5) or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; 1 or more is wanted")
    return int(text)


def seconds(text: str) -> float:
    """Read a number of seconds above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds above 0, {_LONGEST_SECONDS} at the most"
        )
    return seconds


def days(text: str) -> float:
    """Read a number of days above 0."""
    try:
        days = float(text)
    except ValueError:
        days = math.nan
    if not 0 < days <= _LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days above 0")
    return days


def grace(text: str) -> float:
    """Read a number of seconds, 0 or more."""
    return 0.0 if text.strip() == "0" else seconds(text)


def control_token(text: str) -> str:
    """Read a token that can stand in a header."""
    if not text.strip() or not text.strip().isprintable() or not text.isascii():
        raise argparse.ArgumentTypeError(
            "it is empty, or not printable ASCII; a text that nobody guesses is wanted"
        )
    return text.strip()


def port(text: str) -> int:
    """Read a port; 0 takes a free one."""
    if not (text.isascii() and text.isdigit() and len(text) < 8) or int(text) > _MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; 0 to {_MAX_PORT} is wanted")
    return int(text)


def origin(text: str) -> str:
    """Read a base URL; returned without a slash at its end."""
    try:
        return address.base_url(text)
    except address.NoAddress as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def server(text: str) -> str:
    """Read where a fake serves: an origin, or ``unix:`` and the path of a socket."""
    if text.startswith("unix:") and text != "unix:":
        return text
    try:
        return address.base_url(text)
    except address.NoAddress as error:
        if address.has_user(text):
            raise argparse.ArgumentTypeError(str(error)) from None
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a base URL, such as http://127.0.0.1:8080, nor unix: and a path"
        ) from None
