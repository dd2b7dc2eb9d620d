"""What a fake remembers, and where: in this process's memory, or in a database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..domain.fault import Fault
from ..domain.message import MAX_MESSAGES
from ..ports import Cell, Store
from ..trace import MAX_EXCHANGES, Records
from .clock import Faces
from .store.cell import MemoryCell
from .store.memory import MemoryStore
from .store.records import MemoryRecords


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The four places with state: the store, the clocks, the faults, the records of the trace."""

    store: Store
    faces: Cell[Faces]
    faults: Cell[tuple[Fault, ...]]
    records: Records
    seed: Callable[[Callable[[Store], None]], bool]  # fills the store, once; returns whether it did
    close: Callable[[], None] = lambda: None  # lets go of what is open


def in_process(*, max_messages: int = MAX_MESSAGES, max_exchanges: int = MAX_EXCHANGES) -> State:
    """Return state that ends with this process."""
    store = MemoryStore(max_messages=max_messages)

    def seed(fill: Callable[[Store], None]) -> bool:
        fill(store)
        return True

    return State(
        store=store,
        faces=MemoryCell(Faces()),
        faults=MemoryCell(()),
        records=MemoryRecords(max_exchanges=max_exchanges),
        seed=seed,
    )


def secrets_of(store: Store) -> list[str]:
    """Return what must not be seen in any exchange, whoever sent it."""
    of_accounts = [secret for account in store.accounts() for secret in account.secrets]
    return [*of_accounts, *(app.client_secret for app in store.apps()), *store.token_secrets()]
