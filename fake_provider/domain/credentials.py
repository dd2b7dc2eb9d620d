"""The three kinds of OAuth credentials and the stages of their lives (RFC 5849 section 1.1).

Who may do what when is one table, ``STEPS``; that an hour has passed is derived from the clock, not stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from ..errors import WrongStage
from .transient import transient

REQUEST_TOKEN_LIFETIME_SECONDS = 3600
"""No source states one; about an hour is never shorter than a person needs to decide."""

OUT_OF_BAND = "oob"


class Stage(Enum):
    """How far credentials have come."""

    ISSUED = "issued"
    APPROVED = "approved"
    DENIED = "denied"
    EXCHANGED = "exchanged"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Step(Enum):
    """What can happen to credentials; the value completes "cannot be …"."""

    APPROVE = "approved"
    DENY = "denied"
    EXCHANGE = "exchanged"
    EXPIRE = "expired"
    REVOKE = "revoked"


STEPS: Mapping[tuple[Stage, Step], Stage] = {
    # DENIED, EXCHANGED and EXPIRED lead nowhere but to REVOKED: a request token, and with it its verifier,
    # works once (RFC 5849 section 2.3).
    (Stage.ISSUED, Step.APPROVE): Stage.APPROVED,
    (Stage.ISSUED, Step.DENY): Stage.DENIED,
    (Stage.ISSUED, Step.EXPIRE): Stage.EXPIRED,
    (Stage.APPROVED, Step.EXCHANGE): Stage.EXCHANGED,
    (Stage.APPROVED, Step.EXPIRE): Stage.EXPIRED,
    **{(stage, Step.REVOKE): Stage.REVOKED for stage in Stage if stage is not Stage.REVOKED},
}


def stage_after(stage: Stage, step: Step) -> Stage:
    """Return where *step* leads from *stage*; WrongStage if the table has no such step."""
    try:
        return STEPS[stage, step]
    except KeyError:
        raise WrongStage(step=step.value, stage=stage.value) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """An app as the dashboard registers it: what RFC 5849 calls the client, Nexmo the consumer."""

    client_key: str
    client_secret: str = field(repr=False)
    name: str
    owner: str  # e-mail of the account it belongs to
    callback_url: str | None = None  # used where a request brings no oauth_callback
    rsa_public_key: str | None = None  # PEM
    created_at: float = 0.0

    @property
    def consumer_key(self) -> str:
        """What Nexmo's dashboard and most libraries call the client key."""
        return self.client_key

    @property
    def consumer_secret(self) -> str:
        """What Nexmo's dashboard and most libraries call the client secret."""
        return self.client_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryCredentials:
    """What a client holds between sections 2.1 and 2.3: a request token and its secret."""

    token: str
    secret: str = field(repr=False)
    client_key: str
    created_at: float  # seconds since the epoch, on the fake's clock
    callback: str | None  # an absolute URI, "oob", or None: neither given nor registered
    callback_given: bool  # by the request itself; only then a verifier is issued and required
    stage: Stage = Stage.ISSUED
    account: str | None = None  # e-mail of the resource owner who decided
    verifier: str | None = field(default=None, repr=False)
    access_token: str | None = None  # what it was exchanged for

    def at(self, now: float) -> TemporaryCredentials:
        """Return these credentials as they are at *now*: expired if they are still open after an hour."""
        old = now - self.created_at > REQUEST_TOKEN_LIFETIME_SECONDS
        if old and (self.stage, Step.EXPIRE) in STEPS:
            return replace(self, stage=Stage.EXPIRED)
        return self

    def approved(self, *, account: str, verifier: str | None) -> TemporaryCredentials:
        """Return them approved by *account*; WrongStage if already decided."""
        stage = stage_after(self.stage, Step.APPROVE)
        return replace(self, stage=stage, account=account, verifier=verifier)

    def denied(self, *, account: str | None) -> TemporaryCredentials:
        """Return them denied; WrongStage if already decided."""
        return replace(self, stage=stage_after(self.stage, Step.DENY), account=account)

    def exchanged(self, access_token: str) -> TemporaryCredentials:
        """Return them exchanged for *access_token*; WrongStage unless they are approved."""
        return replace(self, stage=stage_after(self.stage, Step.EXCHANGE), access_token=access_token)

    def revoked(self) -> TemporaryCredentials:
        """Return them revoked."""
        return replace(self, stage=stage_after(self.stage, Step.REVOKE))


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCredentials:
    """What a client calls the API with after section 2.3; permanent until revoked."""

    token: str
    secret: str = field(repr=False)
    client_key: str
    account: str  # e-mail of the resource owner
    created_at: float
    stage: Stage = Stage.ISSUED

    def revoked(self) -> TokenCredentials:
        """Return them revoked."""
        return replace(self, stage=stage_after(self.stage, Step.REVOKE))


Token = TemporaryCredentials | TokenCredentials


@transient
class NonceUse:
    """One use of a nonce: unique for a client, a token and a timestamp (RFC 5849 section 3.3)."""

    client_key: str
    token: str  # "" before there is one
    timestamp: int  # seconds since the epoch, as the client said
    nonce: str
    url: str  # tells a retry (the same URL) from a redirect (another)
