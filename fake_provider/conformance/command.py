"""``fake-nexmo check``: runs the scenarios, shows the verdicts, writes the reports. Exit code 1 where any FAILED."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..contract import files as named_files
from ..errors import InvalidValue
from . import display, junit, page
from .checkup import Checkup, to_run
from .report import Report
from .scenarios import chosen

INTERRUPTED = 130
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_STANDARD_OUTPUT = "-"

_WRITERS: Mapping[str, Callable[[Report], str]] = {
    "json": lambda report: json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n",
    "junit_xml": junit.xml,
    "html": page.html,
}
"""By the option that names the file."""


def run(options: argparse.Namespace) -> int:
    """Check a client; returns 0 where no scenario FAILED, else 1. Raises InvalidValue for wrong use."""
    files = {kind: path for kind in _WRITERS if (path := getattr(options, kind)) is not None}
    for kind, path in files.items():
        _ensure_writable(kind, path)
    if len(set(files.values())) < len(files):
        raise InvalidValue("html, json, junit-xml", "two reports cannot go to the same file")
    checkup = Checkup(
        command=options.client,
        timeout_seconds=options.timeout,
        jobs=options.jobs,
        real_hosts=options.real_hosts,
    )
    total = sum(len(scenario.settings) for scenario in to_run(chosen(options.scenario)))
    try:
        with _terminable(), display.progress(sys.stderr, total) as progress:
            report = checkup.report(options.scenario, progress)
    except KeyboardInterrupt:
        print("fake-nexmo: interrupted; nothing was judged", file=sys.stderr)
        return INTERRUPTED
    own_output = any(str(path) == _STANDARD_OUTPUT for path in files.values())
    # First the verdicts: a file that cannot be written is no reason to lose them.
    display.show(report, sys.stderr if own_output else sys.stdout)
    for kind, path in files.items():
        _write(kind, path, _WRITERS[kind](report))
    return 1 if report.has_failed else 0


@contextmanager
def _terminable() -> Iterator[None]:
    """Let other signals end it as Ctrl-C does: the client's processes are ended first."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    heard = [
        number for number in _ENDING if signal.getsignal(number) is not signal.SIG_IGN
    ]  # as nohup wants it
    formers = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, former in formers.items():
            signal.signal(number, former)


def _ensure_writable(kind: str, path: Path) -> None:
    """Refuse a file that could not be written, before anything has run."""
    if str(path) != _STANDARD_OUTPUT and (why := named_files.why_not_writable(path)):
        raise InvalidValue(kind.replace("_", "-"), why)


def _write(kind: str, path: Path, text: str) -> None:
    if str(path) == _STANDARD_OUTPUT:
        print(text, end="")
        return
    try:
        named_files.write({path: text}, errors="replace")
        print(f"written: {path}", file=sys.stderr)
    except OSError as error:
        raise InvalidValue(kind.replace("_", "-"), f"{path}: {error.strerror}") from None
