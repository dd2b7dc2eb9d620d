"""What a request may change, and what it says: read as whoever reads it least kindly."""

from __future__ import annotations

import pytest
import requests

from contract_tests.signing import FORM
from contract_tests.spending import changes_the_account, is_clear, messages_at_most, messages_spent

REST = "https://rest.nexmo.com"
BUY = b"country=GB&msisdn=447700900400"


def _request(
    path: str, body: bytes = b"", content_type: str | None = FORM, **headers: str
) -> requests.PreparedRequest:
    if content_type is not None:
        headers["Content-Type"] = content_type
    return requests.Request("POST", f"{REST}{path}", headers=headers, data=body).prepare()


MULTIPART = b'--x\r\nContent-Disposition: form-data; name="newSecret"\r\n\r\nAbcdef12\r\n--x--'


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            _request("/number/buy", BUY, "Application/X-WWW-Form-Urlencoded"), id="a-type-in-capitals"
        ),
        pytest.param(_request("/number/buy", BUY, f"{FORM}, {FORM}"), id="a-type-twice"),
        pytest.param(_request("/number/buy", BUY, "text/plain"), id="another-type"),
        pytest.param(_request("/number/buy", BUY, None), id="no-type"),
        pytest.param(
            _request("/number/buy", BUY, **{"Content-Encoding": "identity"}), id="packed-in-nothing"
        ),
        pytest.param(_request("/number/buy", b'[{"msisdn": "1"}]', "application/json"), id="a-list"),
        pytest.param(
            _request("/number/buy", b'{"a": {"msisdn": "1"}}', "application/json"), id="within-another"
        ),
        pytest.param(_request("/number/buy", b'{"msisdn": "447700900400"}'), id="JSON-under-a-form"),
        pytest.param(_request("/number/buy?MSISDN=447700900400"), id="a-name-in-capitals"),
        pytest.param(_request("/number/buy", b"country=GB;msisdn=447700900400"), id="a-semicolon"),
        pytest.param(
            _request("/account/settings", MULTIPART, "multipart/form-data; boundary=x"), id="multipart"
        ),
        pytest.param(_request("/account/settings", b"new%53ecret[]=Abcdef12"), id="a-name-in-brackets"),
        pytest.param(_request("/account/top-up", b"trx=00X123456Y7890123Z", None), id="money"),
    ],
)
def test_what_may_change_the_account(request_: requests.PreparedRequest) -> None:
    """A body that somebody else may read is no body that says nothing."""
    assert changes_the_account(request_)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(_request("/number/buy", b"country=GB"), id="without-a-number"),
        pytest.param(_request("/account/settings"), id="without-a-setting"),
        pytest.param(
            _request("/account/settings", b"{}", "application/json; charset=UTF-8"), id="nothing-in-JSON"
        ),
        pytest.param(_request("/account/get-balance", BUY, "text/plain"), id="of-a-path-that-only-tells"),
        pytest.param(_request("/number/buyer", BUY), id="of-another-path"),
    ],
)
def test_what_changes_nothing(request_: requests.PreparedRequest) -> None:
    """It may be sent."""
    assert not changes_the_account(request_)


SMS = b"to=447700900023&from=A&text=hi"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(SMS, f"{FORM}; charset=iso-8859-1", id="another-charset"),
        pytest.param(SMS + b"&text=%F0%9F", FORM, id="no-UTF-8"),
        pytest.param(SMS + b"\xff", FORM, id="no-UTF-8-at-all"),
        pytest.param(SMS + b"&to[]=447700900024", FORM, id="brackets"),
        pytest.param(SMS + b"&+to=447700900024", FORM, id="a-blank"),
        pytest.param(SMS + b";to=447700900024", FORM, id="a-semicolon"),
        pytest.param(SMS + b"&amp;to=447700900024", FORM, id="as-HTML-writes-it"),
        pytest.param(b'{"to": "447700900024"}', FORM, id="JSON-under-a-form"),
        pytest.param(b'{"message": {"to": "447700900024"}}', "application/json", id="within-another"),
        pytest.param(b"[" * 100_000, "application/json", id="without-end"),
    ],
)
def test_what_a_provider_may_read_otherwise(body: bytes, content_type: str) -> None:
    """It is not clear."""
    assert not is_clear(_request("/sms/json", body, content_type))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(SMS, FORM, id="form"),
        pytest.param(SMS + b"%3B%D1%8F", f"{FORM.upper()}; charset=utf-8", id="form-with-a-charset"),
        pytest.param(
            b'{"to": "447700900023", "text": "a;b", "status-report-req": 1}', "application/json", id="JSON"
        ),
    ],
)
def test_what_all_read_alike(body: bytes, content_type: str) -> None:
    """As libraries write it."""
    request = _request("/sms/json", body, content_type)

    assert is_clear(request)
    assert messages_at_most(request) == (1, "447700900023")


def _answer(text: str) -> requests.Response:
    answer = requests.Response()
    answer.status_code = 200
    answer._content = text.encode()
    return answer


def _told(*parts: str, count: int | str | None = None) -> requests.Response:
    told = len(parts) if count is None else count
    return _answer(f'{{"message-count": "{told}", "messages": [{", ".join(parts)}]}}')


REFUSED, SENT = '{"status": "4"}', '{"status": "0", "message-id": "0A"}'


@pytest.mark.parametrize(
    ("answer", "spent"),
    [
        pytest.param(_told(REFUSED), 0, id="refused"),
        pytest.param(_told(SENT), 1, id="one-of-three-that-it-might-be"),
        pytest.param(_told(SENT, REFUSED), 1, id="one-refused"),
        pytest.param(_told(), 3, id="of-none"),
        pytest.param(_told('{"status": "00"}'), 1, id="00"),
        pytest.param(_told('{"status": 0.0}'), 1, id="a-float"),
        pytest.param(_told('{"message-id": "0A"}'), 1, id="no-status"),
        pytest.param(_told('{"status": "1", "message-id": "0A"}'), 1, id="refused-with-an-id"),
        pytest.param(_told(SENT, count=3), 3, id="one-of-three-told"),
        pytest.param(_told(SENT, count=999), 3, id="never-more-than-there-could-be"),
        pytest.param(_told(REFUSED, count="many"), 3, id="a-count-that-is-none"),
        pytest.param(_answer("<html>ok</html>"), 3, id="a-page"),
        pytest.param(
            _answer("<mt-submission-response><messages count='1'></messages></mt-submission-response>"),
            3,
            id="of-none-in-XML",
        ),
        pytest.param(
            _answer(
                "<mt-submission-response><messages count='1'><message><messageId>0A</messageId><status>1</status>"
                "</message></messages></mt-submission-response>"
            ),
            1,
            id="refused-with-an-id-in-XML",
        ),
    ],
)
def test_what_an_answer_has_cost(answer: requests.Response, spent: int) -> None:
    """Of three messages at most: all that were not refused for sure."""
    assert messages_spent(answer, 3) == spent
