"""One account's calls, with the repeats that they make and those that they do not."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
import requests
import responses

from client.account import Account
from client.errors import (
    CredentialsRefused,
    MalformedAnswer,
    NetworkError,
    NexmoError,
    PartialFailure,
    ServerError,
    SmsRefused,
    Throttled,
    TimedOut,
    UnexpectedRedirect,
)

from .examples import BAD_CREDENTIALS, BALANCE_URL, NO_QUOTA, SENT, SMS_URL, THROTTLED, sms_body

Prepare = Callable[[responses.RequestsMock], object]


def _send(account: Account, *, retry_unknown: bool = False) -> str:
    sent = account.send_sms(
        to="447700900000", sender="NexmoOauth", text="hello from Nexmo", retry_unknown=retry_unknown
    )
    return sent.message_ids[0]


def test_an_sms_is_sent_as_the_guide_does(account: Account, service: responses.RequestsMock) -> None:
    """The three fields of the guide, and the type; the access token signs."""
    service.post(SMS_URL, body=sms_body(SENT))

    assert _send(account) == "0D0000002EE0D00C"
    request = service.calls[0].request
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    assert dict(parse_qsl(body)) == {
        "from": "NexmoOauth",
        "to": "447700900000",
        "text": "hello from Nexmo",
        "type": "text",
    }


def test_the_balance_is_an_exact_amount(account: Account, service: responses.RequestsMock) -> None:
    """GET /account/get-balance, as Decimal."""
    service.get(BALANCE_URL, body='{"value":24.428075,"autoReload":false}')

    assert account.get_balance().value == Decimal("24.428075")


@pytest.mark.parametrize("throttled", [(200, sms_body(THROTTLED)), (429, "please wait [ 250 ] and retry")])
def test_a_throttled_send_is_repeated_once_after_the_wait(
    account: Account, service: responses.RequestsMock, waits: list[float], throttled: tuple[int, str]
) -> None:
    """Nothing was accepted, so nothing goes out twice; the second request is signed anew."""
    service.post(SMS_URL, status=throttled[0], body=throttled[1])
    service.post(SMS_URL, body=sms_body(SENT))

    assert _send(account) == "0D0000002EE0D00C"
    assert waits == [0.25]
    first, second = (call.request.headers["Authorization"] for call in service.calls)
    assert first != second


def test_throttled_twice_is_an_error(
    account: Account, service: responses.RequestsMock, waits: list[float]
) -> None:
    """There is no third request."""
    service.post(SMS_URL, body=sms_body(THROTTLED))

    with pytest.raises(Throttled):
        _send(account)

    assert (waits, len(service.calls)) == ([0.25], 2)


ONCE: dict[str, tuple[Prepare, type[NexmoError]]] = {
    "refused": (lambda s: s.post(SMS_URL, body=sms_body(NO_QUOTA)), SmsRefused),
    "credentials": (lambda s: s.post(SMS_URL, body=sms_body(BAD_CREDENTIALS)), CredentialsRefused),
    "partial": (lambda s: s.post(SMS_URL, body=sms_body(SENT, NO_QUOTA)), PartialFailure),
    "partial-throttled": (lambda s: s.post(SMS_URL, body=sms_body(SENT, THROTTLED)), PartialFailure),
    "connect-timeout": (lambda s: s.post(SMS_URL, body=requests.ConnectTimeout()), TimedOut),
}
UNKNOWN: dict[str, tuple[Prepare, type[NexmoError]]] = {
    "server-error": (lambda s: s.post(SMS_URL, status=500), ServerError),
    "html": (lambda s: s.post(SMS_URL, body="<html>"), MalformedAnswer),
    "truncated": (lambda s: s.post(SMS_URL, body=sms_body(SENT)[:40]), MalformedAnswer),
    "dropped": (lambda s: s.post(SMS_URL, body=requests.ConnectionError()), NetworkError),
    "read-timeout": (lambda s: s.post(SMS_URL, body=requests.ReadTimeout()), TimedOut),
    "redirect": (
        lambda s: s.post(SMS_URL, status=302, headers={"Location": "https://elsewhere.example/"}),
        UnexpectedRedirect,
    ),
}


@pytest.mark.parametrize("case", [*ONCE, *UNKNOWN])
def test_an_sms_goes_out_at_most_once(
    account: Account, service: responses.RequestsMock, waits: list[float], case: str
) -> None:
    """Nothing but throttling makes a second request; each error has its own type."""
    prepare, expected = (ONCE | UNKNOWN)[case]
    prepare(service)

    with pytest.raises(NexmoError) as raised:
        _send(account)

    assert type(raised.value) is expected
    assert raised.value.outcome_unknown is (case in UNKNOWN)
    assert (len(service.calls), waits) == (1, [])


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_outcome_is_repeated_if_asked_to(
    account: Account, service: responses.RequestsMock, case: str
) -> None:
    """retry_unknown makes a second request, signed anew, and its result counts."""
    UNKNOWN[case][0](service)
    service.post(SMS_URL, body=sms_body(SENT))

    assert _send(account, retry_unknown=True) == "0D0000002EE0D00C"


@pytest.mark.parametrize("case", ONCE)
def test_a_known_outcome_is_not_repeated_even_then(
    account: Account, service: responses.RequestsMock, case: str
) -> None:
    """A partial failure above all: what was accepted would go out twice."""
    prepare, expected = ONCE[case]
    prepare(service)

    with pytest.raises(expected):
        _send(account, retry_unknown=True)

    assert len(service.calls) == 1
