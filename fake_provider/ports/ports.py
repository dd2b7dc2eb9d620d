"""All ports of one fake."""

from __future__ import annotations

from dataclasses import dataclass

from .outside import Clock, Entropy, Outbox, Pause
from .store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What an operation may ask for."""

    store: Store
    clock: Clock
    entropy: Entropy
    outbox: Outbox
    pause: Pause
