"""What may go wrong, as one tree. Each error carries what its catcher needs; none carries a secret.

NexmoError
├── Refused               the service, or its user, said no                      (exit 1)
│   ├── CredentialsRefused    consumer or token: HTTP 401 or 403, oauth_problem, SMS status 4 or 14
│   ├── AuthorizationDenied   the user pressed Deny
│   ├── WrongCallback         a callback that belongs to another login, or lacks its verifier
│   ├── SmsRefused            a non-zero SMS status (which comes with HTTP 200)
│   ├── PartialFailure        some parts of a message were accepted, others refused
│   ├── Throttled             too fast: when to come back
│   └── RequestRefused        any other 4xx
├── Unreachable           no usable answer                                       (exit 3)
│   ├── NetworkError          no connection, or one that broke
│   ├── TimedOut              no answer, or no whole answer, in time
│   ├── ServerError           HTTP 5xx
│   ├── UnexpectedRedirect    HTTP 3xx: never followed, a signature is for one host
│   └── MalformedAnswer       an answer, but not the documented one
│       └── CallbackNotConfirmed  the request token came without oauth_callback_confirmed
└── WrongUse              it cannot be asked like this; nothing was sent         (exit 2)
    ├── WrongSettings         an environment variable that is missing or wrong
    ├── NotLoggedIn           there is no access token
    └── TokenFileError        the token file cannot be read or written
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .wording import joined, printable

if TYPE_CHECKING:
    from pathlib import Path

    from .parts import RefusedPart, SentPart


class NexmoError(Exception):
    """The root.

    ``outcome_unknown`` is True where the service may have done what was asked although it did not say so:
    a send that is repeated then may reach its recipient twice.
    """

    outcome_unknown: bool = False


class Refused(NexmoError):
    """The service answered, and the answer is no."""


class CredentialsRefused(Refused):
    """The consumer's or the token's credentials, or the signature made with them, are not accepted.

    Attributes:
        problem: a word of the OAuth Problem Reporting extension, ``token_revoked`` say, or None.
        advice: the service's own sentence, or None.
        diagnosis: what a fake provider says of the cause (``X-Fake-Nexmo-Diagnosis``), or None.
        http_status: 401 mostly; 200 where an SMS answer says it with status 4 or 14.
    """

    def __init__(
        self,
        *,
        http_status: int,
        problem: str | None = None,
        advice: str | None = None,
        diagnosis: str | None = None,
    ) -> None:
        reasons = joined(": ", problem, advice) or f"HTTP {http_status}"
        cause = f" (diagnosis: {printable(diagnosis)})" if diagnosis else ""
        super().__init__(f"the service refused the credentials: {reasons}{cause}")
        self.http_status = http_status
        self.problem = problem
        self.advice = advice
        self.diagnosis = diagnosis


class AuthorizationDenied(Refused):
    """The user did not grant access. ``problem`` is the callback's ``oauth_problem``."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"access was not granted: {problem}")
        self.problem = problem


class WrongCallback(Refused):
    """A callback that does not answer the request token it was held against (RFC 5849 section 2.2)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the callback was refused: {reason}")


class SmsRefused(Refused):
    """No part of the message was accepted.

    Attributes:
        status: the SMS API's status of the first part, "9" say; never "0".
        text: its ``error-text``, or "".
        refused: every part with its own status.
    """

    def __init__(self, *, status: str, text: str, refused: tuple[RefusedPart, ...]) -> None:
        super().__init__(f"the SMS was refused: {joined(' ', f'status {status}', text)}")
        self.status = status
        self.text = text
        self.refused = refused


class PartialFailure(Refused):
    """Some parts were accepted, so paid and on their way, others were not. Repeating sends the former twice.

    Attributes:
        sent: the accepted parts.
        refused: the refused ones, with status and text.
    """

    def __init__(self, *, sent: tuple[SentPart, ...], refused: tuple[RefusedPart, ...]) -> None:
        total, first = len(sent) + len(refused), refused[0]
        why = joined(" ", f"status {first.status}", first.text)
        ids = printable(", ".join(part.message_id for part in sent))
        super().__init__(f"only {len(sent)} of {total} parts of the SMS were accepted ({ids}): {why}")
        self.sent = sent
        self.refused = refused


class Throttled(Refused):
    """Nothing was accepted, because it came too fast. ``retry_after`` is how long to wait."""

    def __init__(self, *, retry_after: timedelta, text: str = "") -> None:
        wait = f"wait {retry_after.total_seconds():g} s and try again"
        super().__init__(f"the service is throttling: {joined('; ', text, wait)}")
        self.retry_after = retry_after
        self.text = text


class RequestRefused(Refused):
    """HTTP 4xx that is about neither credentials nor pace. ``http_status`` is which, ``text`` why."""

    def __init__(self, *, http_status: int, text: str = "") -> None:
        super().__init__(f"the service refused the request: {joined(' ', f'HTTP {http_status}', text)}")
        self.http_status = http_status
        self.text = text


class Unreachable(NexmoError):
    """No answer that says yes or no. What was asked may have happened all the same: ``outcome_unknown``."""

    def __init__(self, message: str, *, outcome_unknown: bool = True) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class NetworkError(Unreachable):
    """No connection (then the outcome is known: nothing happened), or one that broke before the answer."""


class TimedOut(Unreachable):
    """No connection, no answer, or no end of it within the time allowed."""


class ServerError(Unreachable):
    """HTTP 5xx: ``http_status``."""

    def __init__(self, *, http_status: int) -> None:
        super().__init__(f"the service failed with HTTP {http_status}; try again later")
        self.http_status = http_status


class UnexpectedRedirect(Unreachable):
    """HTTP 3xx. ``host`` is where it points, or None; nothing was sent there."""

    def __init__(self, *, http_status: int, host: str | None) -> None:
        place = f" to {host}" if host else ""
        super().__init__(f"the service redirects{place} (HTTP {http_status}); redirects are not followed")
        self.http_status = http_status
        self.host = host


class MalformedAnswer(Unreachable):
    """A success by its HTTP status whose body is not the documented one."""


class CallbackNotConfirmed(MalformedAnswer):
    """A callback was sent, and the answer lacks ``oauth_callback_confirmed=true`` (RFC 5849 section 2.1).

    Such a service speaks OAuth 1.0 without its revision A, in which a login can be fixed by an attacker.
    """

    def __init__(self) -> None:
        super().__init__(
            "the request token came without oauth_callback_confirmed=true, so it is not safe to go on; "
            "a service that speaks OAuth 1.0 only is asked without a callback",
            outcome_unknown=False,
        )


class WrongUse(NexmoError, ValueError):
    """What was asked cannot be sent; nothing was."""


class WrongSettings(WrongUse):
    """A setting is missing or wrong. ``name`` is its variable or argument; its value is not repeated."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name} {problem}")
        self.name = name


class NotLoggedIn(WrongUse):
    """There is no access token for this app and this service."""

    def __init__(self, reason: str = "there is no access token") -> None:
        super().__init__(
            f"{reason}: run `nexmo-oauth login`, or set NEXMO_ACCESS_TOKEN and NEXMO_ACCESS_TOKEN_SECRET"
        )


class TokenFileError(WrongUse):
    """The token file cannot be used. ``path`` is which."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"the token file {path} {problem}")
        self.path = path
