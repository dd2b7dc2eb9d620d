"""What is nearly right and is refused, or nearly the same and is not: signatures, nonces, callbacks, to the last character.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace

import pytest

from contract_tests.browser import Browser
from contract_tests.consumer import Consumer
from contract_tests.control import Account
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Credentials, escape

CALLBACK = "https://app.example/cb"


@pytest.mark.clause("OAUTH-SIG-02")
def test_an_empty_consumer_secret_is_a_wrong_one(app: Consumer, access: Credentials) -> None:
    """The token's secret alone signs nothing."""
    call = app.balance(access)
    without = replace(call, client=Credentials(app.client.key, ""))

    assert is_refused(app.send(without))


@pytest.mark.clause("OAUTH-SIG-12")
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_digest_that_was_not_named_is_refused(app: Consumer, digest: str) -> None:
    """The base string and the key are right, and HMAC-SHA1 is named; only the digest is another."""
    call = app.request_token()
    key = f"{escape(app.client.secret)}&"
    other = base64.b64encode(hmac.digest(key.encode(), call.base_string().encode(), digest)).decode()

    assert is_refused(app.send(replace(call, signature_sent=other)))


@pytest.mark.clause("OAUTH-SIG-14", "OAUTH-SIG-37")
@pytest.mark.parametrize(
    "distorted",
    [
        pytest.param("{stripped}", id="without-its-padding"),
        pytest.param("{whole}A", id="with-a-character-behind"),
        pytest.param("{whole}=", id="with-padding-behind"),
        pytest.param("A{whole}", id="with-a-character-in-front"),
    ],
)
def test_a_signature_with_more_or_less_is_refused(app: Consumer, distorted: str) -> None:
    """As many characters as were made, and no others."""
    call = app.request_token()
    right = call.signature()
    sent = replace(call, signature_sent=distorted.format(whole=right, stripped=right.rstrip("=")))

    assert is_refused(app.send(sent))


@pytest.mark.clause("OAUTH-NONCE-16")
@pytest.mark.parametrize("length", [8, 32, 43, 100])
def test_a_nonce_counts_to_its_last_character(app: Consumer, length: int) -> None:
    """Whoever keeps the beginning of a nonce takes the second of these for a replay."""
    call = replace(app.request_token(), nonce="n" * (length - 1) + "1")

    assert is_let_in(app.send(call))
    assert is_let_in(app.send(replace(call, nonce="n" * (length - 1) + "2")))


@pytest.mark.clause("OAUTH-NONCE-16")
def test_a_blank_in_a_nonce_counts(app: Consumer) -> None:
    """Whoever takes blanks out of it takes the second of these for a replay."""
    call = replace(app.request_token(), nonce="nonce with blanks")

    assert app.send(call).status_code == 200
    assert app.send(replace(call, nonce="noncewithblanks")).status_code == 200


@pytest.mark.clause("OAUTH-NONCE-17")
def test_a_replay_is_refused_after_other_requests(app: Consumer) -> None:
    """It is not enough to remember the last nonce of an app."""
    first = app.request_token()
    assert is_let_in(app.send(first))
    assert [app.send(app.request_token()).status_code for _ in range(3)] == [200] * 3

    assert is_refused(app.send(first))


@pytest.mark.clause("OAUTH-AUTH-24")
@pytest.mark.needs_control
@pytest.mark.parametrize("name", ["oauth_callback", "callback", "redirect_uri"])
def test_the_address_of_the_page_names_no_callback(
    app: Consumer, browser: Browser, account: Account, name: str
) -> None:
    """Whoever sends a user a link to the page cannot have the verifier brought to a place of their own."""
    temporary = app.temporary_credentials(CALLBACK)
    address = f"{app.authorization_page(temporary)}&{name}=https%3A%2F%2Fthief.example%2F"
    browser.sign_in(browser.open(address), email=account.email, password=account.password)
    decided = browser.press(browser.open(address), "Authorize")

    assert (decided.location or "").partition("?")[0] == CALLBACK
