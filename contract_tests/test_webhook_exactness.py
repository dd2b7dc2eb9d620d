"""What is nearly right in a webhook: octets, prices, signatures, and which answers accept it.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.receiver import Received, Receiver
from contract_tests.signing import Credentials
from contract_tests.strict import only

# The receiver listens on this machine, where only a fake can reach it.
pytestmark = pytest.mark.needs_control

SECRET = "contract-secret"


@pytest.mark.clause("DLR-14")
@pytest.mark.parametrize("status", [302, 400, 404, 410, 500])
def test_whatever_is_no_2xx_does_not_accept(
    app: Consumer, access: Credentials, control: Control, receiver: Receiver, status: int
) -> None:
    """It is pushed again after a minute, to the same place."""
    receiver.statuses = [status]
    receiver.location = f"{receiver.url}/elsewhere"
    control.freeze(app.client.key)
    app.send(app.sms(access, {"callback": receiver.url}))
    receiver.wait_for(1)
    control.advance(62, app.client.key)

    assert [push.target.partition("?")[0] for push in receiver.received] == ["/hook", "/hook"]


@pytest.mark.clause("DLR-05")
def test_a_receipt_tells_the_price_of_its_part(
    app: Consumer, access: Credentials, receiver: Receiver
) -> None:
    """Not that of the whole SMS."""
    message = {"callback": receiver.url, "text": "a" * 400}
    parts = messages_of(app.send(app.sms(access, message, shape="post-form")))
    told = {push.parameters["messageId"]: push.parameters["price"] for push in receiver.wait_for(3)}

    assert told == {part["message-id"]: part["message-price"] for part in parts}


def _pushed(app: Consumer, control: Control, receiver: Receiver, method: str) -> Received:
    """Send an SMS with a reference beyond ASCII; return what is pushed by *method*."""
    token = app.access_of(control.new_account(dr_callback_url=receiver.url, webhook_method=method))
    app.send(app.sms(token, {"client-ref": "café Ж"}))
    return only(receiver.wait_for(1))


@pytest.mark.clause("DLR-12")
def test_a_form_is_in_utf8(app: Consumer, control: Control, receiver: Receiver) -> None:
    """Percent-encoded octet by octet."""
    push = _pushed(app, control, receiver, "POST")

    assert b"client-ref=caf%C3%A9+%D0%96&" in push.body


@pytest.mark.clause("DLR-24", "DLR-09")
def test_a_query_is_in_utf8(app: Consumer, control: Control, receiver: Receiver) -> None:
    """Percent-encoded octet by octet."""
    push = _pushed(app, control, receiver, "GET")

    assert "&client-ref=caf%C3%A9+%D0%96&" in push.target


@pytest.mark.clause("DLR-11")
def test_json_is_compact(app: Consumer, control: Control, receiver: Receiver) -> None:
    """No blank and no line end stands between its members, and it is in UTF-8."""
    push = _pushed(app, control, receiver, "POST-JSON")
    members = push.parameters

    assert members["client-ref"] == "café Ж"
    assert push.body in [
        json.dumps(dict(members), separators=(",", ":"), ensure_ascii=escaped).encode()
        for escaped in (True, False)
    ]


# Inbound SMS


@pytest.mark.clause("MO-13")
@pytest.mark.parametrize("method", ["GET", "POST", "POST-JSON"])
def test_a_signature_secret_signs_inbound_sms(control: Control, receiver: Receiver, method: str) -> None:
    """As receipts are signed: timestamp, nonce and sig stand last."""
    number = control.new_number()
    control.new_account(
        mo_callback_url=receiver.url,
        numbers=[number],
        webhook_method=method,
        signature_secret=SECRET,
        signature_method="md5",
    )
    control.inbound(msisdn="447700900001", to=number, text="a=b&c, é")

    push = only(receiver.wait_for(1))
    assert [name for name, _ in push.pairs][-3:] == ["timestamp", "nonce", "sig"]
    signed = {name: value for name, value in push.parameters.items() if name != "sig"}
    text = "".join(f"&{name}={re.sub('[&=]', '_', signed[name])}" for name in sorted(signed))
    expected = hashlib.md5(f"{text}{SECRET}".encode(), usedforsecurity=False).hexdigest()
    assert push.parameters["sig"].lower() == expected
