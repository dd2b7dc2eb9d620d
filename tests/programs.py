"""Programs that tests need beside Python: skipped where they are missing, but never in CI."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.conftest import Served


def need(program: str, *, package: str) -> str:
    """Return the path of *program*; where it is missing, skip and name the Debian *package*, or fail in CI."""
    found = shutil.which(program)
    if found is None:
        lacking(f"{program} is missing (Debian: {package}; make system-packages installs it)")
    return str(found)


def lacking(reason: str) -> None:
    """Skip the test for want of something; fail in CI, where nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI may not skip a test for that")
    pytest.skip(reason)


def run(
    *command: str, env: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, with additions to the environment."""
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | (env or {}),
        check=False,
    )


def converse(command: list[str], answer: Callable[[str], str], env: dict[str, str]) -> tuple[int, str]:
    """Run a program that prints one line and waits for one; return its exit code and all that it printed."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | env
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        printed = process.stdout.readline()
        with contextlib.suppress(BrokenPipeError):  # it may have ended after its first line
            process.stdin.write(answer(printed) + "\n")
            process.stdin.close()
        # Not communicate(): it would miss what readline() has read ahead.
        printed += process.stdout.read()
        return process.wait(timeout=30), printed


def approve(served: Served) -> Callable[[str], str]:
    """Return a user who approves what the printed URL asks, and answers with the verifier, if there is one."""

    def answer(printed: str) -> str:
        if "oauth_token=" not in printed:
            return ""
        return served.fake.authorize(printed.strip().split("oauth_token=")[1]).verifier or ""

    return answer


def environment_of(served: Served) -> dict[str, str]:
    """Return the variables that tell a client where the fake is, and as which app."""
    return {
        "NEXMO_DASHBOARD_URL": served.url,
        "NEXMO_REST_URL": served.url,
        "NEXMO_CONSUMER_KEY": "fake-consumer-key",
        "NEXMO_CONSUMER_SECRET": "fake-consumer-secret",
    }
