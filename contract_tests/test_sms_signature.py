"""Requests that are signed with the account's signature secret, and send no secret: MD5 and four HMACs."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping

import pytest
import requests

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.signing import FORM
from contract_tests.strict import only

pytestmark = pytest.mark.needs_control

SECRET = "contract-signature-secret"


def _md5(text: str, secret: str) -> str:
    return hashlib.md5(f"{text}{secret}".encode(), usedforsecurity=False).hexdigest()


def _hmac(digest: str) -> Callable[[str, str], str]:
    return lambda text, secret: hmac.new(secret.encode(), text.encode(), digest).hexdigest()


METHODS: Mapping[str, Callable[[str, str], str]] = {
    "md5": _md5,
    "hmac-md5": _hmac("md5"),
    "hmac-sha1": _hmac("sha1"),
    "hmac-sha256": _hmac("sha256"),
    "hmac-sha512": _hmac("sha512"),
}
MAY_MEAN: Mapping[str, tuple[str, ...]] = {"md5": ("md5", "hmac-md5")}
"""Some of Nexmo's libraries call the HMAC md5."""


def _sent(
    app: Consumer, account: Account, method: str, *, secret: str = SECRET, **changes: str | None
) -> dict[str, str]:
    """Send an SMS signed with *secret*, some parameters changed or added afterwards; return the answer's one object."""
    message: dict[str, str | None] = {
        "api_key": account.key.key,
        "from": "NexmoOauth",
        "to": app.provider.sms_to,
        "text": "a=b&c",
        "timestamp": str(int(time.time())),
    }
    if "timestamp" in changes:
        message["timestamp"] = changes.pop("timestamp")
    kept = {name: value for name, value in message.items() if value is not None}
    text = "".join(f"&{name}={re.sub('[&=]', '_', kept[name])}" for name in sorted(kept))
    given = kept | {"sig": METHODS[method](text, secret)} | changes
    url = f"{app.provider.rest_url}/sms/json"
    request = requests.Request("POST", url, data=given, headers={"Content-Type": FORM})
    answer = app.provider.send(request.prepare())
    assert answer.status_code == 200
    return only(messages_of(answer))


@pytest.mark.clause("SMS-SIG-03")
@pytest.mark.parametrize(
    "method",
    [
        pytest.param(
            method, id=method, marks=pytest.mark.clause("SMS-SIG-01" if method == "md5" else "SMS-SIG-02")
        )
        for method in METHODS
    ],
)
def test_a_signed_request_is_accepted(app: Consumer, control: Control, method: str) -> None:
    """In values & and = count as _."""
    account = control.new_account(signature_secret=SECRET, signature_method=method)

    assert _sent(app, account, method)["status"] == "0"


@pytest.mark.clause("SMS-SIG-04")
@pytest.mark.parametrize("method", METHODS)
def test_what_was_changed_after_signing_is_refused(app: Consumer, control: Control, method: str) -> None:
    """Status 14, with its literal text."""
    account = control.new_account(signature_secret=SECRET, signature_method=method)
    part = _sent(app, account, method, text="changed")

    assert (part["status"], part["error-text"]) == ("14", "Invalid Signature")


@pytest.mark.clause("SMS-SIG-04", "SMS-SIG-08")
@pytest.mark.parametrize("method", METHODS)
def test_the_api_secret_signs_nothing(app: Consumer, control: Control, method: str) -> None:
    """The signature secret is another one."""
    account = control.new_account(signature_secret=SECRET, signature_method=method)
    app.provider.secrets.add(account.key.secret)

    assert _sent(app, account, method, secret=account.key.secret) == {
        "status": "14",
        "error-text": "Invalid Signature",
    }


@pytest.mark.clause("SMS-SIG-02", "SMS-SIG-08")
@pytest.mark.parametrize(
    ("chosen", "used"),
    [(chosen, used) for chosen in METHODS for used in METHODS if used not in MAY_MEAN.get(chosen, (chosen,))],
)
def test_another_method_than_the_accounts_is_refused(
    app: Consumer, control: Control, chosen: str, used: str
) -> None:
    """Though the secret is right: else the weakest method would be good for all."""
    account = control.new_account(signature_secret=SECRET, signature_method=chosen)

    assert _sent(app, account, used)["status"] == "14"


@pytest.mark.clause("SMS-SIG-05")
@pytest.mark.parametrize("seconds", [-400, 400])
def test_the_timestamp_is_within_five_minutes(app: Consumer, control: Control, seconds: int) -> None:
    """On both sides."""
    account = control.new_account(signature_secret=SECRET)

    assert _sent(app, account, "md5", timestamp=str(int(time.time()) + seconds))["status"] == "14"


@pytest.mark.clause("SMS-SIG-06")
def test_a_secret_beside_a_signature_is_refused(app: Consumer, control: Control) -> None:
    """Status 32: one or the other."""
    account = control.new_account(signature_secret=SECRET)

    assert _sent(app, account, "md5", api_secret=account.key.secret)["status"] == "32"


@pytest.mark.clause("SMS-SIG-07")
def test_a_signed_request_needs_a_timestamp(app: Consumer, control: Control) -> None:
    """Without one a signature would be good for ever."""
    account = control.new_account(signature_secret=SECRET)

    assert _sent(app, account, "md5", timestamp=None)["status"] != "0"
