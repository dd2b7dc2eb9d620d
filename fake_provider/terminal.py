"""Colour on a terminal, plain text in a pipe, and silence where nobody reads it any more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

_CODES = {"bold": "1", "green": "32", "red": "31", "yellow": "33", "cyan": "36", "dim": "2"}


class Paint:
    """Paints text for one stream; NO_COLOR (no-color.org) and a dumb terminal switch it off."""

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._on = stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def __call__(self, text: str, *styles: str) -> str:
        """Return *text* in the given styles."""
        if not self._on or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def reader_gone() -> int:
    """Say no more on standard output, whose reader has enough (``| head``); returns the exit code of that, as a shell has it."""
    # What is still buffered would be written, and fail, when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + 13
