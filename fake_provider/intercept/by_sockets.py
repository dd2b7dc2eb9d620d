"""http.client and urllib3: a connection to the two hosts is a pair of sockets, at whose other end this process answers.

What they read and write is HTTP as on a network, so that time-outs, broken answers and kept connections are their own.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from ..server import Door
from .hosts import is_ours
from .patching import Active, Patch, connecting


def http_client_patches() -> Sequence[Patch]:
    """Return what is to be patched of ``http.client``."""
    # From the module and not through http, which does not know it yet where it has been imported just now.
    from http.client import HTTPConnection, HTTPSConnection

    return _patches(HTTPConnection, HTTPSConnection)


def urllib3_patches() -> Sequence[Patch]:
    """Return what is to be patched of urllib3, which makes its connections in its own way."""
    from urllib3.connection import HTTPConnection, HTTPSConnection

    return _patches(HTTPConnection, HTTPSConnection)


def _patches(plain: type, secure: type) -> Sequence[Patch]:
    return [
        Patch(plain, "connect", _connect("http")),
        Patch(secure, "connect", _connect("https")),
        Patch(plain, "putrequest", _putrequest),
        *([Patch(secure, "putrequest", _putrequest)] if "putrequest" in vars(secure) else []),
    ]


def _connect(scheme: str) -> Callable[[Callable[..., Any], Active], Callable[..., Any]]:
    def make(original: Callable[..., Any], active: Active) -> Callable[..., Any]:
        def connect(connection: Any) -> None:
            tunnelled = getattr(connection, "_tunnel_host", None)
            absolute = getattr(connection, "_fake_nexmo_absolute", False)
            host = tunnelled or connection.host
            application = active.current(connection) if absolute or is_ours(host) else None
            if application is None:
                with connecting(connection):
                    original(connection)
                return
            ours, theirs = socket.socketpair()
            timeout = connection.timeout
            if timeout is None or isinstance(timeout, int | float):  # else one of the library's own defaults
                ours.settimeout(timeout)
            port = getattr(connection, "_tunnel_port", None) if tunnelled else connection.port
            Door(application, scheme="http" if absolute else scheme, authority=f"{host}:{port}").take(theirs)
            active.opened(theirs, application)
            connection.sock = ours
            connection.is_verified = True
            connection.proxy_is_verified = None
            connection._has_connected_to_proxy = False

        return connect

    return make


def _putrequest(original: Callable[..., Any], _: Active) -> Callable[..., Any]:
    """Mark a connection to a proxy by the absolute URL that it is asked for: over http such a call has no tunnel."""

    def putrequest(connection: Any, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        absolute = url[:7].lower() == "http://" and is_ours(urlsplit(url).hostname)
        if absolute != getattr(connection, "_fake_nexmo_absolute", False):
            if connection.sock is not None:
                connection.close()  # it leads elsewhere
            connection._fake_nexmo_absolute = absolute
        return original(connection, method, url, *arguments, **named)

    return putrequest
