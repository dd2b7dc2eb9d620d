"""What is taken out of requests and answers, and what stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from contract_tests.signing import Call, Credentials
from contract_tests.wire import request_of
from fake_provider.contract.exchange import Answer, Headers, Request
from fake_provider.contract.masking import Masker
from fake_provider.contract.references import References, Unbound
from fake_provider.contract.rendering import Renderer

NOW = 1_795_651_200.0  # 2026-11-26T00:00:00Z
DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
CLIENT, TOKEN = Credentials("c" * 32, "5" * 32), Credentials("7" * 32, "6" * 32)
JSON: Headers = (("Content-Type", "application/json"),)


def _masker(*, is_private: bool = False) -> Masker:
    references = References()
    references.learn("consumer-key", CLIENT.key)
    references.learn("consumer-secret", CLIENT.secret)
    references.learn("access-token", TOKEN.key)
    references.learn("access-token-secret", TOKEN.secret)
    return Masker(
        references=references, dashboard_url=DASHBOARD, rest_url=REST, now=lambda: NOW, is_private=is_private
    )


def _call(**members: object) -> Call:
    usual = {"method": "GET", "url": f"{REST}/account/get-balance", "client": CLIENT, "token": TOKEN}
    return Call(**{"timestamp": str(int(NOW)), **usual, **members})  # type: ignore[arg-type]


def _authorization(masker: Masker, call: Call) -> str:
    return masker.request(request_of(call.prepared()))[0].header("Authorization")


# Requests


def test_a_signed_request() -> None:
    """Nothing of it that changes from run to run is shown."""
    shown, signed = _masker().request(request_of(_call().prepared()))

    assert shown.url == "<rest>/account/get-balance"
    assert signed == "consumer-secret-1&access-token-secret-1"
    assert shown.header("Authorization") == (
        'OAuth oauth_consumer_key="<consumer-key-1>", oauth_signature_method="HMAC-SHA1", oauth_timestamp="<now>", '
        'oauth_nonce="<nonce-1>", oauth_version="1.0", oauth_token="<access-token-1>", oauth_signature="<signature>"'
    )


@pytest.mark.parametrize(
    ("call", "signed"),
    [
        pytest.param(_call(token=Credentials(TOKEN.key, "")), "consumer-secret-1&", id="no-token-secret"),
        pytest.param(
            _call(client=Credentials(CLIENT.key, TOKEN.secret), token=Credentials(TOKEN.key, CLIENT.secret)),
            "access-token-secret-1&consumer-secret-1",
            id="swapped",
        ),
        pytest.param(_call(client=Credentials(CLIENT.key, "wrong")), "wrong", id="wrong-secret"),
        pytest.param(_call(signed_as=_call(url=f"{REST}/elsewhere")), "wrong", id="for-another-path"),
        pytest.param(_call(signature_sent=""), "", id="empty"),
        pytest.param(_call(without=frozenset({"oauth_signature"})), "", id="none"),
        pytest.param(
            _call(signature_method="PLAINTEXT"), "consumer-secret-1&access-token-secret-1", id="plaintext"
        ),
    ],
)
def test_with_which_secrets_a_request_is_signed(call: Call, signed: str) -> None:
    """They are named, or it is said that none of those that are known fits."""
    assert _masker().request(request_of(call.prepared()))[1] == signed


def test_a_signature_in_the_other_case() -> None:
    """Is the right one, and told from it."""
    call = _call()
    swapped = replace(call, signature_sent=call.signature().swapcase())

    assert (
        _masker().signed(request_of(swapped.prepared())) == "consumer-secret-1&access-token-secret-1:swapcase"
    )


@pytest.mark.parametrize("place", ["header", "query", "form"])
def test_no_secret_stays_wherever_it_stands(place: str) -> None:
    """A PLAINTEXT signature is the two secrets."""
    call = _call(method="POST", place=place, signature_method="PLAINTEXT", form=(("a", "b"),))
    shown, _ = _masker().request(request_of(call.prepared()))

    assert CLIENT.secret not in repr(shown)
    assert TOKEN.secret not in repr(shown)


@pytest.mark.parametrize(
    ("timestamp", "shown"),
    [
        pytest.param(str(int(NOW) - 7), "<now>", id="a-slow-run"),
        pytest.param(str(int(NOW) - 3602), "<now-3600>", id="an-hour-ago"),
        pytest.param(str(int(NOW) + 360), "<now+360>", id="ahead"),
        pytest.param(str(int(NOW) + 366 * 86400), "<now+31622400>", id="a-year-ahead"),
        pytest.param(f"{int(NOW)}000", "<now>000", id="milliseconds"),
        pytest.param("-1", "-1", id="negative"),
        pytest.param("1540469429", "1540469429", id="long-ago"),
        pytest.param("2018-10-25T12:10:29Z", "2018-10-25T12%3A10%3A29Z", id="a-date"),
    ],
)
def test_timestamps_are_told_by_how_much_they_are_off(timestamp: str, shown: str) -> None:
    """To twenty seconds; what is no time of now stays."""
    assert f'oauth_timestamp="{shown}"' in _authorization(_masker(), _call(timestamp=timestamp))


def test_a_nonce_that_comes_again() -> None:
    """The second timestamp is told by the first, to the second."""
    masker, call = _masker(), _call(timestamp=str(int(NOW) - 4))
    _authorization(masker, call)

    assert 'oauth_timestamp="<then>", oauth_nonce="<nonce-1>"' in _authorization(masker, call)
    later = replace(call, timestamp=str(int(NOW) - 5))
    assert 'oauth_timestamp="<then-1>", oauth_nonce="<nonce-1>"' in _authorization(masker, later)


@pytest.mark.parametrize(
    "nonce",
    ["7dchars", "abcDEF1234567890", "-_nonce", "24493142556b04aedd5f3d66.77212492", "123456789012345678"],
)
def test_a_nonce_that_a_test_chose_stays(nonce: str) -> None:
    """It is what the test is about."""
    assert f'oauth_nonce="{nonce}"' in _authorization(_masker(), _call(nonce=nonce))


@pytest.mark.parametrize(
    ("nonce", "shown"),
    [
        ("0123456789abcdef", "<nonce-1>"),
        ("0123456789abcdefx", "<nonce-1>x"),
        ("24493142556b04aedd5f3d66.772124920123456789abcdef", "24493142556b04aedd5f3d66.77212492<nonce-1>"),
    ],
)
def test_what_is_random_in_a_nonce_does_not(nonce: str, shown: str) -> None:
    """With what stands around it."""
    assert f'oauth_nonce="{shown}"' in _authorization(_masker(), _call(nonce=nonce))


def test_an_rsa_signature() -> None:
    """No secret makes one: it is taken out, and called so."""
    call = _call(signature_method="RSA-SHA1", signature_sent="AbCd==")
    shown, signed = _masker().request(request_of(call.prepared()))

    assert signed == "rsa"
    assert 'oauth_signature="<signature>"' in shown.header("Authorization")


# Answers


def _masked(
    body: str, *, path: str = "/sms/json", is_private: bool = False, headers: Headers = JSON
) -> Answer:
    request = Request(method="GET", url=f"{REST}{path}")
    return _masker(is_private=is_private).answer(request, Answer(status=200, headers=headers, body=body))


def test_what_a_token_endpoint_issues() -> None:
    """Token and secret have references from then on."""
    masker = _masker()
    request = Request(method="POST", url=f"{DASHBOARD}/oauth/request_token")
    body = f"oauth_token={'a' * 32}&oauth_token_secret={'b' * 32}&oauth_callback_confirmed=true"
    answer = masker.answer(request, Answer(status=200, body=body))
    again = masker.request(Request(method="GET", url=f"{DASHBOARD}/oauth/authorize?oauth_token={'a' * 32}"))[
        0
    ]

    assert answer.body == (
        "oauth_token=<request-token-1>&oauth_token_secret=<request-token-secret-1>&oauth_callback_confirmed=true"
    )
    assert again.url == "<dashboard>/oauth/authorize?oauth_token=<request-token-1>"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"message-id": "0C000000D3A5F1E2"}', '{"message-id": "<message-id-1>"}'),
        ("<messageId>0C000000D3A5F1E2</messageId>", "<messageId><message-id-1></messageId>"),
        ('{"date-received":"2026-11-26 00:00:01"}', '{"date-received":"<day-1> <clock>"}'),
        ('{"date-received":"2012-01-01 00:00:01"}', '{"date-received":"2012-01-01 00:00:01"}'),
        ('{"at": "2026-11-26T00:00:01.123Z"}', '{"at": "<instant>"}'),
        ('{"latency":11200}', '{"latency":<delay>}'),
        (
            "oauth_acceptable_timestamps=1795650900-1795651500",
            "oauth_acceptable_timestamps=<now-300>-<now+300>",
        ),
        ("oauth_problem_advice=Your%20clock%20is&a=b", "oauth_problem_advice=<advice>&a=b"),
        (f'<form action="{DASHBOARD}/x">', '<form action="<dashboard>/x">'),
        ('{"remaining-balance": "9.96670000"}', '{"remaining-balance": "9.96670000"}'),
    ],
)
def test_what_is_taken_out_of_a_body(body: str, shown: str) -> None:
    """What differs from run to run, and nothing else."""
    assert _masked(body).body == shown


def test_headers() -> None:
    """Those of the transport are left out; of those that may hold anything it is said that they were there."""
    headers = (
        ("Date", "Thu, 26 Nov 2026 00:00:00 GMT"),
        ("Content-Length", "2"),
        ("Server", "nginx"),
        ("X-Nexmo-Trace-Id", "108c520bf257da45154ffd54d1141428"),
        ("X-Other", "10.0.0.7"),
        ("Set-Cookie", "session=abcdef012345; Expires=Fri, 27 Nov 2026 00:00:00 GMT; Path=/"),
    )

    assert _masked("{}", headers=headers).headers == (
        ("Server", "nginx"),
        ("X-Nexmo-Trace-Id", "<trace-id-1>"),
        ("X-Other", "<any>"),
        ("Set-Cookie", "session=<cookie-1>; Expires=<expires>; Path=/"),
    )


@pytest.mark.parametrize(
    "echo",
    [
        pytest.param(str, id="as-it-is"),
        pytest.param(lambda signature: quote(signature, safe=""), id="percent-encoded"),
        pytest.param(lambda signature: quote(signature, safe="").lower(), id="in-lower-case"),
        pytest.param(lambda signature: quote(quote(signature, safe=""), safe=""), id="in-a-base-string"),
        pytest.param(lambda signature: json.dumps(signature).replace("/", "\\/"), id="in-json"),
    ],
)
def test_a_signature_that_is_answered(echo: Callable[[str], str]) -> None:
    """A provider may say with what it was asked; the signature is no more shown there than in the request."""
    masker, call = _masker(), _call(nonce="0123456789abcdef")
    request = request_of(call.prepared())
    masker.request(request)
    answer = Answer(status=401, reason=f"Not {echo(call.signature())}", body=f"was {echo(call.signature())}!")
    shown = masker.answer(request, answer)

    assert re.fullmatch('was "?<signature>"?!', shown.body)
    assert re.fullmatch('Not "?<signature>"?', shown.reason)


def test_a_signature_of_the_sms_api_that_is_answered() -> None:
    """The same."""
    masker = _masker()
    request = Request(
        method="POST",
        url=f"{REST}/sms/json",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=f"to=1&sig={'0f' * 16}",
    )
    masker.request(request)

    assert (
        masker.answer(request, Answer(status=200, body=f"bad sig {'0F' * 16}")).body == "bad sig <signature>"
    )


def test_a_short_signature_is_a_word() -> None:
    """What a test sends as a wrong one stands in what is answered to it."""
    masker = _masker()
    request = request_of(_call(signature_sent="signature").prepared())
    masker.request(request)

    assert masker.answer(request, Answer(status=401, body="signature_invalid")).body == "signature_invalid"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"to": "+44 7700 900023"}', '{"to": "+<number-1:otherwise>"}'),
        ("<to>44-7700-900023</to>", "<to><number-1:otherwise></to>"),
        ("oauth_token=T%2FKEN%2BOF%2FSOMEBODY", "oauth_token=<access-token-2:otherwise>"),
        ("oauth_token=t%2fken%2bof%2fsomebody", "oauth_token=<access-token-2:otherwise>"),
    ],
)
def test_what_is_answered_in_another_writing(body: str, shown: str) -> None:
    """A number as people write it, a token in another case: no provider has to answer what it was given."""
    masker = _masker(is_private=True)
    masker.references.learn("number", "447700900023")
    masker.references.learn("access-token", "t/ken+of/somebody")

    request = Request(method="GET", url=f"{REST}/sms/json")
    assert masker.answer(request, Answer(status=200, body=body)).body == shown


# Somebody's account


def test_balances_are_shifted() -> None:
    """The first that a test sees is that of a new account; prices and forms stay, and so do sums."""
    masker = _masker(is_private=True)
    request = Request(method="GET", url=f"{REST}/sms/json")
    bodies = [
        '{"remaining-balance": "123.45670000", "message-price": "0.03330000"}',
        '{"value":123.4234,"autoReload":false}',
        "<remainingBalance>123.42340000</remainingBalance>",
    ]
    shown = [masker.answer(request, Answer(status=200, body=body)).body for body in bodies]

    assert shown == [
        '{"remaining-balance": "10.00000000", "message-price": "0.03330000"}',
        '{"value":9.9667,"autoReload":false}',
        "<remainingBalance>9.96670000</remainingBalance>",
    ]


def test_whose_account_it_is_is_not_told() -> None:
    """Neither its id, nor its URLs, nor an address."""
    body = (
        '{"account-id":"a1b2c3d4","mo-callback-url":"https://ann.example/in","drCallBackUrl":"https://ann.example/dr",'
        '"owner":"ann@ann.example"}'
    )
    shown = _masked(body, is_private=True).body

    assert shown == (
        '{"account-id":"<api-key-1>","mo-callback-url":"<url-1>","drCallBackUrl":"<url-2>","owner":"<email-1>"}'
    )


# And back


def test_a_request_is_signed_anew() -> None:
    """With the same secrets, whatever they are now, and the time of now."""
    shown, signed = _masker().request(request_of(_call(form=(("to", "1"),), method="POST").prepared()))
    references = References(lambda name: f"{name}-made")
    for name in ("consumer-key-1", "consumer-secret-1", "access-token-1", "access-token-secret-1"):
        references.bind(name, f"another-{name}")
    place = {"dashboard_url": "http://127.0.0.1:1", "rest_url": "http://127.0.0.1:1"}
    renderer = Renderer(references=references, now=lambda: NOW + 99, **place)
    request = renderer.request(shown, signed)
    masker = Masker(references=references, now=lambda: NOW + 99, **place)  # type: ignore[arg-type]

    assert request.url == "http://127.0.0.1:1/account/get-balance"
    assert 'oauth_nonce="nonce-1-made"' in request.header("Authorization")
    assert f'oauth_timestamp="{NOW + 99:.0f}"' in request.header("Authorization")
    assert masker.signed(request) == signed


@pytest.mark.parametrize(
    "signed", ["consumer-secret-1&", "wrong", "consumer-secret-1&access-token-secret-1:swapcase"]
)
def test_a_signature_is_as_wrong_as_it_was(signed: str) -> None:
    """In the same way."""
    masker = _masker()
    shown, _ = masker.request(request_of(_call().prepared()))
    renderer = Renderer(references=masker.references, dashboard_url=DASHBOARD, rest_url=REST, now=lambda: NOW)

    assert masker.signed(renderer.request(shown, signed)) == signed


@pytest.mark.parametrize(
    "body", [pytest.param("sig=<sig:rot13>", id="method"), pytest.param("t=<access-token-9>", id="token")]
)
def test_what_nobody_can_make_is_unbound(body: str) -> None:
    """A recording may name what was never issued, and what is no method."""
    renderer = Renderer(references=References(), dashboard_url=DASHBOARD, rest_url=REST, now=lambda: NOW)
    with pytest.raises(Unbound):
        renderer.request(Request(method="POST", url="<rest>/sms/json", body=body), "")


@pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 100_000, 'id="oauth_verifier">' * 10_000])
def test_no_answer_takes_long_to_mask(text: str) -> None:
    """A search that begins anew at each character would take hours for these, and not the hundredth of a second that it does."""
    masker = Masker(
        references=References(), dashboard_url=DASHBOARD, rest_url=REST, now=lambda: NOW, is_private=True
    )

    assert masker.answer(Request(method="GET", url=f"{REST}/"), Answer(status=200, body=text)).body == text
