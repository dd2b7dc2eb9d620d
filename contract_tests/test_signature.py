"""The signature in particular: what of the address is signed, how secrets are joined, and its other methods."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from contract_tests.answers import credentials_of
from contract_tests.consumer import LEGS, SMS, Consumer, Leg
from contract_tests.control import Control, ControlError
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Credentials

# Characters that a key must not hold as they are, since "&" joins its halves.
AWKWARD = "a+b/c=d&e%f g~h"
RSA_SHA1 = "RSA-SHA1"

EVERY_LEG = pytest.mark.parametrize(
    "leg",
    [
        pytest.param(leg, id=leg.name, marks=[pytest.mark.billable(first=True)] if leg is SMS else [])
        for leg in LEGS
    ],
)


@pytest.mark.clause("OAUTH-SIG-31")
def test_a_path_is_signed_as_it_was_sent(app: Consumer, access: Credentials) -> None:
    """An escape in the path is routed like the character, and stays an escape in the base string."""
    call = app.balance(access, path="/account/get-b%61lance")
    decoded = replace(call, signed_as=app.balance(access), nonce=f"{call.nonce}x")

    assert is_let_in(app.send(call))
    assert is_refused(app.send(decoded))


@pytest.mark.clause("OAUTH-SIG-32")
def test_a_host_in_upper_case_is_signed_in_lower_case(app: Consumer) -> None:
    """Names of hosts have no case; the base string has the lower one."""
    call = app.request_token()
    shouted = replace(call, headers={"Host": urlsplit(call.url).netloc.upper()})

    assert is_let_in(app.send(shouted))


@pytest.mark.clause("OAUTH-SIG-34")
@pytest.mark.needs_control
def test_secrets_are_encoded_before_they_are_joined(app: Consumer, control: Control) -> None:
    """A secret with reserved characters works as it is, and the signature of one that was not encoded does not."""
    awkward = Consumer(app.provider, control.new_app(consumer_secret=AWKWARD))
    call = awkward.request_token()
    raw = base64.b64encode(call.digest(f"{AWKWARD}&".encode(), "sha1")).decode()
    wrong = replace(awkward.request_token(), nonce=call.nonce, timestamp=call.timestamp, signature_sent=raw)

    assert is_refused(awkward.send(wrong))
    assert is_let_in(awkward.send(call))


@pytest.mark.clause("OAUTH-SIG-36")
@EVERY_LEG
def test_the_scheme_is_signed(app: Consumer, leg: Leg) -> None:
    """A signature for http is none for https, nor the reverse."""
    call = leg.right(app)
    other = {"https": "http", "http": "https"}[urlsplit(call.url).scheme]
    signed = replace(call, url=call.url.replace(urlsplit(call.url).scheme, other, 1))

    assert is_refused(app.send(replace(call, signed_as=signed)))


@pytest.mark.clause("OAUTH-SIG-37")
@EVERY_LEG
@pytest.mark.parametrize(
    "part", [pytest.param(slice(0, -4), id="beginning"), pytest.param(slice(4, None), id="end")]
)
def test_a_part_of_the_signature_is_refused(app: Consumer, leg: Leg, part: slice) -> None:
    """All of it is compared, to its length."""
    call = leg.right(app)

    assert is_refused(app.send(replace(call, signature_sent=call.signature()[part])))


@pytest.mark.clause("OAUTH-SIG-28")
@pytest.mark.profile("documented")
@pytest.mark.needs_control("to know methods of signing that came later")
@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA512"])
def test_later_methods_are_accepted(app: Consumer, method: str) -> None:
    """Libraries of later years offer them; they are verified by their own digest."""
    call = replace(app.request_token(), signature_method=method)
    sha1 = replace(call, signed_as=replace(call, signature_method="HMAC-SHA1"), nonce=f"{call.nonce}x")

    assert is_let_in(app.send(call))
    assert is_refused(app.send(sha1))


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    """A client's own key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.mark.clause("OAUTH-SIG-33")
@pytest.mark.needs_control
def test_rsa_is_verified_by_the_registered_key(
    app: Consumer, control: Control, private_key: rsa.RSAPrivateKey
) -> None:
    """The secret plays no part; a signature by anybody else's key is refused."""
    pem = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        registered = Consumer(app.provider, control.new_app(rsa_public_key=pem.decode()))
    except ControlError as error:
        pytest.skip(f"this fake takes no public key: {error}")
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signed(key: rsa.RSAPrivateKey) -> str:
        signature = key.sign(call.base_string().encode(), padding.PKCS1v15(), hashes.SHA1())
        return base64.b64encode(signature).decode()

    call = replace(registered.request_token(), signature_method=RSA_SHA1)
    assert is_refused(registered.send(replace(call, signature_sent=signed(other))))
    assert credentials_of(registered.send(replace(call, signature_sent=signed(private_key)))).key
