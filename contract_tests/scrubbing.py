"""Takes out of a text whatever is nobody's business: secrets, tokens, signatures, the number of a person.

By value, in whatever writing: see ``fake_provider.contract.writings``; where pytest has cut a long text short, what is
left of it too. And by name or place, since not all of it is known before: a signature, an ``api_secret``, what stands
behind the key in a path, a password in an address. A secret of fewer than four characters is found so only: by value it is
everywhere.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fake_provider.contract.layers import Layer, layers
from fake_provider.contract.writings import Found, Sought, replaced

SECRET, TOKEN, NUMBER, SIGNATURE = "<secret>", "<token>", "<NEXMO_SMS_TO>", "<signature>"

_LEAST = 4
"""Characters of what is looked for by value: a shorter one stands in half of all words."""
_REPLACEMENTS = re.compile("|".join((SECRET, TOKEN, NUMBER, SIGNATURE)))
_NAMES = (
    "(?:api|new|client|consumer|token|signature|oauth_token|oauth_consumer|access_token)[_-]?secret"
    "|control_token|password"
)
# As old clients wrote them: key and secret behind the path of an endpoint.
_BEHIND_KEY = (
    "/+(?:account/+(?:get-balance|settings|top-up|numbers|get-(?:phone-)?pricing/+outbound(?:/+(?:sms|voice))?)"
    r"|number/+(?:search|buy|cancel|update)|search/+messages?)/+[^/\s?#\"'<>]+/+"
)

_BY_NAME: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (
            r"""oauth_signature(?!_method)["']?\s*[=:,]\s*b?["']?(?P<it>[^\s"'&,\\)\]}<>]+)""",
            SIGNATURE,
        ),
        (r"[?&]sig=(?P<it>[0-9a-f]{32,128})(?![0-9a-f])", SIGNATURE),
        # In a query or a form; where there are no quotation marks a line of code looks like one.
        (rf"""(?<![^?&"'])(?:{_NAMES})=(?P<it>[^\s"'&;,\\)\]}}<>]+)""", SECRET),
        (rf"""(?:{_NAMES})["']?\s*[=:,]\s*b?"(?P<it>[^"\\<>\x00-\x1f]+)\"""", SECRET),
        (rf"""(?:{_NAMES})["']?\s*[=:,]\s*b?'(?P<it>[^'\\<>\x00-\x1f]+)'""", SECRET),
        (rf"<(?:{_NAMES})>(?P<it>[^<\x00-\x1f]+)<", SECRET),
        (rf"""{_BEHIND_KEY}(?P<it>[^/\s?#"'<>&,)\]]+)""", SECRET),
        (r"""://[^\s/?#"'<>@:]*:(?P<it>[^\s/?#"'<>@]+)@""", SECRET),
        (
            r"""authorization["']?\s*[=:,]\s*b?["']?(?:basic|bearer)\s+(?P<it>[a-z0-9+/=._~-]+)""",
            SECRET,
        ),
    )
)
"""What is known by its name or its place: the group ``it``, and what is shown instead."""


@dataclass(slots=True)
class Secrets:
    """Everything that a run has met and must not show, each with what is shown instead."""

    shown_as: dict[str, str] = field(default_factory=dict, repr=False)
    _sought: Sought = field(default_factory=Sought, repr=False)
    _count: int = 0  # how many of them are looked for already
    _one_at_a_time: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def known(self) -> frozenset[str]:
        """Return all texts that are taken out."""
        return frozenset(self.shown_as)

    def add(self, *texts: str, shown_as: str = SECRET) -> None:
        """Remember these; one that is too short to be looked for is not, and what is a secret stays one."""
        for text in texts:
            if len(text) >= _LEAST and self.shown_as.get(text) != SECRET:
                self.shown_as[text] = shown_as

    def scrubbed(self, text: str) -> str:
        """Return *text* without any of them. What was scrubbed already stays as it is."""
        with self._one_at_a_time:  # threads write into the log
            self._look_for_new_ones()
            found = [one for layer in layers(text) for one in (*self._by_value(layer), *_by_name(layer))]
        return replaced(text, found, str, but_within=_REPLACEMENTS) if found else text

    def _look_for_new_ones(self) -> None:
        """Only now: a run that shows nothing need not know in which forms they may come."""
        known = list(self.shown_as)
        self._sought.add(*known[self._count :])
        self._count = len(known)

    def _by_value(self, layer: Layer) -> Iterator[Found]:
        for one in self._sought.found(layer, with_rests=True):
            yield Found(one.start, one.end, self.shown_as[one.value])


def _by_name(layer: Layer) -> Iterator[Found]:
    for pattern, instead in _BY_NAME:
        for named in pattern.finditer(layer.text):
            yield Found(*layer.span(*named.span("it")), instead)
