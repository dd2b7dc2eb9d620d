"""What Sphinx calls: each page is completed after it was read."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from .access import mend
from .links import moved
from .makers import MAKERS
from .navigation import tree

_MARK = re.compile(r"^<!-- made: (.+?) -->$", re.MULTILINE)
_MADE = re.compile(rf"{_MARK.pattern}(?:(?!{_MARK.pattern})[\s\S])*?^<!-- end -->$", re.MULTILINE)
"""With the words for whoever reads the file and not the site."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what completes a page."""
    app.connect("source-read", completed)
    app.connect("build-finished", finished)
    logging.getLogger("fake_nexmo").setLevel(logging.WARNING)  # of the fake that answers the examples
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def completed(app: Sphinx, name: str, source: list[str]) -> None:
    """Put what is made into the page, and make its links right."""
    place = Path(app.srcdir) / f"{name}.md"
    text = filled(moved(source[0], origin=place, place=place), name)
    source[0] = f"{text}\n\n{tree(source[0])}\n" if name == app.config.root_doc else text


def filled(text: str, name: str) -> str:
    """Return a page with what is made in the place of the words that stand for it; ExtensionError where these have no end."""
    if len(_MARK.findall(text)) != len(_MADE.findall(text)):
        raise ExtensionError(f"docs/{name}.md: <!-- end --> is missing after a <!-- made: … -->")
    return _MADE.sub(lambda found: _made(found[1], name), text)


def finished(app: Sphinx, error: Exception | None) -> None:
    """Mend the pages that were written."""
    if error is None:
        mend(Path(app.outdir))


def _made(maker: str, page: str) -> str:
    if maker not in MAKERS:
        raise ExtensionError(f"docs/{page}.md: nothing makes {maker!r}; there are {', '.join(MAKERS)}")
    return MAKERS[maker]()
