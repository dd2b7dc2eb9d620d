"""The three legs."""

from __future__ import annotations

import pytest
import responses

from client import flow
from client.credentials import RequestToken
from client.errors import (
    AuthorizationDenied,
    CallbackNotConfirmed,
    CredentialsRefused,
    MalformedAnswer,
    WrongCallback,
    WrongUse,
)
from client.session import Session

from .examples import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_URL,
    CLIENT,
    DASHBOARD,
    ISSUED_ACCESS_TOKEN,
    ISSUED_REQUEST_TOKEN,
    REQUEST_TOKEN,
    REQUEST_TOKEN_URL,
    authorization,
)

UNCONFIRMED = "oauth_token=request-token&oauth_token_secret=request-SECRET"
WITHOUT_CALLBACK = RequestToken("request-token", "request-SECRET")
CALLBACK = "http://127.0.0.1:1/callback"


def _authorization(service: responses.RequestsMock) -> str:
    return authorization(service.calls[0].request.headers)


# Request token


def test_a_callback_is_sent_and_confirmed(service: responses.RequestsMock) -> None:
    """RFC 5849 section 2.1: the callback goes into the Authorization header, percent-encoded."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)

    token = flow.request_token(Session(), DASHBOARD, CLIENT, CALLBACK)

    assert token == RequestToken("request-token", "request-SECRET", CALLBACK)
    assert 'oauth_callback="http%3A%2F%2F127.0.0.1%3A1%2Fcallback"' in _authorization(service)


def test_nexmos_documented_flow_sends_no_callback_and_needs_no_confirmation(
    service: responses.RequestsMock,
) -> None:
    """The guide's getRequestToken passes none."""
    service.post(REQUEST_TOKEN_URL, body=UNCONFIRMED)

    assert flow.request_token(Session(), DASHBOARD, CLIENT) == WITHOUT_CALLBACK
    assert "oauth_callback" not in _authorization(service)


@pytest.mark.parametrize(
    "confirmed", ["", "&oauth_callback_confirmed=false", "&oauth_callback_confirmed=True"]
)
def test_a_callback_that_is_not_confirmed_ends_the_login(
    service: responses.RequestsMock, confirmed: str
) -> None:
    """Revision A exists because of session fixation; without its sign there is no going on."""
    service.post(REQUEST_TOKEN_URL, body=UNCONFIRMED + confirmed)

    with pytest.raises(CallbackNotConfirmed):
        flow.request_token(Session(), DASHBOARD, CLIENT, "oob")


def test_an_empty_callback_is_not_sent_silently() -> None:
    """An empty text would be left out of the request, so it is refused."""
    with pytest.raises(WrongUse):
        flow.request_token(Session(), DASHBOARD, CLIENT, "")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("<html><a href='x'>It works!</a></html>", id="html"),
        pytest.param("oauth_token=request-token", id="no-secret"),
        pytest.param("oauth_token=&oauth_token_secret=SECRET", id="an-empty-token"),
        pytest.param("oauth_token=a&oauth_token=b&oauth_token_secret=SECRET", id="two-tokens"),
    ],
)
def test_an_answer_without_both_is_malformed_and_not_repeated(
    service: responses.RequestsMock, body: str
) -> None:
    """A token answer needs token and secret, once each; the error never quotes it."""
    service.post(REQUEST_TOKEN_URL, body=body)

    with pytest.raises(MalformedAnswer) as raised:
        flow.request_token(Session(), DASHBOARD, CLIENT)

    assert "SECRET" not in str(raised.value)


def test_order_and_extra_parameters_do_not_matter(service: responses.RequestsMock) -> None:
    """RFC 5849 section 2.1 allows more parameters; secrets may hold anything, encoded; any type will do."""
    body = (
        "x=1&oauth_callback_confirmed=true&oauth_token_secret=%2B%2F%3D%26%25+x&xoauth_y=&oauth_token=t%2B1"
    )
    service.post(REQUEST_TOKEN_URL, body=body, content_type="text/html")

    token = flow.request_token(Session(), DASHBOARD, CLIENT, "oob")

    assert (token.token, token.secret) == ("t+1", "+/=&% x")


@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_refusal_has_its_own_type(service: responses.RequestsMock, status: int) -> None:
    """An oauth_problem is a refusal whatever the status."""
    service.post(REQUEST_TOKEN_URL, body="oauth_problem=consumer_key_unknown", status=status)

    with pytest.raises(CredentialsRefused) as raised:
        flow.request_token(Session(), DASHBOARD, CLIENT)

    assert raised.value.problem == "consumer_key_unknown"


# Authorization


def test_the_authorization_page_gets_the_request_token_alone() -> None:
    """As in the guide: ?oauth_token=…"""
    url = flow.authorization_url(DASHBOARD, RequestToken("a b+c", "request-SECRET"))

    assert url == "https://dashboard.nexmo.com/oauth/authorize?oauth_token=a%20b%2Bc"


# Callback


def test_the_verifier_is_read_from_the_callback() -> None:
    """Parameters that the address had before are left alone."""
    url = f"{CALLBACK}?session=1&session=2&oauth_token=request-token&oauth_verifier=a%2Bb"

    assert flow.verifier_from_callback(url, REQUEST_TOKEN) == "a+b"


def test_a_registered_callback_may_come_without_a_verifier() -> None:
    """Where no callback was sent, the service may be one that knows no verifier."""
    assert flow.verifier_from_callback("/cb?oauth_token=request-token", WITHOUT_CALLBACK) is None


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("oauth_token=another&oauth_verifier=v", id="another-token"),
        pytest.param("oauth_token=another&oauth_problem=permission_denied", id="another-token-denied"),
        pytest.param("oauth_token=REQUEST-TOKEN&oauth_verifier=v", id="another-case"),
        pytest.param("oauth_verifier=v", id="no-token"),
        pytest.param("oauth_token=request-token", id="no-verifier"),
        pytest.param("oauth_token=request-token&oauth_verifier=", id="an-empty-verifier"),
        pytest.param("oauth_token=request-token&oauth_verifier=v&oauth_verifier=w", id="two-verifiers"),
        pytest.param("oauth_token=request-token&oauth_verifier=%ff", id="not-utf-8"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_callback_that_answers_something_else_is_refused(query: str) -> None:
    """Only the callback for this very request token is taken."""
    with pytest.raises(WrongCallback):
        flow.verifier_from_callback(f"{CALLBACK}?{query}", REQUEST_TOKEN)


@pytest.mark.parametrize("token", ["", "&oauth_token=request-token"])
def test_a_denial_is_no_wrong_callback(token: str) -> None:
    """The user said no, and that is what the error says."""
    with pytest.raises(AuthorizationDenied, match="permission_denied"):
        flow.verifier_from_callback(f"{CALLBACK}?oauth_problem=permission_denied{token}", REQUEST_TOKEN)


# Access token


@pytest.mark.parametrize("verifier", ["v3rifier", None])
def test_the_exchange_sends_the_verifier_where_there_is_one(
    service: responses.RequestsMock, verifier: str | None
) -> None:
    """Section 2.3: request token and verifier in the header; the answer's pair is the access token."""
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)

    token = flow.access_token(Session(), DASHBOARD, CLIENT, REQUEST_TOKEN, verifier)

    assert token == ACCESS_TOKEN
    assert 'oauth_token="request-token"' in _authorization(service)
    assert ('oauth_verifier="v3rifier"' in _authorization(service)) is (verifier is not None)
