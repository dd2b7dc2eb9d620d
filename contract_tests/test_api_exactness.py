"""What is nearly right in an answer or a webhook: times, statuses, and lists that are not empty by accident.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.receiver import Receiver
from contract_tests.signing import Credentials
from contract_tests.strict import only, xml_of

SEARCH, MESSAGES = "/number/search", "/search/messages"
NOTHING = b'{"count":0,"items":[]}'
MAY_BE_OFF = timedelta(minutes=5)


def _read(text: str, form: str) -> datetime:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        raise AssertionError(str(error)) from None


@pytest.mark.clause("DLR-07", "DLR-08")
@pytest.mark.needs_control
def test_the_times_of_a_receipt_are_in_utc(app: Consumer, access: Credentials, receiver: Receiver) -> None:
    """Both are of now, and not of a time zone's now."""
    app.send(app.sms(access, {"callback": receiver.url}))
    told = only(receiver.wait_for(1)).parameters
    now = datetime.now(UTC)

    assert abs(_read(told["scts"], "%y%m%d%H%M") - now) < MAY_BE_OFF
    assert abs(_read(told["message-timestamp"], "%Y-%m-%d %H:%M:%S") - now) < MAY_BE_OFF


@pytest.mark.clause("SMS-ERR-01")
@pytest.mark.needs_control
def test_an_empty_account_is_http_200(app: Consumer, control: Control) -> None:
    """That nobody can pay is said by the status of the message, not by that of HTTP."""
    token = app.access_of(control.new_account(balance="0.00100000"))
    answer = app.send(app.sms(token))

    assert only(messages_of(answer))["status"] == "9"
    assert answer.status_code == 200


@pytest.mark.clause("NUM-04")
@pytest.mark.parametrize("features", ["SMS", "VOICE", "SMS,VOICE"])
def test_features_leave_out_the_numbers_that_lack_one(
    app: Consumer, access: Credentials, features: str
) -> None:
    """On the largest page, where numbers of all kinds would stand."""
    query = [("country", "GB"), ("size", "100"), ("features", features)]
    found = app.send(app.api(access, SEARCH, query)).json()["numbers"]

    assert found
    lacking = [set(features.split(",")) - set(number["features"]) for number in found]
    assert [one for one in lacking if one] == []


@pytest.mark.clause("NUM-02")
def test_each_number_in_xml_has_its_features(app: Consumer, access: Credentials) -> None:
    """``features`` stands around one ``feature`` for each of them."""
    query = [("country", "GB"), ("size", "5")]
    root = xml_of(app.send(app.api(access, SEARCH, query, accept="application/xml")))
    numbers = root.findall("numbers")

    assert numbers
    for number in numbers:
        assert len(number.findall("features")) == 1
        assert number.findall("features/feature")


@pytest.mark.clause("SEARCH-12")
@pytest.mark.billable
def test_eleven_ids_find_nothing(app: Consumer, access: Credentials) -> None:
    """Ten are the most, though one of eleven is known."""
    known = only(messages_of(app.send(app.sms(access))))["message-id"]
    others = [f"0A000000000000{number:02}" for number in range(10)]

    def found(ids: list[str]) -> bytes:
        return app.send(app.api(access, MESSAGES, [("ids", one) for one in ids])).content

    assert known.encode() in found([known, *others[:9]])
    assert found([known, *others]) == NOTHING
