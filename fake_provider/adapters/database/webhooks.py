"""What is to be pushed, who is at it, and what became of it.

Who holds or takes a webhook, or claims a lane, does so on a lease: should that process die, another goes on once it is
over. So a push that was cut off is made again, and what an answer promised is never lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, func, or_, select, update

from ...domain.webhook import Attempt, Webhook
from ...ports import AttemptQuery, Queued
from . import tables
from .documents import ATTEMPT, WEBHOOK
from .part import Part, insert_unless_there, number_of
from .waiting import Waiting

_TABLE, _CLAIMS, _ATTEMPTS = tables.webhooks, tables.claims, tables.attempts
_ONE_AT_A_TIME = 0x6E65786D6F  # a lock of PostgreSQL, by any number that nobody else uses
_BATCH = 200
_NEWEST = select(func.max(_ATTEMPTS.c.number))


class Webhooks(Part):
    """See WebhookStore."""

    _waiting: Waiting
    _counted: Callable[[str], None]  # says that one more was kept
    _lease_seconds: float  # longer than an answer takes to go out, or a push

    def add_webhooks(self, webhooks: Sequence[Webhook], *, held: bool = False) -> Sequence[int]:
        """See WebhookStore."""
        until = self._real() + self._lease_seconds if held else None
        return self._db.write(lambda c: [_add(c, webhook, held_until=until) for webhook in webhooks])

    def release_webhooks(self, numbers: Sequence[int]) -> None:
        """See WebhookStore."""
        if numbers:
            which = update(_TABLE).where(_TABLE.c.number.in_(numbers)).values(held_until=None)
            self._db.write(lambda c: c.execute(which))

    def next_webhooks(self) -> Sequence[Queued]:
        """See WebhookStore."""
        now = self._real()
        place = func.row_number().over(partition_by=_TABLE.c.queue, order_by=(_TABLE.c.due, _TABLE.c.number))
        waiting = select(
            _TABLE.c.number, _TABLE.c.queue, _TABLE.c.due, _TABLE.c.document, place.label("place")
        )
        placed = waiting.where(~self._runs(_TABLE.c.held_until, now)).subquery()
        busy = select(_TABLE.c.queue).where(self._runs(_TABLE.c.taken_until, now))
        heads = (
            select(placed.c.number, placed.c.document)
            .where(placed.c.place == 1, placed.c.queue.not_in(busy))
            .order_by(placed.c.due, placed.c.number)
        )
        rows = self._db.read(lambda c: c.execute(heads).all())
        return [Queued(number=row.number, webhook=WEBHOOK.read(row.document)) for row in rows]

    def take_webhook(self, number: int, *, lane: str | None, claim: int | None = None) -> bool:
        """See WebhookStore."""
        columns = _TABLE.c

        def take(connection: Connection) -> bool:
            self._one_at_a_time(connection)
            now = self._real()  # it may have taken a while to get here
            until = now + self._lease_seconds
            by_others = and_(
                _CLAIMS.c.lane == _lane(lane),
                self._runs(_CLAIMS.c.until, now),
                _CLAIMS.c.number != (claim or 0),
            )
            if connection.execute(select(_CLAIMS.c.number).where(by_others)).first():
                return False
            row = connection.execute(
                select(columns.queue, columns.due)
                .where(columns.number == number, ~self._runs(columns.held_until, now))
                .with_for_update()  # whoever has taken it may be about to finish it
            ).first()
            if row is None:
                return False
            before = or_(columns.due < row.due, and_(columns.due == row.due, columns.number < number))
            stands_in_the_way = or_(
                self._runs(columns.taken_until, now), and_(before, ~self._runs(columns.held_until, now))
            )
            others = select(columns.number).where(columns.queue == row.queue, stands_in_the_way).limit(1)
            if connection.execute(others).first():
                return False
            taken = update(_TABLE).where(columns.number == number).values(taken_until=until)
            if not connection.execute(taken).rowcount:
                return False
            if claim is not None:  # who moves a clock over days goes on as long as pushes do
                connection.execute(update(_CLAIMS).where(_CLAIMS.c.number == claim).values(until=until))
            return True

        return self._db.write(take)

    def finish_webhook(self, number: int, attempt: Attempt | None, again: Webhook | None) -> None:
        """See WebhookStore."""

        def finish(connection: Connection) -> bool:
            self._one_at_a_time(connection)
            if not connection.execute(delete(_TABLE).where(_TABLE.c.number == number)).rowcount:
                return False
            if attempt is not None:
                webhook = attempt.webhook
                values = {"kind": webhook.kind, "message_id": webhook.message_id}
                number_of(connection, _ATTEMPTS, {"document": ATTEMPT.written(attempt), **values})
            if again is not None:
                _add(connection, again)
            return True

        if self._db.write(finish):
            self._waiting.news()
            self._counted("attempts")

    def under_way(self) -> Collection[str | None]:
        """See WebhookStore."""
        now = self._real()
        leased = or_(self._runs(_TABLE.c.held_until, now), self._runs(_TABLE.c.taken_until, now))
        consumers = select(_TABLE.c.client_key).where(leased).distinct()
        return set(self._db.read(lambda c: c.execute(consumers).scalars().all()))

    def claim_lane(self, lane: str | None) -> int | None:
        """See WebhookStore."""

        def claim(connection: Connection) -> int | None:
            self._one_at_a_time(connection)
            now = self._real()
            connection.execute(delete(_CLAIMS).where(~self._runs(_CLAIMS.c.until, now)))
            if not insert_unless_there(
                connection, _CLAIMS, {"lane": _lane(lane), "until": now + self._lease_seconds}
            ):
                return None
            one = select(_CLAIMS.c.number).where(_CLAIMS.c.lane == _lane(lane))
            return int(connection.execute(one).scalar_one())

        return self._db.write(claim)

    def claimed_lanes(self) -> Collection[str | None]:
        """See WebhookStore."""
        lanes = select(_CLAIMS.c.lane).where(self._runs(_CLAIMS.c.until, self._real()))
        found = self._db.read(lambda c: c.execute(lanes).scalars().all())
        return {lane[1:] or None for lane in found}

    def leave_lane(self, claim: int) -> None:
        """See WebhookStore."""
        self._db.write(lambda c: c.execute(delete(_CLAIMS).where(_CLAIMS.c.number == claim)))

    def attempts(self, query: AttemptQuery, *, wait_seconds: float = 0.0) -> Sequence[Attempt]:
        """See WebhookStore."""
        which = list(_narrowed(query))
        rows = select(_ATTEMPTS.c.document).where(*which)

        def any_matches() -> bool:
            newest = self._documents(rows.order_by(_ATTEMPTS.c.number.desc()).limit(_BATCH))
            return any(query.matches(ATTEMPT.read(document)) for document in newest)

        self._waiting.wait_for(any_matches, wait_seconds, mark=self._mark_of_attempts)
        every = map(ATTEMPT.read, self._documents(rows.order_by(_ATTEMPTS.c.number)))
        return tuple(attempt for attempt in every if query.matches(attempt))

    def _runs(self, until: Column[Any], now: float) -> ColumnElement[bool]:
        """Whether a lease runs: not over, nor by far longer than a lease is; the machine's clock was set back then."""
        return func.coalesce(until, 0.0).between(now, now + 2 * self._lease_seconds)

    def _mark_of_attempts(self) -> object:
        return self._db.read(lambda c: c.execute(_NEWEST).scalar())

    def _one_at_a_time(self, connection: Connection) -> None:
        """Keep other takers and claimers out until this transaction ends: each must see what the one before it did."""
        if not self._db.is_sqlite:  # there, whoever writes writes alone
            connection.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))


def _lane(lane: str | None) -> str:
    return "=" if lane is None else f"={lane}"


def _add(connection: Connection, webhook: Webhook, *, held_until: float | None = None) -> int:
    values = {
        "queue": hashlib.sha256(repr(webhook.queue).encode()).digest(),
        "client_key": webhook.client_key,
        "due": webhook.due,
        "held_until": held_until,
        "document": WEBHOOK.written(webhook),
    }
    return number_of(connection, _TABLE, values)


def _narrowed(query: AttemptQuery) -> Iterable[ColumnElement[bool]]:
    if query.kind is not None:
        yield _ATTEMPTS.c.kind == query.kind
    if query.message_id is not None:
        yield _ATTEMPTS.c.message_id == query.message_id
    if query.message_ids is not None:
        yield _ATTEMPTS.c.message_id.in_(sorted(query.message_ids))
