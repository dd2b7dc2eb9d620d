"""``/search/…``: what became of messages, part by part, and what was refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.answers import challenge_of, messages_of
from contract_tests.consumer import TEXT, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_refused
from contract_tests.signing import Credentials
from contract_tests.strict import count_of, only, text_of, xml_of

MESSAGE, MESSAGES, REJECTIONS = "/search/message", "/search/messages", "/search/rejections"
NOTHING = b'{"count":0,"items":[]}'
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
COMMON = {"message-id", "account-id", "network", "from", "to", "body", "price", "date-received", "type"}
OPEN, CLOSED = {"status", "error-code", "error-code-label"}, {"final-status", "date-closed", "latency"}
FINAL = {"DELIVRD", "EXPIRED", "UNDELIV", "REJECTD", "UNKNOWN"}


def _sent(app: Consumer, token: Credentials, **message: str) -> list[str]:
    """Send an SMS, and return the ids of its parts."""
    return [part["message-id"] for part in messages_of(app.send(app.sms(token, message)))]


def _found(app: Consumer, token: Credentials, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = app.send(app.api(token, MESSAGE, [("id", message_id)])).json()
    return found


# One message


@pytest.mark.clause("SEARCH-01", "SEARCH-02")
@pytest.mark.billable
@pytest.mark.parametrize("path", [MESSAGE, f"{MESSAGE}/"])
def test_a_message(app: Consumer, access: Credentials, path: str) -> None:
    """As it was sent; what became of it is told either as open or as closed."""
    message_id = only(_sent(app, access))
    answer = app.send(app.api(access, path, [("id", message_id)]))
    found = answer.json()

    assert answer.status_code == 200
    assert found["message-id"] == message_id
    assert (found["from"], found["to"], found["body"]) == ("NexmoOauth", app.provider.sms_to, TEXT)
    assert found["type"] == "MT"
    assert re.fullmatch(r"\d+\.\d{8}", text_of(found["price"]))
    assert TIME.fullmatch(text_of(found["date-received"]))
    assert set(found) - COMMON in (OPEN, CLOSED)
    if "latency" in found:
        assert found["final-status"] in FINAL
        assert TIME.fullmatch(text_of(found["date-closed"]))
        assert count_of(found["latency"]) >= 0


@pytest.mark.clause("SEARCH-03")
@pytest.mark.billable
def test_a_message_in_xml(app: Consumer, access: Credentials) -> None:
    """``message``, with the same names."""
    message_id = only(_sent(app, access))
    answer = app.send(app.api(access, MESSAGE, [("id", message_id)], accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "message"
    assert root.findtext("message-id") == message_id
    assert {child.tag for child in root} - COMMON in (OPEN, CLOSED)


@pytest.mark.clause("SEARCH-04")
@pytest.mark.billable
def test_a_client_ref_is_told(app: Consumer, access: Credentials) -> None:
    """Where one was sent."""
    message_id = only(_sent(app, access, **{"client-ref": "order 7&8"}))

    assert _found(app, access, message_id)["client-ref"] == "order 7&8"


@pytest.mark.clause("SEARCH-05")
@pytest.mark.needs_control
def test_each_part_has_a_message_of_its_own(app: Consumer, access: Credentials) -> None:
    """Together their texts are what was sent."""
    text = "0123456789" * 20
    ids = _sent(app, access, text=text)
    found = [_found(app, access, message_id) for message_id in ids]

    assert len(ids) == 2
    assert "".join(part["body"] for part in found) == text


@pytest.mark.clause("SEARCH-06", "SEARCH-02")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("status", "final"),
    [
        ("delivered", "DELIVRD"),
        ("expired", "EXPIRED"),
        ("failed", "UNDELIV"),
        ("rejected", "REJECTD"),
        ("unknown", "UNKNOWN"),
    ],
)
def test_a_receipt_closes_a_message(
    app: Consumer, access: Credentials, control: Control, status: str, final: str
) -> None:
    """Before, it is accepted and nothing else is known."""
    message_id = only(_sent(app, access, to="447700900303"))  # of which no carrier says anything by itself
    before = _found(app, access, message_id)
    control.receipt(message_id, status)
    after = _found(app, access, message_id)

    assert before.items() >= {"status": "ACCEPTD", "error-code": "1", "error-code-label": "Unknown"}.items()
    assert after["final-status"] == final
    assert set(after) - COMMON == CLOSED


@pytest.mark.clause("SEARCH-07")
@pytest.mark.needs_control
def test_an_inbound_message(app: Consumer, control: Control) -> None:
    """It is found like one that was sent; no price stands there."""
    number = control.new_number()
    account = control.new_account(numbers=[number])
    token = app.access_of(account)
    control.inbound(msisdn="447700900001", to=number, text="Yes, please")
    message_id = only(_sent(app, token))
    day = _found(app, token, message_id)["date-received"][:10]
    item = only(app.send(app.api(token, MESSAGES, [("date", day), ("to", number)])).json()["items"])

    assert item == _found(app, token, item["message-id"])
    assert set(item) == COMMON - {"price"}
    assert (item["from"], item["to"], item["body"]) == ("447700900001", number, "Yes, please")
    assert (item["type"], item["account-id"]) == ("MO", account.key.key)


@pytest.mark.clause("SEARCH-08")
def test_an_unknown_message(app: Consumer, access: Credentials) -> None:
    """An empty object, as in 2016."""
    answer = app.send(app.api(access, MESSAGE, [("id", "0A00000000ABCD00")]))

    assert (answer.status_code, answer.content) == (200, b"{}")


# Several


@pytest.mark.clause("SEARCH-09")
@pytest.mark.billable
def test_by_ids(app: Consumer, access: Credentials) -> None:
    """A name that comes several times, in no order: the signature is made for all its values."""
    ids = [message_id for _ in range(2) for message_id in _sent(app, access)]
    query = [("ids", message_id) for message_id in reversed(ids)]
    answer = app.send(app.api(access, MESSAGES, query))

    assert answer.status_code == 200
    assert answer.json()["count"] == 2
    assert {item["message-id"] for item in answer.json()["items"]} == set(ids)


@pytest.mark.clause("SEARCH-10")
@pytest.mark.billable
def test_by_ids_in_xml(app: Consumer, access: Credentials) -> None:
    """``messages``, with ``items`` around them."""
    message_id = only(_sent(app, access))
    answer = app.send(app.api(access, MESSAGES, [("ids", message_id)], accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "messages"
    assert root.findtext("count") == "1"
    assert [item.findtext("message-id") for item in root.iterfind("items/message")] == [message_id]


@pytest.mark.clause("SEARCH-11")
@pytest.mark.billable
def test_by_date_and_recipient(app: Consumer, access: Credentials) -> None:
    """The day is that on which it was received, in UTC."""
    message_id = only(_sent(app, access))
    day = _found(app, access, message_id)["date-received"][:10]
    query = [("date", day), ("to", app.provider.sms_to)]
    answer = app.send(app.api(access, MESSAGES, query)).json()
    elsewhere = app.send(app.api(access, MESSAGES, [("date", day), ("to", "447700900999")]))

    assert answer["count"] == len(answer["items"])
    assert message_id in {item["message-id"] for item in answer["items"]}
    assert elsewhere.content == NOTHING


@pytest.mark.clause("SEARCH-12")
@pytest.mark.parametrize(
    "query",
    [
        [],
        [("date", "2017-01-01")],
        [("to", "447700900000")],
        [("date", "yesterday"), ("to", "447700900000")],
        [("ids", f"0A000000000000{n:02}") for n in range(11)],
    ],
    ids=["nothing", "no-recipient", "no-date", "no-date-at-all", "eleven-ids"],
)
def test_searches_that_find_nothing(app: Consumer, access: Credentials, query: list[tuple[str, str]]) -> None:
    """As captured, to the byte."""
    answer = app.send(app.api(access, MESSAGES, query))

    assert (answer.status_code, answer.content) == (200, NOTHING)


# Rejections


@pytest.mark.clause("SEARCH-13")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    "with_to",
    [
        pytest.param(True, id="date-and-to"),
        pytest.param(False, id="date-alone", marks=pytest.mark.clause("SEARCH-17")),
    ],
)
def test_rejections(app: Consumer, account: Account, access: Credentials, with_to: bool) -> None:
    """Codes are texts; the date alone is enough."""
    message_id = only(_sent(app, access))
    day = _found(app, access, message_id)["date-received"][:10]
    assert is_refused(app.send(app.sms(access, {"to": "invalid"})))
    query = [("date", day), *([("to", "invalid")] if with_to else [])]
    item = only(app.send(app.api(access, REJECTIONS, query)).json()["items"])

    assert TIME.fullmatch(item.pop("date-received"))
    assert item == {
        "account-id": account.key.key,
        "from": "NexmoOauth",
        "to": "invalid",
        "error-code": "3",
        "error-code-label": "to address is not numeric",
    }


@pytest.mark.clause("SEARCH-14")
@pytest.mark.needs_control
def test_a_rejection_for_want_of_money(app: Consumer, control: Control) -> None:
    """The long sentence."""
    token = app.access_of(control.new_account(balance="0.01"))
    assert is_refused(app.send(app.sms(token)))
    rich = app.access_of(control.new_account())
    day = _found(app, rich, _sent(app, rich)[0])["date-received"][:10]
    item = only(app.send(app.api(token, REJECTIONS, [("date", day)])).json()["items"])

    assert (item["error-code"], item["error-code-label"]) == (
        "9",
        "partner quota exceeded -- Your pre-pay account does not have sufficient credit to process this message",
    )


@pytest.mark.clause("SEARCH-15")
def test_rejections_in_xml(app: Consumer, access: Credentials) -> None:
    """``rejections``, with ``items`` around them."""
    query = [("date", "2012-01-01"), ("to", "447700900000")]
    root = xml_of(app.send(app.api(access, REJECTIONS, query, accept="application/xml")))

    assert root.tag == "rejections"
    assert [child.tag for child in root] == ["count", "items"]


# Whose they are


@pytest.mark.clause("SEARCH-16")
@pytest.mark.needs_control
def test_nothing_of_another_account(app: Consumer, access: Credentials, control: Control) -> None:
    """Not even to the same app."""
    message_id = only(_sent(app, access))
    day = _found(app, access, message_id)["date-received"][:10]
    assert is_refused(app.send(app.sms(access, {"to": "invalid"})))
    other = app.access_of(control.new_account())

    assert _found(app, other, message_id) == {}
    by_ids = app.send(app.api(other, MESSAGES, [("ids", message_id)]))
    by_date = app.send(app.api(other, MESSAGES, [("date", day), ("to", app.provider.sms_to)]))
    rejections = app.send(app.api(other, REJECTIONS, [("date", day)]))
    assert by_ids.content == by_date.content == rejections.content == NOTHING


@pytest.mark.clause("OAUTH-PROB-08")
@pytest.mark.parametrize("path", [MESSAGE, MESSAGES, REJECTIONS])
def test_a_wrong_signature(app: Consumer, access: Credentials, path: str) -> None:
    """401, and a challenge that says why."""
    answer = app.send(replace(app.api(access, path), client=Credentials(app.client.key, "wrong")))

    assert answer.status_code == 401
    assert answer.json() == {"error-code": "401", "error-code-label": "authentication failed"}
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"
