"""Stored values as the JSON of the control API: names and shapes that other programs rely on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..domain.account import Account
from ..domain.credentials import ClientCredentials, TemporaryCredentials, Token
from ..domain.message import Message
from ..sms.render import amount
from ..trace import Exchange

Members = dict[str, Any]


def moment(seconds: float) -> str:
    """Write a time of the fake's clock as ISO 8601 in UTC, to the millisecond, never later than it was."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def app(app: ClientCredentials) -> Members:
    """An app, with the secret that its developer is shown."""
    return {
        "name": app.name,
        "consumer_key": app.client_key,
        "consumer_secret": app.client_secret,
        "callback_url": app.callback_url,
        "rsa_public_key": app.rsa_public_key,
        "owner": app.owner,
        "created_at": moment(app.created_at),
    }


def account(account: Account) -> Members:
    """An account, without its password."""
    return {
        "email": account.email,
        "api_key": account.api_key,
        "api_secret": account.api_secret,
        "balance": float(account.balance),
        "currency": account.currency,
        "oauth_enabled": account.oauth_enabled,
        "auto_reload": account.auto_reload,
        "numbers": list(account.numbers),
    }


def token(token: Token) -> Members:
    """A request or access token, without its secret."""
    return {
        "oauth_token": token.token,
        "kind": "request" if isinstance(token, TemporaryCredentials) else "access",
        "stage": token.stage.value,
        "consumer_key": token.client_key,
        "account": token.account,
        "created_at": moment(token.created_at),
    }


def message(message: Message) -> Members:
    """A message; prices are texts with the 8 decimals of the wire, ``price`` is per part."""
    return {
        "message_ids": list(message.message_ids),
        "from": message.sender,
        "to": message.to,
        "text": message.text,
        "type": message.type,
        "status": str(message.status),
        "error_text": message.error_text,
        "parts": len(message.parts),
        "part_texts": [part.text for part in message.parts],
        "encoding": message.encoding,
        "client_ref": message.client_ref,
        "account_ref": message.account_ref,
        "consumer_key": message.client_key,
        "account": message.account,
        "api_key": message.api_key,
        "network": message.network,
        "price": amount(message.price),
        "total_price": amount(message.total_price),
        "received_at": moment(message.received_at),
        "receipt": None,
    }


def exchange(exchange: Exchange) -> Members:
    """An exchange; its secrets were taken out when it was recorded."""
    return {
        "id": exchange.id,
        "received_at": moment(exchange.received_at),
        "duration_ms": round(exchange.duration_ms, 3),
        "consumer_key": exchange.client_key,
        "request": {
            "method": exchange.request.method,
            "url": exchange.request.url,
            "headers": [list(pair) for pair in exchange.request.headers],
            "body": exchange.request.body.decode("utf-8", "replace"),
        },
        "response": {
            "status": exchange.response.status,
            "headers": [list(pair) for pair in exchange.response.headers],
            "body": exchange.response.body.decode("utf-8", "replace"),
        },
        "outcome": exchange.outcome,
        "findings": [finding.as_json() for finding in exchange.findings],
        "diagnosis": exchange.diagnosis.as_json() if exchange.diagnosis else None,
        "error": exchange.error,
    }
