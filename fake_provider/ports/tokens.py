"""What was issued, and what was used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.credentials import NonceUse, TemporaryCredentials, Token, TokenCredentials


class TokenStore(Protocol):
    """Request and access tokens, and nonces."""

    def add_token(self, token: Token) -> None:
        """Keep a token that was just made."""
        ...

    def token(self, token: str) -> Token | None:
        """Return the request or access token as it was last saved."""
        ...

    def tokens(self) -> Sequence[Token]:
        """Return all tokens, the oldest first."""
        ...

    def token_secrets(self) -> Sequence[str]:
        """Return the secrets of all tokens."""
        ...

    def approve(self, token: str, *, account: str, verifier: str | None, now: float) -> TemporaryCredentials:
        """Approve a request token; Unknown if there is none, WrongStage if it cannot be decided any more."""
        ...

    def deny(self, token: str, *, account: str | None, now: float) -> TemporaryCredentials:
        """Deny a request token; Unknown if there is none, WrongStage if it cannot be decided any more."""
        ...

    def exchange(self, token: str, access: TokenCredentials, *, now: float) -> TemporaryCredentials:
        """Exchange an approved request token for *access*, once; WrongStage for all who come later."""
        ...

    def revoke(self, token: str) -> None:
        """Revoke a request or access token; Unknown if there is none. Revoking twice is no error."""
        ...

    def revoke_access(self, client_key: str, *, account: str | None = None, but: str = "") -> None:
        """Revoke the access tokens of an app, or only those that *account* gave it; not the token *but*."""
        ...

    def has_approved(self, account: str, client_key: str) -> bool:
        """Whether *account* approved this app before and has not revoked it since."""
        ...

    def nonce_used(self, use: NonceUse) -> NonceUse | None:
        """Return the earlier use of the same nonce, if there was one; remembers nothing."""
        ...

    def use_nonce(self, use: NonceUse, *, now: float) -> NonceUse | None:
        """Remember *use*; or return the earlier use that makes it a replay."""
        ...
