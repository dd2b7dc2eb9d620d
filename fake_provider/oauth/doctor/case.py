"""What the doctor knows about one refused request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..protocol import ProtocolRequest, form_pairs, query_pairs
from .recipe import Pairs, Recipe


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request whose signature is not the expected one, and the secrets that may have been used instead."""

    request: ProtocolRequest
    uris: Sequence[str]  # base string URIs that are right: of the request as it came, and under other names
    consumer_secret: str = field(repr=False)
    token_secret: str = field(default="", repr=False)
    rsa_public_key: str | None = None
    other_token_secrets: Sequence[str] = field(default=(), repr=False)
    other_consumer_secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def consumer_key(self) -> str:
        """As the request says it."""
        return self.request.oauth.get("oauth_consumer_key", "")

    @property
    def token(self) -> str:
        """As the request says it, "" where there is none."""
        return self.request.oauth.get("oauth_token", "")

    @property
    def signature(self) -> str:
        """As it came, decoded."""
        return self.request.oauth.get("oauth_signature", "")

    @property
    def signature_method(self) -> str:
        """As the request names it."""
        return self.request.oauth.get("oauth_signature_method", "")

    @cached_property
    def query(self) -> Pairs:
        """The parameters of the query, OAuth's own left out."""
        return _without_oauth(query_pairs(self.request.wire))

    @cached_property
    def form(self) -> Pairs:
        """What the body holds if it is read as a form, whatever its type says; OAuth's own left out."""
        return _without_oauth(form_pairs(self.request.wire))

    def recipe(self, uri: str) -> Recipe:
        """Return how the base string should have been made."""
        return Recipe(method=self.request.wire.method, uri=uri, pairs=tuple(self.request.signed))


def _without_oauth(pairs: Sequence[tuple[str, str]]) -> Pairs:
    return tuple(pair for pair in pairs if not pair[0].startswith("oauth_"))
