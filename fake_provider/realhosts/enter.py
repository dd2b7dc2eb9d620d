"""Prepares a namespace in which the real names lead to the fake, and becomes the command: run as a script of its own.

    python -I -S enter.py CONTROL_FD COMMAND…

CONTROL_FD is a Unix socket. Through it come a JSON object that says what is wanted, and "go"; back go "ready" with the
listening sockets, or one line that says why it cannot be done. It is closed by the exec, which tells that COMMAND runs.

A script, since a process with threads can neither enter a user namespace nor safely run code between fork and exec.
Nothing outlives the namespaces: what is written here lies on a file system in memory that goes with them.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

TYPE_CHECKING = False  # typing takes as long to load as the rest
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Wanted = Mapping[str, Any]

# linux/sched.h, linux/mount.h
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 0x1000, 0x4000, 0x40000, 0x2, 0x4
PR_SET_PDEATHSIG = 1
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
NOT_FOUND, NOT_EXECUTABLE = 127, 126
HOSTS_FILE = "/etc/hosts"
# In the directory of certificates.
AUTHORITY, BUNDLE, JAVA, PHP = "fake-nexmo.pem", ".fake-nexmo-bundle", ".fake-nexmo-java", ".fake-nexmo-php"


class Failed(Exception):
    """What could not be done, in half a line."""


def main() -> int:
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    wanted = json.loads(_line(control))
    try:
        listeners = prepare(wanted)
    except (OSError, Failed) as error:
        control.sendall(str(error).encode("utf-8", "replace"))
        return 1
    _send(control, b"ready", listeners)
    for listener in listeners:
        listener.close()
    if control.recv(2) != b"go":
        return 1  # whoever started this has gone
    return become(sys.argv[2:], wanted)


def prepare(wanted: Wanted) -> Sequence[socket.socket]:
    """Enter the namespaces and mount what differs in them; returns the sockets that listen there."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    identity = os.getuid(), os.getgid()
    if not wanted["flags"]:
        return []
    _call("a namespace could not be made", libc.unshare, wanted["flags"])
    if wanted["flags"] & CLONE_NEWUSER:
        _map_identity(*identity)
    if wanted["flags"] & CLONE_NEWNS:
        _mount_all(libc, wanted)
    if not wanted["flags"] & CLONE_NEWNET:
        return []
    _loopback_up()
    return [_listener(*address) for address in wanted["listen"]]


def _map_identity(uid: int, gid: int) -> None:
    """Keep who one is: COMMAND sees its own user and group."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def _mount_all(libc: Any, wanted: Wanted) -> None:
    import ctypes

    def mount(source: str, target: str, kind: str, flags: int) -> None:
        data = b"mode=0755" if kind == "tmpfs" else None
        _call(
            f"{target} could not be replaced",
            libc.mount,
            source.encode(),
            target.encode(),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            data,
        )

    umask = os.umask(0o022)  # whoever COMMAND becomes is to read them
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    certificates = wanted["certificates"]  # a directory, as OpenSSL reads it
    entries = [(entry.name, entry.is_symlink(), entry.path) for entry in os.scandir(certificates)]
    links = [(name, os.readlink(path)) for name, is_link, path in entries if is_link]
    files = [(name, _read(path)) for name, is_link, path in entries if not is_link and os.path.isfile(path)]
    has_java = os.path.isfile(f"{certificates}/java/cacerts")
    mount("fake-nexmo", certificates, "tmpfs", MS_NOSUID | MS_NODEV)
    for name, target in links:
        os.symlink(target, f"{certificates}/{name}")
    for name, content in files:
        _write(f"{certificates}/{name}", content)
    _write(f"{certificates}/{AUTHORITY}", wanted["authority"].encode())
    link = f"{certificates}/{wanted['authority_link']}"
    if os.path.lexists(link):  # of a run around this one
        os.unlink(link)
    os.symlink(AUTHORITY, link)
    bundle, java = _read(wanted["bundle"]), _read(wanted["java"])
    _write(f"{certificates}/{BUNDLE}", bundle)
    _write(f"{certificates}/{JAVA}", java)
    os.mkdir(f"{certificates}/{PHP}")
    _write(f"{certificates}/{PHP}/fake-nexmo.ini", wanted["php_ini"].encode())
    for path in wanted["bundles"]:
        if path == f"{certificates}/{os.path.basename(path)}" or os.path.realpath(path).startswith(
            f"{certificates}/"
        ):
            _write(os.path.realpath(path), bundle)
        else:
            mount(f"{certificates}/{BUNDLE}", path, "", MS_BIND)
    if has_java:
        os.mkdir(f"{certificates}/java")
        _write(f"{certificates}/java/cacerts", java)
    _write(f"{certificates}/.fake-nexmo-hosts", wanted["hosts"].encode())
    mount(f"{certificates}/.fake-nexmo-hosts", HOSTS_FILE, "", MS_BIND)
    os.umask(umask)


def _loopback_up() -> None:
    import fcntl

    request = b"lo".ljust(16, b"\0") + IFF_UP.to_bytes(2, sys.byteorder).ljust(24, b"\0")  # struct ifreq
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCSIFFLAGS, request)


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise Failed(f"port {port} could not be opened in the namespace: {error.strerror}") from None
    listener.listen(1024)
    return listener


def become(command: Sequence[str], wanted: Wanted) -> int:
    """Become COMMAND, with the signals as they were; only where that fails this returns, as shells do."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if wanted["dies_with_parent"] and sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != wanted["parent"]:
            return 1
    try:
        os.execvpe(command[0], list(command), wanted["environment"])  # noqa: S606  to become it is the purpose
    except FileNotFoundError:
        print(f"fake-nexmo: {command[0]}: not found", file=sys.stderr)
        return NOT_FOUND
    except OSError as error:
        print(f"fake-nexmo: {command[0]}: {error.strerror}", file=sys.stderr)
        return NOT_EXECUTABLE


def _call(what: str, function: Any, *arguments: object) -> None:
    import ctypes

    if function(*arguments) != 0:
        raise Failed(f"{what}: {os.strerror(ctypes.get_errno())}")


def _line(control: socket.socket) -> bytes:
    text = b""
    while not text.endswith(b"\n"):
        octets = control.recv(1 << 16)
        if not octets:
            sys.exit(1)
        text += octets
    return text


def _send(control: socket.socket, text: bytes, sockets: Sequence[socket.socket]) -> None:
    if sockets:
        socket.send_fds(control, [text], [sock.fileno() for sock in sockets])
    else:
        control.sendall(text)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, content: bytes) -> None:
    if os.path.islink(path):
        os.unlink(path)
    with open(path, "wb") as file:
        file.write(content)


if __name__ == "__main__":
    sys.exit(main())
