"""What a provider lacks altogether is told once: which 404 means that, what it costs to find out, and what a run says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

import contract_tests
from contract_tests.consumer import Consumer
from contract_tests.presence import ABSENT, WANTED, Presence, Wanted, is_missing
from contract_tests.signing import Credentials
from contract_tests.targets import InProcess, Provider
from fake_provider.contract import catalogue
from fake_provider.web.routes import _SMS, api_table
from tests.contract_tests.running import pytest_of

FOLDER = Path(contract_tests.__file__).parent
MESSAGE = next(one for one in WANTED if one.path == "/search/message")
Wrong = Callable[[requests.PreparedRequest, requests.Response], int]


@pytest.fixture
def right() -> Iterator[Provider]:
    """A fake."""
    with InProcess().open() as provider:
        yield provider


def _wrong(provider: Provider, status: Wrong, asked: list[str] | None = None) -> Provider:
    """Return a provider that answers with another status, and keep what it is asked."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        if asked is not None:
            asked.append(f"{request.method} {urlsplit(request.url or '').path}")
        answer = provider.send(request)
        answer.status_code = status(request, answer)
        return answer

    return replace(provider, send=sent)


def _is_signed(request: requests.PreparedRequest) -> bool:
    return "Authorization" in request.headers


def _at(path: str, status: int) -> Wrong:
    def wrong(request: requests.PreparedRequest, answer: requests.Response) -> int:
        return status if urlsplit(request.url or "").path.startswith(path) else answer.status_code

    return wrong


def _ask(provider: Provider, token: Credentials) -> requests.Response:
    app = Consumer(provider, provider.client)
    return app.send(app.api(token, MESSAGE.path, [("id", "0A00000000ABCD00")]))


@pytest.mark.parametrize("status", sorted(ABSENT))
def test_a_test_of_a_missing_endpoint_is_skipped(right: Provider, status: int) -> None:
    """The reason names the endpoint."""
    wrong = _wrong(right, _at("/search/", status))
    token = Consumer(right, right.client).access()

    with pytest.raises(pytest.skip.Exception, match=r"^GET /search/message is missing$"):
        _ask(Presence().watched(wrong, wrong), token)


def test_it_is_asked_once(right: Provider) -> None:
    """However many tests meet it: a right call, and one that nobody signed."""
    asked: list[str] = []
    wrong = _wrong(right, _at("/search/", 404), asked)
    presence = Presence()
    token = Consumer(right, right.client).access()
    for _ in range(3):
        with pytest.raises(pytest.skip.Exception):
            _ask(presence.watched(wrong, wrong), token)

    assert [one for one in asked if "/search/" in one] == [
        "GET /search/message",  # the test's own
        "GET /search/message",
        "GET /search/message",
        "GET /search/message",
        "GET /search/message",
    ]


def test_a_right_provider_is_asked_nothing_more(right: Provider) -> None:
    """A run sends what its tests send."""
    asked: list[str] = []
    same = _wrong(right, lambda _, answer: answer.status_code, asked)
    token = Consumer(right, right.client).access()
    _ask(Presence().watched(same, same), token)

    assert asked == ["GET /search/message"]


def _knows_no_message(request: requests.PreparedRequest, answer: requests.Response) -> int:
    return 404 if _is_signed(request) and "/search/" in (request.url or "") else answer.status_code


def test_404_of_what_nobody_knows_is_an_answer(right: Provider) -> None:
    """The endpoint is there: it wants credentials."""
    wrong = _wrong(right, _knows_no_message)
    token = Consumer(right, right.client).access()

    assert _ask(Presence().watched(wrong, wrong), token).status_code == 404


def _guards_everything(request: requests.PreparedRequest, answer: requests.Response) -> int:
    return _knows_no_message(request, answer) if _is_signed(request) else 401


def test_who_wants_credentials_for_everything_may_lack_something(right: Provider) -> None:
    """Where even a path that nobody has is answered 401, that says nothing."""
    assert is_missing(MESSAGE, Consumer(_wrong(right, _guards_everything), right.client))


def test_one_method_of_two_is_enough(right: Provider) -> None:
    """A provider that takes SMS by POST has the endpoint; that it takes none by GET is another clause."""
    sms = next(one for one in WANTED if one.path == "/sms/json")
    by_post = _wrong(right, lambda request, answer: 405 if request.method == "GET" else answer.status_code)

    assert not is_missing(sms, Consumer(by_post, right.client))


@pytest.mark.parametrize("wanted", WANTED, ids=str)
def test_finding_out_changes_nothing(right: Provider, wanted: Wanted) -> None:
    """Nothing is sent, bought or paid, and what is there is found."""
    app = Consumer(right, right.client)
    token = app.access()
    before = app.send(app.balance(token)).content

    assert not is_missing(wanted, app)
    assert app.send(app.balance(token)).content == before
    assert right.control is not None
    assert [part for part in right.control.messages(app.client.key) if part["status"] == "0"] == []


def test_every_endpoint_has_a_clause() -> None:
    """A new one is not forgotten; each has a clause of its own, in the section about them."""
    paths = [*api_table(), *_SMS]
    clauses = [clause.id for clause in catalogue().clauses if clause.section.id == "HAS"]

    assert [path for path in paths if not any(f"{path}/".startswith(f"{one.path}/") for one in WANTED)] == []
    assert [one.clause for one in WANTED] == clauses
    assert all(one.path in catalogue()[one.clause].says for one in WANTED)


# A whole run

NO_SEARCH = """
from contract_tests import targets

right = targets.through

def through(session, *rest):
    send = right(session, *rest)

    def sent(request):
        answer = send(request)
        if "/search/" in request.url and "/number/" not in request.url:
            answer.status_code, answer._content = 404, b"nothing here"
        return answer

    return sent

targets.through = through
"""


def test_a_provider_without_searches_breaks_three_clauses(tmp_path: Path) -> None:
    """One for each endpoint; of the others it is said why nobody has looked. The run fails all the same."""
    (tmp_path / "wrong.py").write_text(NO_SEARCH)
    tests = [f"{FOLDER}/test_{name}.py" for name in ("endpoints", "search_exactness")]
    done = pytest_of(*tests, "-p", "wrong", cwd=tmp_path)

    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert re.findall(r"^broken       ([A-Z-]+[0-9]+):", done.stdout, re.M) == ["HAS-15", "HAS-16", "HAS-17"]
    assert re.search(r"^not checked  GET /search/message is missing: SEARCH-01, ", done.stdout, re.M)
    assert re.search(r"^ +AssertionError: GET /search/rejections is missing", done.stdout, re.M)
