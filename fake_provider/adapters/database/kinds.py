"""The kinds of databases: which one a URL means, and how each is connected to."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ...errors import InvalidValue

PATIENCE_SECONDS = 5  # to connect, and with others who write
_STATEMENT_SECONDS = 10
LONGEST_SECONDS = 15  # for a server that cannot even keep its own limits: it is stopped
_READERS, _WRITERS = 8, 4  # of each process at the most: PostgreSQL takes 100 of all unless told otherwise

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def url_of(text: str) -> URL:
    """Read ``--database``: a URL of SQLite or PostgreSQL, or the path of a SQLite file.

    Raises InvalidValue for another kind of database, and for what is neither.
    """
    if "://" not in text and text != ":memory:":
        return URL.create("sqlite", database=text)
    problem = "a path, sqlite:///path or postgresql+psycopg://user@host/name is wanted"
    try:
        text.encode()
        url = make_url("sqlite://" if text == ":memory:" else text)
    except (ArgumentError, ValueError):
        raise InvalidValue("database", problem) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise InvalidValue("database", problem)
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise InvalidValue("database", "a database in memory ends with its connection; leave --database out")
    return url.set(drivername=driver)


def engine_of(url: URL, file: Path | None, *, reads_only: bool = False, hurries: bool = False) -> Engine:
    """Return what makes connections.

    Args:
        file: of a SQLite database.
        reads_only: each statement is for itself; else all are part of a transaction.
        hurries: what is kept need not have reached the server's disk before it goes on.
    """
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if reads_only else {}
    engine = create_engine(
        url if file is None else _url_of_file(file),
        pool_size=_READERS if reads_only else _WRITERS,
        max_overflow=0,
        hide_parameters=True,  # secrets are among them, and an error would show them
        pool_timeout=PATIENCE_SECONDS * 2,
        connect_args=_postgresql_arguments(hurries=hurries) if file is None else _sqlite_arguments(),
        **options,
    )
    if file is not None:
        event.listen(engine, "connect", _prepare_sqlite)
        if not reads_only:
            event.listen(engine, "connect", _keep_a_log)
            event.listen(engine, "begin", _begin_to_write)
    return engine


def _url_of_file(file: Path) -> URL:
    # mode=rw: a file that is gone must not come back empty.
    return URL.create("sqlite", database=f"file:{quote(str(file))}", query={"mode": "rw", "uri": "true"})


def _sqlite_arguments() -> dict[str, Any]:
    return {"timeout": PATIENCE_SECONDS, "check_same_thread": False, "isolation_level": None}


def _postgresql_arguments(*, hurries: bool) -> dict[str, Any]:
    settings = {
        "statement_timeout": _STATEMENT_SECONDS * 1000,
        "lock_timeout": PATIENCE_SECONDS * 2000,
        "idle_in_transaction_session_timeout": _STATEMENT_SECONDS * 1000,
        **({"synchronous_commit": "off"} if hurries else {}),
    }
    return {
        "connect_timeout": PATIENCE_SECONDS,
        "application_name": "fake-nexmo",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def _prepare_sqlite(connection: Any, _: object) -> None:
    # NORMAL: what was kept survives the end of any process; a power cut may take the last moments.
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log(connection: Any, _: object) -> None:
    # With a write-ahead log readers and a writer do not wait for one another. The file remembers that it has one; whoever
    # only reads must not change it.
    connection.execute("PRAGMA journal_mode=WAL")


def _begin_to_write(connection: Connection) -> None:
    # At once for writing: two that have both read cannot both write, and one would have to be turned away.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
