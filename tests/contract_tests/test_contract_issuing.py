"""A provider that issues no credentials is told so once: which tests are skipped, and what it costs to find out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

import contract_tests
from contract_tests.authorizers import Person
from contract_tests.consumer import Consumer
from contract_tests.issuing import STEPS, Issuing, Step
from contract_tests.targets import InProcess, Provider
from tests.contract_tests.running import pytest_of

FOLDER = Path(contract_tests.__file__).parent
REQUEST, EXCHANGE = "/oauth/request_token", "/oauth/access_token"
Wrong = Callable[[requests.PreparedRequest], bool]


@pytest.fixture
def right() -> Iterator[Provider]:
    """A fake."""
    with InProcess().open() as provider:
        yield provider


def _failing(provider: Provider, wrong: Wrong, status: int, asked: list[str] | None = None) -> Provider:
    """Return a provider that answers some requests without credentials, and keep what it is asked."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        if asked is not None:
            asked.append(urlsplit(request.url or "").path)
        answer = provider.send(request)
        if wrong(request):
            answer.status_code, answer._content = status, b""
        return answer

    return replace(provider, send=sent)


def _at(path: str) -> Wrong:
    return lambda request: urlsplit(request.url or "").path == path


def _nowhere(_: requests.PreparedRequest) -> bool:
    return False


def _app(provider: Provider, *clauses: str, issuing: Issuing | None = None) -> Consumer:
    """Return the app of a test of these clauses."""
    watched = (issuing or Issuing()).watched(provider, provider, clauses)
    return Consumer(watched, watched.client)


@pytest.mark.parametrize("path", [REQUEST, EXCHANGE])
@pytest.mark.parametrize("status", [200, 401, 404, 500])
def test_a_test_that_begins_with_credentials_is_skipped(right: Provider, path: str, status: int) -> None:
    """The reason names the step, and how it is answered."""
    app = _app(_failing(right, _at(path), status), "SMS-OK-01")

    with pytest.raises(pytest.skip.Exception, match=rf"^POST {path} issues no credentials \({status}\)$"):
        app.access()


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_test_about_the_step_fails(right: Provider, step: Step) -> None:
    """Its clauses are broken."""
    app = _app(_failing(right, _at(step.path), 500), f"{step.section}01")

    with pytest.raises(AssertionError, match="no credentials were issued: 500"):
        app.access()


def test_it_is_found_out_once(right: Provider) -> None:
    """However many tests meet it."""
    asked: list[str] = []
    wrong, issuing = _failing(right, _at(REQUEST), 500, asked), Issuing()
    for _ in range(3):
        with pytest.raises(pytest.skip.Exception):
            _app(wrong, issuing=issuing).access()

    assert asked == [REQUEST] * 4  # each test's own, and one


def test_a_right_provider_is_asked_nothing_more(right: Provider) -> None:
    """Nor where it refuses what is wrong."""
    asked: list[str] = []
    app = _app(_failing(right, _nowhere, 0, asked))
    app.send(replace(app.request_token(), nonce=""))
    app.access()

    assert asked == [REQUEST, REQUEST, EXCHANGE]


def test_what_is_refused_for_its_own_sake_is_the_tests_to_tell(right: Provider) -> None:
    """A provider that wants a callback issues credentials to who sends one."""
    app = _app(_failing(right, lambda request: "callback" not in str(request.headers["Authorization"]), 401))

    with pytest.raises(AssertionError, match="no credentials were issued"):
        app.temporary_credentials(callback=None)


def test_a_call_that_is_to_be_refused_is_not_judged_by_a_dead_step(right: Provider) -> None:
    """Whoever refuses everybody has not looked at what is wrong; and a server that fails not at all."""
    issuing, wrong = Issuing(), _failing(right, _at(REQUEST), 401)
    with pytest.raises(pytest.skip.Exception):
        _app(wrong, issuing=issuing).access()
    app = _app(wrong, "OAUTH-SIG-13", issuing=issuing)
    fails = _app(_failing(right, _at(REQUEST), 500), "OAUTH-SIG-13")

    for one in (app, fails):
        with pytest.raises(pytest.skip.Exception):
            one.send(replace(one.request_token(), signature_sent=""))


def test_the_clock_of_a_test_does_not_mislead(right: Provider) -> None:
    """A test that has moved the time of its app gets no credentials there, and others do."""
    assert right.control is not None
    right.control.freeze(right.client.key)
    right.control.advance(3600, right.client.key)

    with pytest.raises(AssertionError, match="timestamp_refused"):
        _app(right).access()


def test_a_person_is_not_asked_again(right: Provider) -> None:
    """Who mistyped a verifier has not found a dead step."""
    wrong = replace(_failing(right, _at(EXCHANGE), 401), control=None, authorizer=Person())
    app = _app(wrong)

    with pytest.raises(AssertionError, match="no credentials were issued"):
        app._issued(app.access_token(Consumer(right, right.client).approved()))


# A whole run

DEAD = """
from contract_tests import targets

right = targets.through

def through(session, *rest):
    send = right(session, *rest)

    def sent(request):
        answer = send(request)
        if "/oauth/request_token" in request.url:
            answer.status_code, answer._content = 500, b""
        return answer

    return sent

targets.through = through
"""


def test_a_run_says_it_once(tmp_path: Path) -> None:
    """The clauses of the step are broken and the run fails; of the others it is said why nobody has looked."""
    (tmp_path / "dead.py").write_text(DEAD)
    tests = [f"{FOLDER}/test_{name}.py" for name in ("endpoints", "pricing", "request_token")]
    done = pytest_of(*tests, "-p", "dead", cwd=tmp_path)
    broken = set(re.findall(r"^broken       ([A-Z]+-[A-Z]+)-[0-9]+:", done.stdout, re.M))

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert re.search(
        r"^not checked  POST /oauth/request_token issues no credentials \(500\): .*HAS-01",
        done.stdout,
        re.M | re.S,
    )
    assert "OAUTH-REQ" in broken
    assert not re.search(r"^broken       (HAS|PRICE)", done.stdout, re.M)
