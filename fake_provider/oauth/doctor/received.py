"""What the signature that came may be once its own form is put right: RFC 5849 sections 3.4.2 and 3.5.1."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

DIGESTS: Mapping[int, str] = {16: "md5", 20: "sha1", 28: "sha224", 32: "sha256", 48: "sha384", 64: "sha512"}
"""By their length in octets: a digest tells which hash made it."""

_LONGEST = 4_096
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
Codes = tuple[str, ...]


def digests(signature: str) -> Mapping[bytes, Codes]:
    """Return every digest that *signature* may stand for, with the mistakes about its form that this takes."""
    found: dict[bytes, Codes] = {}
    if len(signature) <= _LONGEST:
        for codes, digest in _readings(signature):
            held = found.get(digest)
            if held is None or len(codes) < len(held):
                found[digest] = codes
    return found


def _readings(signature: str) -> Iterator[tuple[Codes, bytes]]:
    for codes, text in _texts(signature):
        if (digest := _decoded(text)) is not None:
            yield codes, digest
            if _HEX.fullmatch(hexadecimal := digest.decode("latin-1")):
                yield (*codes, "signature-hex"), bytes.fromhex(hexadecimal)
        if _HEX.fullmatch(text):
            yield (*codes, "signature-hex"), bytes.fromhex(text)


def _texts(signature: str) -> Iterator[tuple[Codes, str]]:
    """Return the texts for which the base64 of a digest may have been taken."""
    yield (), signature
    if " " in signature:
        yield ("signature-not-encoded",), signature.replace(" ", "+")
    if "%" in signature:
        yield ("signature-encoded-twice",), unquote(signature)
    standard = signature.replace("-", "+").replace("_", "/")
    is_url_safe = standard != signature
    if is_url_safe:
        yield ("signature-base64url",), standard
    if len(signature) % 4:
        padded = standard + "=" * (-len(standard) % 4)
        yield (("signature-base64url",) if is_url_safe else ()) + ("signature-padding",), padded
    if signature != signature.strip():
        yield ("signature-not-encoded",), signature.strip()


def _decoded(text: str) -> bytes | None:
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # The last character has bits to spare: another one in its place means the same octets, and is no signature.
    return digest if base64.b64encode(digest).decode() == text else None
