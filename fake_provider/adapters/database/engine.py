"""Connections and transactions, and what goes wrong with them: a database that is gone, locked, full or read-only.

Whatever of these it is, it is a ``StoreUnavailable`` with one clear line. A connection that broke before its transaction
was to be kept is made again, once, and the transaction repeated: PostgreSQL was restarted, mostly. One that breaks while it
is being kept is not: nobody knows whether it was.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from ...errors import InvalidValue, StoreUnavailable

Result = TypeVar("Result")

_READERS, _WRITERS = (
    8,
    4,
)  # connections of each process at the most; PostgreSQL takes 100 of all unless told otherwise
_PATIENCE_SECONDS = 5
_STATEMENT_SECONDS = 20
_REPEATS = 3  # of a transaction that another one came before

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}

_FULL = "the disk is full; make room, and it goes on"
_WHY = (
    ("database is locked", "another program keeps it locked; try again"),
    ("database table is locked", "another program keeps it locked; try again"),
    ("disk is full", _FULL),
    ("no space left", _FULL),
    ("could not extend file", _FULL),
    ("disk i/o error", "the disk cannot be read or written"),
    ("readonly database", "it is read-only; make the file and its folder writable for this user"),
    ("read-only transaction", "it is read-only: a standby, or set so; point --database to the primary"),
    (
        "unable to open database file",
        "the file cannot be opened; is its folder there, and readable for this user?",
    ),
    ("not a database", "the file is no SQLite database; choose another"),
    ("malformed", "the file is damaged; restore it, or choose another"),
    ("no such table", "its tables are gone; run fake-nexmo db upgrade"),
    ("undefinedtable", "its tables are gone; run fake-nexmo db upgrade"),
    ("password authentication failed", "it refuses the password"),
    ("no password supplied", "it wants a password; put one into the URL or into PGPASSWORD"),
    ('role "', "it refuses this user"),
    ("too many clients", "it takes no more connections; raise max_connections, or run fewer workers"),
    ("does not exist", "there is no such database; create it first: createdb"),
    ("starting up", "it is starting"),
    ("shutting down", "it is shutting down"),
    ("statement timeout", "it is too slow to answer"),
    ("lock timeout", "another program keeps it locked; try again"),
    ("connection refused", "nothing listens there"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
)
"""What a driver says, in lower case, and what it means for whoever runs the fake."""


def url_of(text: str) -> URL:
    """Read ``--database``: a URL of SQLite or PostgreSQL, or the path of a SQLite file.

    Raises InvalidValue for another kind of database, and for what is neither.
    """
    if "://" not in text:
        return URL.create("sqlite", database=text)
    problem = "a path, sqlite:///path or postgresql+psycopg://user@host/name is wanted"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InvalidValue("database", problem) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise InvalidValue("database", problem)
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise InvalidValue("database", "a database in memory ends with its connection; leave --database out")
    return url.set(drivername=driver)


class Database:
    """One database, used by many threads.

    Args:
        url: as ``url_of`` returns it.

    Raises InvalidValue where its driver is not installed.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._file = Path(url.database or "").absolute() if self.is_sqlite else None
        self._inode: tuple[int, int] | None = None
        # SQLite lets those who want to write sleep and try again, longer each time; here they stand in a line.
        self._turn = threading.Lock() if self.is_sqlite else None
        self._mine = threading.local()  # the connection of a transaction that this thread is in
        try:
            self._reading = self._engine(reads_only=True)
            self._writing = self._engine()
            # What may be lost when the server falls over, though not when a worker does, need not wait for its disk.
            self._hurrying = self._writing if self.is_sqlite else self._engine(hurries=True)
        except ModuleNotFoundError as error:
            raise InvalidValue(
                "database", f"{error.name} is not installed: pip install 'fake-nexmo[postgresql]'"
            ) from None

    @property
    def shown(self) -> str:
        """Its URL without the password."""
        return self.url.render_as_string(hide_password=True)

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Return what *work* reads, by single statements."""
        with self._as_it_is():
            mine: Connection | None = getattr(self._mine, "connection", None)
            if mine is not None:
                return work(mine)
            for is_last in (False, True):
                try:
                    with self._reading.connect() as connection:
                        return work(connection)
                except DBAPIError as error:
                    if is_last or not error.connection_invalidated:
                        raise
            raise AssertionError("it was returned or raised")

    def write(self, work: Callable[[Connection], Result], *, hurries: bool = False) -> Result:
        """Return what *work* does as one transaction; within another one it is a part of that.

        *work* may be called again where somebody else came before it.
        """
        with self._as_it_is():
            mine: Connection | None = getattr(self._mine, "connection", None)
            if mine is not None:
                return work(mine)
            with self._my_turn():
                return self._repeatedly(self._hurrying if hurries else self._writing, work)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Wait for the other threads of this process that write to the same file."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=2 * _PATIENCE_SECONDS):
            raise StoreUnavailable(f"the database {self.shown} cannot be used: it is too slow to write to")
        try:
            yield
        finally:
            self._turn.release()

    def _repeatedly(self, engine: Engine, work: Callable[[Connection], Result]) -> Result:
        for left in reversed(range(_REPEATS)):
            is_being_kept = False
            try:
                with engine.connect() as connection, connection.begin() as transaction:
                    self._mine.connection = connection
                    try:
                        result = work(connection)
                    finally:
                        self._mine.connection = None
                    is_being_kept = True
                    transaction.commit()
                    return result
            except IntegrityError:
                if not left:  # what was looked for in vain is there now: the next look finds it
                    raise
            except DBAPIError as error:
                if not left or is_being_kept or not (error.connection_invalidated or _is_collision(error)):
                    raise
        raise AssertionError("it was returned or raised")

    @contextmanager
    def _as_it_is(self) -> Iterator[None]:
        """Say in one line what is wrong with the database."""
        try:
            self._ensure_same_file()
            yield
        except IntegrityError:
            raise
        except (DBAPIError, NoConnectionFree) as error:
            why = _why(error)
            if why is None:
                raise
            if self.is_sqlite and why is _FULL:
                self._fold_log()
            raise StoreUnavailable(f"the database {self.shown} cannot be used: {why}") from error

    def _fold_log(self) -> None:
        """Write the write-ahead log into the file, where most of it replaces what stands there: it may make room enough."""
        with suppress(DBAPIError), self._reading.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _ensure_same_file(self) -> None:
        """Notice that the file was deleted or replaced: SQLite would go on in one that nobody finds any more."""
        if self._file is None:
            return
        try:
            found = os.stat(self._file)
        except OSError as error:
            self.close()
            raise StoreUnavailable(
                f"the database {self.shown} cannot be used: {self._file} is gone ({error.strerror}); "
                "put it back, or start anew"
            ) from None
        inode = (found.st_dev, found.st_ino)
        if self._inode != inode:
            if self._inode is not None:
                self.close()
            self._inode = inode

    def close(self) -> None:
        """Close all connections that nobody uses; it can be used again."""
        for engine in {self._reading, self._writing, self._hurrying}:
            engine.dispose()

    def make_file(self) -> None:
        """Make the file of a database that is one, readable for its owner alone: secrets will stand in it."""
        if self._file is None or self._file.exists():
            return
        try:
            os.close(os.open(self._file, os.O_CREAT | os.O_WRONLY, stat.S_IRUSR | stat.S_IWUSR))
        except OSError as error:
            raise StoreUnavailable(f"the database {self._file} cannot be made: {error.strerror}") from None

    def _engine(self, *, reads_only: bool = False, hurries: bool = False) -> Engine:
        options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if reads_only else {}
        engine = create_engine(
            self._sqlite_url() if self.is_sqlite else self.url,
            pool_size=_READERS if reads_only else _WRITERS,
            max_overflow=0,
            pool_timeout=_PATIENCE_SECONDS * 2,
            connect_args=_sqlite_arguments() if self.is_sqlite else _postgresql_arguments(hurries=hurries),
            **options,
        )
        if self.is_sqlite:
            event.listen(engine, "connect", _prepare_sqlite)
            if not reads_only:
                event.listen(engine, "begin", _begin_to_write)
        return engine

    def _sqlite_url(self) -> URL:
        # mode=rw: a file that is gone must not come back empty.
        assert self._file is not None  # noqa: S101  it is SQLite
        return URL.create(
            "sqlite", database=f"file:{_quoted(self._file)}", query={"mode": "rw", "uri": "true"}
        )


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path))


def _sqlite_arguments() -> dict[str, Any]:
    return {"timeout": _PATIENCE_SECONDS, "check_same_thread": False, "isolation_level": None}


def _postgresql_arguments(*, hurries: bool) -> dict[str, Any]:
    settings = {
        "statement_timeout": _STATEMENT_SECONDS * 1000,
        "lock_timeout": _PATIENCE_SECONDS * 2000,
        "idle_in_transaction_session_timeout": _STATEMENT_SECONDS * 1000,
        **({"synchronous_commit": "off"} if hurries else {}),
    }
    return {
        "connect_timeout": _PATIENCE_SECONDS,
        "application_name": "fake-nexmo",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def _prepare_sqlite(connection: Any, _: object) -> None:
    # With a write-ahead log readers and a writer do not wait for one another. NORMAL: what was kept survives the end of
    # any process; a power cut may take the last moments.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_to_write(connection: Connection) -> None:
    # At once for writing: two that have both read cannot both write, and one would have to be turned away.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_collision(error: DBAPIError) -> bool:
    """Whether PostgreSQL asks to try again: serialization failure, deadlock (SQLSTATE class 40)."""
    return str(getattr(error.orig, "sqlstate", "") or "").startswith("40")


def _why(error: DBAPIError | NoConnectionFree) -> str | None:
    """Return in words what is wrong with the database; None where it is our own statement."""
    if isinstance(error, NoConnectionFree):
        return "all connections are in use; it is too slow, or has too many clients"
    said = f"{type(error.orig).__name__}: {error.orig}"
    folded = said.lower()
    for phrase, meaning in _WHY:
        if phrase in folded:
            return meaning
    if error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError"):
        return " ".join(said.split())[:300]
    return None
