"""Why somebody who takes connections gives no answer: in words, for whoever has named the address."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

_LOOK_SECONDS = 3.0
_WITHOUT_TLS = frozenset(
    {
        "HTTP_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
"""What OpenSSL says, by its versions, of a peer whose first octets are none of TLS."""


def why_no_answer(url: str, error: BaseException) -> str | None:
    """Return what is between us and whoever takes connections at *url*; None where *error* tells of nobody there."""
    causes = [*_causes(error)]
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"something answers at {url}, but its certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError) and cause.reason in _WITHOUT_TLS:
            return f"something answers at {url} without TLS: {_otherwise(url)} is where it is"
    if any(isinstance(cause, (socket.gaierror, ConnectionRefusedError, TimeoutError)) for cause in causes):
        return None
    has_hung_up = any(is_hung_up(cause) for cause in causes)
    if (has_hung_up or any(map(_is_alert, causes))) and (words := by_tls(url)) is not None:
        return words
    if has_hung_up:
        return f"something takes connections at {url}, and ends them without an answer"
    return None


def by_tls(url: str) -> str | None:
    """Return that *url* would be right with https; None where it has that, or nobody speaks TLS there.

    Some servers answer a request without it, with 400.
    """
    if urlsplit(url).scheme != "http" or not _speaks_tls(url):
        return None
    return f"something answers at {url} by TLS: {_otherwise(url)} is where it is"


def _otherwise(url: str) -> str:
    scheme, colon, rest = url.partition(":")
    return f"{'https' if scheme == 'http' else 'http'}{colon}{rest}"


def is_hung_up(error: BaseException) -> bool:
    """Whether the other side has ended the connection."""
    return isinstance(error, (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError))


def _is_alert(error: BaseException) -> bool:
    """Whether the answer began as an alert of TLS does."""
    return isinstance(error, http.client.BadStatusLine) and str(error).startswith("\x15\x03")


def _speaks_tls(url: str) -> bool:
    """Whether a handshake succeeds at *url*, whoever that is: nothing is asked there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    parts = urlsplit(url)
    address = parts.hostname or "", parts.port or http.client.HTTP_PORT
    try:
        with (
            socket.create_connection(address, timeout=_LOOK_SECONDS) as connected,
            context.wrap_socket(connected, server_hostname=parts.hostname),
        ):
            return True
    except (OSError, ValueError):
        return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield *error*, and what it was made of: libraries keep that as a cause, as a reason or among the arguments."""
    seen: set[int] = set()
    found: list[object] = [error]
    while found:
        one = found.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            found += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
