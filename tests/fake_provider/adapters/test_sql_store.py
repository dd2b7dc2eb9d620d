"""Stores in a database do what every store must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fake_provider.adapters.database.engine import Database
from fake_provider.adapters.database.keeping import Retention
from fake_provider.adapters.database.kinds import url_of
from fake_provider.adapters.database.opening import in_database
from fake_provider.ports import Store
from tests.fake_provider.adapters.store_contract import StoreContract


class SqlStoreContract(StoreContract):
    """What must hold of any store in a database; a subclass gives the URL of an empty one."""

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        state = in_database(Database(url_of(url)), Retention())
        yield state.store
        state.close()

    @pytest.fixture
    def small(self, url: str) -> Iterator[Store]:
        state = in_database(Database(url_of(url)), Retention(max_messages=3))
        yield state.store
        state.close()


class TestSqliteStore(SqlStoreContract):
    """The store in a SQLite file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return str(tmp_path / "fake.db")


class TestPostgresqlStore(SqlStoreContract):
    """The store in PostgreSQL."""

    @pytest.fixture
    def url(self, empty_postgres: str) -> str:
        return empty_postgres
