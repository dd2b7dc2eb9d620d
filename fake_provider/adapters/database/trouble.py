"""What goes wrong with a database, in words for whoever runs the fake."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

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
    ("password authentication failed", "it refuses the password"),
    ("no password supplied", "it wants a password; put one into the URL or into PGPASSWORD"),
    ('role "', "it refuses this user"),
    ("too many clients", "it takes no more connections; raise max_connections, or run fewer workers"),
    ("does not exist", "there is no such database; create it first: createdb"),
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
    for phrase, meaning in _WHY:
        if phrase in folded:
            return meaning
    if error.connection_invalidated or type(error).__name__ in ("OperationalError", "InterfaceError"):
        return " ".join(said.split())[:300]
    return None
