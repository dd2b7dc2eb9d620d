"""The user's pages, to the byte: where the browser is sent, and whose form it was."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract_tests.browser import Browser, Page
from contract_tests.consumer import Approved, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Credentials
from contract_tests.targets import Provider

pytestmark = pytest.mark.needs_control

CALLBACK = "https://app.example/cb"
MANY = 20


def _consent(app: Consumer, browser: Browser, account: Account, temporary: Credentials) -> Page:
    page = browser.open(app.authorization_page(temporary))
    return browser.sign_in(page, email=account.email, password=account.password)


def _hidden(page: Page, temporary: Credentials) -> dict[str, str]:
    """Return what the page has put into the form that decides, but for the token itself."""
    fields = next(
        (form.fields for form in page.forms if any(one.text.strip() == "Authorize" for one in form.buttons)),
        {},
    )
    hidden = {name: value for name, value in fields.items() if value != temporary.key}
    assert hidden, "the form holds nothing that another site could not have written"
    return hidden


def _pressed(browser: Browser, page: Page, forged: dict[str, str]) -> Page:
    for form in page.forms:
        form.fields.update({name: value for name, value in forged.items() if name in form.fields})
    return browser.press(page, "Authorize")


def _brought(page: Page) -> Collection[str]:
    """Return the names of what the user brings back to the app."""
    return [name for name, _ in parse_qsl(urlsplit(page.location or "").query)]


@pytest.mark.clause("OAUTH-AUTH-10", "OAUTH-AUTH-07")
def test_oob_goes_before_a_registered_callback(
    app: Consumer, browser: Browser, account: Account, control: Control
) -> None:
    """Who asks for a code on the page gets one there, and is sent nowhere."""
    web = Consumer(app.provider, control.new_app(callback_url="https://registered.example/cb"))
    temporary = web.temporary_credentials("oob")
    page = browser.press(_consent(web, browser, account, temporary), "Authorize")
    words = dict.fromkeys(re.findall(r"\b[A-Za-z0-9]{8,}\b", page.text))
    exchanged = [
        web.send(web.access_token(Approved(temporary=temporary, verifier=word))).status_code for word in words
    ]

    assert (page.status, page.location) == (200, None)
    assert exchanged.count(200) == 1


@pytest.mark.clause("OAUTH-ACC-28")
def test_many_request_tokens_are_open_at_once(app: Consumer, browser: Browser, account: Account) -> None:
    """The first of twenty is approved when all are there, and exchanged."""
    first, *_ = [app.temporary_credentials(CALLBACK) for _ in range(MANY)]
    page = browser.press(_consent(app, browser, account, first), "Authorize")
    verifier = dict(parse_qsl(urlsplit(page.location or "").query)).get("oauth_verifier")

    assert is_let_in(app.send(app.access_token(Approved(temporary=first, verifier=verifier))))


@pytest.mark.clause("OAUTH-AUTH-06")
@pytest.mark.parametrize(
    "query",
    [
        pytest.param("a=1&a=2&b=%20&c=", id="repeated-and-empty"),
        pytest.param("z=1&a=%7e%2F/&flag", id="unsorted-and-oddly-encoded"),
    ],
)
def test_the_query_of_a_callback_is_kept_to_the_byte(
    app: Consumer, browser: Browser, account: Account, query: str
) -> None:
    """What the provider adds stands behind it."""
    temporary = app.temporary_credentials(f"{CALLBACK}?{query}")
    page = browser.press(_consent(app, browser, account, temporary), "Authorize")
    sent = page.location or ""

    assert sent.startswith(f"{CALLBACK}?{query}&")
    assert {pair.partition("=")[0] for pair in sent.removeprefix(f"{CALLBACK}?{query}&").split("&")} == {
        "oauth_token",
        "oauth_verifier",
    }


@pytest.mark.clause("OAUTH-AUTH-22")
def test_the_form_of_another_session_decides_nothing(
    app: Consumer, browser: Browser, account: Account, control: Control, provider: Provider
) -> None:
    """Somebody who has a form of their own cannot let another's browser send it."""
    temporary = app.temporary_credentials(CALLBACK)
    consent = _consent(app, browser, account, temporary)
    theirs = _consent(app, Browser(provider.send), control.new_account(), temporary)
    assert _hidden(theirs, temporary) != _hidden(consent, temporary)
    page = _pressed(browser, consent, _hidden(theirs, temporary))

    assert "oauth_verifier" not in _brought(page)
    assert is_refused(app.send(app.access_token(Approved(temporary=temporary, verifier=None))))
    again = browser.press(browser.open(app.authorization_page(temporary)), "Authorize")
    assert "oauth_verifier" in _brought(again)


@pytest.mark.clause("OAUTH-AUTH-22")
@pytest.mark.parametrize("letter", ["x", "0"])
def test_a_form_that_was_made_up_decides_nothing(
    app: Consumer, browser: Browser, account: Account, letter: str
) -> None:
    """A value of the same length is not the value."""
    temporary = app.temporary_credentials(CALLBACK)
    consent = _consent(app, browser, account, temporary)
    made_up = {name: letter * len(value) for name, value in _hidden(consent, temporary).items()}
    page = _pressed(browser, consent, made_up)

    assert "oauth_verifier" not in _brought(page)
    assert is_refused(app.send(app.access_token(Approved(temporary=temporary, verifier=None))))
    again = browser.press(browser.open(app.authorization_page(temporary)), "Authorize")
    assert "oauth_verifier" in _brought(again)
