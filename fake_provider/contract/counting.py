"""How many there are of something, in words."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """Return a *number* of *what*, as in "1 test" and "2 tests"."""
    return f"{number} {what}{'' if number == 1 else 's'}"
