"""A web server that gets webhooks, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from fake_provider.contract.exchange import RELEASED, WHOLE, Request
from fake_provider.contract.listener import Listener, Reply, Silence, answer_of


@pytest.fixture
def listener() -> Iterator[Listener]:
    """One that answers 201, 202 and so on."""
    statuses = iter(range(201, 300))
    listener = Listener(lambda: Reply(answer_of(next(statuses))))
    yield listener
    listener.close()


def test_what_comes_is_kept_to_the_letter(listener: Listener) -> None:
    """With its query, its headers and its octets."""
    answer = requests.post(
        f"{listener.origin}/hook?a=%20+", data=b"\xff\xfe", headers={"X-Given": "é".encode()}, timeout=5
    )
    (arrival,) = listener.arrivals(1)

    assert answer.status_code == 201
    assert arrival.request == Request(
        method="POST",
        url=f"{listener.origin}/hook?a=%20+",
        headers=arrival.request.headers,
        body="\udcff\udcfe",
    )
    assert arrival.request.header("x-given") == "Ã©"
    assert arrival.silent == ""


def test_each_has_an_answer_of_its_own(listener: Listener) -> None:
    """In the order in which they come."""
    told = [requests.get(f"{listener.origin}/{number}", timeout=5).status_code for number in range(3)]

    assert told == [201, 202, 203]
    assert [one.reply.answer.status for one in listener.arrivals()] == told
    assert [one.request.path for one in listener.arrivals()] == ["/0", "/1", "/2"]


def test_nobody_is_waited_for_longer_than_is_said(listener: Listener) -> None:
    """Then there is what there is."""
    requests.get(listener.origin, timeout=5)

    assert len(listener.arrivals(2, 0.01)) == 1


def test_who_is_closed_lets_nothing_in(listener: Listener) -> None:
    """What came stays, and another one can be where it was."""
    requests.get(listener.origin, timeout=5)
    listener.close()
    listener.close()

    with pytest.raises(requests.ConnectionError):
        requests.get(listener.origin, timeout=5)
    assert len(listener.arrivals()) == 1
    again = Listener(lambda: Reply(answer_of(200)), int(listener.origin.rpartition(":")[2]))
    assert requests.get(listener.origin, timeout=5).status_code == 200
    again.close()


@pytest.mark.parametrize(("seconds", "is_told", "ended"), [(30.0, True, RELEASED), (0.01, False, WHOLE)])
def test_how_a_silence_ends(seconds: float, is_told: bool, ended: str) -> None:
    """It is told to answer, or its time is over; whoever asks waits for that."""
    told = threading.Event()
    listener = Listener(lambda: Reply(answer_of(200), Silence(told, seconds)))
    asked = threading.Thread(target=lambda: requests.get(listener.origin, timeout=5))
    asked.start()
    (arrival,) = listener.arrivals(1)
    if is_told:
        told.set()

    assert arrival.silent == ended
    asked.join()
    listener.close()


def test_an_answer_that_sends_elsewhere() -> None:
    """Has a location, and no body."""
    assert answer_of(302, "http://127.0.0.1:1/x").headers == (("Location", "http://127.0.0.1:1/x"),)
