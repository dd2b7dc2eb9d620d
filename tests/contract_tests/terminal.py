"""A terminal at which a command is run, with somebody who reads it and types."""

from __future__ import annotations

import os
import pty
import select
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE_SECONDS = 120


class Terminal:
    """Runs *command* at a terminal of its own."""

    def __init__(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        self._pid, self._end = pty.fork()
        if self._pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], list(command), environment)

    def read(self) -> str:
        """Return what is shown next; nothing once the command has ended."""
        ready, _, _ = select.select([self._end], [], [], PATIENCE_SECONDS)
        assert ready, "nothing was shown for two minutes"
        try:
            return os.read(self._end, 65536).decode("utf-8", "replace")
        except OSError:  # Linux says so when nobody has the other end any more
            return ""

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._end, f"{line}\n".encode())

    def ended(self) -> int:
        """Close it, and return the command's exit code."""
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
