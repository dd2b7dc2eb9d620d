"""The fake's clocks: the common one, and those of single consumers."""

from __future__ import annotations

import pytest

from fake_provider.adapters.clock import FakeClock


class Real:
    """Real time, as the test has it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def real() -> Real:
    """Real time."""
    return Real()


@pytest.fixture
def clock(real: Real) -> FakeClock:
    """A clock that nobody has moved."""
    return FakeClock(real)


def test_it_shows_real_time(clock: FakeClock, real: Real) -> None:
    """Until somebody moves it."""
    real.now += 5

    assert clock.now() == clock.now("anybody") == 1005


@pytest.mark.parametrize("lane", [None, "app"])
def test_a_clock_that_was_set_runs_on(lane: str | None, clock: FakeClock, real: Real) -> None:
    """From where it was set."""
    clock.set(5000.0, lane, resets=0)
    real.now += 5

    assert clock.now(lane) == 5005


@pytest.mark.parametrize("lane", [None, "app"])
def test_a_frozen_clock_stands_still(lane: str | None, clock: FakeClock, real: Real) -> None:
    """It can be set, and stands still then too; ``run`` lets it go on."""
    clock.freeze(lane)
    real.now += 5
    assert clock.now(lane) == 1000
    clock.set(2000.0, lane, resets=0)
    real.now += 5
    assert (clock.now(lane), clock.is_frozen(lane)) == (2000, True)

    clock.run(lane)
    real.now += 5

    assert (clock.now(lane), clock.is_frozen(lane)) == (2005, False)


def test_a_consumers_clock_is_its_own(clock: FakeClock) -> None:
    """Once moved it does not follow the common one, until it joins that again."""
    clock.set(5000.0, "app", resets=0)
    clock.set(9000.0, None, resets=0)

    assert (clock.now("app"), clock.now("other"), clock.now()) == (5000, 9000, 9000)
    assert (clock.lane("app"), clock.lane("other"), clock.lane(None)) == ("app", None, None)
    clock.join("app")
    assert (clock.now("app"), clock.lane("app")) == (9000, None)


def test_the_common_clock_joins_real_time(clock: FakeClock) -> None:
    """Consumers with clocks of their own keep them; a reset of all does not."""
    clock.set(5000.0, "app", resets=0)
    clock.freeze(None)
    clock.join(None)
    assert (clock.now(), clock.is_frozen(None), clock.now("app")) == (1000, False, 5000)

    clock.reset()

    assert clock.now("app") == 1000


def test_how_long_until_a_moment(clock: FakeClock) -> None:
    """In real seconds; never by itself where time stands still, but for what is past."""
    assert clock.seconds_until(1060.0, None) == 60
    assert clock.seconds_until(900.0, None) == 0
    clock.freeze("app")
    assert clock.seconds_until(1060.0, "app") is None
    assert clock.seconds_until(1000.0, "app") == 0
