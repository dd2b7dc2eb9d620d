"""How a recording comes to its folder: as a whole or not at all, whoever else writes there, and nothing of others is touched."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fake_provider.contract import writing
from fake_provider.contract.exchange import RecordedTest
from fake_provider.contract.recording import INDEX, Recording, RecordingError
from fake_provider.contract.writing import Writer
from tests.fake_provider.contract.recorded import INDEX_OF_ONE, TEST, written

FAILED = replace(TEST, outcome="failed")


def _begun(folder: Path, *tests: RecordedTest) -> Writer:
    writer = Writer(folder)
    writer.begin()
    for test in tests:
        writer.write(test)
    return writer


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def _full_disk() -> Iterator[None]:
    """Let files have a few octets, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_recording_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """No test of the earlier one stays, and no draft."""
    written(tmp_path / "recorded", TEST, replace(TEST, test="test_parts.py::older"))
    recording = written(tmp_path / "recorded", TEST)

    assert list(recording.tests()) == [TEST]
    assert _names(tmp_path) == ["recorded"]


def test_nothing_changes_before_the_end(tmp_path: Path) -> None:
    """A run that is broken off leaves the earlier recording."""
    recording = written(tmp_path / "recorded", TEST)
    _begun(tmp_path / "recorded", FAILED).drop()

    assert list(recording.tests()) == [TEST]
    assert _names(tmp_path) == ["recorded"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """One line says so, before anything is recorded."""
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(RecordingError, match="is not empty, and no recording"):
        Writer(tmp_path).check()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_of_somebody_else_in_a_recording_is_left_alone(tmp_path: Path) -> None:
    """The new recording does not take the place of the old one then."""
    recording = written(tmp_path / "recorded", TEST)
    (tmp_path / "recorded" / "notes.md").write_text("mine")

    with pytest.raises(RecordingError, match=r"notes\.md is no part of a recording"):
        written(tmp_path / "recorded", FAILED)
    assert list(recording.tests()) == [TEST]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("file", "a folder is wanted", id="a-file"),
        pytest.param("dangling", "a folder is wanted", id="a-link-to-nothing"),
        pytest.param("link", "is a link; name the folder itself", id="a-link"),
        pytest.param("/proc", "is not empty, and no recording", id="of-the-system"),
        pytest.param("file/recorded", "file cannot be written to: ", id="below-a-file"),
        pytest.param("x" * 300, "File name too long", id="too-long"),
        pytest.param("x" * 250, "File name too long", id="too-long-for-what-stands-beside"),
        pytest.param("/proc/recorded", "/proc cannot be written to: ", id="not-to-be-written"),
    ],
)
def test_where_no_recording_can_be(tmp_path: Path, name: str, problem: str) -> None:
    """One line says so, before anything is recorded."""
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    (tmp_path / "dangling").symlink_to("nowhere")

    with pytest.raises(RecordingError, match=problem) as caught:
        Writer(tmp_path / name).begin()
    assert "\n" not in str(caught.value)


# Several runs


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    """Each has a draft of its own, and the one that ends last has its recording there."""
    one = _begun(tmp_path / "recorded", TEST)
    other = _begun(tmp_path / "recorded", replace(FAILED, test="test_parts.py::another"))
    one.write(replace(TEST, test="test_parts.py::one_more"))
    counts = one.count(), other.count()
    one.end(replace(INDEX_OF_ONE, tests=2))
    other.end(INDEX_OF_ONE)

    assert counts == (2, 1)
    assert [test.outcome for test in Recording(tmp_path / "recorded").tests()] == ["failed"]
    assert _names(tmp_path) == ["recorded"]


def test_processes_of_one_run_write_to_one_draft(tmp_path: Path) -> None:
    """Those that pytest-xdist starts are told which it is."""
    controller = _begun(tmp_path / "recorded", TEST)
    worker = Writer(tmp_path / "recorded")
    worker.join(controller.draft)
    worker.write(replace(TEST, test="test_parts.py::another"))

    assert controller.count() == 2


def test_what_a_killed_run_has_left_is_tidied_away(tmp_path: Path) -> None:
    """By the next run; the draft of one that still runs is not."""
    killed, alive = _begun(tmp_path / "recorded", TEST), _begun(tmp_path / "recorded", TEST)
    killed._unlock()  # as the system does it
    _begun(tmp_path / "recorded", FAILED).end(INDEX_OF_ONE)

    assert _names(tmp_path) == [alive.draft.name, "recorded"]


def test_what_a_run_that_was_killed_at_its_end_has_moved_is_put_back(tmp_path: Path) -> None:
    """It had put the earlier recording aside, and nothing in its place yet."""
    recording = written(tmp_path / "recorded", TEST)
    killed = _begun(tmp_path / "recorded", FAILED)
    (tmp_path / "recorded").rename(f"{killed.draft}.earlier")
    killed._unlock()
    _begun(tmp_path / "recorded").drop()

    assert list(recording.tests()) == [TEST]
    assert _names(tmp_path) == ["recorded"]


def test_a_run_that_was_faster_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it came between two steps of this one."""
    slow, right = _begun(tmp_path / "recorded", FAILED), Path.rename

    def rename(path: Path, target: Path) -> Path:
        if path == slow.draft:
            monkeypatch.setattr(Path, "rename", right)
            written(tmp_path / "recorded", TEST)
        return right(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    slow.end(INDEX_OF_ONE)

    assert [test.outcome for test in Recording(tmp_path / "recorded").tests()] == ["failed"]
    assert _names(tmp_path) == ["recorded"]


# What goes wrong late


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """One line says so, and the earlier recording stays."""
    recording = written(tmp_path / "recorded", TEST)
    writer = _begun(tmp_path / "recorded")
    with _full_disk(), pytest.raises(RecordingError, match=r"recorded cannot be written to: File too large$"):
        writer.write(TEST)
    writer.drop()

    assert list(recording.tests()) == [TEST]
    assert _names(tmp_path) == ["recorded"]


def test_a_disk_that_is_full_at_the_end(tmp_path: Path) -> None:
    """The same: half an index is worth nothing."""
    recording = written(tmp_path / "recorded", TEST)
    writer = _begun(tmp_path / "recorded", FAILED)
    with _full_disk(), pytest.raises(RecordingError, match=r"recorded cannot be written to: File too large$"):
        writer.end(INDEX_OF_ONE)
    writer.drop()

    assert list(recording.tests()) == [TEST]
    assert _names(tmp_path) == ["recorded"]


def test_a_finished_recording_is_not_thrown_away(tmp_path: Path) -> None:
    """Where it cannot take its place, somebody having put a file there meanwhile, it is kept beside it, and that is said."""
    recording = written(tmp_path / "recorded", TEST)
    writer = _begun(tmp_path / "recorded", FAILED)
    (tmp_path / "recorded" / "notes.md").write_text("mine")
    with pytest.raises(
        RecordingError, match=r"notes\.md is no part .*; what was recorded now is in (.*)"
    ) as caught:
        writer.end(INDEX_OF_ONE)
    writer.drop()
    kept = Path(str(caught.value).rpartition(" is in ")[2])
    _begun(tmp_path / "recorded-elsewhere").drop()

    assert list(recording.tests()) == [TEST]
    assert list(Recording(kept).tests()) == [FAILED]
    assert (kept / INDEX).exists()


def test_a_test_that_has_too_much_to_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, since nobody would read it again."""
    monkeypatch.setattr(writing, "MOST_OCTETS", 1 << 9)

    with pytest.raises(RecordingError, match=r"test_parts\.py::.* has more to record than"):
        _begun(tmp_path / "recorded", replace(TEST, reason="x" * 600))
