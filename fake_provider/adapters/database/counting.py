"""How much a database holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from . import tables
from .engine import Database
from .schema import version_of
from .transfer import rows_of

_COUNTED = (
    tables.accounts,
    tables.apps,
    tables.tokens,
    tables.messages,
    tables.exchanges,
    tables.nonces,
    tables.webhooks,
    tables.attempts,
    tables.sessions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """What ``db stats`` shows."""

    database: str  # its URL, without a password
    schema: str | None
    octets: int
    rows: dict[str, int]
    oldest_message_at: float | None  # real time: seconds since the epoch
    newest_message_at: float | None


def stats(database: Database) -> Stats:
    """Count."""

    def counted(connection: Connection) -> Stats:
        kept_at = tables.messages.c.kept_at
        oldest, newest = connection.execute(select(func.min(kept_at), func.max(kept_at))).one()
        return Stats(
            database=database.shown,
            schema=version_of(connection),
            octets=_octets(connection),
            rows={table.name: rows_of(connection, table) for table in _COUNTED},
            oldest_message_at=oldest,
            newest_message_at=newest,
        )

    return database.read(counted)


def _octets(connection: Connection) -> int:
    size = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if connection.dialect.name == "sqlite"
        else "SELECT pg_database_size(current_database())"
    )
    return int(connection.execute(text(size)).scalar_one())
