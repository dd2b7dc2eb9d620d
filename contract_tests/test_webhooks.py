"""Delivery receipts and inbound SMS as they are pushed: keys, order and forms."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.receiver import Received, Receiver
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Call, Credentials
from contract_tests.strict import ensure_keys, only

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
INBOUND = ["msisdn", "to", "messageId", "text", "type", "keyword", "message-timestamp"]
NOBODY_ANSWERS = "447700900303"  # of which no carrier says anything by itself
TIMESTAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


def _receipt(app: Consumer, access: Credentials, receiver: Receiver) -> tuple[Received, dict[str, str]]:
    """Send an SMS; return what is pushed, and the part that it is about."""
    part = only(messages_of(app.send(app.sms(access, {"callback": receiver.url}))))
    push = only(receiver.wait_for(1))
    return push, part


def _long_sms(app: Consumer, access: Credentials, receiver: Receiver) -> Call:
    return app.sms(access, {"callback": receiver.url, "text": "a" * 400}, shape="post-form")


def _paths(pushes: Iterable[Received]) -> list[str]:
    """Return where they were pushed: which SMS they are about is seen by that, whatever they say themselves."""
    return [push.target.partition("?")[0] for push in pushes]


@pytest.mark.clause("DLR-01")
@pytest.mark.billable
def test_a_receipt_is_pushed_by_get(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Unless the account is set otherwise."""
    push, _ = _receipt(app, access, receiver)

    assert push.method == "GET"


@pytest.mark.clause("DLR-02")
@pytest.mark.billable
def test_the_keys_of_a_receipt(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """In the order of a log of 2014."""
    push, _ = _receipt(app, access, receiver)

    ensure_keys((name for name, _ in push.pairs), RECEIPT)


@pytest.mark.clause("DLR-03")
@pytest.mark.billable
def test_who_sent_it_and_to_whom(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """The names are those of the network, not those of the request."""
    told = _receipt(app, access, receiver)[0].parameters

    assert (told.get("msisdn"), told.get("to")) == (app.provider.sms_to, "NexmoOauth")


@pytest.mark.clause("DLR-04")
@pytest.mark.billable
def test_a_receipt_has_the_id_of_its_part(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """By which a client knows what became of what."""
    push, part = _receipt(app, access, receiver)

    assert push.parameters.get("messageId") == part["message-id"]


@pytest.mark.clause("DLR-04")
@pytest.mark.billable
def test_each_part_has_a_receipt_with_its_id(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """And no other one has it."""
    parts = messages_of(app.send(_long_sms(app, access, receiver)))

    told = [push.parameters.get("messageId", "") for push in receiver.wait_for(len(parts))]
    assert sorted(told) == sorted(part["message-id"] for part in parts)


@pytest.mark.clause("DLR-05")
@pytest.mark.billable
def test_a_receipt_has_price_and_network_of_the_answer(
    app: Consumer, access: Credentials, receiver: Receiver
) -> None:
    """To the last decimal."""
    push, part = _receipt(app, access, receiver)
    told = push.parameters

    assert (told.get("price"), told.get("network-code")) == (part["message-price"], part["network"])


@pytest.mark.clause("DLR-06")
@pytest.mark.billable
def test_a_delivered_message(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """The case of the word does not matter, the code is a text."""
    told = _receipt(app, access, receiver)[0].parameters

    assert (told.get("status", "").lower(), told.get("err-code")) == ("delivered", "0")


@pytest.mark.clause("DLR-07")
@pytest.mark.billable
def test_the_carriers_time(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Year, month, day, hour and minute in two digits each; the same minute as the push, or one before."""
    told = _receipt(app, access, receiver)[0].parameters
    pushed = datetime.strptime(told.get("message-timestamp", ""), "%Y-%m-%d %H:%M:%S")

    assert re.fullmatch(r"\d{10}", told.get("scts", ""))
    assert abs(pushed - datetime.strptime(told["scts"], "%y%m%d%H%M")) < timedelta(minutes=2)


@pytest.mark.clause("DLR-08")
@pytest.mark.billable
def test_the_time_of_a_push(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """In UTC, and to the second."""
    before = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
    told = _receipt(app, access, receiver)[0].parameters

    assert re.fullmatch(TIMESTAMP, told.get("message-timestamp", ""))
    pushed = datetime.strptime(told["message-timestamp"], "%Y-%m-%d %H:%M:%S")
    assert abs(pushed - before) < timedelta(minutes=5)


@pytest.mark.clause("DLR-09")
@pytest.mark.billable
def test_a_client_ref_comes_back(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Between ``err-code`` and ``message-timestamp``."""
    app.send(app.sms(access, {"callback": receiver.url, "client-ref": "order 7"}))

    push = only(receiver.wait_for(1))
    names = [name for name, _ in push.pairs]
    assert push.parameters["client-ref"] == "order 7"
    around = names[names.index("client-ref") - 1 : names.index("client-ref") + 2]
    ensure_keys(around, ["err-code", "client-ref", "message-timestamp"])


@pytest.mark.clause("DLR-10")
@pytest.mark.billable
def test_one_receipt_for_each_part(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """A text of 400 letters has three."""
    parts = messages_of(app.send(_long_sms(app, access, receiver)))

    assert len(receiver.wait_for(len(parts))) == len(parts) == 3


@pytest.mark.clause("DLR-11")
@pytest.mark.needs_control
def test_json_has_texts_only(app: Consumer, control: Control, receiver: Receiver) -> None:
    """An account that wants POST-JSON gets one compact object."""
    token = app.access_of(control.new_account(dr_callback_url=receiver.url, webhook_method="POST-JSON"))
    app.send(app.sms(token))

    push = only(receiver.wait_for(1))
    members = push.parameters
    assert (push.method, push.headers["content-type"].lower()) == ("POST", "application/json")
    ensure_keys(members, RECEIPT)
    assert {type(value) for value in members.values()} == {str}


# Receipts: how they are pushed


@pytest.mark.clause("DLR-12")
@pytest.mark.needs_control
def test_a_post_is_a_form(app: Consumer, control: Control, receiver: Receiver) -> None:
    """An account that wants POST gets the same keys in a form."""
    token = app.access_of(control.new_account(dr_callback_url=receiver.url, webhook_method="POST"))
    app.send(app.sms(token))

    push = only(receiver.wait_for(1))
    assert push.method == "POST"
    assert (
        push.headers["content-type"].replace(" ", "").lower()
        == "application/x-www-form-urlencoded;charset=utf-8"
    )
    ensure_keys((name for name, _ in push.pairs), RECEIPT)


@pytest.mark.clause("DLR-13")
@pytest.mark.billable
def test_who_pushes(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """The user agent of a log of 2014."""
    app.send(app.sms(access, {"callback": receiver.url}))

    push = only(receiver.wait_for(1))
    assert push.headers.get("user-agent") == "Nexmo/MessagingHUB/v1.0"
    assert push.headers.get("accept") == "*/*"


@pytest.mark.clause("DLR-24")
@pytest.mark.billable
def test_a_blank_in_the_query_is_a_plus_sign(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """To the letter as it was logged."""
    app.send(app.sms(access, {"callback": receiver.url}))

    push = only(receiver.wait_for(1))
    assert re.search(r"&message-timestamp=\d{4}-\d\d-\d\d\+\d\d%3A\d\d%3A\d\d$", push.target)


@pytest.mark.clause("DLR-14", "DLR-15")
@pytest.mark.needs_control
def test_what_is_not_accepted_is_pushed_again(
    app: Consumer, access: Credentials, control: Control, receiver: Receiver
) -> None:
    """After a minute, and every minute, until it is accepted."""
    receiver.statuses = [500, 503]
    control.freeze(app.client.key)
    app.send(app.sms(access, {"callback": receiver.url}))
    receiver.wait_for(1)
    counts = []
    for seconds in (58, 4, 56, 4, 3600):
        control.advance(seconds, app.client.key)
        counts.append(len(receiver.received))

    assert counts == [1, 2, 2, 3, 3]
    again = receiver.received
    assert set(_paths(again)) == {"/hook"}
    assert len({push.parameters.get("messageId") for push in again}) == 1


@pytest.mark.clause("DLR-23")
@pytest.mark.needs_control
@pytest.mark.parametrize("status", [201, 204])
def test_any_2xx_accepts(
    app: Consumer, access: Credentials, control: Control, receiver: Receiver, status: int
) -> None:
    """It is not pushed again."""
    receiver.status = status
    control.freeze(app.client.key)
    app.send(app.sms(access, {"callback": receiver.url}))
    receiver.wait_for(1)
    control.advance(600, app.client.key)

    assert len(receiver.received) == 1


@pytest.mark.clause("DLR-16")
@pytest.mark.needs_control
def test_a_receipt_is_given_up_after_72_hours(
    app: Consumer,
    access: Credentials,
    control: Control,
    receiver: Receiver,
    listening: Callable[..., Receiver],
) -> None:
    """An hour before that it still comes, a while after it no more."""
    control.freeze(app.client.key)
    url, port = receiver.url, int(receiver.url.rpartition(":")[2].partition("/")[0])
    receiver.status = 500
    app.send(app.sms(access, {"callback": url}))
    receiver.wait_for(1)
    receiver.close()  # so that four thousand attempts end at once
    control.advance(71 * 3600, app.client.key)
    with listening(status=500, port=port) as later:
        control.advance(130, app.client.key)
        before = len(later.received)
        control.advance(2 * 3600, app.client.key)
        reached = len(later.received)
        control.advance(3600, app.client.key)

        assert before in (2, 3)
        assert reached < 62
        assert len(later.received) == reached


@pytest.mark.clause("DLR-17", "DLR-18")
@pytest.mark.needs_control
def test_the_requests_callback_goes_before_the_accounts(
    app: Consumer, control: Control, receiver: Receiver, listening: Callable[..., Receiver]
) -> None:
    """What names none goes to the account's."""
    token = app.access_of(control.new_account(dr_callback_url=receiver.url))
    with listening() as of_request:
        app.send(app.sms(token, {"callback": of_request.url}))

        assert _paths(of_request.wait_for(1)) == ["/hook"]
        assert receiver.received == []
        app.send(app.sms(token))
        assert _paths(receiver.wait_for(1)) == ["/hook"]
        assert len(of_request.received) == 1


@pytest.mark.clause("DLR-19")
@pytest.mark.needs_control
@pytest.mark.parametrize("no", ["0", "false"])
def test_who_wants_no_receipt_gets_none(
    app: Consumer, access: Credentials, control: Control, receiver: Receiver, no: str
) -> None:
    """The next one, which wants it, has its own alone."""
    for place, wish in (("declined", no), ("wanted", "1")):
        message = {"callback": f"{receiver.url}/{place}", "status-report-req": wish}
        assert is_let_in(app.send(app.sms(access, message)))
    receiver.wait_for(1)
    control.advance(120, app.client.key)

    assert _paths(receiver.received) == ["/hook/wanted"]


@pytest.mark.clause("DLR-20")
@pytest.mark.needs_control
def test_a_failure_says_why(app: Consumer, access: Credentials, control: Control, receiver: Receiver) -> None:
    """The carrier's code comes with it."""
    message = {"callback": receiver.url, "to": NOBODY_ANSWERS}
    part = only(messages_of(app.send(app.sms(access, message))))
    control.receipt(part["message-id"], "failed", "5")

    push = only(receiver.wait_for(1))
    assert (push.parameters["status"].lower(), push.parameters["err-code"]) == ("failed", "5")


@pytest.mark.clause("DLR-21")
@pytest.mark.billable
def test_the_answer_does_not_wait_for_the_receiver(
    app: Consumer, access: Credentials, listening: Callable[..., Receiver]
) -> None:
    """It is here before whoever gets the receipt has said a word."""
    answered = threading.Event()
    # Well within the time-out of a push: a provider that waits must not be let off by it.
    with listening(silent=answered, silent_seconds=5.0) as receiver:
        app.send(app.sms(access, {"callback": receiver.url}))
        answered.set()
        receiver.wait_for(1)

    assert receiver.patience == [True]


@pytest.mark.clause("DLR-22")
@pytest.mark.needs_control
def test_a_signature_secret_signs_receipts(app: Consumer, control: Control, receiver: Receiver) -> None:
    """Timestamp, nonce and signature stand last, and the signature is made as for requests."""
    account = control.new_account(
        dr_callback_url=receiver.url, signature_secret="contract-secret", signature_method="md5"
    )
    app.send(app.sms(app.access_of(account)))

    push = only(receiver.wait_for(1))
    assert [name for name, _ in push.pairs][-3:] == ["timestamp", "nonce", "sig"]
    signed = {name: value for name, value in push.parameters.items() if name != "sig"}
    text = "".join(f"&{name}={re.sub('[&=]', '_', signed[name])}" for name in sorted(signed))
    expected = hashlib.md5(f"{text}contract-secret".encode(), usedforsecurity=False).hexdigest()
    assert push.parameters["sig"].lower() == expected


@pytest.mark.clause("DLR-25")
@pytest.mark.needs_control
def test_a_refused_message_has_no_receipt(
    app: Consumer, access: Credentials, control: Control, receiver: Receiver
) -> None:
    """There is no message that could have arrived."""
    refused = {"callback": f"{receiver.url}/refused", "to": "07700900000"}
    assert is_refused(app.send(app.sms(access, refused)))
    assert is_let_in(app.send(app.sms(access, {"callback": f"{receiver.url}/accepted"})))
    receiver.wait_for(1)
    control.advance(120, app.client.key)

    assert _paths(receiver.received) == ["/hook/accepted"]


# Inbound SMS


def _inbound(control: Control, receiver: Receiver, text: str = "Help me, please") -> Received:
    """Let a text come in, and return what is pushed."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text=text)
    return only(receiver.wait_for(1))


@pytest.mark.clause("MO-01")
@pytest.mark.needs_control
def test_the_keys_of_an_inbound_sms(control: Control, receiver: Receiver) -> None:
    """In the order in which they were recorded."""
    push = _inbound(control, receiver)

    ensure_keys((name for name, _ in push.pairs), INBOUND)


@pytest.mark.clause("MO-02")
@pytest.mark.needs_control
def test_who_sent_an_inbound_sms(control: Control, receiver: Receiver) -> None:
    """And what."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text="Help me, please")

    told = only(receiver.wait_for(1)).parameters
    sent = ("447700900001", number, "Help me, please")
    assert (told.get("msisdn"), told.get("to"), told.get("text")) == sent


@pytest.mark.clause("MO-03")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("text", "keyword"), [("Help me, please", "HELP"), ("stop", "STOP"), ("YES 1", "YES")]
)
def test_the_keyword(control: Control, receiver: Receiver, text: str, keyword: str) -> None:
    """The first word, in upper case."""
    assert _inbound(control, receiver, text).parameters.get("keyword") == keyword


@pytest.mark.clause("MO-04")
@pytest.mark.needs_control
def test_the_time_of_an_inbound_sms(control: Control, receiver: Receiver) -> None:
    """In UTC, and to the second."""
    told = _inbound(control, receiver).parameters

    assert re.fullmatch(TIMESTAMP, told.get("message-timestamp", ""))


@pytest.mark.clause("MO-05", "MO-06")
@pytest.mark.needs_control
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


@pytest.mark.clause("MO-07")
@pytest.mark.needs_control
def test_a_numbers_own_url_goes_first(
    control: Control, receiver: Receiver, listening: Callable[..., Receiver]
) -> None:
    """Before that of its account."""
    with listening() as of_number:
        own, other = control.new_number(), control.new_number()
        numbers = [{"msisdn": own, "mo_http_url": of_number.url}, {"msisdn": other}]
        control.new_account(mo_callback_url=receiver.url, numbers=numbers)
        control.inbound(msisdn="447700900001", to=own, text="hello")

        assert len(of_number.wait_for(1)) == 1
        assert receiver.received == []
        control.inbound(msisdn="447700900001", to=other, text="hello")
        assert len(receiver.wait_for(1)) == 1
        assert len(of_number.received) == 1


@pytest.mark.clause("MO-08")
@pytest.mark.needs_control
def test_a_binary_inbound_sms(control: Control, receiver: Receiver) -> None:
    """Its octets in hexadecimal, where a text would stand."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, type="binary", data="0011AAff", udh="06050415811581")

    push = only(receiver.wait_for(1))
    told = push.parameters
    assert (told["type"], told["data"].lower(), told["udh"].lower()) == (
        "binary",
        "0011aaff",
        "06050415811581",
    )
    assert told.keys() & {"text", "keyword"} == set()


@pytest.mark.clause("MO-09")
@pytest.mark.needs_control
@pytest.mark.parametrize(("kind", "text"), [("text", "hello"), ("unicode", "Привет")])
def test_the_type_of_an_inbound_sms(control: Control, receiver: Receiver, kind: str, text: str) -> None:
    """It says how the text was sent; the text arrives exactly."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, type=kind, text=text)

    push = only(receiver.wait_for(1))
    assert (push.parameters["type"], push.parameters["text"]) == (kind, text)


@pytest.mark.clause("MO-10")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("method", "content_type"),
    [("POST", "application/x-www-form-urlencoded"), ("POST-JSON", "application/json")],
)
def test_the_method_of_an_inbound_sms(
    control: Control, receiver: Receiver, method: str, content_type: str
) -> None:
    """The account's, as for receipts."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number], webhook_method=method)
    control.inbound(msisdn="447700900001", to=number, text="hello")

    push = only(receiver.wait_for(1))
    assert push.method == "POST"
    assert push.headers["content-type"].partition(";")[0].strip().lower() == content_type
    assert push.parameters["text"] == "hello"


@pytest.mark.clause("MO-12")
@pytest.mark.needs_control
def test_the_ids_of_an_inbound_sms(control: Control, receiver: Receiver) -> None:
    """One for each part, in the form of those that are answered."""
    number = control.new_number()
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text="long " * 60)

    ids = {push.parameters["messageId"] for push in receiver.wait_for(2)}
    assert len(ids) == 2
    assert [one for one in ids if not re.fullmatch("[0-9A-F]{16}", one)] == []


@pytest.mark.clause("MO-11")
@pytest.mark.needs_control
@pytest.mark.alone
def test_an_inbound_sms_is_given_up_after_24_hours(
    control: Control, receiver: Receiver, listening: Callable[..., Receiver]
) -> None:
    """An hour before that it still comes, a while after it no more."""
    number = control.new_number()
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    receiver.status = 500
    control.new_account(mo_callback_url=receiver.url, numbers=[number])
    control.inbound(msisdn="447700900001", to=number, text="hello")
    receiver.wait_for(1)
    receiver.close()  # so that a thousand attempts end at once
    control.advance(23 * 3600, None)
    with listening(status=500, port=port) as later:
        control.advance(130, None)
        before = len(later.received)
        control.advance(2 * 3600, None)
        reached = len(later.received)
        control.advance(3600, None)

        assert before in (2, 3)
        assert reached < 62
        assert len(later.received) == reached
