"""Time over the control API and in Python: frozen, set, advanced, reset, for all or for one consumer."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from fake_provider import FakeNexmo, InvalidValue
from tests.conftest import Served


def clock(served: Served, members: object = None, query: str = "") -> Any:
    """Move time, or look at it."""
    if members is None:
        return served.control("GET", f"/clock{query}")
    return served.control("POST", "/clock", members)


def test_it_runs_with_real_time(documented: Served) -> None:
    """Until somebody moves it."""
    answer = clock(documented)

    assert answer["frozen"] is False
    assert abs(datetime.fromisoformat(answer["now"]) - datetime.now(UTC)).total_seconds() < 5


def test_set_and_advance(documented: Served) -> None:
    """``at`` sets a running clock, ``advance_seconds`` moves it ahead."""
    assert clock(documented, {"at": "2018-10-25T12:10:29Z"})["now"].startswith("2018-10-25T12:10:29.")
    assert clock(documented, {"advance_seconds": 3600})["now"].startswith("2018-10-25T13:10:")
    assert clock(documented)["frozen"] is False


def test_freeze(documented: Served) -> None:
    """It stands still, can be moved, and stands still again; ``false`` lets it run."""
    assert clock(documented, {"freeze": True})["frozen"] is True
    now = clock(documented, {"at": "2018-10-25T12:10:29.5+02:00"})
    assert now == {"now": "2018-10-25T10:10:29.500Z", "frozen": True}
    assert clock(documented, {"advance_seconds": 0.25})["now"] == "2018-10-25T10:10:29.750Z"
    assert clock(documented)["now"] == "2018-10-25T10:10:29.750Z"
    assert clock(documented, {"freeze": False})["frozen"] is False


def test_freeze_at_a_time(documented: Served) -> None:
    """Both in one call."""
    answer = clock(documented, {"at": "2018-10-25T12:10:29Z", "freeze": True})

    assert answer == {"now": "2018-10-25T12:10:29.000Z", "frozen": True}


@pytest.mark.parametrize("reset", ["clock", "everything"])
def test_reset(reset: str, documented: Served) -> None:
    """Real time again, by itself or with everything else."""
    clock(documented, {"at": "2018-10-25T12:10:29Z", "freeze": True})
    if reset == "clock":
        clock(documented, {"reset": True})
    else:
        documented.control("POST", "/reset")

    answer = clock(documented)
    assert answer["frozen"] is False
    assert abs(datetime.fromisoformat(answer["now"]) - datetime.now(UTC)).total_seconds() < 5


def test_one_consumer(documented: Served) -> None:
    """Its clock is its own until a reset joins it to the common one again."""
    clock(documented, {"at": "2018-10-25T12:10:29Z", "freeze": True, "consumer_key": "a"})
    clock(documented, {"advance_seconds": 86400})

    assert clock(documented, query="?consumer_key=a") == {"now": "2018-10-25T12:10:29.000Z", "frozen": True}
    assert clock(documented, query="?consumer_key=b")["frozen"] is False
    clock(documented, {"reset": True, "consumer_key": "a"})
    ahead = datetime.fromisoformat(clock(documented, query="?consumer_key=a")["now"]) - datetime.now(UTC)
    assert abs(ahead.total_seconds() - 86400) < 5


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "one of advance_seconds, at, reset and freeze is wanted"),
        ({"consumer_key": "a"}, "one of advance_seconds, at, reset and freeze"),
        (
            {"advance_seconds": 1, "at": "2018-10-25T12:10:29Z"},
            "one of advance_seconds, at, reset and freeze",
        ),
        ({"advance_seconds": -1}, "advance_seconds: a number from 0"),
        ({"advance_seconds": "1"}, "advance_seconds: a number from 0"),
        ({"advance_seconds": 1e300}, "advance_seconds: a number from 0"),
        ({"at": "yesterday"}, "at: an ISO 8601 time"),
        ({"at": 1540469429}, "at: an ISO 8601 time"),
        ({"at": "1969-12-31T23:59:59Z"}, "at: an ISO 8601 time from 1970"),
        ({"reset": False}, "reset: true is wanted"),
        ({"freeze": 1}, "freeze: true or false"),
        ({"back": 1}, "back: unknown; allowed are advance_seconds, at, reset, freeze, consumer_key"),
    ],
)
def test_moves_that_cannot_be(members: dict[str, Any], problem: str, documented: Served) -> None:
    """The error names the member and what is allowed; time stays as it was."""
    answer = requests.post(f"{documented.url}/_fake/clock", json=members, timeout=9)

    assert answer.status_code == 400
    assert problem in answer.json()["error"]["message"]
    assert clock(documented)["frozen"] is False


def test_far_ahead(documented: Served) -> None:
    """Ten thousand years are not to be had, and that is said."""
    answer = requests.post(f"{documented.url}/_fake/clock", json={"advance_seconds": 1e10}, timeout=9)

    assert answer.status_code == 200
    again = requests.post(f"{documented.url}/_fake/clock", json={"advance_seconds": 1e10}, timeout=9)
    for _ in range(30):
        again = requests.post(f"{documented.url}/_fake/clock", json={"advance_seconds": 1e10}, timeout=9)
    assert again.status_code == 409
    assert "beyond the year 9998" in again.json()["error"]["message"]
    assert documented.sms().status_code == 200


def test_in_python() -> None:
    """The same steps; an aware datetime or seconds since the epoch."""
    clock = FakeNexmo().clock
    clock.freeze()
    clock.set(datetime(2018, 10, 25, 12, 10, 29, tzinfo=UTC))
    clock.set("2018-10-25T12:10:29")
    clock.advance(31)
    assert datetime.fromtimestamp(clock.now(), UTC) == datetime(2018, 10, 25, 12, 11, tzinfo=UTC)
    clock.set(0.0, consumer_key="a")
    assert (clock.now(consumer_key="a"), clock.is_frozen(consumer_key="a")) == (0.0, True)
    clock.run(consumer_key="a")
    assert not clock.is_frozen(consumer_key="a")
    clock.reset(consumer_key="a")
    assert clock.now(consumer_key="a") == clock.now()
    clock.reset()
    assert not clock.is_frozen()


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        (lambda clock: clock.advance(-1), "advance_seconds: 0 or more is wanted"),
        (lambda clock: clock.advance(float("nan")), "advance_seconds: 0 or more"),
        (lambda clock: clock.set("yesterday"), "at: an ISO 8601 time such as"),
        (lambda clock: clock.set(-1.0), "at: a time from 1970 to 9998"),
        (lambda clock: clock.set(float("inf")), "at: a time from 1970 to 9998"),
    ],
)
def test_in_python_too_there_are_limits(step: Any, problem: str) -> None:
    """Named as in the control API."""
    with pytest.raises(InvalidValue, match=re.escape(problem)):
        step(FakeNexmo().clock)


def test_the_end_of_time(documented: Served) -> None:
    """The last moment that can be set leaves room for a receipt, its retries, and a look at them."""
    clock(documented, {"at": "9998-12-31T23:59:58Z"})
    documented.sms(to="447700900305", callback="http://127.0.0.1:9/dr")
    later = requests.post(f"{documented.url}/_fake/clock", json={"at": "9999-12-31T23:59:59Z"}, timeout=9)

    assert later.status_code == 400
    for path in ("/clock", "/messages", "/exchanges", "/webhooks"):
        documented.control("GET", path)
