"""The Flask application in ``examples``, as an outsider runs it: its tests, on a fake and live, and by hand."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.conftest import Served
from tests.documents import ROOT, blocks
from tests.pages import Visitor, text_of
from tests.programs import need

FOLDER = ROOT / "examples" / "flask_app"
BIN = Path(sys.executable).parent
# Without the plugins of other packages, which take longer to load than these tests to run.
PYTEST = [
    *(sys.executable, "-m", "pytest", "-rs"),
    *("-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:hypothesispytest"),
]

LOG_IN = """
import os, sys
from urllib.parse import parse_qsl
import requests
from requests_oauthlib import OAuth1

def asked(leg, *token):
    auth = OAuth1(os.environ["NEXMO_CONSUMER_KEY"], os.environ["NEXMO_CONSUMER_SECRET"], *token)
    answer = requests.post(f"https://dashboard.nexmo.com/oauth/{leg}", auth=auth, timeout=10)
    answer.raise_for_status()
    form = dict(parse_qsl(answer.text))
    return form["oauth_token"], form["oauth_token_secret"]

# Without a callback, as the guide's PHP does: what --auto-approve approves at once.
os.environ["NEXMO_ACCESS_TOKEN"], os.environ["NEXMO_ACCESS_TOKEN_SECRET"] = asked(
    "access_token", *asked("request_token"))
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Goes on as another program, with a user's token in its environment."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment without what belongs to this run."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))}
    return ours | more


def test_its_tests_pass() -> None:
    """All of them, in a process that knows the plugin alone; a warning fails one."""
    need("chromium", package="chromium")
    run = subprocess.run(PYTEST, cwd=FOLDER, env=environment(), capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\d\d passed in", run.stdout), run.stdout


@pytest.mark.parametrize("allowed", [True, False], ids=["allow-sms", "no-sms"])
def test_its_tests_pass_live(tmp_path: Path, allowed: bool) -> None:
    """Those that are marked for it, over verified TLS, at what stands under the real names and has no control API."""
    live = [*PYTEST, "--nexmo-target", "live", "--live-pace", "0", *(["--allow-sms"] if allowed else [])]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "fake_provider", "run", "--auto-approve", "--no-control", "--"),
            *(sys.executable, "-c", LOG_IN, *live),
        ],
        cwd=FOLDER,
        env=environment(XDG_DATA_HOME=str(tmp_path), NEXMO_SMS_TO="447700900023"),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal, there is nobody to ask
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert "tests marked nexmo_live run on the real service" in run.stdout
    assert "needs somebody who authorizes; there is a stored token only" in run.stdout
    assert "runs on a fake in this process only" in run.stdout
    assert f"{int(allowed)} of at most 10 messages were sent" in run.stdout
    assert ("1 SMS accepted" in run.stderr) is allowed
    assert ("sends an SMS that costs; --allow-sms was not given" in run.stdout) is not allowed


# By hand


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def started_by_hand(nexmo: str) -> Iterator[str]:
    """Run the second command of the README for the Nexmo at this URL; the application's own."""
    serve, flask = (block.text.strip() for block in blocks("examples/flask_app/README.md"))
    assert serve == "fake-nexmo serve --port 8080"
    url = f"http://127.0.0.1:{_free_port()}"
    flask = flask.replace("http://127.0.0.1:8080", nexmo).replace("5000", url.rpartition(":")[2])
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    process = subprocess.Popen(
        ["sh", "-c", f"exec {flask}"],
        cwd=FOLDER,
        env=environment(PATH=path, PUBLIC_URL=url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(requests.ConnectionError):
                requests.get(url, timeout=5)
                break
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def test_it_runs_by_hand(documented: Served) -> None:
    """The two commands of its README, and a person who goes the way that it describes."""
    with started_by_hand(documented.url) as url:
        person = Visitor(url)
        page = person.press(person.open("/"), "Log in with Nexmo")
        page = person.press(page, "Sign in", email="developer@example.com", password="nexmo")
        page = person.press(page, "Authorize")
        page = person.press(page, "Send", to="447700900000", text="hello")
        documented.fake.clock.advance(1)

        assert "447700900000 hello: sent" in text_of(page)
        assert "sent, delivered" in text_of(person.open("/"))


def test_what_is_missing_is_said_in_one_line() -> None:
    """Not as a traceback."""
    run = subprocess.run(
        shlex.split(f"{BIN}/flask --app texting run"),
        cwd=FOLDER,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.stderr.strip() == "set NEXMO_CONSUMER_KEY and NEXMO_CONSUMER_SECRET in the environment"
