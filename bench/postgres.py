"""A PostgreSQL server of one's own: made in a temporary folder, on loopback, as it comes; stopped and removed after."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.errors import CannotMeasure
from bench.running import free_port

_USER = "fake"
_USERS_BESIDE_ROOT = ("postgres", "nobody")  # PostgreSQL refuses to be run by root
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A server that accepts connections."""

    port: int
    session: int

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database, as SQLAlchemy takes it with psycopg."""
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make a database; return its URL."""
        command = [_program("createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, database]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotMeasure(f"createdb failed: {done.stderr.strip()[:200]}")
        return self.url(database)


def _program(name: str) -> str:
    """Return where a program of PostgreSQL is; Debian keeps those of the server out of PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = next((str(folder / name) for folder in reversed(folders) if (folder / name).exists()), None)
    found = found or shutil.which(name)
    if found is None:
        raise CannotMeasure("PostgreSQL is missing (Debian: postgresql; make system-packages installs it)")
    return found


def version() -> str:
    """Return what the server says of itself, or ""."""
    try:
        program = _program("postgres")
    except CannotMeasure:
        return ""
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def ensure_there() -> None:
    """Raise CannotMeasure where there is no PostgreSQL."""
    _program("postgres")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server while the context lasts."""
    initdb, postgres = _program("initdb"), _program("postgres")
    folder, port, owner = Path(tempfile.mkdtemp(prefix="fake-nexmo-bench-")), free_port(), _owner()
    data = folder / "data"
    try:
        if "user" in owner:
            shutil.chown(folder, owner["user"], owner["group"])
        done = subprocess.run(
            [initdb, "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            **owner,
        )
        if done.returncode:
            raise CannotMeasure(f"initdb failed: {done.stderr.strip()[-200:]}")
        command = [postgres, "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd=folder,
            **owner,
        )
        try:
            _await(process, port)
            yield Cluster(port=port, session=process.pid)
        finally:
            process.send_signal(signal.SIGINT)  # "fast": it ends the connections that there are
            process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> dict[str, Any]:
    """Return who shall run it, as arguments of subprocess."""
    if os.geteuid() != 0:
        return {}
    import pwd

    for name in _USERS_BESIDE_ROOT:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise CannotMeasure("PostgreSQL refuses to be run by root, and there is no other user")


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    ready = [_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ready, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise CannotMeasure("PostgreSQL did not begin to accept connections")
        time.sleep(0.05)
