"""Requests signed with OAuth 1.0a, any part of which can be made wrong on purpose: RFC 5849 section 3.

A library signs what it sends; these tests need requests where the two differ. So this is a signer of its own,
small enough to be read against the RFC, with no opinion on what is allowed. RSA is left out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import requests

FORM = "application/x-www-form-urlencoded"
PLAINTEXT = "PLAINTEXT"

Pairs = tuple[tuple[str, str], ...]
Place = Literal["header", "query", "form"]

_DIGESTS = {"HMAC-SHA256": "sha256", "HMAC-SHA512": "sha512"}  # any other name is signed with SHA-1
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Credentials:
    """An identifier and its shared secret: of a client, temporary, or of a token."""

    key: str
    secret: str = field(repr=False)


def _now() -> str:
    return str(int(time.time()))


def _nonce() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as it is sent. Sent twice, it is a replay: nonce and timestamp belong to it.

    ``dataclasses.replace`` makes a wrong one. What is replaced is signed too, unless ``signed_as`` is the
    call that the signature shall be made for.
    """

    method: str
    url: str = field(repr=False)  # as sent, with its query; oauth_* are added where ``place`` is "query"
    client: Credentials
    token: Credentials | None = None
    form: Pairs | None = None
    body: bytes = b""  # where there is no form
    headers: Mapping[str, str] = field(default_factory=dict)
    oauth: Mapping[str, str] = field(default_factory=dict)  # oauth_* beside the usual, or in their stead
    without: frozenset[str] = frozenset()  # oauth_* that are neither signed nor sent
    twice: Pairs = ()  # oauth_* that are signed and sent once more
    place: Place = "header"
    scheme: str = "OAuth"
    first: str = ""  # the parameter that stands first in the header
    separator: str = ", "  # between the parameters of the header
    realm: str | None = None
    signature_method: str = "HMAC-SHA1"
    timestamp: str = field(default_factory=_now)
    nonce: str = field(default_factory=_nonce)
    signed_as: Call | None = None
    signature_sent: str | None = None  # in place of the one that fits

    def protocol_parameters(self) -> Pairs:
        """Return all ``oauth_*`` of section 3.1 but the signature."""
        usual = {
            "oauth_consumer_key": self.client.key,
            "oauth_signature_method": self.signature_method,
            "oauth_timestamp": self.timestamp,
            "oauth_nonce": self.nonce,
            "oauth_version": "1.0",
        }
        if self.token is not None:
            usual["oauth_token"] = self.token.key
        merged = usual | dict(self.oauth)
        return (*((name, value) for name, value in merged.items() if name not in self.without), *self.twice)

    def base_string(self) -> str:
        """Return the signature base string of section 3.4.1."""
        query = parse_qsl(urlsplit(self.url).query, keep_blank_values=True)
        pairs = [*query, *(self.form or ()), *self.protocol_parameters()]
        normalized = "&".join(
            f"{name}={value}"
            for name, value in sorted((escape(name), escape(value)) for name, value in pairs)
        )
        return "&".join(escape(part) for part in (self.method.upper(), base_string_uri(self.url), normalized))

    def signature(self) -> str:
        """Return the signature that is sent: section 3.4.2, or 3.4.4 for PLAINTEXT."""
        if self.signature_sent is not None:
            return self.signature_sent
        if self.signed_as is not None:
            return self.signed_as.signature()
        key = f"{escape(self.client.secret)}&{escape(self.token.secret if self.token else '')}"
        if self.signature_method == PLAINTEXT:
            return key
        return base64.b64encode(
            self.digest(key.encode(), _DIGESTS.get(self.signature_method, "sha1"))
        ).decode()

    def digest(self, key: bytes, name: str) -> bytes:
        """Return the HMAC of the base string, by the hash of this *name*."""
        return hmac.digest(key, self.base_string().encode(), name)

    def prepared(self) -> SignedRequest:
        """Return the request, its URL and its body to the letter."""
        oauth = self.protocol_parameters()
        if "oauth_signature" not in self.without:
            oauth = (*oauth, ("oauth_signature", self.signature()))
        url, form, headers = self.url, self.form, dict(self.headers)
        if self.place == "header":
            headers["Authorization"] = self._authorization(oauth)
        elif self.place == "query":
            url += ("&" if "?" in url else "?") + urlencode(oauth, quote_via=quote)
        else:
            form = (*(form or ()), *oauth)
        if form is not None:
            headers = {"Content-Type": FORM, **headers}
        body = self.body if form is None else urlencode(form).encode()
        request = SignedRequest()
        request.prepare(method=self.method, url=url, headers=headers, data=body or None)
        request.url = url  # requests would re-quote it
        request.call = self
        return request

    def _authorization(self, oauth: Iterable[tuple[str, str]]) -> str:
        ordered = sorted(oauth, key=lambda pair: pair[0] != self.first)
        pairs = [f'{escape(name)}="{escape(value)}"' for name, value in ordered]
        if self.realm is not None:
            pairs.insert(0, f'realm="{self.realm}"')
        return f"{self.scheme} {self.separator.join(pairs)}"


class SignedRequest(requests.PreparedRequest):
    """A request that knows its call: whoever has to repeat it can sign it anew."""

    call: Call


def base_string_uri(url: str) -> str:
    """Return scheme, host and path of *url* as section 3.4.1.2 wants them."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        host += f":{parts.port}"
    return f"{scheme}://{host}{parts.path or '/'}"


def escape(text: str) -> str:
    """Percent-encode *text* as section 3.6 wants it."""
    return quote(text, safe="-._~")


def body_hash(body: bytes) -> str:
    """Return ``oauth_body_hash`` for *body*: base64 of SHA-1, as the Ruby gem of 2013 sent it."""
    return base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
