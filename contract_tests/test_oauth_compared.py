"""What a signature covers, and how it is compared, where others of the same kind are looked at in one case only."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest

from contract_tests.consumer import Consumer
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import PLAINTEXT, Call, Credentials

OTHER = {"GET": "POST", "POST": "GET"}
COMPARED = range(0, 28, 4)  # of the 28 characters of HMAC-SHA1


def _shaped(path: str, shape: str) -> Callable[[Consumer], Call]:
    return lambda app: app.sms(app.access(), path=path, shape=shape)


CALLS: dict[str, Callable[[Consumer], Call]] = {
    "request-token-by-get": lambda app: app.request_token(method="GET"),
    "request-token-by-post": lambda app: app.request_token(method="POST"),
    "access-token-by-get": lambda app: app.access_token(app.approved(), method="GET"),
    "access-token-by-post": lambda app: app.access_token(app.approved(), method="POST"),
    "sms-json-by-get": _shaped("/sms/json", "get-query"),
    "sms-json-by-post": _shaped("/sms/json", "post-query"),
    "sms-xml-by-get": _shaped("/sms/xml", "get-query"),
    "sms-xml-by-post": _shaped("/sms/xml", "post-query"),
    "settings-by-get": lambda app: app.api(app.access(), "/account/settings"),
    "settings-by-post": lambda app: app.api(app.access(), "/account/settings", form=()),
    "balance": lambda app: app.balance(app.access()),
}
EVERY_CALL = pytest.mark.parametrize(
    "right",
    [
        pytest.param(right, id=name, marks=[pytest.mark.billable] if name.startswith("sms") else [])
        for name, right in CALLS.items()
    ],
)


# What is signed


@pytest.mark.clause("OAUTH-SIG-06")
@EVERY_CALL
def test_a_signature_for_get_is_none_for_post(app: Consumer, right: Callable[[Consumer], Call]) -> None:
    """Nor the reverse, though the endpoint answers both."""
    call = right(app)
    signed = replace(call, method=OTHER[call.method])

    assert is_refused(app.send(replace(call, signed_as=signed)))


@pytest.mark.clause("OAUTH-SIG-38")
def test_a_header_parameter_of_another_name_is_signed(app: Consumer) -> None:
    """All that stand in the header but the realm are, not the protocol's own alone."""
    call = app.request_token()
    more = replace(call, twice=(("x", "1"),))

    assert is_refused(app.send(replace(more, signed_as=call)))
    assert is_let_in(app.send(more))


@pytest.mark.clause("OAUTH-SIG-17")
def test_a_pair_that_is_sent_twice_is_signed_twice(app: Consumer) -> None:
    """Name and value may both be the same: it is two parameters."""
    call = app.request_token()
    once, two = replace(call, url=f"{call.url}?a=1"), replace(call, url=f"{call.url}?a=1&a=1")

    assert is_refused(app.send(replace(two, signed_as=once)))
    assert is_refused(app.send(replace(once, signed_as=two)))
    assert is_let_in(app.send(two))


# How it is compared


@pytest.mark.clause("OAUTH-SIG-14", "OAUTH-SIG-37")
@pytest.mark.parametrize("position", COMPARED)
def test_each_character_of_a_signature_counts(app: Consumer, position: int) -> None:
    """One that is wrong is enough, from the first to the last."""
    call = app.request_token()
    right = call.signature()
    other = "B" if right[position] == "A" else "A"
    forged = f"{right[:position]}{other}{right[position + 1 :]}"

    assert is_refused(app.send(replace(call, signature_sent=forged)))


@pytest.mark.clause("OAUTH-SIG-14")
def test_other_base64_of_the_same_octets_is_refused(app: Consumer) -> None:
    """The character before the padding has two bits to spare, which base64 leaves at 0."""
    call = app.request_token()
    right = call.signature()
    respelled = f"{right[:26]}{chr(ord(right[26]) + 1)}="
    assert base64.b64decode(respelled) == base64.b64decode(right)

    assert is_refused(app.send(replace(call, signature_sent=respelled)))


@pytest.mark.clause("OAUTH-SIG-14")
@pytest.mark.parametrize(
    "distorted",
    [
        pytest.param("{right} ", id="behind"),
        pytest.param(" {right}", id="in-front"),
        pytest.param("{right}\n", id="a-line-break-behind"),
    ],
)
def test_a_blank_beside_a_signature_is_refused(app: Consumer, distorted: str) -> None:
    """It was sent percent-encoded, as a part of the value: the signatures do not match."""
    call = app.request_token()

    assert is_refused(app.send(replace(call, signature_sent=distorted.format(right=call.signature()))))


@pytest.mark.clause("OAUTH-SIG-25")
@pytest.mark.needs_control
def test_plaintext_with_a_wrong_secret_is_refused(app: Consumer) -> None:
    """PLAINTEXT is compared, too."""
    right = replace(app.request_token(), signature_method=PLAINTEXT)
    if not right.url.startswith("https:"):
        pytest.skip("needs a target that speaks TLS")
    wrong = replace(right, client=Credentials(app.client.key, f"{app.client.secret}x"))

    assert is_refused(app.send(wrong))
    assert is_let_in(app.send(right))


@pytest.mark.clause("OAUTH-SIG-25")
@pytest.mark.needs_control
def test_plaintext_with_a_wrong_token_secret_is_refused(app: Consumer, access: Credentials) -> None:
    """So is its second half."""
    right = replace(app.balance(access), signature_method=PLAINTEXT)
    if not right.url.startswith("https:"):
        pytest.skip("needs a target that speaks TLS")
    wrong = replace(right, token=Credentials(access.key, "0" * 32))

    assert is_refused(app.send(wrong))
    assert is_let_in(app.send(right))
