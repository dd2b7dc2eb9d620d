"""A server as a process of its own: started, awaited until it answers right, and stopped by its number."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal

from bench.errors import CannotMeasure

_START_SECONDS = 60.0
_POLL_SECONDS = 0.001  # between two attempts to connect, while a start is timed
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a server is asked, over and over."""

    method: Literal["POST", "GET"] = "POST"
    path: str = "/sms/json"
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "application/x-www-form-urlencoded"}
    )
    body: str = "from=Acme&to=447700900000&text=hello+from+Nexmo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that answers."""

    name: str
    port: int
    session: int  # the number of its process, and of the session that it leads
    seconds_to_first_answer: float

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """Return a port of loopback at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    port: int,
    request: Request,
    expects: str,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Run *command* while the context lasts, from when it answers *request* at *port* with 200 and *expects*.

    Raises CannotMeasure where it ends before, or takes too long.
    """
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
            start_new_session=True,
        )
        try:
            while not _answers(port, request, expects):
                waited = time.perf_counter() - began
                if process.poll() is not None or waited > _START_SECONDS:
                    said.seek(0)
                    lines = said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
                    how = "ended" if process.returncode is not None else "did not answer right"
                    raise CannotMeasure(f"{name} {how} after {waited:.1f} s: {lines[-1][:200]}")
                time.sleep(_POLL_SECONDS)
            taken = time.perf_counter() - began
            yield Running(name=name, port=port, session=process.pid, seconds_to_first_answer=taken)
        finally:
            _stop(process)


def _answers(port: int, request: Request, expects: str) -> bool:
    try:
        status, body = ask(port, request)
    except (OSError, HTTPException):
        return False
    return status == 200 and expects in body


def ask(port: int, request: Request) -> tuple[int, str]:
    """Ask once, on a connection of its own; return the status and the body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(request.method, request.path, request.body, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and those that it started: they are in its session, and in its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def folder_with(folder: Path, name: str, text: str) -> Path:
    """Write a file that a server is started with; return it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
