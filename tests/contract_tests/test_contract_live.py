"""The switch to the real service, proved against a fake that plays it: its real names, over TLS, without a control API.

Nothing tells the run that it is a fake: it is a command of ``fake-nexmo run --no-control``, a program of its own.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import requests

from contract_tests.abilities import NEEDS_CONTROL
from contract_tests.browser import Browser
from contract_tests.targets import through
from fake_provider import FakeNexmo
from fake_provider.contract.listener import OUT_OF_REACH
from tests.contract_tests.authorized import decide
from tests.contract_tests.running import PYTEST, clean_environment, run
from tests.contract_tests.terminal import Terminal

ROOT = Path(__file__).parent.parent.parent
AUTHORIZED = [sys.executable, "-m", "tests.contract_tests.authorized"]
LIVE = ["--pyargs", "contract_tests", "--nexmo-target", "live"]
TO = "447700900000"

CONFIG = """
[[accounts]]
email = "developer@example.com"
password = "nexmo"
balance = "1000.00"

[[apps]]
name = "An app of the real service"
consumer_key = "a-real-consumer-key"
consumer_secret = "a-real-consumer-secret"
"""
ASKED = re.compile(
    r"the user is asked at (?P<at>\S+)|Open (?P<page>\S+)\s+and press (?P<button>\w+), then [^:]*: "
)


@pytest.fixture
def real_service(tmp_path: Path) -> Sequence[str]:
    """The beginning of a command for which a fake plays the real service."""
    config = tmp_path / "service.toml"
    config.write_text(CONFIG, encoding="utf-8")
    # In a network of its own: port 443 of this machine may be another program's.
    return [
        sys.executable,
        "-m",
        "fake_provider",
        "run",
        "--offline",
        "--no-control",
        "--config",
        str(config),
    ]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The variables of a machine with an authority of its own, and nothing of ours or of the outer run's."""
    return clean_environment(XDG_DATA_HOME=str(tmp_path), NEXMO_SMS_TO=TO)


def _reasons(printed: str) -> dict[str, int]:
    """Return the reasons of the summary, with how many tests each has."""
    told = re.search(r"^not checked .*\n((?: +\d+  .*\n)*)", printed, re.MULTILINE)
    assert told is not None, printed[-4000:]
    return {reason: int(number) for number, reason in re.findall(r"^ +(\d+)  (.*)$", told[1], re.MULTILINE)}


@pytest.mark.long
def test_every_test_that_is_fit_for_it_holds(
    real_service: Sequence[str], environment: dict[str, str]
) -> None:
    """With a token that its user has authorized before, and enough to spend: what is left out needs a fake, or somebody.

    The provider saw real requests only, and none beyond the two hosts.
    """
    spending = ["--allow-sms", "--max-sms", "500", "--live-pace", "0"]
    command = [*real_service, "--summary", "json", "--", *AUTHORIZED, *PYTEST, *LIVE, "-q", *spending]
    done = run(command, cwd=ROOT, environment=environment)
    checked = re.search(r"^checked +(\d+) tests: \1 passed$", done.stdout, re.MULTILINE)
    sent = re.search(
        r"^SMS +(\d+) of at most 500 messages were sent, ([\d.]+) EUR as answered$", done.stdout, re.MULTILINE
    )
    summary = json.loads(done.stderr.splitlines()[-1])

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "target       the real service, profile unknown, documented is assumed" in done.stdout
    assert checked is not None
    assert int(checked[1]) >= 370
    others = {reason for reason in _reasons(done.stdout) if not reason.startswith(f"{NEEDS_CONTROL}: ")}
    assert others == {
        OUT_OF_REACH,
        "is true of the profile strict only",
        "judges a client and no target; --client-command names one",
        "needs somebody who authorizes; there is a stored token only",
        "sends an SMS to another number than NEXMO_SMS_TO",
    }
    assert sent is not None
    assert summary["sms_accepted"] <= int(sent[1])
    assert summary["calls"] >= 400
    assert summary["refused_hosts"] == {}


@pytest.mark.long
def test_a_person_at_the_terminal_decides(real_service: Sequence[str], environment: dict[str, str]) -> None:
    """Without a token somebody opens the page that is named, presses the button, and types what is shown there."""
    selection = ["-k", "test_access_token or test_request_token or balance or access-token"]
    command = [*real_service, "--", *PYTEST, *LIVE, *selection, "--live-pace", "0"]
    printed, asked, code = _conversation(command, environment)

    assert code == 0, printed[-4000:]
    assert "needs somebody who authorizes" not in printed
    assert re.search(r"^checked +(\d+) tests: \1 passed\r?$", printed, re.MULTILINE)
    assert asked >= 60


def _conversation(command: Sequence[str], environment: dict[str, str]) -> tuple[str, int, int]:
    """Run *command* at a terminal, with a person who does what it asks; returns what was shown, how often, and the exit code."""
    terminal = Terminal(command, cwd=ROOT, environment=environment)
    shown, read_to, asked, at = "", 0, 0, ""
    with requests.Session() as session:
        browser = Browser(through(session))
        while more := terminal.read():
            shown += more
            for found in ASKED.finditer(shown, read_to):
                read_to = found.end()
                if found["at"]:
                    at = found["at"]  # where the page can be seen from here: the real name leads there within
                    continue
                assert at.endswith(found["page"].partition("oauth_token=")[2])
                asked += 1
                terminal.type(decide(browser, at, found["button"]))
    return shown, asked, terminal.ended()


def test_requests_keep_a_second_apart(
    real_service: Sequence[str], environment: dict[str, str], tmp_path: Path
) -> None:
    """That is the pace unless another is asked for, as the provider's own record of them shows."""
    database = tmp_path / "record.db"
    selection = ["-k", "realm_is_not_signed"]
    command = [*real_service, "--database", str(database), "--", *AUTHORIZED, *PYTEST, *LIVE, *selection]
    done = run(command, cwd=ROOT, environment=environment)
    fake = FakeNexmo(database=str(database))
    times = sorted(
        exchange.received_at
        for exchange in fake.exchanges
        if exchange.request.path.startswith("/oauth/request")
    )
    fake.close()

    assert "2 passed" in done.stdout, done.stdout
    gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
    assert len(gaps) == 2  # the first of all was the authorization before the run
    assert min(gaps) >= 0.99


def test_a_throttled_run_says_so_on_screen(
    real_service: Sequence[str], environment: dict[str, str], tmp_path: Path
) -> None:
    """At once, while pytest captures everything else; and what was asked for is waited for."""
    database = tmp_path / "throttled.db"
    fake = FakeNexmo(database=str(database))
    fake.faults.add(
        match={"path": "/account/get-balance"}, action={"status": 429, "headers": {"Retry-After": "1"}}
    )
    fake.close()
    selection = ["-k", "test_the_default_is_json", "--live-pace", "0"]
    done = run(
        [*real_service, "--database", str(database), "--", *AUTHORIZED, *PYTEST, *LIVE, *selection],
        cwd=ROOT,
        environment=environment,
    )

    fake = FakeNexmo(database=str(database))
    times = sorted(one.received_at for one in fake.exchanges if one.request.path == "/account/get-balance")
    fake.close()

    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert (
        "rest.nexmo.com asks to wait (HTTP 429): GET /account/get-balance again in 1 s, 1 of at most 3 times"
        in done.stdout
    )
    assert times[1] - times[0] >= 1
