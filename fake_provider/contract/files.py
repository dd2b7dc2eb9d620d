"""Files that somebody has named: read without surprise, looked at before anything is to be written there, written as a whole."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

_DEVICES = Path("/dev")
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Unreadable(Exception):
    """A file is not read; the text says why, behind its name."""


def read(path: Path, most_octets: int) -> bytes:
    """Return what is in a file.

    Raises:
        Unreadable: it is no regular file (who opens a pipe may wait for ever, a device may have no end), is bigger than
            *most_octets*, or the system does not let us.
    """
    try:
        if not path.is_file():
            raise Unreadable("is no regular file" if os.path.lexists(path) else "is missing")
        with path.open("rb") as file:
            octets = file.read(most_octets + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if len(octets) > most_octets:
        raise Unreadable(f"is bigger than {most_octets >> 20} MiB")
    return octets


def why_not_writable(path: Path) -> str:
    """Return why no file can be written at *path*, in one line; "" where one can. What is there stays as it is."""
    if path.name in ("", ".."):
        return f"{str(path)!r} names no file"
    try:
        if path.is_dir():
            return f"{path} is a directory; a file is wanted"
        if path.exists() and not path.is_file():  # who opens a pipe waits until somebody reads it
            return f"{path} is no regular file"
        folder = path.absolute().parent
        if not folder.is_dir():
            return f"there is no directory {folder}"
        if folder.resolve() == _DEVICES:
            return f"{path} would be among the devices; name another folder"
        _try(path)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return ""


def _try(path: Path) -> None:
    """Open *path* as it will be written. What the system says of permissions does not hold everywhere, nor for root."""
    try:
        path.open("xb").close()
    except FileExistsError:
        if path.is_file():
            path.open("ab").close()
    else:
        path.unlink()


def write(texts: Mapping[Path, str], *, errors: str = "strict") -> None:
    """Write each text to its file, all of them or none: what was there stays until there is room for what comes.

    Raises:
        OSError: one of them cannot be written; its name is that of the file.
    """
    with ExitStack() as tidied:
        made = []
        for path, text in texts.items():
            octets = text.encode("utf-8", errors)
            made.append((path, octets, _beside(path, octets, tidied)))
        for path, octets, new in made:
            _put(path, octets, new)


def _beside(path: Path, octets: bytes, tidied: ExitStack) -> Path | None:
    """Write *octets* to a file beside *path*, which is gone when all is *tidied*; None where no file can be made there."""
    target = _target(path)
    new = target.with_name(f".{uuid.uuid4().hex}.new")
    try:
        with new.open("xb") as file:
            tidied.callback(new.unlink, missing_ok=True)
            file.write(octets)
        if target.exists():
            shutil.copymode(target, new)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise OSError(error.errno, error.strerror, str(path)) from None
        return None
    return new


def _put(path: Path, octets: bytes, new: Path | None) -> None:
    try:
        if new is not None:
            os.replace(new, _target(path))
            return
    except OSError as error:  # it may be a file system of its own, as containers have one for a single file
        if error.errno in _NO_ROOM:
            raise
    path.write_bytes(octets)


def _target(path: Path) -> Path:
    """Return the file itself, where *path* is a link to it."""
    return Path(os.path.realpath(path))
