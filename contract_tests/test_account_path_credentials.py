"""Credentials in the path, as clients of the first years wrote them: ``/account/get-balance/{key}/{secret}``."""

from __future__ import annotations

import pytest
import requests

from contract_tests.consumer import Consumer
from contract_tests.control import Account

UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'

# What stands behind key and secret, and a member of the answer.
FORMS = [
    ("GET", "/account/get-balance/{key}/{secret}", "value"),
    ("GET", "/account/settings/{key}/{secret}", "max-outbound-request"),
    ("GET", "/account/get-pricing/outbound/{key}/{secret}/GB", "country"),
    ("GET", "/number/search/{key}/{secret}/GB?pattern=44", "count"),
    ("GET", "/account/numbers/{key}/{secret}", None),
    ("GET", "/search/message/{key}/{secret}/0A00000000ABCD00", None),
    ("POST", "/account/settings/{key}/{secret}?newSecret=Abcdef12", "api-secret"),
]
BY_PATH = pytest.mark.parametrize(("method", "path", "member"), FORMS, ids=[path for _, path, _ in FORMS])


def _sent(app: Consumer, method: str, path: str) -> requests.Response:
    headers = {"Accept": "application/json"}
    url = f"{app.provider.rest_url}{path}"
    return app.provider.send(requests.Request(method, url, headers=headers).prepare())


@pytest.mark.clause("KEY-02")
@pytest.mark.needs_control
@BY_PATH
@pytest.mark.parametrize("slash", ["", "/"])
def test_they_let_in(
    app: Consumer, account: Account, method: str, path: str, member: str | None, slash: str
) -> None:
    """With and without a slash at the end; where there is nothing to tell the answer is an empty object."""
    app.provider.secrets.add(account.key.secret)
    before, question_mark, query = path.format(key=account.key.key, secret=account.key.secret).partition("?")
    answer = _sent(app, method, f"{before}{slash}{question_mark}{query}")

    assert answer.status_code == 200
    assert answer.json() == {} if member is None else member in answer.json()


@pytest.mark.clause("KEY-05")
@BY_PATH
def test_wrong_ones_do_not(app: Consumer, method: str, path: str, member: str | None) -> None:  # noqa: ARG001
    """401, as captured, to the byte."""
    answer = _sent(app, method, path.format(key="nobody00", secret="nothing"))

    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
