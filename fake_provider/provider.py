"""Everything that one fake is: its ports, its policy, its trace. What ``reset`` clears, and nothing else, is state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .oauth.profile import Policy
from .ports import Ports, Store
from .trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One fake, without any door."""

    ports: Ports
    policy: Policy
    trace: Trace
    seed: Callable[[Store, float], None]  # the time is the clock's

    def reset(self) -> None:
        """Go back to the seeded state: store, clock, trace."""
        self.ports.clock.reset()
        self.ports.entropy.reset()
        now = self.ports.clock.now()
        self.ports.store.clear(lambda store: self.seed(store, now))
        self.trace.clear()
