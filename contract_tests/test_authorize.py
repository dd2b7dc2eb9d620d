"""``/oauth/authorize`` and ``/oauth/authenticate``: the user's part, through the real pages (section 2.2).

A person's own browser is not steered from here, so all of this needs a fake.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract_tests.answers import credentials_of
from contract_tests.browser import Browser, Page
from contract_tests.consumer import Approved, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Credentials
from contract_tests.strict import Members
from contract_tests.targets import Provider

pytestmark = pytest.mark.needs_control

CALLBACK = "https://app.example/cb"


def _consent(
    app: Consumer, browser: Browser, account: Account, temporary: Credentials, *, endpoint: str = "authorize"
) -> Page:
    page = browser.open(app.authorization_page(temporary, endpoint=endpoint))
    return browser.sign_in(page, email=account.email, password=account.password)


def _query_of(page: Page) -> dict[str, str]:
    return Members(parse_qsl(urlsplit(page.location or "").query, keep_blank_values=True))


@pytest.mark.clause("OAUTH-AUTH-01")
def test_a_stranger_is_asked_to_sign_in(app: Consumer, browser: Browser) -> None:
    """Nobody decides before it is known who decides."""
    page = browser.open(app.authorization_page(app.temporary_credentials()))

    assert page.status == 200
    assert page.wants_sign_in
    assert "Authorize" not in page.buttons


@pytest.mark.clause("OAUTH-AUTH-02")
def test_a_wrong_password_signs_nobody_in(app: Consumer, browser: Browser, account: Account) -> None:
    """The consent page stays out of reach."""
    temporary = app.temporary_credentials()
    page = browser.open(app.authorization_page(temporary))
    page = browser.sign_in(page, email=account.email, password="wrong")

    assert "Authorize" not in page.buttons
    assert browser.open(app.authorization_page(temporary)).wants_sign_in


@pytest.mark.clause("OAUTH-AUTH-03")
def test_the_consent_page_has_both_buttons(app: Consumer, browser: Browser, account: Account) -> None:
    """The user reads Authorize, as the published driver says, and Deny."""
    page = _consent(app, browser, account, app.temporary_credentials())

    assert page.status == 200
    assert {"Authorize", "Deny"} <= page.buttons


@pytest.mark.clause("OAUTH-AUTH-04")
def test_looking_at_the_consent_page_decides_nothing(
    app: Consumer, browser: Browser, account: Account
) -> None:
    """A token is not authorized by being looked at."""
    temporary = app.temporary_credentials()
    assert "Authorize" in _consent(app, browser, account, temporary).buttons
    answer = app.send(app.access_token(Approved(temporary=temporary, verifier="guess123")))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-AUTH-05")
def test_the_round_trip_with_a_callback(app: Consumer, browser: Browser, account: Account) -> None:
    """Authorize leads to the callback with token and verifier, and these to an access token that works."""
    temporary = app.temporary_credentials(CALLBACK)
    page = browser.press(_consent(app, browser, account, temporary), "Authorize")
    brought = _query_of(page)

    assert page.status in (302, 303, 307)  # one that lasts would bring the verifier back from a cache
    assert (page.location or "").partition("?")[0] == CALLBACK
    assert brought["oauth_token"] == temporary.key
    access = credentials_of(
        app.send(app.access_token(Approved(temporary=temporary, verifier=brought["oauth_verifier"])))
    )
    assert app.send(app.balance(access)).status_code == 200


@pytest.mark.clause("OAUTH-AUTH-11")
def test_the_token_stands_for_who_signed_in(app: Consumer, browser: Browser, control: Control) -> None:
    """The account is that of the browser's user, not of the first or of the app's owner."""
    richer = control.new_account(balance="77.5")
    temporary = app.temporary_credentials(CALLBACK)
    page = browser.press(_consent(app, browser, richer, temporary), "Authorize")
    verifier = _query_of(page)["oauth_verifier"]
    access = credentials_of(app.send(app.access_token(Approved(temporary=temporary, verifier=verifier))))

    assert app.send(app.balance(access)).json()["value"] == 77.5


@pytest.mark.clause("OAUTH-AUTH-06")
def test_a_callback_keeps_its_own_query(app: Consumer, browser: Browser, account: Account) -> None:
    """What the app put there comes back unchanged."""
    temporary = app.temporary_credentials(f"{CALLBACK}?state=a%20b%26c&n=1")
    page = browser.press(_consent(app, browser, account, temporary), "Authorize")
    brought = _query_of(page)

    assert brought["state"] == "a b&c"
    assert brought["n"] == "1"
    assert brought["oauth_token"] == temporary.key


@pytest.mark.clause("OAUTH-AUTH-07")
def test_out_of_band_shows_the_verifier(app: Consumer, browser: Browser, account: Account) -> None:
    """Without a callback to go to, the user reads a code, and exactly this code exchanges the token."""
    temporary = app.temporary_credentials("oob")
    page = browser.press(_consent(app, browser, account, temporary), "Authorize")
    words = dict.fromkeys(re.findall(r"\b[A-Za-z0-9]{6,16}\b", page.text))
    answers = [
        app.send(app.access_token(Approved(temporary=temporary, verifier=word))).status_code for word in words
    ]

    assert page.status == 200
    assert answers.count(200) == 1


@pytest.mark.clause("OAUTH-AUTH-08")
@pytest.mark.profile("documented")
def test_no_callback_at_all_ends_on_a_page(app: Consumer, browser: Browser, account: Account) -> None:
    """The published driver's user presses Authorize, then a key; no verifier is needed."""
    temporary = app.temporary_credentials(callback=None)
    page = browser.press(_consent(app, browser, account, temporary), "Authorize")

    assert page.status == 200
    assert is_let_in(app.send(app.access_token(Approved(temporary=temporary, verifier=None))))


@pytest.mark.clause("OAUTH-AUTH-09")
@pytest.mark.profile("documented")
def test_a_registered_callback_serves_who_sends_none(
    app: Consumer, browser: Browser, account: Account, control: Control
) -> None:
    """The published web sample is returned to without ever having sent its address."""
    web = Consumer(app.provider, control.new_app(callback_url=f"{CALLBACK}?registered=1"))
    temporary = web.temporary_credentials(callback=None)
    page = browser.press(_consent(web, browser, account, temporary), "Authorize")
    brought = _query_of(page)

    assert (page.location or "").partition("?")[0] == CALLBACK
    assert brought["registered"] == "1"
    assert brought["oauth_token"] == temporary.key


@pytest.mark.clause("OAUTH-AUTH-10")
def test_a_callback_in_the_request_goes_before_the_registered(
    app: Consumer, browser: Browser, account: Account, control: Control
) -> None:
    """What the request names is where the user goes."""
    web = Consumer(app.provider, control.new_app(callback_url="https://registered.example/cb"))
    temporary = web.temporary_credentials(CALLBACK)
    page = browser.press(_consent(web, browser, account, temporary), "Authorize")

    assert (page.location or "").partition("?")[0] == CALLBACK


@pytest.mark.clause("OAUTH-AUTH-12")
def test_deny_brings_no_verifier(app: Consumer, browser: Browser, account: Account) -> None:
    """After Deny nothing that the user brings back exchanges the token."""
    temporary = app.temporary_credentials(CALLBACK)
    page = browser.press(_consent(app, browser, account, temporary), "Deny")
    answer = app.send(app.access_token(Approved(temporary=temporary, verifier="guess123")))

    assert page.status < 400
    assert "oauth_verifier" not in _query_of(page)
    assert is_refused(answer)


@pytest.mark.clause("OAUTH-AUTH-20")
def test_no_two_verifiers_are_the_same(app: Consumer) -> None:
    """A verifier cannot be guessed from others: ten differ."""
    verifiers = [app.approved(CALLBACK).verifier or "" for _ in range(10)]

    assert len(set(verifiers)) == 10


@pytest.mark.clause("OAUTH-AUTH-22")
def test_a_form_of_another_site_decides_nothing(app: Consumer, browser: Browser, account: Account) -> None:
    """What the page has put into its own form is needed: the browser's cookies are not enough."""
    temporary = app.temporary_credentials(CALLBACK)
    consent = _consent(app, browser, account, temporary)
    for form in consent.forms:
        form.fields.clear()
    browser.press(consent, "Authorize")
    answer = app.send(app.access_token(Approved(temporary=temporary, verifier=None)))

    assert is_refused(answer)
    again = browser.press(browser.open(app.authorization_page(temporary)), "Authorize")
    assert "oauth_verifier" in _query_of(again)


@pytest.mark.clause("OAUTH-AUTH-23")
def test_another_browser_has_to_sign_in_by_itself(
    app: Consumer, browser: Browser, account: Account, provider: Provider
) -> None:
    """That one user is signed in lets nobody else decide."""
    temporary = app.temporary_credentials(CALLBACK)
    assert "Authorize" in _consent(app, browser, account, temporary).buttons
    stranger = Browser(provider.send)

    assert stranger.open(app.authorization_page(temporary)).wants_sign_in


@pytest.mark.clause("OAUTH-AUTH-13")
def test_an_unknown_request_token_is_404(app: Consumer, browser: Browser) -> None:
    """A page says so, before anybody signs in."""
    page = browser.open(app.authorization_page(Credentials("0" * 32, "")))

    assert page.status == 404
    assert page.text


@pytest.mark.clause("OAUTH-AUTH-14")
@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_a_decided_request_token_is_410(
    app: Consumer, browser: Browser, account: Account, control: Control, decision: str
) -> None:
    """A decision is made once; after it there is a page that says so, and no button."""
    temporary = app.temporary_credentials(CALLBACK)
    assert browser.open(app.authorization_page(temporary)).status == 200
    control.decide(temporary.key, decision, account.email)
    page = browser.open(app.authorization_page(temporary))

    assert page.status == 410
    assert "Authorize" not in page.buttons


@pytest.mark.clause("OAUTH-AUTH-15")
def test_an_exchanged_request_token_is_410(app: Consumer, browser: Browser) -> None:
    """What is used is over."""
    approved = app.approved(CALLBACK)
    assert is_let_in(app.send(app.access_token(approved)))

    assert browser.open(app.authorization_page(approved.temporary)).status == 410


@pytest.mark.clause("OAUTH-AUTH-16")
def test_a_decision_cannot_be_made_twice(app: Consumer, browser: Browser, account: Account) -> None:
    """Who goes back and presses the other button changes nothing."""
    temporary = app.temporary_credentials(CALLBACK)
    consent = _consent(app, browser, account, temporary)
    verifier = _query_of(browser.press(consent, "Authorize"))["oauth_verifier"]
    again = browser.press(consent, "Deny")

    assert again.status == 410
    answer = app.send(app.access_token(Approved(temporary=temporary, verifier=verifier)))
    assert is_let_in(answer)


@pytest.mark.clause("OAUTH-AUTH-17")
def test_authenticate_asks_the_first_time(app: Consumer, browser: Browser, account: Account) -> None:
    """Before an app was ever approved, ``authenticate`` is ``authorize``."""
    temporary = app.temporary_credentials(CALLBACK)
    page = _consent(app, browser, account, temporary, endpoint="authenticate")

    assert {"Authorize", "Deny"} <= page.buttons


@pytest.mark.clause("OAUTH-AUTH-18")
def test_authenticate_skips_the_page_for_an_approved_app(
    app: Consumer, browser: Browser, account: Account
) -> None:
    """Who approved this app before is sent back at once, with a verifier that works."""
    before = browser.press(_consent(app, browser, account, app.temporary_credentials(CALLBACK)), "Authorize")
    assert "oauth_verifier" in _query_of(before)
    temporary = app.temporary_credentials(CALLBACK)
    page = browser.open(app.authorization_page(temporary, endpoint="authenticate"))
    brought = _query_of(page)

    assert (page.location or "").partition("?")[0] == CALLBACK
    assert brought["oauth_token"] == temporary.key
    approved = Approved(temporary=temporary, verifier=brought["oauth_verifier"])
    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-AUTH-19")
def test_authorize_always_asks(app: Consumer, browser: Browser, account: Account) -> None:
    """``authorize`` shows its page even to who approved the app before."""
    before = browser.press(_consent(app, browser, account, app.temporary_credentials(CALLBACK)), "Authorize")
    assert "oauth_verifier" in _query_of(before)
    page = browser.open(app.authorization_page(app.temporary_credentials(CALLBACK)))

    assert "Authorize" in page.buttons
