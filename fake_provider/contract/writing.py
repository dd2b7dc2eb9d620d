"""Writes a recording beside the folder that it is to be, and puts it there as a whole.

Each run has a draft of its own, which is locked for as long as the run lives; the processes of one run share it. A draft that
nobody holds is of a run that was killed, and the next one tidies it away. Nothing is lost on the way: until the new recording is
in its place the earlier one is there, or beside it.
"""

from __future__ import annotations

import errno
import glob
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .exchange import RecordedTest
from .recording import INDEX, MOST_OCTETS, Index, Recording, RecordingError
from .testfile import SUFFIX, path_of, text_of

_EARLIER = ".earlier"
_MOST_TRIES = 20


@dataclass(slots=True)
class Writer:
    """Writes a recording. Raises RecordingError where it cannot be.

    One process of a run begins and ends it, others join it.
    """

    folder: Path
    _draft: Path | None = field(default=None, init=False)
    _lock: int | None = field(default=None, init=False)

    @property
    def has_begun(self) -> bool:
        """Whether there is a draft to write to."""
        return self._draft is not None

    @property
    def draft(self) -> Path:
        """Where it is until it is whole."""
        if self._draft is None:
            raise RecordingError(f"nothing is being recorded to {self.folder}")
        return self._draft

    def check(self) -> None:
        """Refuse a folder that holds something else: nothing of others is overwritten."""
        with _told(self.folder):
            if self.folder.is_dir():
                if self.folder.is_symlink():
                    raise RecordingError(f"{self.folder} is a link; name the folder itself")
                if any(self.folder.iterdir()):
                    self._ensure_a_recording()
                if self.folder.is_mount():
                    raise RecordingError(f"{self.folder} is where a file system begins; name a folder in it")
            elif os.path.lexists(self.folder):
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
        """Make room; what runs that were killed have left goes away."""
        self.check()
        with _told(self._place.parent):
            self._place.parent.mkdir(parents=True, exist_ok=True)
            self._tidy()
            self._draft, self._lock = self._made()

    def join(self, draft: Path) -> None:
        """Write into the *draft* of the process that has begun."""
        self._draft = draft

    def write(self, test: RecordedTest) -> None:
        """Write one test."""
        text = text_of(test).encode()
        if len(text) > MOST_OCTETS:
            raise RecordingError(f"{test.test} has more to record than {MOST_OCTETS >> 20} MiB")
        path = self.draft / path_of(test.test)
        with _told(self.folder):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)

    def count(self) -> int:
        """Return how many tests were written."""
        return len(list(self.draft.glob(f"*/*{SUFFIX}")))

    def end(self, index: Index) -> None:
        """Put the recording where it belongs, in place of an earlier one; where that cannot be, it is kept beside it."""
        with _told(self.folder):
            (self.draft / INDEX).write_bytes(index.as_text().encode())
        try:
            with _told(self.folder):
                self._put()
        except RecordingError as error:
            kept, self._draft = self._kept(), None
            raise RecordingError(f"{error}; what was recorded now is in {kept}") from None
        finally:
            self._unlock()

    def drop(self) -> None:
        """Leave everything as it was."""
        if self._draft is not None:
            shutil.rmtree(self._draft, ignore_errors=True)
        self._unlock()

    # The draft

    @property
    def _place(self) -> Path:
        """Return where the folder is, by a name that others can stand beside."""
        return self.folder if self.folder.name not in ("", "..") else self.folder.resolve()

    def _beside(self, name: str) -> Path:
        place = self._place.absolute()
        return place.with_name(name.format(place.name))

    def _drafts(self, ending: str = "") -> Iterator[Path]:
        place = self._place.absolute()
        return place.parent.glob(f".{glob.escape(place.name)}.draft-*{ending}")

    def _made(self) -> tuple[Path, int | None]:
        """Make a draft that is nobody else's, and lock it."""
        for number in itertools.count(1):
            draft = self._beside(f".{{}}.draft-{os.getpid()}-{number}")
            try:
                draft.mkdir()
                lock = _locked(draft)
            except (FileExistsError, FileNotFoundError, BlockingIOError):
                # Another machine has processes of the same number; or another run has just tidied it away.
                if number == _MOST_TRIES:
                    raise
                continue
            return draft, lock
        raise AssertionError("it counts without end")

    def _tidy(self) -> None:
        for earlier in self._drafts(_EARLIER):
            if earlier.with_suffix("").exists() and _is_held(earlier.with_suffix("")):
                continue  # its run is about to put another in its place
            with suppress(OSError):
                earlier.rename(self._place)
            shutil.rmtree(earlier, ignore_errors=True)
        for draft in self._drafts():
            if draft.suffix != _EARLIER:
                with _left(draft) as is_left:
                    if is_left:
                        shutil.rmtree(draft, ignore_errors=True)

    def _put(self) -> None:
        """Exchange the folder for the draft."""
        draft, place = self.draft, self._place.absolute()
        earlier = draft.with_name(draft.name + _EARLIER)
        for tries in itertools.count(1):
            if place.exists():
                _ensure_only_ours(place)
                place.rename(earlier)
            try:
                draft.rename(place)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and tries < _MOST_TRIES:
                    # Another run was faster: the last one to end has its recording there.
                    shutil.rmtree(earlier, ignore_errors=True)
                    continue
                with suppress(OSError):
                    earlier.rename(place)
                raise
            shutil.rmtree(earlier, ignore_errors=True)
            return

    def _kept(self) -> Path:
        """Move the draft to where nobody tidies it away; returns where that is."""
        for number in range(1, _MOST_TRIES):
            kept = self._beside(f"{{}}.unplaced-{number}")
            if not os.path.lexists(kept):
                with suppress(OSError):
                    self.draft.rename(kept)
                    return kept
        return self.draft

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell in one line what the system refuses."""
    try:
        yield
    except OSError as error:
        raise RecordingError(f"{folder} cannot be written to: {error.strerror or error}") from None


def _locked(draft: Path) -> int | None:
    """Lock a draft for as long as this process lives; None where the system cannot. BlockingIOError if it is locked."""
    try:
        import fcntl
    except ImportError:
        return None
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), draft.stat()):
            raise FileNotFoundError(draft)
    except (BlockingIOError, FileNotFoundError):
        os.close(descriptor)
        raise
    except OSError:  # some network file systems lock no folders
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def _left(draft: Path) -> Iterator[bool]:
    """Whether the run of a draft has ended, and nobody takes it meanwhile; False too where nobody can know."""
    try:
        lock = _locked(draft)
    except OSError:
        lock = None
    yield lock is not None
    if lock is not None:
        os.close(lock)


def _is_held(draft: Path) -> bool:
    with _left(draft) as is_left:
        return not is_left


def _ensure_only_ours(folder: Path) -> None:
    """Refuse to remove a folder into which somebody has put something else since."""
    for path in folder.rglob("*"):
        if not path.is_dir() and path.name != INDEX and path.suffix != SUFFIX:
            raise RecordingError(f"{path} is no part of a recording: nothing is overwritten; move it away")
