"""Who gets the webhooks of a provider: a web server on this machine, or in a replay nobody; tests see the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qsl, urlsplit

from fake_provider.contract import odd_json
from fake_provider.contract.counting import counted
from fake_provider.contract.exchange import RELEASED, Answer, Request
from fake_provider.contract.listener import Listener, Reply, Silence, answer_of

from .strict import Members


@dataclass(frozen=True)
class Received:
    """One request that came in."""

    method: str
    target: str
    headers: dict[str, str]  # by lower-case name
    body: bytes

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return *request* as tests look at it."""
        parts = urlsplit(request.url)
        return cls(
            method=request.method,
            target=f"{parts.path}?{parts.query}" if "?" in request.url else parts.path,
            headers=Members({name.lower(): value for name, value in request.headers}),
            body=request.body.encode("utf-8", "surrogateescape"),
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters in their order, wherever they stood."""
        if "json" in self.headers.get("content-type", ""):
            return list(_object_in(self.body).items())
        text = self.body.decode() if self.method == "POST" else urlsplit(self.target).query
        return parse_qsl(text, keep_blank_values=True)

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name."""
        return Members(self.pairs)


def _object_in(body: bytes) -> Members:
    """Return the one object that *body* has to be."""
    try:
        return Members(odd_json.loads(body))
    except (TypeError, ValueError):
        raise AssertionError(f"no JSON object was pushed: {body[:80]!r}") from None


@dataclass(frozen=True, slots=True)
class Push:
    """What came and what it was answered, and once it is over, how long it was kept waiting: see ``Webhook.silent``."""

    request: Request
    answer: Answer
    silent: Callable[[], str]


class Mailbox(Protocol):
    """Where the webhooks for one receiver come in."""

    @property
    def origin(self) -> str:
        """The URL to which they are pushed, without a path."""
        ...

    def wait_for(self, count: int) -> Sequence[Push]:
        """Return what came, once there are *count*; fewer where no more came in time."""
        ...

    def all(self) -> Sequence[Push]:
        """Return what has come by now."""
        ...

    def close(self) -> None:
        """Let nothing in from now on; as often as anybody likes."""
        ...


Listen = Callable[[Callable[[], Reply], int], Mailbox]
"""Opens a mailbox whose webhooks are answered by what is called, on a port; 0 is any."""


class OnThisMachine:
    """A mailbox with a web server in front."""

    def __init__(self, reply: Callable[[], Reply], port: int = 0) -> None:
        self.listener = Listener(reply, port)
        self.origin = self.listener.origin

    def wait_for(self, count: int) -> Sequence[Push]:
        return [
            Push(one.request, one.reply.answer, lambda one=one: one.silent)  # type: ignore[misc]
            for one in self.listener.arrivals(count)
        ]

    def all(self) -> Sequence[Push]:
        return self.wait_for(0)

    def close(self) -> None:
        self.listener.close()


class Watched:
    """A mailbox of which somebody is told what is new in it, whenever a test looks."""

    def __init__(self, mailbox: Mailbox, came: Callable[[Sequence[Push]], None]) -> None:
        self.origin = mailbox.origin
        self._mailbox = mailbox
        self._came = came
        self._told = 0
        self._is_open = True

    def wait_for(self, count: int) -> Sequence[Push]:
        return self._looked_at(self._mailbox.wait_for(count))

    def all(self) -> Sequence[Push]:
        return self._looked_at(self._mailbox.all()) if self._is_open else self._mailbox.all()[: self._told]

    def close(self) -> None:
        self._mailbox.close()
        if self._is_open:
            self._looked_at(self._mailbox.all())
            self._is_open = False

    def _looked_at(self, all_of_them: Sequence[Push]) -> Sequence[Push]:
        self._came(all_of_them[self._told :])
        self._told = len(all_of_them)
        return all_of_them


@dataclass
class Receiver:
    """Use it as a context manager; ``url`` is where it listens."""

    status: int = 200
    statuses: list[int] = field(default_factory=list)  # for the next requests, one each
    location: str | None = None
    silent: threading.Event | None = None  # set to answer: until then nothing is said
    silent_seconds: float = 30.0  # but for so long
    port: int = 0  # any that is free
    listen: Listen = field(default=OnThisMachine, repr=False)

    def __enter__(self) -> Self:
        self._mailbox = self.listen(self._reply, self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; what came stays."""
        if self.silent is not None:
            self.silent.set()
        self._mailbox.close()

    @property
    def url(self) -> str:
        """A URL of this server."""
        return f"{self._mailbox.origin}/hook"

    @property
    def received(self) -> list[Received]:
        """What has come by now."""
        return [Received.of(one.request) for one in self._mailbox.all()]

    @property
    def patience(self) -> list[bool]:
        """Of each request that was kept waiting, whether ``silent`` was set in time."""
        silences = [one.silent() for one in self._mailbox.all()]
        return [one == RELEASED for one in silences if one]

    def wait_for(self, count: int) -> list[Received]:
        """Return what came, once there are *count*; fails where they do not come in time."""
        came = [Received.of(one.request) for one in self._mailbox.wait_for(count)]
        assert len(came) >= count, f"{len(came)} of {counted(count, 'webhook')} came"
        return came

    def _reply(self) -> Reply:
        status = self.statuses.pop(0) if self.statuses else self.status
        silence = None if self.silent is None else Silence(self.silent, self.silent_seconds)
        return Reply(answer_of(status, self.location), silence)
