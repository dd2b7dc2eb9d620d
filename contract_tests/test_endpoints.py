"""The endpoints that there are: what is missing is told here, and all that could be said of it is left alone."""

from __future__ import annotations

import pytest

from contract_tests.consumer import Consumer
from contract_tests.presence import WANTED, Wanted, is_missing


@pytest.mark.parametrize(
    "wanted",
    [pytest.param(one, id=one.path[1:], marks=pytest.mark.clause(one.clause)) for one in WANTED],
)
def test_it_is_there(app: Consumer, wanted: Wanted) -> None:
    """To a right call it says anything but that there is no such thing."""
    assert not is_missing(wanted, app), f"{wanted} is missing"
