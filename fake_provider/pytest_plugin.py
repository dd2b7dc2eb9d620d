"""pytest fixtures: ``fake_nexmo`` in process, ``fake_nexmo_server`` over HTTP.

def test_it(fake_nexmo):
    ...                                   # requests to the real hosts land in this process
    assert fake_nexmo.messages[0].text == "hello"
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    # Loaded by every pytest run of whoever installed this: the fake itself is imported where it is used.
    from .fake import FakeNexmo
    from .server import Server


class FakeNexmoServer:
    """A running fake: ``url`` is where, ``fake`` what it knows."""

    def __init__(self, fake: FakeNexmo, server: Server) -> None:
        self.fake = fake
        self._server = server

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return self._server.url


class UnmetFault(UserWarning):
    """A fault was planned that no call of the test has met."""


@pytest.fixture
def fake_nexmo() -> Iterator[FakeNexmo]:
    """A fresh fake; every ``requests`` call to the two real hosts lands in it."""
    from .fake import FakeNexmo

    fake = FakeNexmo()
    with fake.intercept():
        yield fake
    fake.close()
    _warn_of_unmet_faults(fake)


def _warn_of_unmet_faults(fake: FakeNexmo) -> None:
    """Name what was planned and never happened: a test that thinks it saw a failure saw none."""
    for fault in fake.faults.unmet:
        warnings.warn(UnmetFault(f"a planned fault never met a call: {fault.described}"), stacklevel=2)


@pytest.fixture(scope="session")
def _fake_nexmo_server() -> Iterator[FakeNexmoServer]:
    from .fake import FakeNexmo

    fake = FakeNexmo()
    with fake.serve() as server:
        yield FakeNexmoServer(fake, server)


@pytest.fixture
def fake_nexmo_server(_fake_nexmo_server: FakeNexmoServer) -> Iterator[FakeNexmoServer]:
    """A real HTTP server, one for the whole run, its state reset before each test."""
    _fake_nexmo_server.fake.reset()
    yield _fake_nexmo_server
    _warn_of_unmet_faults(_fake_nexmo_server.fake)
