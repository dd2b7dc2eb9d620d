"""How much a database remembers: by count, and by age; what is beyond that is forgotten as new things come."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
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
_LEEWAY = 50  # a fiftieth more than it should a database may hold at a time, for each process


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
        self._kinds: Mapping[str, _Kind] = {
            "messages": _Kind(self._sent, retention.max_messages),
            "inbound": _Kind(self._inbound, retention.max_messages),
            "attempts": _Kind(self._attempts, retention.max_messages),
            "exchanges": _Kind(self._exchanges, retention.max_exchanges),
            "nonces": _Kind(self._nonces, retention.max_nonces),
        }

    def counted(self, what: str) -> None:
        """One more was kept."""
        kind = self._kinds[what]
        with self._lock:
            self._kept[what] += 1
            is_time = self._kept[what] % kind.every == 0
        if is_time:
            try:
                self._db.write(kind.forget, hurries=True)
            except StoreUnavailable as error:  # what was kept is kept: there is nothing to refuse
                _log.warning("nothing was forgotten: %s", error)

    def prune(self) -> dict[str, int]:
        """Forget what is too much or too old; returns how many of each."""

        def prune(connection: Connection) -> dict[str, int]:
            return {what: kind.forget(connection) for what, kind in self._kinds.items()}

        return self._db.write(prune, hurries=True)

    def _sent(self, connection: Connection) -> int:
        is_sent = tables.messages.c.kind != "inbound"
        return self._newest(connection, tables.messages, self._retention.max_messages, is_sent, by_age=True)

    def _inbound(self, connection: Connection) -> int:
        is_inbound = tables.messages.c.kind == "inbound"
        return self._newest(
            connection, tables.messages, self._retention.max_messages, is_inbound, by_age=True
        )

    def _attempts(self, connection: Connection) -> int:
        return self._newest(connection, tables.attempts, self._retention.max_messages)

    def _exchanges(self, connection: Connection) -> int:
        return self._newest(connection, tables.exchanges, self._retention.max_exchanges, by_age=True)

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
        last = 0
        first, newest = connection.execute(select(func.min(number), func.max(number))).one()
        if first is not None and newest - first >= at_most:
            # Else there cannot be too many, and nobody has to count.
            beyond = select(number).where(*which).order_by(number.desc()).offset(at_most).limit(1)
            last = connection.execute(beyond).scalar() or 0
        if by_age and self._retention.max_age_days is not None:
            too_old = self._real() - self._retention.max_age_days * DAY_SECONDS
            young = select(number).where(*which, table.c.kept_at >= too_old).order_by(number).limit(1)
            last = max(last, (connection.execute(young).scalar() or (newest or 0) + 1) - 1)
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


class _Kind:
    """One kind of things: how it is forgotten, and after how many new ones that is worth it."""

    def __init__(self, forget: Callable[[Connection], int], limit: int) -> None:
        self.forget = forget
        self.every = max(1, limit // _LEEWAY)
