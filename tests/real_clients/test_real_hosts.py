"""Programs with the real URLs written into them, unchanged, by ``fake-nexmo run``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from bs4 import BeautifulSoup

from tests.programs import lacking, need

PROGRAMS = Path(__file__).with_name("real_hosts")
FOLDER = Path(__file__).with_name("node")
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


def test_a_person_is_asked_where_the_page_really_is() -> None:
    """npm's ``oauth`` wants a verifier: ``run`` says where the consent page is, and the verifier stands on it."""
    node = need("node", package="nodejs")
    if not (FOLDER / "node_modules" / "oauth").is_dir():
        lacking("the npm package oauth is missing (make test installs it where npm is there)")
    command = [
        sys.executable,
        "-m",
        "fake_provider",
        "run",
        "--via",
        "namespace",
        "--auto-approve",
        "--",
        node,
    ]
    with subprocess.Popen(
        [*command, str(FOLDER / "flow.js")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        asked = next(line for line in process.stderr if "the user is asked at" in line)
        page = requests.get(asked.split()[-1], timeout=10).text
        found = BeautifulSoup(page, "html.parser").select_one(".verifier code")
        assert found is not None
        printed, said = process.communicate(found.text + "\n", timeout=30)

    assert process.returncode == 0, printed + said
    assert '"status": "0"' in printed
