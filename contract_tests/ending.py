"""Why a run ended before its last test, where it did: what it has not checked says nothing then.

``pytest.exit``, Ctrl-C, ``-x``, a provider that answers no more, an error of pytest or of a plugin, tests that cannot be
collected: each comes as an exception through the one hook under which all tests are collected, or run.
"""

from __future__ import annotations

import pytest

_EARLY = pytest.StashKey[str]()
_LONGEST = 300


def remember(config: pytest.Config, error: BaseException) -> None:
    """Keep why *config*'s run ends now."""
    config.stash[_EARLY] = _words(error)


def ended_early(config: pytest.Config) -> str | None:
    """Return in one line, without secrets, why the run came to no end of its own; None where it did."""
    if (why := config.stash.get(_EARLY, None)) is None:
        return None
    from fake_provider.contract.address import printable

    from .choice import target_of

    shown = printable(target_of(config).secrets.scrubbed(why))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _words(error: BaseException) -> str:
    said = " ".join(str(error).split())
    if isinstance(error, (KeyboardInterrupt, pytest.exit.Exception, pytest.Session.Failed)):
        return said or "it was interrupted"
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
