"""The JSON schemas of what control calls answer: names and types that other programs rely on."""

from __future__ import annotations

from ...fields import Schema

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_YES_OR_NO: Schema = {"type": "boolean"}
_WHOLE: Schema = {"type": "integer"}
_WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
_NUMBER: Schema = {"type": "number"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_TIME_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_BY_NAME: Schema = {"type": "object", "additionalProperties": _TEXT}
_PAIRS: Schema = {"type": "array", "items": {"type": "array", "items": _TEXT, "minItems": 2, "maxItems": 2}}


def an_object(members: dict[str, Schema]) -> Schema:
    """Return the schema of an object that has these members, and may have others."""
    return {"type": "object", "properties": members, "required": list(members)}


ERROR = an_object({"error": an_object({"code": _TEXT, "message": _TEXT})})
HEALTH = an_object({"status": _TEXT, "version": _TEXT, "profile": _TEXT, "auto_approve": _YES_OR_NO})
APP = an_object(
    {
        "name": _TEXT,
        "consumer_key": _TEXT,
        "consumer_secret": _TEXT,
        "callback_url": _TEXT_OR_NULL,
        "rsa_public_key": _TEXT_OR_NULL,
        "owner": _TEXT,
        "created_at": _TIME,
    }
)
ACCOUNT = an_object(
    {
        "email": _TEXT,
        "api_key": _TEXT,
        "api_secret": _TEXT,
        "balance": _NUMBER,
        "currency": _TEXT,
        "oauth_enabled": _YES_OR_NO,
        "auto_reload": _YES_OR_NO,
        "numbers": _TEXTS,
        "signature_method": _TEXT_OR_NULL,
        "webhook_method": _TEXT,
        "dr_callback_url": _TEXT_OR_NULL,
        "mo_callback_url": _TEXT_OR_NULL,
        "demo": _YES_OR_NO,
        "whitelist": _TEXTS,
        "throttle": _WHOLE_OR_NULL,
    }
)
AUTHORIZATION = an_object(
    {"oauth_token": _TEXT, "oauth_verifier": _TEXT_OR_NULL, "redirect_url": _TEXT_OR_NULL}
)
TOKEN = an_object(
    {
        "oauth_token": _TEXT,
        "kind": {"enum": ["request", "access"]},
        "stage": _TEXT,
        "consumer_key": _TEXT,
        "account": _TEXT_OR_NULL,
        "created_at": _TIME,
    }
)
_RECEIPT = an_object({"message_id": _TEXT, "status": _TEXT, "err_code": _TEXT, "at": _TIME})
MESSAGE = an_object(
    {
        "message_ids": _TEXTS,
        "from": _TEXT,
        "to": _TEXT,
        "text": _TEXT,
        "shown_text": _TEXT,
        "type": _TEXT,
        "status": _TEXT,
        "error_text": _TEXT_OR_NULL,
        "parts": _WHOLE,
        "part_texts": _TEXTS,
        "part_headers": _TEXTS,
        "encoding": {"enum": ["gsm7", "ucs2", "binary"]},
        "client_ref": _TEXT_OR_NULL,
        "account_ref": _TEXT_OR_NULL,
        "details": _BY_NAME,
        "consumer_key": _TEXT_OR_NULL,
        "account": _TEXT_OR_NULL,
        "api_key": _TEXT_OR_NULL,
        "network": _TEXT_OR_NULL,
        "price": _TEXT,
        "total_price": _TEXT,
        "received_at": _TIME,
        "receipt": {"anyOf": [_RECEIPT, {"type": "null"}]},
        "receipts": {"type": "array", "items": _RECEIPT},
    }
)
RECEIPT_SENT = an_object({"message_id": _TEXT, "webhooks": _WHOLE})
INBOUND = an_object({"webhooks": _WHOLE})
EXCHANGE = an_object(
    {
        "id": _TEXT,
        "received_at": _TIME,
        "duration_ms": _NUMBER,
        "consumer_key": _TEXT_OR_NULL,
        "request": an_object({"method": _TEXT, "url": _TEXT, "headers": _PAIRS, "body": _TEXT}),
        "response": an_object({"status": _WHOLE, "headers": _PAIRS, "body": _TEXT}),
        "outcome": {"enum": ["accepted", "refused", "fault", "other"]},
        "findings": {
            "type": "array",
            "items": an_object({"code": _TEXT, "severity": _TEXT, "message": _TEXT, "source": _TEXT}),
        },
        "diagnosis": {"type": ["object", "null"]},
        "reason": _TEXT_OR_NULL,
        "fault": _TEXT_OR_NULL,
        "error": _TEXT_OR_NULL,
    }
)
FAULT = an_object(
    {
        "id": _TEXT,
        "match": {"type": "object"},
        "times": _WHOLE_OR_NULL,
        "after": _WHOLE,
        "action": {"type": "object"},
        "when": {"enum": ["before", "after"]},
        "met": _WHOLE,
    }
)
CLOCK = an_object({"now": _TIME, "frozen": _YES_OR_NO})
ATTEMPT = an_object(
    {
        "kind": {"enum": ["receipt", "inbound"]},
        "url": _TEXT,
        "method": _TEXT,
        "parameters": _BY_NAME,
        "attempt": _WHOLE,
        "at": _TIME,
        "outcome": _TEXT,
        "detail": _TEXT,
        "http_status": _WHOLE_OR_NULL,
        "message_id": _TEXT,
        "next_attempt_at": _TIME_OR_NULL,
        "account": _TEXT,
        "api_key": _TEXT,
        "consumer_key": _TEXT_OR_NULL,
    }
)
