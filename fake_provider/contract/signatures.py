"""Signatures of requests to the letter: RFC 5849 section 3.4, and the ``sig`` of the SMS API.

With what a recorded request was signed is found by trying the secrets that are known; a recorded request is
signed anew with the same ones. RSA is left out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from .exchange import WRONG, Request

Pairs = list[tuple[str, str]]

FORM = "application/x-www-form-urlencoded"
PLAINTEXT = "PLAINTEXT"

_DIGESTS = {"HMAC-SHA256": "sha256", "HMAC-SHA512": "sha512"}  # any other name is signed with SHA-1
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_HEADER_PAIR = re.compile(r'([A-Za-z_.~%0-9-]+)\s*=\s*"([^"]*)"')


def parameters(request: Request) -> Pairs:
    """Return everything that a signature is about, and the signature: query, form and header, decoded."""
    return query(request) + form(request) + _header(request)


def form(request: Request) -> Pairs:
    """Return the pairs of a form; none where the body is something else."""
    is_form = request.header("Content-Type").partition(";")[0].strip().lower() == FORM
    return parse_qsl(request.body, keep_blank_values=True, errors="surrogateescape") if is_form else []


def parameter(request: Request, name: str) -> str | None:
    """Return the first value of a parameter; None where it is missing."""
    return next((value for key, value in parameters(request) if key == name), None)


def timestamp(request: Request) -> int | None:
    """Return the ``oauth_timestamp`` in seconds; None where there is none that can be read."""
    given = parameter(request, "oauth_timestamp") or ""
    return int(given) if re.fullmatch("[0-9]{1,15}", given) else None


def oauth_signature(request: Request, client_secret: str, token_secret: str) -> str:
    """Return the ``oauth_signature`` that *request* should have, by the method that it names."""
    key = f"{escape(client_secret)}&{escape(token_secret)}"
    method = parameter(request, "oauth_signature_method") or ""
    if method == PLAINTEXT:
        return key
    digest = _DIGESTS.get(method, "sha1")
    return base64.b64encode(hmac.digest(_octets(key), _octets(base_string(request)), digest)).decode()


def base_string(request: Request) -> str:
    """Return the signature base string of section 3.4.1."""
    pairs = [pair for pair in parameters(request) if pair[0] not in ("oauth_signature", "realm")]
    encoded = sorted((escape(name), escape(value)) for name, value in pairs)
    normalized = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join(escape(part) for part in (request.method.upper(), _uri(request.url), normalized))


def body_hash(request: Request) -> str:
    """Return the ``oauth_body_hash`` that fits the body: base64 of SHA-1."""
    return base64.b64encode(hashlib.sha1(_octets(request.body), usedforsecurity=False).digest()).decode()


def sig(pairs: Pairs, method: str, secret: str) -> str:
    """Return the ``sig`` that these parameters should have, by one of ``SIG_METHODS``."""
    others = sorted(pair for pair in pairs if pair[0] != "sig")
    return SIG_METHODS[method](
        "".join(f"&{name}={re.sub('[&=]', '_', text)}" for name, text in others), secret
    )


def sig_method(pairs: Pairs, given: str, secrets: Iterable[str]) -> str:
    """Return by which of ``SIG_METHODS`` *given* signs these parameters with one of *secrets*; WRONG where it does not."""
    for secret in secrets:
        for method in SIG_METHODS:
            if sig(pairs, method, secret) == given.lower():
                return method
    return WRONG


def _hmac(digest: str) -> Callable[[str, str], str]:
    return lambda text, secret: hmac.digest(_octets(secret), _octets(text), digest).hex()


SIG_METHODS: Mapping[str, Callable[[str, str], str]] = {
    "md5": lambda text, secret: hashlib.md5(_octets(text + secret), usedforsecurity=False).hexdigest(),
    "hmac-md5": _hmac("md5"),
    "hmac-sha1": _hmac("sha1"),
    "hmac-sha256": _hmac("sha256"),
    "hmac-sha512": _hmac("sha512"),
}


def escape(text: str) -> str:
    """Percent-encode *text* as section 3.6 wants it."""
    return quote(text, safe="-._~", errors="surrogateescape")


def query(request: Request) -> Pairs:
    """Return the pairs of the query."""
    text = request.url.partition("?")[2].partition("#")[0]
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def _header(request: Request) -> Pairs:
    scheme, _, rest = request.header("Authorization").strip().partition(" ")
    if scheme.lower() != "oauth":
        return []
    pairs: Sequence[tuple[str, str]] = _HEADER_PAIR.findall(rest)
    return [(unquote(name), unquote(value, errors="surrogateescape")) for name, value in pairs]


def _uri(url: str) -> str:
    """Return scheme, host and path of *url* as section 3.4.1.2 wants them."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    return f"{scheme}://{host.removesuffix(_DEFAULT_PORTS.get(scheme, ''))}{parts.path or '/'}"


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
