"""The store in memory does what every store must do."""

from __future__ import annotations

import pytest

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.ports import Store
from tests.fake_provider.adapters.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    """The store in memory, and its bounds."""

    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()

    @pytest.fixture
    def small(self) -> Store:
        return MemoryStore(max_messages=3)
