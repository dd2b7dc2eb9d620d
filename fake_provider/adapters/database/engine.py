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
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, NoResultFound
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from ...errors import InvalidValue, StoreUnavailable
from .kinds import LONGEST_SECONDS, PATIENCE_SECONDS, engine_of
from .patience import Patience
from .trouble import FULL, is_collision, meaning_of

Result = TypeVar("Result")

_REPEATS = 3  # of a transaction that another one came before


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
        self._patience = None if self.is_sqlite else Patience(LONGEST_SECONDS)
        self._mine = threading.local()  # the connection of a transaction that this thread is in
        try:
            self._reading = engine_of(url, self._file, reads_only=True)
            self._writing = engine_of(url, self._file)
            # What may be lost when the server falls over, though not when a worker does, need not wait for its disk.
            self._hurrying = self._writing if self.is_sqlite else engine_of(url, self._file, hurries=True)
        except ModuleNotFoundError as error:
            raise InvalidValue(
                "database", f"{error.name} is not installed: pip install 'fake-nexmo[postgresql]'"
            ) from None

    @property
    def shown(self) -> str:
        """Its URL without the password, which may stand in its query as well."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Return what *work* reads, by single statements."""
        with self._as_it_is():
            mine: Connection | None = getattr(self._mine, "connection", None)
            if mine is not None:
                return work(mine)
            for is_last in (False, True):
                try:
                    with self._reading.connect() as connection, self._watched(connection):
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

    def _watched(self, connection: Connection) -> AbstractContextManager[None]:
        return nullcontext() if self._patience is None else self._patience.with_(connection)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Wait for the other threads of this process that write to the same file."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=2 * PATIENCE_SECONDS):
            raise StoreUnavailable(f"the database {self.shown} cannot be used: it is too slow to write to")
        try:
            yield
        finally:
            self._turn.release()

    def _repeatedly(self, engine: Engine, work: Callable[[Connection], Result]) -> Result:
        for left in reversed(range(_REPEATS)):
            is_being_kept = False
            try:
                with (
                    engine.connect() as connection,
                    self._watched(connection),
                    connection.begin() as transaction,
                ):
                    self._mine.connection = connection
                    try:
                        result = work(connection)
                    finally:
                        self._mine.connection = None
                    is_being_kept = True
                    transaction.commit()
                    return result
            except (IntegrityError, NoResultFound):
                # What was looked for in vain is there now, or the other way round: the next look knows.
                if not left:
                    raise
            except DBAPIError as error:
                if not left or is_being_kept or not (error.connection_invalidated or is_collision(error)):
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
            why = meaning_of(error)
            if why is None:
                raise
            if self.is_sqlite and why is FULL:
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
            what = "is not there" if self._inode is None else "is gone"
            raise StoreUnavailable(
                f"the database {self.shown} cannot be used: {self._file} {what} ({error.strerror})"
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
