"""Files that somebody has named: read without surprise, and looked at before anything is to be written there."""

from __future__ import annotations

import os
from pathlib import Path


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
        if not path.absolute().parent.is_dir():
            return f"there is no directory {path.absolute().parent}"
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
