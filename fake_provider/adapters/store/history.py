"""The newest of many things, the oldest forgotten first; found by an id at once, however many there are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Generic, TypeVar

Item = TypeVar("Item")


class History(Generic[Item]):
    """At most *limit* items; *ids* tells by which ids one is found. Whoever uses it holds a lock."""

    def __init__(self, limit: int, *, ids: Callable[[Item], Iterable[str]] = lambda _: ()) -> None:
        self._limit = limit
        self._ids = ids
        self._items: OrderedDict[int, Item] = OrderedDict()  # by a number that counts up
        self._number_by_id: dict[str, int] = {}
        self.added = 0  # since the beginning, those that are forgotten too

    def add(self, item: Item) -> None:
        """Keep *item* as the newest."""
        self._items[self.added] = item
        for name in self._ids(item):
            self._number_by_id[name] = self.added
        self.added += 1
        if len(self._items) > self._limit:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        _, oldest = self._items.popitem(last=False)
        for name in self._ids(oldest):
            self._number_by_id.pop(name, None)

    def get(self, name: str) -> Item | None:
        """Return the item with this id."""
        number = self._number_by_id.get(name)
        return None if number is None else self._items[number]

    def replace(self, name: str, item: Item) -> None:
        """Put *item* in the place of the one with this id; its ids are the same."""
        self._items[self._number_by_id[name]] = item

    def all(self) -> Sequence[Item]:
        """Return all items, the oldest first."""
        return tuple(self._items.values())

    def since(self, number: int) -> Sequence[Item]:
        """Return the items from the *number*-th that was ever added on, the newest first."""
        newest_first = takewhile(lambda pair: pair[0] >= number, reversed(self._items.items()))
        return [item for _, item in newest_first]

    def clear(self) -> None:
        """Forget all items; the numbers count on, so that whoever waits sees what comes after."""
        self._items.clear()
        self._number_by_id.clear()
