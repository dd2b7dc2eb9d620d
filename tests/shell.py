"""The sh blocks of documents: which are executed, which only read, and what is to be true of those."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shlex
import signal
import subprocess
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from client.cli import _parser as nexmo_oauth
from contract_tests import command_line as contract_options
from fake_provider.cli import _parser as fake_nexmo
from tests.documents import ROOT

Words = list[str]

_EXECUTED = frozenset(
    {"curl", "cat", "export", "grep", "head", "kill", "node", "php", "python", "ruby", "true"}
)
_ASKED = frozenset({"compare", "explain", "health", "env"})
"""Commands of ``fake-nexmo`` that end by themselves, and need nothing but what the page has."""


def commands(text: str) -> list[Words]:
    """Return the commands of a block, each as its words; those after the first of a line or a pipe too."""
    lines = re.sub(r"<<'(\w+)'\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE).replace("\\\n", " ")
    found = []
    for line in lines.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;")
        lexer.whitespace_split = True
        lexer.commenters = ""  # else a fragment of a URL would be one
        words: Words = []
        for word in lexer:
            if word.startswith("#"):
                break
            if set(word) <= set("|&;"):
                found.append(words)
                words = []
            else:
                words.append(word)
        found.append(words)
    return [words for words in found if words]


def is_executed(text: str, folder: Path) -> bool:
    """Whether a block is run as it stands: every command in it ends by itself, and has what it is about."""
    return all(_ends_by_itself(words, text, folder) for words in commands(text))


def _ends_by_itself(words: Words, text: str, folder: Path) -> bool:
    program, *rest = words
    if program == "fake-nexmo":
        if rest[0] == "serve":
            return "kill $!" in text
        if rest[0] in ("run", "check"):
            return any(word == "curl" or (folder / word).is_file() for word in rest)
        if rest[0] == "drift":
            return (folder / rest[1]).is_dir()
        return rest[0] in _ASKED
    if program == "pytest":
        if "live" in rest:
            return "--live-plan" in rest  # which sends nothing; a document never asks the real service
        return "--pyargs" not in rest or any(word.startswith(_SHORT) for word in rest)
    return program in _EXECUTED


_SHORT = ("contract_tests.test_", "replay:")
"""What makes a run of the contract tests one of some seconds: a module of them, or a recording."""


def may_fail(text: str) -> bool:
    """Whether a command of a block has an exit code other than 0 for what it is there to show."""
    return any(words[0] in ("curl", "fake-nexmo", "pytest") for words in commands(text))


def run(
    text: str, folder: Path, environment: Mapping[str, str], *, is_strict: bool
) -> subprocess.CompletedProcess[str]:
    """Run a block by bash; what it has left in the background is ended with it.

    Where it *is_strict*, the first command that fails ends it.
    """
    options = ["-e"] if is_strict else []
    # Files, and not pipes: what is left in the background would hold these open.
    with (folder / ".printed").open("w+") as printed, (folder / ".said").open("w+") as said:
        process = subprocess.Popen(
            ["bash", "-u", *options, "-c", text],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=said,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nothing is left
                os.killpg(process.pid, signal.SIGTERM)
        printed.seek(0)
        said.seek(0)
        return subprocess.CompletedProcess(text, code, printed.read(), said.read())


# What is only read


def ensure_right(words: Words) -> None:
    """Fail for a command that could not be what it seems, or that no test knows."""
    program = Path(words[0]).name
    assert program in _RIGHT, (
        f"no test knows {program}: execute it, or say in tests/shell.py what is true of it"
    )
    _RIGHT[program](words)


def _parsed(parser: Callable[[], argparse.ArgumentParser]) -> Callable[[Words], None]:
    def ensure(words: Words) -> None:
        options = parser().parse_args(words[1:])
        assert "client" not in vars(options) or options.client

    return ensure


def _make(words: Words) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for word in words[1:]:
        assert "=" in word or word in targets, f"the Makefile has no {word}"


def _pip(words: Words) -> None:
    assert words[1] == "install"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in re.findall(r"\[([\w,]+)\]", " ".join(words)):
        assert set(extra.split(",")) <= set(project["optional-dependencies"])


def _pytest(words: Words) -> None:
    """Of pytest's own command line, the options of the contract tests, and which tests."""
    parser = pytest.Parser(_ispytest=True)
    contract_options.add_options(parser)
    ours = {name for option in parser.getgroup("nexmo").options for name in option.names()}
    assert words[1] == "--pyargs"
    assert words[2] in (
        "contract_tests",
        "contract_tests.client",
    )  # some minutes; a module of them is executed
    for word in words[3:]:
        assert not word.startswith("--") or word.partition("=")[0] in ours, word


def _names_files(words: Words) -> None:
    """Every path into the repository is there."""
    for word in words[1:]:
        if word.startswith(("examples/", "docs/", "tests/", "scripts/")):
            assert (ROOT / word).exists(), word


def _one_of(*known: Sequence[str]) -> Callable[[Words], None]:
    def ensure(words: Words) -> None:
        assert any(words[1 : 1 + len(one)] == [*one] for one in known), words

    return ensure


_RIGHT: Mapping[str, Callable[[Words], None]] = {
    "fake-nexmo": _parsed(fake_nexmo),
    "nexmo-oauth": _parsed(nexmo_oauth),
    "make": _make,
    "pip": _pip,
    "pytest": _pytest,
    "cp": _names_files,
    "docker": _names_files,
    "kubectl": _names_files,
    "export": lambda words: None,
    "true": lambda words: None,
    "[": _one_of(["$?", "-eq", "1", "]"]),
    "source": _one_of([".venv/bin/activate"]),
    "python3": _one_of(["-m", "venv"]),
    "git": _one_of(["clone"]),
    "systemctl": _one_of(["daemon-reload"], ["enable"]),
    "journalctl": _one_of(["--unit", "fake-nexmo"]),
}
"""What is true of a command that no test executes."""
