"""Pages that are up to date while they are open: the script asks every two seconds, and mostly nothing is new.

Polling, and no event stream: a stream holds a thread for each open page and wakes all of them for every SMS, so it is
the application under test that pays. A poll whose answer is "nothing new" costs a fraction of a millisecond; what is
new is rendered once for all who look at the same page, and all open pages together may take so small a part of the
time that nobody notices them: where there is much to look at, it is looked at less often.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

_SHARE = 0.02  # of the time that all open pages together may take
_FRESH_SECONDS, _MAX_FRESH_SECONDS = 0.5, 2.0
_OPEN_SECONDS = 10.0  # a page that did not ask for so long is not open any more
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
    took_seconds: float = 0.0
    shown: Shown | None = None


class Renderings:
    """The parts that change by themselves, as they were a short time ago."""

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
        """Return what *view* shows: of all who ask within a short time one looks and renders, for all.

        Args:
            view: tells views apart.
            look: returns what it is about, in values whose repr tells whether they are the same.
            render: makes a text of that.
            at_once: look now, however recently somebody did: who has just changed something wants to see it.
        """
        held = self._held(view)
        with held.lock:
            now = time.monotonic()
            if held.shown is None or at_once or now - held.looked_at > self._fresh_seconds(now):
                is_first, began = held.shown is None, time.thread_time()
                values = look()
                fingerprint = hashlib.blake2b(
                    repr(values).encode(errors="replace"), digest_size=8
                ).hexdigest()
                if held.shown is None or at_once or fingerprint != held.shown.fingerprint:
                    held.shown = Shown(fingerprint=fingerprint, text=render(values))
                held.looked_at = time.monotonic()
                if not is_first:  # the first look at all compiles the templates
                    held.took_seconds = time.thread_time() - began
            return held.shown

    def _fresh_seconds(self, now: float) -> float:
        """Return how long a look lasts: so long that all open pages together keep to their share of the time."""
        with self._lock:
            open_views = [view for view in self._views.values() if now - view.looked_at < _OPEN_SECONDS]
        wanted = sum(view.took_seconds for view in open_views) / _SHARE
        return min(max(wanted, _FRESH_SECONDS), _MAX_FRESH_SECONDS)

    def _held(self, view: Hashable) -> _View:
        with self._lock:
            held = self._views.pop(view, None) or _View()
            self._views[view] = held
            if len(self._views) > _MAX_VIEWS:
                self._views.popitem(last=False)
            return held
