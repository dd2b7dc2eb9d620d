"""The store in memory does what every store must do."""

from __future__ import annotations

import pytest

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.credentials import NonceUse
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

    def test_old_nonces_are_forgotten(self) -> None:
        """What is too old to be replayed takes no memory."""
        store = MemoryStore()
        for stamp in range(0, 10_000, 10):
            store.use_nonce(NonceUse(client_key="a", token="", timestamp=stamp, nonce="n", url=""), now=stamp)

        assert len(store._nonces["a"]) < 100
