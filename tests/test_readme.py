"""What of the README wants more than tests/test_blocks.py can do: a user who authorizes, and what a configuration says."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from fake_provider import config
from fake_provider.adapters.entropy import RandomEntropy
from tests.conftest import Serve
from tests.documents import ROOT, blocks
from tests.programs import need

BIN = Path(sys.executable).parent
ALL = blocks("README.md")
COMMANDS = [line for block in ALL if block.language == "sh" for line in block.text.splitlines()]


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
