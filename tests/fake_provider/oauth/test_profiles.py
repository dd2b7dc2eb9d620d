"""The two profiles, rule by rule: what each accepts, with which finding, and what it refuses with which code.

Every request goes over a socket as bytes.
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from contract_tests.signing import escape
from tests.conftest import Serve, Served
from tests.raw import Answer, Pair, form

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hello from Nexmo")


def token_then_exchange(served: Served, *, callback: str | None, verifier: str | None) -> Answer:
    """Go the first two legs as the arguments say; "right" is the verifier that was issued."""
    token = served.request_token(**({"oauth_callback": callback} if callback is not None else {}))
    issued = served.fake.authorize(token[0]).verifier
    sent = issued if verifier == "right" else verifier
    oauth = {"oauth_verifier": sent} if sent is not None else {}
    return served.signed(target="/oauth/access_token", token=token, oauth=oauth).send()


def sms(served: Served, **parts: object) -> Answer:
    """Send a signed SMS as a form."""
    defaults: dict[str, object] = {"body": SMS, "headers": list(SMS_HEADERS), "token": served.access_token()}
    return served.signed(**(defaults | parts)).send()


def request_pair_after_exchange(served: Served) -> Answer:
    """Do what the published driver does: keep signing with the request token."""
    token = served.request_token(oauth_callback="oob")
    verifier = served.fake.authorize(token[0]).verifier or ""
    served.signed(target="/oauth/access_token", token=token, oauth={"oauth_verifier": verifier}).send()
    return sms(served, token=token)


def second_exchange(served: Served) -> Answer:
    """Exchange a request token twice."""
    token = served.request_token(oauth_callback="oob")
    verifier = served.fake.authorize(token[0]).verifier or ""
    exchange = {"target": "/oauth/access_token", "token": token, "oauth": {"oauth_verifier": verifier}}
    served.signed(**exchange).send()
    return served.signed(**exchange).send()


def exchange_after(served: Served, seconds: float) -> Answer:
    """Exchange an approved request token that is *seconds* old."""
    token = served.request_token(oauth_callback="oob")
    verifier = served.fake.authorize(token[0]).verifier or ""
    served.fake.clock.advance(seconds)
    stamp = str(int(served.fake.clock.now()))
    oauth = {"oauth_verifier": verifier, "oauth_timestamp": stamp}
    return served.signed(target="/oauth/access_token", token=token, oauth=oauth).send()


def older_request_token(served: Served) -> Answer:
    """Exchange a request token after another was issued to the same app."""
    token = served.request_token(oauth_callback="oob")
    verifier = served.fake.authorize(token[0]).verifier or ""
    served.request_token(oauth_callback="oob")
    return served.signed(target="/oauth/access_token", token=token, oauth={"oauth_verifier": verifier}).send()


def sms_after_another_request_token(served: Served) -> Answer:
    """Use an access token after a request token was issued to the same app."""
    token = served.access_token()
    served.request_token(oauth_callback="oob")
    return sms(served, token=token)


def replayed(served: Served) -> Answer:
    """Send the very same bytes twice."""
    request = served.signed(body=SMS, headers=list(SMS_HEADERS), token=served.access_token())
    request.oauth |= {"oauth_nonce": "once", "oauth_timestamp": str(int(time.time()))}
    assert request.send().status == 200
    return request.send()


def without_quotes(pairs: list[Pair]) -> str:
    return "OAuth " + ",".join(f"{name}={escape(value)}" for name, value in pairs)


def not_encoded(pairs: list[Pair]) -> str:
    encoded = [(n, escape(v) if n == "oauth_signature" else v) for n, v in pairs]
    return "OAuth " + ", ".join(f'{name}="{value}"' for name, value in encoded)


def signature_raw(pairs: list[Pair]) -> str:
    encoded = [(n, v if n == "oauth_signature" else escape(v)) for n, v in pairs]
    return "OAuth " + ", ".join(f'{name}="{value}"' for name, value in encoded)


def sms_in_query(served: Served, text: str, **parts: object) -> Answer:
    """Send an SMS by GET, its text written into the query as it is."""
    target = f"/sms/json?from=Acme&to=447700900000&text={text}"
    parameters = [("from", "Acme"), ("to", "447700900000"), ("text", text)]
    defaults = {"method": "GET", "target": target, "parameters": parameters, "token": served.access_token()}
    return served.signed(**(defaults | parts)).send()


JSON = b'{"from": "Acme", "to": "447700900000", "text": "hi"}'
JSON_HEADERS = [("Content-Type", "application/json")]


def json_sms(served: Served, body_hash: str) -> Answer:
    """Send an SMS as JSON with this ``oauth_body_hash``."""
    return sms(served, body=JSON, headers=list(JSON_HEADERS), oauth={"oauth_body_hash": body_hash})


def hash_of(body: bytes) -> str:
    return b64encode(hashlib.sha1(body).digest()).decode()


def off_by(served: Served, seconds: int) -> Answer:
    return sms(served, oauth={"oauth_timestamp": str(int(time.time()) + seconds)})


def method(served: Served, name: str) -> Answer:
    return sms(served, oauth={"oauth_signature_method": name})


@dataclass(frozen=True)
class Rule:
    """One rule: what is done, and for each profile the finding (``accepted``) or the code of the refusal."""

    name: str
    do: Callable[[Served], Answer]
    documented: str | None  # None: accepted without a finding; "refused:CODE"; else the finding
    strict: str | None


RULES = [
    Rule("request-token-without-callback", lambda s: s.signed(target="/oauth/request_token").send(),
         "callback-missing", "refused:callback-missing"),
    Rule("request-token-with-empty-callback",
         lambda s: s.signed(target="/oauth/request_token", oauth={"oauth_callback": ""}).send(),
         "callback-missing", "refused:callback-missing"),
    Rule("request-token-with-callback",
         lambda s: s.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"}).send(), None, None),
    Rule("exchange-with-verifier", lambda s: token_then_exchange(s, callback="oob", verifier="right"), None, None),
    Rule("exchange-without-verifier-though-a-callback-was-given",
         lambda s: token_then_exchange(s, callback="https://a.example/cb", verifier=None),
         "refused:verifier-missing", "refused:verifier-missing"),
    Rule("exchange-with-empty-verifier", lambda s: token_then_exchange(s, callback="oob", verifier=""),
         "refused:verifier-missing", "refused:verifier-missing"),
    Rule("exchange-with-wrong-verifier", lambda s: token_then_exchange(s, callback="oob", verifier="wrong"),
         "refused:verifier-wrong", "refused:verifier-wrong"),
    Rule("sms-signed-with-the-exchanged-request-pair", request_pair_after_exchange,
         "request-token-for-resource", "refused:request-token-for-resource"),
    Rule("second-exchange", second_exchange, "refused:token-used", "refused:token-used"),
    Rule("exchange-after-59-minutes", lambda s: exchange_after(s, 59 * 60), None, None),
    Rule("exchange-after-more-than-an-hour", lambda s: exchange_after(s, 3601),
         "refused:token-expired", "refused:token-expired"),
    Rule("older-request-token-still-exchanges", older_request_token, None, None),
    Rule("access-token-survives-a-new-request-token", sms_after_another_request_token, None, None),
    Rule("replay", replayed, "refused:nonce-used", "refused:nonce-used"),
    Rule("timestamp-290-seconds-ago", lambda s: off_by(s, -290), None, None),
    Rule("timestamp-310-seconds-ago", lambda s: off_by(s, -310), "refused:timestamp-refused", "refused:timestamp-refused"),
    Rule("timestamp-310-seconds-ahead", lambda s: off_by(s, 310), "refused:timestamp-refused", "refused:timestamp-refused"),
    Rule("oauth-in-the-query", lambda s: sms(s, place="query"), "oauth-outside-header", None),
    Rule("oauth-in-the-form", lambda s: sms(s, place="form", headers=[], parameters=[
        ("from", "Acme"), ("to", "447700900000"), ("text", "hello from Nexmo")]), "oauth-outside-header", None),
    Rule("signature-not-encoded", lambda s: sms(s, write=signature_raw),
         "signature-not-encoded", "refused:signature-not-encoded"),
    Rule("values-without-quotes", lambda s: sms(s, write=without_quotes), "header-malformed", "refused:header-malformed"),
    Rule("values-not-encoded", lambda s: sms(s, write=not_encoded, oauth={"oauth_nonce": "a b/c"}),
         "header-malformed", "refused:header-malformed"),
    Rule("hmac-sha256", lambda s: method(s, "HMAC-SHA256"),
         "signature-method-beyond-rfc5849", "refused:signature-method-unsupported"),
    Rule("hmac-sha512", lambda s: method(s, "HMAC-SHA512"),
         "signature-method-beyond-rfc5849", "refused:signature-method-unsupported"),
    Rule("plaintext-without-tls", lambda s: method(s, "PLAINTEXT"),
         "refused:signature-method-unsupported", "refused:signature-method-unsupported"),
    Rule("a-method-nobody-knows", lambda s: method(s, "HMAC-MD5"),
         "refused:signature-method-unsupported", "refused:signature-method-unsupported"),
    Rule("body-hash-right", lambda s: json_sms(s, hash_of(JSON)), None, None),
    Rule("body-hash-of-another-body", lambda s: json_sms(s, hash_of(b"{}")), "body-hash-wrong", "refused:body-hash-wrong"),
    Rule("body-hash-with-a-form", lambda s: sms(s, oauth={"oauth_body_hash": hash_of(SMS)}),
         "body-hash-wrong", "refused:body-hash-wrong"),
    Rule("body-hash-on-a-get", lambda s: sms_in_query(s, "hi", oauth={"oauth_body_hash": "whatever"}), None, None),
    Rule("raw-brackets-in-the-query", lambda s: sms_in_query(s, '[]{}|"'), "unescaped-characters", "refused:unparseable"),
    Rule("raw-brackets-in-a-form", lambda s: sms(
        s, body=b"from=Acme&to=447700900000&text=[x]{y}|\""), "unescaped-characters", "refused:unparseable"),
    Rule("version-1.0A", lambda s: sms(s, oauth={"oauth_version": "1.0A"}), "version-rejected", "refused:version-rejected"),
    Rule("version-1.0a", lambda s: sms(s, oauth={"oauth_version": "1.0a"}), "version-rejected", "refused:version-rejected"),
    Rule("version-2.0", lambda s: sms(s, oauth={"oauth_version": "2.0"}), "refused:version-rejected", "refused:version-rejected"),
    Rule("callback-and-verifier-sent-again",
         lambda s: sms(s, oauth={"oauth_callback": "oob", "oauth_verifier": "x", "oauth_callback_confirmed": "true"}), None, None),
    Rule("unknown-oauth-parameter", lambda s: sms(s, oauth={"oauth_colour": "blue"}), None, None),
    Rule("nonce-of-255-characters", lambda s: sms(s, oauth={"oauth_nonce": "x" * 255}), None, None),
    Rule("nonce-of-256-characters", lambda s: sms(s, oauth={"oauth_nonce": "x" * 256}),
         "refused:nonce-too-long", "refused:nonce-too-long"),
    Rule("signed-for-the-real-host", lambda s: sms(s, signed_origin="https://rest.nexmo.com"),
         "signed-for-real-host", "signed-for-real-host"),
    Rule("signed-for-another-host", lambda s: sms(s, signed_origin="https://example.com"),
         "refused:unknown-secret", "refused:unknown-secret"),
]  # fmt: skip


@pytest.mark.parametrize("profile", ["documented", "strict"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule(rule: Rule, profile: str, serve: Serve) -> None:
    """Each rule holds in each profile, with its own finding or its own refusal."""
    served = serve(profile=profile)
    wanted = rule.documented if profile == "documented" else rule.strict

    answer = rule.do(served)

    refused, _, code = (wanted or "").partition(":")
    if refused == "refused":
        assert served.diagnosis == code
        assert answer.status in (400, 401)
        assert "oauth_problem=" in answer.headers["www-authenticate"]
    else:
        assert answer.status == 200
        assert served.findings == ([wanted] if wanted else [])
        assert served.fake.exchanges[0].outcome == "accepted"


def test_exchange_without_verifier_where_no_callback_was_given(documented: Served) -> None:
    """The documented profile exchanges without a verifier what was asked for without a callback."""
    answer = token_then_exchange(documented, callback=None, verifier=None)

    assert answer.status == 200
    assert documented.findings == ["verifier-missing"]


def test_a_verifier_that_nobody_issued(documented: Served) -> None:
    """One that is sent all the same is not checked, and the finding says so."""
    answer = token_then_exchange(documented, callback=None, verifier="made-up")

    assert answer.status == 200
    assert documented.findings == ["verifier-wrong"]
    assert "it was not checked" in documented.fake.exchanges[0].findings[0].message


def test_no_verifier_is_issued_where_no_callback_was_given(documented: Served) -> None:
    """Without oauth_callback there is no verifier, and no oauth_callback_confirmed either."""
    answer = documented.signed(target="/oauth/request_token").send()

    assert "oauth_callback_confirmed" not in answer.form
    assert documented.fake.authorize(answer.form["oauth_token"]).verifier is None


def test_callback_is_confirmed(strict: Served) -> None:
    """With oauth_callback the answer says oauth_callback_confirmed=true."""
    answer = strict.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"}).send()

    assert answer.form["oauth_callback_confirmed"] == "true"


@pytest.mark.parametrize("profile", ["documented", "strict"])
def test_plaintext_over_tls_of_the_proxy(profile: str, serve: Serve) -> None:
    """PLAINTEXT is accepted where a trusted proxy says that the client used TLS; it needs no nonce."""
    served = serve(profile=profile, trust_proxy=True)
    token = served.access_token()
    headers = [*SMS_HEADERS, ("X-Forwarded-Proto", "https")]
    oauth = {"oauth_signature_method": "PLAINTEXT", "oauth_nonce": None, "oauth_timestamp": None}

    answer = served.signed(body=SMS, headers=headers, token=token, oauth=oauth).send()

    assert answer.status == 200
    assert served.findings == []


@pytest.mark.parametrize(
    ("name", "wanted"), [("RSA-SHA1", []), ("RSA-SHA256", ["signature-method-beyond-rfc5849"])]
)
def test_rsa_with_a_registered_key(name: str, wanted: list[str], documented: Served) -> None:
    """RSA verifies against the public key that the app registered."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from oauthlib.oauth1 import Client

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )
    app = documented.fake.create_app("RSA app", rsa_public_key=public)
    client = Client(app.client_key, rsa_key=private, signature_method=name, callback_uri="oob")
    _, headers, _ = client.sign(f"{documented.url}/oauth/request_token", "POST")

    import requests

    answer = requests.post(f"{documented.url}/oauth/request_token", headers=headers, timeout=10)

    assert answer.status_code == 200
    assert documented.findings == wanted


def test_rsa_without_a_registered_key_is_refused(documented: Served) -> None:
    """An app that registered no key cannot sign with RSA."""
    answer = documented.signed(
        target="/oauth/request_token", oauth={"oauth_callback": "oob", "oauth_signature_method": "RSA-SHA1"}
    ).send()

    assert answer.status == 400
    assert documented.diagnosis == "signature-method-unsupported"
