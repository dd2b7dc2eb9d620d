"""Whatever a careless test, plugin or pytest itself shows of a live run, no secret is in it.

The runs are in this process: the real names lead to a fake, and each shows its secrets in another way.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

import contract_tests
from fake_provider import FakeNexmo
from fake_provider.domain.credentials import ClientCredentials
from fake_provider.live.gate import gate_of_this_process
from fake_provider.settings import Settings
from tests.pages import DEVELOPER

pytest_plugins = "pytester"

LEAN = (
    "-p",
    "no:cacheprovider",
    "-p",
    "no:schemathesis",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:xdist",
    "-W",
    "default",
)
LIVE = ("--nexmo-target", "live", "--live-pace", "0")
API_SECRET = "0wn-Ap1-S3cret"
SECRET = "c0nsumer&s3cret/é-0123456789"

HELPERS = """
import logging, os, warnings
import pytest, requests

SECRET = os.environ["NEXMO_CONSUMER_SECRET"]
REST = "https://rest.nexmo.com"
"""
ORDINARY = """
API_SECRET = os.environ["OWN"]
logging.getLogger("x").warning("at import: %s", SECRET)
warnings.warn(f"at import: {SECRET}")

@pytest.mark.nexmo_live
def test_warns(fake_nexmo, recwarn):
    warnings.warn(f"was expected: {SECRET}")
    assert [str(one.message) for one in recwarn] == []

@pytest.mark.nexmo_live
def test_asks_with_a_query(fake_nexmo):
    warnings.warn(f"a warning: {SECRET}")
    url = f"{REST}/account/get-balance?api_key=abcd1234&api_secret={API_SECRET}"
    answer, given = requests.get(url, timeout=10), API_SECRET
    assert (answer.url, given) == ()

@pytest.mark.nexmo_live
def test_asks_with_a_path(fake_nexmo):
    given = API_SECRET[::-1]
    answer = requests.get(f"{REST}/account/get-balance/abcd1234/{given}", timeout=10)
    assert (answer.url, given) == ()

@pytest.mark.nexmo_live
def test_asks_with_http_basic(fake_nexmo):
    given = API_SECRET.swapcase()[::-1]
    answer = requests.get(f"{REST}/account/get-balance", auth=("abcd1234", given), timeout=10)
    assert dict(answer.request.headers) == {}

@pytest.mark.nexmo_live
def test_asks_what_is_not_sent(fake_nexmo):
    given = "Anoth3r" + API_SECRET
    requests.post(f"{REST}/sms/json", json={"api_secret": given, "to": "1"}, timeout=10)
    print(f"it was {given}", os.environ["NEXMO_API_SECRET"], "/search/message/abcd1234/n3ver-sent/1")

@pytest.mark.parametrize("secret", [SECRET])
def test_is_named_after_it(secret):
    logging.getLogger("x").error("as it comes: %s", [secret])

def test_is_expected_to_fail():
    pytest.xfail(f"because of {SECRET}")

def test_has_properties(record_property, record_testsuite_property):
    record_property("one", SECRET)
    record_property("two", SECRET.encode())
    record_testsuite_property("three", SECRET)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless:
    """A run that shows a secret, and with which options.

    Attributes:
        conftest: the user's own plugin.
        file: where else it would be.
    """

    tests: str
    options: tuple[str, ...] = ()
    conftest: str = ""
    file: str = ""
    ended: pytest.ExitCode


RUNS = {
    "ordinary-tests": Careless(
        tests=ORDINARY,
        options=("-rA", "-v", "--showlocals", "-o", "log_cli=true", "--junit-xml=report.xml"),
        file="report.xml",
        ended=pytest.ExitCode.TESTS_FAILED,
    ),
    "warnings-are-errors": Careless(
        tests="""
@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    warnings.warn(f"the secret is {SECRET}")
""",
        options=("-W", "error"),
        ended=pytest.ExitCode.TESTS_FAILED,
    ),
    "interrupted": Careless(
        tests="""
def waits(token):
    raise KeyboardInterrupt

@pytest.mark.nexmo_live
def test_it(fake_nexmo):
    waits(SECRET)
""",
        options=("--full-trace",),
        ended=pytest.ExitCode.INTERRUPTED,
    ),
    "ended-by-a-test": Careless(
        tests="def test_it(): pytest.exit(f'it is {SECRET}')", ended=pytest.ExitCode.INTERRUPTED
    ),
    "an-error-of-a-plugin": Careless(
        tests='def test_it(): "nothing"',
        conftest="""
import os
def told(token):
    raise ValueError("it went wrong")
def pytest_runtest_logfinish():
    told(os.environ["NEXMO_CONSUMER_SECRET"])
""",
        options=("--full-trace", "--showlocals", "--junit-xml=report.xml"),
        file="report.xml",
        ended=pytest.ExitCode.INTERNAL_ERROR,
    ),
    "a-module-that-cannot-be-imported": Careless(
        tests="assert SECRET == ''", ended=pytest.ExitCode.INTERRUPTED
    ),
    "the-trace-of-pytest": Careless(
        tests="def test_it(): raise ValueError(SECRET)",
        options=("--debug=trace.log",),
        file="trace.log",
        ended=pytest.ExitCode.TESTS_FAILED,
    ),
}


@pytest.fixture
def live(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.Pytester]:
    """A folder for a user's tests, whose real names lead to a fake; nobody is at the terminal."""
    monkeypatch.setattr("contract_tests.live.somebody_is_there", lambda: False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("OWN", API_SECRET)
    app = ClientCredentials(client_key="live", client_secret=SECRET, name="Live", owner=DEVELOPER)
    fake = FakeNexmo(settings=Settings(apps=(app,)))
    access = fake.access_token()
    for name, value in {
        "NEXMO_CONSUMER_KEY": app.client_key,
        "NEXMO_CONSUMER_SECRET": SECRET,
        "NEXMO_ACCESS_TOKEN": access.token,
        "NEXMO_ACCESS_TOKEN_SECRET": access.secret,
        "NEXMO_SMS_TO": "447700900023",
        "NEXMO_API_SECRET": "of-the-env1ronment",
    }.items():
        monkeypatch.setenv(name, value)
    gate = gate_of_this_process()  # of a live run, which leaves it closed until its process ends
    with fake.intercept():
        yield pytester
    gate.open()


@pytest.mark.parametrize("case", RUNS.values(), ids=list(RUNS))
def test_nothing_shows_a_secret(live: pytest.Pytester, case: Careless) -> None:
    """On the screen or in a file; what is shown says where one stood."""
    live.makeconftest(case.conftest)
    live.makepyfile(HELPERS + case.tests)
    run = live.runpytest_inprocess(*LEAN, *LIVE, *case.options, no_reraise_ctrlc=True)
    shown = f"{run.stdout}\n{run.stderr}"

    assert run.ret == case.ended, shown
    assert "<secret>" in shown
    _has_none(shown)
    if case.file:
        written = Path(case.file).read_text(encoding="utf-8")
        assert "secret>" in written or "secret&gt;" in written
        _has_none(written)


def _has_none(text: str) -> None:
    own = [API_SECRET, API_SECRET[::-1]]
    for secret in (SECRET, *own, *map(str.swapcase, own), "n3ver-sent", "of-the-env1ronment"):
        for form in (secret, quote(secret, safe=""), ascii(secret)[1:-1], secret[3:11]):
            assert form not in text
        assert base64.b64encode(f"abcd1234:{secret}".encode()).decode() not in text


def test_a_subtest(live: pytest.Pytester) -> None:
    """It has output and a description of its own."""
    pytest.importorskip("_pytest.subtests", reason="of pytest 9")
    live.makepyfile(
        HELPERS
        + """
def test_it(subtests):
    with subtests.test(msg=SECRET, token=SECRET):
        print(SECRET)
        assert SECRET == ""
"""
    )
    run = live.runpytest_inprocess(*LEAN, *LIVE)

    _has_none(str(run.stdout))
    run.stdout.fnmatch_lines(["*test_it [[]<secret>] (token=*<secret>*", "<secret>"])


def test_nothing_is_pasted(live: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``--pastebin`` would send away is what was on the screen."""
    pasted: list[str] = []

    def paste(contents: str | bytes) -> str:
        pasted.append(contents if isinstance(contents, str) else contents.decode())
        return "nowhere"

    monkeypatch.setattr("_pytest.pastebin.create_new_paste", paste)
    live.makepyfile(HELPERS + "def test_it(): raise ValueError(SECRET)")
    live.runpytest_inprocess(*LEAN, *LIVE, "--pastebin=all")

    assert "ValueError: <secret>" in pasted[0]
    _has_none(pasted[0])


def test_a_plugin_that_cannot_be_hashed(live: pytest.Pytester) -> None:
    """A data class is none the worse a plugin, and no run ends in a traceback for it."""
    live.makeconftest(
        """
import dataclasses

@dataclasses.dataclass
class Plugin:
    seen: int = 0

def pytest_configure(config):
    config.pluginmanager.register(Plugin())
"""
    )
    live.makepyfile("def test_it(): 'nothing'")
    run = live.runpytest_inprocess(*LEAN, *LIVE)

    assert run.ret == pytest.ExitCode.OK, run.stderr


@pytest.mark.parametrize("secret", ["has", "HAS-0"])
def test_a_secret_that_stands_in_what_is_ours(
    live: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    """The ids of clauses, and the name of the target, are no secret: else clauses would vanish from table and reports."""
    monkeypatch.setenv("NEXMO_API_SECRET", secret)
    module = Path(contract_tests.__file__).parent / "test_endpoints.py"
    options = ("--import-mode=importlib", "-k", "get-balance", "--contract-report=now", "--junit-xml=now.xml")
    run = live.runpytest_inprocess(*LEAN, *LIVE, *options, module)

    assert run.ret == pytest.ExitCode.OK, run.stdout.str()
    assert json.loads(Path("now.json").read_text())["summary"]["held"] == 1
    assert 'name="nexmo-clauses" value="HAS-0' in Path("now.xml").read_text()
    run.stdout.re_match_lines(["target +the real service", "HAS .* 1 +0 +"])
