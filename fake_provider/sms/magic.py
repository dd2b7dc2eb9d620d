"""Numbers whose fate is known beforehand, so that a test can provoke every outcome.

447700900000 to 447700900999 are reserved for fiction in the United Kingdom (Ofcom, numbers for drama use): a test
that is pointed at the real service by mistake reaches nobody. The one table here also makes their documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..domain.message import PlannedReceipt

DELIVERED = (PlannedReceipt(status="delivered", err_code="0"),)
OPTED_OUT = (PlannedReceipt(status="failed", err_code="9"),)
"""What comes of an SMS to somebody who wants no more of them: err-code 9, illegal number."""

_PREFIX = "4477009"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Fate:
    """What comes of an SMS: a status that refuses it, or the receipts of every accepted part."""

    status: int = 0
    receipts: tuple[PlannedReceipt, ...] = DELIVERED


@dataclass(frozen=True, slots=True)
class Row:
    """Numbers with one kind of fate: ``pattern`` as people read it, the last five digits as the fate depends on them."""

    pattern: str
    outcome: str
    first: int
    last: int
    fate: Callable[[int], Fate]


def _fated(*receipts: tuple[str, str, float]) -> Callable[[int], Fate]:
    plan = tuple(PlannedReceipt(status=s, err_code=e, after_seconds=after) for s, e, after in receipts)
    return lambda _: Fate(receipts=plan)


TABLE: Sequence[Row] = (
    Row("4477009001SS", "refused with status SS", 101, 199, lambda ending: Fate(status=ending % 100)),
    Row(
        "4477009002EE",
        "accepted; receipt `failed` with err-code EE",
        200,
        299,
        lambda ending: Fate(receipts=(PlannedReceipt(status="failed", err_code=str(ending % 100)),)),
    ),
    Row("447700900300", "accepted; receipt `expired`", 300, 300, _fated(("expired", "1", 0))),
    Row("447700900301", "accepted; receipt `rejected`", 301, 301, _fated(("rejected", "1", 0))),
    Row(
        "447700900302",
        "accepted; receipts `buffered`, then `delivered`",
        302,
        302,
        _fated(("buffered", "0", 0), ("delivered", "0", 0)),
    ),
    Row("447700900303", "accepted; no receipt at all", 303, 303, _fated()),
    Row(
        "447700900304",
        "accepted; receipt `delivered`, twice",
        304,
        304,
        _fated(("delivered", "0", 0), ("delivered", "0", 0)),
    ),
    Row("447700900305", "accepted; receipt `delivered` after 60 s", 305, 305, _fated(("delivered", "0", 60))),
    Row("447700900306", "accepted; receipt `unknown`", 306, 306, _fated(("unknown", "1", 0))),
)
"""In the order of the numbers. Every other number is accepted and ``delivered``."""

_ORDINARY = Fate()
_ROW_BY_ENDING = {ending: row for row in TABLE for ending in range(row.first, row.last + 1)}


def fate(to: str) -> Fate:
    """Return what comes of an SMS to the MSISDN *to*."""
    if len(to) != _DIGITS or not to.startswith(_PREFIX):
        return _ORDINARY
    ending = int(to[len(_PREFIX) :])
    row = _ROW_BY_ENDING.get(ending)
    return row.fate(ending) if row else _ORDINARY


def documentation() -> str:
    """Return the table in Markdown."""
    lines = ["| `to` | outcome |", "| --- | --- |"]
    lines += [f"| `{row.pattern}` | {row.outcome} |" for row in TABLE]
    return "\n".join([*lines, "| any other number | accepted; receipt `delivered` |"])
