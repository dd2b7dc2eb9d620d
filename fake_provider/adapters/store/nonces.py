"""The nonces that one consumer has used, in little memory: there are as many as requests."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from ...domain.credentials import NonceUse

_SECONDS = 600  # twice the window of a timestamp: a use may be remembered early, never forgotten early
_AT_LEAST = 100_000
_AT_ONCE = 2  # are forgotten for one that comes: the many of a burst go bit by bit, and nobody waits for it


class Nonces:
    """A use is remembered for ten minutes, and longer while there are not more than *at_least*.

    So the clock of the machine may be set back without opening a replay of what it had made too old. Of a URL the
    hash is kept, which is enough to tell a retry from a redirect: those that hold a whole SMS are long.
    """

    def __init__(self, *, at_least: int = _AT_LEAST) -> None:
        self._at_least = at_least
        self._uses: dict[str, int] = {}
        self._order: deque[str] = deque()  # the first key of a dict that loses its first keys is slow to find

    def earlier(self, use: NonceUse) -> NonceUse | None:
        """Return the earlier use of the same nonce, its URL as far as it is the same."""
        return self._known(use, _key(use))

    def use(self, use: NonceUse, *, now: float) -> NonceUse | None:
        """Remember *use*, or return the earlier one."""
        key = _key(use)
        if key in self._uses:
            return self._known(use, key)
        self._uses[key] = hash(use.url)
        self._order.append(key)
        if len(self._order) > self._at_least:
            self._forget(now)
        return None

    def _known(self, use: NonceUse, key: str) -> NonceUse | None:
        url = self._uses.get(key)
        if url is None:
            return None
        return use if url == hash(use.url) else replace(use, url="")

    def _forget(self, now: float) -> None:
        for _ in range(_AT_ONCE):
            if len(self._order) > self._at_least and _timestamp(self._order[0]) < now - _SECONDS:
                del self._uses[self._order.popleft()]


def _key(use: NonceUse) -> str:
    # The length keeps token and nonce apart. A tuple of the three would take twice the memory.
    return f"{use.timestamp} {len(use.token)} {use.token}{use.nonce}"


def _timestamp(key: str) -> int:
    return int(key.partition(" ")[0])
