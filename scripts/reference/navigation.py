"""The tree of pages, from the links of ``docs/index.md``: each section there is a part of the tree.

So whoever reads the same file on a page of a repository has the same way in. A page that is linked nowhere there ends the build
with a warning.
"""

from __future__ import annotations

import re

_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_ENTRY = re.compile(r"^- \[([^\]]+)\]\(([\w./-]+)\.md\)", re.MULTILINE)


def tree(index: str) -> str:
    """Return the hidden toctrees for the sections of *index*."""
    _, *parts = _SECTION.split(index)
    return "\n\n".join(
        _toctree(title, _ENTRY.findall(text)) for title, text in zip(parts[::2], parts[1::2], strict=True)
    )


def _toctree(caption: str, entries: list[tuple[str, str]]) -> str:
    lines = [f"{words.replace('`', '')} <{page}>" for words, page in entries]
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *lines, "```"])
