"""How many parts a text comes to: 160 septets or 70 UTF-16 units alone, 153 or 67 of several."""

from __future__ import annotations

import pytest

from contract_tests.answers import members_of, messages_of
from contract_tests.consumer import Consumer
from contract_tests.signing import Credentials
from contract_tests.strict import decimal_of, only

pytestmark = pytest.mark.billable


def _clause(number: str) -> pytest.MarkDecorator:
    return pytest.mark.clause(f"SMS-PART-{number}")


COUNTS = [
    # The GSM alphabet
    pytest.param("a", "text", 1, id="one-character", marks=_clause("01")),
    pytest.param("a" * 160, "text", 1, id="160-septets", marks=_clause("01")),
    pytest.param("a" * 161, "text", 2, id="161-septets-make-room-for-the-UDH", marks=_clause("02")),
    pytest.param("a" * 306, "text", 2, id="306-septets-fill-two", marks=_clause("02")),
    pytest.param("a" * 307, "text", 3, id="307-septets", marks=_clause("02")),
    pytest.param("a" * 459, "text", 3, id="459-septets-fill-three", marks=_clause("02")),
    pytest.param("a" * 460, "text", 4, id="460-septets", marks=_clause("02")),
    pytest.param("€" * 80, "text", 1, id="80-escape-pairs", marks=_clause("03")),
    pytest.param("€" * 80 + "a", "text", 2, id="80-escape-pairs-and-one", marks=_clause("03")),
    pytest.param(
        "a" * 152 + "€" + "a" * 152,
        "text",
        3,
        id="306-septets-but-an-escape-pair-is-not-cut",
        marks=_clause("04"),
    ),
    *(
        pytest.param(character * 80 + "a", "text", 2, id=f"{name}-counts-two", marks=_clause("03"))
        for character, name in zip(
            "|^€{}[]~\\", ["bar", "caret", "euro", "{", "}", "[", "]", "tilde", "backslash"], strict=True
        )
    ),
    pytest.param(
        "@£$¥èéùìòÇØøÅå" + "a" * 146, "text", 1, id="accents-of-the-alphabet-count-one", marks=_clause("05")
    ),
    pytest.param(
        "ΔΦΓΛΩΠΨΣΘΞ" + "ÆæßÉÄÖÑÜ§äöñüà" + "a" * 136,
        "text",
        1,
        id="greek-of-the-alphabet-counts-one",
        marks=_clause("05"),
    ),
    pytest.param("\n\r " * 53 + "a", "text", 1, id="line-ends-and-blanks-count-one", marks=_clause("05")),
    pytest.param(
        "я" * 71, "text", 1, id="a-foreign-character-does-not-switch-to-unicode", marks=_clause("06")
    ),
    # UCS-2
    pytest.param("я" * 70, "unicode", 1, id="70-units", marks=_clause("07")),
    pytest.param("я" * 71, "unicode", 2, id="71-units", marks=_clause("08")),
    pytest.param("я" * 134, "unicode", 2, id="134-units-fill-two", marks=_clause("08")),
    pytest.param("я" * 135, "unicode", 3, id="135-units", marks=_clause("08")),
    pytest.param("a" * 71, "unicode", 2, id="the-type-decides-not-the-characters", marks=_clause("09")),
    pytest.param("😀" * 35, "unicode", 1, id="35-surrogate-pairs", marks=_clause("10")),
    pytest.param("😀" * 36, "unicode", 2, id="36-surrogate-pairs", marks=_clause("10")),
    pytest.param(
        "я" * 66 + "😀" + "я" * 66,
        "unicode",
        3,
        id="134-units-but-a-surrogate-pair-is-not-cut",
        marks=_clause("11"),
    ),
]


@pytest.mark.clause("SMS-PART-16")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_message_count_is_the_number_of_parts(app: Consumer, access: Credentials, number: int) -> None:
    """As many as there are objects in the list."""
    answer = app.send(app.sms(access, {"text": "a" * 153 * number}, shape="post-form"))

    assert int(members_of(answer)["message-count"]) == len(messages_of(answer)) == number


@pytest.mark.parametrize(("text", "kind", "count"), COUNTS)
def test_the_number_of_parts(app: Consumer, access: Credentials, text: str, kind: str, count: int) -> None:
    """There is an accepted object for each part."""
    parts = messages_of(app.send(app.sms(access, {"text": text, "type": kind}, shape="post-form")))

    assert [part["status"] for part in parts] == ["0"] * count


@pytest.mark.clause("SMS-TYPE-01")
@pytest.mark.parametrize("kind", [None, "text"], ids=["by-default", "by-name"])
def test_the_type_is_text_unless_another_is_given(
    app: Consumer, access: Credentials, kind: str | None
) -> None:
    """Without ``type``, 160 septets are one part."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 160, "type": kind}, shape="post-form")))

    assert [part["status"] for part in parts] == ["0"]


@pytest.mark.clause("SMS-PART-12")
def test_every_part_has_an_id_of_its_own(app: Consumer, access: Credentials) -> None:
    """Receipts come by part, so ids do."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 307})))

    assert len({part["message-id"] for part in parts}) == 3


@pytest.mark.clause("SMS-PART-13")
def test_the_balance_falls_from_part_to_part(app: Consumer, access: Credentials) -> None:
    """Each part is paid, at the same price."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 307})))
    balances = [decimal_of(part["remaining-balance"]) for part in parts]
    price = only({decimal_of(part["message-price"]) for part in parts})

    assert balances == [balances[0], balances[0] - price, balances[0] - 2 * price]


@pytest.mark.clause("SMS-PART-14")
def test_every_part_says_the_same_of_the_message(app: Consumer, access: Credentials) -> None:
    """Recipient, network and reference are those of the whole."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 161, "client-ref": "order-7"})))

    assert len(parts) == 2
    for name in ("to", "network", "client-ref"):
        assert len({part[name] for part in parts}) == 1


@pytest.mark.clause("SMS-PART-15")
@pytest.mark.needs_control
def test_the_account_pays_every_part(app: Consumer, access: Credentials) -> None:
    """After three parts the balance is that of the last, and 10 EUR less three prices."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 307})))
    answer = app.send(app.balance(access))

    paid = 3 * decimal_of(parts[0]["message-price"])
    assert decimal_of(parts[-1]["remaining-balance"]) == 10 - paid
    assert decimal_of(answer.text.partition(":")[2].partition(",")[0]) == 10 - paid
