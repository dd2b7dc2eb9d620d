"""Clocks, faults and exchanges: several workers share them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring a database here from 0001."""
    op.create_table(
        "cells",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    )
    op.create_table(
        "exchanges",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("client_key", sa.String()),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("message", sa.BigInteger()),
        sa.Column("kept_at", sa.Double(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("exchanges_by_message", "exchanges", ["message", "number"])
    op.create_table(
        "seeded",
        sa.Column("once", sa.Integer(), primary_key=True, autoincrement=False),
    )
    # Whoever had accounts was seeded: what they have deleted since must not come back.
    op.execute("INSERT INTO seeded (once) SELECT 1 WHERE EXISTS (SELECT 1 FROM accounts)")
