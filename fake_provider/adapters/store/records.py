"""The newest exchanges, in memory."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from ...trace import MAX_EXCHANGES, ExchangeQuery, Make, Record


class MemoryRecords:
    """Records that this process alone keeps; the oldest are forgotten first."""

    def __init__(self, *, max_exchanges: int = MAX_EXCHANGES) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Record] = deque(maxlen=max_exchanges)
        self._numbers = itertools.count(1)

    def add(self, made: Make, secrets: Iterable[str]) -> int:
        """See Records."""
        with self._lock:  # so that they stand in the order of their numbers
            number = next(self._numbers)
            self._kept.append(Record(made(number=number), secrets))
            return number

    def newest(self, query: ExchangeQuery) -> Sequence[Record]:
        """See Records."""
        with self._lock:
            newest_first = tuple(reversed(self._kept))
        return tuple(islice((kept for kept in newest_first if query.matches(kept.exchange)), query.limit))

    def __len__(self) -> int:
        """See Records."""
        return len(self._kept)

    def clear(self) -> None:
        """See Records."""
        with self._lock:
            self._kept.clear()
