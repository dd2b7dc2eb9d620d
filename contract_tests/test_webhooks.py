"""Delivery receipts and inbound SMS as they are pushed: keys, order and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.receiver import Receiver
from contract_tests.signing import Credentials

# The receiver listens on this machine, where only a fake can reach it.
pytestmark = pytest.mark.needs_control

RECEIPT = [
    "msisdn",
    "to",
    "network-code",
    "messageId",
    "price",
    "status",
    "scts",
    "err-code",
    "message-timestamp",
]
TIMESTAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Whoever gets the webhooks."""
    with Receiver() as receiver:
        yield receiver


@pytest.mark.clause("DLR-01", "DLR-02", "DLR-03", "DLR-04", "DLR-05", "DLR-06", "DLR-07", "DLR-08")
def test_a_receipt(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """The keys in the order of a log of 2014; amounts and times in their forms."""
    (part,) = messages_of(app.send(app.sms(access, {"callback": receiver.url})))

    (push,) = receiver.wait_for(1)
    assert push.method == "GET"
    assert [name for name, _ in push.pairs] == RECEIPT
    told = push.parameters
    assert told["msisdn"] == app.provider.sms_to
    assert told["to"] == "NexmoOauth"
    assert told["messageId"] == part["message-id"]
    assert (told["status"].lower(), told["err-code"]) == ("delivered", "0")
    assert told["price"] == part["message-price"]
    assert told["network-code"] == part["network"]
    assert re.fullmatch(r"\d{10}", told["scts"])
    assert re.fullmatch(TIMESTAMP, told["message-timestamp"])


@pytest.mark.clause("DLR-09")
def test_a_client_ref_comes_back(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Between ``err-code`` and ``message-timestamp``."""
    app.send(app.sms(access, {"callback": receiver.url, "client-ref": "order 7"}))

    (push,) = receiver.wait_for(1)
    assert [name for name, _ in push.pairs] == [*RECEIPT[:-1], "client-ref", RECEIPT[-1]]
    assert push.parameters["client-ref"] == "order 7"


@pytest.mark.clause("DLR-10")
def test_one_receipt_for_each_part(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Each has the id of its part."""
    message = {"callback": receiver.url, "text": "a" * 400}
    parts = messages_of(app.send(app.sms(access, message, shape="post-form")))

    told = [push.parameters["messageId"] for push in receiver.wait_for(3)]
    assert sorted(told) == sorted(part["message-id"] for part in parts)


@pytest.mark.clause("DLR-11")
def test_json_has_texts_only(app: Consumer, control: Control, receiver: Receiver) -> None:
    """An account that wants POST-JSON gets one compact object."""
    token = app.access_of(control.new_account(dr_callback_url=receiver.url, webhook_method="POST-JSON"))
    app.send(app.sms(token))

    (push,) = receiver.wait_for(1)
    members = push.parameters
    assert (push.method, push.headers["content-type"]) == ("POST", "application/json")
    assert list(members) == RECEIPT
    assert all(isinstance(value, str) for value in members.values())


@pytest.mark.clause("MO-01", "MO-02", "MO-03", "MO-04")
def test_an_inbound_sms(control: Control, receiver: Receiver) -> None:
    """Keys in their order; the keyword is the first word in upper case."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text="Help me, please")

    (push,) = receiver.wait_for(1)
    assert [name for name, _ in push.pairs] == [
        "msisdn",
        "to",
        "messageId",
        "text",
        "type",
        "keyword",
        "message-timestamp",
    ]
    told = push.parameters
    assert (told["msisdn"], told["to"], told["text"]) == ("447700900001", number, "Help me, please")
    assert (told["type"], told["keyword"]) == ("text", "HELP")
    assert re.fullmatch(TIMESTAMP, told["message-timestamp"])


@pytest.mark.clause("MO-05", "MO-06")
def test_a_long_inbound_sms_comes_in_parts(control: Control, receiver: Receiver) -> None:
    """With ``concat`` and its kin behind the id; every part is one push."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text="long " * 60)

    pushes = sorted((push.parameters for push in receiver.wait_for(2)), key=lambda told: told["concat-part"])
    assert [told["concat-part"] for told in pushes] == ["1", "2"]
    assert {(told["concat"], told["concat-total"]) for told in pushes} == {("true", "2")}
    assert len({told["concat-ref"] for told in pushes}) == 1
    assert "".join(told["text"] for told in pushes) == "long " * 60
