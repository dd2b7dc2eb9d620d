"""The stores of which growth and scaling are measured, each with a way to fill it that is quicker than sending."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

from bench import postgres
from bench.errors import CannotMeasure
from bench.fakes import REST, RICH
from fake_provider import FakeNexmo
from fake_provider.domain.credentials import NonceUse
from fake_provider.domain.message import Message, Part
from fake_provider.ports import MessageQuery
from fake_provider.settings import DEMO_APP


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where databases are made."""

    create: Callable[[str], str | None]
    """Makes an empty one of this name, and returns its URL; None for what needs none."""
    session: int | None = None  # of their server


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """One kind of store."""

    name: str
    most_growth: float  # how many times as long an SMS may take with a million stored
    bytes_each: int  # of this process's memory, for one message with its nonce
    place: Callable[[], AbstractContextManager[Place]]
    """Where its databases are, while the context lasts."""
    fill: Callable[[FakeNexmo, int], None]
    """Puts a number of messages and nonces into a fake that has seen one SMS."""
    ensure_there: Callable[[], object] = lambda: None
    """Raises CannotMeasure where there is no such store."""


# In memory


@contextmanager
def _nowhere() -> Iterator[Place]:
    yield Place(create=lambda _: None)


def _fill_memory(fake: FakeNexmo, count: int) -> None:
    """Put them into the store one by one, as an operation would."""
    store, now = fake._provider.ports.store, fake.clock.now()
    token = store.tokens()[-1].token
    for number in range(count):
        store.keep_refused(_message(number, now))
        store.use_nonce(_nonce(number, token, now), now=now)


def _nonce(number: int, token: str, now: float) -> NonceUse:
    return NonceUse(
        client_key=DEMO_APP.client_key,
        token=token,
        timestamp=int(now),
        nonce=f"n{number}",
        url=f"{REST}/sms/json",
    )


def _message(number: int, now: float) -> Message:
    return Message(
        sender="Acme",
        to=f"4477009{number:05}",
        text=f"hello {number} from Nexmo",
        type="text",
        status=0,
        error_text=None,
        encoding="gsm7",
        parts=(Part(message_id=f"{number:016X}", text=f"hello {number} from Nexmo"),),
        network="23410",
        price=Decimal("0.03330000"),
        received_at=now,
        account=RICH.email,
        api_key=RICH.api_key,
        client_key=DEMO_APP.client_key,
    )


# In a database


def _ensure_sql() -> None:
    for module in ("sqlalchemy", "alembic", "msgspec"):
        if find_spec(module) is None:
            raise CannotMeasure(f"{module} is missing: pip install 'fake-nexmo[database]'")


def _ensure_postgresql() -> None:
    _ensure_sql()
    if find_spec("psycopg") is None:
        raise CannotMeasure("psycopg is missing: pip install 'fake-nexmo[postgresql]'")
    postgres.ensure_there()


@contextmanager
def _files() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="fake-nexmo-bench-") as folder:
        yield Place(create=lambda name: f"sqlite:///{Path(folder) / name}.db")


@contextmanager
def _a_cluster() -> Iterator[Place]:
    with postgres.cluster() as cluster:
        yield Place(create=cluster.create, session=cluster.session)


# How the databases spell what their dialects do not share: an id of 16 hexadecimal digits, a number of 12 digits that is no
# other's, and 32 octets of which the same is true.
_SPELLINGS = {
    "sqlite": {
        "id": "printf('%016X', n.i)",
        "to": "printf('4477%08d', n.i)",
        "digest": "randomblob(32)",
    },
    "postgresql": {
        "id": "lpad(upper(to_hex(n.i)), 16, '0')",
        "to": "'4477' || lpad(n.i::text, 8, '0')",
        "digest": "sha256(n.i::text::bytea)",
    },
}
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "


def _fill_database(fake: FakeNexmo, count: int) -> None:
    """Let the database repeat what it keeps of one SMS: a million rows through Python would take minutes."""
    from sqlalchemy import create_engine, inspect, text

    (sms,) = fake._provider.ports.store.messages(MessageQuery())
    engine = create_engine(fake._provider.ports.store._db.url)  # type: ignore[attr-defined]
    spelling = _SPELLINGS[engine.dialect.name]
    try:
        columns = {
            table: [column["name"] for column in inspect(engine).get_columns(table)]
            for table in ("messages", "message_ids", "nonces")
        }
        with engine.begin() as connection:
            first = connection.execute(text("SELECT max(number) FROM messages")).scalar_one()
            replaced = {
                "number": f"{first} + n.i",
                "message_id": spelling["id"],
                "handset": spelling["to"],
                "digest": spelling["digest"],
                **{
                    name: f"replace(replace(one.{name}, :id, {spelling['id']}), :to, {spelling['to']})"
                    for name in ("folded", "document")
                },
            }
            values = {"count": count, "id": sms.parts[0].message_id, "to": sms.to}
            for table, names in columns.items():
                one = f"(SELECT * FROM {table} LIMIT 1) AS one, n"
                made = ", ".join(replaced.get(name, f"one.{name}") for name in names)
                statement = f"INSERT INTO {table} ({', '.join(names)}) {_NUMBERS} SELECT {made} FROM {one}"
                connection.execute(text(statement), values if ":id" in statement else {"count": count})
            if engine.dialect.name == "postgresql":
                last = (
                    "SELECT setval(pg_get_serial_sequence('messages', 'number'), max(number)) FROM messages"
                )
                connection.execute(text(last))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As its own process would sooner or later, in the middle of what is measured.
            connection.execute(
                text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize")
            )
    finally:
        engine.dispose()


STORES: Sequence[StoreKind] = (
    StoreKind(name="memory", most_growth=1.1, bytes_each=3_000, place=_nowhere, fill=_fill_memory),
    StoreKind(
        name="SQLite",
        most_growth=1.3,
        bytes_each=0,
        place=_files,
        fill=_fill_database,
        ensure_there=_ensure_sql,
    ),
    StoreKind(
        name="PostgreSQL",
        most_growth=1.3,
        bytes_each=0,
        place=_a_cluster,
        fill=_fill_database,
        ensure_there=_ensure_postgresql,
    ),
)
