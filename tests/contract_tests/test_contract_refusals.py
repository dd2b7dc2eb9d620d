"""What counts as a refusal, by the endpoint that was asked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import contract_tests
from contract_tests.refusals import is_let_in, is_refused

pytest_plugins = "pytester"

MODULES = sorted(Path(contract_tests.__file__).parent.glob("test_*.py"))
SMS, TOKEN, BALANCE = "/sms/json", "/oauth/access_token", "/account/get-balance"
PART = b'{"message-count":"1","messages":[{"status":"%d","error-text":"?"}]}'
ISSUED = b"oauth_token=a&oauth_token_secret=b"


def answer(path: str, status: int, body: bytes = b"") -> requests.Response:
    """Return an answer of this status and body to a call of *path*."""
    made = requests.Response()
    made.status_code, made._content = status, body
    made.request = requests.Request("POST", f"https://rest.nexmo.com{path}").prepare()
    return made


@pytest.mark.parametrize(
    ("came", "refused"),
    [
        pytest.param(answer(TOKEN, 401), True, id="token"),
        pytest.param(answer(TOKEN, 400), True, id="token-400"),
        pytest.param(answer(TOKEN, 200, ISSUED), False, id="token-issued"),
        pytest.param(answer(TOKEN, 401, ISSUED), False, id="token-issued-all-the-same"),
        pytest.param(answer(SMS, 401), True, id="sms-by-status"),
        pytest.param(answer(SMS, 200, PART % 4), True, id="sms-by-part"),
        pytest.param(answer(SMS, 200, PART % 0), False, id="sms-accepted"),
        pytest.param(answer(BALANCE, 401), True, id="balance"),
        pytest.param(answer(BALANCE, 200), False, id="balance-told"),
    ],
)
def test_whether_it_is_one(came: requests.Response, refused: bool) -> None:
    """However it is worded."""
    assert bool(is_refused(came)) is refused


@pytest.mark.parametrize(
    ("came", "let_in"),
    [
        pytest.param(answer(TOKEN, 200, ISSUED), True, id="issued"),
        pytest.param(answer("/search/message", 404), True, id="knows-no-message"),
        pytest.param(answer(TOKEN, 401), False, id="refused"),
        pytest.param(answer(TOKEN, 200), False, id="without-credentials"),
        pytest.param(answer(BALANCE, 403), False, id="forbidden"),
        pytest.param(answer(TOKEN, 500), False, id="failed"),
        pytest.param(answer(SMS, 200, PART % 4), False, id="sms-refused"),
    ],
)
def test_whether_it_is_the_contrary(came: requests.Response, let_in: bool) -> None:
    """A server that fails has not let anybody in."""
    assert bool(is_let_in(came)) is let_in


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"message-count":"0","messages":[]}'])
def test_an_answer_without_a_part_is_none(body: bytes) -> None:
    """That nothing was accepted in it says nothing about what the provider did."""
    with pytest.raises(AssertionError, match="answer about an SMS"):
        is_refused(answer(SMS, 200, body))


SECRET = "0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("came", "says"),
    [
        pytest.param(answer(TOKEN, 401), "POST /oauth/access_token was refused: 401", id="refused"),
        pytest.param(answer(TOKEN, 200, ISSUED), "POST /oauth/access_token was let in: 200", id="let-in"),
        pytest.param(
            answer(TOKEN, 200), "POST /oauth/access_token was answered without credentials: 200", id="nothing"
        ),
        pytest.param(answer(TOKEN, 500), "POST /oauth/access_token failed: 500", id="neither"),
        pytest.param(
            answer(TOKEN, 401, ISSUED),
            "POST /oauth/access_token was not refused: 401 with credentials",
            id="issued-all-the-same",
        ),
        pytest.param(answer(SMS, 200, PART % 4), "POST /sms/json was refused: 200 with status 4", id="sms"),
        pytest.param(
            answer(SMS, 200, PART % 0), "POST /sms/json was let in: 200 with status 0", id="accepted"
        ),
        pytest.param(
            answer(f"{BALANCE}/abcd/{SECRET}?api_secret={SECRET}", 200),
            "POST /account/get-balance was let in: 200",
            id="credentials-in-the-path",
        ),
        pytest.param(answer(f"/account/{SECRET}", 200), "POST /account/… was let in: 200", id="elsewhere"),
    ],
)
def test_what_a_failure_says(came: requests.Response, says: str) -> None:
    """Who asked for what and how it was answered, and nothing that may be secret."""
    assert repr(is_refused(came)) == says


def test_pytest_shows_it(pytester: pytest.Pytester) -> None:
    """The first line of a failure is the fact, and not that False is no truth."""
    pytester.makepyfile(
        """
        import requests
        from contract_tests.refusals import is_refused

        def test_it():
            answer = requests.Response()
            answer.status_code, answer._content = 200, b"oauth_token=a&oauth_token_secret=b"
            answer.request = requests.Request("POST", "https://rest.nexmo.com/oauth/access_token").prepare()

            assert is_refused(answer)
        """
    )
    done = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    done.stdout.fnmatch_lines(["E *assert POST /oauth/access_token was let in: 200"])


def _thrown_away(module: Path) -> Iterator[str]:
    """Yield the tests that send something and look neither at the answer nor at what is pushed for it."""
    for test in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(test, ast.FunctionDef):
            looks = any(
                isinstance(node, ast.Attribute) and node.attr == "wait_for" for node in ast.walk(test)
            )
            statements = (node.value for node in ast.walk(test) if isinstance(node, ast.Expr))
            sends = any(
                isinstance(one, ast.Call) and ast.unparse(one.func).endswith(".send") for one in statements
            )
            if sends and not looks:
                yield test.name


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_no_answer_is_thrown_away(module: Path) -> None:
    """What a second request proves is nothing where the first one was not answered as it should be."""
    assert list(_thrown_away(module)) == []
