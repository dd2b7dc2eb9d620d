"""What a recording consists of: requests and answers, in the order in which a test made them.

Bodies are texts; an octet that is no UTF-8 is a surrogate in it (``surrogateescape``), so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]

CONTROL_PATH = "/_fake/"
"""Where a fake's control API is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it was sent."""

    method: str
    url: str  # with its query, to the letter
    headers: Headers = ()
    body: str = ""

    def header(self, name: str) -> str:
        """Return a header by its name, whatever its case; "" where it is missing."""
        return _header(self.headers, name)

    @property
    def path(self) -> str:
        """The path, behind whatever origin."""
        before = self.url.partition("?")[0]
        if before.startswith("<"):  # <dashboard>/oauth/…
            return "/" + before.partition("/")[2]
        return urlsplit(before).path

    @property
    def is_control(self) -> bool:
        """Whether it asks what only a fake can be asked."""
        return self.path.startswith(CONTROL_PATH)

    def changed(self, change: Callable[[str], str]) -> Request:
        """Return it with *change* made to its URL, its headers' values and its body."""
        return replace(
            self,
            url=change(self.url),
            headers=tuple((name, change(value)) for name, value in self.headers),
            body=change(self.body),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: str = ""

    def header(self, name: str) -> str:
        """Return a header by its name, whatever its case; "" where it is missing."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    Attributes:
        signed: with which secrets, by their references (``consumer-secret-1&access-token-secret-1``); WRONG where
            none of those that are known fits, RSA with a private key; "" where there is no signature.
    """

    request: Request
    answer: Answer
    signed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a user decided about a request token, where no fake was told to by a control call."""

    decision: str  # "approve" or "deny"
    token: str
    verifier: str | None = None
    redirect_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Token credentials that were there already: stored, or of an earlier test."""

    token: str
    secret: str


OPENS, CLOSES, NO_MORE = "opens", "closes", "got no more"
"""What a receiver may do: listen, hear nothing from now on, and be looked at when all that came has been taken."""
RELEASED, WHOLE = "until it was told to answer", "all its time"
"""How long a receiver was silent that was told to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """What a web server on the test's machine did, which gets webhooks; ``receiver`` is its origin, by a reference."""

    receiver: str
    event: str  # OPENS, CLOSES or NO_MORE


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A request that a provider made to a receiver, at the place where the test looked for it, and its answer.

    Attributes:
        silent: RELEASED or WHOLE where the receiver let the provider wait; "" where it answered at once.
    """

    request: Request
    answer: Answer
    silent: str = ""

    @property
    def receiver(self) -> str:
        """To whom it came, by the reference that its URL begins with."""
        return self.request.url.partition("/")[0]


Step = Exchange | Decision | Access | Receiving | Webhook

WRONG = "wrong"
RSA = "rsa"
"""With a private key, which no recording has: it is neither verified nor made anew."""
SWAPCASE = ":swapcase"
"""Behind ``signed``: the right signature, with upper and lower case exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTest:
    """One test of the contract, as it went.

    Attributes:
        test: ``test_parts.py::test_the_number_of_parts[…]``, below ``contract_tests``.
        clauses: what stands on it.
        outcome: "passed", "failed" or "skipped".
        reason: why it was skipped; "" otherwise.
        unusual: by reference, the shape of what is not of the usual one (``shapes``).
    """

    test: str
    clauses: Sequence[str] = ()
    outcome: str = "passed"
    reason: str = ""
    unusual: Sequence[tuple[str, str]] = ()
    steps: Sequence[Step] = ()


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name.lower()), "")
