"""What llhttp does not tell: where a request ended."""

from __future__ import annotations

import pytest

from fake_provider.server.limits import DEFAULT_LIMITS
from fake_provider.server.parser import behind_whole_requests
from tests.raw import head

GET = head("GET", "/a", [], host="a")
POST = head("POST", "/b", [("Content-Length", "3")], host="a") + b"abc"
CHUNKED = head("POST", "/c", [("Transfer-Encoding", "chunked")], host="a") + b"3\r\nabc\r\n0\r\n\r\n"
UPGRADE = head(
    "POST", "/d", [("Upgrade", "h2c"), ("Connection", "Upgrade"), ("Content-Length", "2")], host="a"
)


@pytest.mark.parametrize("rest", [b"GET /half HTTP/1.1\r\nHo", POST[:-1], b"no request\r\n\r\n", b""])
@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(GET, id="get"),
        pytest.param(GET + POST + GET, id="several"),
        pytest.param(CHUNKED + CHUNKED, id="chunked"),
        pytest.param(UPGRADE + b"xy", id="upgrade-that-is-ignored"),
    ],
)
def test_what_comes_behind_whole_requests(whole: bytes, rest: bytes) -> None:
    """However the whole ones are framed, precisely the rest is left."""
    assert behind_whole_requests(whole + rest, DEFAULT_LIMITS) == rest
