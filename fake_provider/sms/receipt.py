"""The parameters of a webhook in their order: a delivery receipt, and an inbound SMS."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from ..domain.message import Inbound, Message, Receipt
from ..domain.webhook import Pairs, Webhook
from . import signing
from .render import amount

STATUSES = ("delivered", "expired", "failed", "rejected", "accepted", "buffered", "unknown")
"""Of a delivery receipt, from the SMS API reference of 2017."""

FINAL_STATUSES = {
    "delivered": "DELIVRD",
    "expired": "EXPIRED",
    "failed": "UNDELIV",
    "rejected": "REJECTD",
    "unknown": "UNKNOWN",
}
"""How the search endpoints call those after which no other comes."""


def scts(moment: float) -> str:
    """Write when the carrier spoke: YYMMDDHHMM in UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%y%m%d%H%M}"


def timestamp(moment: float) -> str:
    """Write a time as webhooks and the search endpoints do: YYYY-MM-DD HH:MM:SS in UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S}"


def receipt_parameters(message: Message, receipt: Receipt) -> Pairs:
    """Return the parameters of a delivery receipt, in the order of a log of April 2014."""
    client_ref = () if message.client_ref is None else (("client-ref", message.client_ref),)
    return (
        ("msisdn", message.to),
        ("to", message.sender),
        ("network-code", message.network or ""),
        ("messageId", receipt.message_id),
        ("price", amount(message.price)),
        ("status", receipt.status),
        ("scts", scts(receipt.at)),
        ("err-code", receipt.err_code),
        *client_ref,
        ("message-timestamp", timestamp(receipt.at)),
    )


def inbound_parameters(inbound: Inbound) -> Pairs:
    """Return the parameters of an inbound SMS: ``concat…`` where it is one of several parts."""
    concat: Pairs = ()
    if inbound.parts > 1:
        concat = (
            ("concat", "true"),
            ("concat-ref", str(inbound.reference)),
            ("concat-total", str(inbound.parts)),
            ("concat-part", str(inbound.part)),
        )
    content: Pairs
    if inbound.type == "binary":
        content = (("data", inbound.data), ("udh", inbound.udh), ("type", inbound.type))
    else:
        content = (("text", inbound.text), ("type", inbound.type), ("keyword", keyword(inbound.text)))
    return (
        ("msisdn", inbound.msisdn),
        ("to", inbound.to),
        ("messageId", inbound.message_id),
        *concat,
        *content,
        ("message-timestamp", timestamp(inbound.received_at)),
    )


def keyword(text: str) -> str:
    """Return the first word of *text* in upper case; "" where there is none."""
    return (text.split(maxsplit=1) or [""])[0].upper()


def signed(webhook: Webhook, secret: str, method: str | None, at: float) -> Pairs:
    """Return the webhook's parameters with ``timestamp``, ``nonce`` and ``sig`` behind them.

    The nonce is a UUID made from the message and the attempt, so that a seeded run repeats it. An HMAC is written in
    upper case, as Nexmo's OpenAPI description shows it.
    """
    method = method or signing.DEFAULT_METHOD
    drawn = hashlib.md5(
        f"{webhook.message_id} {webhook.attempt} {at}".encode(), usedforsecurity=False
    ).hexdigest()
    nonce = f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:]}"
    parameters = (*webhook.parameters, ("timestamp", str(int(at))), ("nonce", nonce))
    # Whoever gets a GET cannot tell the URL's own parameters from the others, and verifies all that came.
    own = parse_qsl(urlsplit(webhook.url).query, keep_blank_values=True) if webhook.method == "GET" else []
    signature = signing.signature([*own, *parameters], secret, method)
    return (*parameters, ("sig", signature if method == "md5" else signature.upper()))
