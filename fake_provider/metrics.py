"""Counts what happens, in plain numbers: cheap enough for every request. Who asks for them is given a ``Snapshot``.

With several processes each writes its own file into a directory that they share, once a second where something has
changed, and whichever of them is asked adds them up. What a process has counted stays when it is gone.
"""

from __future__ import annotations

import json
import os
import threading
import weakref
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .domain.webhook import Attempt

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds; a signed SMS takes some 0.0002, what the doctor cannot explain 0.1."""

_WRITE_SECONDS = 1.0
Key = tuple[str, ...]


@dataclass(slots=True)
class Snapshot:
    """What was counted. Keys are the values of the labels, in the order of their names.

    Attributes:
        requests: by endpoint, outcome and status.
        seconds: by endpoint, how many took up to each of ``BOUNDS``, and longer.
        seconds_in_all: by endpoint.
        sms: by outcome.
        diagnoses: by code.
        webhooks: by kind and outcome.
        connections: that are open.
    """

    requests: Counter[Key] = field(default_factory=Counter)
    seconds: dict[str, list[int]] = field(default_factory=dict)
    seconds_in_all: Counter[str] = field(default_factory=Counter)
    sms: Counter[Key] = field(default_factory=Counter)
    diagnoses: Counter[Key] = field(default_factory=Counter)
    webhooks: Counter[Key] = field(default_factory=Counter)
    connections: int = 0

    def add(self, other: Snapshot) -> None:
        """Add what another process has counted."""
        for name in ("requests", "seconds_in_all", "sms", "diagnoses", "webhooks"):
            getattr(self, name).update(getattr(other, name))
        for endpoint, counts in other.seconds.items():
            own = self.seconds.get(endpoint, [0] * len(counts))
            self.seconds[endpoint] = [one + another for one, another in zip(own, counts, strict=True)]
        self.connections += other.connections


_BY_KEYS = ("requests", "sms", "diagnoses", "webhooks")


class Metrics:
    """Counts, from any thread.

    Args:
        directory: where the processes that serve together have their files; None where this is the only one.
    """

    def __init__(self, *, directory: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._own = Snapshot()
        self._changes = 0
        self._file = directory / f"{os.getpid()}.json" if directory is not None else None
        self._ended = threading.Event()
        if self._file is not None:
            # Only a weak reference: whoever forgets to close it keeps no thread.
            work = (weakref.ref(self), self._ended)
            threading.Thread(target=_write_again, args=work, name="fake-nexmo-metrics", daemon=True).start()

    @property
    def is_shared(self) -> bool:
        """Whether several processes are counted together."""
        return self._file is not None

    def answered(
        self, endpoint: str, outcome: str, status: int, seconds: float, *, diagnosis: str | None, is_sms: bool
    ) -> None:
        """Count an answer; *outcome* as in the trace, or "own" for a page or a control call."""
        own, key = self._own, (endpoint, outcome, str(status))
        with self._lock:
            self._changes += 1
            own.requests[key] += 1
            counts = own.seconds.get(endpoint)
            if counts is None:
                counts = own.seconds[endpoint] = [0] * (len(BOUNDS) + 1)
            counts[bisect_left(BOUNDS, seconds)] += 1
            own.seconds_in_all[endpoint] += seconds  # type: ignore[assignment]  # a Counter adds these as well
            if diagnosis is not None:
                own.diagnoses[diagnosis,] += 1
            if is_sms and outcome in ("accepted", "refused"):
                own.sms[outcome,] += 1

    def pushed(self, attempt: Attempt) -> None:
        """Count an attempt at a webhook."""
        with self._lock:
            self._changes += 1
            self._own.webhooks[attempt.webhook.kind, attempt.outcome] += 1

    def connected(self, number: int) -> None:
        """Count connections that have come, or gone where it is negative."""
        with self._lock:
            self._changes += 1
            self._own.connections += number

    def snapshot(self) -> Snapshot:
        """Return what was counted, by all processes."""
        total = Snapshot()
        with self._lock:
            total.add(self._own)
        if self._file is not None:
            self.write()
            for snapshot in _others(self._file):
                total.add(snapshot)
        return total

    def write(self) -> None:
        """Let the other processes see what this one has counted."""
        if self._file is None:
            return
        with self._lock:
            text = _encoded(self._own)
        new = self._file.with_suffix(f".{threading.get_ident()}")
        with suppress(OSError):  # a directory that is gone: nobody asks any more
            new.write_text(text)
            new.replace(self._file)

    def close(self) -> None:
        """Write for the last time."""
        self._ended.set()
        self.write()

    @property
    def changes(self) -> int:
        """Grows with everything that is counted."""
        return self._changes


def _write_again(metrics: weakref.ref[Metrics], ended: threading.Event) -> None:
    written = -1
    while not ended.wait(_WRITE_SECONDS) and (held := metrics()) is not None:
        if held.changes != written:
            written = held.changes
            held.write()
        del held


def _encoded(snapshot: Snapshot) -> str:
    members: dict[str, object] = {name: list(getattr(snapshot, name).items()) for name in _BY_KEYS}
    members |= {
        "seconds": snapshot.seconds,
        "seconds_in_all": snapshot.seconds_in_all,
        "connections": snapshot.connections,
    }
    return json.dumps(members)


def _others(own: Path) -> Iterable[Snapshot]:
    for path in own.parent.glob("*.json"):
        if path == own:
            continue
        try:
            members = json.loads(path.read_text())
        except OSError:  # it is gone by now
            continue
        for name in _BY_KEYS:
            members[name] = Counter({tuple(key): count for key, count in members[name]})
        members["seconds_in_all"] = Counter(members["seconds_in_all"])
        if not _is_alive(int(path.stem)):
            members["connections"] = 0
        yield Snapshot(**members)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, but there
    return True
