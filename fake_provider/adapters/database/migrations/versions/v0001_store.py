"""Accounts, apps, tokens, nonces, messages, webhooks, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring a database here from nothing."""
    op.create_table(
        "accounts",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("email", sa.String(), nullable=False, unique=True),
        sa.Column("api_key", sa.String(), nullable=False, unique=True),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "apps",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("client_key", sa.String(), nullable=False, unique=True),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "attempts",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_message_id", "attempts", ["message_id"])
    op.create_table(
        "claims",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("lane", sa.String(), nullable=False, unique=True),
        sa.Column("until", sa.Double(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "failures",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("who", sa.String(), nullable=False, unique=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "messages",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("account", sa.String()),
        sa.Column("api_key", sa.String()),
        sa.Column("client_key", sa.String()),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("handset", sa.String(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("messages_by_account", "messages", ["account", "number"])
    op.create_index("messages_by_app", "messages", ["client_key", "number"])
    op.create_index("messages_by_handset", "messages", ["handset", "number"])
    op.create_table(
        "nonces",
        sa.Column("timestamp", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(32), primary_key=True),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("url", sa.String(32), nullable=False),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("nonces_by_age", "nonces", ["kept_at"])
    op.create_table(
        "numbers",
        sa.Column("msisdn", sa.String(), primary_key=True),
        sa.Column("email", sa.String(), nullable=False),
    )
    op.create_index("ix_numbers_email", "numbers", ["email"])
    op.create_table(
        "opted_out",
        sa.Column("account", sa.String(), primary_key=True),
        sa.Column("msisdn", sa.String(), primary_key=True),
    )
    op.create_table(
        "requests",
        sa.Column("api_key", sa.String(), primary_key=True),
        sa.Column("began", sa.Double(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(), nullable=False, unique=True),
        sa.Column("account", sa.String()),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("token", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("client_key", sa.String(), nullable=False),
        sa.Column("account", sa.String()),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("tokens_by_app", "tokens", ["client_key", "account"])
    op.create_table(
        "webhooks",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("queue", sa.LargeBinary(32), nullable=False),
        sa.Column("client_key", sa.String()),
        sa.Column("due", sa.Double(), nullable=False),
        sa.Column("held_until", sa.Double()),
        sa.Column("taken_until", sa.Double()),
        sa.Column("document", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("webhooks_by_queue", "webhooks", ["queue", "due", "number"])
    op.create_table(
        "message_ids",
        sa.Column("message_id", sa.String(), primary_key=True),
        sa.Column(
            "number", sa.BigInteger(), sa.ForeignKey("messages.number", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_message_ids_number", "message_ids", ["number"])
