"""Words from elsewhere, made fit for a line of ours: they may hold control characters, or a whole book."""

from __future__ import annotations

MAX_CHARACTERS = 300


def printable(words: str) -> str:
    """Return *words* on one line of 300 characters at most, without what a terminal would obey."""
    line = "".join(c if c.isprintable() else " " for c in words[: MAX_CHARACTERS + 1])
    line = " ".join(line.split())
    return line if len(words) <= MAX_CHARACTERS else f"{line[:MAX_CHARACTERS]}…"


def joined(separator: str, *words: str | None) -> str:
    """Return those of *words* that say anything, joined and printable."""
    return separator.join(filter(None, (printable(each) for each in words if each)))
