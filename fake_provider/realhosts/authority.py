"""The certificate authority of this machine's user: made on first use, kept where only its user can read it.

Its name constraints (RFC 5280 section 4.2.1.10) let it speak for the two hosts and for loopback alone, so that whoever gets
hold of it can stand in for nobody else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import ssl
import stat
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, cast

import platformdirs

from ..errors import InvalidValue
from .names import HOSTS, LOOPBACK_ADDRESSES, LOOPBACK_NAMES, LOOPBACK_NETWORKS

if TYPE_CHECKING:
    # Loaded where something is made: mostly everything is there, and ``run`` is to begin at once.
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

NAME = "fake-nexmo test authority"
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_FILE_MODE, _DIRECTORY_MODE = 0o600, 0o700
_AUTHORITY_DAYS, _LEAF_DAYS, _LEAF_DAYS_USED = 3650, 397, 300  # Apple's clients take none that lives longer
_DAY = 86400
_ALREADY_VALID = timedelta(days=1)  # clocks differ


def default_directory() -> Path:
    """Return the folder of the user's data (``XDG_DATA_HOME`` on Linux)."""
    return platformdirs.user_data_path("fake-nexmo", appauthor=False)


@dataclass(frozen=True)
class Authority:
    """An authority in a folder: ``authority.pem`` holds its key and certificate, ``ca.pem`` the certificate alone."""

    directory: Path
    pem: str  # its certificate

    @property
    def certificate_file(self) -> Path:
        """The certificate, for whoever is to trust it."""
        return self.directory / "ca.pem"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, as browsers show it."""
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.pem)).digest()
        return digest.hex(":").upper()

    @property
    def valid_until(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(_not_after(self.pem), UTC)

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The certificate, parsed."""
        from cryptography import x509

        return x509.load_pem_x509_certificate(self.pem.encode())

    def server_context(self, host: str | None = None) -> ssl.SSLContext:
        """Return what a server needs, with a certificate for the two hosts and loopback.

        It is kept for the next time, as its user's alone. *host* is another address of loopback that it is to be for.
        Raises InvalidValue where it cannot be kept.
        """
        address = _of_loopback(host)
        path = self.directory / (f"server-{address}.pem".replace(":", "_") if address else "server.pem")
        try:
            if _is_fresh(path, than=self.directory / "authority.pem"):
                with contextlib.suppress(ssl.SSLError):  # somebody has damaged it: it is made again
                    return _context(path)
            write_whole(path, self._server_pem(address), mode=_FILE_MODE)
            return _context(path)
        except OSError as error:
            raise InvalidValue("ca", f"{error.filename or path}: {error.strerror}") from None

    def _server_pem(self, address: str | None) -> bytes:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        return (
            _pem_of(key)
            + self._leaf(key, address).public_bytes(serialization.Encoding.PEM)
            + self.pem.encode()
        )

    def _leaf(self, key: ec.EllipticCurvePrivateKey, address: str | None) -> x509.Certificate:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509.oid import ExtendedKeyUsageOID

        names: list[x509.GeneralName] = [x509.DNSName(name) for name in (*HOSTS, *LOOPBACK_NAMES)]
        addresses = (*LOOPBACK_ADDRESSES, *([address] if address else []))
        names += [x509.IPAddress(ip_address(one)) for one in addresses]
        own = _key_in(self.directory / "authority.pem")
        authority_key = x509.SubjectKeyIdentifier.from_public_key(own.public_key())
        return (
            _builder(key, subject="fake-nexmo", issuer=self.certificate.subject, days=_LEAF_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority_key), critical=False
            )
            .sign(own, hashes.SHA256())
        )


def _of_loopback(host: str | None) -> str | None:
    """Return an address of loopback that is not in every certificate; None for what is, or what may not be."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return None
    return str(address) if address.is_loopback and str(address) not in LOOPBACK_ADDRESSES else None


def _is_fresh(path: Path, *, than: Path) -> bool:
    """Whether a certificate of a server was made after the authority, and not too long ago."""
    if not path.exists():
        return False
    made = path.stat().st_mtime
    age = datetime.now(UTC).timestamp() - made  # noqa: TID251  certificates live in real time
    return made >= than.stat().st_mtime and 0 <= age < _LEAF_DAYS_USED * _DAY


def _context(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(path)
    return context


def _not_after(pem: str) -> float:
    """Return when a certificate of an authority ends, in seconds since the epoch."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    (found,) = context.get_ca_certs()
    return ssl.cert_time_to_seconds(str(found["notAfter"]))


def _key_in(path: Path) -> ec.EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(path.read_bytes(), None)
    # It was made here, and has been found to fit its certificate.
    return cast("ec.EllipticCurvePrivateKey", key)


def load_or_make(directory: Path | None = None) -> Authority:
    """Return the authority of this machine's user; the first time it is made.

    Raises InvalidValue where its files cannot be used: damaged, out of date, readable by others, or not writable.
    """
    directory = directory or default_directory()
    path = directory / "authority.pem"
    try:
        if not path.exists():
            _make(directory, path)
        authority = _load(directory, path)
        if not authority.certificate_file.exists():
            write_whole(authority.certificate_file, authority.pem.encode(), mode=0o644)
    except OSError as error:
        raise InvalidValue("ca", f"{error.filename or path}: {error.strerror}") from None
    return authority


def _load(directory: Path, path: Path) -> Authority:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & ~_FILE_MODE:
        raise InvalidValue(
            "ca", f"{path} can be read by others (mode {mode:04o}): chmod 600 it, or fake-nexmo ca remove"
        )
    remedy = "fake-nexmo ca remove, and a new one is made the next time"
    found = _CERTIFICATE.search(path.read_text(encoding="ascii", errors="replace"))
    try:
        _context(path)  # which finds out whether they can be read, and belong together
        not_after = _not_after(found[0]) if found else 0.0
    except (ssl.SSLError, ValueError):
        found = None
    if found is None:
        raise InvalidValue("ca", f"{path} is damaged: {remedy}") from None
    if not_after < datetime.now(UTC).timestamp():  # noqa: TID251  certificates live in real time
        raise InvalidValue("ca", f"{path} is out of date: {remedy}")
    return Authority(directory, f"{found[0]}\n")


def _make(directory: Path, path: Path) -> None:
    """Make an authority; of several who do so at once, the first one's counts."""
    directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _self_signed(key)
    content = _pem_of(key) + certificate.public_bytes(serialization.Encoding.PEM)
    # With mode 0600 from its first moment on.
    handle, name = tempfile.mkstemp(dir=directory, prefix=".authority-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # in one step, and never over another's
    finally:
        os.unlink(name)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID

    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in (*HOSTS, *LOOPBACK_NAMES)]
    permitted += [x509.IPAddress(ip_network(network)) for network in LOOPBACK_NETWORKS]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _builder(key, subject=NAME, issuer=subject, days=_AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True
        )
        .sign(key, hashes.SHA256())
    )


def _builder(
    key: ec.EllipticCurvePrivateKey, *, subject: str, issuer: x509.Name, days: int
) -> x509.CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)  # noqa: TID251
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _ALREADY_VALID)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_whole(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
