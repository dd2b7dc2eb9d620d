"""Whose tokens are, how long they are good, and for what: where one mistake shows at one endpoint, or in one order, only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.endpoints import ENDPOINTS, Endpoint
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Credentials

CALLBACK = "https://app.example/cb"
MANY = 20

EVERY_ENDPOINT = pytest.mark.parametrize("endpoint", [pytest.param(one, id=one.name) for one in ENDPOINTS])


@pytest.mark.clause("OAUTH-ACC-05")
@pytest.mark.parametrize(
    "distorted",
    [
        pytest.param("{right}x", id="with-a-letter-behind"),
        pytest.param("x{right}", id="with-a-letter-in-front"),
        pytest.param("{right} ", id="with-a-blank-behind"),
        pytest.param("{right}{right}", id="twice"),
    ],
)
def test_a_verifier_with_something_beside_it_is_refused(app: Consumer, distorted: str) -> None:
    """It is the whole of what is sent."""
    approved = app.approved()
    wrong = replace(approved, verifier=distorted.format(right=approved.verifier))

    assert is_refused(app.send(app.access_token(wrong)))
    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-ACC-24")
def test_an_approved_request_token_outlives_many_newer_ones(app: Consumer) -> None:
    """No number of requests that others start takes away what a user has approved."""
    approved = app.approved()
    for _ in range(MANY):
        app.temporary_credentials()

    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-TOK-04")
@pytest.mark.needs_control
@EVERY_ENDPOINT
def test_a_revoked_token_is_refused_at_each_endpoint(
    app: Consumer, access: Credentials, control: Control, endpoint: Endpoint
) -> None:
    """It neither reads nor sends anything any more."""
    assert is_let_in(app.send(endpoint.right(app, access)))
    control.revoke(access.key)

    assert is_refused(app.send(endpoint.right(app, access)))


@pytest.mark.clause("OAUTH-TOK-04", "GUIDE-08")
@pytest.mark.profile("documented")
@pytest.mark.needs_control
def test_a_revocation_ends_the_exchanged_request_token_too(app: Consumer, control: Control) -> None:
    """The pair that goes on signing stands for the access token, and ends with it."""
    approved = replace(app.approved(callback=None), verifier=None)
    answer = app.send(app.access_token(approved))
    access = answer.text.partition("oauth_token=")[2].partition("&")[0]
    assert is_let_in(app.send(app.balance(approved.temporary)))
    control.revoke(access)

    assert is_refused(app.send(app.balance(approved.temporary)))


@pytest.mark.clause("OAUTH-TOK-05")
@pytest.mark.needs_control
def test_a_revocation_leaves_the_users_other_apps(
    app: Consumer, other_app: Consumer, control: Control
) -> None:
    """A user who takes access from one app leaves it to all others."""
    one, other = app.access(), other_app.access()
    control.revoke(one.key)

    assert is_refused(app.send(app.balance(one)))
    assert is_let_in(other_app.send(other_app.balance(other)))
