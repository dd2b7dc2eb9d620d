"""What ``fake-nexmo serve`` does: one process that serves, or several, until a signal comes."""

from __future__ import annotations

import argparse
import logging
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ..errors import StoreUnavailable
from ..settings import DEFAULT_PASSWORD, DEMO_ACCOUNTS, Settings
from ..terminal import Paint
from ..version import __version__
from . import made

if TYPE_CHECKING:
    import ssl

    from ..fake import FakeNexmo
    from ..metrics import Metrics
    from ..realhosts.authority import Authority
    from ..server import Server
    from ..server.access import AccessLog
    from ..server.shares import Share

_log = logging.getLogger("fake_nexmo")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LINGER_SECONDS = 0.3  # a proxy in front may send a request on an idle connection while the signal comes
_SAME_SIGNAL_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What one command serves, in one process or in several."""

    options: argparse.Namespace
    token: str | None
    settings: Settings  # read once: keys that nobody has given are made up, and must be the same for all
    authority: Authority | None
    access_log: AccessLog | None

    def alone(self) -> None:
        """Serve in this process until a signal comes."""
        fake = self._fake()
        options, tls = self.options, self._tls()
        with (
            _awaiting_signals() as ended,
            fake.serve(
                host=options.host,
                port=made.port(options),
                tls=tls,
                unix_socket=options.unix_socket,
                access_log=self.access_log,
            ) as server,
        ):
            self._say(fake, server.url)
            self._until_stopped(ended, server)
        fake.close()

    def together(self) -> None:
        """Serve in several processes, which share a listening socket and a database."""
        from ..server.sockets import UnixListener, listen

        path = self.options.unix_socket
        unix = UnixListener(path) if path is not None else None
        listener = unix.socket if unix else listen(self.options.host, made.port(self.options))
        try:
            self._share(listener)
        finally:
            listener.close()
            if unix is not None:
                unix.remove()

    def _share(self, listener: socket.socket) -> None:
        from ..server.sockets import url_of
        from ..server.workers import Workers

        fake = self._fake()  # makes or migrates the database, and seeds it, before anybody needs it
        self._say(fake, url_of(listener, is_tls=self.options.tls))
        fake.close()
        with TemporaryDirectory(prefix="fake-nexmo-") as counts:
            workers = Workers(
                listener=listener,
                work=lambda listener, index: self._work(listener, workers.share(index), Path(counts)),
                number=self.options.workers,
                grace_seconds=self.options.grace,
            )
            workers.run()

    def _work(self, listener: socket.socket, share: Share, counts: Path) -> None:
        """Be one of several: serve until SIGTERM comes; what all of them count stands in the folder *counts*."""
        from ..metrics import Metrics
        from ..server import Server

        metrics = Metrics(directory=counts)
        try:
            fake = self._fake(metrics)
        except StoreUnavailable as error:
            _log.error("%s", error)
            raise SystemExit(1) from None
        tls = self._tls()
        with (
            _awaiting_signals() as ended,
            Server(
                fake.application, listener=listener, tls=tls, share=share, access_log=self.access_log
            ) as server,
        ):
            self._until_stopped(ended, server)
        fake.close()
        metrics.close()

    def _fake(self, metrics: Metrics | None = None) -> FakeNexmo:
        return made.fake(self.options, control_token=self.token, settings=self.settings, metrics=metrics)

    def _tls(self) -> ssl.SSLContext | None:
        return self.authority.server_context(self.options.host) if self.authority else None

    def _until_stopped(self, ended: socket.socket, server: Server) -> None:
        ended.recv(1)
        _hurry_at_the_next_signal(server)
        server.stop(grace_seconds=self.options.grace, linger_seconds=_LINGER_SECONDS)
        for number in _SIGNALS:  # Python would take its own way out of a signal that comes while it ends
            signal.signal(number, signal.SIG_IGN)

    def _say(self, fake: FakeNexmo, url: str) -> None:
        """Print what one needs to know; to standard error where the access log has standard output."""
        stream = sys.stderr if self.access_log else sys.stdout
        trusting = f" --cacert {shlex.quote(str(self.authority.certificate_file))}" if self.authority else ""
        rows = self._about_the_database(fake)
        if self.options.no_control:
            rows.insert(0, ("control API", "off (--no-control)"))
        asked = "/account/get-balance" if self.options.no_control else "/_fake/health"
        print(_banner(fake, url, self.token, trusting, Paint(stream), rows, asked), file=stream, flush=True)

    def _about_the_database(self, fake: FakeNexmo) -> list[tuple[str, str]]:
        if self.options.database is None:
            return []
        from ..fake import database_of

        shown = database_of(self.options.database).shown
        if not fake.was_seeded:
            shown += ", in use" + ("; what --config seeds is not taken" if self.options.config else "")
        workers = [("workers", f"{self.options.workers}")] if self.options.workers > 1 else []
        return [("database", shown), *workers]


@contextmanager
def _awaiting_signals() -> Iterator[socket.socket]:
    """Give a socket from which an octet can be read once SIGINT or SIGTERM has come, whichever thread got it.

    A handler alone runs in the main thread only, which does not wake up when the system hands the signal to another.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader
        finally:
            signal.set_wakeup_fd(-1)


def _hurry_at_the_next_signal(server: Server) -> None:
    """End the grace at another signal; not at one that a supervisor and a terminal, or its parent, have both sent."""
    first = time.monotonic()

    def hurry(*_: object) -> None:
        if time.monotonic() - first > _SAME_SIGNAL_SECONDS:
            server.hurry()

    for number in _SIGNALS:
        signal.signal(number, hurry)


def _banner(
    fake: FakeNexmo,
    url: str,
    control_token: str | None,
    trusting: str,
    paint: Paint,
    more: Sequence[tuple[str, str]],
    asked: str,
) -> str:
    account, profile = fake.accounts[0], fake.policy.profile.value
    rows = [("base URL", url), ("profile", profile), ("sign in as", f"{account.email}  {_password(fake)}")]
    rows += [("api_key, api_secret", f"{account.api_key}  {account.api_secret}")]
    for app in fake.apps[:1]:
        rows += [("consumer key", app.client_key), ("consumer secret", app.client_secret)]
    if control_token is not None:
        rows.append(("control token", control_token))
    rows += more
    lines = [paint(f"fake-nexmo {__version__} is serving", "bold", "green") + "; Ctrl-C stops it"]
    lines += [f"  {paint(f'{name:<20}', 'dim')} {value}" for name, value in rows]
    is_control = asked.startswith("/_fake/")
    bearer = (
        f' -H "Authorization: Bearer {control_token}"' if is_control and control_token is not None else ""
    )
    if not is_control:
        asked = shlex.quote(f"{asked}?api_key={account.api_key}&api_secret={account.api_secret}")
    if trusting:
        lines.append("  how to trust it: fake-nexmo ca install-help")
    base = (
        f" --unix-socket {shlex.quote(url.removeprefix('unix:'))} http://localhost"
        if url.startswith("unix:")
        else f" {url}"
    )
    lines.append(f"  try: curl{trusting}{bearer}{base}{asked}")
    return "\n".join(lines)


def _password(fake: FakeNexmo) -> str:
    """Return the seeded password; one that somebody chose is theirs to remember."""
    first = fake.accounts[0]
    return (
        DEFAULT_PASSWORD if first.password == DEMO_ACCOUNTS[0].password else "(the password in your --config)"
    )
