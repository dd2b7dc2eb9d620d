"""How many connections each worker has, in memory that all of them see: whoever has more than another lets that one accept.

The system wakes all workers that wait for the same listener, and the quickest takes all that have come: of sixteen kept
connections one of two workers got all in two runs of four. EPOLLEXCLUSIVE, which wakes only one, would be in the way here: whoever
is woken may want another to accept.
"""

from __future__ import annotations

import mmap

_NOBODY = 0xFFFF_FFFF  # a worker that is not there has more than anybody


class Shares:
    """Of *number* workers; made before they begin."""

    def __init__(self, number: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, 4 * number)).cast("I")
        for index in range(number):
            self.forget(index)

    def forget(self, index: int) -> None:
        """Take it that a worker is not there."""
        self._counts[index] = _NOBODY

    def of(self, index: int) -> Share:
        """Return one worker's own."""
        return Share(self._counts, index)


class Share:
    """One worker's, which it keeps up to date."""

    def __init__(self, counts: memoryview, index: int) -> None:
        self._counts = counts
        self._index = index

    def is_now(self, connections: int) -> None:
        """Say how many connections this worker has."""
        self._counts[self._index] = connections

    @property
    def is_larger(self) -> bool:
        """Whether another worker has fewer."""
        counts: list[int] = self._counts.tolist()
        return counts[self._index] > min(counts)
