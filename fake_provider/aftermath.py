"""What a failed test tells of its fake: what was asked, what was pushed, and which receipts were not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import TypeVar

from .domain.account import Account
from .domain.message import Message
from .domain.webhook import Attempt, Webhook
from .operations import delivery
from .ports import AttemptQuery, MessageQuery
from .provider import Provider
from .sms import magic, parse
from .trace import Exchange

_MAX_EXCHANGES = 20
_MAX_PUSHES = 10  # and so many receipts that were not pushed
_MAX_TURNS = 3  # of one webhook: so often its attempts may have come out otherwise than those before

Section = tuple[str, Sequence[str]]
_One = TypeVar("_One")


def told(provider: Provider) -> Iterator[Section]:
    """Yield titles, each with the lines under it, without secrets; nothing of what did not happen."""
    if exchanges := provider.trace.exchanges()[::-1]:
        yield "what was asked of it", [*_last(exchanges, _MAX_EXCHANGES, _asked)]
    attempts = provider.ports.store.attempts(AttemptQuery())
    pushed = _last(_pushes(attempts), _MAX_PUSHES, partial(_pushed, provider=provider))
    not_pushed = _last([*_not_pushed(attempts, provider)], _MAX_PUSHES, str)
    if lines := [*pushed, *not_pushed]:
        yield "what it pushed", lines


def _last(ones: Sequence[_One], at_most: int, in_words: Callable[[_One], str]) -> Iterator[str]:
    if (left_out := len(ones) - at_most) > 0:
        yield f"… {left_out} before these"
    yield from map(in_words, ones[-at_most:])


# What was asked


def _asked(exchange: Exchange) -> str:
    """Tell of one exchange: in one line what it was, in the next why it was refused, or what leniency hides."""
    request, response = exchange.request, exchange.response
    lines = [f"{request.method} {request.url} -> {response.status}, {_own_words(exchange)}"]
    if diagnosis := exchange.diagnosis:
        lines.append(f"    {diagnosis.code}: {diagnosis.message} {diagnosis.advice}")
        if difference := diagnosis.difference:
            lines.append(f"    expected {difference.expected!r}, signed {difference.client!r}")
    elif exchange.reason:
        lines.append(f"    {exchange.reason}")
    lines += [f"    finding {finding.code}: {finding.message}" for finding in exchange.findings]
    return "\n".join(lines)


def _own_words(exchange: Exchange) -> str:
    """Return what came of it; of a call of no endpoint its answer says that better."""
    if exchange.outcome == "other" and exchange.response.status >= 400:
        said = exchange.response.body.decode("utf-8", "replace").strip()
        status, _, words = said.partition(" ")
        if status == str(exchange.response.status) and said.isprintable():
            return words
    return exchange.outcome


# What was pushed


@dataclass(slots=True)
class _Push:
    """One webhook and the attempts at it, the oldest first."""

    attempts: list[Attempt] = field(default_factory=list)

    def goes_on_with(self, attempt: Attempt) -> bool:
        """Whether *attempt* is the next at the same webhook; a receipt may be sent twice."""
        last = self.attempts[-1].webhook
        return _identity(last) == _identity(attempt.webhook) and attempt.webhook.attempt == last.attempt + 1


def _identity(webhook: Webhook) -> object:
    return webhook.kind, webhook.message_id, webhook.url, webhook.first_due, webhook.parameters


def _pushes(attempts: Sequence[Attempt]) -> Sequence[_Push]:
    pushes: list[_Push] = []
    going_on: dict[object, list[_Push]] = {}
    for attempt in attempts:
        alike = going_on.setdefault(_identity(attempt.webhook), [])
        push = next((one for one in alike if one.goes_on_with(attempt)), None)
        if push is None:
            push = _Push()
            alike.append(push)
            pushes.append(push)
        push.attempts.append(attempt)
    return pushes


def _pushed(push: _Push, provider: Provider) -> str:
    webhook = push.attempts[-1].webhook
    what = f"receipt {dict(webhook.parameters)['status']}" if webhook.kind == "receipt" else webhook.kind
    url = provider.trace.redacted_url(webhook.url.partition("?")[0].partition("#")[0])
    return f"{webhook.method} {url}, {what} -> {_went(push.attempts)}{_next(push.attempts[-1], provider)}"


def _went(attempts: Sequence[Attempt]) -> str:
    turns = [
        (f"{outcome} ({detail})", len([*alike]))
        for (outcome, detail), alike in groupby(attempts, lambda one: (one.outcome, one.detail))
    ]
    words = [f"{number} times {what}" if number > 1 else what for what, number in turns[-_MAX_TURNS:]]
    left_out = sum(number for _, number in turns[:-_MAX_TURNS])
    return ", then ".join([f"{left_out} attempts", *words] if left_out else words)


def _next(last: Attempt, provider: Provider) -> str:
    if last.outcome == "delivered":
        return ""
    if last.next_attempt_at is None:
        return "; it was given up"
    return f"; the next attempt is {_due(last.next_attempt_at, last.webhook.client_key, provider)}"


def _due(moment: float, client_key: str | None, provider: Provider) -> str:
    clock = provider.ports.clock
    seconds = _seconds(moment - clock.now(client_key))
    stands_still = clock.is_frozen(clock.lane(client_key))
    return f"due in {seconds} s{', and the clock stands still' if stands_still else ''}" if seconds else "due"


def _seconds(left: float) -> int:
    """Return whole seconds, after which it will have come."""
    return max(0, -int(-left // 1))


# What was not pushed


def _not_pushed(attempts: Sequence[Attempt], provider: Provider) -> Iterator[str]:
    tried = {attempt.webhook.message_id for attempt in attempts if attempt.webhook.kind == "receipt"}
    for message in provider.ports.store.messages(MessageQuery()):
        if not message.accepted or not tried.isdisjoint(message.message_ids):
            continue
        account = provider.ports.store.account(message.account or "")
        if account is not None and _is_expected(message, account):
            sms = f"the SMS to {message.to} ({', '.join(message.message_ids[:1])})"
            yield f"no receipt was pushed for {sms}{_why(message, account, provider)}"


def _is_expected(message: Message, account: Account) -> bool:
    return delivery.receipt_url(message, account) is not None or parse.wants_receipt(
        message.details, on_request=True
    )


def _why(message: Message, account: Account, provider: Provider) -> str:
    on_request = provider.policy.receipts_on_request
    if delivery.receipt_url(message, account) is None:
        return ": neither its callback nor the account's dr_callback_url says where to"
    if not parse.wants_receipt(message.details, on_request=on_request):
        asked = message.details.get("status-report-req")
        return (
            f": its status-report-req is {asked}"
            if asked
            else ": receipts_on_request wants status-report-req=1"
        )
    is_magic = magic.fate(message.to) != magic.Fate()
    if not message.plan:
        return ": that is a magic number, of which no receipt comes" if is_magic else ": none is planned"
    first = min(receipt.at for receipt in message.planned_receipts())
    due = _due(first, message.client_key, provider)
    if due == "due":
        return " yet: it is due, and goes out in the background: clock.advance(0) waits for it"
    seconds = _seconds(first - provider.ports.clock.now(message.client_key))
    return f" yet: it is {due}: clock.advance({seconds}) brings it{' (a magic number)' if is_magic else ''}"
