"""Nexmo's and Vonage's own Python SDKs, unchanged: they call ``requests``, so interception is all they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from vonage import Auth, Vonage
from vonage_sms import SmsError, SmsMessage

from fake_provider import FakeNexmo
from tests.real_clients.sdk import nexmo

KEY, SECRET = "abcd1234", "fake-api-secret"
TO = "447700900000"
TEXT, UNICODE = "100% [a&b=c] + d; 5 € für ~*'()\nline two ", "Grüße 你好 😀"
SIGNATURE_SECRET = "sig-secret-123"


def nexmo_client(secret: str = SECRET, **message: str) -> Any:
    """Send as the published samples do; the method is deprecated."""
    return nexmo.Client(key=KEY, secret=secret).send_message({"from": "Acme", **message})


def nexmo_sms(secret: str = SECRET, **message: str) -> Any:
    """Send as the last release wants it."""
    return nexmo.Sms(key=KEY, secret=secret).send_message({"from": "Acme", **message})


def vonage_sms(secret: str = SECRET, **message: str) -> Any:
    """Send with the successor, which has a model of the message and of the answer."""
    answer = Vonage(Auth(api_key=KEY, api_secret=secret)).sms.send(SmsMessage(from_="Acme", **message))
    return answer.model_dump()


deprecated = pytest.mark.filterwarnings("ignore:Call to deprecated method send_message:DeprecationWarning")
NEXMO = [pytest.param(nexmo_client, marks=deprecated), nexmo_sms]


@pytest.mark.parametrize(
    ("send", "id_name"),
    [
        pytest.param(nexmo_client, "message-id", marks=deprecated),
        (nexmo_sms, "message-id"),
        (vonage_sms, "message_id"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "text", "encoding", "parts"),
    [
        ("text", TEXT, "gsm7", 1),
        ("text", "ä" * 161, "gsm7", 2),
        ("unicode", UNICODE, "ucs2", 1),
    ],
    ids=["text", "two-parts", "unicode"],
)
def test_a_message_arrives_exactly(
    send: Callable[..., Any],
    id_name: str,
    kind: str,
    text: str,
    encoding: str,
    parts: int,
    fake_nexmo: FakeNexmo,
) -> None:
    """What was sent is what is kept, without a finding, and the SDK returns the ids of its parts."""
    answer = send(to=TO, type=kind, text=text)

    message = fake_nexmo.messages[-1]
    assert (message.text, message.type, message.encoding) == (text, kind, encoding)
    assert (message.sender, message.to, message.api_key) == ("Acme", TO, KEY)
    assert not fake_nexmo.exchanges[0].findings
    assert [part["status"] for part in answer["messages"]] == ["0"] * parts
    assert tuple(part[id_name] for part in answer["messages"]) == message.message_ids


refusals = pytest.mark.parametrize(
    ("wrong", "status", "text"),
    [
        ({"to": "not-a-number"}, 3, "to address is not numeric"),
        ({"secret": "wrong"}, 4, "Bad Credentials"),
    ],
    ids=["to", "secret"],
)


@refusals
@pytest.mark.parametrize("send", NEXMO)
def test_nexmo_returns_a_refusal(
    send: Callable[..., Any], wrong: dict[str, str], status: int, text: str, fake_nexmo: FakeNexmo
) -> None:
    """The first SDK raises nothing: who does not look at the status misses that nothing was sent."""
    answer = send(**{"to": TO, "text": "hello"} | wrong)

    assert answer == {
        "message-count": "1",
        "messages": [{"status": str(status), "error-text": text}],
    }
    assert fake_nexmo.messages[-1].status == status


@refusals
def test_vonage_raises_a_refusal(
    wrong: dict[str, str], status: int, text: str, fake_nexmo: FakeNexmo
) -> None:
    """Its successor raises, and tells the status and the text."""
    with pytest.raises(SmsError, match=f"failed with error code {status}: {text}$"):
        vonage_sms(**{"to": TO, "text": "hello"} | wrong)

    assert fake_nexmo.messages[-1].status == status


# Signed requests: sig and timestamp, and no api_secret.


def signer(fake: FakeNexmo, method: str) -> str:
    """Open an account that signs by *method*; return its api_key."""
    return fake.create_account(
        "signer@example.com",
        api_key="signkey1",
        api_secret="x",
        signature_secret=SIGNATURE_SECRET,
        signature_method=method,
    ).api_key


@pytest.mark.parametrize(
    ("option", "method"),
    [
        (None, "md5hash"),
        ("md5", "md5hmac"),
        ("sha1", "sha1hmac"),
        ("sha256", "sha256hmac"),
        ("sha512", "sha512hmac"),
    ],
)
@pytest.mark.parametrize(("kind", "text"), [("text", TEXT), ("unicode", UNICODE)])
def test_nexmo_signs(option: str | None, method: str, kind: str, text: str, fake_nexmo: FakeNexmo) -> None:
    """The signature of each of its methods is verified; without an option it is MD5, and no HMAC."""
    key = signer(fake_nexmo, method)
    sms = nexmo.Sms(key=key, signature_secret=SIGNATURE_SECRET, signature_method=option)

    answer = sms.send_message({"from": "Acme", "to": TO, "type": kind, "text": text})

    assert answer["messages"][0]["status"] == "0", answer
    message = fake_nexmo.messages[-1]
    assert (message.text, message.type, message.api_key) == (text, kind, key)


@pytest.mark.parametrize(
    ("secret", "option"),
    [("another secret", "sha256"), (SIGNATURE_SECRET, "sha512"), (SIGNATURE_SECRET, None)],
    ids=["secret", "sha512", "md5hash"],
)
def test_a_wrong_signature(secret: str, option: str | None, fake_nexmo: FakeNexmo) -> None:
    """Another secret than the account's, or another method, is refused with status 14."""
    key = signer(fake_nexmo, "sha256hmac")
    sms = nexmo.Sms(key=key, signature_secret=secret, signature_method=option)

    answer = sms.send_message({"from": "Acme", "to": TO, "text": "hello"})

    assert answer["messages"] == [{"status": "14", "error-text": "Invalid Signature"}]
    assert fake_nexmo.messages[-1].status == 14


def test_vonage_signs_what_it_does_not_send(fake_nexmo: FakeNexmo) -> None:
    """Version 4 hashes every optional field as ``None``, sends none of them, and is refused for it."""
    key = signer(fake_nexmo, "sha256hmac")
    auth = Auth(api_key=key, signature_secret=SIGNATURE_SECRET, signature_method="sha256")

    with pytest.raises(SmsError, match="error code 14: Invalid Signature"):
        Vonage(auth).sms.send(SmsMessage(from_="Acme", to=TO, text="hello"))
