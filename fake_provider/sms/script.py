"""Reply scripts: what the people in a test's world answer, and what a keyword does.

[[replies]]
keyword = "STOP"          # an inbound SMS that begins with this word …
opt = "out"               # … and nothing more reaches its sender: receipts are `failed`, err-code 9

[[replies]]
text = "Reply YES"        # an SMS that holds this text …
to = "4477009004*"        # … sent to such a number …
reply = "YES"             # … is answered, as an inbound SMS,
after_seconds = 5         # on the fake's clock
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from .receipt import keyword as keyword_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One rule: for inbound SMS where it has a ``keyword``, else for those that are sent."""

    keyword: str | None = None
    opt: str | None = None  # "out" or "in"
    text: str | None = None
    to: str | None = None  # of the recipient, with * for any digits
    reply: str | None = None
    after_seconds: float = 0.0

    def meets_inbound(self, text: str) -> bool:
        """Whether an inbound SMS of this *text* is meant."""
        return self.keyword is not None and keyword_of(text) == self.keyword.upper()

    def meets_sent(self, to: str, text: str) -> bool:
        """Whether an SMS of this *text* to this number is meant."""
        return (
            self.keyword is None
            and (self.text is None or self.text.lower() in text.lower())
            and (self.to is None or fnmatchcase(to, self.to))
        )


def first_met(scripts: Sequence[Script], to: str, text: str) -> Script | None:
    """Return the first rule for an SMS that was sent."""
    return next((script for script in scripts if script.meets_sent(to, text)), None)
