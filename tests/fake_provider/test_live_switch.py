"""Users' tests with ``--nexmo-target``: which run, what they get, and what they are kept from.

"Live" leads to the real names; here a fake in the same process answers to them, so nothing leaves it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from requests_oauthlib import OAuth1Session

from contract_tests.authorizers import Person
from contract_tests.live import Live
from fake_provider import FakeNexmo, Nexmo
from fake_provider.live.gate import Gate
from fake_provider.live.sessions import opened
from tests.lean import LEAN

APP = {"NEXMO_CONSUMER_KEY": "fake-consumer-key", "NEXMO_CONSUMER_SECRET": "fake-consumer-secret"}
TOKEN = {"NEXMO_ACCESS_TOKEN": "a" * 32, "NEXMO_ACCESS_TOKEN_SECRET": "b" * 32}
TO = {"NEXMO_SMS_TO": "447700900023"}
LIVE = ("--nexmo-target", "live", "--live-pace", "0")  # the pace is what other tests are about

# The fake has the token that the environment names.
IN_HERE = """
import os, sys, threading, pytest
from fake_provider import FakeNexmo
fake = FakeNexmo()
access = fake.access_token()
os.environ |= {"NEXMO_ACCESS_TOKEN": access.token, "NEXMO_ACCESS_TOKEN_SECRET": access.secret}
there = threading.Thread(target=fake.intercept().__enter__)  # beneath whatever this thread enters
there.start()
there.join()
code = pytest.main(sys.argv[1:])
print("asked:", [exchange.request.path for exchange in fake.exchanges])
print("sent:", [(message.to, message.text) for message in fake.messages])
print("shown:", access.secret)
sys.exit(code)
"""

HELPERS = """
import pytest
import requests
from fake_provider import FakeNexmo
from requests_oauthlib import OAuth1Session

DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"

def session_of(nexmo):
    access = nexmo.access_token()
    return OAuth1Session(nexmo.consumer.consumer_key, nexmo.consumer.consumer_secret, access.token, access.secret)

def send(nexmo, to=None, text="hi"):
    message = {"from": "Acme", "to": to or nexmo.sms_to, "text": text}
    return session_of(nexmo).post(f"{REST}/sms/json", data=message, timeout=10)
"""


def run_live(
    folder: Path, tests: str, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a user's *tests* with ``--nexmo-target live``."""
    (folder / "test_it.py").write_text(HELPERS + tests, encoding="utf-8")
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))
    }
    return subprocess.run(
        [sys.executable, "-c", IN_HERE, *LEAN, "-rs", "--strict-markers", *LIVE, *arguments],
        cwd=folder,
        env=inherited | APP | TO | (environment or {}),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal, there is nobody to ask
        capture_output=True,
        text=True,
        check=False,
    )


def run_on_a_fake(folder: Path, tests: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a user's *tests* as they are run every day."""
    (folder / "test_it.py").write_text(HELPERS + tests, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, "-rs", "--strict-markers", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


SENDS = """
@pytest.mark.nexmo_live(sms=1)
def test_sends(fake_nexmo):
    assert send(fake_nexmo).json()["messages"][0]["status"] == "0"
    if isinstance(fake_nexmo, FakeNexmo):
        assert fake_nexmo.messages[0].text == "hi"

@pytest.mark.nexmo_live
def test_asks(fake_nexmo):
    assert "value" in session_of(fake_nexmo).get(f"{REST}/account/get-balance", timeout=10).json()

def test_of_a_fake(fake_nexmo):
    fake_nexmo.clock.advance(60)

def test_of_a_server(fake_nexmo_server):
    assert fake_nexmo_server.url

def test_of_neither():
    pass
"""


def test_the_same_tests_run_on_a_fake(tmp_path: Path) -> None:
    """Without an option all of them do."""
    run = run_on_a_fake(tmp_path, SENDS)

    assert "5 passed" in run.stdout


def test_live_what_is_fit_for_it_runs(tmp_path: Path) -> None:
    """The others with a fake are skipped, and told how to mark a test; what uses none runs as ever."""
    run = run_live(tmp_path, SENDS, "--allow-sms")

    assert "3 passed, 2 skipped" in run.stdout, run.stdout
    assert (
        "runs on a fake in this process only; a test that is fit for more is marked nexmo_live" in run.stdout
    )
    assert "sent: [('447700900023', 'hi')]" in run.stdout
    assert "tests marked nexmo_live run on the real service" in run.stdout
    assert "2 tests ran on the real service; 1 of at most 10 messages were sent" in run.stdout


def test_live_nothing_is_sent_without_permission(tmp_path: Path) -> None:
    """A test that sends an SMS is skipped before it begins."""
    run = run_live(tmp_path, SENDS)

    assert "2 passed, 3 skipped" in run.stdout, run.stdout
    assert "sends an SMS that costs; --allow-sms was not given" in run.stdout
    assert "sent: []" in run.stdout


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_fake_at_a_url(tmp_path: Path, processes: str) -> None:
    """The marked tests run on it too, each with an app of its own; the others need one in their process."""
    fake = FakeNexmo()
    with fake.serve() as server:
        run = run_on_a_fake(tmp_path, SENDS, "--nexmo-target", server.url, "-n", processes)

    assert "3 passed, 2 skipped" in run.stdout, run.stdout
    assert f"fake_nexmo: 2 tests ran on {server.url}" in run.stdout
    assert [message.text for message in fake.messages] == ["hi"]
    assert len(fake.apps) == 3


# What a test is kept from: live by a guard, on a fake by a look at what it did

TOO_MUCH = {
    "more-than-the-mark": (
        """
@pytest.mark.nexmo_live(sms=1)
def test_it(fake_nexmo):
    send(fake_nexmo)
    send(fake_nexmo)
""",
        "sends more messages than its mark allows (2 of 1): @pytest.mark.nexmo_live(sms=2)",
        1,
    ),
    "no-message-in-the-mark": (
        """
@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    send(fake_nexmo)
""",
        "sends more messages than its mark allows (1 of 0): @pytest.mark.nexmo_live(sms=1)",
        0,
    ),
    "another-number": (
        """
@pytest.mark.nexmo_live(sms=1)
def test_it(fake_nexmo):
    send(fake_nexmo, to="447700900024")
""",
        "sends an SMS to another number than fake_nexmo.sms_to",
        0,
    ),
}


@pytest.mark.parametrize("case", TOO_MUCH.values(), ids=list(TOO_MUCH))
def test_what_a_mark_does_not_allow(tmp_path: Path, case: tuple[str, str, int]) -> None:
    """It fails on a fake, where nobody pays; and live it does not leave, though the test may not notice."""
    tests, sentence, sent = case

    run = run_on_a_fake(tmp_path, tests)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert sentence in run.stdout

    run = run_live(tmp_path, tests, "--allow-sms")
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert sentence in run.stdout
    assert run.stdout.split("sent: ")[1].count("447700") == sent


CALLS = {
    "requests": 'requests.post(f"{REST}/sms/json", data=SMS, timeout=10)',
    "httpx": 'httpx.post(f"{REST}/sms/json", data=SMS)',
    "httpx-async": "asyncio.run(by_httpx())",
    "aiohttp": "asyncio.run(by_aiohttp())",
    "urllib3": 'urllib3.PoolManager().request("POST", f"{REST}/sms/json", fields=SMS, encode_multipart=False)',
    "http.client": 'urllib.request.urlopen(f"{REST}/sms/json", urllib.parse.urlencode(SMS).encode())',
}

BY_ANY_LIBRARY = """
import asyncio, contextlib, urllib.request, urllib.parse, aiohttp, httpx, urllib3

SMS = {{"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "A", "to": "447700900023", "text": "hi"}}

async def by_httpx():
    async with httpx.AsyncClient() as client:
        await client.post(f"{{REST}}/sms/json", data=SMS)

async def by_aiohttp():
    async with aiohttp.ClientSession() as client, client.post(f"{{REST}}/sms/json", data=SMS) as answer:
        await answer.read()

@pytest.mark.nexmo_live(sms=1)
def test_allowed(fake_nexmo):
    {call}

@pytest.mark.nexmo_live
def test_refused(fake_nexmo):
    with contextlib.suppress(Exception):
        {call}
"""


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_every_library_is_guarded(tmp_path: Path, call: str) -> None:
    """What may be sent is sent as it was; what may not is not, by whichever library."""
    run = run_live(tmp_path, BY_ANY_LIBRARY.format(call=call), "--allow-sms")

    assert "1 failed, 1 passed" in run.stdout, run.stdout
    assert "sent: [('447700900023', 'hi')]" in run.stdout


PAST_THE_GUARD = """
import asyncio, contextlib, socket

@pytest.mark.nexmo_live
def test_a_socket(fake_nexmo):
    with contextlib.suppress(OSError):
        socket.create_connection(("rest.nexmo.com", 443), timeout=1)

@pytest.mark.nexmo_live
def test_a_stream(fake_nexmo):
    with contextlib.suppress(OSError):
        asyncio.run(asyncio.open_connection("rest.nexmo.com", 443))

@pytest.mark.nexmo_live
def test_elsewhere(fake_nexmo):
    assert socket.getaddrinfo("localhost", 80)
"""


def test_what_cannot_be_guarded_does_not_leave(tmp_path: Path) -> None:
    """Nobody else looks the real names up; other names are nobody's business."""
    run = run_live(tmp_path, PAST_THE_GUARD)

    assert "2 failed, 1 passed" in run.stdout, run.stdout
    assert run.stdout.count("asks rest.nexmo.com by a way that fake-nexmo cannot guard") >= 2


PAST_ITS_TIME = """
import threading
KEY = {"api_key": "abcd1234", "api_secret": "fake-api-secret"}
SMS = KEY | {"from": "A", "to": "447700900023", "text": "hi"}
go_on, done = threading.Event(), threading.Event()

def late():
    go_on.wait(20)
    requests.post(f"{REST}/sms/json", data=SMS, timeout=10)
    done.set()

requests.post(f"{REST}/sms/json", data=SMS, timeout=10)  # while it is imported

@pytest.fixture(scope="session", autouse=True)
def at_the_end():
    yield
    requests.post(f"{REST}/sms/json", data=SMS, timeout=10)

@pytest.fixture
def before():
    assert requests.post(f"{REST}/sms/json", data=SMS, timeout=10).status_code == 403

@pytest.fixture
def after():
    yield
    go_on.set()
    done.wait(20)

@pytest.mark.nexmo_live(sms=1)
def test_begins_too_early(before, fake_nexmo):
    pass

@pytest.mark.nexmo_live(sms=1)
def test_has_a_late_thread(after, fake_nexmo):
    threading.Thread(target=late).start()

def test_has_no_guard():
    requests.post(f"{REST}/sms/json", data=SMS, timeout=10)

@pytest.mark.nexmo_live(sms=1)
def test_is_allowed(fake_nexmo):
    assert send(fake_nexmo).status_code == 200
"""


def test_what_comes_past_the_guards_does_not_leave(tmp_path: Path) -> None:
    """Before a test, after it, beside it, without one: it is refused, and said to whatever runs; at the end where nothing does."""
    (tmp_path / "conftest.py").write_text(
        'import requests\nrequests.get("https://rest.nexmo.com/account/get-balance", timeout=10)\n'
    )
    run = run_live(tmp_path, PAST_ITS_TIME, "--allow-sms")

    assert "asked: ['/sms/json', '/account/get-balance', '/oauth/request_token']" in run.stdout, run.stdout
    assert "sent: [('447700900023', 'hi')]" in run.stdout
    assert "ERROR at setup of test_begins_too_early" in run.stdout
    assert "ERROR at teardown of test_has_a_late_thread" in run.stdout
    assert "1 failed, 2 passed" in run.stdout
    assert "3 errors" in run.stdout
    assert "ERROR at teardown of test_is_allowed" in run.stdout  # of the fixture at the end of the session
    assert run.stdout.count("\nasks rest.nexmo.com outside of fake_nexmo, where nothing is guarded") == 4
    assert "while no test ran, something asks rest.nexmo.com outside of fake_nexmo" in run.stdout


OUT_OF_ITS_TIME = """
import atexit

def ask():
    print("answered:", requests.get(f"{REST}/account/get-balance", timeout=10).status_code)

ask()
atexit.register(ask)

def test_it():
    pass
"""


def test_what_is_asked_while_no_test_runs(tmp_path: Path) -> None:
    """It fails the run, and not only while that lasts is it kept from leaving."""
    run = run_live(tmp_path, OUT_OF_ITS_TIME, "-s")

    assert "asked: []" in run.stdout, run.stdout
    assert run.stdout.count("answered: 403") == 2
    assert "1 passed" in run.stdout
    assert run.returncode == pytest.ExitCode.TESTS_FAILED


def test_what_is_asked_while_no_test_runs_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that reports tells it, of a fake elsewhere too: the real hosts are not what was named."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # if it leaves after all, it does not get far
    with FakeNexmo().serve() as server:
        run = run_on_a_fake(tmp_path, OUT_OF_ITS_TIME, "--nexmo-target", server.url, "-n", "1")

    assert "while no test ran, something asks rest.nexmo.com outside of fake_nexmo" in run.stdout, run.stdout
    assert "1 passed" in run.stdout
    assert run.returncode == pytest.ExitCode.TESTS_FAILED


COSTS = """
import http.client, urllib.parse
NUMBER = {"country": "GB", "msisdn": "447700900400"}
KEY = {"api_key": "abcd1234", "api_secret": "fake-api-secret"}

@pytest.mark.nexmo_live
def test_buys(fake_nexmo):
    session_of(fake_nexmo).post(f"{REST}/number/buy", data=NUMBER, timeout=10)

@pytest.mark.nexmo_live
def test_buys_without_oauth(fake_nexmo):
    requests.post(f"{REST}/number/buy", data=NUMBER | KEY, timeout=10)

@pytest.mark.nexmo_live
def test_calls(fake_nexmo):
    requests.post(f"{REST}/tts/json", data={"to": "447700900023", "text": "hi"} | KEY, timeout=10)

@pytest.mark.nexmo_live
def test_hides_an_sms(fake_nexmo):
    message = {"from": "A", "to": fake_nexmo.sms_to, "text": "hi"}
    requests.post(f"{REST}//%73ms/json", data=message | KEY, timeout=10)

@pytest.mark.nexmo_live(sms=1)
@pytest.mark.parametrize("path", [
    "/account/../sms/json", "/account/%2e%2e/sms/json", "/account/%252e%252e/sms/json", "/account/..%2fsms/json",
    "/account\\\\..\\\\sms/json", "/account/..;/sms/json", "/account/x%5c..%5c..%5csms/json", "/sms;x/json",
    "/account/%c0%ae%c0%ae/sms/json",
])
def test_leads_elsewhere(fake_nexmo, path):
    message = urllib.parse.urlencode({"from": "A", "to": fake_nexmo.sms_to, "text": "hi"} | KEY)
    connection = http.client.HTTPSConnection("rest.nexmo.com")
    connection.request("POST", path, message, {"Content-Type": "application/x-www-form-urlencoded"})
    assert connection.getresponse().status == 403
"""


def test_what_is_never_done_live(tmp_path: Path) -> None:
    """What costs beside SMS, changes the account, or is unknown is not sent; and an SMS is one however it is addressed."""
    run = run_live(tmp_path, COSTS, "--allow-sms")

    assert "13 failed" in run.stdout, run.stdout
    assert run.stdout.count("which may be read in more than one way; that is never done live") >= 9
    assert run.stdout.count("changes the account, or costs beside SMS; that is never done live") >= 2
    assert "asks for /tts/json, of which nobody knows here what it costs" in run.stdout
    assert "POST https://rest.nexmo.com/tts/json -> 403" in run.stdout
    assert "sends more messages than its mark allows (1 of 0)" in run.stdout
    assert "sent: []" in run.stdout


SETS_UP = """
@pytest.fixture
def sent(fake_nexmo):
    assert send(fake_nexmo).status_code == 200

@pytest.mark.nexmo_live
def test_it(sent, fake_nexmo):
    pass
"""


def test_what_a_fixture_sends_counts(tmp_path: Path) -> None:
    """The reason stands with its failure."""
    run = run_live(tmp_path, SETS_UP, "--allow-sms")

    assert "1 error" in run.stdout, run.stdout
    assert "sends more messages than its mark allows (1 of 0)" in run.stdout


ENDS = """
@pytest.mark.nexmo_live(sms=1)
def test_it(fake_nexmo):
    assert send(fake_nexmo).status_code == 200
    {end}
"""


@pytest.mark.parametrize(
    ("end", "told"),
    [
        pytest.param("pytest.skip('no more')", "1 test ran on the real service; ", id="skipped"),
        pytest.param("raise KeyboardInterrupt", "1 test ran on the real service; ", id="interrupted"),
        pytest.param("pytest.exit('enough', 7)", "on the real service ", id="ended-with-a-code"),
    ],
)
def test_what_was_spent_is_always_told(tmp_path: Path, end: str, told: str) -> None:
    """However the test ends that has spent it, and the run."""
    run = run_live(tmp_path, ENDS.format(end=end), "--allow-sms")

    assert f"fake_nexmo: {told}1 of at most 10 messages were sent" in run.stdout, run.stdout


PLANNED = """
@pytest.mark.nexmo_live(sms=1)
def test_it(fake_nexmo):
    assert send(fake_nexmo).json()["messages"][0]["status"] == "1"
"""


@pytest.mark.parametrize("plan", ["--live-plan", "--live-plan-json=plan.json"])
def test_a_plan_spends_nothing(tmp_path: Path, plan: str) -> None:
    """What it says is that of the plan alone; a failed test shows what would be asked of the real service."""
    result = run_live(tmp_path, PLANNED, "--allow-sms", plan)

    lines = result.stdout.splitlines()
    own = [line.strip("- ") for line in lines if "fake_nexmo: " in line or "fake-nexmo: " in line]
    assert own == [
        "fake_nexmo: tests marked nexmo_live are planned only; what they ask is asked of a fake in this process",
        "fake-nexmo: what would be asked of the real service",
    ], result.stdout
    assert "= 1 failed" in lines[-4], result.stdout
    assert lines[-3:-1] == ["asked: []", "sent: []"]


def test_the_real_service_cannot_be_reached(tmp_path: Path) -> None:
    """The run ends with one line: every other test would fail of the same."""
    (tmp_path / "test_it.py").write_text(HELPERS + SENDS, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, *LIVE],
        cwd=tmp_path,
        env={**os.environ, **APP, "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", **TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == pytest.ExitCode.USAGE_ERROR, run.stdout
    assert "--nexmo-target live: dashboard.nexmo.com cannot be reached: the proxy refuses" in run.stdout
    assert "Traceback" not in run.stdout


ONLY_A_FAKE = """
@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    fake_nexmo.{name}
"""


@pytest.mark.parametrize("name", ["clock", "messages", "faults", "send_receipt"])
def test_what_only_a_fake_can_do(tmp_path: Path, name: str) -> None:
    """A test that is marked and needs it is wrong, and is told so."""
    run = run_live(tmp_path, ONLY_A_FAKE.format(name=name))

    assert "1 failed" in run.stdout
    assert f"fake_nexmo.{name}: only a fake in this process can do that." in run.stdout


MISMARKED = """
@pytest.mark.nexmo_live(1)
def test_no_name(fake_nexmo): pass

@pytest.mark.nexmo_live
def test_a_server(fake_nexmo_server): pass

@pytest.mark.nexmo_live
def test_no_fixture(): pass
"""


def test_a_mark_in_the_wrong_place(tmp_path: Path) -> None:
    """It is said at once, on a fake, and not at the first live run."""
    run = run_on_a_fake(tmp_path, MISMARKED)

    assert "3 errors" in run.stdout
    assert "how many messages are sent: nexmo_live(sms=1)" in run.stdout
    assert "fake_nexmo_server is never the real service" in run.stdout
    assert run.stdout.count("nexmo_live is for tests with the fixture fake_nexmo") >= 2


AUTHORIZES = """
@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    consumer = fake_nexmo.consumer
    session = OAuth1Session(consumer.consumer_key, consumer.consumer_secret, callback_uri="https://app.example/cb?x=1")
    token = session.fetch_request_token(f"{DASHBOARD}/oauth/request_token")["oauth_token"]
    user = fake_nexmo.authorize(token)
    assert user.redirect_url == f"https://app.example/cb?x=1&oauth_token={token}&oauth_verifier={user.verifier}"
    session.parse_authorization_response(user.redirect_url)
    session.fetch_access_token(f"{DASHBOARD}/oauth/access_token")
"""


def test_nobody_is_there_to_authorize(tmp_path: Path) -> None:
    """With a stored token alone, a test that needs somebody is skipped."""
    run = run_live(tmp_path, AUTHORIZES)

    assert "1 skipped" in run.stdout, run.stdout
    assert "needs somebody who authorizes; there is a stored token only" in run.stdout


def test_the_user_of_a_fake_at_a_url_authorizes(tmp_path: Path) -> None:
    """And is sent where the user of one in the process is."""
    with FakeNexmo().serve() as server:
        run = run_on_a_fake(tmp_path, AUTHORIZES, "--nexmo-target", server.url)

    assert "1 passed" in run.stdout, run.stdout
    assert "1 passed" in run_on_a_fake(tmp_path, AUTHORIZES).stdout


@pytest.mark.parametrize("typed", ["{verifier}", "{redirect_url}"])
def test_a_person_authorizes(typed: str) -> None:
    """Who types the verifier, or pastes the address, is sent to where the app has asked for."""
    fake = FakeNexmo()
    screen = StringIO()

    def terminal(mode: str) -> StringIO:
        if mode == "w":
            return screen
        user = fake.authorize(token)
        return StringIO(typed.format(verifier=user.verifier, redirect_url=user.redirect_url) + "\n")

    screen.close = lambda: None  # type: ignore[method-assign]
    target = Live(APP, person=Person(open_terminal=terminal))
    target.pace.seconds = 0
    callback = "https://app.example/cb?x=1"
    session = OAuth1Session(APP["NEXMO_CONSUMER_KEY"], APP["NEXMO_CONSUMER_SECRET"], callback_uri=callback)
    with fake.intercept(), opened(target, messages=0, gate=Gate()) as (nexmo, _):
        url = "https://dashboard.nexmo.com/oauth/request_token"
        token = session.fetch_request_token(url)["oauth_token"]
        user = nexmo.authorize(token)

    assert f"Open https://dashboard.nexmo.com/oauth/authorize?oauth_token={token}" in screen.getvalue()
    assert user.verifier
    assert user.redirect_url == f"{callback}&oauth_token={token}&oauth_verifier={user.verifier}"


SHOWS = """
@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    secret = fake_nexmo.access_token().secret
    print(secret)
    assert secret == fake_nexmo.consumer.consumer_secret
"""


def test_no_secret_is_shown(tmp_path: Path) -> None:
    """Neither in what a failing test compares, nor in what it has printed."""
    run = run_live(tmp_path, SHOWS, "--showlocals")

    report, _, secret = run.stdout.partition("shown: ")
    assert "1 failed" in report
    assert "<secret>" in report
    assert secret.strip() not in report
    assert APP["NEXMO_CONSUMER_SECRET"] not in report


def test_a_fake_is_a_nexmo() -> None:
    """What a test may ask of either, it may ask of a fake."""
    fake = FakeNexmo()

    assert isinstance(fake, Nexmo)
    assert fake.consumer.consumer_key == "fake-consumer-key"
    assert not fake.is_live
