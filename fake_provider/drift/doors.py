"""What of an answer says by which door it came: the provider's own name in a realm, ``Secure`` of a cookie.

A realm is a constant of the provider, and not where it is. A mask that took it for an address is undone, so that
a provider under another name has the same realm, and one that puts its address there another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..contract.exchange import Answer
from ..contract.recording import ANOTHER, RUNNING, Index
from ..domain.hosts import HOSTS
from .fake import Fake

_REALM = re.compile(r'(?<=realm=")<dashboard>')
_SECURE = re.compile(r";\s*Secure(?=\s*(?:;|$))", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """How the recorded answers came, and how those of now do.

    Attributes:
        recorded_at: the provider's address in the recording; None where it is not told.
    """

    recorded_at: str | None
    now_at: str
    same_tls: bool

    @classmethod
    def of(cls, index: Index, fake: Fake) -> Doors:
        """Return those of a recording and a fake."""
        scheme = "https" if index.tls else "http"
        return cls(
            recorded_at=None if index.against in (RUNNING, ANOTHER) else f"{scheme}://{HOSTS[0]}",
            now_at=fake.dashboard_url,
            same_tls=index.tls == fake.tls,
        )

    def recorded(self, answer: Answer) -> Answer:
        """Return a recorded answer as if it had come by no door."""
        return self._without(answer, self.recorded_at or "<dashboard>")

    def now(self, answer: Answer) -> Answer:
        """Return a masked answer of now in the same way."""
        return self._without(answer, self.now_at)

    def _without(self, answer: Answer, origin: str) -> Answer:
        rules: dict[str, Callable[[str], str]] = {
            "www-authenticate": lambda value: _REALM.sub(lambda _: origin, value)
        }
        if not self.same_tls:
            rules["set-cookie"] = lambda value: _SECURE.sub("", value)
        headers = tuple(
            (name, rules[name.lower()](value) if name.lower() in rules else value)
            for name, value in answer.headers
        )
        return replace(answer, headers=headers)
