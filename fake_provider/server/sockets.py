"""Sockets that listen, and how one stops to without cutting anybody off."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import AddressInUse, FakeNexmoError, InvalidValue, SocketInUse

_BACKLOG = 1024
_SO_ATTACH_FILTER = 26  # asm-generic/socket.h; Python has no name for it
_DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF_RET: none of a packet's octets pass


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; AddressInUse, or InvalidValue for a host or port that cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidValue("host", f"{host} is no address of this machine") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUse(host, port) from None
        if error.errno == errno.EACCES:
            raise InvalidValue("port", f"{port} needs more rights; choose one above 1023") from None
        raise InvalidValue("host", f"{host}: {error.strerror}") from None
    return listener


def url_of(listener: socket.socket, *, is_tls: bool) -> str:
    """Return the base URL of what listens, without a slash; an address that means every interface is shown as loopback.

    Of a Unix socket: ``unix:`` and its path, as nginx writes it.
    """
    if listener.family == socket.AF_UNIX:
        return f"unix:{listener.getsockname()}"
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    return f"{'https' if is_tls else 'http'}://{f'[{shown}]' if ':' in shown else shown}:{port}"


class UnixListener:
    """A Unix socket that listens at *path*, for the user of this process alone; ``remove`` takes it away again.

    Raises:
        SocketInUse: somebody listens there.
        InvalidValue: something else is there, or nothing can be.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _locked(
                path.parent
            ):  # of two who find the same abandoned socket one must not remove the other's new one
                _clear(path)
                self.socket.bind(os.fspath(path))
                path.chmod(0o600)  # before anybody can connect: it does not listen yet
            self.socket.listen(_BACKLOG)
            self._identity = _identity(path)
        except OSError as error:
            self.socket.close()
            reason = error.strerror or str(error).replace(
                "AF_UNIX path too long", "its path is too long for a socket"
            )
            raise InvalidValue("unix-socket", f"{path}: {reason[:1].lower()}{reason[1:]}") from None
        except FakeNexmoError:
            self.socket.close()
            raise

    def remove(self) -> None:
        """Remove the file, unless it is somebody else's by now; whoever has connected stays so."""
        with suppress(OSError):
            if _identity(self._path) == self._identity:
                self._path.unlink()


def _clear(path: Path) -> None:
    """Remove a socket at which nobody listens any more."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise InvalidValue("unix-socket", f"{path} is there already, and no socket; it is left as it is")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass  # it listens, and has many who wait
    raise SocketInUse(os.fspath(path))


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keep others who would do the same out meanwhile."""
    import fcntl

    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _identity(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino


def let_nobody_else_in(listener: socket.socket) -> None:
    """Let the system connect nobody to *listener* any more, in any process that has it; who waits already stays.

    Between the last accept and the close somebody could still connect, and would be cut off by the close. On Linux a filter
    can drop what arrives for the listener: such a client tries again, and is told soon that nobody listens. Elsewhere the
    moment, some microseconds, remains.
    """
    if not sys.platform.startswith("linux") or listener.family not in (socket.AF_INET, socket.AF_INET6):
        return
    import ctypes  # only where a server stops

    instruction = ctypes.create_string_buffer(_DROP_ALL, len(_DROP_ALL))
    program = struct.pack("HP", 1, ctypes.addressof(instruction))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
