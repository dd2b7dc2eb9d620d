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

from ..html import cut

_MAX_ROWS = 200
_LONGEST_CELL = 600
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
    """Lay *client* beside *expected*."""
    known = client if client is not None else expected
    rows = [
        _row(name, one, other)
        for name, one, other in zip_longest(("method", "URI"), _head(expected), _head(known), fillvalue="")
    ]
    rows += _parameter_rows(_parameters(expected), _parameters(known))
    is_equal = expected == known
    return Aligned(
        rows=rows[:_MAX_ROWS],
        has_client=client is not None,
        is_equal=is_equal,
        first_difference=None if is_equal else _common(expected, known),
        left_out=max(0, len(rows) - _MAX_ROWS),
    )


def _common(one: str, other: str) -> int:
    """Return how many characters both have in common at their beginning."""
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
    left = list(client)
    for one in expected:
        partner = next((other for other in left if _name(other) == _name(one)), None)
        if partner is not None:
            rows += [_row("", None, other) for other in left[: left.index(partner)]]
            del left[: left.index(partner) + 1]
        rows.append(_row("", one, partner))
    return [*rows, *(_row("", None, other) for other in left)]


def _name(parameter: str) -> str:
    return unquote(unquote(parameter)).partition("=")[0]


def _row(name: str, expected: str | None, client: str | None) -> Row:
    common = _common(expected or "", client or "")
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
        plain=cut(unquote(unquote(text)), 200),
    )
