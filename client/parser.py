"""The parser of all commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:  # argparse makes it generic for type checkers alone
    Commands = argparse._SubParsersAction["Parser"]

WRONG_USE = 2


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, what may have been meant, and where to read more, instead of repeating the usage."""

    _given: Sequence[str] = ()

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Refuse what is not known here: argparse leaves it to the parser of all commands, which knows no option of any."""
        self._given = sys.argv[1:] if args is None else args
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}{self._meant(unknown)}")
        return options, unknown

    def error(self, message: str) -> NoReturn:
        if message.startswith("the following arguments are required"):
            message += self._meant(self._given)  # what is missing may be there, misspelt
        self.exit(WRONG_USE, f"{self.prog}: {message}; see {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += _like(str(value), map(str, action.choices or ()))
            raise

    def _meant(self, words: Iterable[str]) -> str:
        """Return what the first option among *words* that is none may be meant for."""
        known = self._option_string_actions
        for word in words:
            option = word.partition("=")[0]
            if option == "--":
                break
            if option.startswith("--") and option not in known:
                return _like(option, known)
        return ""


def _like(word: str, known: Iterable[str]) -> str:
    names = {name.strip("-"): name for name in known}  # two dashes would make any two options alike
    close = get_close_matches(word.strip("-"), names, n=1)
    return f" (did you mean {names[close[0]]}?)" if close else ""
