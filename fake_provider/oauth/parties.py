"""Who has signed a request, and for which of the three steps that RFC 5849 knows."""

from __future__ import annotations

from enum import Enum

from ..domain.credentials import ClientCredentials, Token
from ..domain.transient import transient


class Leg(Enum):
    """Which of the three signed requests this is."""

    REQUEST_TOKEN = "request_token"
    EXCHANGE = "access_token"
    RESOURCE = "resource"


@transient
class Parties:
    """Whose secrets a request must be signed with."""

    app: ClientCredentials
    token: Token | None
