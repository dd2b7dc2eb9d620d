"""The one place that sends HTTP: signs, waits no longer than allowed, follows nothing, names what broke.

Signing is requests-oauthlib's ``OAuth1`` and not its ``OAuth1Session``: that one logs the answers of the
token endpoints, secrets included, and repeats them in its errors. Each request has a connection of its own:
the other side may close a kept one at the moment of a send, and nobody would know whether it arrived.

At debug level oauthlib still logs what it signs, the verifier and the text of an SMS among it; never a secret.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests_oauthlib import OAuth1
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError, ReadTimeoutError

from .answer import Answer
from .credentials import AccessToken, ClientCredentials, RequestToken
from .errors import MalformedAnswer, NetworkError, TimedOut, Unreachable
from .wording import printable

MAX_BODY_BYTES = 256 * 1024
"""The longest answer documented, 255 parts of an SMS, takes a quarter of it."""

_JSON = {"Accept": "application/json", "Accept-Encoding": "identity"}
_PLAIN = {"Accept-Encoding": "identity"}  # nothing to unpack, so no small answer that becomes a big one


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """How long to wait for one request, in seconds.

    ``total_seconds`` bounds an answer that keeps trickling in: it is looked at with each byte of the body,
    so a request may take one ``read_seconds`` longer. Headers that trickle in are bounded by ``read_seconds``
    for each byte alone.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 10.0  # between two bytes
    total_seconds: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """With what a request is signed; each use makes a new nonce and timestamp (RFC 5849 section 3.3)."""

    client: ClientCredentials
    token: RequestToken | AccessToken | None = None
    callback: str | None = None
    verifier: str | None = field(default=None, repr=False)

    def auth(self) -> requests.auth.AuthBase:
        """Return what signs one request, in its Authorization header, with HMAC-SHA1."""
        signer: requests.auth.AuthBase = OAuth1(
            self.client.key,
            self.client.secret,
            resource_owner_key=self.token.token if self.token else None,
            resource_owner_secret=self.token.secret if self.token else None,
            callback_uri=self.callback,
            verifier=self.verifier,
        )
        return signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Sends signed requests, each once."""

    timeout: Timeout = field(default_factory=Timeout)
    monotonic: Callable[[], float] = time.monotonic

    def get(self, url: str, signature: Signature) -> Answer:
        """GET *url*, asking for JSON; NetworkError, TimedOut, or MalformedAnswer for a body without end."""
        return self._send("GET", url, signature, headers=_JSON)

    def post(self, url: str, signature: Signature, form: Mapping[str, str] | None = None) -> Answer:
        """POST *form* to *url*, its fields inside the signature. Raises as ``get`` does."""
        return self._send("POST", url, signature, headers=_JSON if form else _PLAIN, form=form)

    def _send(
        self,
        method: str,
        url: str,
        signature: Signature,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        deadline = self.monotonic() + self.timeout.total_seconds
        allowed = (self.timeout.connect_seconds, self.timeout.read_seconds)
        try:
            with (
                _Unredirected() as session,
                session.request(
                    method,
                    url,
                    data=form,
                    headers=headers,
                    auth=signature.auth(),
                    timeout=allowed,
                    stream=True,
                ) as response,
            ):
                return Answer(
                    status=response.status_code,
                    headers=response.headers,
                    body=self._body(response, deadline),
                    charset=_charset(response),
                )
        except (OSError, HTTPError) as error:  # requests' root is an OSError; urllib3's may slip through
            raise _unreachable(error, url) from error

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        # One byte at a time: a longer read returns when it is full, however slowly the bytes come in.
        for octet in response.iter_content(chunk_size=1):
            body += octet
            if len(body) > MAX_BODY_BYTES:
                raise MalformedAnswer(f"the answer is longer than {MAX_BODY_BYTES} bytes")
            if self.monotonic() > deadline:
                raise TimedOut(f"the answer did not end within {self.timeout.total_seconds:g} s")
        return bytes(body)


class _Unredirected(requests.Session):
    """Takes a redirect for an answer like any other.

    ``allow_redirects=False`` would still read the body, without a bound, and prepare the next request.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        return None


def _charset(response: requests.Response) -> str | None:
    # requests guesses ISO-8859-1 for every text/*, so only what the header says counts.
    return response.encoding if "charset=" in response.headers.get("Content-Type", "").lower() else None


def _unreachable(error: Exception, url: str) -> Unreachable:
    host, unknown = urlsplit(url).netloc, not _never_connected(error)
    cause = _cause(error)
    if _timed_out(error):
        what = f"no answer from {host}" if unknown else f"no connection to {host}"
        return TimedOut(f"{what} in time", outcome_unknown=unknown)
    what = f"the connection to {host} broke" if unknown else f"no connection to {host} could be made"
    return NetworkError(f"{what}{cause}", outcome_unknown=unknown)


def _timed_out(error: Exception) -> bool:
    return isinstance(error, requests.Timeout) or isinstance(_reason(error), ReadTimeoutError)


_BEFORE_CONNECTING = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.ProxyError,  # the proxy could not be reached, or opened no tunnel
    LocationParseError,
)


def _never_connected(error: Exception) -> bool:
    """Tell whether *error* came before anything was sent; False where that is not certain."""
    if isinstance(error, _BEFORE_CONNECTING):
        return True
    if type(error) is OSError:  # requests finds no file of trusted certificates
        return True
    reason = _reason(error)
    if isinstance(error, requests.exceptions.SSLError):
        return isinstance(_reason(reason), ssl.SSLCertVerificationError)
    return isinstance(reason, NewConnectionError)


def _reason(error: BaseException | None) -> BaseException | None:
    """Return what urllib3 or requests wrapped: the ``reason`` of a retry, else the first argument."""
    inner = error.args[0] if error is not None and error.args else None
    found = getattr(inner, "reason", inner)
    return found if isinstance(found, BaseException) else None


def _cause(error: BaseException) -> str:
    """Return ": " and what the operating system or TLS said; "" for anything else, which may quote a URL."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    if not isinstance(error, OSError) or isinstance(error, requests.RequestException):
        return ""
    return f": {printable(error.strerror or str(error))}"
