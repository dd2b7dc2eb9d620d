"""Servers that might have been taken in place of our own: how fast they hand over a request, and what of it is lost."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import Any

from bench import usage, wrk
from bench.context import Context
from bench.errors import CannotMeasure
from bench.report import Section, Table, milliseconds
from bench.running import free_port
from bench.servers import SMS, Contestant, limit, started, static
from bench.windows import Figures, Target, figures, in_turn, warm

_CANDIDATES = ("granian", "cheroot", "waitress", "gunicorn", "werkzeug")
_TARGET = "/seen%2fhere/%7Eone?q=%20a"
_SENT = (("X-Second", "1"), ("x-FIRST", "2"), ("X-Second", "3"))
_HEAD = "Host: 127.0.0.1\r\nConnection: close\r\n"
_ODD = {
    "raw é in the target": "GET /seen\u00e9 HTTP/1.1\r\n" + _HEAD + "\r\n",
    "a line that is no header": "GET /seen HTTP/1.1\r\n" + _HEAD + "no header\r\n\r\n",
    "a request without a version": "FOO /seen\r\n" + _HEAD + "\r\n",
}
_TEXT = """\
Each answers the same constant, one worker, by WSGI but for our own (with 16 threads where a server has a number of
them), on {rounds} × {seconds} s in turn. What is kept was found out by asking: for `{target}`, with three headers of
which two have the same name, and with requests that are none. What an application does not get to see it cannot record,
explain or verify: [why the server is our own](architecture.md#the-server)."""


def run(context: Context) -> Sequence[Section]:
    """Measure and probe all that are installed."""
    usage.ensure_known()
    wrk.ensure_there()
    seconds, rounds = (1, 1) if context.quick else (3, 3)
    own = replace(limit(None), name="our own", is_ours=True)
    seen = Contestant(name="", command=own.command, expects='"message-count"')
    all_of_them = [own, *(replace(seen, name=name, command=static(name)) for name in _CANDIDATES)]
    notes: list[str] = []
    kept: dict[str, Mapping[str, bool]] = {}
    lines = context.folder / "unsigned.txt"
    lines.write_text("OAuth\n", encoding="ascii")
    script = wrk.script(context.folder / "candidates.lua", SMS, lines, once=False)
    with ExitStack() as stack:
        targets = []
        for candidate in all_of_them:
            context.say(f"starting {candidate.name}")
            try:
                server = stack.enter_context(started(candidate, free_port(), context.folder))
            except CannotMeasure as error:
                notes.append(f"not measured: {candidate.name}. {error}")
                continue
            kept[candidate.name] = _kept(server.port)
            targets.append(Target(server=server, script=lambda _: script))
        rates = {target.server.name: warm(target, cpu_seconds=0.0, at_least=1).rate for target in targets}
        found = in_turn(targets, rates, rounds=rounds, seconds=seconds, say=context.say)
    measured = {name: figures(windows) for name, windows in found.items()}
    return [_section(measured, kept, _TEXT.format(rounds=rounds, seconds=seconds, target=_TARGET), notes)]


def _kept(port: int) -> Mapping[str, bool]:
    """Return which of the things that matter reach the application."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in _SENT)
    seen = _seen(port, f"GET {_TARGET} HTTP/1.1\r\n{_HEAD}{headers}\r\n")
    pairs = [(name, value) for name, value in seen.get("headers", ()) if name.lower().startswith("x-")]
    names = [name for name, _ in pairs]
    return {
        "order of headers": [name.lower() for name in names] == [name.lower() for name, _ in _SENT],
        "their case": bool(names) and set(names) == {name for name, _ in _SENT},
        "the raw target": seen.get("target") == _TARGET,
        **{what: bool(_seen(port, request)) for what, request in _ODD.items()},
    }


def _seen(port: int, request: str) -> Mapping[str, Any]:
    """Send *request*; return what the application was handed, nothing if it was not called."""
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b""
        with suppress(TimeoutError):  # it waits for more: nobody was called
            while data := connection.recv(65536):
                answer += data
    body = answer.partition(b"\r\n\r\n")[2]
    start, end = body.find(b'{"seen"'), body.rfind(b"}")
    return dict(json.loads(body[start : end + 1])["seen"]) if start >= 0 else {}


def _section(
    measured: Mapping[str, Figures],
    kept: Mapping[str, Mapping[str, bool]],
    text: str,
    notes: Sequence[str],
) -> Section:
    order = sorted(measured, key=lambda name: -measured[name].rate)
    what = list(next(iter(kept.values()))) if kept else []
    speed = [
        (
            name,
            f"{measured[name].rate:,.0f}",
            milliseconds(measured[name].p50),
            milliseconds(measured[name].p99),
            f"{measured[name].cpu_seconds_per_1000:.3f} s",
        )
        for name in order
    ]
    lost = [(name, *("yes" if kept[name][one] else "no" for one in what)) for name in order]
    return Section(
        title="Servers that might have been taken",
        text=text,
        tables=[
            Table(header=("", "requests/s", "p50", "p99", "CPU for 1,000"), rows=speed),
            Table(header=("the application gets to see", *what), rows=lost, words=1 + len(what)),
        ],
        notes=notes,
    )
