"""A small value that a whole fake sees, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
Result = TypeVar("Result")


class MemoryCell(Generic[Value]):
    """A Cell that this process alone sees."""

    def __init__(self, value: Value) -> None:
        self._lock = threading.Lock()
        self._value = value

    def read(self) -> Value:
        """See Cell."""
        return self._value

    def change(self, change: Callable[[Value], tuple[Value, Result]]) -> Result:
        """See Cell."""
        with self._lock:
            self._value, result = change(self._value)
            return result
