"""Programs with the real URLs written into them, unchanged, by ``fake-nexmo run``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import need

PROGRAMS = Path(__file__).with_name("real_hosts")
PYTHON = [sys.executable, str(PROGRAMS / "flow.py")]
COMMANDS = {
    "php-guide": ["php", str(PROGRAMS / "guide.php")],
    "curl-openssl": ["sh", str(PROGRAMS / "flow.sh")],
    "node-fetch": ["node", str(PROGRAMS / "flow.mjs")],
    "python-requests": [*PYTHON, "requests"],
    "python-httpx": [*PYTHON, "httpx"],
    "python-aiohttp": [*PYTHON, "aiohttp"],
    "ruby": ["ruby", str(PROGRAMS / "flow.rb")],
    "perl": ["perl", str(PROGRAMS / "flow.pl")],
    # A JDK is large: it is not installed for this alone.
    **({"java": ["java", str(PROGRAMS / "Flow.java")]} if shutil.which("java") else {}),
}
PACKAGES = {"php": "php-cli, php-oauth", "node": "nodejs", "ruby": "ruby", "perl": "perl", "sh": "dash"}
# PHP's streams and Node before 24 know no proxy of the environment.
ONLY_IN_A_NAMESPACE = ("php-guide", "node-fetch")


@pytest.fixture(autouse=True)
def _own_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "via"),
    [
        *((name, "namespace") for name in COMMANDS),
        *((name, "proxy") for name in COMMANDS if name not in ONLY_IN_A_NAMESPACE),
    ],
)
def test_it_sends_its_sms(name: str, via: str) -> None:
    """It asks the real hosts over verified TLS, and its SMS is accepted by the fake."""
    program, *arguments = COMMANDS[name]
    need(program, package=PACKAGES.get(program, program))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "fake_provider", "run", "--via", via, "--auto-approve", "--"),
            program,
            *arguments,
        ],
        input="\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert '"status": "0"' in done.stdout
    assert "1 SMS accepted" in done.stderr


def test_the_guide_is_checked_as_it_is() -> None:
    """``check --real-hosts``: no variable tells it where the fake is."""
    need("php", package="php-cli, php-oauth")
    scenarios = ("documented-flow", "rfc5849-flow", "sms-refused", "redirect-elsewhere")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "fake_provider", "check", "--real-hosts"),
            *(word for scenario in scenarios for word in ("--scenario", scenario)),
            *("--", "php", str(PROGRAMS / "guide.php")),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert [line.split()[:2] for line in done.stdout.splitlines()[:4]] == [
        ["PASSED", "documented-flow"],
        ["WARNING", "rfc5849-flow"],
        ["FAILED", "sms-refused"],
        ["FAILED", "redirect-elsewhere"],
    ]
