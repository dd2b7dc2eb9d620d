"""The way out: pushes webhooks over HTTP, to this machine and its private network unless more is allowed.

An address is judged after its name was resolved, and it is this very address that is connected to. A redirect is
an answer, never followed; no proxy of the environment is used.
"""

from __future__ import annotations

import io
import json
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from ..domain.webhook import ANSWER_SECONDS, CONNECT_SECONDS, Webhook
from ..errors import InvalidValue
from ..ports import Delivery

if TYPE_CHECKING:
    # Imported where they are used: most tests push nothing.
    import ipaddress

    from _typeshed import WriteableBuffer as Buffer

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# RFC 1918 and RFC 4193. Link-local addresses are left out: cloud machines have their credentials at one.
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")

# What was seen in logs of 2014 and 2016.
_RECEIPT_AGENT = "Nexmo/MessagingHUB/v1.0"
_INBOUND_AGENT = "Apache-HttpAsyncClient/4.1 (Java/1.8.0_66)"
_JSON_AGENT = "Jakarta Commons-HttpClient/3.1"

_Failure = Literal["timeout", "unreachable", "not-allowed"]


class _Failed(Exception):
    """There is no answer."""

    def __init__(self, outcome: _Failure, detail: str) -> None:
        super().__init__(detail)
        self.delivery = Delivery(outcome=outcome, detail=detail)


def network_or_name(pattern: str) -> Network | str:
    """Read where webhooks may go besides: a network in CIDR notation, an address, or a host name with ``*``.

    Raises InvalidValue for a URL, a port or anything else.
    """
    import ipaddress

    with suppress(ValueError):
        return ipaddress.ip_network(pattern.strip("[]"), strict=False)
    if not pattern or any(c in pattern for c in "/:@ ") or not pattern.isprintable():
        wanted = "a host name such as *.example.com, an address or a network such as 203.0.113.0/24 is wanted"
        raise InvalidValue("allow-webhooks-to", f"{pattern!r}: {wanted}")
    return pattern.lower()


@dataclass(frozen=True, slots=True)
class _Call:
    """One HTTP request, ready to be sent."""

    method: str
    url: SplitResult
    target: str
    headers: Mapping[str, str]
    body: bytes | None = None

    @property
    def host(self) -> str:
        """The Host header: the port stands in it unless it is the scheme's own."""
        return self.url.netloc.rpartition("@")[2].removesuffix(_DEFAULT_PORTS.get(self.url.scheme, ""))


class _Timed:
    """The part of a socket that http.client uses, with one deadline for the whole answer: octet by octet gains no time."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what reads the answer."""
        return io.BufferedReader(_Reading(self))

    def recv_into(self, buffer: Buffer) -> int:
        """Read what there is, as long as there is time."""
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


class _Reading(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        return self._timed.recv_into(buffer)


class HttpOutbox:
    """Pushes over real sockets; *allowed* are patterns as ``network_or_name`` reads them."""

    def __init__(
        self,
        *,
        allowed: Sequence[str] = (),
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._allowed = tuple(map(network_or_name, allowed))
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._open: dict[int, socket.socket] = {}  # by thread

    def push(self, webhook: Webhook, parameters: Sequence[tuple[str, str]]) -> Delivery:
        """Send *parameters* to the webhook's URL by its method, and wait for the answer."""
        try:
            status = self._status_of(_call(webhook, parameters))
        except _Failed as failed:
            return failed.delivery
        try:
            phrase = HTTPStatus(status).phrase
        except ValueError:
            phrase = ""
        outcome: Literal["delivered", "refused"] = "delivered" if 200 <= status < 300 else "refused"
        return Delivery(outcome=outcome, detail=f"{status} {phrase}".strip(), http_status=status)

    def answers(self, url: str) -> bool:
        """Whether a GET of *url* is answered with 200."""
        try:
            parts = urlsplit(url)
            call = _Call("GET", parts, _target(parts), {"User-Agent": _RECEIPT_AGENT, "Accept": "*/*"})
            return self._status_of(call) == HTTPStatus.OK
        except (_Failed, ValueError):
            return False

    def abort(self) -> None:
        """End what is under way."""
        with self._lock:
            for sock in self._open.values():
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)

    def _status_of(self, call: _Call) -> int:
        import http.client

        sock = self._connected(call.url)
        connection = http.client.HTTPConnection(call.url.hostname or "")
        try:
            self._register(sock)
            sock.settimeout(self._answer_seconds)
            if call.url.scheme == "https":
                import ssl

                context = ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=call.url.hostname)
                self._register(sock)
            timed: Any = _Timed(sock, time.monotonic() + self._answer_seconds)
            connection.sock = timed
            connection.request(call.method, call.target, call.body, {"Host": call.host, **call.headers})
            return connection.getresponse().status
        except TimeoutError:
            raise _Failed("timeout", f"no answer within {self._answer_seconds:g} s") from None
        except (OSError, http.client.HTTPException) as error:
            detail = f"the connection ended without an answer ({type(error).__name__})"
            raise _Failed("unreachable", detail) from None
        finally:
            self._register(None)
            connection.close()
            sock.close()

    def _register(self, sock: socket.socket | None) -> None:
        """Let ``abort`` find what this thread waits for."""
        with self._lock:
            if sock is None:
                self._open.pop(threading.get_ident(), None)
            else:
                self._open[threading.get_ident()] = sock

    def _connected(self, url: SplitResult) -> socket.socket:
        """Return a socket to the first address of the URL's host that is allowed and takes the connection."""
        failure: OSError | None = None
        for address in self._addresses(url):
            try:
                return socket.create_connection(address[:2], timeout=self._connect_seconds)
            except TimeoutError:
                detail = f"no connection within {self._connect_seconds:g} s"
                raise _Failed("timeout", detail) from None
            except OSError as error:
                failure = error
        raise _Failed("unreachable", f"no connection: {failure.strerror if failure else 'no address'}")

    def _addresses(self, url: SplitResult) -> Sequence[tuple[str, int]]:
        host = url.hostname or ""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise _Failed("unreachable", f"the name {host} does not resolve") from None
        addresses = [(str(address[0]), port) for _, _, _, _, address in found]
        allowed = [address for address in addresses if self._is_allowed(host, address[0])]
        if not allowed:
            detail = (
                f"{host} is not on this machine or its private network; --allow-webhooks-to {host} allows it"
            )
            raise _Failed("not-allowed", detail)
        return allowed

    def _is_allowed(self, host: str, text: str) -> bool:
        import ipaddress

        address: Address = ipaddress.ip_address(text.partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        return (
            address.is_loopback
            or any(address in ipaddress.ip_network(network) for network in _PRIVATE)
            or any(
                fnmatchcase(host.lower(), pattern) if isinstance(pattern, str) else address in pattern
                for pattern in self._allowed
            )
        )


def _call(webhook: Webhook, parameters: Sequence[tuple[str, str]]) -> _Call:
    """Return *webhook* as a request, as its method carries parameters."""
    try:
        url = urlsplit(webhook.url)
        _ = url.port
    except ValueError:
        raise _Failed("unreachable", "the URL is not valid") from None
    agent = _RECEIPT_AGENT if webhook.kind == "receipt" else _INBOUND_AGENT
    headers = {"User-Agent": agent, "Accept": "*/*", "Connection": "close"}
    match webhook.method:
        case "GET":
            return _Call("GET", url, _target(url, urlencode(parameters)), headers)
        case "POST":
            content_type = "application/x-www-form-urlencoded; charset=UTF-8"
            body = urlencode(parameters).encode()
            return _Call("POST", url, _target(url), headers | {"Content-Type": content_type}, body)
        case "POST-JSON":
            body = json.dumps(dict(parameters), ensure_ascii=False, separators=(",", ":")).encode()
            headers |= {"Content-Type": "application/json", "User-Agent": _JSON_AGENT}
            return _Call("POST", url, _target(url), headers, body)


def _target(url: SplitResult, more: str = "") -> str:
    """Return path and query, the query of the URL itself first."""
    query = "&".join(filter(None, (url.query, more)))
    target = (url.path or "/") + (f"?{query}" if query else "")
    return quote(target, safe="%/:?#[]@!$&'()*+,;=~-._")
