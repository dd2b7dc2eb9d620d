"""The types of an SMS: what each requires, and how parameters beside the content are refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import SHAPES, Consumer
from contract_tests.signing import Credentials

Changes = Mapping[str, str | None]

BINARY: Changes = {"type": "binary", "text": None, "udh": "06050415811581", "body": "0011223344"}
WAPPUSH: Changes = {"type": "wappush", "text": None, "title": "Nexmo", "url": "http://example.com/"}
VCARD: Changes = {"type": "vcard", "text": None, "vcard": "BEGIN:VCARD\r\nN:Ann\r\nEND:VCARD"}
VCAL: Changes = {"type": "vcal", "text": None, "vcal": "BEGIN:VCALENDAR\r\nEND:VCALENDAR"}


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
    (part,) = messages_of(app.send(app.sms(access, message, shape="post-form")))

    assert part["status"] == "0"


@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("message", "name"),
    [
        ({**BINARY, "udh": None}, "udh"),
        ({**BINARY, "body": None}, "body"),
        ({**WAPPUSH, "title": None}, "title"),
        ({**WAPPUSH, "url": None}, "url"),
        ({**VCARD, "vcard": None}, "vcard"),
        ({**VCAL, "vcal": None}, "vcal"),
        ({"type": "unicode", "text": None}, "text"),
    ],
)
def test_what_a_type_requires(app: Consumer, access: Credentials, message: Changes, name: str) -> None:
    """Status 2; that the text names the parameter is by analogy with ``from`` and ``to``."""
    answer = app.send(app.sms(access, message))

    assert answer.status_code == 200
    (part,) = messages_of(answer)
    assert part["status"] == "2"
    assert part["error-text"] == f"Missing {name} param"


@pytest.mark.needs_control
def test_a_binary_has_140_octets(app: Consumer, access: Credentials) -> None:
    """Header and body together; more is status 12."""
    fits = {**BINARY, "body": "00" * 133}
    (accepted,) = messages_of(app.send(app.sms(access, fits, shape="post-form")))
    (refused,) = messages_of(app.send(app.sms(access, {**BINARY, "body": "00" * 134}, shape="post-form")))

    assert (accepted["status"], refused["status"]) == ("0", "12")


@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("message", "status", "text"),
    [
        pytest.param({"ttl": "1"}, "16", "value for ttl field out of range", id="ttl-too-short"),
        pytest.param({"ttl": "604800001"}, "16", "value for ttl field out of range", id="ttl-too-long"),
        pytest.param({"message-class": "4"}, "20", None, id="class"),
        pytest.param({"callback": "example.com/dr"}, "23", "Bad callback :: Missing Protocol", id="callback"),
        pytest.param({"type": "fax"}, "3", None, id="type"),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_parameters_that_are_refused(
    app: Consumer, access: Credentials, message: Changes, status: str, text: str | None, shape: str
) -> None:
    """Each by its status, with the literal text where it is known, whatever the shape of the request."""
    answer = app.send(app.sms(access, message, shape=shape))

    assert answer.status_code == 200
    (part,) = messages_of(answer)
    assert part["status"] == status
    assert text in (None, part["error-text"])


@pytest.mark.needs_control
@pytest.mark.parametrize("ttl", ["20000", "604800000"])
def test_the_ends_of_the_range_of_ttl(app: Consumer, access: Credentials, ttl: str) -> None:
    """20 seconds and a week, in milliseconds."""
    (part,) = messages_of(app.send(app.sms(access, {"ttl": ttl})))

    assert part["status"] == "0"
