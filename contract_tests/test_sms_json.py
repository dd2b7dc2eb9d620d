"""``/sms/json``: how an accepted SMS is answered, key by key."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from contract_tests.answers import media_type_of, members_of, messages_of
from contract_tests.consumer import Consumer
from contract_tests.signing import Credentials
from contract_tests.strict import decimal_of, ensure_keys, only

pytestmark = pytest.mark.billable

AMOUNT = r"\d+\.\d{8}"
MESSAGE_ID = r"[0-9A-F]{16}"


@pytest.mark.clause("SMS-OK-01")
@pytest.mark.billable(first=True)
def test_the_keys_come_in_their_order(app: Consumer, access: Credentials) -> None:
    """As captured: to, message-id, status, remaining-balance, message-price, network."""
    part = only(messages_of(app.send(app.sms(access))))

    ensure_keys(part, ["to", "message-id", "status", "remaining-balance", "message-price", "network"])


@pytest.mark.clause("SMS-OK-02")
@pytest.mark.parametrize("to", [None, "invalid"], ids=["accepted", "refused"])
def test_the_count_is_a_text(app: Consumer, access: Credentials, to: str | None) -> None:
    """Clients compare ``"1"``; a number would be another value to them."""
    answer = app.send(app.sms(access, {} if to is None else {"to": to}))

    assert members_of(answer)["message-count"] == "1"


@pytest.mark.clause("SMS-OK-03")
@pytest.mark.parametrize(("to", "status"), [(None, "0"), ("invalid", "3")], ids=["accepted", "refused"])
def test_the_status_is_a_text(app: Consumer, access: Credentials, to: str | None, status: str) -> None:
    """Clients compare ``"0"``; a number would be another value to them."""
    answer = app.send(app.sms(access, {} if to is None else {"to": to}))

    assert members_of(answer)["messages"][0]["status"] == status


@pytest.mark.clause("SMS-OK-17")
@pytest.mark.parametrize("to", [None, "invalid"], ids=["accepted", "refused"])
def test_all_of_a_part_is_text(app: Consumer, access: Credentials, to: str | None) -> None:
    """Amounts and networks look like numbers, and are none."""
    answer = app.send(app.sms(access, {} if to is None else {"to": to}))

    assert [
        type(value) for value in members_of(answer)["messages"][0].values() if type(value) is not str
    ] == []


@pytest.mark.clause("SMS-OK-04")
def test_amounts_have_eight_decimals(app: Consumer, access: Credentials) -> None:
    """Price and balance are texts in EUR."""
    part = only(messages_of(app.send(app.sms(access))))

    assert re.fullmatch(AMOUNT, part["message-price"])
    assert re.fullmatch(AMOUNT, part["remaining-balance"])
    assert decimal_of(part["message-price"]) > 0


@pytest.mark.clause("SMS-OK-05", "SMS-OK-06")
def test_a_message_id_is_16_upper_case_hexadecimal_digits(app: Consumer, access: Credentials) -> None:
    """The form of the ids on the wire; no two are the same."""
    ids = [messages_of(app.send(app.sms(access)))[0]["message-id"] for _ in range(2)]

    assert [one for one in ids if not re.fullmatch(MESSAGE_ID, one)] == []
    assert ids[0] != ids[1]


@pytest.mark.clause("SMS-OK-07")
def test_a_network_is_an_mccmnc(app: Consumer, access: Credentials) -> None:
    """Five or six digits, or the name of a pseudo network."""
    part = only(messages_of(app.send(app.sms(access))))

    assert re.fullmatch(r"\d{5,6}|US-[A-Z-]+", part["network"])


@pytest.mark.clause("SMS-OK-08")
def test_the_balance_falls_by_the_price(app: Consumer, access: Credentials) -> None:
    """Two messages, one after the other, cost what they say."""
    first, second = (messages_of(app.send(app.sms(access)))[0] for _ in range(2))

    assert decimal_of(first["remaining-balance"]) - decimal_of(second["remaining-balance"]) == decimal_of(
        second["message-price"]
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("client-ref", "order 7&8", id="client-ref", marks=pytest.mark.clause("SMS-OK-09")),
        pytest.param("account-ref", "customer1234", id="account-ref", marks=pytest.mark.clause("SMS-OK-10")),
    ],
)
def test_a_reference_is_echoed(app: Consumer, access: Credentials, name: str, value: str) -> None:
    """As it was sent."""
    part = only(messages_of(app.send(app.sms(access, {name: value}))))

    assert part.get(name) == value


@pytest.mark.clause("SMS-OK-11")
def test_references_stand_behind_the_rest(app: Consumer, access: Credentials) -> None:
    """The client's, then the account's."""
    message = {"client-ref": "order 7&8", "account-ref": "customer1234"}
    part = only(messages_of(app.send(app.sms(access, message))))

    assert list(part)[-2:] == ["client-ref", "account-ref"]


@pytest.mark.clause("SMS-OK-12")
def test_references_are_absent_where_none_was_sent(app: Consumer, access: Credentials) -> None:
    """No empty key stands for them, and no error text stands beside a success."""
    part = only(messages_of(app.send(app.sms(access))))

    assert part.keys() & {"client-ref", "account-ref", "error-text"} == set()


@pytest.mark.clause("SMS-OK-13")
def test_the_content_type_is_json(app: Consumer, access: Credentials) -> None:
    """With or without a charset."""
    answer = app.send(app.sms(access))

    assert media_type_of(answer) == "application/json"


@pytest.mark.clause("SMS-OK-15")
def test_the_answer_has_a_trace_id(app: Consumer, access: Credentials) -> None:
    """By which support would find it; no two are the same."""
    ids = [app.send(app.sms(access)).headers.get("X-Nexmo-Trace-Id", "") for _ in range(2)]

    assert [one for one in ids if not re.fullmatch("[0-9a-f]{32}", one)] == []
    assert ids[0] != ids[1]


@pytest.mark.clause("SMS-OK-16")
def test_the_recipient_is_told(app: Consumer, access: Credentials) -> None:
    """In digits, as it was given."""
    part = only(messages_of(app.send(app.sms(access))))

    assert part["to"] == app.provider.sms_to


@pytest.mark.clause("SMS-OK-14")
def test_the_layout_is_that_of_2017(app: Consumer, access: Credentials) -> None:
    """Four spaces, no line end behind: a success of the captured layout."""
    answer = app.send(app.sms(access))

    begins, ends = '{\n    "message-count": "1",\n    "messages": [{\n        "to": "', '"\n    }]\n}'
    assert (answer.text[: len(begins)], answer.text[-len(ends) :]) == (begins, ends)


@pytest.mark.clause("SMS-REQ-19")
def test_accept_does_not_choose_the_format(app: Consumer, access: Credentials) -> None:
    """The path alone does."""
    answer = app.send(replace(app.sms(access), headers={"Accept": "application/xml"}))

    assert messages_of(answer)[0]["status"] == "0"


@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("method", "status"),
    [
        pytest.param("HEAD", 200, id="HEAD-200", marks=pytest.mark.clause("SMS-REQ-16")),
        pytest.param("PUT", 404, id="PUT-404", marks=pytest.mark.clause("SMS-REQ-17")),
    ],
)
def test_other_methods(app: Consumer, access: Credentials, method: str, status: int) -> None:
    """HEAD is answered, PUT is not found."""
    assert app.send(replace(app.sms(access), method=method)).status_code == status


@pytest.mark.clause("SMS-REQ-18")
def test_an_unknown_format_is_404(app: Consumer, access: Credentials) -> None:
    """There are JSON and XML, and nothing else below ``/sms/``."""
    assert app.send(app.sms(access, path="/sms/yaml")).status_code == 404
