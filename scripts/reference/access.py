"""Makes the pages of the theme usable by keyboard and by screen readers, where they are not: axe-core found these."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

MENDED: Mapping[str, str] = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '\n\n<div id="search-results"></div>': '\n<h1>Search</h1>\n<div id="search-results"></div>',
    # What scrolls sideways wants to be reached by the keyboard.
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper colwidths-auto docutils container">': (
        '<div class="table-wrapper colwidths-auto docutils container" tabindex="0">'
    ),
    # Sphinx leaves the dash to smart quotes, which would make one of the hyphens of an option too.
    "</strong> -- ": "</strong> – ",
    # A column of remarks has no heading.
    '<th class="head"><p></p></th>': "<td></td>",
}

_SIGNATURE = re.compile(r'<dl>\n((?:<dd><em class="sig-param">.*</dd>\n)+)</dl>')
"""A signature of several lines: a list of definitions to Sphinx, with no term in it."""


def mend(folder: Path) -> None:
    """Mend every page in *folder*; one that was mended before stays as it is."""
    for page in folder.rglob("*.html"):
        text = mended = page.read_text(encoding="utf-8")
        for theirs, ours in MENDED.items():
            mended = mended.replace(theirs, ours)
        mended = _SIGNATURE.sub(_in_lines, mended)
        if mended != text:
            page.write_text(mended, encoding="utf-8")


def _in_lines(found: re.Match[str]) -> str:
    return found[1].replace("<dd>", '<div class="parameter">').replace("</dd>", "</div>")
