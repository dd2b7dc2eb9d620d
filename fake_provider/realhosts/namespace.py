"""Starts a command in a namespace of Linux where the two names lead to the fake, and its authority is trusted.

What differs is mounted over ``/etc/hosts`` and the system's certificates, for this process tree alone. The work is
done by ``enter.py``, a script of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import enter
from .authority import NAME, Authority
from .names import HOSTS
from .stores import BUNDLES, Stores, php_ini

_CERTIFICATES = ("/etc/ssl/certs", "/etc/pki/tls/certs")
_HTTPS, _HTTP = 443, 80
_ANSWER_BYTES, _MAX_LISTENERS = 4096, 2


class NoNamespace(Exception):
    """It cannot be done here; the text says why, in half a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the namespace is to be.

    Attributes:
        address: of loopback, to which the two names lead.
        offline: with a network of its own, in which nothing but the fake is.
    """

    address: str
    offline: bool
    authority: Authority
    stores: Stores


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a process is started: its streams as ``subprocess`` takes them.

    ``keeps_files`` leaves it every file that was opened for it; where several are started at once, none may be another's.
    """

    stdin: int | None = None
    stdout: int | None = None
    stderr: int | None = None
    new_session: bool = False
    dies_with_parent: bool = False
    keeps_files: bool = False


@dataclass(slots=True)
class Entered:
    """A process that waits in its namespace: ``listeners`` are its ports 443 and 80, where it has a network of its own."""

    process: subprocess.Popen[bytes]
    listeners: Sequence[socket.socket]
    _control: socket.socket

    def go(self) -> None:
        """Let it become the command; returns once it has, or has failed to."""
        with self._control:
            self._control.sendall(b"go")
            self._control.recv(1)

    def abandon(self) -> None:
        """End it, as if it had never been."""
        self._control.close()
        self.process.wait()


def start(
    command: Sequence[str], environment: Mapping[str, str], manner: Manner, plan: Plan | None
) -> Entered:
    """Start a process that prepares the namespace and waits; without a plan it waits in none.

    Raises NoNamespace where that cannot be done.
    """
    wanted = {
        "parent": os.getpid(),
        "dies_with_parent": manner.dies_with_parent,
        "environment": dict(environment),
        "flags": 0,
        **(_wanted(plan) if plan is not None else {}),
    }
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.set_inheritable(manner.keeps_files)
        process = subprocess.Popen(  # noqa: S603  to run it is what was asked for
            [sys.executable, "-I", "-S", enter.__file__, str(theirs.fileno()), *command],
            stdin=manner.stdin,
            stdout=manner.stdout,
            stderr=manner.stderr,
            close_fds=not manner.keeps_files,
            pass_fds=() if manner.keeps_files else (theirs.fileno(),),
            start_new_session=manner.new_session,
        )
    try:
        ours.sendall(json.dumps(wanted).encode() + b"\n")
        answer, numbers, _, _ = socket.recv_fds(ours, _ANSWER_BYTES, _MAX_LISTENERS)
    except OSError as error:
        answer, numbers = str(error).encode(), []
    entered = Entered(process, [socket.socket(fileno=number) for number in numbers], ours)
    if answer != b"ready":
        entered.abandon()
        raise NoNamespace(answer.decode("utf-8", "replace") or "it ended at once")
    return entered


def ensure_possible() -> None:
    """Raise NoNamespace where it is plain that none can be made."""
    if sys.platform != "linux":
        raise NoNamespace("there are none but on Linux")
    if not Path(enter.HOSTS_FILE).is_file():
        raise NoNamespace(f"there is no {enter.HOSTS_FILE}")
    if _certificates() is None:
        raise NoNamespace("the system keeps its certificates elsewhere")


def _wanted(plan: Plan) -> Mapping[str, object]:
    flags = enter.CLONE_NEWNS
    if os.geteuid() != 0:
        flags |= enter.CLONE_NEWUSER
    if plan.offline:
        flags |= enter.CLONE_NEWNET
    return {
        "flags": flags,
        "hosts": _hosts(plan.address),
        "certificates": _certificates(),
        "authority": plan.authority.pem,
        "authority_link": f"{subject_hash(NAME)}.0",
        "bundle": str(plan.stores.bundle),
        "bundles": [path for path in dict.fromkeys(map(os.path.realpath, BUNDLES)) if Path(path).is_file()],
        "java": str(plan.stores.java),
        "php_ini": php_ini(str(inside(plan.stores).bundle)),
        "listen": [(plan.address, _HTTPS), (plan.address, _HTTP)] if plan.offline else [],
    }


def _certificates() -> str | None:
    return next((os.path.realpath(path) for path in _CERTIFICATES if Path(path).is_dir()), None)


def _hosts(address: str) -> str:
    """Return the hosts file with the two names in it, and without what it said of them."""
    lines = Path(enter.HOSTS_FILE).read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    kept = [kept for line in lines if (kept := _without_ours(line)) is not None]
    # Mapped into IPv6 too: who asks for such an address alone would else be told the real one.
    ours = [f"{prefix}{address} {' '.join(HOSTS)}" for prefix in ("", "::ffff:")]
    return "\n".join([*ours, *kept]) + "\n"


def _without_ours(line: str) -> str | None:
    """Return a line of a hosts file without the two names; None where nothing is left of it."""
    address, *names = line.partition("#")[0].split() or [""]
    others = [name for name in names if name.lower().rstrip(".") not in HOSTS]
    if len(others) == len(names):
        return line
    return f"{address} {' '.join(others)}" if others else None


def inside(stores: Stores) -> Stores:
    """Return where the stores are for the command: where whoever it becomes can read them."""
    folder = Path(_certificates() or _CERTIFICATES[0])
    return Stores(
        authority=folder / enter.AUTHORITY,
        bundle=folder / enter.BUNDLE,
        java=folder / enter.JAVA,
        php_directory=folder / enter.PHP,
        has_more=stores.has_more,
    )


def subject_hash(common_name: str) -> str:
    """Return the name by which OpenSSL looks a certificate up in a directory: of its subject, in canonical form."""
    text = " ".join(common_name.lower().split()).encode()
    value = bytes.fromhex("0603550403") + bytes([0x0C, len(text)]) + text  # the type: id-at-commonName
    sequence = bytes([0x30, len(value)]) + value
    digest = hashlib.sha1(bytes([0x31, len(sequence)]) + sequence, usedforsecurity=False).digest()
    return f"{int.from_bytes(digest[:4], 'little'):08x}"
