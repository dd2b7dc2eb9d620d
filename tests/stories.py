"""A page as its reader goes through it: block by block, in one folder, against one fake."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests import shell
from tests.conftest import Serve
from tests.documents import ROOT, SERVER, Block
from tests.ports import free_port
from tests.programs import need

_BIN = Path(sys.executable).parent
_NAMED = re.compile(r"^(?:<\?php )?(?:#|//) (\S+\.\w+)\n")
_HAS = {"guide.php": "tests/real_clients/guide.php", "examples": "examples"}
"""What a reader has before she reads: a client of hers, and the examples of the clone."""
_PACKAGES = {"curl": "curl", "node": "nodejs", "php": "php-cli", "ruby": "ruby"}


def name_of(block: Block) -> str | None:
    """Return the name in a block's first line, under which its reader saves it."""
    found = _NAMED.match(block.text)
    return found[1] if found else None


def is_like(printed: str, shown: str) -> bool:
    """Whether *printed* is what is *shown*: there an ellipsis stands for anything, and ids are different each time."""
    pattern = re.escape(_without_ids(shown).strip()).replace("…", ".*?")
    return re.fullmatch(pattern, _without_ids(printed).strip(), re.DOTALL) is not None


def _without_ids(text: str) -> str:
    return re.sub(r"\b[0-9A-F]{16}\b|(?<=localhost:)\d{4,5}", "…", text)


class Story:
    """The reader's folder and terminal, and the fake that she has started as the page says."""

    def __init__(self, folder: Path, serve: Serve, blocks: list[Block]) -> None:
        self.folder = folder
        self._serve = serve
        self._url: str | None = None
        self._fences = blocks
        self._exported: dict[str, str] = {}
        # What the server refuses fails the block, and curl shows no progress.
        (folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\n", encoding="utf-8")
        for name, origin in _HAS.items():
            (folder / name).symlink_to(ROOT / origin)

    @property
    def url(self) -> str:
        """Where the page's own fake is; it is started when the first block asks for it."""
        if self._url is None:
            self._url = self._serve().url
        return self._url

    def shown_below(self, block: Block) -> str | None:
        """Return what the page shows as printed by *block*."""
        position = self._fences.index(block) + 1
        following = self._fences[position] if position < len(self._fences) else None
        return following.text if following is not None and following.language == "" else None

    def before(self, block: Block) -> Block | None:
        """Return the block before *block*."""
        position = self._fences.index(block)
        return self._fences[position - 1] if position else None

    def save(self, block: Block) -> str:
        """Save a block under its name."""
        name = name_of(block)
        assert name, f"{block}: say in the first line under which name it is saved"
        (self.folder / name).write_text(block.text, encoding="utf-8")
        return name

    def sh(self, block: Block) -> None:
        """Execute a block, and compare what it prints; or ensure that it is right, where it cannot be executed here."""
        shown = self.shown_below(block)
        if not shell.is_executed(block.text, self.folder):
            assert shown is None, f"{block}: what is shown below is compared with nothing"
            for words in shell.commands(block.text):
                shell.ensure_right(words)
            return
        for words in shell.commands(block.text):
            if words[0] in _PACKAGES:
                need(words[0], package=_PACKAGES[words[0]])
        text = self._with_addresses(block.text)
        # What is refused, or does not verify, is shown too, with an exit code of its own.
        is_strict = shown is None or not shell.may_fail(block.text)
        done = shell.run(text, self.folder, self._environment(), is_strict=is_strict)
        self._exported |= _exports(text)
        assert done.returncode == 0 or not is_strict, f"{block}: {done.stdout}{done.stderr}"
        if shown is not None:
            assert is_like(done.stdout, shown), f"{block} prints {done.stdout}{done.stderr}"

    def python(self, block: Block) -> None:
        """Run a test, keep a program for the command that runs it, and execute anything else."""
        name = name_of(block)
        if name is None:
            self._succeeds(block, "-c", block.text)
        elif name.startswith("test_") and not self._is_run_later(name):
            self.save(block)
            self._succeeds(block, "-m", "pytest", "-q", name)
        else:
            self.program(block)

    def program(self, block: Block) -> None:
        """Keep a program; a command further down runs it."""
        name = self.save(block)
        assert self._is_run_later(name), f"{block}: no command below runs {name}"

    def _is_run_later(self, name: str) -> bool:
        return any(
            name in words and shell.is_executed(block.text, self.folder)
            for block in self._fences
            if block.language == "sh"
            for words in shell.commands(block.text)
        )

    def _succeeds(self, block: Block, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"

    def _with_addresses(self, text: str) -> str:
        """Put a free port in place of the one that documents name: a block that starts a fake has its own."""
        if "fake-nexmo serve" in text:
            return text.replace("8080", str(free_port()))
        return text.replace(SERVER, self.url) if SERVER in text else text

    def _environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))
        }
        own = {
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder / ".data"),
            "PATH": f"{_BIN}:{os.environ['PATH']}",
            "COLUMNS": "80",
        }
        return inherited | own | self._exported


def _exports(text: str) -> dict[str, str]:
    return {
        name: value
        for words in shell.commands(text)
        if words[0] == "export"
        for name, _, value in (word.partition("=") for word in words[1:])
    }


Check = Callable[[Story, Block], None]


def is_the_file(story: Story, block: Block) -> None:
    """A block that shows a file of the repository shows what is in it."""
    name = name_of(block)
    assert name, f"{block}: which file is it?"
    assert (ROOT / name).read_text(encoding="utf-8") == block.text, f"{block}: {name} has something else"
