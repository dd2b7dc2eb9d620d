"""What all parts of the store have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Executable, Insert, Table, literal

from .engine import Database


class Part:
    """One part of a store: its methods are steps on one database."""

    def __init__(self, database: Database, *, real: Callable[[], float]) -> None:
        self._db = database
        # SELECT … FOR UPDATE stands in many of these steps; SQLite ignores it, and needs none: who writes, writes alone.
        self._real = real  # time that no fake clock moves: for leases, and for what grows old

    def _document(self, query: Executable) -> str | None:
        """Return the one document that *query* finds."""
        return self._db.read(lambda c: c.execute(query).scalar())

    def _documents(self, query: Executable) -> list[str]:
        return self._db.read(lambda c: list(c.execute(query).scalars()))


def insert_unless_there(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row; False if one with its key is there already."""
    insert = _insert(connection, table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return connection.execute(insert).first() is not None


def put(connection: Connection, table: Table, key: str, values: dict[str, Any]) -> None:
    """Insert a row, or put it in the place of the one with the same *key*."""
    insert = _insert(connection, table).values(**values)
    others = {name: value for name, value in values.items() if name != key}
    connection.execute(insert.on_conflict_do_update(index_elements=[key], set_=others))


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def number_of(connection: Connection, insert: Insert) -> int:
    """Insert a row; returns the number that it was given."""
    key = connection.execute(insert).inserted_primary_key
    assert key is not None  # noqa: S101  each of these tables has one
    return int(key[0])
