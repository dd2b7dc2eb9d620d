"""Links within the repository, for a page that is shown at another place than its file has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from os.path import relpath
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN_AS: Mapping[Path, Path] = {
    ROOT / "README.md": ROOT / "docs" / "readme.md",
    ROOT / "CHANGELOG.md": ROOT / "docs" / "changelog.md",
}
"""Files outside ``docs/`` that are pages of the site too."""

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def moved(text: str, *, origin: Path, place: Path) -> str:
    """Return the Markdown of *origin* with links that are right on the page *place*.

    A folder has no page: a link to one becomes its text. A file that is none goes with the site, to be downloaded.
    """

    def moved_link(found: re.Match[str]) -> str:
        bang, words, target, anchor = found.groups()
        path = (origin.parent / target).resolve()
        if path.is_dir():
            return words
        page = SHOWN_AS.get(path, path)
        shown = relpath(page, place.parent)
        if page.suffix == ".md" and not page.is_relative_to(ROOT / "docs"):
            # To MyST what ends so is a page, unless it is told.
            return f"{{download}}`{words.replace('`', '')} <{shown}>`"
        return f"{bang}[{words}]({shown}{anchor or ''})"

    return _LINK.sub(moved_link, text)


def included(name: str) -> str:
    """Return a document of the repository's root as the page that shows it, without its title."""
    origin = ROOT / name
    text = origin.read_text(encoding="utf-8").partition("\n")[2]
    return moved(text, origin=origin, place=SHOWN_AS[origin])
