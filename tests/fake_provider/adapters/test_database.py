"""Databases in every state: of another version, somebody else's, gone, locked, full, read-only."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from fake_provider.adapters.database.engine import Database
from fake_provider.adapters.database.keeping import Keeper, Retention
from fake_provider.adapters.database.kinds import url_of
from fake_provider.adapters.database.opening import in_database
from fake_provider.adapters.database.schema import NEWEST, ensure_newest, version_of
from fake_provider.adapters.database.tables import METADATA
from fake_provider.adapters.state import State
from fake_provider.domain.credentials import NonceUse
from fake_provider.errors import Conflict, InvalidValue, StoreUnavailable
from fake_provider.ports import Declined, MessageQuery, Tally
from tests.fake_provider.adapters.store_contract import ANN, at_once, message, webhook
from tests.postgres import Postgres


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite database is to be."""
    return tmp_path / "fake.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    """A SQLite database to which nothing was done yet."""
    database = Database(url_of(str(file)))
    yield database
    database.close()


@pytest.fixture
def state(database: Database) -> State:
    """State in that database, with an account."""
    state = in_database(database, Retention())
    state.store.add_account(ANN)
    return state


# Its URL


@pytest.mark.parametrize(
    ("given", "read"),
    [
        pytest.param("fake.db", "sqlite:///fake.db", id="path"),
        pytest.param("./a b.db", "sqlite:///./a b.db", id="path-with-a-blank"),
        pytest.param("sqlite:////var/fake.db", "sqlite:////var/fake.db", id="sqlite"),
        pytest.param("postgresql://a:b@db/x", "postgresql+psycopg://a:***@db/x", id="postgresql"),
        pytest.param("postgresql+psycopg://db/x", "postgresql+psycopg://db/x", id="driver"),
    ],
)
def test_which_database_is_meant(given: str, read: str) -> None:
    """A path is a SQLite file; PostgreSQL needs no driver in its URL; a password is not shown."""
    database = Database(url_of(given))

    assert database.shown == read


def test_a_password_in_its_query_is_not_shown() -> None:
    """A URL may have it there, too."""
    database = Database(url_of("postgresql+psycopg://u@h/db?password=hunter2secret"))

    assert database.shown == "postgresql+psycopg://u@h/db"


@pytest.mark.parametrize(
    "given",
    [
        "mysql://db/x",
        ":memory:",
        "sqlite://",
        "sqlite:///:memory:",
        "http://db/x",
        "postgresql+asyncpg2://db/x",
        "://",
        "oracle://x",
    ],
)
def test_another_kind_of_database(given: str) -> None:
    """Is refused with what is wanted."""
    with pytest.raises(InvalidValue, match="database: "):
        Database(url_of(given))


# Its schema


def test_a_new_file_is_its_owners_alone(database: Database, file: Path) -> None:
    """Secrets stand in it."""
    assert ensure_newest(database) is None

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert database.read(version_of) == NEWEST


def _columns(database: Database) -> set[tuple[str, str, bool]]:
    from sqlalchemy import inspect

    def found(connection):  # type: ignore[no-untyped-def]
        seen = inspect(connection)
        return {
            (table, column["name"], bool(column["nullable"]))
            for table in seen.get_table_names()
            if table != "alembic_version"
            for column in seen.get_columns(table)
        }

    return database.read(found)


def test_migrations_lead_to_the_tables(database: Database) -> None:
    """What they have made is what is used."""
    ensure_newest(database)

    described = {
        (table.name, column.name, bool(column.nullable))
        for table in METADATA.sorted_tables
        for column in table.columns
    }
    assert _columns(database) == described


def test_an_older_schema_is_migrated(file: Path, database: Database) -> None:
    """What stood in it stays; whoever has deleted the seeded accounts does not get them back."""
    _make_old(database)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("INSERT INTO accounts (email, api_key, document) VALUES ('x', 'y', '{}')")

    assert ensure_newest(database) == "0001"

    state = in_database(database, Retention())
    assert not state.seed(lambda store: store.add_account(ANN))


def test_an_older_postgresql_is_migrated(postgres: Postgres) -> None:
    """As a file is."""
    database = Database(url_of(postgres.create("older")))
    _make_old(database)

    assert ensure_newest(database) == "0001"

    assert database.read(version_of) == NEWEST
    database.close()


def _make_old(database: Database) -> None:
    from fake_provider.adapters.database import schema

    database.make_file()
    database.write(lambda connection: schema.upgrade(connection, to="0001"))


def test_a_newer_schema_is_refused(file: Path, database: Database) -> None:
    """In one line that says what to do; nothing is touched."""
    ensure_newest(database)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")

    with pytest.raises(Conflict, match="has schema 0999, and this fake-nexmo knows 0002 at the most"):
        ensure_newest(database)


def test_somebody_elses_tables(file: Path, database: Database) -> None:
    """Are left alone."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE invoices (id)")

    with pytest.raises(Conflict, match=r"tables of something else \(invoices"):
        ensure_newest(database)


def test_a_file_that_is_no_database(file: Path, database: Database) -> None:
    """Is said to be none."""
    file.write_text("hello " * 1000)

    with pytest.raises(StoreUnavailable, match="no SQLite database"):
        ensure_newest(database)


def test_it_is_seeded_once(database: Database, file: Path) -> None:
    """Of all who open it one fills it; what was deleted since does not come back."""
    first = in_database(database, Retention())
    second_database = Database(url_of(str(file)))
    second = in_database(second_database, Retention())

    seeded = [state.seed(lambda store: store.add_account(ANN)) for state in (first, second)]

    assert seeded == [True, False]
    assert second.store.accounts() == (ANN,)
    second_database.close()


# What goes wrong with it


def _delete(file: Path) -> None:
    file.rename(file.with_suffix(".away"))


def _restore(file: Path) -> None:
    file.with_suffix(".away").rename(file)


def test_a_file_that_is_gone_is_missed(state: State, file: Path) -> None:
    """SQLite itself would go on in a file that nobody finds; it works again once the file is back."""
    _delete(file)
    with pytest.raises(StoreUnavailable, match=r"fake\.db is gone"):
        state.store.accept(message())

    _restore(file)

    state.store.accept(message())
    assert state.store.tally() == Tally(messages=1, inbound=0)


def test_a_file_that_was_replaced_is_noticed(state: State, file: Path) -> None:
    """By an empty one: its tables are gone."""
    _delete(file)
    file.touch()

    with pytest.raises(StoreUnavailable, match="its tables are gone; run fake-nexmo db upgrade"):
        state.store.accounts()


def test_a_locked_file(state: State, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes waits, and is told; readers are not held up."""
    monkeypatch.setattr("fake_provider.adapters.database.kinds.PATIENCE_SECONDS", 0.05)
    impatient = Database(url_of(str(file)))
    other = in_database(impatient, Retention())
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert other.store.accounts() == (ANN,)
        with pytest.raises(StoreUnavailable, match="another program keeps it locked"):
            other.store.accept(message())
        holder.execute("ROLLBACK")

    other.store.accept(message())
    impatient.close()


def test_a_full_disk(state: State, file: Path) -> None:
    """Nothing is half kept; it goes on when there is room again."""
    database: Database = state.store._db  # type: ignore[attr-defined]
    limited = "PRAGMA max_page_count = {}"  # the store's own connection is limited, as a disk would limit it
    database.write(lambda c: c.exec_driver_sql(limited.format(1)))  # as few as it has
    with pytest.raises(StoreUnavailable, match="the disk is full; make room"):
        state.store.accept(message("x" * 100_000, parts=0))
    assert state.store.messages(MessageQuery()) == ()
    assert state.store.accounts() == (ANN,)

    database.write(lambda c: c.exec_driver_sql(limited.format(1_000_000)))

    state.store.accept(message("x" * 100_000, parts=0))
    assert len(state.store.messages(MessageQuery())) == 1


def test_a_read_only_file(state: State) -> None:
    """What is only read is answered."""
    database: Database = state.store._db  # type: ignore[attr-defined]
    database.write(lambda c: c.exec_driver_sql("PRAGMA query_only = ON"))

    with pytest.raises(StoreUnavailable, match="it is read-only; make the file and its folder writable"):
        state.store.accept(message())
    assert state.store.accounts() == (ANN,)


@pytest.fixture
def shared(postgres: Postgres) -> Iterator[tuple[Postgres, State]]:
    """A PostgreSQL server that may be stopped, and state in it."""
    database = Database(url_of(postgres.create("shaky")))
    state = in_database(database, Retention())
    state.store.add_account(ANN)
    yield postgres, state
    database.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_restarts(shared: tuple[Postgres, State], mode: str) -> None:
    """Says in one line what is so while it is away; afterwards nobody notices that connections broke."""
    postgres, state = shared
    state.store.accept(message())
    postgres.stop(mode=mode)
    try:
        with pytest.raises(StoreUnavailable, match="cannot be used: nothing listens there"):
            state.store.accounts()
    finally:
        postgres.start()

    state.store.accept(message(parts=0))

    assert state.store.tally().messages == 2


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda state: state.store.accounts(), id="reads"),
        pytest.param(lambda state: state.store.accept(message(parts=0)), id="writes"),
    ],
)
def test_a_broken_connection_is_made_again(
    shared: tuple[Postgres, State], act: Callable[[State], object]
) -> None:
    """Where nothing was kept yet, whoever asks does not notice."""
    postgres, state = shared
    act(state)

    with psycopg.connect(postgres.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'shaky'")

    act(state)


def test_a_read_only_server(shared: tuple[Postgres, State]) -> None:
    """Such as a standby."""
    _, state = shared
    database: Database = state.store._db  # type: ignore[attr-defined]
    database.close()
    database.write(lambda c: c.exec_driver_sql("ALTER DATABASE shaky SET default_transaction_read_only = on"))
    database.close()

    with pytest.raises(StoreUnavailable, match="it is read-only: a standby"):
        state.store.accept(message())


# Retention


def test_what_is_old_is_forgotten(database: Database) -> None:
    """Messages, exchanges and nonces by age, in real time; young nonces in any case."""
    now = 1_000_000.0
    in_database(database, Retention())
    keeper = Keeper(database, Retention(max_age_days=1.0), real=lambda: now)
    old_state = _state_at(database, now - 2 * 86_400)
    old_state.add_account(ANN)
    young_state = _state_at(database, now - 60)
    for index, store in enumerate((old_state, young_state)):
        store.accept(message(str(index), parts=0))
        store.use_nonce(NonceUse(client_key="a", token="", timestamp=1, nonce=str(index), url=""), now=1.0)

    forgotten = keeper.prune()

    assert [one.text for one in young_state.messages(MessageQuery())] == ["1"]
    assert (forgotten["messages"], forgotten["nonces"]) == (1, 1)


def _state_at(database: Database, now: float):  # type: ignore[no-untyped-def]
    from fake_provider.adapters.database.cells import Cells
    from fake_provider.adapters.database.store import SqlStore

    return SqlStore(database, Cells(database), real=lambda: now, push_seconds=0.0)


def test_too_many_nonces(database: Database) -> None:
    """The oldest go first, but none that could still be replayed."""
    in_database(database, Retention())
    now = 1_000_000.0
    for age in (3000, 2000, 1000, 100, 50, 10):
        _state_at(database, now - age).use_nonce(
            NonceUse(client_key="a", token="", timestamp=1, nonce=str(age), url=""), now=1.0
        )

    forgotten = Keeper(database, Retention(max_nonces=2), real=lambda: now).prune()

    assert forgotten["nonces"] == 3


def test_a_user_without_rights(postgres: Postgres) -> None:
    """As in a database of somebody else, whose schema PostgreSQL 15 lets nobody but its owner write to."""

    url = url_of(postgres.create("foreign"))
    with psycopg.connect(postgres.url().replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS stranger")
        connection.execute("CREATE ROLE stranger LOGIN")
    database = Database(url.set(username="stranger"))

    with pytest.raises(StoreUnavailable, match="this user lacks a right in it"):
        ensure_newest(database)

    database.close()


def test_it_is_looked_after_that_everything_works(state: State, file: Path) -> None:
    """What checks a database notices a table that is gone, and one that cannot be written."""
    state.store.check()
    database: Database = state.store._db  # type: ignore[attr-defined]
    database.write(lambda c: c.exec_driver_sql("PRAGMA query_only = ON"))
    with pytest.raises(StoreUnavailable, match="read-only"):
        state.store.check()
    database.close()

    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE exchanges")

    with pytest.raises(StoreUnavailable, match="its tables are gone"):
        state.store.check()


def test_values_stand_in_no_error(shared: tuple[Postgres, State]) -> None:
    """What the database refuses is said without what was to be kept: secrets are among it."""
    _, state = shared
    database: Database = state.store._db  # type: ignore[attr-defined]
    database.write(lambda c: c.exec_driver_sql("ALTER TABLE accounts RENAME COLUMN document TO paper"))

    with pytest.raises(StoreUnavailable) as raised:
        state.store.add_account(replace(ANN, email="b@example.com", api_key="b", api_secret="TOPSECRET"))

    assert "its tables are not those of this version" in str(raised.value)
    assert "TOPSECRET" not in f"{raised.value} {raised.value.__cause__}"


def test_an_option_that_postgresql_does_not_know(postgres: Postgres) -> None:
    """Is said to be none."""
    database = Database(url_of(postgres.url() + "?bogus=1"))

    with pytest.raises(StoreUnavailable, match="an option that PostgreSQL does not know"):
        ensure_newest(database)


def test_what_is_finished_is_not_taken(shared: tuple[Postgres, State]) -> None:
    """Not even by somebody who looked at it while another one finished it."""
    _, state = shared
    store = state.store
    for number in range(30):
        store.add_webhooks([webhook(f"{number}")])
    pushed: list[int] = []

    def push(_: int) -> None:
        while heads := store.next_webhooks():
            if store.take_webhook(heads[0].number, lane=None):
                pushed.append(heads[0].number)
                store.finish_webhook(heads[0].number, None, None)

    at_once(6, push)

    assert sorted(pushed) == sorted(set(pushed))
    assert len(pushed) == 30


def test_resets_at_once(shared: tuple[Postgres, State]) -> None:
    """They come one after the other, and nobody who sends meanwhile is told that there is no account."""
    _, state = shared
    store = state.store

    def act(number: int) -> object:
        if number % 2:
            store.clear(lambda empty: empty.add_account(ANN))
            return None
        store.count_request("ann", 100.0, at_most=1000)
        store.count_failure("ann")
        store.forget_failures("ann")
        return store.accept(message(parts=0))

    for _ in range(5):
        results = at_once(12, act)

        assert [one for one in results if isinstance(one, Exception)] == []
        assert Declined(balance=Decimal(0)) not in results


def test_a_server_that_says_nothing(shared: tuple[Postgres, State], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is stopped keeps no limit of its own; nobody waits for it longer than for so long, and it goes on after that."""
    postgres, state = shared
    monkeypatch.setattr("fake_provider.adapters.database.engine.LONGEST_SECONDS", 0.3)
    database = Database(url_of(postgres.url("shaky")))
    patient = in_database(database, Retention()).store
    with psycopg.connect(postgres.url("shaky").replace("+psycopg", "")) as holder:
        holder.execute("LOCK TABLE accounts")  # as good as stopped, for whoever asks for them
        for ask in (patient.accounts, lambda: patient.accept(message())):
            with pytest.raises(StoreUnavailable, match="cannot be used"):
                ask()

    assert patient.accounts() == (ANN,)
    database.close()
    assert state.store.accounts() == (ANN,)
