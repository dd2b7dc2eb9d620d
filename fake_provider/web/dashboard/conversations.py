"""Messages as their other end sees them: one conversation for each handset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from ... import steps
from ...domain.message import Inbound, Message
from ...errors import InvalidValue
from ...ports import InboxQuery, Kept
from ...sms.one_time_code import one_time_codes
from ..html import cut, fit
from . import messages
from .visit import Tone, Visit

_MAX_CONVERSATIONS = 50
_LONGEST_NUMBER = 300  # a longer one is none, and has no conversation
_MAX_SHOWN = 60  # messages of one conversation
_LONGEST_SHOWN = 1_500  # characters of one message, escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """What was said at once: a message, or the parts of one that came in."""

    number: int
    is_inbound: bool
    name: str  # the sender that a handset shows, or the number that was written to
    text: str
    is_cut: bool
    codes: tuple[str, ...]
    state: str
    tone: Tone
    at: float


def show_all(visit: Visit) -> Response:
    """List the conversations, that in which something was said last first."""

    def look() -> Mapping[str, Any]:
        newest: dict[str, Kept] = {}
        search = visit.asked("q")
        for one in messages.newest_first(visit, InboxQuery(search=search)):
            newest.setdefault(one.message.handset, one)
            if len(newest) > _MAX_CONVERSATIONS:
                break
        shown = list(newest.values())[:_MAX_CONVERSATIONS]
        return {
            "conversations": messages.rows(visit, shown),
            "has_more": len(newest) > len(shown),
            "is_narrowed": search is not None,
        }

    return visit.live_page(
        "conversations.html",
        "conversations_live.html",
        look,
        at=("/conversations", {"q": visit.asked("q") or ""}),
        asked={"q": visit.asked("q") or ""},
    )


def show(visit: Visit) -> Response:
    """Show what was said to and by one handset."""
    return _page(visit, visit.request.args.get("number", "")[:_LONGEST_NUMBER])


def _page(
    visit: Visit, handset: str, *, text: str = "", to: str | None = None, problem: InvalidValue | None = None
) -> Response:
    query = InboxQuery(handset=handset)

    def look() -> Mapping[str, Any]:
        found = visit.ports.store.inbox(query, limit=_MAX_SHOWN + 1)
        return {
            "bubbles": _bubbles(visit, found[:_MAX_SHOWN]),
            "has_more": len(found) > _MAX_SHOWN,
            "handset": handset,
        }

    return visit.live_page(
        "conversation.html",
        "conversation_live.html",
        look,
        at=("/conversations/with", {"number": handset}),
        status=400 if problem else 200,
        handset=handset,
        text=fit(text, 20_000),
        to=to if to is not None else _answered_number(visit, query),
        numbers=[number for one in visit.ports.store.accounts() for number in one.numbers][:100],
        problem=problem,
    )


def _bubbles(visit: Visit, newest_first: Sequence[Kept]) -> Sequence[Bubble]:
    """Return what was said, the oldest first; what will come in later is not there yet."""
    bubbles: list[Bubble] = []
    for kept in reversed(newest_first):
        message = kept.message
        if isinstance(message, Message):
            bubbles.append(_bubble(visit, kept, message.sender, message.text))
        elif message.received_at <= visit.ports.clock.now(message.client_key):
            if message.part == 1 or not bubbles:
                bubbles.append(_bubble(visit, kept, message.to, _content(message)))
            else:
                first = bubbles.pop()
                bubbles.append(_bubble(visit, kept, message.to, first.text + message.text))
    return bubbles


def _content(message: Inbound) -> str:
    return message.text if message.type != "binary" else f"[binary] {message.udh} {message.data}"


def _bubble(visit: Visit, kept: Kept, name: str, text: str) -> Bubble:
    state, tone = messages.state_of(visit, kept.message)
    return Bubble(
        number=kept.number,
        is_inbound=isinstance(kept.message, Inbound),
        name=cut(name, 40),
        text=fit(text, _LONGEST_SHOWN),
        is_cut=fit(text, _LONGEST_SHOWN) != text,
        codes=one_time_codes(text[:_LONGEST_SHOWN])[:2],
        state=state,
        tone=tone,
        at=kept.message.received_at,
    )


def _answered_number(visit: Visit, query: InboxQuery) -> str:
    newest = visit.ports.store.inbox(query, limit=1)
    return messages.virtual_number(visit, newest[0].message) if newest else messages.SOME_NUMBER


def reply(visit: Visit) -> Response:
    """Let the handset send an SMS."""
    handset, to = (
        visit.request.form.get("number", "")[:_LONGEST_NUMBER],
        visit.request.form.get("to", "")[:2_000],
    )
    text = visit.request.form.get("text", "").replace("\r\n", "\n")
    members = {"msisdn": handset, "to": to, "text": text or None}
    try:
        visit.webhooks = steps.receive(members, visit.provider)
    except InvalidValue as error:
        return _page(visit, handset, text=text, to=to, problem=error)
    return visit.go("/conversations/with", done="inbound", number=handset)
