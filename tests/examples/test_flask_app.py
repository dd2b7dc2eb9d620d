"""The Flask application in ``examples``, as an outsider runs it: its tests, on a fake and live, and by hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.conftest import Served
from tests.documents import blocks
from tests.examples.outsider import FOLDER, PYTEST, environment, live, outside
from tests.pages import Visitor, text_of
from tests.ports import free_port
from tests.programs import need

BIN = Path(sys.executable).parent


@pytest.mark.long
def test_its_tests_pass() -> None:
    """All of them, in a process that knows the plugin alone; a warning fails one."""
    need("chromium", package="chromium")
    run = outside(*PYTEST)

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\d\d passed in", run.stdout), run.stdout


@pytest.mark.parametrize("allowed", [True, False], ids=["allow-sms", "no-sms"])
def test_its_tests_pass_live(tmp_path: Path, allowed: bool) -> None:
    """Those that are marked for it, at what stands under the real names."""
    run = live(tmp_path, "--nexmo-target", "live", *(["--allow-sms"] if allowed else []))

    assert run.returncode == 0, run.stdout + run.stderr
    assert "tests marked nexmo_live run on the real service" in run.stdout
    assert "needs somebody who authorizes; there is a stored token only" in run.stdout
    assert "runs on a fake in this process only" in run.stdout
    # The second is skipped when it comes to somebody who authorizes; it had begun by then.
    assert ("2 tests ran on the real service; 1 of at most 10 messages were sent" in run.stdout) is allowed
    assert f"{int(allowed)} SMS accepted" in run.stderr
    assert ("sends an SMS that costs; --allow-sms was not given" in run.stdout) is not allowed


TAKE_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_person_logs_in_live(tmp_path: Path) -> None:
    """Without a stored token a person is asked at the terminal, and pastes the address that the page leads to."""
    nexmo = (sys.executable, "-m", "fake_provider", "run", "--no-control", "--")
    tests = (*PYTEST, "--nexmo-target", "live", "--live-pace", "0", "-k", "somebody_logs_in")
    ours, theirs = os.openpty()
    with (
        subprocess.Popen(
            [sys.executable, "-c", TAKE_THE_TERMINAL, *nexmo, *tests],
            cwd=FOLDER,
            env=environment(XDG_DATA_HOME=str(tmp_path)),
            start_new_session=True,
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        open(ours, "r+b", buffering=0) as terminal,
    ):
        os.close(theirs)
        assert process.stderr is not None
        dashboard = next(line for line in process.stderr if "dashboard: " in line).split("dashboard: ")[1]
        asked = b""
        while b"press Authorize" not in asked:
            asked += terminal.read(4096)
        (path,) = re.findall(r"Open https://dashboard.nexmo.com(\S+)", asked.decode())
        person = Visitor(dashboard.strip())
        page = person.press(person.open(path), "Sign in", email="developer@example.com", password="nexmo")
        with pytest.raises(requests.ConnectionError) as nobody_there:
            person.press(page, "Authorize")
        assert nobody_there.value.request is not None
        terminal.write(f"{nobody_there.value.request.url}\n".encode())
        printed, said = process.communicate(timeout=60)

    assert process.returncode == 0, printed + said
    assert "1 test ran on the real service; 0 of at most 10 messages were sent" in printed


# By hand


@contextmanager
def started_by_hand(nexmo: str) -> Iterator[str]:
    """Run the second command of the README for the Nexmo at this URL; the application's own."""
    serve, flask = (block.text.strip() for block in blocks("examples/flask_app/README.md"))
    assert serve == "fake-nexmo serve --port 8080"
    url = f"http://127.0.0.1:{free_port()}"
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
    run = outside(str(BIN / "flask"), "--app", "texting", "run")

    assert run.stderr.strip() == "set NEXMO_CONSUMER_KEY and NEXMO_CONSUMER_SECRET in the environment"
