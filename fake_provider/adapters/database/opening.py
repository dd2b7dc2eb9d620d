"""Opens a database, whatever state it is in, for one process."""

from __future__ import annotations

import time
from functools import partial

from ...domain.fault import Fault
from ...domain.webhook import ANSWER_SECONDS, CONNECT_SECONDS
from ...trace import Trace
from ..clock import Faces
from ..state import State, secrets_of
from .cells import Cells
from .documents import Document
from .engine import Database
from .keeping import Keeper, Retention
from .records import SqlRecords
from .schema import ensure_newest
from .store import SqlStore


def trace_of(database: Database) -> Trace:
    """Return the exchanges of a database, to be looked at by somebody who serves nothing."""
    keeper = Keeper(database, Retention())
    store = SqlStore(database, Cells(database), real=time.time, push_seconds=0.0)
    records = SqlRecords(database, real=time.time, counted=keeper.counted)
    return Trace(records, known_secrets=partial(secrets_of, store))


def in_database(
    database: Database, retention: Retention, *, push_seconds: float = CONNECT_SECONDS + ANSWER_SECONDS
) -> State:
    """Return state that outlives this process, and that others share.

    Args:
        database: a file that is not there is made; an older schema is migrated.
        push_seconds: how long a push of a webhook takes at the most.

    Raises:
        Conflict: it was made by a newer fake-nexmo, or is something else's.
        StoreUnavailable: it cannot be reached.
    """
    ensure_newest(database)
    keeper = Keeper(database, retention)
    cells = Cells(database)
    store = SqlStore(database, cells, real=time.time, counted=keeper.counted, push_seconds=push_seconds)
    state = State(
        store=store,
        faces=cells.cell("clocks", Document(Faces), Faces()),
        faults=cells.cell("faults", Document(tuple[Fault, ...]), ()),
        records=SqlRecords(database, real=time.time, counted=keeper.counted),
        seed=store.seed,
        close=database.close,
    )
    store.refresh()
    return state
