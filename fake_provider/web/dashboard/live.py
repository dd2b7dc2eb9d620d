"""Pages that are up to date while they are open: the script asks every two seconds, and mostly nothing is new.

Polling, and no event stream: a stream holds a thread for each open page and wakes all of them for every SMS, so it is
the application under test that pays. A poll whose answer is "nothing new" costs a fraction of a millisecond, and what
is new is rendered once a second for all who look at the same page, however many they are.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

_FRESH_SECONDS = 1.0
_MAX_VIEWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page shows, and a fingerprint of what it is about: relative times alone do not change it."""

    fingerprint: str
    text: str


@dataclass(slots=True)
class _View:
    """What one address shows, as it was rendered last."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    looked_at: float = float("-inf")
    shown: Shown | None = None


class Renderings:
    """The parts that change by themselves, as they were within the last second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._views: OrderedDict[Hashable, _View] = OrderedDict()

    def current(
        self,
        view: Hashable,
        look: Callable[[], Mapping[str, Any]],
        render: Callable[[Mapping[str, Any]], str],
        *,
        at_once: bool = False,
    ) -> Shown:
        """Return what *view* shows: of all who ask within a second one looks and renders, for all.

        Args:
            view: tells views apart.
            look: returns what it is about, in values whose repr tells whether they are the same.
            render: makes a text of that.
            at_once: look now, however recently somebody did: who has just changed something wants to see it.
        """
        held = self._held(view)
        with held.lock:
            if held.shown is None or at_once or time.monotonic() - held.looked_at > _FRESH_SECONDS:
                values = look()
                fingerprint = hashlib.blake2b(
                    repr(values).encode(errors="replace"), digest_size=8
                ).hexdigest()
                if held.shown is None or at_once or fingerprint != held.shown.fingerprint:
                    held.shown = Shown(fingerprint=fingerprint, text=render(values))
                held.looked_at = time.monotonic()
            return held.shown

    def _held(self, view: Hashable) -> _View:
        with self._lock:
            held = self._views.pop(view, None) or _View()
            self._views[view] = held
            if len(self._views) > _MAX_VIEWS:
                self._views.popitem(last=False)
            return held
