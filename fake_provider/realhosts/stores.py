"""What programs read trusted certificates from, with the authority among them: files in the authority's folder.

A bundle of PEM for most, a trust store for Java, an ini file for PHP. They are made anew when the system's bundle or the
authority has changed, and used by several commands at once; nobody but who is told of them trusts the authority.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import ssl
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InvalidValue
from .authority import Authority, write_whole

if TYPE_CHECKING:
    from cryptography import x509

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)
FILES = ("bundle*.pem", "java*.p12", "php*/fake-nexmo.ini", "php*", "stores*.stamp", "server*.pem")
"""In the authority's folder."""
JAVA_PASSWORD = "changeit"  # what Java itself chose for its own


@dataclass(frozen=True, slots=True)
class Stores:
    """The files, for ``variables``."""

    authority: Path
    bundle: Path
    java: Path
    php_directory: Path
    has_more: bool = False  # than the system's certificates and the authority

    @property
    def for_node(self) -> Path:
        """What Node trusts beside its own: the authority, and with it what the user has named."""
        return self.bundle if self.has_more else self.authority


def prepared(authority: Authority, more: Sequence[Path] = ()) -> Stores:
    """Return the files, made where they are missing or out of date; *more* are files of further certificates.

    Raises InvalidValue where the system's bundle cannot be read, or the files cannot be written.
    """
    directory = authority.directory
    system, own = _system_bundle(), b"".join(b"\n" + octets for octets in _read(more))
    suffix = f"-{hashlib.sha256(own).hexdigest()[:8]}" if own else ""
    stores = Stores(
        authority=authority.certificate_file,
        bundle=directory / f"bundle{suffix}.pem",
        java=directory / f"java{suffix}.p12",
        php_directory=directory / f"php{suffix}",
        has_more=bool(own),
    )
    system += own
    try:
        digest = hashlib.sha256(b"2" + system + authority.pem.encode()).hexdigest()
        stamp_file = directory / f"stores{suffix}.stamp"
        if stamp_file.is_file() and stamp_file.read_text() == _stamp(digest, stores):
            return stores
        _write(stores, system, authority)
        write_whole(stamp_file, _stamp(digest, stores).encode(), mode=0o644)
    except OSError as error:
        raise InvalidValue("ca", f"{error.filename or directory}: {error.strerror}") from None
    return stores


def _read(paths: Sequence[Path]) -> Iterator[bytes]:
    """Yield what is in those files that can be read: one that cannot was of no use before either."""
    for path in dict.fromkeys(paths):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def _stamp(digest: str, stores: Stores) -> str:
    """Return of what the files were made, and how long they are: one that was cut short is made anew."""
    sizes = [path.stat().st_size if path.is_file() else -1 for path in _files(stores)]
    return " ".join([digest, *map(str, sizes)])


def _files(stores: Stores) -> tuple[Path, ...]:
    return stores.bundle, stores.java, stores.php_directory / "fake-nexmo.ini"


def _write(stores: Stores, system: bytes, authority: Authority) -> None:
    separator = b"" if not system or system.endswith(b"\n") else b"\n"
    write_whole(stores.bundle, system + separator + authority.pem.encode(), mode=0o644)
    write_whole(stores.java, _java(system, authority), mode=0o644)
    stores.php_directory.mkdir(exist_ok=True)
    ini = php_ini(str(stores.bundle))
    write_whole(stores.php_directory / "fake-nexmo.ini", ini.encode("utf-8", "surrogateescape"), mode=0o644)


def php_ini(bundle: str) -> str:
    """Return what PHP reads: where the bundle is, for its streams and for its curl."""
    escaped = bundle.replace("\\", "\\\\").replace('"', '\\"')
    return f'openssl.cafile="{escaped}"\ncurl.cainfo="{escaped}"\n'


def _java(system: bytes, authority: Authority) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    certificates = [authority.certificate, *_certificates(system)]
    entries = [
        pkcs12.PKCS12Certificate(certificate, f"ca-{number}".encode())
        for number, certificate in enumerate(certificates)
    ]
    encryption = BestAvailableEncryption(JAVA_PASSWORD.encode())
    return pkcs12.serialize_java_truststore(entries, encryption)


def _certificates(bundle: bytes) -> Iterator[x509.Certificate]:
    """Yield the certificates of a bundle; one that breaks the rules, as a few old ones do, is left out."""
    from cryptography import x509
    from cryptography.utils import CryptographyDeprecationWarning

    for pem in re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", bundle, re.DOTALL):
        with warnings.catch_warnings(), contextlib.suppress(ValueError):
            warnings.simplefilter("error", CryptographyDeprecationWarning)
            with contextlib.suppress(CryptographyDeprecationWarning):
                yield x509.load_pem_x509_certificate(pem)


def _system_bundle() -> bytes:
    """Return the system's own bundle; nothing where it has none."""
    found = next((path for path in map(Path, (*BUNDLES, _openssl_file())) if path.is_file()), None)
    if found is None:
        return b""
    try:
        return found.read_bytes()
    except OSError as error:
        raise InvalidValue(
            "ca", f"the system's certificates cannot be read: {found}: {error.strerror}"
        ) from None


def _openssl_file() -> str:
    return ssl.get_default_verify_paths().openssl_cafile
