"""An authority of the tests' own: the user's is not touched."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_provider.cli import main

FAKE_NEXMO = [sys.executable, "-m", "fake_provider"]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the user's data, for all tests of this process."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def _own_data_home(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(data_home))


@pytest.fixture
def fake_nexmo_command() -> Run:
    """Run ``fake-nexmo`` with arguments; variables besides those of the test by ``env``."""

    def run(
        *arguments: str, env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*FAKE_NEXMO, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | (env or {}),
        )

    return run


@pytest.fixture
def fake_nexmo(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``fake-nexmo`` with arguments in this process: for what begins no command of the user's."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, told.out, told.err)

    return run
