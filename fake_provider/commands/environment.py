"""What the environment may say in the place of an option: it stands in no command line, which ``ps`` shows to everybody."""

from __future__ import annotations

import os

CONTROL_TOKEN = "FAKE_NEXMO_CONTROL_TOKEN"
TESTS_CONTROL_TOKEN = "NEXMO_CONTROL_TOKEN"
"""What the contract tests call it; of one fake there is one token, so who asks a fake takes either."""
DATABASE = "FAKE_NEXMO_DATABASE"


def given(*variables: str) -> str | None:
    """Return what the first variable says that says something; one that is empty, as compose files leave it, does not."""
    return next(filter(None, map(os.environ.get, variables)), None)
