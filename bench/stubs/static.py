"""A constant behind the servers of PyPI. As a program: SERVER PORT BODY; the environment in ``.bench/`` runs it.

It also answers ``/seen``, and whatever it is handed that is no request for ``/sms/json``, with what it was handed.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Environ = dict[str, Any]
_THREADS = 16  # as many as there are connections, where a server has a thread for each


class Static:
    """A WSGI application."""

    def __init__(self, body: str) -> None:
        self._body = body.encode()

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        body = self._body if environ["PATH_INFO"] == "/sms/json" else _seen(environ)
        if length := int(environ.get("CONTENT_LENGTH") or 0):
            environ["wsgi.input"].read(length)
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def _seen(environ: Environ) -> bytes:
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-"), value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or environ["PATH_INFO"]
    return json.dumps({"seen": {"target": str(target), "headers": headers}}).encode()


def of_the_command_line() -> Static:
    """Return the application of a worker: Granian gives it the command line of its parent."""
    return Static(sys.argv[3])


def _granian(port: int, _: str) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    where = "static:of_the_command_line"
    Granian(where, address="127.0.0.1", port=port, interface=Interfaces.WSGI, factory=True).serve()


def _cheroot(port: int, body: str) -> None:
    from cheroot.wsgi import Server

    Server(("127.0.0.1", port), Static(body), numthreads=_THREADS).start()


def _waitress(port: int, body: str) -> None:
    from waitress import serve

    serve(Static(body), host="127.0.0.1", port=port, threads=_THREADS, _quiet=True)


def _gunicorn(port: int, body: str) -> None:
    from gunicorn.app.base import BaseApplication

    class Configured(BaseApplication):  # type: ignore[misc]  # it has no types
        def load_config(self) -> None:
            self.cfg.set("bind", f"127.0.0.1:{port}")
            self.cfg.set("worker_class", "gthread")
            self.cfg.set("threads", _THREADS)

        def load(self) -> Static:
            return Static(body)

    Configured().run()


def _werkzeug(port: int, body: str) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # else it closes each connection after one answer

        def log(self, *_: object) -> None: ...

    make_server("127.0.0.1", port, Static(body), threaded=True, request_handler=Silent).serve_forever()


def _pytest_httpserver(port: int, body: str) -> None:
    from pytest_httpserver import HTTPServer

    server = HTTPServer(host="127.0.0.1", port=port, threaded=True)
    server.expect_request("/sms/json", method="POST").respond_with_data(body, content_type="application/json")
    server.start()
    threading.Event().wait()


SERVERS: Mapping[str, Callable[[int, str], None]] = {
    "granian": _granian,
    "cheroot": _cheroot,
    "waitress": _waitress,
    "gunicorn": _gunicorn,
    "werkzeug": _werkzeug,
    "pytest-httpserver": _pytest_httpserver,
}


if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
