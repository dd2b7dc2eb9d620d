"""Credentials, addresses and answers as the documentation prints them, shared by the tests of the client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from client.answer import Answer
from client.credentials import AccessToken, ClientCredentials, RequestToken

DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
REQUEST_TOKEN_URL = f"{DASHBOARD}/oauth/request_token"
ACCESS_TOKEN_URL = f"{DASHBOARD}/oauth/access_token"
SMS_URL = f"{REST}/sms/json"
BALANCE_URL = f"{REST}/account/get-balance"

CLIENT = ClientCredentials("consumer-key", "consumer-SECRET")
REQUEST_TOKEN = RequestToken("request-token", "request-SECRET", "oob")
ACCESS_TOKEN = AccessToken("access-token", "access-SECRET")

ISSUED_REQUEST_TOKEN = (
    "oauth_token=request-token&oauth_token_secret=request-SECRET&oauth_callback_confirmed=true"
)
ISSUED_ACCESS_TOKEN = "oauth_token=access-token&oauth_token_secret=access-SECRET"

SENT: dict[str, object] = {
    "to": "447700900000",
    "message-id": "0D0000002EE0D00C",
    "status": "0",
    "remaining-balance": "15.23280000",
    "message-price": "0.03330000",
    "network": "23410",
}
THROTTLED: dict[str, object] = {
    "status": "1",
    "error-text": "Throughput Rate Exceeded - please wait [ 250 ] and retry",
}
NO_QUOTA: dict[str, object] = {"status": "9", "error-text": "Quota Exceeded - rejected"}
BAD_CREDENTIALS: dict[str, object] = {"status": "4", "error-text": "Bad Credentials"}


def sms_body(*messages: dict[str, object]) -> str:
    """Return the SMS answer with these parts."""
    return json.dumps({"message-count": str(len(messages)), "messages": messages})


def authorization(headers: Mapping[str, str | bytes]) -> str:
    """Return the Authorization header, which requests-oauthlib leaves as bytes."""
    header = headers["Authorization"]
    return header.decode() if isinstance(header, bytes) else header


def answer(
    body: str | bytes = "",
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (),
    charset: str | None = None,
) -> Answer:
    """Return an answer as ``client.session`` would."""
    content = body.encode() if isinstance(body, str) else body
    return Answer(status=status, headers=dict(headers), body=content, charset=charset)
