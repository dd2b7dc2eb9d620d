"""The store in a database: all its parts together."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select, update

from ...ports import Store
from . import tables
from .accounts import Accounts
from .cells import Cells
from .engine import Database
from .messages import Messages
from .sessions import Sessions
from .tokens import Tokens
from .waiting import Waiting
from .webhooks import Webhooks

_LOOK_SECONDS = 1.0
_LEASE_SECONDS = 60.0  # longer than an answer takes to go out
_LEEWAY_SECONDS = 30.0  # for what stands around a push
_ANYTHING = {table.name: select(table).limit(1) for table in tables.METADATA.sorted_tables}
_NOTHING = update(tables.messages).where(tables.messages.c.number < 0).values(account=None)
_OUTLIVE_A_RESET = (tables.sessions, tables.failures, tables.seeded, tables.cells, tables.exchanges)


class SqlStore(Accounts, Tokens, Messages, Webhooks, Sessions):
    """A Store in a database; every method is one transaction."""

    look_seconds: float | None = _LOOK_SECONDS

    @property
    def kind(self) -> str:
        """See Store."""
        return self._db.url.get_backend_name()

    def __init__(
        self,
        database: Database,
        cells: Cells,
        *,
        real: Callable[[], float],
        push_seconds: float,
        counted: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__(database, real=real)
        self._cells = cells
        self._counted = counted
        self._waiting = Waiting()
        self._lease_seconds = max(_LEASE_SECONDS, push_seconds + _LEEWAY_SECONDS)

    def refresh(self) -> None:
        """See Store."""
        self._cells.refresh()

    def check(self) -> None:
        """See Store."""

        def check(connection: Connection) -> None:
            for table in tables.METADATA.sorted_tables:
                connection.execute(_ANYTHING[table.name])
            connection.execute(_NOTHING)

        self._db.write(check, hurries=True)

    def clear(self, seed: Callable[[Store], None]) -> None:
        """See Store."""

        def clear(connection: Connection) -> None:
            self._one_at_a_time(connection)
            for table in reversed(tables.METADATA.sorted_tables):
                if table not in _OUTLIVE_A_RESET:
                    connection.execute(delete(table))
            seed(self)
            there = select(tables.accounts.c.email)
            signed_in = tables.sessions.c.account
            connection.execute(delete(tables.sessions).where(signed_in.is_not(None), signed_in.not_in(there)))

        self._db.write(clear)

    def seed(self, seed: Callable[[Store], None]) -> bool:
        """Let *seed* fill the store if nobody has before; return whether it did. Of many at once one does."""

        def filled(connection: Connection) -> bool:
            self._one_at_a_time(connection)
            if connection.execute(select(tables.seeded.c.once)).first():
                return False
            connection.execute(insert(tables.seeded).values(once=1))
            seed(self)
            return True

        return self._db.write(filled)
