"""An answer is whole and comes in time, or it is none: whatever the server on the other side does."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_provider.contract.whole import NotWhole, WholeResponse
from tests.hostile import answering, json_answer

WHOLE = json_answer(b'{"status": "0"}')


@contextmanager
def _answered(url: str, kind: type[WholeResponse]) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)) as connection:
        connection.response_class = kind
        connection.request("GET", "/")
        with connection.getresponse() as response:
            yield response


class _Impatient(WholeResponse):
    """The time is over when it looks at the clock for the third time: the first octets have come then."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._clock = iter((0.0, 1.0, 31.0))
        super().__init__(*arguments, **named)

    def monotonic(self) -> float:
        return next(self._clock)


class _Small(WholeResponse):
    """Wants no more than a little."""

    most_octets = 1 << 16


def test_a_whole_answer_is_taken() -> None:
    """With its status, its headers and its body."""
    with answering(WHOLE) as url, _answered(url, WholeResponse) as response:
        assert (response.status, response.getheader("Content-Type")) == (200, "application/json")
        assert response.read() == b'{"status": "0"}'


@pytest.mark.parametrize("length", range(0, len(WHOLE), 7))
def test_an_answer_that_is_cut_is_none(length: int) -> None:
    """Wherever that is: in its status, in its headers, in its body."""
    refused = pytest.raises((http.client.HTTPException, ConnectionError))
    with answering(WHOLE[:length]) as url, refused, _answered(url, WholeResponse) as response:
        response.read()


@pytest.mark.parametrize("length", [30, WHOLE.index(b"{") + 3], ids=["in-its-headers", "in-its-body"])
def test_an_answer_that_does_not_end_in_time(length: int) -> None:
    """It has so many seconds in all, and not for each octet."""
    drips = WHOLE[:length]
    late = pytest.raises(TimeoutError, match="it was not whole after 30 s")
    with answering(drips, hangs_up=False) as url, late, _answered(url, _Impatient) as response:
        response.read()


def test_an_answer_without_an_end() -> None:
    """Nobody reads on until the memory is full."""
    endless = WHOLE.replace(b"Content-Length: 15\r\n", b"") + b"x" * (1 << 17)
    refused = pytest.raises(NotWhole, match="it has no end")
    with answering(endless) as url, refused, _answered(url, _Small) as response:
        response.read()
