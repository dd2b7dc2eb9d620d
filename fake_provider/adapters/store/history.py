"""The newest of many things, the oldest forgotten first; found by an id at once, however many there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, takewhile
from typing import Generic, TypeVar

Item = TypeVar("Item")


class History(Generic[Item]):
    """At most *limit* items; *ids* tells by which ids one is found. Whoever uses it holds a lock.

    Histories that share their *numbers* tell in which order their items came.
    """

    def __init__(
        self,
        limit: int,
        *,
        ids: Callable[[Item], Iterable[str]] = lambda _: (),
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._limit = limit
        self._numbers = numbers or count(1)
        self._ids = ids
        self._items: dict[int, Item] = {}  # by a number that counts up
        self._order: deque[int] = deque()
        self._number_by_id: dict[str, int] = {}
        self.added = 0  # one more than the number of the newest, also where that is forgotten

    def add(self, item: Item) -> int:
        """Keep *item* as the newest; returns its number."""
        number = next(self._numbers)
        self._items[number] = item
        self._order.append(number)
        for name in self._ids(item):
            self._number_by_id[name] = number
        self.added = number + 1
        if len(self._items) > self._limit:
            self._forget_oldest()
        return number

    def _forget_oldest(self) -> None:
        oldest = self._items.pop(self._order.popleft())
        for name in self._ids(oldest):
            self._number_by_id.pop(name, None)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._items)

    def get(self, name: str) -> Item | None:
        """Return the item with this id."""
        number = self._number_by_id.get(name)
        return None if number is None else self._items[number]

    def replace(self, name: str, item: Item) -> None:
        """Put *item* in the place of the one with this id; its ids are the same."""
        self._items[self._number_by_id[name]] = item

    def numbered(self, number: int) -> Item | None:
        """Return the item that was added under *number*."""
        return self._items.get(number)

    def newest(self) -> Sequence[int]:
        """Return the numbers of the items, the newest first."""
        return tuple(reversed(self._order))

    def all(self) -> Sequence[Item]:
        """Return all items, the oldest first."""
        return tuple(self._items.values())

    def since(self, number: int) -> Sequence[Item]:
        """Return the items from the *number*-th that was ever added on, the newest first."""
        return [self._items[one] for one in takewhile(lambda one: one >= number, reversed(self._order))]

    def clear(self) -> None:
        """Forget all items; the numbers count on, so that whoever waits sees what comes after."""
        self._items.clear()
        self._order.clear()
        self._number_by_id.clear()
