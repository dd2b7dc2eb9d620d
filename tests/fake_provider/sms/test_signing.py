"""Signed requests: MD5 and the four HMACs, with vectors that were worked out by hand from the documentation."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import Any

import pytest
import requests

from fake_provider.sms.signing import method_named, signature
from tests.conftest import Served

SECRET = "signature-secret"
SIGNER = {"email": "ann@example.com", "api_key": "ann", "api_secret": "s", "signature_secret": SECRET}

PARAMETERS = [
    ("timestamp", "1461605396"),
    ("to", "447700900000"),
    ("text", "a=b&c"),
    ("from", "Acme"),
    ("sig", "x"),
]
SIGNED_TEXT = b"&from=Acme&text=a_b_c&timestamp=1461605396&to=447700900000"


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("md5", hashlib.md5(SIGNED_TEXT + SECRET.encode()).hexdigest()),
        ("hmac-md5", hmac.new(SECRET.encode(), SIGNED_TEXT, "md5").hexdigest()),
        ("hmac-sha1", hmac.new(SECRET.encode(), SIGNED_TEXT, "sha1").hexdigest()),
        ("hmac-sha256", hmac.new(SECRET.encode(), SIGNED_TEXT, "sha256").hexdigest()),
        ("hmac-sha512", hmac.new(SECRET.encode(), SIGNED_TEXT, "sha512").hexdigest()),
    ],
)
def test_what_is_signed(method: str, expected: str) -> None:
    """All parameters but ``sig``, sorted; in values & and = become _."""
    assert signature(PARAMETERS, SECRET, method) == expected


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("md5", "md5"),
        ("md5hash", "md5"),
        ("MD5 hash signature", "md5"),
        ("MD5 HMAC signature", "hmac-md5"),
        ("HMAC_SHA256", "hmac-sha256"),
        ("sha256", "hmac-sha256"),
        ("sha512hmac", "hmac-sha512"),
        ("SHA-1 HMAC", "hmac-sha1"),
        ("hmac-sha1", "hmac-sha1"),
        ("rot13", None),
        ("", None),
    ],
)
def test_spellings_of_a_method(name: str, method: str | None) -> None:
    """Nexmo's libraries and its dashboard call them differently."""
    assert method_named(name) == method


def signed(served: Served, method: str = "md5", **changes: Any) -> dict[str, str]:
    """Send a signed SMS with some parameters changed after signing; return the object of its answer."""
    message: dict[str, str | None] = {
        "api_key": "ann", "from": "Acme", "to": "447700900000", "text": "1=1 & 2=2", "timestamp": str(int(time.time()))
    }  # fmt: skip
    message |= changes.pop("message", {})
    given = {name: value for name, value in message.items() if value is not None}
    given["sig"] = signature(given.items(), SECRET, method)
    answer = requests.post(f"{served.url}/sms/json", data=given | changes, timeout=9)
    assert answer.status_code == 200
    (part,) = answer.json()["messages"]
    return dict(part)


@pytest.mark.parametrize("method", ["md5", "hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sha512"])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_signed_request(method: str, chosen: bool, documented: Served) -> None:
    """By the account's method; an account that has chosen none takes all."""
    documented.fake.create_account(**SIGNER, signature_method=method if chosen else None)

    assert signed(documented, method)["status"] == "0"
    assert documented.fake.messages[0].account == "ann@example.com"
    assert documented.findings == []


def test_in_json_and_upper_case(documented: Served) -> None:
    """JSON members are signed alike, and the case of ``sig`` does not count."""
    documented.fake.create_account(**SIGNER)
    members = {
        "api_key": "ann",
        "from": "A",
        "to": "447700900000",
        "text": "hi",
        "timestamp": str(int(time.time())),
    }
    members["sig"] = signature(members.items(), SECRET, "hmac-sha256").upper()
    answer = requests.post(f"{documented.url}/sms/json", json=members, timeout=9)

    assert answer.json()["messages"][0]["status"] == "0"


@pytest.mark.parametrize(
    ("changes", "text", "reason"),
    [
        ({"text": "changed"}, "14: Invalid Signature", "does not fit"),
        ({"extra": "1"}, "14: Invalid Signature", "does not fit"),
        ({"sig": ""}, "14: Invalid Signature", "does not fit"),
        ({"sig": "é"}, "14: Invalid Signature", "does not fit"),
        ({"message": {"timestamp": None}}, "14: Invalid Signature", "timestamp"),
        ({"message": {"timestamp": "soon"}}, "14: Invalid Signature", "timestamp"),
        ({"message": {"timestamp": "9" * 30}}, "14: Invalid Signature", "timestamp"),
        ({"message": {"timestamp": str(int(time.time()) - 3600)}}, "14: Invalid Signature", "timestamp"),
        ({"message": {"timestamp": str(int(time.time()) + 3600)}}, "14: Invalid Signature", "timestamp"),
        ({"message": {"api_key": "nobody"}}, "4: Bad Credentials", ""),
        ({"message": {"api_key": None}}, "2: Missing api_key", ""),
        ({"message": {"api_secret": "s"}}, "32: Signature and API secret disallowed", "together"),
        ({"message": {"api_key": "abcd1234"}}, "14: Invalid Signature", "no signature secret"),
    ],
)
def test_signatures_that_are_refused(
    changes: dict[str, Any], text: str, reason: str, documented: Served
) -> None:
    """By status, and the exchange says why."""
    documented.fake.create_account(**SIGNER)
    part = signed(documented, **changes)

    assert f"{part['status']}: {part['error-text']}" == text
    assert reason in (documented.fake.exchanges[0].reason or "")
    assert SECRET not in repr(documented.control("GET", "/exchanges"))


def test_the_window_follows_the_clock(documented: Served) -> None:
    """Five minutes on the fake's clock."""
    documented.fake.create_account(**SIGNER)
    documented.fake.clock.freeze()
    stamp = str(int(documented.fake.clock.now()))
    documented.fake.clock.advance(299)
    assert signed(documented, message={"timestamp": stamp})["status"] == "0"
    documented.fake.clock.advance(2)
    assert signed(documented, message={"timestamp": stamp})["status"] == "14"


def test_another_method_than_the_accounts(documented: Served) -> None:
    """An account that has chosen SHA-256 takes no MD5."""
    documented.fake.create_account(**SIGNER, signature_method="sha256")

    assert signed(documented, "md5")["status"] == "14"
    assert re.search("does not fit", documented.fake.exchanges[0].reason or "")
