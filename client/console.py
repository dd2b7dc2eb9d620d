"""Where the command speaks: answers on standard output, everything else beside them.

With ``--json``, standard output carries one JSON object and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from .errors import NexmoError, WrongUse

_CODES = {"red": "31", "green": "32"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """The three standard streams, and who is at their other end."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    json: bool = False

    def result(self, words: str, facts: Mapping[str, object]) -> None:
        """Say what came of the command: *words* to a person, *facts* to a script."""
        _say(self.stdout, _written(facts) if self.json else words)

    def note(self, words: str) -> None:
        """Say something to the person at the terminal that is no result."""
        _say(self.stderr if self.json else self.stdout, words)

    def error(self, error: NexmoError, caution: str = "") -> None:
        """Say what went wrong, in one line; as an object on standard output where JSON was asked for."""
        if self.json:
            _say(self.stdout, _written({"error": _facts(error)}))
        _say(self.stderr, f"{_painted('nexmo-oauth:', 'red', self.stderr)} {error}{caution}")

    def ask(self, question: str) -> str:
        """Return the line that answers *question*; "" where standard input has ended."""
        self.note(question)
        return self._typed(self.stdin.readline).strip()

    def everything(self) -> str:
        """Return all of standard input, without the line end that ends it."""
        return self._typed(self.stdin.read).removesuffix("\n")

    def good(self, words: str) -> str:
        """Return *words*, green on a terminal."""
        return _painted(words, "green", self.stdout)

    def _typed(self, read: Callable[[], str]) -> str:
        try:
            return read()
        except UnicodeDecodeError as error:
            raise WrongUse(f"standard input is not {error.encoding} text") from None


def _painted(words: str, colour: str, stream: TextIO) -> str:
    """Colour *words* on a terminal that has not opted out (no-color.org)."""
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return words
    return f"\x1b[{_CODES[colour]}m{words}\x1b[0m"


def _say(stream: TextIO, words: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(words.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        # Who reads has gone. What is still buffered must have somewhere to go when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _facts(error: NexmoError) -> dict[str, object]:
    """Return the error's type, its sentence, and the attributes that its class documents."""
    facts: dict[str, object] = {
        "type": type(error).__name__,
        "message": str(error),
        "outcome_unknown": error.outcome_unknown,
    }
    for name, value in vars(error).items():
        facts[f"{name}_seconds" if isinstance(value, timedelta) else name] = value
    return facts


def _written(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, default=_plain)


def _plain(value: object) -> object:
    """Return what stands for *value* in JSON: amounts as strings, so that no digit is lost."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)
