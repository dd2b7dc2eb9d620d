"""What stands where. A change here needs a migration: ``migrations/versions``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

LONGEST_KEY = 255
"""So much of a text stands in a column that is searched. What is longer is told apart by its document."""


class Key(TypeDecorator[str]):
    """A text to search by, as any database takes it: cut, and without what PostgreSQL has no place for."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else key_of(value)


def key_of(text: str) -> str:
    """Return what stands for *text* in a column."""
    if text.isascii() and "\0" not in text:
        return text[:LONGEST_KEY]
    return text[:LONGEST_KEY].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


METADATA = MetaData()


def _numbered() -> Column[int]:
    """Return a number that counts up and is never given twice."""
    return Column(
        "number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )


def _table(name: str, *columns: Any) -> Table:
    # AUTOINCREMENT: SQLite would give the number of the newest row again once that is deleted.
    return Table(name, METADATA, *columns, sqlite_autoincrement=any(c.name == "number" for c in columns))


accounts = _table(
    "accounts",
    _numbered(),
    Column("email", Key(), nullable=False, unique=True),  # in lower case
    Column("api_key", Key(), nullable=False, unique=True),
    Column("document", Text, nullable=False),
)
numbers = Table(
    "numbers",
    METADATA,
    Column("msisdn", Key(), primary_key=True),
    Column("email", Key(), nullable=False, index=True),
)
apps = _table(
    "apps",
    _numbered(),
    Column("client_key", Key(), nullable=False, unique=True),
    Column("document", Text, nullable=False),
)
tokens = _table(
    "tokens",
    _numbered(),
    Column("token", Key(), nullable=False, unique=True),
    Column("kind", String(8), nullable=False),  # request, access
    Column("stage", String(16), nullable=False),
    Column("client_key", Key(), nullable=False),
    Column("account", Key()),
    Column("secret", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index("tokens_by_app", "client_key", "account"),
)
nonces = Table(
    "nonces",
    METADATA,
    # The timestamp first: what is new stands together at one end, however many there are.
    Column("timestamp", BigInteger, primary_key=True, autoincrement=False),
    # Of the client, the token, the timestamp and the nonce, each of any length: no index takes that.
    Column("digest", LargeBinary(32), primary_key=True),
    Column("client_key", Key(), nullable=False),
    Column("url", String(32), nullable=False),  # its digest: a retry goes to the same, a redirect to another
    Column("kept_at", Double, nullable=False),
    Index("nonces_by_age", "kept_at"),
    sqlite_with_rowid=False,
)
messages = _table(
    "messages",
    _numbered(),
    Column("kind", String(8), nullable=False),  # accepted, refused, inbound
    Column("account", Key()),
    Column("api_key", Key()),
    Column("client_key", Key()),
    Column("sender", Key(), nullable=False),
    Column("handset", Key(), nullable=False),  # whom it is for; of one that came in, who sent it
    Column("received_at", Double, nullable=False),  # on the fake's clock
    Column("kept_at", Double, nullable=False),  # on the machine's
    Column("folded", Text, nullable=False),  # what is searched, in one case
    Column("document", Text, nullable=False),
    Index("messages_by_handset", "handset", "number"),
    Index("messages_by_app", "client_key", "number"),
    Index("messages_by_account", "account", "number"),
)
message_ids = Table(
    "message_ids",
    METADATA,
    Column("message_id", Key(), primary_key=True),
    Column(
        "number",
        BigInteger,
        ForeignKey("messages.number", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)
opted_out = Table(
    "opted_out",
    METADATA,
    Column("account", Key(), primary_key=True),
    Column("msisdn", Key(), primary_key=True),
)
requests = Table(
    "requests",  # in the second that began then, for throttling
    METADATA,
    Column("api_key", Key(), primary_key=True),
    Column("began", Double, nullable=False),
    Column("count", Integer, nullable=False),
)
webhooks = _table(
    "webhooks",
    _numbered(),
    Column("queue", LargeBinary(32), nullable=False),  # digest of consumer, account and URL
    Column("client_key", Key()),
    Column("due", Double, nullable=False),
    Column("held_until", Double),  # real time: whoever held or took it may be gone by then
    Column("taken_until", Double),
    Column("document", Text, nullable=False),
    Index("webhooks_by_queue", "queue", "due", "number"),
)
claims = _table(
    "claims",
    _numbered(),
    Column("lane", Key(), nullable=False, unique=True),  # "" is the common clock, others begin with "="
    Column("until", Double, nullable=False),
)
attempts = _table(
    "attempts",
    _numbered(),
    Column("kind", String(8), nullable=False),
    Column("message_id", Key(), nullable=False, index=True),
    Column("document", Text, nullable=False),
)
sessions = _table(
    "sessions",
    _numbered(),
    Column("id", Key(), nullable=False, unique=True),
    Column("account", Key()),
    Column("document", Text, nullable=False),
)
failures = _table(
    "failures",
    _numbered(),
    Column("who", Key(), nullable=False, unique=True),
    Column("count", Integer, nullable=False),
)
seeded = Table(
    "seeded",  # has one row once accounts and apps were put in for the first time
    METADATA,
    Column("once", Integer, primary_key=True, autoincrement=False),
)
cells = Table(
    "cells",
    METADATA,
    Column("name", String(16), primary_key=True),  # clocks, faults
    Column("version", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
)
exchanges = _table(
    "exchanges",
    _numbered(),
    Column("outcome", String(16), nullable=False),
    Column("client_key", Key()),
    Column("path", Key(), nullable=False),
    Column("message", BigInteger),
    Column("kept_at", Double, nullable=False),
    Column("document", Text, nullable=False),
    Column("secrets", Text, nullable=False),
    Index("exchanges_by_message", "message", "number"),
)
