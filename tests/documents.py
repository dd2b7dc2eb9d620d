"""The fenced code blocks of a document, and how its curl commands are run."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVER = "http://127.0.0.1:8080"  # as documents call it


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the output that follows it, if any."""

    language: str
    text: str
    output: str | None

    def __str__(self) -> str:
        return self.text.splitlines()[0][:60]


def blocks(document: str) -> list[Block]:
    """Return the fenced blocks of *document*; one without a language is the output of the block before it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    found = []
    for index, (language, code) in enumerate(fences):
        following = fences[index + 1] if index + 1 < len(fences) else ("x", "")
        if language:
            found.append(Block(language, code, following[1] if following[0] == "" else None))
    return found


def links(document: str) -> list[Path]:
    """Return where the links within the repository lead."""
    text = (ROOT / document).read_text(encoding="utf-8")
    folder = (ROOT / document).parent
    return [folder / target for target in re.findall(r"\]\(((?!http)[^)#]+)(?:#[^)]*)?\)", text)]


def curl(line: str, url: str, *options: str) -> str:
    """Run a curl command against the server at *url*, with more *options*; return what it printed."""
    command = [*shlex.split(line.replace(SERVER, url)), "-sS", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
