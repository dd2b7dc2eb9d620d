"""Asks a running fake whether it is well."""

from __future__ import annotations

import argparse
import http.client
import json
import socket
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import InvalidValue
from . import environment, values

if TYPE_CHECKING:
    import ssl

_PATIENCE_SECONDS = 3.0
_LONGEST_ANSWER = 64 * 1024
_WITHOUT_CONTROL = "; one with --no-control tells nobody, and --live asks no more than that it answers"


class Unwell(Exception):
    """What is wrong, in words."""


def asked(url: str, *, is_live_enough: bool) -> str:
    """Return what a fake says of itself; raises Unwell."""
    token = _token()
    try:
        status, body = _answer(url, token)
    except ConnectionRefusedError:
        raise Unwell(f"nothing listens at {url}; fake-nexmo serve starts one") from None
    except TimeoutError:
        raise Unwell(f"{url} did not answer within {_PATIENCE_SECONDS:g} s") from None
    except UnicodeError:
        raise Unwell(f"{url} has no host name in it") from None
    except (http.client.HTTPException, ConnectionError):
        raise Unwell(f"what listens at {url} gives no answer in HTTP") from None
    except OSError as error:
        raise Unwell(f"{url} cannot be reached: {error.strerror or error}") from None
    if is_live_enough:
        return f"alive, HTTP {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        what = "another control token" if token else "the control token"
        raise Unwell(f"{url} wants {what}; set {environment.CONTROL_TOKEN}")
    try:
        return _words(status, body)
    except Unwell as problem:
        raise Unwell(f"{url} answers HTTP {status}: {problem}") from None


def _words(status: int, body: bytes) -> str:
    """Return what an answer of the control API says; raises Unwell with what is wrong."""
    try:
        members = json.loads(body)
        if status == HTTPStatus.OK:
            return f"{members['status']} {members['profile']} {members['version']}"
        problem = members["error"]["message"]
    except (ValueError, LookupError, TypeError):
        problem = "it does not seem to be a fake-nexmo"
        if status == HTTPStatus.NOT_FOUND:
            problem += _WITHOUT_CONTROL
    raise Unwell(problem)


def _token() -> str | None:
    given = environment.given(environment.CONTROL_TOKEN)
    try:
        return None if given is None else values.control_token(given)
    except argparse.ArgumentTypeError as error:
        raise InvalidValue(environment.CONTROL_TOKEN, str(error)) from None


def _answer(url: str, token: str | None) -> tuple[int, bytes]:
    connection = _connection(url)
    try:
        connection.request(
            "GET", "/_fake/health", headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        answer = connection.getresponse()
        return answer.status, answer.read(_LONGEST_ANSWER)
    finally:
        connection.close()


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return _UnixConnection(parts.path)
    host = str(parts.hostname)
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            host, parts.port, timeout=_PATIENCE_SECONDS, context=_trusting_our_own()
        )
    return http.client.HTTPConnection(host, parts.port, timeout=_PATIENCE_SECONDS)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a socket of this machine, by its path."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_PATIENCE_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock: Any = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_PATIENCE_SECONDS)
        self.sock.connect(self._path)


def _trusting_our_own() -> ssl.SSLContext:
    """Return what trusts the authority behind ``serve --tls`` of this user too, where there is one."""
    import ssl

    from ..realhosts.authority import default_directory

    context = ssl.create_default_context()
    own = default_directory() / "ca.pem"
    if own.exists():
        context.load_verify_locations(own)
    return context
