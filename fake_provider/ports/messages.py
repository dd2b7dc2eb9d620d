"""What was sent, and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.message import Inbound, Message, Receipt
from .queries import Charged, Declined, InboxQuery, Kept, MessageQuery, Tally


class MessageStore(Protocol):
    """Messages, those that came in too, numbered in the order in which they came."""

    def accept(self, message: Message) -> Charged | Declined:
        """Charge its account for all parts and keep *message*, or do neither."""
        ...

    def keep_refused(self, message: Message) -> int:
        """Keep a message that was refused, nothing is charged; returns the number under which it is kept."""
        ...

    def messages(self, query: MessageQuery, *, wait_seconds: float = 0.0) -> Sequence[Message]:
        """Return what matches, the oldest first; waits (in real time) for a first match if there is none."""
        ...

    def inbox(self, query: InboxQuery, *, limit: int) -> Sequence[Kept]:
        """Return what matches, the newest first, at most *limit*."""
        ...

    def tally(self) -> Tally:
        """Return how much is kept."""
        ...

    def kept(self, number: int) -> Message | Inbound | None:
        """Return what is kept under *number*."""
        ...

    def stop_waiting(self) -> None:
        """Let all who wait for a message go on now, with what there is."""
        ...

    def message(self, message_id: str) -> Message | None:
        """Return the message that has a part of this id."""
        ...

    def report(self, receipt: Receipt) -> Message:
        """Keep what is said about a part beside the plan; Unknown if no message has it. Returns the message."""
        ...

    def keep_inbound(self, inbound: Inbound) -> None:
        """Keep a message that came in."""
        ...

    def inbound(self, account: str) -> Sequence[Inbound]:
        """Return what came in for *account* (an e-mail), the oldest first."""
        ...

    def opt(self, account: str, msisdn: str, *, out: bool) -> None:
        """Remember that *msisdn* wants nothing more from *account*, or that it does again."""
        ...

    def opted_out(self, account: str, msisdn: str) -> bool:
        """Whether *msisdn* wants nothing from *account*."""
        ...

    def clear_messages(self) -> None:
        """Forget all messages, those that came in too."""
        ...
