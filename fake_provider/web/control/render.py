"""Stored values as the JSON of the control API: names and shapes that other programs rely on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...domain.account import Account
from ...domain.credentials import ClientCredentials, TemporaryCredentials, Token
from ...domain.fault import Fault
from ...domain.message import Message, Receipt
from ...domain.webhook import Attempt
from ...sms import gsm0338, parts
from ...sms.render import amount
from ...trace import Exchange

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
        "signature_method": account.signature_method,
        "webhook_method": account.webhook_method,
        "dr_callback_url": account.dr_callback_url,
        "mo_callback_url": account.mo_callback_url,
        "demo": account.demo,
        "whitelist": list(account.whitelist),
        "throttle": account.throttle,
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


def message(message: Message, now: float) -> Members:
    """A message as it stands at *now*; prices are texts with the 8 decimals of the wire, ``price`` is per part."""
    receipts = [receipt(one) for one in message.receipts(now)]
    return {
        "message_ids": list(message.message_ids),
        "from": message.sender,
        "to": message.to,
        "text": message.text,
        "shown_text": _shown(message),
        "type": message.type,
        "status": str(message.status),
        "error_text": message.error_text,
        "parts": len(message.parts),
        "part_texts": [part.text for part in message.parts],
        "part_statuses": [str(part.status) for part in message.parts],
        "part_headers": _headers(message),
        "encoding": message.encoding,
        "client_ref": message.client_ref,
        "account_ref": message.account_ref,
        "details": dict(message.details),
        "consumer_key": message.client_key,
        "account": message.account,
        "api_key": message.api_key,
        "network": message.network,
        "price": amount(message.price),
        "total_price": amount(message.total_price),
        "received_at": moment(message.received_at),
        "receipt": receipts[-1] if receipts else None,
        "receipts": receipts,
    }


def _shown(message: Message) -> str:
    """What a handset shows, a trial account's addition with it; a character that the alphabet lacks is a question mark."""
    carried = "".join(part.text for part in message.parts) if message.parts else message.text
    return gsm0338.as_shown(carried) if message.encoding == "gsm7" else carried


def _headers(message: Message) -> list[str]:
    """The user data header of each part in hexadecimal, "" where there is none."""
    if message.reference is None:
        return [message.details.get("udh", "") for _ in message.parts]
    count = len(message.parts)
    return [parts.header(message.reference, count, number) for number in range(1, count + 1)]


def receipt(receipt: Receipt) -> Members:
    """What a carrier said about a part."""
    return {
        "message_id": receipt.message_id,
        "status": receipt.status,
        "err_code": receipt.err_code,
        "at": moment(receipt.at),
    }


def attempt(attempt: Attempt, *, url: str) -> Members:
    """An attempt at a webhook, with its URL as it may be shown. A signature in it is one that its receiver got."""
    webhook = attempt.webhook
    following = attempt.next_attempt_at
    return {
        "kind": webhook.kind,
        "url": url,
        "method": webhook.method,
        "parameters": dict(attempt.parameters),
        "attempt": webhook.attempt,
        "at": moment(attempt.at),
        "outcome": attempt.outcome,
        "detail": attempt.detail,
        "http_status": attempt.http_status,
        "message_id": webhook.message_id,
        "next_attempt_at": None if following is None else moment(following),
        "account": webhook.account,
        "api_key": webhook.api_key,
        "consumer_key": webhook.client_key,
    }


def fault(fault: Fault) -> Members:
    """A fault that waits."""
    match, action = fault.match, fault.action
    members = {
        "path": match.path,
        "method": match.method,
        "to": match.to,
        "consumer_key": match.client_key,
    }
    actions = {name: getattr(action, name) for name in action.__slots__}
    return {
        "id": fault.id,
        "match": {name: value for name, value in members.items() if value is not None},
        "times": fault.times,
        "after": fault.after,
        "action": {name: value for name, value in actions.items() if value not in (None, False, 0, ())},
        "when": "after" if fault.takes_effect else "before",
        "met": fault.met,
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
        "reason": exchange.reason,
        "fault": exchange.fault,
        "error": exchange.error,
    }
