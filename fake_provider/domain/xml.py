"""Text as it may stand in an XML document."""

from __future__ import annotations

import re

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escaped(text: str) -> str:
    """Escape *text*, and replace what XML 1.0 section 2.2 allows in no document, escaped or not.

    ``xml.sax.saxutils`` does the first as well, and brings an HTTP client along when it is imported.
    """
    return allowed(text).translate(_ESCAPES)


def allowed(text: str) -> str:
    """Replace what XML 1.0 section 2.2 allows in no document, for a library that does not look."""
    return _NOT_XML.sub("\ufffd", text)
