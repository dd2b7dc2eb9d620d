"""The documents: their code blocks, their links, their headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVER = "http://127.0.0.1:8080"  # as documents call it


def links(document: str) -> list[tuple[Path, str]]:
    """Return where the links within the repository lead: a file, and an anchor in it or ""."""
    path = ROOT / document
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)", text)
    return [(path.parent / target if target else path, anchor) for target, anchor in found]


def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings of a Markdown file, as GitHub and MyST make them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,6} (.+?)\s*$", text, re.MULTILINE)
    named = set(re.findall(r'<a id="([^"]+)">', text))
    return named | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@dataclass(frozen=True)
class Block:
    """A fenced block where it stands. One without a language is what the block before it prints."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[str]:
    """Return every document that people read, by its path in the repository."""
    pages = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
    return ["README.md", "CHANGELOG.md", *pages]


def blocks(document: str) -> list[Block]:
    """Return all fenced blocks of *document*, in their order; a block that is never closed is an error."""
    found: list[Block] = []
    opened: tuple[int, str] | None = None
    body: list[str] = []
    for number, line in enumerate((ROOT / document).read_text(encoding="utf-8").splitlines(), start=1):
        block = re.match(r"^\s*(`{3,}|~{3,})\s*(\S*)", line)
        if block is None:
            body.append(line)
        elif opened is None:
            opened, body = (number, block[2]), []
        else:
            found.append(Block(document, opened[0], opened[1], "\n".join(body) + "\n"))
            opened = None
    assert opened is None, f"{document}:{opened}: the block has no end"
    return found
