"""The samples for CI servers: valid for these, and their commands run here as they stand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents import ROOT, blocks
from tests.ports import free_port
from tests.programs import need

FOLDER = ROOT / "examples/ci"
SCHEMAS = {"github-actions.yml": "vendor.github-workflows", "gitlab-ci.yml": "vendor.gitlab-ci"}
BIN = Path(sys.executable).parent
TESTS = """#!/bin/sh -e
sms="-d api_key=abcd1234 -d api_secret=fake-api-secret -d from=Acme -d to=447700900000 -d text=hello"
curl -sS --fail "$NEXMO_REST_URL/sms/json" $sms > sent.json
curl -sS "$NEXMO_REST_URL/oauth/request_token" > refused.txt
"""


def sample(name: str) -> Any:
    """Return a sample as the CI server reads it."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def of_github() -> tuple[dict[str, str], list[list[str]]]:
    """Return the variables, and the commands of each step: each has a shell of its own there."""
    workflow = sample("github-actions.yml")
    (job,) = workflow["jobs"].values()
    return workflow["env"], [[step["run"]] for step in job["steps"] if "run" in step]


def of_gitlab() -> tuple[dict[str, str], list[list[str]]]:
    """Return the variables, and the commands: those before and of the script share a shell, those after it have their own."""
    (job,) = sample("gitlab-ci.yml").values()
    return job["variables"], [[*job["before_script"], *job["script"]], job["after_script"]]


SAMPLES = {"github-actions.yml": of_github, "gitlab-ci.yml": of_gitlab}


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_valid(name: str) -> None:
    """By the schema of the CI server."""
    command = ["-m", "check_jsonschema", "--builtin-schema", SCHEMAS[name], str(FOLDER / name)]
    run = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_there_is_no_other() -> None:
    """Each has its schema and its test."""
    assert {path.name for path in FOLDER.iterdir()} == set(SCHEMAS) == set(SAMPLES)


@contextmanager
def runner(folder: Path, variables: dict[str, str]) -> Iterator[Any]:
    """A machine of a CI server: it runs shells, one after the other, and ends what they have left when the job is over."""
    port = str(free_port())
    environment = os.environ | {
        **{name: value.replace("8080", port) for name, value in variables.items()},
        # What pip is to install, without a network, and beside what this very environment has.
        "FAKE_NEXMO": str(ROOT),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it so: there is none
        "PIP_TARGET": str(folder / "installed"),
        "PATH": f"{BIN}:{os.environ['PATH']}",
    }
    groups = []

    def run(commands: list[str]) -> int:
        text = "\n".join(commands).replace("8080", port)
        with (folder / "log").open("a") as log:
            shell = subprocess.Popen(
                ["bash", "-e", "-c", text],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            groups.append(shell.pid)
            return shell.wait(timeout=120)

    try:
        yield run
    finally:
        for group in groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                continue  # nothing is left of that shell


@pytest.mark.parametrize("name", SAMPLES)
def test_it_runs(name: str, tmp_path: Path) -> None:
    """The fake is installed and started, the tests find it, and afterwards it is told what it refused."""
    need("curl", package="curl")
    (tmp_path / "run-tests").write_text(TESTS, encoding="utf-8")
    (tmp_path / "run-tests").chmod(0o755)
    variables, shells = SAMPLES[name]()

    with runner(tmp_path, variables) as run:
        codes = [run(commands) for commands in shells]

    assert codes == [0] * len(shells), (tmp_path / "log").read_text()
    assert (tmp_path / "installed" / "fake_provider" / "cli.py").is_file()
    assert json.loads((tmp_path / "sent.json").read_text())["messages"][0]["status"] == "0"
    (refused,) = json.loads((tmp_path / "refused.json").read_text())["exchanges"]
    assert refused["diagnosis"]["code"] == "authorization-missing"
    assert "is serving" in (tmp_path / "fake-nexmo.log").read_text()


@pytest.mark.parametrize(
    ("code", "is_compared"), [(0, True), (1, True), (2, False), (4, False), (137, False)]
)
def test_a_report_of_another_day_is_not_compared(tmp_path: Path, code: int, is_compared: bool) -> None:
    """Only where pytest has run all its tests, be it that some failed, the recipe goes on to what it has written."""
    (recipe,) = (block.text for block in blocks("docs/ci.md") if "fake-nexmo compare" in block.text)
    stand_ins = f"pytest() {{ return {code}; }}\nfake-nexmo() {{ echo compared; }}\n"
    run = subprocess.run(
        ["bash", "-e", "-c", stand_ins + recipe], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (run.stdout == "compared\n") is is_compared
    assert (run.returncode == 0) is is_compared
