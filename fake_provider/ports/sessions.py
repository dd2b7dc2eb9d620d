"""Who looks at the pages."""

from __future__ import annotations

from typing import Protocol

from ..domain.account import Session


class SessionStore(Protocol):
    """Browsers, and attempts to sign in."""

    def save_session(self, session: Session, *, replaces: str | None = None) -> None:
        """Keep *session*; the one it *replaces* ends."""
        ...

    def change_session(self, session_id: str, session: Session) -> bool:
        """Put *session* in the place of an open one, in one step; False if that has ended."""
        ...

    def session(self, session_id: str) -> Session | None:
        """Return an open session."""
        ...

    def count_failure(self, who: str) -> int:
        """Count one more attempt to sign in as *who*; returns how many there were since the last that succeeded."""
        ...

    def forget_failures(self, who: str) -> None:
        """Begin to count anew: *who* has signed in."""
        ...
