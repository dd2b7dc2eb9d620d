"""Nexmo's guide to OAuth, step by step, as its two samples walk it: PHP's extension, no callback, no verifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract_tests.answers import credentials_of, form_of, messages_of
from contract_tests.browser import Browser
from contract_tests.consumer import Approved, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in
from contract_tests.signing import Call, Credentials

METHODS: Sequence[str] = ("GET", "POST")  # of the extension's versions 1.2 and 2.0
PHP_NONCE = "24493142556b04aedd5f3d66.77212492"
A_YEAR = 366 * 24 * 3600.0

documented = pytest.mark.profile("documented")


def _as_php(call: Call) -> Call:
    """Send *call* as the extension does: no realm, no callback, commas without blanks."""
    return replace(call, separator=",", nonce=f"{PHP_NONCE}{call.nonce}")


def _request_token(app: Consumer, method: str = "POST") -> Credentials:
    return credentials_of(app.send(_as_php(app.request_token(callback=None, method=method))))


def _approved(app: Consumer) -> Approved:
    """Take step 4: the user opens the URL and presses Authorize."""
    temporary = _request_token(app)
    app.provider.authorizer.approve(temporary.key, app.authorization_page(temporary))
    return Approved(temporary=temporary, verifier=None)


@pytest.mark.clause("GUIDE-01")
@documented
@pytest.mark.parametrize("method", METHODS)
def test_step_3_needs_nothing_but_the_consumer_key(app: Consumer, method: str) -> None:
    """The request has no body, no callback, and its signature in the header."""
    answer = app.send(_as_php(app.request_token(callback=None, method=method)))

    assert answer.status_code == 200


@pytest.mark.clause("GUIDE-02")
@documented
def test_step_1_names_the_values_of_the_answer(app: Consumer) -> None:
    """``TOKEN`` and ``SECRET`` of the sample's constants."""
    form = form_of(app.send(_as_php(app.request_token(callback=None))))

    assert form.keys() >= {"oauth_token", "oauth_token_secret"}


@pytest.mark.clause("GUIDE-03")
@documented
@pytest.mark.needs_control
def test_step_4_opens_a_page_with_a_button(app: Consumer, browser: Browser, account: Account) -> None:
    """The URL has ``oauth_token`` and nothing else; the user presses Authorize."""
    url = app.authorization_page(_request_token(app))
    page = browser.sign_in(browser.open(url), email=account.email, password=account.password)

    assert [name for name, _ in parse_qsl(urlsplit(url).query)] == ["oauth_token"]
    assert "Authorize" in page.buttons


@pytest.mark.clause("GUIDE-04")
@documented
@pytest.mark.parametrize("method", METHODS)
def test_step_5_exchanges_the_request_token(app: Consumer, method: str) -> None:
    """Signed with the request token and its secret; nobody has seen a verifier."""
    answer = app.send(_as_php(app.access_token(_approved(app), method=method)))

    assert answer.status_code == 200
    assert credentials_of(answer).key


@pytest.mark.clause("GUIDE-05")
@pytest.mark.billable(first=True)
def test_step_7_sends_an_sms(app: Consumer, access: Credentials) -> None:
    """By GET of the documented URL, which ends in a question mark; ``Accept`` asks for JSON."""
    call = _as_php(app.sms(access, {"text": "hello from Nexmo"}, shape="get-after-question-mark"))
    answer = app.send(replace(call, headers={"Accept": "application/json"}))

    assert urlsplit(call.url).query.startswith("&from=NexmoOauth&")
    assert messages_of(answer)[0]["status"] == "0"


@pytest.mark.clause("GUIDE-06")
@pytest.mark.needs_control
def test_the_calls_are_made_through_the_users_account(app: Consumer, control: Control) -> None:
    """The user's balance is told, and falls."""
    token = app.access_of(control.new_account(balance="4.50"))
    before = app.send(app.balance(token)).json()["value"]
    assert is_let_in(app.send(app.sms(token)))

    assert before == 4.5
    assert app.send(app.balance(token)).json()["value"] < 4.5


@pytest.mark.clause("GUIDE-07")
@pytest.mark.needs_control
def test_an_access_token_is_permanent(app: Consumer, access: Credentials, control: Control) -> None:
    """A year later it still signs."""
    control.freeze(app.client.key)
    control.advance(A_YEAR, app.client.key)
    call = app.balance(access)
    later = replace(call, timestamp=str(int(call.timestamp) + int(A_YEAR)))

    assert app.send(later).status_code == 200


@pytest.mark.clause("GUIDE-09")
@documented
def test_the_web_sample_asks_for_a_token_with_every_page(app: Consumer) -> None:
    """Twice before the user is sent away, once more when the user has come back; the approved one is exchanged."""
    _request_token(app)
    approved = _approved(app)
    _request_token(app)

    assert is_let_in(app.send(_as_php(app.access_token(approved))))


@pytest.mark.clause("GUIDE-10")
def test_the_web_sample_asks_for_the_balance(app: Consumer, access: Credentials) -> None:
    """The URL ends in a slash."""
    call = _as_php(app.balance(access, path="/account/get-balance/", accept="application/json"))

    assert app.send(call).json().keys() == {"value", "autoReload"}
