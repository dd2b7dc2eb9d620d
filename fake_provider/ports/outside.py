"""What comes from outside a fake: time, chance, waiting, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.webhook import Outcome, Webhook


class Clock(Protocol):
    """The fake's time; nothing else is asked for it. A consumer may have a clock of its own."""

    def now(self, client_key: str | None = None) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z, on the clock that *client_key* lives by."""
        ...

    def lane(self, client_key: str | None) -> str | None:
        """Return whose clock *client_key* lives by: its own, or None for the common one."""
        ...

    def seconds_until(self, moment: float, client_key: str | None) -> float | None:
        """Return how long *moment* takes to come by itself, in real seconds; None where time stands still."""
        ...

    @property
    def resets(self) -> int:
        """How often all clocks were reset."""
        ...

    def set(self, moment: float, lane: str | None, *, resets: int) -> None:
        """Let the clock of *lane* show *moment*; it goes on running, or standing still.

        Nothing happens if all clocks were reset meanwhile: if there were not as many *resets* as that.
        """
        ...

    def freeze(self, lane: str | None) -> None:
        """Let the clock of *lane* stand still."""
        ...

    def run(self, lane: str | None) -> None:
        """Let the clock of *lane* run on from where it stands."""
        ...

    def is_frozen(self, lane: str | None) -> bool:
        """Whether the clock of *lane* stands still."""
        ...

    def join(self, lane: str | None) -> None:
        """Let *lane* live by the common clock again; the common clock itself shows real time."""
        ...

    def reset(self) -> None:
        """Show real time again, to everybody."""
        ...


class Entropy(Protocol):
    """Chance; a seed repeats it."""

    def token(self) -> str:
        """Return 32 lower-case hexadecimal digits: a key, a token, a secret or a trace id."""
        ...

    def verifier(self) -> str:
        """Return 8 letters and digits that nobody mistakes for one another."""
        ...

    def message_id(self) -> str:
        """Return 16 upper-case hexadecimal digits."""
        ...

    def octet(self) -> int:
        """Return a number from 0 to 255: the reference that the parts of a message share."""
        ...

    def reset(self) -> None:
        """Begin a seeded sequence anew."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of one push: ``detail`` says it in words."""

    outcome: Outcome
    detail: str
    http_status: int | None = None


class Outbox(Protocol):
    """The way out, to the servers of those who use the fake."""

    def push(self, webhook: Webhook, parameters: Sequence[tuple[str, str]]) -> Delivery:
        """Send *parameters* to the webhook's URL by its method, and wait for the answer."""
        ...

    def answers(self, url: str) -> bool:
        """Whether a GET of *url* is answered with 200."""
        ...

    def abort(self) -> None:
        """End what is under way."""
        ...


class Pause(Protocol):
    """Real waiting, which whoever stops the fake can cut short."""

    def wait(self, seconds: float) -> None:
        """Return after so long, or as soon as ``end`` is called."""
        ...

    def end(self) -> None:
        """Let all who wait go on now."""
        ...
