"""No secret of a live run is in anything that pytest shows or writes, whatever it is asked to show.

A plugin does what a careless test might: it prints, logs, warns of and fails with every secret that there is, in many forms.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.contract_tests.running import clean_environment, run
from tests.lean import LEAN

SECRETS = {
    "NEXMO_CONSUMER_SECRET": "c0nsumer-s3cret-0123456789abcdef",
    "NEXMO_ACCESS_TOKEN": "4cc355t0k3n0123456789abcdef00000",
    "NEXMO_ACCESS_TOKEN_SECRET": "t0ken&s3cret/+=0123456789abcdef",
    "NEXMO_SMS_TO": "447700900023",
}
CARELESS = """
import base64, json, logging, os, sys, warnings
from urllib.parse import quote
import pytest

NAMES = ("NEXMO_CONSUMER_SECRET", "NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET", "NEXMO_SMS_TO")

def forms():
    for name in NAMES:
        secret = os.environ[name]
        yield from (secret, quote(secret, safe=""), json.dumps(secret), repr({"x": secret}))
        yield base64.b64encode(f"abcd1234:{secret}".encode()).decode()
        yield "x" * 200 + secret + "y" * 200
    yield f'OAuth oauth_signature="S1GNATURE%2Babc%3D", oauth_token="{os.environ["NEXMO_ACCESS_TOKEN"]}"'

def show(when):
    for form in forms():
        print(when, form)
        print(when, form, file=sys.stderr)
        logging.getLogger("careless").warning("%s %s", when, form)
        logging.getLogger("careless").debug("%s", {"form": form})
        warnings.warn(f"{when} {form}")
    try:
        raise ValueError(" ".join(forms()))
    except ValueError:
        logging.getLogger("careless").exception("it went wrong")

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    show("setup")

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    show("call")
    shown = dict(enumerate(forms()))
    assert list(forms()) == [], shown

@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item):
    show("teardown")
    raise RuntimeError(" ".join(forms()))
"""
LIVE_IN_HERE = """
import os, sys, pytest
from fake_provider import FakeNexmo
fake = FakeNexmo()
fake.create_app("Live", consumer_key="live", consumer_secret=os.environ["NEXMO_CONSUMER_SECRET"])
with fake.intercept():
    sys.exit(pytest.main(sys.argv[1:]))
"""


def _given(folder: Path) -> list[str]:
    """Return all that is written to *folder*, but for the plugin."""
    return [
        path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".xml", ".log", ".html", ".json")
    ]


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(["--showlocals", "--tb=long"], id="locals"),
        pytest.param(["-vv", "--tb=short", "-rA"], id="all-that-was-captured"),
        pytest.param(["--tb=line"], id="a-line-each"),
        pytest.param(["--tb=native", "--full-trace"], id="native"),
        pytest.param(["-o", "log_cli=true", "--log-cli-level=DEBUG"], id="log-as-it-comes"),
        pytest.param(["--log-file=run.log", "--log-file-level=DEBUG", "--log-level=DEBUG"], id="log-file"),
        pytest.param(["--contract-report=clauses.html"], id="contract-report"),
        pytest.param(["--junit-xml=report.xml", "-o", "junit_logging=all"], id="junit"),
    ],
)
def test_nothing_shows_a_secret(tmp_path: Path, shown: list[str]) -> None:
    """Neither the terminal nor a file has one, or a rest of one; what is shown says where one stood."""
    (tmp_path / "careless.py").write_text(CARELESS, encoding="utf-8")
    plugins = ("-p", "careless", *LEAN)
    selection = ["--pyargs", "contract_tests", "-k", "test_the_answer_is_a_form", "--nexmo-target", "live"]
    done = run(
        [sys.executable, "-c", LIVE_IN_HERE, *plugins, *selection, "--live-pace", "0", *shown],
        cwd=tmp_path,
        environment=clean_environment(**SECRETS, NEXMO_CONSUMER_KEY="live", PYTHONPATH=str(tmp_path)),
    )
    everything = "\n".join([done.stdout, done.stderr, *_given(tmp_path)])

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, everything[-3000:]
    for told in ("<secret>", "<token>", "<NEXMO_SMS_TO>"):
        assert told in everything
    for secret in (*SECRETS.values(), "S1GNATURE"):
        for form in (
            secret,
            quote(secret, safe=""),
            base64.b64encode(b"abcd1234:" + secret.encode()).decode(),
        ):
            assert form not in everything
        assert secret[4:12] not in everything
