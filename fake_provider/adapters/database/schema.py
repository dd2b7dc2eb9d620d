"""Which schema a database has: an older one is migrated by Alembic, a newer one refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, inspect, select, text

from ...errors import Conflict, StoreUnavailable
from .engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0002"
_MIGRATIONS = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 0x6E65786D70  # a lock of PostgreSQL: two that start at once must not both migrate


def ensure_newest(database: Database, *, make: bool = True) -> str | None:
    """Bring a database to the newest schema; returns the one that it had, None where it was empty.

    A file that is not there is made, and tables in an empty database; where nobody means to *make* them they are missed.

    Raises:
        StoreUnavailable: it is not there, or cannot be reached; nothing is in it, or it is older, and nothing is to be made.
        Conflict: it was made by a newer fake-nexmo, or its tables are somebody else's.
    """
    if make:
        database.make_file()
    found = database.read(version_of)
    if found != NEWEST and make:
        found = database.write(upgrade)
    elif found != NEWEST and (found is None or found < NEWEST):
        has = "nothing of fake-nexmo is in it" if found is None else f"it has schema {found}"
        raise StoreUnavailable(
            f"the database {database.shown} cannot be used: {has}; run fake-nexmo db upgrade"
        )
    elif found != NEWEST:
        raise _newer(found)
    return found


def version_of(connection: Connection) -> str | None:
    """Return the version of the schema; None where there is none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection, *, to: str = NEWEST) -> str | None:
    """Migrate *to* a version; returns the one that it had, None where it was empty. See ``ensure_newest``."""
    from alembic import command
    from alembic.script import ScriptDirectory

    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    found = version_of(connection)
    config = _config()
    known = {revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise _newer(found)
    if found is None and (there := inspect(connection).get_table_names()):
        raise Conflict(
            f"the database holds tables of something else ({', '.join(sorted(there)[:3])} …); "
            "choose an empty one"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    return found


def _newer(found: str | None) -> Conflict:
    return Conflict(
        f"the database has schema {found}, and this fake-nexmo knows {NEWEST} at the most; "
        "use the fake-nexmo that made it, or another database"
    )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
