"""The parser of all commands."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:  # argparse makes it generic for type checkers alone
    Commands = argparse._SubParsersAction["Parser"]

WRONG_USE = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read more, instead of repeating the usage."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}; see {self.prog} --help", file=sys.stderr)
        raise SystemExit(WRONG_USE)
