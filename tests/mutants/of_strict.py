"""Leniencies of a provider that claims to hold to the letter of RFC 5849: the profile strict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fake_provider.oauth import checks
from fake_provider.oauth.protocol import Blemish
from fake_provider.operations.api import ApiCall

from .mutant import STRICT, Mutant, Replacement, Seam, instead, never


def _overlooking(check: str, is_overlooked: Callable[[Blemish], bool]) -> Seam:
    """Leave out some of what a check finds."""

    def found(usual: Replacement, *rest: Any) -> Iterator[Blemish]:
        return (one for one in usual(*rest) if not is_overlooked(one))

    return instead(checks, check, found)


def _strict(name: str, mistake: str, clause: str, seam: Seam) -> Mutant:
    return Mutant(name, mistake, seam, clauses=(clause,), profile=STRICT)


MUTANTS = (
    _strict(
        "no-callback-in-strict",
        "Issues a request token without a callback.",
        "OAUTH-REQ-11",
        _overlooking("_callback", lambda one: one.code == "callback-missing"),
    ),
    _strict(
        "request-token-goes-on-signing",
        "Lets a request token sign after its exchange.",
        "OAUTH-TOK-07",
        _overlooking("state", lambda one: one.code == "request-token-for-resource" and one.tolerable),
    ),
    _strict(
        "revision-is-a-version",
        "Takes 1.0a for a version.",
        "OAUTH-MSG-03",
        _overlooking("protocol_parameters", lambda one: one.code == "version-rejected" and one.tolerable),
    ),
    _strict(
        "body-hash-not-looked-at",
        "Does not look at oauth_body_hash.",
        "OAUTH-SIG-24",
        _overlooking("_body_hash", lambda _: True),
    ),
    _strict(
        "methods-beyond-the-rfc",
        "Accepts HMAC-SHA256 and HMAC-SHA512.",
        "OAUTH-SIG-27",
        _overlooking("_signature_method", lambda one: one.code == "signature-method-beyond-rfc5849"),
    ),
    _strict(
        "urls-not-tried",
        "Saves a URL without asking whether it answers.",
        "SET-05",
        instead(ApiCall, "callback_problem", never),
    ),
)
