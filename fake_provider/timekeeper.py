"""Time as whoever uses the fake moves it: for all, or for one consumer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from .errors import Conflict, InvalidValue
from .ports import Clock
from .schedule import Schedule

EARLIEST, LATEST = 0.0, 253_370_764_799.0  # 1970-01-01T00:00:00Z to 9998-12-31T23:59:59Z
# No calendar of Python goes beyond 9999; a year is left for the clock to run on, and for retries.


class Timekeeper:
    """The fake's clock. Every step answers after all that fell due has happened, in order, every retry of it.

    With *consumer_key* it moves for that consumer alone, whose clock is its own until ``reset`` joins it to the common
    one again.
    """

    def __init__(
        self, clock: Clock, schedule: Schedule, *, refresh: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._schedule = schedule
        self._refresh = refresh  # sees what others have moved, where the clock is not this process's alone

    def now(self, *, consumer_key: str | None = None) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        self._refresh()
        return self._clock.now(consumer_key)

    def is_frozen(self, *, consumer_key: str | None = None) -> bool:
        """Whether time stands still."""
        self._refresh()
        return self._clock.is_frozen(self._clock.lane(consumer_key))

    def advance(self, seconds: float, *, consumer_key: str | None = None) -> None:
        """Move ahead; a frozen clock moves and stays frozen.

        Raises InvalidValue unless *seconds* are 0 or more, Conflict for a time beyond the year 9998.
        """
        if not seconds >= 0:
            raise InvalidValue("advance_seconds", "0 or more is wanted; set() moves back")

        def ahead(now: float) -> float:
            if now + seconds > LATEST:
                raise Conflict("that is beyond the year 9998; reset the clock, or set it to an earlier time")
            return now + seconds

        self._schedule.move(consumer_key, to=ahead)

    def set(self, at: float | datetime | str, *, consumer_key: str | None = None) -> None:
        """Show *at*: seconds since the epoch, a datetime, or ISO 8601; without a zone it is UTC.

        Raises InvalidValue for a text that is no time, and outside 1970 to 9998.
        """
        moment = _seconds(at)
        if not EARLIEST <= moment <= LATEST:
            raise InvalidValue("at", "a time from 1970 to 9998 is wanted")
        self._schedule.move(consumer_key, to=lambda _: moment)

    def freeze(self, *, consumer_key: str | None = None) -> None:
        """Stand still from now on."""
        self._clock.freeze(consumer_key)
        self._schedule.settle(consumer_key)

    def run(self, *, consumer_key: str | None = None) -> None:
        """Run on from where it stands."""
        self._clock.run(consumer_key)
        self._schedule.wake()

    def reset(self, *, consumer_key: str | None = None) -> None:
        """Show real time again, and run; a consumer's own clock joins the common one."""
        self._clock.join(consumer_key)
        self._schedule.settle(self._clock.lane(consumer_key))


def _seconds(at: float | datetime | str) -> float:
    if isinstance(at, str):
        try:
            at = datetime.fromisoformat(at)
        except ValueError:
            raise InvalidValue("at", "an ISO 8601 time such as 2018-10-25T12:10:29Z is wanted") from None
    if isinstance(at, datetime):
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return at
