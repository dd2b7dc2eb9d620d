"""Everything that one fake is: its ports, its policy, its plans, its trace. What ``reset`` clears, and nothing else, is state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .domain.policy import Policy
from .faults import FaultPlan
from .metrics import Metrics
from .ports import Ports, Store
from .schedule import Schedule
from .sms.script import Script
from .trace import Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One fake, without any door."""

    ports: Ports
    policy: Policy
    trace: Trace
    faults: FaultPlan
    schedule: Schedule
    seed: Callable[[Store, float], None]  # the time is the clock's
    scripts: Sequence[Script] = ()
    metrics: Metrics = field(default_factory=Metrics)  # these only grow, over resets too

    def reset(self) -> None:
        """Go back to the seeded state: store, clock, faults, trace."""
        self.ports.clock.reset()  # first: whoever moves a clock now, moves it no further
        self.ports.entropy.reset()
        now = self.ports.clock.now()
        self.ports.store.clear(lambda store: self.seed(store, now))
        self.schedule.reset()
        self.faults.clear()
        self.trace.clear()
