"""An SMS: its fields, and what an answer says became of it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from client.errors import (
    CredentialsRefused,
    MalformedAnswer,
    NexmoError,
    PartialFailure,
    SmsRefused,
    Throttled,
    WrongUse,
)
from client.parts import SentPart
from client.sms import form_of, read_answer

from .examples import BAD_CREDENTIALS, NO_QUOTA, SENT, THROTTLED, answer, sms_body

# The fields


def test_the_fields_are_the_guides() -> None:
    """from, to and text go as they are."""
    form = form_of(to="447700900000", sender="NexmoOauth", text=" hello & goodbye\n")

    assert form == {"from": "NexmoOauth", "to": "447700900000", "text": " hello & goodbye\n", "type": "text"}


@pytest.mark.parametrize(("text", "type_"), [("1 € each", "text"), ("日本", "unicode"), ("😀", "unicode")])
def test_the_text_chooses_its_type(text: str, type_: str) -> None:
    """The provider does not switch to Unicode by itself, so the client does."""
    assert form_of(to="1", sender="2", text=text)["type"] == type_


def test_a_type_that_is_asked_for_stays() -> None:
    """An explicit type wins over the text's."""
    assert form_of(to="1", sender="2", text="plain", type="unicode")["type"] == "unicode"


def test_a_reference_is_sent_where_there_is_one() -> None:
    """client_ref is the field client-ref."""
    assert form_of(to="1", sender="2", text="x", client_ref="order 1")["client-ref"] == "order 1"


def test_half_a_character_is_refused_before_anything_is_sent() -> None:
    """A lone surrogate has no UTF-8; the error names the field."""
    with pytest.raises(WrongUse, match=r"^text "):
        form_of(to="1", sender="2", text="\ud83d")


# The answer


def test_each_accepted_part_is_read() -> None:
    """Amounts are Decimal, ids stand in order, the price is that of all parts."""
    first = SENT | {"client-ref": "order 1"}
    second = SENT | {"message-id": "0D0000002EE0D00D", "remaining-balance": "15.19950000"}

    message = read_answer(answer(sms_body(first, second)))

    assert message.message_ids == ("0D0000002EE0D00C", "0D0000002EE0D00D")
    assert message.price == Decimal("0.0666")
    assert message.remaining_balance == Decimal("15.1995")
    assert message.parts[0] == SentPart(
        to="447700900000",
        message_id="0D0000002EE0D00C",
        price=Decimal("0.0333"),
        remaining_balance=Decimal("15.2328"),
        network="23410",
        client_ref="order 1",
    )


def test_unknown_keys_are_ignored() -> None:
    """A provider may say more than is documented."""
    assert read_answer(answer(sms_body(SENT | {"account-ref": "x", "reachability": {}}))).parts


def test_http_200_with_another_status_is_an_error() -> None:
    """Status 9 comes with HTTP 200, and raises with status and text."""
    with pytest.raises(SmsRefused) as raised:
        read_answer(answer(sms_body(NO_QUOTA)))

    assert (raised.value.status, raised.value.text) == ("9", "Quota Exceeded - rejected")
    assert not raised.value.outcome_unknown


@pytest.mark.parametrize("status", ["4", "14"])
def test_two_statuses_are_about_credentials(status: str) -> None:
    """ "Bad Credentials" and "Invalid Signature" are refused credentials, though HTTP says 200."""
    with pytest.raises(CredentialsRefused, match=f"status {status} Bad Credentials"):
        read_answer(answer(sms_body(BAD_CREDENTIALS | {"status": status})))


def test_a_refused_signature_says_more_than_status_4() -> None:
    """With a challenge, its problem goes before the SMS status."""
    challenge = ("WWW-Authenticate", 'OAuth realm="x", oauth_problem="signature_invalid"')

    with pytest.raises(CredentialsRefused) as raised:
        read_answer(answer(sms_body(BAD_CREDENTIALS), 401, [challenge]))

    assert (raised.value.problem, raised.value.advice) == ("signature_invalid", "Bad Credentials")


def test_throttled_says_how_long_to_wait() -> None:
    """Status 1 is its own type, with the wait from its text."""
    with pytest.raises(Throttled) as raised:
        read_answer(answer(sms_body(THROTTLED)))

    assert raised.value.retry_after == timedelta(milliseconds=250)


@pytest.mark.parametrize(
    "refusal", [NO_QUOTA, THROTTLED, BAD_CREDENTIALS], ids=["quota", "pace", "credentials"]
)
@pytest.mark.parametrize("sent_first", [True, False], ids=["sent-first", "refused-first"])
def test_a_partial_failure_says_which_parts_went(refusal: dict[str, object], sent_first: bool) -> None:
    """Where one part was accepted, it is a partial failure whatever befell the others."""
    parts = [SENT, refusal] if sent_first else [refusal, SENT]

    with pytest.raises(PartialFailure, match="only 1 of 2 parts") as raised:
        read_answer(answer(sms_body(*parts)))

    assert [part.message_id for part in raised.value.sent] == ["0D0000002EE0D00C"]
    assert [part.status for part in raised.value.refused] == [refusal["status"]]


def _without(name: str) -> str:
    return sms_body({key: value for key, value in SENT.items() if key != name})


MALFORMED = {
    "html": "<html>It works!</html>",
    "truncated": sms_body(SENT)[:-20],
    "a-list": "[]",
    "no-messages": '{"message-count": "0"}',
    "messages-is-no-list": '{"message-count": "1", "messages": {}}',
    "no-parts": sms_body(),
    "a-part-that-is-no-object": '{"message-count": "1", "messages": ["x"]}',
    "fewer-parts-than-counted": json.dumps({"message-count": "2", "messages": [SENT]}),
    "more-parts-than-counted": json.dumps({"message-count": "1", "messages": [SENT, SENT]}),
    "a-count-that-is-a-number": json.dumps({"message-count": 1, "messages": [SENT]}),
    "no-count": json.dumps({"messages": [SENT]}),
    "status-is-a-number": sms_body(SENT | {"status": 0}),
    "status-is-a-word": sms_body(SENT | {"status": "OK"}),
    "an-error-text-that-is-none": sms_body({"status": "9", "error-text": 9}),
    "a-price-that-is-none": sms_body(SENT | {"message-price": "free"}),
    "a-price-that-is-not-finite": sms_body(SENT | {"message-price": "NaN"}),
    "a-price-that-is-a-book": sms_body(SENT | {"message-price": "1" * 100}),
    "a-reference-that-is-none": sms_body(SENT | {"client-ref": {}}),
    **{f"no-{name}": _without(name) for name in SENT},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_documented_is_malformed(body: str) -> None:
    """A 200 that cannot be read is no success; whether the SMS went, nobody knows."""
    with pytest.raises(NexmoError) as raised:
        read_answer(answer(body))

    assert type(raised.value) is MalformedAnswer
    assert raised.value.outcome_unknown
