"""When a call is made twice: once throttled, after the wait; where the outcome is unknown, only if asked to.

Never a third time, and never after a partial failure: what was accepted would go out twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from .errors import NexmoError, Throttled

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long to try."""

    max_wait: timedelta = timedelta(seconds=10)  # who is asked to wait longer decides for themselves
    sleep: Callable[[float], None] = time.sleep

    def call(self, attempt: Callable[[], T], *, retry_unknown: bool = False) -> T:
        """Return what *attempt* returns, the first or the second time; raise what the last one raised.

        Args:
            attempt: makes one request, signed anew (a nonce is good for one).
            retry_unknown: repeat also where the outcome is unknown, so that an SMS may go out twice.
        """
        try:
            return attempt()
        except Throttled as error:
            if error.retry_after > self.max_wait:
                raise
            self.sleep(error.retry_after.total_seconds())
        except NexmoError as error:
            if not (retry_unknown and error.outcome_unknown):
                raise
        return attempt()
