"""Everything that is remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from .accounts import AccountStore
from .messages import MessageStore
from .sessions import SessionStore
from .tokens import TokenStore
from .webhooks import WebhookStore

Value = TypeVar("Value")
Result = TypeVar("Result")


class Store(AccountStore, TokenStore, MessageStore, WebhookStore, SessionStore, Protocol):
    """Everything that was registered, issued, used and sent.

    StoreUnavailable, from any method: it cannot be reached, or written to, now.
    """

    @property
    def kind(self) -> str:
        """What it is, in a word: "memory", "sqlite", "postgresql"."""
        ...

    @property
    def look_seconds(self) -> float | None:
        """After how long it is worth looking whether others have changed it; None where this process alone does."""
        ...

    def refresh(self) -> None:
        """See what others have changed of the cells of this store."""
        ...

    def check(self) -> None:
        """Read and write something of no consequence: StoreUnavailable says what would be in the way of others."""
        ...

    def clear(self, seed: Callable[[Store], None]) -> None:
        """Forget everything, then let *seed* fill the store; nobody sees the state between.

        Who is signed in to an account that is there again stays so: tests are reset while somebody watches.
        """
        ...


class Cell(Protocol[Value]):
    """One small value that all who share a store see: the clocks, the faults that are planned."""

    def read(self) -> Value:
        """Return the value, as it was at the last ``refresh`` of its store, or after the last change made here."""
        ...

    def change(self, change: Callable[[Value], tuple[Value, Result]]) -> Result:
        """Replace the value by what *change* makes of the newest one, in one step; returns what else it made."""
        ...
