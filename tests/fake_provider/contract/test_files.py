"""A file that is written for a user is there as a whole, and what was there before is lost to nothing else."""

from __future__ import annotations

import errno
import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fake_provider.contract import files

LIMIT = 1 << 12


@contextmanager
def _no_room() -> Iterator[None]:
    """Let no file grow beyond the limit, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_all_are_written(tmp_path: Path) -> None:
    """New ones, and in the place of old ones, by their permissions; where a link leads to one, that one."""
    page, data, link = (tmp_path / name for name in ("page", "data", "link"))
    data.write_text("old")
    data.chmod(0o600)
    link.symlink_to(data)
    files.write({page: "é\ud800", link: "new"}, errors="backslashreplace")

    assert page.read_bytes() == "é\\ud800".encode()
    assert data.read_text() == "new"
    assert data.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "link", "page"]


def test_where_there_is_no_room_all_stays_as_it_was(tmp_path: Path) -> None:
    """No half of one, not one without the other, and nothing left behind; the error names the file."""
    page, data = tmp_path / "page", tmp_path / "data"
    page.write_text("old")
    with pytest.raises(OSError, match="page") as caught, _no_room():
        files.write({data: "new", page: "x" * 2 * LIMIT})

    assert caught.value.errno == errno.EFBIG
    assert page.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_what_cannot_be_replaced_is_written_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container may have a file system of its own for a single file."""

    def replace(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", replace)
    files.write({tmp_path / "page": "new"})

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("page", "new")]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        pytest.param("pipe", "pipe is no regular file", id="a-pipe"),
        pytest.param("link", "link is no regular file", id="a-link-to-one"),
        pytest.param("/dev/full", "/dev/full is no regular file", id="a-device"),
        pytest.param("/dev/report", "/dev/report would be among the devices", id="beside-a-device"),
    ],
)
def test_what_is_no_place_for_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    """Who opens a pipe waits for a reader, and whoever means a device does not want a file beside it."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    os.symlink("pipe", "link")

    assert re.match(problem, files.why_not_writable(Path(name)))
    assert not os.path.lexists("/dev/report")
