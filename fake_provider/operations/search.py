"""What became of messages, at rest.nexmo.com: those of the caller's account, part by part, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..account import messages as render
from ..account import parse
from ..account.document import Members
from ..account.messages import Closed
from ..account.parse import Day
from ..domain.message import NOTHING, Inbound, Message, Part
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..ports import MessageQuery, Ports
from ..sms.pricing import route
from ..sms.receipt import FINAL_STATUSES
from .api import ApiCall, verified
from .outcome import Outcome


def message(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, look up the message that has this ``id``, answer it."""
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    found = _Archive.of(call).by_id(call.given.get("id", ""))
    return call.answered(render.one(found.members if found else None))


def messages(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, look up by ``ids``, at most 10, or else by ``date`` and ``to``, answer; nothing for any other call."""
    call = verified(wire, ports, policy)
    if isinstance(call, Outcome):
        return call
    archive, ids = _Archive.of(call), call.every("ids")
    day, to = parse.day(call.given), call.given.get("to")
    if ids:
        found = archive.by_ids(ids) if len(ids) <= parse.MAX_IDS else []
    else:
        found = archive.to(to, day) if day and to else []
    return call.answered(render.several([one.members for one in found]))


def rejections(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, look up by ``date``, and by ``to`` where it is given, what was refused, answer.

    The documentation asks for both; clients sent the date alone.
    """
    call = verified(wire, ports, policy)
    if isinstance(call, Outcome):
        return call
    day = parse.day(call.given)
    found = _Archive.of(call).refused(day, call.given.get("to") or None) if day else []
    return call.answered(render.rejections(found))


@dataclass(frozen=True, slots=True)
class _Found:
    """One part that was found, and when it was received."""

    received_at: float
    members: Members


@dataclass(frozen=True, slots=True)
class _Archive:
    """The messages of one account, as its owner may see them now."""

    email: str
    api_key: str
    client_key: str | None  # whose clock the account's owner looks at
    ports: Ports

    @classmethod
    def of(cls, call: ApiCall) -> _Archive:
        account = call.caller.account
        return cls(account.email, account.api_key, call.caller.client_key, call.ports)

    def by_id(self, message_id: str) -> _Found | None:
        sent = self.ports.store.message(message_id)
        if sent is not None and sent.account == self.email:
            return next(self._sent(sent, part) for part in sent.parts if part.message_id == message_id)
        return next((self._came(one) for one in self._inbound() if one.message_id == message_id), None)

    def by_ids(self, ids: Sequence[str]) -> list[_Found]:
        return [found for one in dict.fromkeys(ids) if (found := self.by_id(one))]

    def to(self, to: str, day: Day) -> list[_Found]:
        sent = [self._sent(one, part) for one in self._messages(day, to) for part in one.accepted_parts]
        came = [self._came(one) for one in self._inbound() if one.to == to and _is_in(day, one.received_at)]
        return sorted((*sent, *came), key=lambda found: found.received_at)

    def refused(self, day: Day, to: str | None) -> list[Members]:
        return [
            render.rejection(one, status=status, text=text or "")
            for one in self._messages(day, to)
            for status, text in _refusals(one)
        ]

    def _messages(self, day: Day, to: str | None) -> Sequence[Message]:
        query = MessageQuery(api_key=self.api_key, to=to, since=day.start)
        return [
            one
            for one in self.ports.store.messages(query)
            # A call that was not let in may name this account's key, and belongs to nobody.
            if one.account == self.email and _is_in(day, one.received_at)
        ]

    def _inbound(self) -> Sequence[Inbound]:
        """Return what has come in by now: one that is announced may still be on its way."""
        now = self.ports.clock.now(self.client_key)
        return [one for one in self.ports.store.inbound(self.email) if one.received_at <= now]

    def _sent(self, sent: Message, part: Part) -> _Found:
        now = self.ports.clock.now(sent.client_key)
        return _Found(sent.received_at, render.outbound(sent, part, closed=_end(sent, part, now)))

    def _came(self, inbound: Inbound) -> _Found:
        where = route(inbound.msisdn)
        return _Found(inbound.received_at, render.inbound(inbound, network=where.network if where else ""))


def _is_in(day: Day, moment: float) -> bool:
    return day.start <= moment < day.end


def _end(sent: Message, part: Part, now: float) -> Closed | None:
    """Return what the carrier has said last about a part, if after that nothing else comes."""
    final = [
        Closed(FINAL_STATUSES[receipt.status], receipt.at)
        for receipt in sent.receipts(now)
        if receipt.message_id == part.message_id and receipt.status in FINAL_STATUSES
    ]
    return final[-1] if final else None


def _refusals(message: Message) -> Sequence[tuple[int, str | None]]:
    """Return status and text of what was refused: the message as a whole, or some of its parts."""
    if not message.accepted:
        return [(message.status, message.error_text)]
    return [(part.status, part.error_text) for part in message.parts if part.status]
