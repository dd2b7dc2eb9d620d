"""What goes wrong with a database, in words for whoever runs the fake."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

_NO_DATABASE = re.compile(r'database "[^"]*" does not exist')
_OF_THE_DATABASE = (OperationalError, InterfaceError, ProgrammingError, InternalError)
FULL = "the disk is full; make room, and it goes on"
_WHY = (
    ("database is locked", "another program keeps it locked; try again"),
    ("database table is locked", "another program keeps it locked; try again"),
    ("disk is full", FULL),
    ("no space left", FULL),
    ("could not extend file", FULL),
    ("disk i/o error", "the disk cannot be read or written"),
    ("readonly database", "it is read-only; make the file and its folder writable for this user"),
    ("read-only transaction", "it is read-only: a standby, or set so; point --database to the primary"),
    (
        "unable to open database file",
        "the file cannot be opened; is its folder there, and readable for this user?",
    ),
    ("not a database", "the file is no SQLite database; choose another"),
    ("malformed", "the file is damaged; restore it, or choose another"),
    ("no such table", "its tables are gone; run fake-nexmo db upgrade"),
    ("undefinedtable", "its tables are gone; run fake-nexmo db upgrade"),
    ("invalid connection option", "its URL has an option that PostgreSQL does not know"),
    ("password authentication failed", "it refuses the password"),
    ("no password supplied", "it wants a password; put one into the URL or into PGPASSWORD"),
    ('role "', "it refuses this user"),
    ("too many clients", "it takes no more connections; raise max_connections, or run fewer workers"),
    ("column", "its tables are not those of this version; run fake-nexmo db upgrade"),
    (
        "permission denied",
        "this user lacks a right in it; connect as its owner, or let the owner GRANT what is missing",
    ),
    ("must be owner", "this user lacks a right in it; connect as its owner"),
    ("starting up", "it is starting"),
    ("shutting down", "it is shutting down"),
    ("statement timeout", "it is too slow to answer"),
    ("lock timeout", "another program keeps it locked; try again"),
    ("connection refused", "nothing listens there"),
    ("could not translate host name", "there is no such host"),
    ("failed to resolve host", "there is no such host"),
)
"""What a driver says, in lower case, and what it means for whoever runs the fake."""


def is_collision(error: DBAPIError) -> bool:
    """Whether PostgreSQL asks to try again: serialization failure, deadlock (SQLSTATE class 40)."""
    return str(getattr(error.orig, "sqlstate", "") or "").startswith("40")


def meaning_of(error: DBAPIError | NoConnectionFree) -> str | None:
    """Return in words what is wrong with the database; None where it is our own statement."""
    if isinstance(error, NoConnectionFree):
        return "all connections are in use; it is too slow, or has too many clients"
    said = f"{type(error.orig).__name__}: {error.orig}"
    folded = said.lower()
    if _NO_DATABASE.search(folded):
        return "there is no such database; create it first: createdb"
    for phrase, meaning in _WHY:
        if phrase in folded:
            return meaning
    # Our own statements are right for our own tables: what is refused is refused because of what is there.
    if error.connection_invalidated or isinstance(error, _OF_THE_DATABASE):
        return " ".join(said.split())[:300]
    return None
