"""The contract tests' own signer, held against the RFC's printed example and against oauthlib."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from oauthlib.oauth1 import Client

from contract_tests.signing import FORM, Call, Credentials, Pairs, Place, base_string_uri, body_hash

CALL = Call(
    method="POST",
    url="https://rest.nexmo.com/sms/json?b=2&a=%C3%A4+c",
    client=Credentials("key", "c&s"),
    token=Credentials("token", "t s"),
    form=(("text", "hello from Nexmo ~*'"), ("from", "")),
    timestamp="1540469429",
    nonce="n-1",
)


def test_the_base_string_of_the_rfc() -> None:
    """The example of RFC 5849 section 3.4.1.1."""
    call = Call(
        method="post",
        url="http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        client=Credentials("9djdj82h48djs9d2", "j49sk3j29djd"),
        token=Credentials("kkk9d7dh3k39sjv7", "dh893hdasih9"),
        form=(("c2", ""), ("a3", "2 q")),
        without=frozenset({"oauth_version"}),
        timestamp="137131201",
        nonce="7d8f3e4a",
    )

    assert call.base_string() == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%25"
        "40%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method"
        "%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("HTTPS://Example.COM:443/R%20v/X", "https://example.com/R%20v/X"),
        ("http://example.com", "http://example.com/"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ],
)
def test_the_base_string_uri(url: str, uri: str) -> None:
    """Scheme and host in lower case, no default port, no query, never an empty path (section 3.4.1.2)."""
    assert base_string_uri(url) == uri


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"])
@pytest.mark.parametrize("form", [None, CALL.form], ids=["query", "form"])
def test_oauthlib_signs_alike(method: str, form: Pairs | None) -> None:
    """Two signers that know nothing of each other agree."""
    call = replace(CALL, signature_method=method, form=form)
    client = Client(
        "key",
        client_secret="c&s",
        resource_owner_key="token",
        resource_owner_secret="t s",
        signature_method=method,
        timestamp=call.timestamp,
        nonce=call.nonce,
    )
    headers = {"Content-Type": FORM} if form else None
    _, signed, _ = client.sign(call.url, "POST", body=dict(form) if form else None, headers=headers)

    assert _header_pairs(call)["oauth_signature"] == _pairs(signed["Authorization"])["oauth_signature"]


@pytest.mark.parametrize("place", ["header", "query", "form"])
def test_the_protocol_parameters_stand_in_one_place(place: Place) -> None:
    """All of them where they were asked for, none elsewhere."""
    request = replace(CALL, place=place).prepared()
    found = {
        "header": request.headers.get("Authorization", ""),
        "query": urlsplit(str(request.url)).query,
        "form": str(request.body),
    }

    assert [name for name, text in found.items() if "oauth_signature" in text] == [place]
    assert [name for name, text in found.items() if "oauth_token" in text] == [place]


def test_a_call_can_be_signed_as_another() -> None:
    """What is sent and what is signed differ on purpose, the nonce included."""
    sent = replace(CALL, nonce="n-2", signed_as=CALL)

    assert sent.signature() == CALL.signature()
    assert _header_pairs(sent)["oauth_nonce"] == "n-2"


def test_what_is_left_out_is_not_signed_either() -> None:
    """``without`` is about the whole request."""
    call = replace(CALL, without=frozenset({"oauth_version"}))

    assert "oauth_version" not in call.base_string()
    assert "oauth_version" not in _header_pairs(call)


def test_each_call_has_a_nonce_of_its_own() -> None:
    """A call that is made anew is no replay; one that is sent twice is."""
    one, other = (Call(method="GET", url="https://rest.nexmo.com/", client=CALL.client) for _ in range(2))

    assert one.nonce != other.nonce
    assert one.prepared().headers == one.prepared().headers


def test_a_url_is_sent_to_the_letter() -> None:
    """The empty first pair of PHP's query survives, and so does an odd escape."""
    url = "https://rest.nexmo.com/sms/json?&from=a%7eb"

    assert replace(CALL, method="GET", url=url, form=None).prepared().url == url


def test_the_hash_of_an_empty_body() -> None:
    """The value that Ruby's gem was recorded with."""
    assert body_hash(b"") == "2jmj7l5rSw0yVb/vlWAYkK/YBwk="


def test_secrets_are_not_shown() -> None:
    """Neither by credentials nor by a call that holds them."""
    assert "c&s" not in repr(CALL)
    assert "t s" not in repr(CALL.token)


def _header_pairs(call: Call) -> dict[str, str]:
    return _pairs(call.prepared().headers["Authorization"])


def _pairs(header: str | bytes) -> dict[str, str]:
    text = header.decode() if isinstance(header, bytes) else header
    return dict(
        parse_qsl("&".join(text.removeprefix("OAuth ").replace('"', "").split(", ")), strict_parsing=True)
    )
