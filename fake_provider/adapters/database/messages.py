"""Messages, those that came in too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from ...domain.message import Inbound, Message, Receipt
from ...errors import Unknown
from ...ports import Charged, Declined, InboxQuery, Kept, MessageQuery, Tally
from . import tables
from .accounts import held_account, save_account
from .documents import INBOUND, MESSAGE
from .part import Part, number_of, put
from .waiting import Waiting

_TABLE = tables.messages
_ROWS = select(_TABLE.c.number, _TABLE.c.kind, _TABLE.c.document)
_NEWEST = select(func.max(_TABLE.c.number))
_SENT = _TABLE.c.kind != "inbound"
_BATCH = 200
_SEPARATOR = "\x1f"  # between the texts that are searched, so that none goes on in the next


class Messages(Part):
    """See MessageStore."""

    _waiting: Waiting
    _counted: Callable[[str], None]  # says that one more was kept

    def accept(self, message: Message) -> Charged | Declined:
        """See MessageStore."""

        def accept(connection: Connection) -> Charged | Declined:
            try:
                account = held_account(connection, message.account or "")
            except Unknown:
                return Declined(balance=Decimal(0))
            if account.balance < message.total_price:
                return Declined(balance=account.balance)
            save_account(connection, replace(account, balance=account.balance - message.total_price))
            return Charged(balance_before=account.balance, number=self._keep(connection, message))

        charged = self._db.write(accept)
        if isinstance(charged, Charged):
            self._arrived("messages")
        return charged

    def keep_refused(self, message: Message) -> int:
        """See MessageStore."""
        number = self._db.write(lambda c: self._keep(c, message), hurries=True)
        self._arrived("messages")
        return number

    def _keep(self, connection: Connection, message: Message | Inbound) -> int:
        values = _columns(message) | {"kept_at": self._real()}
        number = number_of(connection, _TABLE, values)
        for message_id in message.message_ids:
            put(
                connection,
                tables.message_ids,
                "message_id",
                {"message_id": message_id, "number": number},
            )
        return number

    def _arrived(self, what: str) -> None:
        self._waiting.news()
        self._counted(what)

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """See MessageStore."""
        which = [_SENT, *_narrowed(query)]

        def any_matches() -> bool:
            newest = _ROWS.where(*which).order_by(_TABLE.c.number.desc()).limit(_BATCH)
            rows = self._db.read(lambda c: c.execute(newest).all())
            return any(query.matches(MESSAGE.read(row.document)) for row in rows)

        self._waiting.wait_for(any_matches, wait_seconds, mark=self._mark)
        every = _ROWS.where(*which).order_by(_TABLE.c.number)
        held = (MESSAGE.read(row.document) for row in self._db.read(lambda c: c.execute(every).all()))
        return tuple(message for message in held if query.matches(message))

    def _mark(self) -> object:
        return self._db.read(lambda c: c.execute(_NEWEST).scalar())

    def inbox(self, query: InboxQuery, *, limit: int) -> Sequence[Kept]:
        """See MessageStore."""
        which = list(self._narrowed_inbox(query))
        held = (Kept(number=row.number, message=_of(row)) for row in self._newest(which, query.before))
        return tuple(islice((kept for kept in held if query.matches(kept.message)), limit))

    def _newest(
        self, which: Sequence[ColumnElement[bool]], before: int | None
    ) -> Iterator[Row[*tuple[Any, ...]]]:
        """Yield rows, the newest first, a batch at a time: of a million the first fifty are wanted, mostly."""
        while True:
            numbered = [] if before is None else [_TABLE.c.number < before]
            batch = _ROWS.where(*which, *numbered).order_by(_TABLE.c.number.desc()).limit(_BATCH)
            rows = self._db.read(lambda c, batch=batch: c.execute(batch).all())  # type: ignore[misc]
            yield from rows
            if len(rows) < _BATCH:
                return
            before = rows[-1].number

    def _narrowed_inbox(self, query: InboxQuery) -> Iterable[ColumnElement[bool]]:
        columns = _TABLE.c
        if query.kind is not None:
            yield columns.kind == query.kind
        if query.handset is not None:
            yield columns.handset == query.handset
        if query.account is not None:
            yield columns.account == query.account
        if query.client_key is not None:
            yield columns.client_key == query.client_key
        if query.search is not None:
            place = func.instr if self._db.is_sqlite else func.strpos
            yield place(columns.folded, _storable(query.search.casefold())) > 0

    def tally(self) -> Tally:
        """See MessageStore."""
        of_kind = select(func.count()).select_from(_TABLE)

        def counted(connection: Connection) -> Tally:
            return Tally(
                messages=connection.execute(of_kind.where(_SENT)).scalar_one(),
                inbound=connection.execute(of_kind.where(_TABLE.c.kind == "inbound")).scalar_one(),
            )

        return self._db.read(counted)

    def kept(self, number: int) -> Message | Inbound | None:
        """See MessageStore."""
        if not 0 <= number < 2**63:
            return None
        row = self._db.read(lambda c: c.execute(_ROWS.where(_TABLE.c.number == number)).first())
        return None if row is None else _of(row)

    def stop_waiting(self) -> None:
        """See MessageStore."""
        self._waiting.stop()

    def message(self, message_id: str) -> Message | None:
        """See MessageStore."""
        found = self._db.read(lambda c: _with_part(c, message_id))
        return found[1] if found else None

    def report(self, receipt: Receipt) -> Message:
        """See MessageStore."""

        def report(connection: Connection) -> Message:
            found = _with_part(connection, receipt.message_id, is_to_change=True)
            if found is None:
                raise Unknown("message", receipt.message_id, "GET /_fake/messages lists their message_ids")
            number, held = found
            changed = replace(held, reported=(*held.reported, receipt))
            connection.execute(
                update(_TABLE).where(_TABLE.c.number == number).values(document=MESSAGE.written(changed))
            )
            return changed

        return self._db.write(report)

    def keep_inbound(self, inbound: Inbound) -> None:
        """See MessageStore."""
        self._db.write(lambda c: self._keep(c, inbound))
        self._counted("inbound")

    def inbound(self, account: str) -> Sequence[Inbound]:
        """See MessageStore."""
        of_account = _ROWS.where(_TABLE.c.kind == "inbound", _TABLE.c.account == account).order_by(
            _TABLE.c.number
        )
        held = (INBOUND.read(row.document) for row in self._db.read(lambda c: c.execute(of_account).all()))
        return tuple(inbound for inbound in held if inbound.account == account)

    def clear_messages(self) -> None:
        """See MessageStore."""

        def clear(connection: Connection) -> None:
            connection.execute(delete(tables.message_ids))
            connection.execute(delete(_TABLE))

        self._db.write(clear)


def _with_part(
    connection: Connection, message_id: str, *, is_to_change: bool = False
) -> tuple[int, Message] | None:
    """Return the message that has a part of this id, and its number; one that came in is none of them."""
    one = _ROWS.join(tables.message_ids, tables.message_ids.c.number == _TABLE.c.number).where(
        tables.message_ids.c.message_id == message_id, _SENT
    )
    row = connection.execute(one.with_for_update(of=_TABLE) if is_to_change else one).first()
    if row is None:
        return None
    message = MESSAGE.read(row.document)
    return (row.number, message) if message_id in message.message_ids else None


def _of(row: Row[*tuple[Any, ...]]) -> Message | Inbound:
    return INBOUND.read(row.document) if row.kind == "inbound" else MESSAGE.read(row.document)


def _narrowed(query: MessageQuery) -> Iterable[ColumnElement[bool]]:
    columns = _TABLE.c
    asked = {
        columns.handset: query.to,
        columns.sender: query.sender,
        columns.client_key: query.client_key,
        columns.api_key: query.api_key,
    }
    yield from (column == value for column, value in asked.items() if value is not None)
    if query.since is not None:
        yield columns.received_at >= query.since


def _columns(message: Message | Inbound) -> dict[str, Any]:
    texts = (message.text, message.to, message.sender, *message.message_ids)
    shared = {
        "account": message.account,
        "api_key": message.api_key,
        "client_key": message.client_key,
        "sender": message.sender,
        "handset": message.handset,
        "received_at": message.received_at,
        "folded": _storable(_SEPARATOR.join(text.casefold() for text in texts)),
    }
    if isinstance(message, Inbound):
        return {"kind": "inbound", "document": INBOUND.written(message), **shared}
    kind = "accepted" if message.accepted else "refused"
    return {"kind": kind, "document": MESSAGE.written(message), **shared}


def _storable(text: str) -> str:
    """Return *text* without what PostgreSQL has no place for."""
    return text.replace("\0", "\ufffd")
