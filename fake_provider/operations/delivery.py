"""What follows an SMS: delivery receipts, inbound SMS, and one push of either."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.account import Account
from ..domain.message import Inbound, Message, PlannedReceipt, Receipt
from ..domain.policy import Policy
from ..domain.webhook import Attempt, Webhook
from ..errors import InvalidValue
from ..ports import Ports
from ..sms import magic, parse, parts, receipt, script
from ..sms.receipt import STATUSES
from ..sms.script import Script

_INTERMEDIATE_ERR_CODE = "0"


def plan(
    to: str, final: tuple[PlannedReceipt, ...], account: Account, ports: Ports, policy: Policy
) -> tuple[PlannedReceipt, ...]:
    """Return the receipts that every accepted part of an SMS will have: *final*, unless the recipient has opted out."""
    if ports.store.opted_out(account.email, to):
        return magic.OPTED_OUT
    if policy.intermediate_receipt is None or not final:
        return final
    first = PlannedReceipt(
        status=policy.intermediate_receipt,
        err_code=_INTERMEDIATE_ERR_CODE,
        after_seconds=final[0].after_seconds,
    )
    return (first, *final)


def receipt_webhooks(message: Message, account: Account, policy: Policy) -> Sequence[Webhook]:
    """Return the pushes that an accepted message brings about: every receipt of its plan, one for each part."""
    if receipt_url(message, account) is None:
        return ()
    if not parse.wants_receipt(message.details, on_request=policy.receipts_on_request):
        return ()
    pushes = (_receipt_webhook(message, one, account) for one in message.planned_receipts())
    return [webhook for webhook in pushes if webhook is not None]


def receipt_url(message: Message, account: Account) -> str | None:
    """Return where receipts go: the request's URL goes before the account's."""
    return message.details.get("callback") or account.dr_callback_url or None


def _receipt_webhook(message: Message, of: Receipt, account: Account) -> Webhook | None:
    """Return the push of one receipt; None where nobody said where to."""
    url = receipt_url(message, account)
    if url is None:
        return None
    return Webhook(
        kind="receipt",
        url=url,
        method=account.webhook_method,
        parameters=receipt.receipt_parameters(message, of),
        message_id=of.message_id,
        account=account.email,
        api_key=account.api_key,
        client_key=message.client_key,
        due=of.at,
        first_due=of.at,
    )


def report(message_id: str, *, status: str, err_code: str, ports: Ports) -> Sequence[Webhook]:
    """Let a carrier say something about a part now, beside the plan; returns what is to be pushed.

    Raises:
        Unknown: no accepted message has a part of this id.
        InvalidValue: the status is none that a receipt has.
    """
    if status not in STATUSES:
        raise InvalidValue("status", f"one of {', '.join(STATUSES)} is wanted")
    held = ports.store.message(message_id)
    client_key = held.client_key if held else None
    of = Receipt(message_id=message_id, status=status, err_code=err_code, at=ports.clock.now(client_key))
    message = ports.store.report(of)
    account = ports.store.account(message.account or "")
    webhook = _receipt_webhook(message, of, account) if account else None
    return [webhook] if webhook else []


def receive(
    *,
    msisdn: str,
    to: str,
    ports: Ports,
    policy: Policy,
    scripts: Sequence[Script],
    text: str = "",
    sms_type: str = "text",
    data: str = "",
    udh: str = "",
    client_key: str | None = None,
    after_seconds: float = 0.0,
    account: Account | None = None,
) -> Sequence[Webhook]:
    """Take an SMS that somebody sent to a virtual number; returns what is to be pushed, one for each part.

    It is for *account*, else for the one that has the number *to*, else for the first one.
    *client_key* says whose clock it goes by.

    Raises:
        InvalidValue: the text needs more than 255 parts.
    """
    account = account or ports.store.account_with_number(to) or ports.store.accounts()[0]
    try:
        texts = (
            ("",)
            if sms_type == "binary"
            else parts.split(text, parts.alphabet_of(sms_type, policy.part_lengths))
        )
    except parts.MessageTooLong:
        raise InvalidValue("text", "it needs more than 255 parts") from None
    reference = ports.entropy.octet() if len(texts) > 1 else None
    at = ports.clock.now(client_key) + after_seconds
    webhooks = []
    for number, part_text in enumerate(texts, start=1):
        inbound = Inbound(
            message_id=ports.entropy.message_id(),
            msisdn=msisdn,
            to=to,
            type=sms_type,
            text=part_text,
            data=data,
            udh=udh,
            account=account.email,
            api_key=account.api_key,
            received_at=at,
            reference=reference,
            part=number,
            parts=len(texts),
            client_key=client_key,
        )
        ports.store.keep_inbound(inbound)
        webhooks.append(_inbound_webhook(inbound, account, client_key))
    for rule in scripts:
        if rule.opt is not None and rule.meets_inbound(text):
            ports.store.opt(account.email, msisdn, out=rule.opt == "out")
    return [webhook for webhook in webhooks if webhook is not None]


def _inbound_webhook(inbound: Inbound, account: Account, client_key: str | None) -> Webhook | None:
    """Return the push of one part; the number's own URL goes before the account's."""
    number = account.number(inbound.to)
    url = (number.mo_http_url if number else None) or account.mo_callback_url
    if not url:
        return None
    return Webhook(
        kind="inbound",
        url=url,
        method=account.webhook_method,
        parameters=receipt.inbound_parameters(inbound),
        message_id=inbound.message_id,
        account=account.email,
        api_key=account.api_key,
        client_key=client_key,
        due=inbound.received_at,
        first_due=inbound.received_at,
    )


def replies(
    message: Message, account: Account, ports: Ports, policy: Policy, scripts: Sequence[Script]
) -> Sequence[Webhook]:
    """Let whoever got *message* of *account* answer, if a script says so; returns what is to be pushed.

    A name cannot be answered, a number can.
    """
    rule = script.first_met(scripts, message.to, message.text) if scripts else None
    if rule is None or rule.reply is None or not message.sender.isdigit():
        return ()
    return receive(
        msisdn=message.to,
        to=message.sender,
        text=rule.reply,
        sms_type="text",
        client_key=message.client_key,
        after_seconds=rule.after_seconds,
        account=ports.store.account_with_number(message.sender) or account,
        ports=ports,
        policy=policy,
        scripts=scripts,
    )


def push(webhook: Webhook, ports: Ports) -> tuple[Attempt, Webhook | None]:
    """Make one attempt; returns what came of it, and the next attempt, if there is to be one."""
    at = ports.clock.now(webhook.client_key)
    account = ports.store.account(webhook.account)
    parameters = webhook.parameters
    if account is not None and account.signature_secret:
        parameters = receipt.signed(webhook, account.signature_secret, account.signature_method, at)
    delivery = ports.outbox.push(webhook, parameters)
    again = None if delivery.outcome in ("delivered", "not-allowed") else webhook.again()
    attempt = Attempt(
        webhook=webhook,
        parameters=parameters,
        at=at,
        outcome=delivery.outcome,
        detail=delivery.detail,
        http_status=delivery.http_status,
        next_attempt_at=again.due if again else None,
    )
    return attempt, again
