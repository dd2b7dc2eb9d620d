"""Opens a database, whatever state it is in, for one process."""

from __future__ import annotations

import time

from ...domain.fault import Fault
from ...domain.webhook import ANSWER_SECONDS, CONNECT_SECONDS
from ..clock import Faces
from ..state import State
from .cells import Cells
from .documents import Document
from .engine import Database, url_of
from .keeping import Keeper, Retention
from .records import SqlRecords
from .schema import ensure_newest
from .store import SqlStore


def in_database(
    url: str, retention: Retention, *, push_seconds: float = CONNECT_SECONDS + ANSWER_SECONDS
) -> State:
    """Return state that outlives this process, and that others share.

    Args:
        url: a path, or a URL of SQLite or PostgreSQL. A file that is not there is made; an older schema is migrated.
        push_seconds: how long a push of a webhook takes at the most.

    Raises:
        InvalidValue: it is no such URL, or the driver is not installed.
        Conflict: it was made by a newer fake-nexmo, or is something else's.
        StoreUnavailable: it cannot be reached.
    """
    database = Database(url_of(url))
    ensure_newest(database)
    keeper = Keeper(database, retention, real=time.time)
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
