"""Browsers, and attempts to sign in."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from ...domain.account import Session
from . import tables
from .documents import SESSION
from .part import Part, locked, put

_MAX_SESSIONS = 1_000
_TABLE, _FAILURES = tables.sessions, tables.failures


class Sessions(Part):
    """See SessionStore."""

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """See SessionStore."""

        def save(connection: Connection) -> None:
            ended = [one for one in (session.id, replaces) if one is not None]
            connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(ended)))
            _insert(connection, session)
            excess = connection.execute(select(func.count()).select_from(_TABLE)).scalar_one() - _MAX_SESSIONS
            if excess > 0:
                # Whoever only looks, without a cookie, has one too: those who have signed in stay longer.
                # The one that was just saved stays in any case: its form could not be sent else.
                others = (
                    select(_TABLE.c.number)
                    .where(_TABLE.c.id != session.id)
                    .order_by(_TABLE.c.account.is_not(None), _TABLE.c.number)
                    .limit(excess)
                )
                connection.execute(delete(_TABLE).where(_TABLE.c.number.in_(others.scalar_subquery())))

        self._db.write(save, hurries=True)

    def change_session(self, session_id: str, session: Session) -> bool:
        """See SessionStore."""

        def change(connection: Connection) -> bool:
            if not connection.execute(delete(_TABLE).where(_TABLE.c.id == session_id)).rowcount:
                return False
            _insert(connection, session)
            return True

        return self._db.write(change, hurries=True)

    def session(self, session_id: str) -> Session | None:
        """See SessionStore."""
        if not session_id:
            return None
        document = self._document(_SESSION, {"id": session_id})
        session = SESSION.read(document) if document else None
        return session if session and session.id == session_id else None

    def count_failure(self, who: str) -> int:
        """See SessionStore."""

        def counted(connection: Connection) -> int:
            count = int(locked(connection, _FAILURES, "who", {"who": who, "count": 0})["count"]) + 1
            put(connection, _FAILURES, "who", {"who": who, "count": count})
            newest = select(_FAILURES.c.number).order_by(_FAILURES.c.number.desc()).limit(_MAX_SESSIONS)
            oldest = connection.execute(select(func.min(newest.subquery().c.number))).scalar_one()
            connection.execute(delete(_FAILURES).where(_FAILURES.c.number < oldest))
            return count

        return self._db.write(counted, hurries=True)

    def forget_failures(self, who: str) -> None:
        """See SessionStore."""
        self._db.write(lambda c: c.execute(delete(_FAILURES).where(_FAILURES.c.who == who)), hurries=True)


_SESSION = select(_TABLE.c.document).where(_TABLE.c.id == bindparam("id"))


def _insert(connection: Connection, session: Session) -> None:
    values = {"id": session.id, "account": session.account and session.account.lower()}
    connection.execute(insert(_TABLE).values(document=SESSION.written(session), **values))
