"""``/sms/xml``: how an accepted SMS is answered, element by element."""

from __future__ import annotations

import re

import pytest

from contract_tests.answers import media_type_of, xml_messages_of
from contract_tests.consumer import Consumer
from contract_tests.signing import Credentials
from contract_tests.strict import decimal_of, ensure_keys, only, pair

pytestmark = pytest.mark.billable

PATH = "/sms/xml"


@pytest.mark.clause("SMS-XML-01")
@pytest.mark.billable(first=True)
def test_the_elements_come_in_their_order(app: Consumer, access: Credentials) -> None:
    """As captured, names in camel case."""
    part = only(xml_messages_of(app.send(app.sms(access, path=PATH))))

    ensure_keys(part, ["to", "messageId", "status", "remainingBalance", "messagePrice", "network"])
    assert part["status"] == "0"
    assert part["to"] == app.provider.sms_to


@pytest.mark.clause("SMS-XML-02")
def test_values_have_the_forms_of_json(app: Consumer, access: Credentials) -> None:
    """Ids of 16 digits, amounts of 8 decimals."""
    part = only(xml_messages_of(app.send(app.sms(access, path=PATH))))

    assert re.fullmatch(r"[0-9A-F]{16}", part["messageId"])
    assert re.fullmatch(r"\d+\.\d{8}", part["messagePrice"])
    assert re.fullmatch(r"\d+\.\d{8}", part["remainingBalance"])
    assert re.fullmatch(r"\d{5,6}|US-[A-Z-]+", part["network"])


@pytest.mark.clause("SMS-XML-03")
def test_references_are_echoed_and_escaped(app: Consumer, access: Credentials) -> None:
    """``clientRef`` comes back as it was sent, whatever XML thinks of its characters."""
    part = only(xml_messages_of(app.send(app.sms(access, {"client-ref": "<a> & 'b'"}, path=PATH))))

    assert part["clientRef"] == "<a> & 'b'"


@pytest.mark.clause("SMS-XML-04")
def test_the_declaration_is_single_quoted(app: Consumer, access: Credentials) -> None:
    """With its blank before ``?>``, as documented."""
    answer = app.send(app.sms(access, path=PATH))

    assert answer.text.startswith("<?xml version='1.0' encoding='UTF-8' ?>\n<mt-submission-response>")


@pytest.mark.clause("SMS-XML-05")
@pytest.mark.parametrize("number", [1, 2])
def test_the_count_is_single_quoted(app: Consumer, access: Credentials, number: int) -> None:
    """And the number of parts."""
    answer = app.send(app.sms(access, {"text": "a" * 153 * number}, path=PATH))

    assert f"<messages count='{number}'>" in answer.text


@pytest.mark.clause("SMS-XML-06")
def test_the_content_type_is_text_xml(app: Consumer, access: Credentials) -> None:
    """With or without a charset."""
    answer = app.send(app.sms(access, path=PATH))

    assert media_type_of(answer) == "text/xml"


@pytest.mark.clause("SMS-XML-07")
def test_several_parts_are_several_messages(app: Consumer, access: Credentials) -> None:
    """Each part has its own id, and the balance falls from one to the next."""
    first, second = pair(xml_messages_of(app.send(app.sms(access, {"text": "a" * 161}, path=PATH))))

    assert first["messageId"] != second["messageId"]
    assert decimal_of(first["remainingBalance"]) - decimal_of(second["remainingBalance"]) == decimal_of(
        second["messagePrice"]
    )
