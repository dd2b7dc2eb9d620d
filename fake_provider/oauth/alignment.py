"""Two signature base strings side by side: parameter by parameter, with the first difference marked.

A base string has three parts, joined by ``&``: the method, the URI, and the parameters, encoded as a whole and so
joined by ``%26`` (RFC 5849 section 3.4.1.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from urllib.parse import unquote

_MAX_PARAMETERS, _BEFORE = 100, 20  # shown, and of these before the first difference
_LONGEST_CELL = 160
_AND = "%26"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A piece of one of the two, cut where it begins to differ: ``same`` is common to both, ``other`` is not."""

    same: str
    other: str
    plain: str  # decoded as far as it was encoded, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The same place in both; None where one has nothing there."""

    name: str
    expected: Cell | None
    client: Cell | None
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Both base strings; ``client`` stands in the rows only where it is known."""

    rows: Sequence[Row]
    has_client: bool
    is_equal: bool
    first_difference: int | None  # characters from the beginning
    left_out: int  # rows


def aligned(expected: str, client: str | None) -> Aligned:
    """Lay *client* beside *expected*. Of very many parameters those around the first difference are shown."""
    known = client if client is not None else expected
    rows = [
        _row(name, one, other)
        for name, one, other in zip_longest(("method", "URI"), _head(expected), _head(known), fillvalue="")
    ]
    ours, theirs = _parameters(expected), _parameters(known)
    is_long = max(len(ours), len(theirs)) > _MAX_PARAMETERS
    begin = max(0, common_length(ours, theirs) - _BEFORE) if is_long and ours != theirs else 0
    window = slice(begin, begin + _MAX_PARAMETERS)
    rows += _parameter_rows(ours[window], theirs[window])
    is_equal = expected == known
    return Aligned(
        rows=rows,
        has_client=client is not None,
        is_equal=is_equal,
        first_difference=None if is_equal else common_length(expected, known),
        left_out=max(0, max(len(ours), len(theirs)) - _MAX_PARAMETERS),
    )


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many characters, or parameters, both have in common at their beginning."""
    differing = (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1])
    return next(differing, min(len(one), len(other)))


def _head(base_string: str) -> Sequence[str]:
    return base_string.split("&", 2)[:2]


def _parameters(base_string: str) -> Sequence[str]:
    parts = base_string.split("&", 2)
    return parts[2].split(_AND) if len(parts) > 2 else []


def _parameter_rows(expected: Sequence[str], client: Sequence[str]) -> Sequence[Row]:
    rows: list[Row] = []
    for kind, first, last, from_, to in SequenceMatcher(None, expected, client, autojunk=False).get_opcodes():
        if kind == "equal":
            rows += [_row("", one, one) for one in expected[first:last]]
        else:
            rows += _differing_rows(expected[first:last], client[from_:to])
    return rows


def _differing_rows(expected: Sequence[str], client: Sequence[str]) -> Sequence[Row]:
    """Lay those of the same name beside each other, and the others alone."""
    rows: list[Row] = []
    left = [(_name(one), one) for one in client]
    for one in expected:
        name = _name(one)
        at = next((index for index, (other, _) in enumerate(left) if other == name), None)
        if at is not None:
            rows += [_row("", None, other) for _, other in left[:at]]
            rows.append(_row("", one, left[at][1]))
            del left[: at + 1]
        else:
            rows.append(_row("", one, None))
    return [*rows, *(_row("", None, other) for _, other in left)]


def _name(parameter: str) -> str:
    return unquote(unquote(parameter)).partition("=")[0]


def _row(name: str, expected: str | None, client: str | None) -> Row:
    common = common_length(expected or "", client or "")
    return Row(
        name=name or cut(_name(expected if expected is not None else client or ""), 60),
        expected=None if expected is None else _cell(expected, common),
        client=None if client is None else _cell(client, common),
        differs=expected != client,
    )


def _cell(text: str, common: int) -> Cell:
    at = max(0, common - _LONGEST_CELL // 2) if len(text) > _LONGEST_CELL else 0
    same = ("…" if at else "") + text[at:common]
    return Cell(
        same=same,
        other=cut(text[common:], _LONGEST_CELL),
        plain=cut(unquote(unquote(text[: _LONGEST_CELL * 6])), _LONGEST_CELL),
    )


def cut(text: str, at_most: int) -> str:
    """Return the beginning of a long *text*."""
    return text if len(text) <= at_most else text[: at_most - 1] + "…"
