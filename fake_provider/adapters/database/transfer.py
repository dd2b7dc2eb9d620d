"""Takes everything out of a database as JSON lines, and puts it into another one, of whatever kind.

The first line says what they are, the last one how many: {"rows": 21}. Each other one is a row:
{"table": "messages", "row": {…}}. Documents are objects, octets are in hexadecimal. What only ever concerns the processes
of a moment, browsers and leases, stays where it is. Exchanges come without their secrets; accounts, apps and tokens cannot:
whoever has the file can act as them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, delete, func, insert, select, tuple_
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from ...errors import Conflict, InvalidValue
from ...trace import ExchangeQuery, Trace
from ...version import __version__
from . import tables
from .documents import (
    ACCESS_TOKEN,
    ACCOUNT,
    APP,
    ATTEMPT,
    EXCHANGE,
    INBOUND,
    MESSAGE,
    REQUEST_TOKEN,
    WEBHOOK,
    Document,
)
from .engine import Database
from .schema import NEWEST
from .tables import key_of

_STAY = (tables.claims, tables.sessions, tables.failures, tables.requests)
TABLES = tuple(table for table in tables.METADATA.sorted_tables if table not in _STAY)
_BY_NAME = {table.name: table for table in TABLES}
_LEASES = {"held_until": None, "taken_until": None}
_NESTED = ("document", "secrets")
_BATCH = 500

Rows = Iterable[Mapping[str, Any]]


def count(database: Database) -> int:
    """Return how many rows an export has."""
    return sum(database.read(lambda c: [rows_of(c, table) for table in TABLES]))


def rows_of(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def exported(database: Database, trace: Trace) -> Iterator[str]:
    """Yield the lines, without their ends; *trace* takes the secrets out of exchanges."""
    yield json.dumps({"fake-nexmo": __version__, "schema": NEWEST})
    written = 0
    for table in TABLES:
        for rows in _batches(database, table):
            clean = _without_secrets(rows, trace) if table is tables.exchanges else rows
            for row in clean:
                written += 1
                yield json.dumps({"table": table.name, "row": _written(table, row)}, ensure_ascii=False)
    yield json.dumps({"rows": written})


def _batches(database: Database, table: Table) -> Iterator[Rows]:
    """Yield the rows of a table in the order of their key, some hundred at a time."""
    keys = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        batch = select(table).order_by(*keys).limit(_BATCH)
        if last is not None:
            batch = batch.where(tuple_(*keys) > last)
        rows = database.read(lambda c, batch=batch: c.execute(batch).mappings().all())  # type: ignore[misc]
        yield rows
        if len(rows) < _BATCH:
            return
        last = tuple(rows[-1][key.name] for key in keys)


def _without_secrets(rows: Rows, trace: Trace) -> Rows:
    for row in rows:
        (exchange,) = trace.exchanges(ExchangeQuery(number=row["number"])) or (None,)
        if exchange is not None:  # None: forgotten meanwhile
            # In the path of old clients their secret stood.
            yield {
                **row,
                "path": key_of(exchange.request.path),
                "client_key": exchange.client_key and key_of(exchange.client_key),
                "document": EXCHANGE.written(exchange),
                "secrets": "[]",
            }


def _written(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    def written(name: str, value: Any) -> Any:
        if name in _LEASES:
            return None
        if name in _NESTED:
            return json.loads(value)
        return value.hex() if isinstance(value, bytes) else value

    return {column.name: written(column.name, row[column.name]) for column in table.columns}


def imported(
    database: Database, lines: Iterable[str], *, replace: bool, told: Callable[[], None] = lambda: None
) -> int:
    """Put *lines* into a database, all or none; returns how many rows; *told* is called after each.

    Args:
        replace: forget what is there first; else it has to be empty.

    Raises:
        InvalidValue: a line is not what an export writes; it is named.
        Conflict: the database is not empty.
    """

    def put(connection: Connection) -> int:
        if replace:
            for table in reversed(tables.METADATA.sorted_tables):
                connection.execute(delete(table))
        elif any(rows_of(connection, table) for table in (tables.accounts, tables.messages, tables.seeded)):
            raise Conflict("the database is not empty; choose another, or --replace what is there")
        rows = 0
        for number, parsed in _whole(lines):
            _put(connection, number, parsed)
            rows += 1
            told()
        _count_on(connection)
        return rows

    return database.write(put)


def _whole(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows with the numbers of their lines, having seen to it that beginning and end are there."""
    rows, end = 0, None
    for number, line in enumerate(lines, start=1):
        if number == 1:
            _ensure_ours(line)
        elif line.strip():
            if end is not None:
                raise InvalidValue(f"line {number}", "it stands behind the end of the export")
            parsed = _parsed(number, line)
            end = parsed.get("rows")
            if end is None:
                rows += 1
                yield number, parsed
    if end != rows:
        raise InvalidValue("", "the end of the export is missing, or rows of it are: it was cut off")


def _ensure_ours(line: str) -> None:
    if not line.strip():
        raise InvalidValue("", "there is nothing to import; is the file empty?")
    first = _parsed(1, line)
    if "fake-nexmo" not in first or "schema" not in first:
        raise InvalidValue("line 1", "it is not the beginning of an export of fake-nexmo")
    if first["schema"] != NEWEST:
        raise InvalidValue(
            "line 1", f"it was exported from schema {first['schema']}, and {NEWEST} is wanted: export it anew"
        )


def _put(connection: Connection, number: int, parsed: Mapping[str, Any]) -> None:
    table, row = _BY_NAME.get(str(parsed.get("table"))), parsed.get("row")
    if table is None or not isinstance(row, dict) or set(row) != {column.name for column in table.columns}:
        raise InvalidValue(f"line {number}", "it is no row of an export")
    wrong = InvalidValue(f"line {number}", "a value in it does not fit, or stands there twice")
    try:
        values = _read(table, row)
        if kinds := _KINDS.get(table.name):
            kinds(row).read(values["document"])
        connection.execute(insert(table).values(**values))
    except (IntegrityError, DataError):
        raise wrong from None
    except DBAPIError:
        raise
    except (StatementError, msgspec.MsgspecError, TypeError, ValueError, KeyError):
        raise wrong from None


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Document[Any]]] = {
    "accounts": lambda _: ACCOUNT,
    "apps": lambda _: APP,
    "tokens": lambda row: REQUEST_TOKEN if row["kind"] == "request" else ACCESS_TOKEN,
    "messages": lambda row: INBOUND if row["kind"] == "inbound" else MESSAGE,
    "webhooks": lambda _: WEBHOOK,
    "attempts": lambda _: ATTEMPT,
    "exchanges": lambda _: EXCHANGE,
}
"""What the documents of a row are; of the cells nobody knows until they are read."""


def _read(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    def read(name: str, value: Any) -> Any:
        if name in _NESTED:
            return json.dumps(value, ensure_ascii=False)
        return bytes.fromhex(value) if isinstance(table.c[name].type, LargeBinary) else value

    return {name: read(name, value) for name, value in row.items()}


def _parsed(number: int, line: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidValue(f"line {number}", "it is no JSON; was the export cut off?") from None
    if not isinstance(parsed, dict):
        raise InvalidValue(f"line {number}", "it is no object")
    return parsed


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL go on counting behind the numbers that were brought along; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in TABLES:
        if "number" in table.primary_key.columns:
            newest = select(func.coalesce(func.max(table.c.number), 0) + 1).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, "number")
            connection.execute(select(func.setval(sequence, newest, False)))
