"""Tables of Markdown, and texts that stay what they are in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def plain(text: str) -> str:
    """Return *text* so that Markdown shows it as it is."""
    return _SPECIAL.sub(r"\\\1", text)


def code(text: str) -> str:
    """Return *text* as code, also within a table."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def block(text: str, language: str = "text") -> str:
    """Return a fenced block."""
    return f"```{language}\n{text.rstrip()}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already; "" where there is no row."""
    lines = [f"| {' | '.join(cell.replace(chr(10), ' ') for cell in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])


def page(*parts: str) -> str:
    """Return the parts that are not empty, one below the other."""
    return "\n\n".join(part for part in parts if part)
