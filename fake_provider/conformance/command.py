"""``fake-nexmo check``: runs the scenarios, shows the verdicts, writes the reports. Exit code 1 where any FAILED."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ..errors import InvalidValue
from . import display, junit, page
from .checkup import Checkup, to_run
from .report import Report
from .scenarios import chosen

INTERRUPTED = 130

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
    for kind, path in files.items():
        _write(kind, path, _WRITERS[kind](report))
    display.show(report, sys.stdout)
    for path in files.values():
        print(f"written: {path}")
    return 1 if report.has_failed else 0


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end it as Ctrl-C does: the client's processes are ended first."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    former = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _ensure_writable(kind: str, path: Path) -> None:
    """Refuse a file that could not be written, before anything has run."""
    if path.is_dir():
        raise InvalidValue(kind.replace("_", "-"), f"{path} is a directory; a file is wanted")
    if not path.absolute().parent.is_dir():
        raise InvalidValue(kind.replace("_", "-"), f"there is no directory {path.absolute().parent}")


def _write(kind: str, path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidValue(kind.replace("_", "-"), f"{path}: {error.strerror}") from None
