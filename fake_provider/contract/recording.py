"""A recording: a folder with an index and one text file for each test, to be read, reviewed and compared.

    recording.json                          what was recorded, against what, when
    test_request_token/<test>.txt           clauses, outcome, and the exchanges in their order

In a file, ``>`` begins a line of a request and ``<`` one of an answer; an empty one stands between headers and body. A
body is its lines joined by line ends, nothing added. A line that an editor would not leave alone is written as a
JSON text, behind a ``"``.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import FakeNexmoError
from ..version import __version__
from .exchange import Access, Answer, Decision, Exchange, Headers, RecordedTest, Request, Step
from .references import shape

FORMAT = 1
INDEX = "recording.json"
_SUFFIX = ".txt"
_LONGEST_NAME = 110
_PLAIN = re.compile(
    r"(?:[^\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]*[^\x00-\x20\x7f\x85\xa0\u2028\u2029\ud800-\udfff])?"
)
_OUTCOMES = ("passed", "failed", "skipped")


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


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it lies on the disk.

    Raises:
        RecordingError: there is none, it is damaged, or of a newer format.
    """

    folder: Path

    def index(self) -> Index:
        """Read the index."""
        if not self.folder.is_dir():
            raise RecordingError(f"{self.folder}: there is no such folder")
        path = self.folder / INDEX
        try:
            members = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            what = "it is empty" if not any(self.folder.iterdir()) else f"{INDEX} is missing"
            raise RecordingError(f"{self.folder} is no recording: {what}; make one with --record") from None
        except (OSError, ValueError):
            raise RecordingError(f"{path} cannot be read: make the recording anew") from None
        return _index(members, path)

    def tests(self) -> Iterator[RecordedTest]:
        """Read all tests, in the order of their files."""
        paths = sorted(self.folder.glob(f"*/*{_SUFFIX}"))
        wanted = self.index().tests
        if len(paths) != wanted:
            raise RecordingError(
                f"{self.folder} is damaged: {len(paths)} tests are there, and {wanted} were recorded; make it anew"
            )
        for path in paths:
            yield _read(path)

    def test(self, name: str) -> RecordedTest | None:
        """Read one test; None if it was not recorded."""
        path = self.folder / path_of(name)
        return _read(path) if path.exists() else None


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes a recording beside the folder that it is to be, and puts it there as a whole.

    Several processes may write; one of them begins and ends it. Raises RecordingError where it cannot be.
    """

    folder: Path

    @property
    def draft(self) -> Path:
        """Where it is until it is whole."""
        return self.folder.absolute().with_name(f".{self.folder.absolute().name}.draft")

    def check(self) -> None:
        """Refuse a folder that holds something else: nothing of others is overwritten."""
        if self.folder.is_dir():
            if self.folder.is_symlink():
                raise RecordingError(f"{self.folder} is a link; name the folder itself")
            if any(self.folder.iterdir()):
                self._ensure_a_recording()
        elif self.folder.exists():
            raise RecordingError(f"{self.folder} is a file; a folder is wanted")

    def _ensure_a_recording(self) -> None:
        """Refuse, before anything is recorded, a folder that is to stay as it is."""
        try:
            Recording(self.folder).index()
        except RecordingError:
            raise RecordingError(
                f"{self.folder} is not empty, and no recording: nothing is written there; name another folder"
            ) from None
        _ensure_only_ours(self.folder)

    def begin(self) -> None:
        """Make room."""
        self.check()
        try:
            shutil.rmtree(self.draft, ignore_errors=True)
            self.draft.mkdir(parents=True)
        except OSError as error:
            raise RecordingError(f"{self.draft.parent} cannot be written to: {error.strerror}") from None

    def write(self, test: RecordedTest) -> None:
        """Write one test."""
        path = self.draft / path_of(test.test)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(test), encoding="utf-8", newline="\n")

    def count(self) -> int:
        """Return how many tests were written."""
        return len(list(self.draft.glob(f"*/*{_SUFFIX}")))

    def end(self, index: Index) -> None:
        """Put the recording where it belongs, in place of an earlier one."""
        (self.draft / INDEX).write_text(_index_text(index), encoding="utf-8", newline="\n")
        if self.folder.exists():
            _ensure_only_ours(self.folder)
            shutil.rmtree(self.folder)
        self.draft.rename(self.folder.absolute())

    def drop(self) -> None:
        """Leave everything as it was."""
        shutil.rmtree(self.draft, ignore_errors=True)


def path_of(test: str) -> Path:
    """Return where a test is, below the folder: a name that every file system takes, and no two share."""
    module, _, name = test.partition("::")
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")
    if plain != name or len(plain) > _LONGEST_NAME:
        plain = f"{plain[:_LONGEST_NAME]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return Path(re.sub(r"[^A-Za-z0-9_-]+", "-", module.removesuffix(".py")), f"{plain}{_SUFFIX}")


# Writing


def text_of(test: RecordedTest) -> str:
    """Return the file of *test*."""
    lines = [
        f"test: {_coded(test.test)}",
        f"clauses: {' '.join(test.clauses)}".rstrip(),
        f"outcome: {test.outcome}",
    ]
    if test.reason:
        lines.append(f"reason: {_coded(test.reason)}")
    lines += [f"unusual: {name} {shown}" for name, shown in test.unusual]
    for number, step in enumerate(test.steps, 1):
        lines += ["", *_step_lines(number, step)]
    return "\n".join(lines) + "\n"


def _step_lines(number: int, step: Step) -> list[str]:
    if isinstance(step, Exchange):
        request, answer = step.request, step.answer
        lines = [f"--- {number} exchange", *([f"signed: {step.signed}"] if step.signed else [])]
        lines += _message_lines(">", f"{request.method} {request.url}", request.headers, request.body)
        return lines + _message_lines(
            "<", f"{answer.status} {answer.reason}".rstrip(), answer.headers, answer.body
        )
    if isinstance(step, Decision):
        members = {
            "decision": step.decision,
            "token": step.token,
            "verifier": step.verifier,
            "redirect_url": step.redirect_url,
        }
        return [f"--- {number} decision", json.dumps(members)]
    return [f"--- {number} access", json.dumps({"token": step.token, "secret": step.secret})]


def _message_lines(mark: str, first: str, headers: Headers, body: str) -> list[str]:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines += ["", *body.split("\n")]
    return [
        f"{mark} {coded}" if (coded := _coded(line)) and coded[0] != '"' else mark + coded for line in lines
    ]


def _coded(line: str) -> str:
    # A line that begins with a quote would be taken for a coded one.
    return line if _PLAIN.fullmatch(line) and not line.startswith('"') else json.dumps(line)


def _index_text(index: Index) -> str:
    members = {
        "format": FORMAT,
        "recorded_on": index.recorded_on.isoformat(),
        "against": index.against,
        "by": index.by,
        "profile": index.profile,
        "capabilities": sorted(index.capabilities),
        "tls": index.tls,
        "own_number": index.own_number,
        "tests": index.tests,
    }
    return json.dumps(members, indent=2, ensure_ascii=False) + "\n"


def _ensure_only_ours(folder: Path) -> None:
    """Refuse to remove a folder into which somebody has put something else since."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != INDEX and path.suffix != _SUFFIX:
            raise RecordingError(f"{path} is no part of a recording: nothing is overwritten; move it away")


# Reading


def _index(members: Any, path: Path) -> Index:
    try:
        if not isinstance(members["format"], int) or members["format"] > FORMAT:
            raise RecordingError(
                f"{path.parent} was made by a newer fake-nexmo (format {members['format']}; this one reads {FORMAT}): "
                "take a newer one, or make the recording anew"
            )
        return Index(
            recorded_on=date.fromisoformat(members["recorded_on"]),
            against=str(members["against"]),
            by=str(members["by"]),
            profile=members["profile"],
            capabilities=[str(one) for one in members["capabilities"]],
            tls=bool(members["tls"]),
            own_number=bool(members["own_number"]),
            tests=int(members["tests"]),
        )
    except (KeyError, TypeError, ValueError):
        raise RecordingError(f"{path} is no index of a recording: make the recording anew") from None


def _read(path: Path) -> RecordedTest:
    try:
        return parsed(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, IndexError, TypeError, OSError):
        raise RecordingError(f"{path} is damaged: make the recording anew") from None


def parsed(text: str) -> RecordedTest:
    """Read what ``text_of`` wrote; ValueError, KeyError, IndexError or TypeError where it is something else."""
    head, *steps = re.split(r"^--- \d+ (?=[a-z])", text, flags=re.MULTILINE)
    members: dict[str, str] = {}
    unusual = []
    for line in head.strip().split("\n"):
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(line)
        if name == "unusual":
            reference, _, described = value.strip().partition(" ")
            shape(described)
            unusual.append((reference, described))
        else:
            members[name] = _decoded(value.strip())
    if members["outcome"] not in _OUTCOMES:
        raise ValueError(members["outcome"])
    return RecordedTest(
        test=members["test"],
        clauses=tuple(members["clauses"].split()),
        outcome=members["outcome"],
        reason=members.get("reason", ""),
        unusual=tuple(unusual),
        steps=tuple(_step(step) for step in steps),
    )


def _step(text: str) -> Step:
    kind, *lines = text.rstrip("\n").split("\n")
    if kind == "exchange":
        return _exchange(lines)
    members: Mapping[str, Any] = json.loads(lines[0])
    return Decision(**members) if kind == "decision" else {"access": Access}[kind](**members)


def _exchange(lines: Sequence[str]) -> Exchange:
    signed = lines[0].removeprefix("signed: ") if lines[0].startswith("signed: ") else ""
    messages: dict[str, list[str]] = {">": [], "<": []}
    for line in lines[1:] if signed else lines:
        messages[line[0]].append(_decoded(line[1:].removeprefix(" ")))
    (method_and_url, request_headers, request_body) = _message(messages[">"])
    (status, answer_headers, answer_body) = _message(messages["<"])
    method, _, url = method_and_url.partition(" ")
    code, _, reason = status.partition(" ")
    return Exchange(
        signed=signed,
        request=Request(method=method, url=url, headers=request_headers, body=request_body),
        answer=Answer(status=int(code), reason=reason, headers=answer_headers, body=answer_body),
    )


def _message(lines: Sequence[str]) -> tuple[str, Headers, str]:
    first, *rest = lines
    end = rest.index("") if "" in rest else len(rest)
    headers = []
    for line in rest[:end]:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(line)
        headers.append((name, value.removeprefix(" ")))
    return first, tuple(headers), "\n".join(rest[end + 1 :])


def _decoded(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text
