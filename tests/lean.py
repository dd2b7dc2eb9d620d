"""What the tests' own runs of pytest leave out: other packages' plugins take longer to load than such a run takes.

Runs that a document shows are run as they are shown.
"""

from __future__ import annotations

_LEFT_OUT = (
    "cacheprovider",  # it would write into the folder
    "anyio",
    "hypothesispytest",
    "platformdirs",
    "respx",
    "schemathesis",
    "xdist.looponfail",
)
LEAN = tuple(word for name in _LEFT_OUT for word in ("-p", f"no:{name}"))
"""Words for the command line of pytest."""
