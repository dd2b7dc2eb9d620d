"""The authority: what it may speak for, where it is kept, and what is said of one that cannot be used."""

from __future__ import annotations

import concurrent.futures
import contextlib
import ipaddress
import os
import socket
import ssl
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from fake_provider import FakeNexmo, InvalidValue
from fake_provider.realhosts import namespace, stores, variables
from fake_provider.realhosts.authority import NAME, Authority, load_or_make
from tests.programs import need
from tests.raw import read_answer


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """One that was made just now."""
    return load_or_make(tmp_path / "ca")


def over_tls(port: int, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    """Connect to a port of this machine as if it were *name*."""
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        wrapped = context.wrap_socket(sock, server_hostname=name)
        stack.pop_all()
        return wrapped


def test_it_is_limited_to_the_two_hosts_and_loopback(authority: Authority) -> None:
    """Name constraints, critical, in the certificate itself."""
    constraints = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)

    assert constraints.critical
    assert constraints.value.permitted_subtrees == [
        x509.DNSName("dashboard.nexmo.com"),
        x509.DNSName("rest.nexmo.com"),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
        x509.IPAddress(ipaddress.ip_network("::1/128")),
    ]


def test_its_key_is_the_users_alone(authority: Authority) -> None:
    """Mode 0600 in a folder of mode 0700; the certificate beside it is for everybody."""
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in (authority.directory, authority.directory / "authority.pem", authority.certificate_file)
    }

    assert modes == {"ca": 0o700, "authority.pem": 0o600, "ca.pem": 0o644}
    assert "PRIVATE" not in authority.certificate_file.read_text()


def test_it_is_one_and_the_same(authority: Authority) -> None:
    """The second time it is read, not made."""
    assert load_or_make(authority.directory).fingerprint == authority.fingerprint


def test_of_many_who_make_it_at_once_one_counts(tmp_path: Path) -> None:
    """Twenty threads find the same authority."""
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: load_or_make(tmp_path / "ca").fingerprint, range(20)))

    assert len(set(found)) == 1
    assert not [path for path in (tmp_path / "ca").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.chmod(0o644), r"can be read by others \(mode 0644\): chmod 600 it"),
        (lambda path: path.write_text(path.read_text()[:300]), "is damaged: fake-nexmo ca remove"),
        (lambda path: path.write_text(""), "is damaged"),
        (
            lambda path: path.write_text(
                path.read_text().partition("-----BEGIN CERT")[0]
                + load_or_make(path.parent / "other").certificate_file.read_text()
            ),
            "is damaged",
        ),
    ],
    ids=["readable-by-others", "half-written", "empty", "of-two-halves"],
)
def test_one_that_cannot_be_used(authority: Authority, spoil: object, words: str) -> None:
    """One line names the file, what is wrong, and what to do; nothing is overwritten."""
    path = authority.directory / "authority.pem"
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes()

    with pytest.raises(InvalidValue, match=words) as error:
        load_or_make(authority.directory)

    assert str(path) in str(error.value)
    assert path.read_bytes() == before


def test_a_servers_certificate_is_made_anew_where_it_is_damaged_or_old(authority: Authority) -> None:
    """It is kept, as its user's alone; what was spoiled is replaced without a word."""
    path = authority.directory / "server.pem"
    authority.server_context()
    kept = path.read_bytes()
    authority.server_context()
    same = path.read_bytes()
    path.write_text("nonsense")
    authority.server_context()
    mended = path.read_bytes()
    os.utime(path, (0, 0))
    authority.server_context()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert kept == same
    assert len({kept, mended, path.read_bytes()}) == 3


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "ca").write_text("")

    with pytest.raises(InvalidValue, match=r"ca: .*ca"):
        load_or_make(tmp_path / "ca" / "below")


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("rest.nexmo.com", "rest.nexmo.com"),
        ("dashboard.nexmo.com", "dashboard.nexmo.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_server_with_its_certificate(authority: Authority, name: str, host: str) -> None:
    """Whoever trusts the authority verifies it, for each of the names; the exchange is https."""
    fake = FakeNexmo()
    context = ssl.create_default_context(cafile=str(authority.certificate_file))
    with fake.serve(tls=authority.server_context()) as server:
        assert server.url.startswith("https://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        with over_tls(port, context, name) as sock:
            sock.sendall(
                f"GET /account/get-balance/abcd1234/fake-api-secret HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            )
            answer = read_answer(sock)

    assert answer.status == 200
    assert fake.exchanges[0].request.url.startswith(f"https://{host}/account/get-balance/")


def test_a_server_at_another_address_of_loopback(authority: Authority) -> None:
    """Its certificate is for that address too."""
    context = ssl.create_default_context(cafile=str(authority.certificate_file))
    tls = authority.server_context("127.0.0.9")
    with FakeNexmo().serve(host="127.0.0.9", tls=tls) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.9", port)) as sock:
            wrapped = context.wrap_socket(sock, server_hostname="127.0.0.9")
            wrapped.close()


def test_plain_text_is_told_that_tls_is_spoken(authority: Authority) -> None:
    """In an answer that can be read."""
    with FakeNexmo().serve(tls=authority.server_context()) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = read_answer(sock)

    assert answer.status == 400
    assert b"https://" in answer.body


def test_nobody_else_is_trusted_by_it(authority: Authority) -> None:
    """A certificate for another host is refused, although the authority has signed it."""
    leaf = subprocess.run(
        [sys.executable, "-c", FORGED, str(authority.directory)], capture_output=True, text=True, check=True
    ).stdout
    openssl = need("openssl", package="openssl")
    path = authority.directory / "forged.pem"
    path.write_text(leaf)
    done = subprocess.run(
        [openssl, "verify", "-CAfile", str(authority.certificate_file), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "permitted subtree violation" in done.stdout + done.stderr


FORGED = """
import sys
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_provider.realhosts import authority as a

authority = a.load_or_make(Path(sys.argv[1]))
key = ec.generate_private_key(ec.SECP256R1())
names = x509.SubjectAlternativeName([x509.DNSName("www.example.com")])
leaf = a._builder(key, subject="www.example.com", issuer=authority.certificate.subject, days=10)
leaf = leaf.add_extension(names, critical=False).sign(a._key_in(authority.directory / "authority.pem"), hashes.SHA256())
print(leaf.public_bytes(serialization.Encoding.PEM).decode())
"""


def test_a_client_that_does_not_trust_it_is_told_in_the_log(
    authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """The handshake ends, and the log asks the right question."""
    with FakeNexmo().serve(tls=authority.server_context()) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(ssl.SSLCertVerificationError):
            over_tls(port, ssl.create_default_context(), "localhost")

    assert "does the client trust the authority?" in caplog.text


# What programs read


def test_the_stores_have_the_systems_certificates_and_this_one(authority: Authority) -> None:
    """A bundle for most, a trust store for Java, an ini file for PHP."""
    found = stores.prepared(authority)

    assert authority.pem in found.bundle.read_text()
    assert ssl.create_default_context(cafile=str(found.bundle)).cert_store_stats()["x509_ca"] >= 1
    assert f'openssl.cafile="{found.bundle}"' in (found.php_directory / "fake-nexmo.ini").read_text()
    assert found.java.stat().st_size > 500


def test_the_stores_are_made_anew_when_something_changed(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before."""
    first = stores.prepared(authority).bundle.stat().st_mtime_ns
    same = stores.prepared(authority).bundle.stat().st_mtime_ns
    system = authority.directory / "system.pem"
    system.write_text("# another bundle\n")
    monkeypatch.setattr(stores, "BUNDLES", (str(system),))
    changed = stores.prepared(authority).bundle

    assert same == first
    assert changed.read_text() == f"# another bundle\n{authority.pem}"


def test_a_bundle_that_cannot_be_read(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line names it; here a file that gives an error when it is read, root or not."""
    monkeypatch.setattr(stores, "BUNDLES", ("/proc/self/mem",))

    with pytest.raises(InvalidValue, match="the system's certificates cannot be read: /proc/self/mem"):
        stores.prepared(authority)


def test_a_store_that_was_cut_short_is_made_anew(authority: Authority) -> None:
    """Its length is remembered."""
    found = stores.prepared(authority)
    whole = found.bundle.read_bytes()
    found.bundle.write_bytes(b"")
    found.java.write_bytes(b"")
    again = stores.prepared(authority)

    assert again.bundle.read_bytes() == whole
    assert again.java.stat().st_size > 500


def test_a_folder_with_blanks_and_quotes(tmp_path: Path) -> None:
    """What is written for Java and PHP is quoted."""
    found = stores.prepared(load_or_make(tmp_path / 'a b"c'))
    given = variables.trusting(found, {})

    assert f"trustStore='{found.java}' " in given["JAVA_TOOL_OPTIONS"]
    assert 'a b\\"c' in (found.php_directory / "fake-nexmo.ini").read_text()


def test_openssl_finds_it_by_its_hash(authority: Authority) -> None:
    """The name of the link is the one that OpenSSL computes."""
    openssl = need("openssl", package="openssl")
    done = subprocess.run(
        [openssl, "x509", "-hash", "-noout", "-in", str(authority.certificate_file)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == namespace.subject_hash(NAME)
