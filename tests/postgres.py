"""A PostgreSQL server of the tests' own: Debian's programs, a cluster in a temporary folder, a free port on loopback."""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port
from tests.programs import lacking

# It is thrown away: nothing has to reach a disk. What is tested is what survives a server's end, not a power cut.
_SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=100",
    "shared_buffers=32MB",
    "log_statement=none",
)


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs; skip, or fail in CI, where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = str(found[0]) if found else shutil.which(name)
    if path is None:
        lacking(f"{name} is missing (Debian: postgresql; make system-packages installs it)")
    return str(path)


def _other_user() -> str | None:
    """Return as whom it runs: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


class Postgres:
    """One server; ``start`` and ``stop`` may be called again and again, what it holds stays."""

    def __init__(self, folder: Path) -> None:
        self._user = _other_user()
        self._name = self._user or getpass.getuser()
        self._data = folder / "data"
        self._folder = folder
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._run(program("initdb"), "-D", str(self._data), "--auth=trust", "--no-sync", "--encoding=UTF8")
        self.port = free_port()

    def _run(self, *command: str) -> None:
        subprocess.run(
            command,
            check=True,
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    def _control(self, action: str, *more: str) -> None:
        self._run(program("pg_ctl"), "-D", str(self._data), "-w", "-s", *more, action)

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = [f"-c {setting}" for setting in _SETTINGS]
        options += [f"-p {self.port}", "-c listen_addresses=127.0.0.1", "-c unix_socket_directories=''"]
        self._control("start", "-l", str(self._folder / "log"), "-o", " ".join(options))

    def stop(self, *, mode: str = "fast") -> None:
        """Stop: "fast" ends its clients, "immediate" falls over."""
        self._control("stop", "-m", mode)

    def url(self, name: str = "postgres") -> str:
        """Return the URL of a database, as ``--database`` takes it."""
        return f"postgresql+psycopg://{self._name}@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        """Make an empty database, in the place of one that was there; returns its URL."""
        import psycopg

        with psycopg.connect(self.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        return self.url(name)


@contextlib.contextmanager
def running() -> Iterator[Postgres]:
    """Give a server that runs; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fake-nexmo-postgres-"))
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # a test may have stopped it
                server.stop(mode="immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
