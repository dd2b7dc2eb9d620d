"""What the parameters of the account, number and search endpoints mean, or the problem that refuses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

METHOD_FAILED = "method failed"
"""The one label that the number endpoints were seen to give, whatever was wrong."""

VOICE_CALLBACK_TYPES = ("sip", "tel", "vxml", "app")
"""From the reference of 2017."""

MAX_IDS = 10
_DAY_SECONDS = 86_400
_DEFAULT_INDEX, _DEFAULT_SIZE, _MAX_SIZE = 1, 10, 100
_NUMBER = re.compile("0{0,9}[1-9][0-9]{0,8}")

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a call is refused: an HTTP status that is also its ``error-code``, a label, and more words for whoever looks
    at the trace."""

    status: int = 420
    label: str = METHOD_FAILED
    reason: str


# Numbers


@dataclass(frozen=True, slots=True)
class Selection:
    """Which numbers are asked for, and which page of them."""

    matches: Callable[[str], bool]  # an MSISDN
    index: int  # counts from 1
    size: int

    def page(self, found: Sequence[Item]) -> Sequence[Item]:
        """Return the page that is asked for of all that were *found*."""
        first = (self.index - 1) * self.size
        return found[first : first + self.size]


_STRATEGIES: Mapping[str, Callable[[str, str], bool]] = {
    "0": str.startswith,
    "1": str.__contains__,
    "2": str.endswith,
}
"""By ``search_pattern``: from the reference of 2017."""


def selection(given: Mapping[str, str]) -> Selection | Problem:
    """Read ``index``, ``size``, ``pattern`` and ``search_pattern``; a size beyond 100 is 100."""
    index, size = _whole(given.get("index"), _DEFAULT_INDEX), _whole(given.get("size"), _DEFAULT_SIZE)
    strategy = _STRATEGIES.get(given.get("search_pattern") or "0")
    if index is None or size is None:
        return Problem(reason=f"{'size' if index else 'index'} is no number from 1 on")
    if strategy is None:
        return Problem(reason="search_pattern is none of 0, 1 and 2")
    pattern = given.get("pattern", "")
    return Selection(lambda msisdn: strategy(msisdn, pattern), index, min(size, _MAX_SIZE))


def _whole(text: str | None, default: int) -> int | None:
    if not text:
        return default
    return int(text) if _NUMBER.fullmatch(text) else None


def features(given: Mapping[str, str]) -> frozenset[str]:
    """Read ``features``: all that a number must have, ``SMS,VOICE``."""
    return frozenset(filter(None, (name.strip().upper() for name in given.get("features", "").split(","))))


def country(given: Mapping[str, str]) -> str:
    """Read ``country``, in either case; "" where it is absent."""
    return given.get("country", "").upper()


# Settings


def secret_problem(secret: str) -> Problem | None:
    """Say what is wrong with a new API secret; the rules are those of the reference of 2017.

    The label for a missing lower-case letter is unknown, and made like the one for an upper-case letter.
    """
    for label, is_kept in _SECRET_RULES.items():
        if not is_kept(secret):
            return Problem(label=label, reason=f"newSecret is refused: {label}")
    return None


_SECRET_RULES: Mapping[str, Callable[[str], object]] = {
    "8 char": lambda secret: 8 <= len(secret) <= 25,
    "alphanumeric": lambda secret: secret.isascii() and secret.isalnum(),
    "Please use at least one digit.": re.compile("[0-9]").search,
    "Please use at least one upper case character.": re.compile("[A-Z]").search,
    "Please use at least one lower case character.": re.compile("[a-z]").search,
}
"""By the label with which a secret is refused that does not keep the rule."""


# Search


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC, in seconds since the epoch; the end is no longer part of it."""

    start: float
    end: float


def day(given: Mapping[str, str]) -> Day | None:
    """Read ``date``, written YYYY-MM-DD; None where it is absent or no date."""
    text = given.get("date", "")
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        start = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    return Day(start, start + _DAY_SECONDS)
