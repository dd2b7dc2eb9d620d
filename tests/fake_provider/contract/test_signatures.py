"""Signatures of recorded requests, held against the RFC's printed example, oauthlib and the contract tests' own signer."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from oauthlib.oauth1 import Client

from contract_tests.signing import Call, Credentials, Place
from contract_tests.signing import body_hash as hash_of
from contract_tests.wire import request_of
from fake_provider.contract import signatures
from fake_provider.contract.exchange import Request

CALL = Call(
    method="POST",
    url="https://rest.nexmo.com:443/sms/json?b=2&a=%C3%A4+c&a=1",
    client=Credentials("key", "c&s"),
    token=Credentials("token", "t s"),
    form=(("text", "hello from Nexmo ~*'"), ("from", "")),
)
OF_THE_RFC = (
    'OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", '
    'oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", '
    'oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"'
)


def test_the_base_string_of_the_rfc() -> None:
    """The example of RFC 5849 section 3.4.1.1."""
    request = Request(
        method="post",
        url="http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        headers=(("Authorization", OF_THE_RFC), ("content-type", "application/x-www-form-urlencoded")),
        body="c2&a3=2+q",
    )

    assert signatures.base_string(request) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%25"
        "40%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method"
        "%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"])
def test_oauthlib_signs_alike(method: str) -> None:
    """What a library has signed is found right."""
    client = Client(
        "key",
        client_secret="c&s",
        resource_owner_key="token",
        resource_owner_secret="t s",
        signature_method=method,
    )
    form, body = {"Content-Type": signatures.FORM}, "text=hello+%7E%2A%27&from="
    url, headers, _ = client.sign(CALL.url, "POST", body=body, headers=form)
    request = Request(method="POST", url=url, headers=tuple(headers.items()), body=body)

    given = signatures.parameter(request, "oauth_signature")
    assert given == signatures.oauth_signature(request, "c&s", "t s")
    assert given != signatures.oauth_signature(request, "c&s", "another")


@pytest.mark.parametrize("place", ["header", "query", "form"])
def test_the_contract_tests_sign_alike(place: Place) -> None:
    """Wherever the protocol parameters stand."""
    call = Call(
        **{name: getattr(CALL, name) for name in ("method", "url", "client", "token", "form")}, place=place
    )
    request = request_of(call.prepared())

    assert signatures.parameter(request, "oauth_signature") == signatures.oauth_signature(
        request, "c&s", "t s"
    )


def test_a_body_hash() -> None:
    """Base64 of SHA-1 over the octets."""
    assert signatures.body_hash(Request(method="POST", url="", body="\udcff ä")) == hash_of(b"\xff \xc3\xa4")


@pytest.mark.parametrize("method", signatures.SIG_METHODS)
def test_a_sig(method: str) -> None:
    """Of the sorted parameters; in values & and = count as _."""
    body = "to=447700900000&text=a%3Db%26c&sig=0&api_key=abcd1234"
    request = Request(method="POST", url="", headers=(("Content-Type", signatures.FORM),), body=body)
    text = "&api_key=abcd1234&text=a_b_c&to=447700900000"
    expected = {
        "md5": hashlib.md5(f"{text}hush".encode(), usedforsecurity=False).hexdigest(),
        **{
            f"hmac-{one}": hmac.new(b"hush", text.encode(), one).hexdigest()
            for one in ("md5", "sha1", "sha256", "sha512")
        },
    }

    assert signatures.sig(signatures.form(request), method, "hush") == expected[method]


@pytest.mark.parametrize(
    ("given", "timestamp"),
    [("1540000000", 1540000000), ("", None), ("-1", None), ("²", None), ("٣", None), ("9" * 5000, None)],
)
def test_a_timestamp_is_whole_seconds(given: str, timestamp: int | None) -> None:
    """Whatever else stands there is none."""
    header = ("Authorization", f'OAuth oauth_timestamp="{given}"')

    assert signatures.timestamp(Request(method="GET", url="/", headers=(header,))) == timestamp
