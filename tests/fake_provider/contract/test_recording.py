"""A recording on the disk, whoever has made it: it is read as it was written, or one line says what is wrong with it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fake_provider.contract import files
from fake_provider.contract.recording import FORMAT, INDEX, Recording, RecordingError
from fake_provider.contract.testfile import path_of
from tests.fake_provider.contract.recorded import INDEX_OF_ONE, TEST, written

WHOLE = INDEX_OF_ONE.as_text()


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With its index, and each test by its name."""
    recording = written(tmp_path / "recorded", TEST)

    assert recording.index() == replace(INDEX_OF_ONE, capabilities=["control", "free-sms"])
    assert list(recording.tests()) == [TEST]
    assert recording.test(TEST.test) == TEST
    assert recording.test("test_parts.py::another") is None


def test_the_line_ends_of_another_system_are_line_ends(tmp_path: Path) -> None:
    """As Git puts them there on a checkout with ``core.autocrlf``."""
    recording = written(tmp_path / "recorded", TEST)
    for path in (tmp_path / "recorded" / INDEX, tmp_path / "recorded" / path_of(TEST.test)):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert list(recording.tests()) == [TEST]


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        pytest.param(None, "is no recording: recording.json is missing", id="foreign"),
        pytest.param(b"", "cannot be read", id="emptied"),
        pytest.param(b"not JSON", "cannot be read", id="no-json"),
        pytest.param(b"\xff", "is damaged in line 1: it is no UTF-8", id="no-utf-8"),
        pytest.param(b"[" * 200_000, "it is nested too deeply", id="deep"),
        pytest.param(b"9" * 5000, "cannot be read", id="long-number"),
        pytest.param(b"[]", "is no index of a recording", id="another-json"),
        pytest.param(b'{"format": 1}', "recorded_on has to be a day", id="half"),
        pytest.param(
            b'{"format": %d}' % (FORMAT + 1), r"newer fake-nexmo \(format 3; this one reads 2\)", id="newer"
        ),
    ],
)
def test_what_is_no_index(tmp_path: Path, index: bytes | None, problem: str) -> None:
    """One line says what is wrong."""
    (tmp_path / "other.txt").write_text("")
    if index is not None:
        (tmp_path / INDEX).write_bytes(index)

    with pytest.raises(RecordingError, match=problem) as caught:
        Recording(tmp_path).index()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        *(
            pytest.param('"format": 2', f'"format": {value}', "format has to be a whole number from 1 on", id=f"format-{value}")
            for value in ("-5", "0", "true", '"1"', "1.5", "null")
        ),
        pytest.param('"format": 2', '"format": Infinity', "Infinity is no number in JSON", id="format-Infinity"),
        pytest.param('"format": 2', '"format": 2, "format": 1', "'format' stands in one object twice", id="format-twice"),
        pytest.param('"2026-11-26"', '"2026-13-26"', "recorded_on has to be a day", id="day"),
        pytest.param('"2026-11-26"', "5", "recorded_on has to be a day", id="day-a-number"),
        pytest.param('"a fake in this process"', r'"\ud800"', "against has to be a text", id="half-a-character"),
        pytest.param('"documented"', '"relaxed"', "profile has to be documented, strict or null", id="profile"),
        pytest.param('"documented"', '["documented"]', "profile has to be", id="profile-a-list"),
        pytest.param('"free-sms"', "null", "capabilities has to be a list of texts", id="capability"),
        pytest.param('"tls": true', '"tls": 1', "tls has to be true or false", id="tls"),
        pytest.param('"tests": 1', '"tests": true', "tests has to be a whole number", id="tests-true"),
        pytest.param('"tests": 1', '"tests": -1', "tests has to be a whole number", id="tests-negative"),
        pytest.param('"tests": 1', '"tests": 1, "colour": 1', "nobody knows 'colour'", id="unknown"),
    ],
)  # fmt: skip
def test_a_wrong_member_of_the_index(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """It is named, with what it has to be."""
    assert old in WHOLE
    (tmp_path / INDEX).write_text(WHOLE.replace(old, new))

    with pytest.raises(RecordingError, match=problem) as caught:
        Recording(tmp_path).index()
    assert INDEX in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    """Both are told apart."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for nowhere in (tmp_path / "nowhere", tmp_path / "file", tmp_path / ("x" * 300)):
        with pytest.raises(RecordingError, match="there is no such folder"):
            Recording(nowhere).index()
    with pytest.raises(RecordingError, match="it is empty; make one with --record"):
        Recording(tmp_path / "empty").index()


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _without_end(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


FILES = {"index": INDEX, "test": str(path_of(TEST.test))}


@pytest.mark.parametrize(
    ("name", "spoil", "problem"),
    [
        pytest.param(FILES[kind], spoil, problem, id=f"{kind}-{name}")
        for kind in FILES
        for name, spoil, problem in (
            ("a-pipe", _fifo, "is no regular file"),
            ("a-device", _without_end, "is no regular file"),
            ("a-folder", _folder, "is no regular file"),
            ("huge", lambda path: os.truncate(path, 65 << 20), "is bigger than 64 MiB"),
            (
                "no-utf-8",
                lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\n\xff", 1)),
                "is damaged in line 2: it is no UTF-8",
            ),
        )
    ]
    + [
        pytest.param(
            FILES["test"],
            lambda path: path.write_text("?"),
            r"is damaged in line 1: '\?' has no place",
            id="test-text",
        )
    ],
)
def test_what_cannot_be_read(
    tmp_path: Path, name: str, spoil: Callable[[Path], object], problem: str
) -> None:
    """It is named, nothing is guessed, and nobody waits for ever."""
    recording = written(tmp_path / "recorded", TEST)
    path = tmp_path / "recorded" / name
    spoil(path)

    with pytest.raises(RecordingError, match=problem) as caught:
        list(recording.tests())
    said = str(caught.value)
    assert said.startswith(f"{path} ")
    assert said.endswith("; make the recording anew")
    assert "\n" not in said


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """A recording is whole, or none."""
    recording = written(tmp_path / "recorded", TEST)
    (tmp_path / "recorded" / path_of(TEST.test)).unlink()

    with pytest.raises(RecordingError, match="0 tests of 1 can be found"):
        list(recording.tests())


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("", "'.' names no file", id="nothing"),
        pytest.param(".", "'.' names no file", id="here"),
        pytest.param("/", "'/' names no file", id="the-root"),
        pytest.param("..", "'..' names no file", id="above"),
        pytest.param("folder", "folder is a directory; a file is wanted", id="a-directory"),
        pytest.param("no/where", "there is no directory .*no", id="nowhere"),
        pytest.param("x" * 300, "File name too long", id="too-long"),
        pytest.param(
            "/proc/report",
            "/proc/report cannot be written: No such file or directory",
            id="not-to-be-written",
        ),
        pytest.param("report", "", id="a-new-one"),
        pytest.param("old", "", id="an-old-one"),
    ],
)
def test_where_no_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    """It is known before there is anything to write; and nothing is left behind by asking."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "old").write_text("old")
    monkeypatch.chdir(tmp_path)
    why = files.why_not_writable(Path(name))

    assert re.search(f"{problem}$", why) if problem else why == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "old"]
