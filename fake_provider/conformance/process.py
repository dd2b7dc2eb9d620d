"""The client's command: started in a process group of its own, so that all it leaves behind can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from ..errors import InvalidValue

_MAX_OUTPUT_BYTES = 1024 * 1024  # kept of each end
_READ_BYTES = 64 * 1024
_LOOK_SECONDS = 0.02
_LAST_WORDS_SECONDS = 1.0
_OVERLAP_BYTES = 1024  # longer than a secret, however it is written


def started(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a command with pipes, in a process group of its own; raises InvalidValue where that cannot be done."""
    try:
        return subprocess.Popen(  # noqa: S603  to run it is what was asked for
            argv,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InvalidValue("COMMAND", f"{argv[0]} cannot be started: {why}") from None


class Command:
    """A command that runs, with pipes at its ends, in a process group of its own."""

    def __init__(
        self, process: subprocess.Popen[bytes], watch: Callable[[str], None] = lambda _: None
    ) -> None:
        """Read what *process* writes; *watch* sees all of it, in pieces that overlap, before anything is left out."""
        self._process = process
        self._watch = watch
        # Of a process with pipes they are there; only its type does not know.
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        self._stdin, self._stdout = process.stdin, process.stdout
        self._typing = threading.Lock()
        self._output = _Output()
        self._reader = threading.Thread(target=self._read, name="fake-nexmo-check-output", daemon=True)
        self._reader.start()

    def type_line(self, line: str) -> None:
        """Type a line into its standard input; one that reads none is no reason to stop."""
        with self._typing, suppress(OSError, ValueError):
            self._stdin.write(line.encode() + b"\n")
            self._stdin.flush()

    def wait(self, deadline: Callable[[], float], interrupted: threading.Event) -> bool:
        """Wait until it ends; False where it has not by *deadline*, of the monotonic clock, or was interrupted."""
        while not self._has_ended():
            if time.monotonic() > deadline() or interrupted.wait(_LOOK_SECONDS):
                return self._has_ended()
        return True

    def _has_ended(self) -> bool:
        """Look without reaping: as long as it is a zombie, no other process can get its number."""
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self._process.poll() is not None
        found = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        return found is not None

    def end(self) -> int:
        """End whatever is left of its process group; returns its exit code, negative for a signal."""
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses for a group of zombies
            os.killpg(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        # Who left the group may still hold the output open: it is not waited for.
        self._reader.join(_LAST_WORDS_SECONDS)
        with self._typing, suppress(OSError):
            self._stdin.close()
        return code

    @property
    def output(self) -> str:
        """What it wrote, to standard output and standard error: of very much the beginning and the end."""
        return self._output.text()

    def _read(self) -> None:
        with self._stdout as pipe:
            before = b""
            while octets := os.read(pipe.fileno(), _READ_BYTES):
                self._output.add(octets)
                self._watch((before + octets).decode("utf-8", "replace"))
                before = octets[-_OVERLAP_BYTES:]


class _Output:
    """The beginning and the end of what is written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._head, self._tail = bytearray(), bytearray()
        self._left_out = 0

    def add(self, octets: bytes) -> None:
        with self._lock:
            room = _MAX_OUTPUT_BYTES - len(self._head)
            self._head += octets[:room]
            self._tail += octets[room:] if room < len(octets) else b""
            if (over := len(self._tail) - _MAX_OUTPUT_BYTES) > 0:
                del self._tail[:over]
                self._left_out += over

    def text(self) -> str:
        with self._lock:
            if not self._left_out:
                return (bytes(self._head) + bytes(self._tail)).decode("utf-8", "replace")
            # Half a secret that was cut in two would not be known for one.
            head, tail = self._head[:-_OVERLAP_BYTES], self._tail[_OVERLAP_BYTES:]
            between = f"\n[… {self._left_out + 2 * _OVERLAP_BYTES} bytes …]\n".encode()
            return (bytes(head) + between + bytes(tail)).decode("utf-8", "replace")
