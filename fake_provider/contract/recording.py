"""A recording: a folder with an index and one text file for each test, to be read, reviewed and compared.

    recording.json                          what was recorded, against what, when
    test_request_token/<test>.txt           clauses, outcome, and the exchanges in their order

What is in a test's file is ``testfile``'s; how a recording comes there is ``writing``'s. A recording may come from anybody:
whatever is wrong with it is told in one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import FakeNexmoError
from ..version import __version__
from . import files, odd_json
from .counting import counted
from .exchange import RecordedTest
from .parsing import Damaged, parsed
from .testfile import SUFFIX, path_of

FORMAT = 2
"""From 2 on there are webhooks in it."""
INDEX = "recording.json"
RUNNING, ANOTHER = "a running fake", "another provider"
"""Against what a recording was made where its address is not told."""
MOST_OCTETS = 64 << 20
"""No file is bigger: neither is one read, nor written. The biggest one of a whole run has a hundredth of it."""
_PROFILES = (None, "documented", "strict")
_ANEW = "make the recording anew"


class RecordingError(FakeNexmoError):
    """A folder cannot be read as a recording, or must not be written to: one line that says what to do."""

    code = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What is known of a recording as a whole.

    Attributes:
        against: what was recorded, in words.
        profile: "documented", "strict", or None where nobody knows.
        capabilities: what the target could do: see ``contract_tests.targets.Capability``.
        tls: whether it was reached over TLS.
        own_number: whether SMS went to a number of the user's; None of it is in the recording.
        tests: how many files there are.
    """

    recorded_on: date
    against: str
    profile: str | None
    capabilities: Sequence[str]
    tls: bool
    own_number: bool
    tests: int
    by: str = f"fake-nexmo {__version__}"

    @property
    def has_control(self) -> bool:
        """Whether it was a fake, with a control API."""
        return "control" in self.capabilities

    def as_text(self) -> str:
        """Return the file."""
        members = {
            "format": FORMAT,
            "recorded_on": self.recorded_on.isoformat(),
            "against": self.against,
            "by": self.by,
            "profile": self.profile,
            "capabilities": sorted(self.capabilities),
            "tls": self.tls,
            "own_number": self.own_number,
            "tests": self.tests,
        }
        return json.dumps(members, indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it lies on the disk.

    Raises:
        RecordingError: there is none, it is damaged, or of a newer format.
    """

    folder: Path

    def index(self) -> Index:
        """Read the index."""
        path = self.folder / INDEX
        if not _is(self.folder.is_dir):
            raise RecordingError(f"{self.folder}: there is no such folder")
        if not _is(path.exists):
            what = f"{INDEX} is missing" if any(self._files("*")) else "it is empty"
            raise RecordingError(f"{self.folder} is no recording: {what}; make one with --record")
        text = _read(path)
        try:
            members = odd_json.loads(text)
        except ValueError as error:
            raise RecordingError(f"{path} cannot be read: {error}; {_ANEW}") from None
        return _index(members, path)

    def tests(self) -> Iterator[RecordedTest]:
        """Read all tests, in the order of their files."""
        wanted = self.index().tests
        paths = self._files(f"*/*{SUFFIX}")
        if len(paths) != wanted:
            raise RecordingError(
                f"{self.folder} is damaged: {counted(len(paths), 'test')} of {wanted} can be found; {_ANEW}"
            )
        for path in paths:
            yield _test(path)

    def test(self, name: str) -> RecordedTest | None:
        """Read one test; None if it was not recorded."""
        path = self.folder / path_of(name)
        return _test(path) if _is(path.exists) else None

    def _files(self, pattern: str) -> Sequence[Path]:
        try:
            return sorted(self.folder.glob(pattern))
        except OSError as error:
            raise RecordingError(f"{self.folder} cannot be read: {error.strerror}") from None


def _is(there: Callable[[], bool]) -> bool:
    try:
        return there()
    except OSError:  # its name is too long, for one
        return False


def _read(path: Path) -> str:
    try:
        octets = files.read(path, MOST_OCTETS)
    except files.Unreadable as error:
        raise RecordingError(f"{path} {error}; {_ANEW}") from None
    try:
        # Git may have put the line ends of another system there.
        return octets.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise RecordingError(f"{path} is damaged in line {line}: it is no UTF-8; {_ANEW}") from None


def _test(path: Path) -> RecordedTest:
    try:
        return parsed(_read(path))
    except Damaged as error:
        raise RecordingError(f"{path} is damaged in line {error.line}: {error}; {_ANEW}") from None


# The index


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


_MEMBERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "format": (lambda value: _is_count(value) and value > 0, "a whole number from 1 on"),
    "recorded_on": (_is_day, "a day, such as 2026-11-26"),
    "against": (_is_text, "a text"),
    "by": (_is_text, "a text"),
    "profile": (lambda value: value in _PROFILES, "documented, strict or null"),
    "capabilities": (_are_texts, "a list of texts"),
    "tls": (_is_truth, "true or false"),
    "own_number": (_is_truth, "true or false"),
    "tests": (_is_count, "a whole number"),
}
"""What an index has, and what each has to be."""


def _index(members: Any, path: Path) -> Index:
    if not isinstance(members, dict):
        raise RecordingError(f"{path} is no index of a recording: {_ANEW}")
    _ensure(members, ("format",), path)
    if members["format"] > FORMAT:
        raise RecordingError(
            f"{path.parent} was made by a newer fake-nexmo (format {members['format']}; this one reads {FORMAT}): "
            f"take a newer one, or {_ANEW}"
        )
    _ensure(members, _MEMBERS, path)
    if unknown := sorted(members.keys() - _MEMBERS.keys()):
        raise RecordingError(f"{path} is no index of a recording: nobody knows {unknown[0]!r}; {_ANEW}")
    return Index(
        recorded_on=date.fromisoformat(members["recorded_on"]),
        against=members["against"],
        by=members["by"],
        profile=members["profile"],
        capabilities=members["capabilities"],
        tls=members["tls"],
        own_number=members["own_number"],
        tests=members["tests"],
    )


def _ensure(
    members: Mapping[str, Any], wanted: Iterator[str] | Sequence[str] | Mapping[str, Any], path: Path
) -> None:
    """Refuse an index in which one of *wanted* is missing, or is not what it has to be."""
    for name in wanted:
        is_right, words = _MEMBERS[name]
        if name not in members or not is_right(members[name]):
            raise RecordingError(f"{path} is no index of a recording: {name} has to be {words}; {_ANEW}")
