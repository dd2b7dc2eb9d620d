"""The exchanges of the trace, as they came: secrets are taken out when somebody looks, as everywhere.

The file, or the server, holds the secrets of all tokens in any case; it is to be kept like one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, func, select

from ...trace import ExchangeQuery, Make, Record
from . import tables
from .documents import EXCHANGE
from .engine import Database
from .part import number_of

_TABLE = tables.exchanges
_ROWS = select(_TABLE.c.number, _TABLE.c.document, _TABLE.c.secrets)
_BATCH = 200


class SqlRecords:
    """See Records."""

    def __init__(
        self, database: Database, *, real: Callable[[], float], counted: Callable[[str], None]
    ) -> None:
        self._db = database
        self._real = real
        self._counted = counted

    def add(self, made: Make, secrets: Iterable[str]) -> int:
        """See Records."""
        exchange = made(number=0)  # the number is the database's to give, and stands in its column alone
        values = {
            "outcome": exchange.outcome,
            "client_key": exchange.client_key,
            "path": exchange.request.path,
            "message": exchange.message,
            "kept_at": self._real(),
            "document": EXCHANGE.written(exchange),
            "secrets": json.dumps(list(secrets)),
        }
        number = self._db.write(lambda c: number_of(c, _TABLE, values), hurries=True)
        self._counted("exchanges")
        return number

    def newest(self, query: ExchangeQuery) -> Sequence[Record]:
        """See Records."""
        which, before, found = list(_narrowed(query)), query.before, list[Record]()
        while query.limit is None or len(found) < query.limit:
            numbered = [] if before is None else [_TABLE.c.number < before]
            batch = _ROWS.where(*which, *numbered).order_by(_TABLE.c.number.desc()).limit(_BATCH)
            rows = self._db.read(lambda c, batch=batch: c.execute(batch).all())  # type: ignore[misc]
            for row in rows:
                exchange = replace(EXCHANGE.read(row.document), number=row.number)
                if query.matches(exchange):
                    found.append(Record(exchange, json.loads(row.secrets)))
            if len(rows) < _BATCH:
                break
            before = rows[-1].number
        return found[: query.limit]

    def __len__(self) -> int:
        """See Records."""
        return self._db.read(lambda c: c.execute(select(func.count()).select_from(_TABLE)).scalar_one())

    def clear(self) -> None:
        """See Records."""
        self._db.write(lambda c: c.execute(delete(_TABLE)))


def _narrowed(query: ExchangeQuery) -> Iterable[ColumnElement[bool]]:
    asked = {
        _TABLE.c.outcome: query.outcome,
        _TABLE.c.client_key: query.client_key,
        _TABLE.c.path: query.path,
        _TABLE.c.number: query.number,
        _TABLE.c.message: query.message,
    }
    return (column == value for column, value in asked.items() if value is not None)
