"""What stands where a fake would, behind an interception, and is no fake: what all of its kind have in common."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from mmap import mmap

from ..domain.wire import WireRequest, WireResponse
from ..web.app import Reply
from .words import forked, within


class StandIn(ABC):
    """Answers calls in the process that made it. In one that was forked off it refuses all, and hears of that in the first."""

    may_wait = True  # it asks over a network

    def __init__(self) -> None:
        self._process = os.getpid()
        self._asked_by_a_fork = mmap(-1, 1)  # shared with every process that is forked off

    @abstractmethod
    def answered(self, wire: WireRequest) -> Reply:
        """Answer one request of this process."""

    @abstractmethod
    def refuse(self, reason: str) -> None:
        """Fail for *reason* whatever runs."""

    @property
    def is_at_home(self) -> bool:
        """Whether this is the process that made it."""
        return os.getpid() == self._process

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:  # noqa: ARG002
        """Answer one request."""
        if self.is_at_home:
            return self.answered(wire)
        # Without a lock: somebody may have held it when the process was forked, and nobody gives it back here.
        self.hear_of_a_fork()
        return refused(forked(wire.host))

    def hear_of_a_fork(self) -> None:
        """Tell the first process."""
        self._asked_by_a_fork[0] = 1

    def look_after_forks(self) -> None:
        """Fail where a process that was forked off has asked since this was looked at last."""
        if self._asked_by_a_fork[0]:
            self._asked_by_a_fork[0] = 0
            self.refuse(forked("Nexmo"))

    @property
    def meanwhile(self) -> StandIn:
        """What stands in its place while this thread sends a request past it: who is called on the way may send nothing."""
        return _Meanwhile(self)

    # What an application of a fake does besides

    def refuse_unreadable(self, wire: WireRequest, response: WireResponse) -> WireResponse:  # noqa: ARG002
        """Let it be: nothing is passed on that is no request."""
        return response

    def is_quick(self, wire: WireRequest) -> bool:  # noqa: ARG002
        """Return False: it asks over a network."""
        return False

    def waits(self, wire: WireRequest) -> bool:  # noqa: ARG002
        """Return False: it waits for nothing but the answer."""
        return False

    def client_of(self, wire: WireRequest, peer: str) -> str:  # noqa: ARG002
        """Return *peer*."""
        return peer

    def path_for_a_log(self, wire: WireRequest) -> str:
        """Return the path."""
        return wire.path

    def webhooks_go_out(self) -> None:  # noqa: B027
        """Let it be: they are not ours to send."""


class _Meanwhile(StandIn):
    """Refuses all, at once: it waits for nobody."""

    def __init__(self, busy: StandIn) -> None:
        super().__init__()
        self._busy = busy

    def answered(self, wire: WireRequest) -> Reply:
        """Refuse it."""
        reason = within(wire.host)
        self.refuse(reason)
        return refused(reason)

    def refuse(self, reason: str) -> None:
        """Let the other fail."""
        self._busy.refuse(reason)


def refused(reason: str) -> Reply:
    """Return the answer to what is not sent."""
    response = WireResponse(
        status=403,
        headers=(("Content-Type", "text/plain; charset=utf-8"),),
        body=f"not sent by fake-nexmo: {reason}\n".encode(),
    )
    return Reply(response=response)
