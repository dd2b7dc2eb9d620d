"""The README's code blocks do what they show."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from fake_provider import config
from fake_provider.adapters.entropy import RandomEntropy
from tests.conftest import Serve, Served
from tests.documents import ROOT, Block, blocks, curl
from tests.programs import need

BIN = Path(sys.executable).parent
ALL = blocks("README.md")
PYTHON = [block for block in ALL if block.language == "python"]
COMMANDS = [line for block in ALL if block.language == "sh" for line in block.text.splitlines()]
CURLS = [block for block in ALL if block.language == "sh" and block.text.startswith("curl")]


def test_there_is_nothing_else() -> None:
    """Every block has a language that one of these tests knows."""
    assert {block.language for block in ALL} == {"python", "sh", "toml"}
    assert len(PYTHON) >= 3


def test_the_pytest_example(tmp_path: Path) -> None:
    """The first example, saved under the name in its first line, passes."""
    name = PYTHON[0].text.splitlines()[0].removeprefix("# ")
    (tmp_path / name).write_text(PYTHON[0].text, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("block", PYTHON[1:], ids=lambda block: block.text.splitlines()[0])
def test_python(block: Block) -> None:
    """The other Python blocks run."""
    done = subprocess.run([sys.executable, "-c", block.text], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def masked(text: str) -> str:
    """Replace what differs from run to run."""
    return re.sub(r"[0-9A-F]{16}", "…", re.sub(r"(?<=oauth_problem_advice=).*", "…", text)).strip()


@pytest.mark.parametrize("block", CURLS, ids=lambda block: block.text.splitlines()[0][:60])
def test_curl(block: Block, documented: Served) -> None:
    """The curl commands work against a server, and print what stands below them."""
    need("curl", package="curl")
    for line in block.text.splitlines():
        printed = curl(line, documented.url)
        if block.output is not None:
            assert masked(printed) == masked(block.output)
        else:
            assert printed.startswith("{")


def test_the_server_command() -> None:
    """Each command takes the options that are shown."""
    from fake_provider.cli import _parser

    shown = [shlex.split(line)[1:] for line in COMMANDS if line.startswith("fake-nexmo ")]

    assert {arguments[0] for arguments in shown} == {"serve", "check", "run"}
    for arguments in shown:
        assert _parser().parse_args(arguments).command == arguments[0]
        assert "8080" in arguments or arguments[0] != "serve"


def test_the_client_commands(serve: Serve, tmp_path: Path) -> None:
    """Login, send and balance work with the variables that are shown; the browser is curl, the user approves."""
    program = need("curl", package="curl")
    served = serve(auto_approve=True)
    exported = {
        name: value.replace("http://127.0.0.1:8080", served.url)
        for line in COMMANDS
        if line.startswith("export ")
        for name, _, value in (word.partition("=") for word in line.split()[1:])
    }
    home = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "BROWSER": f"{program} -sSL -o /dev/null %s",
    }
    shown = [shlex.split(line.split("#")[0]) for line in COMMANDS if line.startswith("nexmo-oauth ")]
    assert [command[1] for command in shown] == ["login", "send", "balance"]

    for command in shown:
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            env=os.environ | exported | home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    assert [m.text for m in served.fake.messages] == ["hello from Nexmo"]


def test_the_configuration(tmp_path: Path) -> None:
    """The TOML block is a configuration."""
    (block,) = [block for block in ALL if block.language == "toml"]
    path = tmp_path / "fake.toml"
    path.write_text(block.text, encoding="utf-8")

    loaded = config.load(path, RandomEntropy())

    assert loaded.policy.strict
    assert loaded.apps[0].owner == loaded.accounts[0].email == "ann@example.com"
    assert loaded.accounts[0].numbers == ("447700900400",)


@pytest.mark.parametrize(
    "name", ["client", "contract_tests", "docs", "examples", "fake_provider", "scripts", "tests"]
)
def test_folders(name: str) -> None:
    """What the project consists of is there."""
    assert (ROOT / name).is_dir()
