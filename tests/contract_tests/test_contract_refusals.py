"""What counts as a refusal, by the endpoint that was asked."""

from __future__ import annotations

import pytest
import requests

from contract_tests.refusals import is_refused

SMS, TOKEN, BALANCE = "/sms/json", "/oauth/access_token", "/account/get-balance"
PART = b'{"message-count":"1","messages":[{"status":"%d","error-text":"?"}]}'
ISSUED = b"oauth_token=a&oauth_token_secret=b"


def answer(path: str, status: int, body: bytes = b"") -> requests.Response:
    """Return an answer of this status and body to a call of *path*."""
    made = requests.Response()
    made.status_code, made._content = status, body
    made.request = requests.Request("POST", f"https://rest.nexmo.com{path}").prepare()
    return made


@pytest.mark.parametrize(
    ("came", "refused"),
    [
        pytest.param(answer(TOKEN, 401), True, id="token"),
        pytest.param(answer(TOKEN, 400), True, id="token-400"),
        pytest.param(answer(TOKEN, 200, ISSUED), False, id="token-issued"),
        pytest.param(answer(TOKEN, 401, ISSUED), False, id="token-issued-all-the-same"),
        pytest.param(answer(SMS, 401), True, id="sms-by-status"),
        pytest.param(answer(SMS, 200, PART % 4), True, id="sms-by-part"),
        pytest.param(answer(SMS, 200, PART % 0), False, id="sms-accepted"),
        pytest.param(answer(BALANCE, 401), True, id="balance"),
        pytest.param(answer(BALANCE, 200), False, id="balance-told"),
    ],
)
def test_whether_it_is_one(came: requests.Response, refused: bool) -> None:
    """However it is worded."""
    assert is_refused(came) is refused


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"message-count":"0","messages":[]}'])
def test_an_answer_without_a_part_is_none(body: bytes) -> None:
    """That nothing was accepted in it says nothing about what the provider did."""
    with pytest.raises(AssertionError, match="answer about an SMS"):
        is_refused(answer(SMS, 200, body))
