"""JSON that somebody else has written: what is odd in it is a ValueError with one line, whatever Python would make of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn


def loads(text: str | bytes) -> Any:
    """Read *text*.

    Raises:
        ValueError: it is no JSON (RFC 8259 knows neither NaN nor Infinity), an object has a name twice, it is nested
            too deeply, or a number has more digits than Python reads.
    """
    try:
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        count = Counter(name for name, _ in pairs)
        twice = next(name for name in members if count[name] > 1)
        raise ValueError(f"{twice!r} stands in one object twice")
    return members
