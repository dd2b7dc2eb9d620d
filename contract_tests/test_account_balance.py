"""``/account/get-balance``: real HTTP statuses, and JSON or XML by ``Accept``."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import requests

from contract_tests.answers import challenge_of, messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_refused
from contract_tests.signing import Credentials
from contract_tests.strict import decimal_of, only, xml_of

BOTH_PATHS = pytest.mark.parametrize("path", ["/account/get-balance", "/account/get-balance/"])
UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'


def _value_in(text: str) -> str:
    """Return the value as it is written: a number of JSON would lose its decimals."""
    found = re.search(r'"value"\s*:\s*([^\s,}]+)', text)
    assert found is not None, f"there is no value in {text[:80]}"
    return found[1]


@pytest.mark.clause("ACC-01")
def test_the_balance_in_json(app: Consumer, access: Credentials) -> None:
    """A number and a truth value, compact."""
    shown = app.send(app.balance(access)).text

    assert re.fullmatch(r'\{"value":\d+\.\d+,"autoReload":(true|false)\}', shown), (
        f"that is not compact: {shown}"
    )


@pytest.mark.clause("ACC-02")
@BOTH_PATHS
def test_the_balance_with_and_without_a_slash(app: Consumer, access: Credentials, path: str) -> None:
    """Both are answered with it."""
    answer = app.send(app.balance(access, path=path))

    assert answer.status_code == 200
    assert "value" in answer.json()


@pytest.mark.clause("ACC-03")
@BOTH_PATHS
def test_the_balances_content_type(app: Consumer, access: Credentials, path: str) -> None:
    """With its charset."""
    answer = app.send(app.balance(access, path=path))

    assert answer.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"


@pytest.mark.clause("ACC-04", "ACC-02")
@BOTH_PATHS
@pytest.mark.parametrize(
    "accept",
    [
        pytest.param("application/xml", id="xml"),
        pytest.param("text/html,application/xml;q=0.9", id="browser", marks=pytest.mark.clause("ACC-06")),
    ],
)
def test_the_balance_in_xml(app: Consumer, access: Credentials, path: str, accept: str) -> None:
    """``accountBalance`` with the same two values."""
    answer = app.send(app.balance(access, path=path, accept=accept))
    root = xml_of(answer)

    assert answer.status_code == 200
    assert root.tag == "accountBalance"
    assert [element.tag for element in root] == ["value", "autoReload"]
    assert decimal_of(root.findtext("value")) >= 0
    assert root.findtext("autoReload") in ("true", "false")


@pytest.mark.clause("ACC-05")
@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/plain"])
def test_the_default_is_json(app: Consumer, access: Credentials, accept: str) -> None:
    """Who does not ask for XML gets JSON."""
    assert "value" in app.send(app.balance(access, accept=accept)).json()


@pytest.mark.clause("ACC-07")
@pytest.mark.needs_control
@pytest.mark.parametrize(("balance", "written"), [("24.428075", "24.428075"), ("0.43", "0.43"), ("0", "0.0")])
def test_the_value_has_as_many_decimals_as_it_needs(
    app: Consumer, control: Control, balance: str, written: str
) -> None:
    """As captured."""
    token = app.access_of(control.new_account(balance=balance))

    assert _value_in(app.send(app.balance(token)).text) == written


@pytest.mark.clause("ACC-08")
@pytest.mark.billable
def test_the_balance_falls_with_an_sms(app: Consumer, access: Credentials) -> None:
    """What the SMS said remains is what remains."""
    part = only(messages_of(app.send(app.sms(access))))
    shown = _value_in(app.send(app.balance(access)).text)

    assert decimal_of(shown) == decimal_of(part["remaining-balance"])


@pytest.mark.clause("ACC-09")
def test_a_post_is_answered_too(app: Consumer, access: Credentials) -> None:
    """A POST without a body, signed as such."""
    assert app.send(replace(app.balance(access), method="POST")).status_code == 200


@pytest.mark.clause("OAUTH-PROB-08")
@BOTH_PATHS
def test_a_wrong_signature_is_401(app: Consumer, access: Credentials, path: str) -> None:
    """The captured body, to the byte, and a challenge that says why."""
    wrong = replace(app.balance(access, path=path), client=Credentials(app.client.key, "wrong"))
    answer = app.send(wrong)

    assert answer.status_code == 401
    assert answer.content == UNAUTHORIZED
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"


@pytest.mark.clause("ACC-10")
def test_a_wrong_signature_is_401_in_xml(app: Consumer, access: Credentials) -> None:
    """The same pair, in elements."""
    wrong = replace(
        app.balance(access, accept="application/xml"), client=Credentials(app.client.key, "wrong")
    )
    answer = app.send(wrong)
    root = xml_of(answer)

    assert answer.status_code == 401
    assert root.findtext("error-code") == "401"
    assert root.findtext("error-code-label") == "authentication failed"


@pytest.mark.clause("OAUTH-SIG-22")
def test_the_slash_at_the_end_is_signed(app: Consumer, access: Credentials) -> None:
    """Both paths answer, but a signature is for one of them."""
    call = app.balance(access)
    sent = replace(call, url=f"{call.url}/", signed_as=call)

    assert is_refused(app.send(sent))


@pytest.mark.clause("OAUTH-TOK-08")
@pytest.mark.needs_control
def test_another_apps_token_is_refused(other_app: Consumer, access: Credentials) -> None:
    """A token works for the app that it was issued to."""
    answer = other_app.send(other_app.balance(access))

    assert is_refused(answer)


def _plain(app: Consumer, query: str) -> requests.Response:
    url = f"{app.provider.rest_url}/account/get-balance{query}"
    return app.provider.send(requests.Request("GET", url).prepare())


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="none", marks=pytest.mark.clause("KEY-04")),
        pytest.param("?api_key=nobody00&api_secret=nothing", id="wrong", marks=pytest.mark.clause("KEY-03")),
    ],
)
def test_missing_and_wrong_keys_are_401(app: Consumer, query: str) -> None:
    """The captured body, to the byte."""
    answer = _plain(app, query)

    assert answer.status_code == 401
    assert answer.content == UNAUTHORIZED


@pytest.mark.clause("KEY-01")
@pytest.mark.needs_control
def test_the_accounts_own_credentials(app: Consumer, account: Account) -> None:
    """An account asks for itself."""
    answer = _plain(app, f"?api_key={account.key.key}&api_secret={account.key.secret}")

    assert answer.status_code == 200
    assert answer.json() == {"value": 10, "autoReload": False}
