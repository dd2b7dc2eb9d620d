"""Requests as bytes over a socket, signed or not, and the answers to them: no library tidies anything up."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract_tests.signing import base_string_uri, escape

FORM = "application/x-www-form-urlencoded"
Pair = tuple[str, str]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """A status, the headers by lower-case name, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body, form-decoded."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def sms_status(self) -> str:
        """The status of the first part of an SMS answer."""
        return str(self.json["messages"][0]["status"])


def exchange(url: str, request: bytes) -> Answer:
    """Send *request* to the server at *url* as it is; return the last answer that comes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(request)
        return read_answer(sock)


def read_answer(sock: socket.socket) -> Answer:
    """Read one answer."""
    with contextlib.closing(http.client.HTTPResponse(sock)) as response:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def head(method: str, target: str, headers: Iterable[Pair], *, host: str) -> bytes:
    """Return a request line and headers; *target* and the values go out octet by octet."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def normal_header(pairs: Sequence[Pair]) -> str:
    """Write an Authorization header as most clients do."""
    return "OAuth " + ", ".join(f'{name}="{escape(value)}"' for name, value in pairs)


def signature(
    method: str, uri: str, pairs: Iterable[Pair], key: str, digest: Callable[..., Any] = hashlib.sha1
) -> str:
    """Return the signature of RFC 5849 section 3.4.2, over pairs that are decoded already."""
    encoded = sorted((escape(name), escape(value)) for name, value in pairs)
    normalized = "&".join(f"{name}={value}" for name, value in encoded)
    text = "&".join(map(escape, (method, base_string_uri(uri), normalized)))
    return base64.b64encode(hmac.new(key.encode(), text.encode(), digest).digest()).decode()


@dataclass(kw_only=True)
class Signed:
    """One signed request; every part of it can be given as it should stand on the wire."""

    url: str  # of the server: scheme and authority
    target: str = "/sms/json"
    method: str = "POST"
    consumer: Pair = ("fake-consumer-key", "fake-consumer-secret")
    token: Pair | None = None
    headers: list[Pair] = field(default_factory=list)
    body: bytes | None = None
    oauth: dict[str, str | None] = field(default_factory=dict)  # None leaves one out
    place: str = "header"
    write: Callable[[Sequence[Pair]], str] = normal_header
    signed_target: str | None = None  # where another is signed than sent
    signed_origin: str | None = None
    parameters: list[Pair] | None = None  # what is signed of query and form, where it cannot be parsed out
    change: Callable[[str], str] = str  # the signature, on its way out

    def protocol(self) -> list[Pair]:
        """Return the ``oauth_*`` parameters, without the signature."""
        usual: dict[str, str | None] = {
            "oauth_consumer_key": self.consumer[0],
            "oauth_token": self.token[0] if self.token else None,
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_nonce": f"n{next(_numbers)}",
            "oauth_version": "1.0",
        }
        return [(name, value) for name, value in (usual | self.oauth).items() if value is not None]

    def encoded(self) -> bytes:
        """Return the request as it goes over the wire."""
        protocol = self.protocol()
        uri = (self.signed_origin or self.url) + (self.signed_target or self.target)
        own = self.parameters
        if own is None:
            own = parse_qsl(urlsplit(uri).query, keep_blank_values=True)
            if self.body and any(FORM in value for _, value in self.headers):
                own += parse_qsl(self.body.decode(), keep_blank_values=True)
        given = dict(protocol)
        key = f"{escape(self.consumer[1])}&{escape(self.token[1]) if self.token else ''}"
        method = given.get("oauth_signature_method", "")
        digest = {"HMAC-SHA256": hashlib.sha256, "HMAC-SHA512": hashlib.sha512}.get(method, hashlib.sha1)
        made = key if method == "PLAINTEXT" else signature(self.method, uri, [*own, *protocol], key, digest)
        protocol.append(("oauth_signature", self.change(made)))
        return self._placed(protocol)

    def _placed(self, protocol: list[Pair]) -> bytes:
        target, body, headers = self.target, self.body, list(self.headers)
        encoded = "&".join(f"{escape(name)}={escape(value)}" for name, value in protocol)
        if self.place == "header":
            headers.append(("Authorization", self.write(protocol)))
        elif self.place == "query":
            target += ("&" if "?" in target else "?") + encoded
        else:
            body = b"&".join(filter(None, (body, encoded.encode())))
            headers.append(("Content-Type", FORM))
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
        return head(self.method, target, headers, host=urlsplit(self.url).netloc) + (body or b"")

    def send(self) -> Answer:
        """Send it and return the answer."""
        return exchange(self.url, self.encoded())


def form(**fields: str) -> tuple[bytes, list[Pair]]:
    """Return a form body and the headers that belong to it; a trailing ``_`` of a name is dropped."""
    text = "&".join(f"{name.rstrip('_')}={escape(value)}" for name, value in fields.items())
    return text.encode(), [("Content-Type", FORM)]
