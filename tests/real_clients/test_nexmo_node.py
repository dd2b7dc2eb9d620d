"""Nexmo's and Vonage's own SDKs for Node, unchanged but for their host."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Served
from tests.programs import environment_of, lacking, need, run

FOLDER = Path(__file__).with_name("node")
PACKAGES = {"nexmo.js": "nexmo", "vonage.mjs": "@vonage/sms"}
CREDENTIALS = {"apiKey": "abcd1234", "apiSecret": "fake-api-secret"}
TO = "447700900000"
TEXT, UNICODE = "100% [a&b=c] + d; 5 € für ~*'()\nline two ", "Grüße 你好 😀"
SIGNATURE_SECRET = "sig-secret-123"

Send = Callable[..., Any]


@pytest.fixture
def send(documented: Served) -> Send:
    """Send an SMS with the SDK that a script drives; the answer has what it reported: error and messages."""

    def with_script(script: str, **sms: object) -> Any:
        node = need("node", package="nodejs")
        if not (FOLDER / "node_modules" / PACKAGES[script]).is_dir():
            lacking(
                f"the npm package {PACKAGES[script]} is missing (make test installs it where npm is there)"
            )
        argument = json.dumps({"credentials": CREDENTIALS, "to": TO} | sms)
        done = run(node, str(FOLDER / script), argument, env=environment_of(documented))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return with_script


@pytest.mark.parametrize(("script", "id_name"), [("nexmo.js", "message-id"), ("vonage.mjs", "messageId")])
@pytest.mark.parametrize(
    ("kind", "text", "encoding"),
    [("text", TEXT, "gsm7"), ("text", "ä" * 161, "gsm7"), ("unicode", UNICODE, "ucs2")],
    ids=["text", "two-parts", "unicode"],
)
def test_a_message_arrives_exactly(
    script: str, id_name: str, kind: str, text: str, encoding: str, send: Send, documented: Served
) -> None:
    """What was sent is what is kept, without a finding, and the SDK returns the ids of its parts."""
    report = send(script, type=kind, text=text)

    assert report["error"] is None
    message = documented.fake.messages[-1]
    assert (message.text, message.type, message.encoding) == (text, kind, encoding)
    assert (message.sender, message.to, message.api_key) == ("Acme", TO, CREDENTIALS["apiKey"])
    assert documented.findings == []
    assert tuple(part[id_name] for part in report["messages"]) == message.message_ids


@pytest.mark.parametrize(
    ("script", "error"),
    # It has a text for "all" too, but compares its count with message-count, which is a string.
    [("nexmo.js", None), ("vonage.mjs", "Some SMS messages failed to send")],
)
@pytest.mark.parametrize(
    ("wrong", "status", "text"),
    [
        ({"to": "not-a-number"}, 3, "to address is not numeric"),
        ({"credentials": CREDENTIALS | {"apiSecret": "wrong"}}, 4, "Bad Credentials"),
    ],
    ids=["to", "secret"],
)
def test_a_refusal(
    script: str,
    error: str | None,
    wrong: dict[str, object],
    status: int,
    text: str,
    send: Send,
    documented: Served,
) -> None:
    """Nexmo's SDK calls back without an error, Vonage's throws; both tell the status and the text."""
    report = send(script, **{"text": "hello"} | wrong)

    assert report["error"] == error
    [refused] = report["messages"]
    assert (refused["status"], refused["error-text"]) == (str(status), text)
    assert documented.fake.messages[-1].status == status


# Signed requests: sig and timestamp, and no api_secret. Only the older SDK has them.


@pytest.mark.parametrize(
    ("option", "method"),
    [
        ("md5hash", "md5hash"),
        ("md5", "md5hmac"),
        ("sha1", "sha1hmac"),
        ("sha256", "sha256hmac"),
        ("sha512", "sha512hmac"),
    ],
)
def test_nexmo_signs(option: str, method: str, send: Send, documented: Served) -> None:
    """The signature of each of its methods is verified."""
    account = documented.fake.create_account(
        "signer@example.com",
        api_key="signkey1",
        api_secret="x",
        signature_secret=SIGNATURE_SECRET,
        signature_method=method,
    )
    credentials = {"apiKey": "signkey1", "signatureSecret": SIGNATURE_SECRET, "signatureMethod": option}

    report = send("nexmo.js", credentials=credentials, type="unicode", text=UNICODE)

    assert [part["status"] for part in report["messages"]] == ["0"], report
    message = documented.fake.messages[-1]
    assert (message.text, message.type, message.api_key) == (UNICODE, "unicode", account.api_key)
