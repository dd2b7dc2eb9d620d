"""Visitors of a dashboard."""

from __future__ import annotations

import pytest

from tests.conftest import Served
from tests.pages import CUSTOMER, Visitor


@pytest.fixture
def developer(documented: Served) -> Visitor:
    """The first account, signed in."""
    visitor = Visitor(documented.url)
    visitor.sign_in()
    return visitor


@pytest.fixture
def customer(documented: Served) -> Visitor:
    """The second account, signed in."""
    visitor = Visitor(documented.url)
    visitor.sign_in(CUSTOMER)
    return visitor


@pytest.fixture
def stranger(documented: Served) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(documented.url)
