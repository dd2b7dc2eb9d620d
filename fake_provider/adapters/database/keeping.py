"""How much a database remembers: by count, and by age; what is beyond that is forgotten as new things come."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from ...domain.message import MAX_MESSAGES
from ...errors import StoreUnavailable
from ...trace import MAX_EXCHANGES
from . import tables
from .engine import Database

_log = logging.getLogger("fake_nexmo.database")

DAY_SECONDS = 86_400.0
MAX_NONCES = 1_000_000
NONCE_SECONDS = 600.0  # twice the window of a timestamp: a use may be remembered early, never forgotten early
_OFTEN = 200  # so many more than it should a database may hold at a time, for each process
_LEEWAY = 50  # a fiftieth


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """So much is remembered. Ages are in real time, whatever the fake's clocks show."""

    max_messages: int = MAX_MESSAGES  # and so many that came in, and so many attempts at webhooks
    max_exchanges: int = MAX_EXCHANGES
    max_nonces: int = MAX_NONCES  # younger ones than ten minutes are remembered in any case
    max_age_days: float | None = None


class Keeper:
    """Counts what is kept, and forgets what is too much from time to time."""

    def __init__(
        self, database: Database, retention: Retention, *, real: Callable[[], float] = time.time
    ) -> None:
        self._db = database
        self._retention = retention
        self._real = real
        self._lock = threading.Lock()
        self._kept: Counter[str] = Counter()
        self._every = {
            "sent": _interval(retention.max_messages),
            "inbound": _interval(retention.max_messages),
            "exchanges": _interval(retention.max_exchanges),
        }

    def counted(self, what: str) -> None:
        """One more was kept."""
        with self._lock:
            self._kept[what] += 1
            is_time = self._kept[what] % self._every[what] == 0
        if is_time:
            try:
                self.prune()
            except StoreUnavailable as error:  # what was kept is kept: there is nothing to refuse
                _log.warning("nothing was forgotten: %s", error)

    def prune(self) -> dict[str, int]:
        """Forget what is too much or too old; returns how many of each."""
        messages, exchanges, attempts = tables.messages, tables.exchanges, tables.attempts
        limits = self._retention
        is_inbound = messages.c.kind == "inbound"

        def prune(connection: Connection) -> dict[str, int]:
            return {
                "messages": self._newest(connection, messages, limits.max_messages, ~is_inbound, by_age=True),
                "inbound": self._newest(connection, messages, limits.max_messages, is_inbound, by_age=True),
                "attempts": self._newest(connection, attempts, limits.max_messages),
                "exchanges": self._newest(connection, exchanges, limits.max_exchanges, by_age=True),
                "nonces": self._nonces(connection),
            }

        return self._db.write(prune, hurries=True)

    def _newest(
        self,
        connection: Connection,
        table: Table,
        at_most: int,
        *which: ColumnElement[bool],
        by_age: bool = False,
    ) -> int:
        """Keep the newest of a table, *at_most* so many; numbers count up, so that the oldest have the lowest."""
        number = table.c.number
        beyond = select(number).where(*which).order_by(number.desc()).offset(at_most).limit(1)
        last = connection.execute(beyond).scalar() or 0
        if by_age and self._retention.max_age_days is not None:
            too_old = self._real() - self._retention.max_age_days * DAY_SECONDS
            youngest = select(func.max(number)).where(*which, table.c.kept_at < too_old)
            last = max(last, connection.execute(youngest).scalar() or 0)
        if not last:
            return 0
        return connection.execute(delete(table).where(*which, number <= last)).rowcount

    def _nonces(self, connection: Connection) -> int:
        kept_at, now = tables.nonces.c.kept_at, self._real()
        beyond = select(kept_at).order_by(kept_at.desc()).offset(self._retention.max_nonces).limit(1)
        oldest = connection.execute(beyond).scalar() or 0.0
        days = 1.0 if self._retention.max_age_days is None else self._retention.max_age_days
        too_old = min(max(oldest, now - days * DAY_SECONDS), now - NONCE_SECONDS)
        return connection.execute(delete(tables.nonces).where(kept_at < too_old)).rowcount


def _interval(limit: int) -> int:
    return max(1, min(_OFTEN, limit // _LEEWAY))
