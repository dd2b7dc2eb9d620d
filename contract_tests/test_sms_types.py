"""The types of an SMS: what each requires, and how parameters beside the content are refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from _pytest.mark import ParameterSet

from contract_tests.answers import messages_of
from contract_tests.consumer import SHAPES, Consumer
from contract_tests.signing import Credentials
from contract_tests.strict import only

Changes = Mapping[str, str | None]

BINARY: Changes = {"type": "binary", "text": None, "udh": "06050415811581", "body": "0011223344"}
WAPPUSH: Changes = {"type": "wappush", "text": None, "title": "Nexmo", "url": "http://example.com/"}
VCARD: Changes = {"type": "vcard", "text": None, "vcard": "BEGIN:VCARD\r\nN:Ann\r\nEND:VCARD"}
VCAL: Changes = {"type": "vcal", "text": None, "vcal": "BEGIN:VCALENDAR\r\nEND:VCALENDAR"}


@pytest.mark.clause("SMS-TYPE-02")
@pytest.mark.billable
@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"type": "text"}, id="text"),
        pytest.param({"type": "unicode", "text": "你好"}, id="unicode"),
        pytest.param(BINARY, id="binary"),
        pytest.param(WAPPUSH, id="wappush"),
        pytest.param(VCARD, id="vcard"),
        pytest.param(VCAL, id="vcal"),
    ],
)
def test_every_type_is_accepted(app: Consumer, access: Credentials, message: Changes) -> None:
    """With what it requires, in one part."""
    part = only(messages_of(app.send(app.sms(access, message, shape="post-form"))))

    assert part["status"] == "0"


@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("message", "name"),
    [
        pytest.param({**BINARY, "udh": None}, "udh", id="udh", marks=pytest.mark.clause("SMS-TYPE-03")),
        pytest.param({**BINARY, "body": None}, "body", id="body", marks=pytest.mark.clause("SMS-TYPE-03")),
        pytest.param(
            {**WAPPUSH, "title": None}, "title", id="title", marks=pytest.mark.clause("SMS-TYPE-04")
        ),
        pytest.param({**WAPPUSH, "url": None}, "url", id="url", marks=pytest.mark.clause("SMS-TYPE-04")),
        pytest.param({**VCARD, "vcard": None}, "vcard", id="vcard", marks=pytest.mark.clause("SMS-TYPE-05")),
        pytest.param({**VCAL, "vcal": None}, "vcal", id="vcal", marks=pytest.mark.clause("SMS-TYPE-05")),
        pytest.param(
            {"type": "unicode", "text": None}, "text", id="text", marks=pytest.mark.clause("SMS-TYPE-06")
        ),
    ],
)
def test_what_a_type_requires(app: Consumer, access: Credentials, message: Changes, name: str) -> None:
    """Status 2; that the text names the parameter is by analogy with ``from`` and ``to``."""
    answer = app.send(app.sms(access, message))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert part["status"] == "2"
    assert part["error-text"] == f"Missing {name} param"


@pytest.mark.clause("SMS-TYPE-07")
@pytest.mark.needs_control
def test_a_binary_has_140_octets(app: Consumer, access: Credentials) -> None:
    """Header and body together; more is status 12."""
    fits = {**BINARY, "body": "00" * 133}
    accepted = only(messages_of(app.send(app.sms(access, fits, shape="post-form"))))
    refused = only(messages_of(app.send(app.sms(access, {**BINARY, "body": "00" * 134}, shape="post-form"))))

    assert (accepted["status"], refused["status"]) == ("0", "12")


def _refused(name: str, clause: str, message: Changes, status: str, text: str | None = None) -> ParameterSet:
    return pytest.param(message, status, text, id=name, marks=pytest.mark.clause(f"SMS-TYPE-{clause}"))


@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("message", "status", "text"),
    [
        _refused("ttl-too-short", "09", {"ttl": "1"}, "16", "value for ttl field out of range"),
        _refused("ttl-too-long", "09", {"ttl": "604800001"}, "16", "value for ttl field out of range"),
        _refused("class", "10", {"message-class": "4"}, "20"),
        _refused("callback", "12", {"callback": "example.com/dr"}, "23", "Bad callback :: Missing Protocol"),
        _refused("type", "13", {"type": "fax"}, "3"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_that_are_refused(
    app: Consumer, access: Credentials, message: Changes, status: str, text: str | None, shape: str
) -> None:
    """Each by its status, with the literal text where it is known, whatever the shape of the request."""
    answer = app.send(app.sms(access, message, shape=shape))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert part["status"] == status
    assert text in (None, part["error-text"])


@pytest.mark.clause("SMS-TYPE-08")
@pytest.mark.needs_control
@pytest.mark.parametrize("ttl", ["20000", "604800000"])
def test_the_ends_of_the_range_of_ttl(app: Consumer, access: Credentials, ttl: str) -> None:
    """20 seconds and a week, in milliseconds."""
    part = only(messages_of(app.send(app.sms(access, {"ttl": ttl}))))

    assert part["status"] == "0"


@pytest.mark.clause("SMS-TYPE-11")
@pytest.mark.billable
@pytest.mark.parametrize("message_class", ["0", "1", "2", "3"])
def test_the_four_classes(app: Consumer, access: Credentials, message_class: str) -> None:
    """Flash, ME, SIM and TE."""
    part = only(messages_of(app.send(app.sms(access, {"message-class": message_class}))))

    assert part["status"] == "0"


@pytest.mark.clause("SMS-TYPE-16")
@pytest.mark.billable
@pytest.mark.parametrize("wanted", ["0", "1", "true", "false"])
def test_a_receipt_is_asked_for_in_two_ways(app: Consumer, access: Credentials, wanted: str) -> None:
    """Digits in the documentation, words from the Java client."""
    part = only(messages_of(app.send(app.sms(access, {"status-report-req": wanted}))))

    assert part["status"] == "0"
