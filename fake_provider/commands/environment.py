"""What the environment may say in the place of an option: it stands in no command line, which ``ps`` shows to everybody."""

from __future__ import annotations

import os

CONTROL_TOKEN = "FAKE_NEXMO_CONTROL_TOKEN"
DATABASE = "FAKE_NEXMO_DATABASE"


def given(variable: str) -> str | None:
    """Return what a variable says; None where it is missing or empty, as compose files leave it."""
    return os.environ.get(variable) or None
