"""Small values that all who share a database see: the clocks, and the faults that are planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, select, update

from . import tables
from .documents import Document
from .engine import Database
from .part import insert_unless_there

Value = TypeVar("Value")
Result = TypeVar("Result")
_TABLE = tables.cells
_VERSIONS = select(_TABLE.c.name, _TABLE.c.version)


class Cells:
    """The cells of one database, as this process has seen them last."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._seen: dict[str, tuple[int, Any]] = {}  # replaced as a whole: threads read it at any time
        self._cells: dict[str, SqlCell[Any]] = {}

    def cell(self, name: str, document: Document[Value], empty: Value) -> SqlCell[Value]:
        """Return the cell *name*, which is *empty* until somebody changes it."""
        cell = SqlCell(self, self._db, name, document, empty)
        self._cells[name] = cell
        return cell

    def refresh(self) -> None:
        """See what others have changed: one statement, which brings the documents only where there is news."""
        versions = self._db.read(lambda c: c.execute(_VERSIONS).all())
        there = dict(versions) if versions else {}
        for name, cell in self._cells.items():
            if self.version(name) != there.get(name, 0):
                if self.version(name) > there.get(
                    name, 0
                ):  # what was seen is another database's, or was cleared
                    self.forget(name)
                cell.look()

    def version(self, name: str) -> int:
        """Return which version of a cell was seen last; 0 before there is one."""
        return self._seen.get(name, (0, None))[0]

    def seen(self, name: str) -> Any:
        """Return the value that was seen last, None before there is one."""
        return self._seen.get(name, (0, None))[1]

    def see(self, name: str, version: int, value: object) -> None:
        """Remember what a cell holds; what a slower thread has read does not replace what is newer."""
        if version >= self.version(name):
            self._seen = {**self._seen, name: (version, value)}

    def forget(self, name: str) -> None:
        """Forget what was seen of a cell."""
        self._seen = {other: seen for other, seen in self._seen.items() if other != name}


class SqlCell(Generic[Value]):
    """See Cell."""

    def __init__(
        self, cells: Cells, database: Database, name: str, document: Document[Value], empty: Value
    ) -> None:
        self._cells = cells
        self._db = database
        self._name = name
        self._document = document
        self._empty = empty

    def read(self) -> Value:
        """See Cell."""
        value: Value | None = self._cells.seen(self._name)
        return self._empty if value is None else value

    def look(self) -> None:
        """See what the database holds now."""
        self._see(*self._db.read(self._held))

    def change(self, change: Callable[[Value], tuple[Value, Result]]) -> Result:
        """See Cell."""

        def changed(connection: Connection) -> tuple[int, Value, Result]:
            first = {"name": self._name, "version": 0, "document": self._document.written(self._empty)}
            insert_unless_there(connection, _TABLE, first)
            version, held = self._held(connection, is_to_change=True)
            value, result = change(held)
            if value is held:
                return version, held, result
            connection.execute(
                update(_TABLE)
                .where(_TABLE.c.name == self._name)
                .values(version=version + 1, document=self._document.written(value))
            )
            return version + 1, value, result

        version, value, result = self._db.write(changed)
        self._see(version, value)
        return result

    def _see(self, version: int, value: Value) -> None:
        self._cells.see(self._name, version, value)

    def _held(self, connection: Connection, *, is_to_change: bool = False) -> tuple[int, Value]:
        one = select(_TABLE.c.version, _TABLE.c.document).where(_TABLE.c.name == self._name)
        row = connection.execute(one.with_for_update() if is_to_change else one).first()
        return (0, self._empty) if row is None else (row.version, self._document.read(row.document))
