"""What verification comes to: never an exception, never a bare bool."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..domain.credentials import ClientCredentials, Token
from ..domain.finding import Diagnosis, Finding
from ..domain.transient import transient
from .protocol import ProtocolRequest


@transient
class Accepted:
    """The request is authentic; ``token`` is what it was signed with, if anything."""

    request: ProtocolRequest
    app: ClientCredentials
    token: Token | None
    account: str | None  # e-mail of the resource owner whose access token this is, or stands for
    findings: tuple[Finding, ...]

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that the request may hold, so that nothing shows them."""
        return secrets_of(self.app, self.token)


def secrets_of(app: ClientCredentials | None, token: Token | None) -> tuple[str, ...]:
    """Return the secrets of those who signed."""
    of_app = (app.client_secret,) if app else ()
    return (*of_app, token.secret) if token else of_app


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The request is refused: the first check that failed is the diagnosis, all are in it."""

    status: int  # 400 malformed, 401 not authenticated: RFC 5849 section 3.2
    diagnosis: Diagnosis
    parameters: tuple[str, ...]  # that are absent or rejected
    client_key: str | None  # as the request claims it
    secrets: tuple[str, ...] = field(repr=False)  # that it may hold, so that nothing shows them


Verdict = Accepted | Rejected
