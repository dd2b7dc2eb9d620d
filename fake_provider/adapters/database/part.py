"""What all parts of the store have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Insert, Table, insert, literal
from sqlalchemy.dialects import postgresql, sqlite

from .engine import Database


class Part:
    """One part of a store: its methods are steps on one database."""

    def __init__(self, database: Database, *, real: Callable[[], float]) -> None:
        self._db = database
        self._real = real  # time that no fake clock moves: for leases, and for what grows old

    def _document(self, query: Executable, values: dict[str, Any]) -> str | None:
        """Return the one document that *query* finds."""
        return self._db.read(lambda c: c.execute(query, values).scalar())

    def _documents(self, query: Executable) -> list[str]:
        return self._db.read(lambda c: list(c.execute(query).scalars()))


def found(
    connection: Connection,
    query: Executable,
    to_change: Executable,
    values: dict[str, Any],
    *,
    is_to_change: bool,
) -> Any:
    """Return the row that *query* finds, or *to_change*, which locks it; None if there is none.

    Where somebody had it who has put another in its place, a reset, PostgreSQL finds none that it could lock; whoever only
    looks finds one of the two at any time.
    """
    seen = connection.execute(query, values).first()
    if not is_to_change or connection.dialect.name == "sqlite":  # there, whoever writes writes alone
        return seen
    while seen is not None:
        row = connection.execute(to_change, values).first()
        if row is not None:
            return row
        seen = connection.execute(query, values).first()
    return None


def insert_unless_there(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row; False if one with its key is there already."""
    return connection.execute(_unless_there(table, connection.dialect.name), values).first() is not None


def locked(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> Mapping[str, Any]:
    """Return the row with the *key*, which is nobody else's until the transaction ends; inserted if it is not there."""
    return dict(connection.execute(_locking(table, key, connection.dialect.name), values).mappings().one())


def put(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    """Insert a row, or put it in the place of the one with the same *key*."""
    connection.execute(_in_place(table, key, connection.dialect.name), values)


def number_of(connection: Connection, table: Table, values: dict[str, Any]) -> int:
    """Insert a row; returns the number that it was given."""
    key = connection.execute(_insertion(table), values).inserted_primary_key
    assert key is not None  # noqa: S101  each of these tables has one
    return int(key[0])


# Made once for each table: making a statement costs as much as running it.


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@cache
def _unless_there(table: Table, dialect: str) -> Any:
    return _DIALECTS[dialect].insert(table).on_conflict_do_nothing().returning(literal(1))


@cache
def _in_place(table: Table, key: str, dialect: str) -> Any:
    written = _DIALECTS[dialect].insert(table)
    others = {
        column.name: written.excluded[column.name]
        for column in table.columns
        if column.name != key and column is not table.autoincrement_column
    }
    return written.on_conflict_do_update(index_elements=[key], set_=others)


@cache
def _locking(table: Table, key: str, dialect: str) -> Any:
    # An update that changes nothing, in one statement: between an insert and a select somebody might delete it.
    written = _DIALECTS[dialect].insert(table)
    as_it_is = {key: written.excluded[key]}
    return written.on_conflict_do_update(index_elements=[key], set_=as_it_is).returning(*table.columns)


_DIALECTS: Mapping[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
