"""Logging in with Nexmo."""

from __future__ import annotations

import pytest
from texting import create_app
from visitor import Visitor

from fake_provider import FakeNexmo


@pytest.mark.nexmo_live
@pytest.mark.fake_nexmo(strict_findings=True)
def test_somebody_logs_in(visitor: Visitor) -> None:
    """Who says yes at Nexmo can send; the client does nothing that RFC 5849 does not allow."""
    page = visitor.log_in()

    assert page.status_code == 200
    assert "<button>Send</button>" in page.text


def test_somebody_says_no(visitor: Visitor) -> None:
    """Nothing is exchanged, and the page says so."""
    page = visitor.log_in("deny")

    assert page.status_code == 403
    assert "You have not let us send SMS for you" in page.text
    assert "Log in with Nexmo" in visitor.look()


def test_the_answer_to_a_login_of_somebody_else(visitor: Visitor, fake_nexmo: FakeNexmo) -> None:
    """A link that finishes another's login logs nobody in."""
    other = Visitor(visitor.browser.application.test_client(), fake_nexmo)
    link = fake_nexmo.authorize(other.begin_login()).redirect_url
    visitor.begin_login()
    page = visitor.browser.get(str(link), follow_redirects=True)

    assert page.status_code == 400
    assert "Log in with Nexmo" in visitor.look()


@pytest.mark.parametrize("query", ["", "?oauth_token=x", "?oauth_token=x&oauth_problem=permission_denied"])
def test_a_link_that_leads_astray(visitor: Visitor, fake_nexmo: FakeNexmo, query: str) -> None:
    """Another site cannot end a login that was begun here: it goes on as if nothing had been."""
    link = fake_nexmo.authorize(visitor.begin_login()).redirect_url
    astray = visitor.browser.get(f"/callback{query}")
    page = visitor.browser.get(str(link), follow_redirects=True)

    assert astray.status_code == 400
    assert page.status_code == 200
    assert "<button>Send</button>" in page.text


def test_an_answer_that_comes_twice(visitor: Visitor, fake_nexmo: FakeNexmo) -> None:
    """A login is finished once."""
    link = str(fake_nexmo.authorize(visitor.begin_login()).redirect_url)
    codes = [visitor.browser.get(link).status_code for _ in range(2)]

    assert codes == [302, 400]


def test_a_verifier_that_is_wrong(visitor: Visitor, fake_nexmo: FakeNexmo) -> None:
    """Nexmo refuses it; the application says so, and what to do."""
    token = visitor.begin_login()
    fake_nexmo.authorize(token)
    page = visitor.browser.get(f"/callback?oauth_token={token}&oauth_verifier=wrong")

    assert page.status_code == 502
    assert "Nexmo refuses: parameter_rejected. Log in again." in page.text


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"drop": True}, id="no-answer"),
        pytest.param({"hang": True}, id="none-in-time"),
        pytest.param({"status": 503}, id="down"),
        pytest.param({"malformed": True}, id="a-page-in-place-of-a-token"),
    ],
)
def test_nexmo_is_out_of_order(visitor: Visitor, fake_nexmo: FakeNexmo, action: dict[str, object]) -> None:
    """Whatever it does in place of an answer, the user reads one sentence."""
    fake_nexmo.faults.add(match={"path": "/oauth/request_token"}, action=action)
    page = visitor.submit("/login")

    assert page.status_code == 503
    assert "Try again later." in page.text


def test_a_callback_that_is_not_confirmed(visitor: Visitor, fake_nexmo: FakeNexmo) -> None:
    """RFC 5849 section 2.1: without the confirmation there may be no verifier."""
    fake_nexmo.faults.add(match={"path": "/oauth/request_token"}, action={"omit": "oauth_callback_confirmed"})

    assert visitor.submit("/login").status_code == 502


def test_a_form_of_another_site(visitor: Visitor) -> None:
    """Without the page's own token a form does nothing."""
    assert visitor.browser.post("/login").status_code == 400
    assert visitor.submit("/login", csrf="guessed").status_code == 400


def test_an_environment_that_lacks_something() -> None:
    """It is named in one line."""
    with pytest.raises(SystemExit) as ended:
        create_app({"NEXMO_CONSUMER_KEY": "key"})

    assert str(ended.value) == "set NEXMO_CONSUMER_SECRET in the environment"
