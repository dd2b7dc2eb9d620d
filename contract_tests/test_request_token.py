"""``/oauth/request_token``: how temporary credentials are asked for and issued (RFC 5849 section 2.1)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from contract_tests.answers import HEX32, credentials_of, form_of, media_type_of
from contract_tests.consumer import Consumer
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import FORM, Place, body_hash

TRANSPORTS = [
    pytest.param("GET", "header", id="GET-header-as-PHP-1.2"),
    pytest.param("POST", "header", id="POST-header-without-a-body"),
    pytest.param("GET", "query", id="GET-query"),
    pytest.param("POST", "query", id="POST-query-without-a-body"),
    pytest.param("POST", "form", id="POST-form"),
]

CALLBACKS = [
    pytest.param("oob", id="out-of-band"),
    pytest.param("https://app.example/cb?state=a%20b&n=1", id="https-with-query"),
    pytest.param("http://127.0.0.1:9999/cb", id="http-on-loopback"),
    pytest.param("com.example.app://cb", id="private-scheme"),
]

NO_CALLBACK = [
    pytest.param(None, id="none"),
    pytest.param("", id="empty", marks=pytest.mark.clause("OAUTH-REQ-12")),
]

FORBIDDEN_CALLBACKS = [
    pytest.param("/cb", id="relative-path"),
    pytest.param("//app.example/cb", id="relative-scheme"),
    pytest.param("app.example/cb", id="without-scheme"),
    pytest.param("javascript:alert(1)", id="javascript"),
    pytest.param("data:text/html,hello", id="data"),
    pytest.param("file:///etc/passwd", id="file"),
    pytest.param("vbscript:msgbox", id="vbscript"),
    pytest.param("https://app.example/cb\r\nX-Injected: 1", id="control-characters"),
]

NONCES = [
    pytest.param("7dchars", id="7-characters"),
    pytest.param("24493142556b04aedd5f3d66.77212492", id="PHP-with-a-dot"),
    pytest.param("-_nonce_that_begins_with_a_hyphen", id="hyphen-and-underscore"),
    pytest.param("123456789012345678", id="digits-only"),
    pytest.param("aB+/=cdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN", id="43-characters-of-base64"),
]


@pytest.mark.clause("OAUTH-REQ-01", "OAUTH-REQ-02", "OAUTH-REQ-04")
@pytest.mark.parametrize(("method", "place"), TRANSPORTS)
def test_every_transport_gets_credentials(app: Consumer, method: str, place: Place) -> None:
    """GET and POST are answered, wherever the protocol parameters stand."""
    answer = app.send(app.request_token(method=method, place=place))

    assert answer.status_code == 200
    assert set(form_of(answer)) >= {"oauth_token", "oauth_token_secret"}


@pytest.mark.clause("OAUTH-REQ-03")
def test_the_answer_is_a_form(app: Consumer) -> None:
    """The credentials come form-encoded, and are typed so."""
    answer = app.send(app.request_token())

    assert media_type_of(answer) == FORM


@pytest.mark.clause("OAUTH-REQ-05")
def test_token_and_secret_are_32_hexadecimal_digits(app: Consumer) -> None:
    """Both values have the shape of the published ones, and are not the same."""
    issued = app.temporary_credentials()

    assert re.fullmatch(HEX32, issued.key)
    assert re.fullmatch(HEX32, issued.secret)
    assert issued.key != issued.secret


@pytest.mark.clause("OAUTH-REQ-06")
def test_each_request_gets_credentials_of_its_own(app: Consumer) -> None:
    """No token and no secret is issued twice."""
    issued = [app.temporary_credentials() for _ in range(3)]

    assert len({credentials.key for credentials in issued}) == 3
    assert len({credentials.secret for credentials in issued}) == 3


@pytest.mark.clause("OAUTH-REQ-07", "OAUTH-REQ-08")
@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_callback_is_confirmed(app: Consumer, callback: str) -> None:
    """Whoever sends an allowed callback is told that it arrived."""
    answer = app.send(app.request_token(callback=callback))

    assert answer.status_code == 200
    assert form_of(answer)["oauth_callback_confirmed"] == "true"


@pytest.mark.clause("OAUTH-REQ-09")
@pytest.mark.parametrize("callback", FORBIDDEN_CALLBACKS)
def test_a_callback_that_no_browser_may_follow_is_refused(app: Consumer, callback: str) -> None:
    """Relative URLs, schemes that run or read something, and control characters are no callbacks."""
    answer = app.send(app.request_token(callback=callback))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-REQ-10")
@pytest.mark.profile("documented")
@pytest.mark.parametrize("callback", NO_CALLBACK)
def test_a_callback_is_not_needed(app: Consumer, callback: str | None) -> None:
    """The published samples send no callback, and get their credentials."""
    answer = app.send(app.request_token(callback=callback))

    assert answer.status_code == 200
    assert re.fullmatch(HEX32, credentials_of(answer).key)


@pytest.mark.clause("OAUTH-REQ-11")
@pytest.mark.profile("strict")
@pytest.mark.parametrize("callback", NO_CALLBACK)
def test_a_callback_is_needed(app: Consumer, callback: str | None) -> None:
    """RFC 5849 requires a callback; an empty one counts as absent."""
    answer = app.send(app.request_token(callback=callback))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-NONCE-14")
@pytest.mark.parametrize("nonce", NONCES)
def test_a_nonce_is_any_text(app: Consumer, nonce: str) -> None:
    """Clients make nonces of many shapes; each is accepted."""
    answer = app.send(replace(app.request_token(), nonce=nonce))

    assert answer.status_code == 200


@pytest.mark.clause("OAUTH-MSG-01")
def test_the_version_may_be_left_out(app: Consumer) -> None:
    """``oauth_version`` is optional."""
    call = replace(app.request_token(), without=frozenset({"oauth_version"}))

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-MSG-07", "OAUTH-SIG-29")
@pytest.mark.parametrize("realm", ["", "https://dashboard.nexmo.com/"])
def test_a_realm_is_not_signed(app: Consumer, realm: str) -> None:
    """A realm in the header is allowed, and no part of the base string."""
    assert is_let_in(app.send(replace(app.request_token(), realm=realm)))


@pytest.mark.clause("OAUTH-MSG-08")
@pytest.mark.parametrize("separator", [",", ", ", ",\t "], ids=["comma", "comma-blank", "comma-tab"])
def test_blanks_between_header_parameters_do_not_matter(app: Consumer, separator: str) -> None:
    """PHP writes a comma alone, others a comma and a blank."""
    assert is_let_in(app.send(replace(app.request_token(), separator=separator)))


@pytest.mark.clause("OAUTH-MSG-15")
@pytest.mark.parametrize("first", ["oauth_signature", "oauth_version", "oauth_nonce"])
def test_header_parameters_come_in_any_order(app: Consumer, first: str) -> None:
    """Names tell them apart, not places."""
    assert is_let_in(app.send(replace(app.request_token(), first=first)))


@pytest.mark.clause("OAUTH-MSG-16")
def test_what_was_encoded_in_the_header_arrives(app: Consumer) -> None:
    """A nonce of reserved characters verifies, and is another one where one of them differs."""
    call = replace(app.request_token(), nonce='a b+c%2B&d="e",f=ä')
    other = replace(call, nonce='a b+c+&d="e",f=ä')

    assert is_let_in(app.send(call))
    assert is_let_in(app.send(other))


@pytest.mark.clause("OAUTH-MSG-09")
def test_the_scheme_is_read_without_case(app: Consumer) -> None:
    """``oauth`` is ``OAuth``: names of authentication schemes have no case (RFC 5849 section 3.5.1)."""
    assert is_let_in(app.send(replace(app.request_token(), scheme="oauth")))


@pytest.mark.clause("OAUTH-REQ-15")
def test_the_hash_of_an_empty_body_is_accepted(app: Consumer) -> None:
    """Ruby's gem of 2013 sends ``oauth_body_hash`` with the empty body of its POST."""
    call = app.request_token()
    call = replace(call, oauth={**call.oauth, "oauth_body_hash": body_hash(b"")})

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-MSG-10")
def test_an_unknown_protocol_parameter_is_signed_like_any_other(app: Consumer) -> None:
    """An ``oauth_*`` that nobody knows is accepted when it is signed."""
    call = app.request_token()
    call = replace(call, oauth={**call.oauth, "oauth_session_hint": "a b+c&d=e%"})

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-REQ-16", "OAUTH-SIG-19")
def test_a_query_of_ones_own_is_signed(app: Consumer) -> None:
    """Parameters of the query are in the base string: sorted, repeated names by value, values encoded."""
    call = app.request_token()
    call = replace(call, url=f"{call.url}?b=2&a=z&a=1&c=%C3%A4+%2B&empty=")

    assert is_let_in(app.send(call))
