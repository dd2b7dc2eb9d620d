"""``fake-nexmo drift``: plays a recording, shows the differences, writes the reports. Exit code 1 where a clause forbids one."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from ..adapters.clock import FakeClock
from ..adapters.entropy import RandomEntropy
from ..contract import files as named_files
from ..contract.recording import Recording, RecordingError
from ..errors import InvalidValue
from . import display, junit, page
from .fake import opened
from .play import Player
from .report import Report, compared

_STANDARD_OUTPUT = "-"
_WRITERS: Mapping[str, Callable[[Report], str]] = {
    "json": lambda report: json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n",
    "junit_xml": junit.xml,
    "html": page.html,
}
"""By the option that names the file."""


def run(options: argparse.Namespace, *, today: date | None = None) -> int:
    """Compare; returns 1 where a clause forbids a difference, else 0. Raises FakeNexmoError for wrong use."""
    files = {kind: path for kind in _WRITERS if (path := getattr(options, kind)) is not None}
    for kind, path in files.items():
        _ensure_writable(kind, path)
    if len(set(files.values())) < len(files):
        raise InvalidValue("html, json, junit-xml", "two reports cannot go to the same file")
    clock, entropy = FakeClock(), RandomEntropy()
    recording = Recording(options.folder)
    index, tests = recording.index(), list(recording.tests())
    if not tests:
        raise RecordingError(f"{options.folder} has no test in it: make the recording anew")
    with opened(index, options.against, options.control_token) as fake:
        profile = fake.profile()
        player = Player(index=index, fake=fake, chance=entropy.token, now=clock.now)
        with display.progress(sys.stderr, len(tests)) as progress:
            report = compared(
                index,
                tests,
                player.played,
                against=f"{options.against or 'a fake in this process'}, profile {profile}",
                today=today or datetime.fromtimestamp(clock.now(), UTC).date(),
                progress=progress,
            )
    own_output = any(str(path) == _STANDARD_OUTPUT for path in files.values())
    # First the differences: a file that cannot be written is no reason to lose them, nor is a reader who has gone for the files.
    try:
        display.show(report, sys.stderr if own_output else sys.stdout)
    finally:
        for kind, path in files.items():
            _write(kind, path, _WRITERS[kind](report))
    return 1 if report.broken else 0


def _ensure_writable(kind: str, path: Path) -> None:
    """Refuse a file that could not be written, before anything was sent."""
    if str(path) != _STANDARD_OUTPUT and (why := named_files.why_not_writable(path)):
        raise InvalidValue(_option(kind), why)


def _write(kind: str, path: Path, text: str) -> None:
    if str(path) == _STANDARD_OUTPUT:
        print(text, end="")
        return
    try:
        named_files.write({path: text}, errors="replace")
        print(f"written: {path}", file=sys.stderr)
    except OSError as error:
        raise InvalidValue(_option(kind), f"{path}: {error.strerror}") from None


def _option(kind: str) -> str:
    return kind.replace("_", "-")
