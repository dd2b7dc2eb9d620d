"""Messages, the newest first: what was sent, what came in, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from werkzeug.wrappers import Response

from ... import fields, steps
from ...domain.message import Inbound, Message, Receipt
from ...errors import InvalidValue, Unknown
from ...operations import delivery
from ...ports import AttemptQuery, InboxQuery, Kept
from ...sms import gsm0338, parts
from ...sms.one_time_code import one_time_codes
from ...sms.receipt import STATUSES
from ...sms.render import amount
from ...trace import ExchangeQuery
from ..html import cut, fit
from . import exchanges, raw
from .visit import Tone, Visit

PAGE = 50
_MAX_ATTEMPTS = 60  # and receipts, on one page
SOME_NUMBER, ANOTHER_NUMBER = "447700900000", "447700900001"  # reserved for fiction
_SNIPPET = 160
_SHORT = 40
_LOOKED_AT = 500  # characters in which a list looks for a code
_LONGEST_TEXT = (
    20_000  # characters on one page; the SMS API takes 3,200, and a refused text may have any length
)

_TONES: Mapping[str, Tone] = {
    "accepted": "plain",
    "buffered": "plain",
    "delivered": "good",
    "expired": "bad",
    "failed": "bad",
    "rejected": "bad",
    "unknown": "soft",
}
KINDS = ("accepted", "refused", "inbound")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message in a list."""

    number: int
    is_inbound: bool
    sender: str
    to: str
    handset: str
    snippet: str
    codes: tuple[str, ...]
    state: str
    tone: Tone
    parts: int
    at: float
    app: str | None


def rows(visit: Visit, kept: Sequence[Kept]) -> Sequence[Row]:
    """Return messages as lists show them."""
    names = visit.app_names()
    return [_row(visit, one, names) for one in kept]


def _row(visit: Visit, kept: Kept, names: Mapping[str, str]) -> Row:
    message = kept.message
    state, tone = state_of(visit, message)
    return Row(
        number=kept.number,
        is_inbound=isinstance(message, Inbound),
        sender=cut(message.sender, _SHORT),
        to=cut(message.to, _SHORT),
        handset=message.handset,
        snippet=fit(cut(message.text, _SNIPPET), 2 * _SNIPPET),
        codes=one_time_codes(message.text[:_LOOKED_AT])[:1],
        state=state,
        tone=tone,
        parts=message.parts if isinstance(message, Inbound) else len(message.parts),
        at=message.received_at,
        app=cut(names.get(message.client_key, message.client_key), _SHORT) if message.client_key else None,
    )


def state_of(visit: Visit, message: Message | Inbound) -> tuple[str, Tone]:
    """Say in a word or two what became of a message by now."""
    if isinstance(message, Inbound):
        return "received", "soft"
    if not message.accepted:
        return f"refused: {message.status}", "bad"
    said = message.receipts(visit.ports.clock.now(message.client_key))
    state = said[-1].status if said else "accepted"
    return state, _TONES.get(state, "plain")


def show_all(visit: Visit) -> Response:
    """List what was sent and what came in."""
    state = visit.asked("status")
    query = InboxQuery(
        search=visit.asked("q"),
        handset=_as_msisdn(visit.asked("number")),
        client_key=visit.asked("app"),
        account=visit.asked("account"),
        kind=state if state in KINDS else None,  # type: ignore[arg-type]
        before=visit.number("before"),
    )
    receipt = state if state in STATUSES and state not in KINDS else None

    def look() -> Mapping[str, Any]:
        found = _matching(visit, query, receipt)
        return {
            "messages": rows(visit, found[:PAGE]),
            "older": found[PAGE - 1].number if len(found) > PAGE else None,
            "filters": _filters(visit),
            "is_narrowed": query != InboxQuery() or receipt is not None,
        }

    return visit.live_page(
        "messages.html",
        "messages_live.html",
        look,
        at=("/messages", {**_filters(visit), **_page_asked(visit)}),
        asked={name: visit.asked(name) or "" for name in ("q", "number", "app", "account", "status")},
        kinds=KINDS,
        receipts=[status for status in STATUSES if status not in KINDS],
        apps=visit.app_choices(visit.asked("app")),
        accounts=visit.account_choices(),
    )


def _as_msisdn(typed: str | None) -> str | None:
    """Return a number as it is kept: people write blanks, dashes and a plus."""
    bare = re.sub(r"[\s().-]", "", typed or "").removeprefix("+")
    return (bare if bare.isdigit() else typed) or None


def _page_asked(visit: Visit) -> Mapping[str, str]:
    before = visit.number("before")
    return {} if before is None else {"before": str(before)}


def _filters(visit: Visit) -> Mapping[str, str]:
    return {
        name: value
        for name in ("q", "number", "app", "account", "status")
        if (value := visit.asked(name)) is not None
    }


def _matching(visit: Visit, query: InboxQuery, receipt: str | None) -> Sequence[Kept]:
    """Return a page and one more; what carriers said is derived from the time, so it is looked for here."""
    if receipt is None:
        return visit.ports.store.inbox(query, limit=PAGE + 1)
    found = (one for one in newest_first(visit, query) if state_of(visit, one.message)[0] == receipt)
    return tuple(islice(found, PAGE + 1))


def newest_first(visit: Visit, query: InboxQuery) -> Iterator[Kept]:
    """Return all that match, one after the other: who stops early has not waited for the rest."""
    size = 4 * PAGE
    while True:
        found = visit.ports.store.inbox(query, limit=size)
        yield from found
        if len(found) < size:
            return
        query = replace(query, before=found[-1].number)
        size *= 10


def clear(visit: Visit) -> Response:
    """Forget all messages."""
    visit.ports.store.clear_messages()
    return visit.go("/messages", done="cleared")


# One message


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A part of a message: where texts are broken, and what each part is."""

    number: int
    message_id: str | None
    text: str
    header: str  # the user data header, hexadecimal
    status: int
    error_text: str | None


def show(visit: Visit, number: int) -> Response:
    """Show one message: its parts, its receipts, what was pushed, and the requests that led to it."""
    return _page(visit, number)


def _page(
    visit: Visit,
    number: int,
    *,
    given: Mapping[str, str] | None = None,
    problem: InvalidValue | None = None,
) -> Response:
    message = _kept(visit, number)
    exchange = next(iter(visit.provider.trace.exchanges(ExchangeQuery(message=number, limit=1))), None)
    text = fit(message.text, 5 * _LONGEST_TEXT)[:_LONGEST_TEXT]
    return visit.live_page(
        "message.html",
        "message_live.html",
        lambda: _became(visit, number),
        at=(f"/messages/{number}", {}),
        status=400 if problem else 200,
        number=number,
        message=message,
        given=given or {"status": "delivered", "err_code": "0"},
        problem=problem,
        is_inbound=isinstance(message, Inbound),
        text=text,
        is_cut=text != message.text,
        codes=one_time_codes(text)[:5],
        parts=_part_rows(message) if isinstance(message, Message) else (),
        total_price=amount(message.total_price) if isinstance(message, Message) else None,
        price=amount(message.price) if isinstance(message, Message) else None,
        app=visit.app_names().get(message.client_key or ""),
        exchange=exchange,
        exchange_tone=exchanges.TONES.get(exchange.outcome, "plain") if exchange else "plain",
        led_here=exchanges.rows(visit, exchanges.led_to(visit, exchange)) if exchange else (),
        shown_text=_on_handset(message),
        request_text=raw.request_text(exchange.request) if exchange else None,
        statuses=STATUSES,
        virtual_number=virtual_number(visit, message),
    )


def _kept(visit: Visit, number: int) -> Message | Inbound:
    message = visit.ports.store.kept(number)
    if message is None:
        raise Unknown(
            "message", str(number), "it may have been forgotten; Messages lists those that are kept"
        )
    return message


def _became(visit: Visit, number: int) -> Mapping[str, Any]:
    message = _kept(visit, number)
    now = visit.ports.clock.now(message.client_key)
    query = AttemptQuery(message_ids=frozenset(message.message_ids))
    attempts = sorted(visit.ports.store.attempts(query), key=lambda one: one.at)
    newest = attempts[-_MAX_ATTEMPTS:]
    urls = visit.provider.trace.redacted_urls(one.webhook.url for one in newest) if newest else ()
    receipts: Sequence[Receipt] = message.receipts(now) if isinstance(message, Message) else ()
    planned = message.planned_receipts() if isinstance(message, Message) else ()
    state, tone = state_of(visit, message)
    return {
        "state": state,
        "tone": tone,
        "receipts": list(receipts)[-_MAX_ATTEMPTS:],
        "coming": [one for one in planned if one.at > now][:20],
        "attempts": list(zip(newest, urls, strict=True)),
        "attempt_count": len(attempts),
        "lane_now": now if visit.ports.clock.is_frozen(visit.ports.clock.lane(message.client_key)) else None,
    }


def _part_rows(message: Message) -> Sequence[PartRow]:
    count = len(message.parts)
    return [
        PartRow(
            number=number,
            message_id=part.message_id,
            text=part.text,
            header=parts.header(message.reference, count, number) if message.reference is not None else "",
            status=part.status,
            error_text=part.error_text,
        )
        for number, part in enumerate(message.parts, start=1)
    ]


def _on_handset(message: Message | Inbound) -> str | None:
    """Return what a handset shows, where that is not what was meant: characters that its alphabet lacks."""
    if isinstance(message, Inbound) or message.encoding != "gsm7":
        return None
    shown = gsm0338.as_shown(message.text)
    return fit(shown, _LONGEST_TEXT) if shown != message.text else None


def virtual_number(visit: Visit, message: Message | Inbound) -> str:
    """Return the number to which the handset would answer: the sender, if it is one, else one of the account's."""
    if isinstance(message, Inbound):
        return message.to
    if message.sender.isascii() and message.sender.isdigit():
        return message.sender
    account = visit.ports.store.account(message.account) if message.account else None
    own = account.numbers if account else ()
    return next((one for one in (*own, SOME_NUMBER, ANOTHER_NUMBER) if one != message.handset), SOME_NUMBER)


def send_receipt(visit: Visit, number: int) -> Response:
    """Let a carrier report now, about every part that was accepted."""
    message = _kept(visit, number)
    given = {name: visit.request.form.get(name, "").strip() for name in ("status", "err_code")}
    try:
        values = fields.read(steps.RECEIPT_FIELDS, {name: value or None for name, value in given.items()})
    except InvalidValue as error:
        return _page(visit, number, given={name: value[:100] for name, value in given.items()}, problem=error)
    if not isinstance(message, Message) or not message.message_ids:
        raise InvalidValue("receipt", "there is none of a message that was not accepted")
    visit.webhooks = [
        webhook
        for message_id in message.message_ids
        for webhook in delivery.report(
            message_id, status=values["status"], err_code=str(values["err_code"]), ports=visit.ports
        )
    ]
    return visit.go(f"/messages/{number}", done="receipt")
