"""Public keys and signatures of RSA: RFC 5849 section 3.4.3. The libraries for it come with the extra ``rsa``."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_WANTED = "an RSA public key in PEM is wanted, -----BEGIN PUBLIC KEY-----"


def public_key(pem: str) -> RSAPublicKey:
    """Return the key; raises ValueError, saying what is wanted, where it is none."""
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise ValueError("RSA needs more libraries: pip install 'fake-nexmo[rsa]'") from None
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        raise ValueError(_WANTED) from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(_WANTED)
    return key


def signed_digests(signature: bytes, key: RSAPublicKey) -> Mapping[str, bytes]:
    """Return what was signed, if *signature* was made by the private key of *key*: a digest, by the name of its hash."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    known: tuple[hashes.HashAlgorithm, ...] = (
        hashes.SHA1(),  # noqa: S303  what RSA-SHA1 is
        hashes.SHA256(),
        hashes.SHA512(),
    )
    found = {}
    for one in known:
        with suppress(InvalidSignature):
            found[one.name] = key.recover_data_from_signature(signature, PKCS1v15(), one)
    return found
