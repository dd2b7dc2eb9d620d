"""The receivers of a recorded test, which listen again and answer as they did; what comes now is compared.

A receiver is a web server on this machine. What it answered is in the recording, webhook by webhook; whatever comes
beyond that is accepted, and is a difference.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..contract import pushes
from ..contract.exchange import CLOSES, OPENS, WHOLE, Answer, Receiving, Request, Step, Webhook
from ..contract.listener import PATIENCE_SECONDS, Arrival, Listener, Reply, Silence, answer_of
from ..contract.masking import Masker
from ..contract.references import References
from ..contract.signatures import FORM
from .comparing import Aspect, Difference, differences
from .fake import NoAnswer

_SILENT_SECONDS = 5.0
"""Within the time-out of a push: a provider that waits for its receiver must not be let off by it."""
_MOST, _MOST_OPENED, _MOST_SILENT = 20, 100, 3
"""More receivers no test has at once, or opens in all, nor does any keep more providers waiting."""
_TOLD_BY_HEADERS = frozenset({"header User-Agent", "header Accept"})
"""Those of a webhook of which there are clauses."""
_OF_ANY_CASE = frozenset({"status", "sig"})
"""Parameters of which no clause says how they are to be written."""
_OWN = re.compile(r"http://127\.0\.0\.1:([0-9]{1,5})")


@dataclass(slots=True)
class Patience:
    """For how many seconds webhooks are waited for: where the last one did not come, the next ones will hardly do.

    Attributes:
        most, least: for those that come together, where the last ones came, and where they did not.
        of_a_test, in_vain: for all of one test, and of all tests for those that did not come; then it is the least.
        monotonic: seconds since whenever.
    """

    most: float = PATIENCE_SECONDS
    least: float = 0.5
    of_a_test: float = 20.0
    in_vain: float = 60.0
    monotonic: Callable[[], float] = time.monotonic
    _is_lost: bool = False
    _left: float = 0.0

    def begin(self) -> None:
        """Begin with another test."""
        self._left = self.of_a_test

    def waited(self, ear: _Ear, count: int) -> Sequence[Arrival]:
        """Return what came at *ear*, as soon as there are *count*; fewer where patience has come to its end."""
        since = self.monotonic()
        came = ear.next(count, self._seconds())
        took = self.monotonic() - since
        self._left -= took
        self._is_lost = len(came) < count
        if self._is_lost:
            self.in_vain -= took
        return came

    def _seconds(self) -> float:
        wanted = self.least if self._is_lost or self.in_vain <= 0 else self.most
        return max(0.0, min(wanted, self._left))


@dataclass(slots=True)
class _Ear:
    """One receiver, from when it opens."""

    listener: Listener
    told: threading.Event
    taken: int = 0

    def close(self) -> None:
        """Listen no more, and let nobody wait."""
        self.told.set()
        self.listener.close()

    def next(self, count: int, seconds: float) -> Sequence[Arrival]:
        """Return the next arrivals, as soon as there are *count*; fewer where they do not come in time."""
        came = self.listener.arrivals(self.taken + count, seconds)[self.taken :][:count]
        self.taken += len(came)
        return came

    def rest(self) -> int:
        """Return how many more have come by now."""
        more = len(self.listener.arrivals()) - self.taken
        self.taken += more
        return more


@dataclass(slots=True, kw_only=True)
class Receivers:
    """Those of one test that is played."""

    steps: Sequence[Step]
    masker: Masker
    patience: Patience
    _ears: dict[str, _Ear] = field(default_factory=dict)
    _opened: int = 0  # in all
    _done: int = 0  # steps up to here have been compared together with an earlier one

    def close(self) -> None:
        """Let none listen any more."""
        for ear in self._ears.values():
            ear.close()

    def happened(self, number: int, step: Receiving) -> Iterator[Difference]:
        """Do what a receiver did; yield what came that did not come then."""
        if step.event == OPENS:
            self._open(number, step.receiver)
            return
        ear = self._ears.get(step.receiver)
        if ear is None:
            return
        if step.event == CLOSES:
            ear.close()
        if more := ear.rest():
            yield _count("no more", f"{more} more")

    def came(self, number: int) -> Iterator[Difference]:
        """Wait for the webhooks that came together with this one, and yield how those of now differ."""
        if number < self._done:
            return
        together = list(_together(self.steps[number:]))
        self._done = number + len(together)
        ear = self._ears.get(together[0].receiver)
        if ear is None:
            return
        if any(one.silent and one.silent != WHOLE for one in together):
            ear.told.set()
        came = self.patience.waited(ear, len(together))
        if len(came) < len(together):
            yield _count(str(len(together)), str(len(came)))
        references = self.masker.references
        in_turn = sorted(came, key=lambda one: pushes.turn(references, one.request))
        for recorded, arrival in zip(together, in_turn, strict=False):
            yield from differing(recorded, self._webhook(arrival))

    def _webhook(self, arrival: Arrival) -> Webhook:
        request = pushes.masked(self.masker, arrival.request)
        return Webhook(request=request, answer=arrival.reply.answer, silent=arrival.silent)

    def _open(self, number: int, receiver: str) -> None:
        """Listen where this receiver is, or was before; NoAnswer where that cannot be."""
        references, told, name = self.masker.references, threading.Event(), receiver.strip("<>")
        if (earlier := self._ears.pop(receiver, None)) is not None:
            earlier.close()
        self._opened += 1
        if len(self._ears) >= _MOST or self._opened > _MOST_OPENED:
            raise NoAnswer(f"{receiver} would be one receiver too many: no test has so many")
        replies: deque[Reply] = deque()
        was = _OWN.fullmatch(references.value(name)) if references.has(name) else None
        try:
            listener = Listener(
                lambda: replies.popleft() if replies else Reply(answer_of(200)), int(was[1] if was else 0)
            )
        except OSError as error:
            raise NoAnswer(f"{receiver} cannot listen: {error.strerror}") from None
        self._ears[receiver] = _Ear(listener, told)
        references.bind(name, listener.origin)
        # Nobody knows where it is as yet.
        replies.extend(recorded_replies(self.steps[number + 1 :], receiver, references, told))


def _together(steps: Sequence[Step]) -> Iterator[Webhook]:
    """Yield the webhooks to one receiver with which *steps* begin."""
    first = steps[0]
    for step in steps:
        if not isinstance(step, Webhook) or not isinstance(first, Webhook) or step.receiver != first.receiver:
            return
        yield step


def recorded_replies(
    steps: Iterable[Step], receiver: str, references: References, told: threading.Event
) -> Iterator[Reply]:
    """Yield the recorded answers of a receiver, until it closes."""
    silent = 0
    for step in steps:
        if step == Receiving(receiver=receiver, event=CLOSES):
            return
        if isinstance(step, Webhook) and step.receiver == receiver:
            headers = tuple((name, references.rendered(value)) for name, value in step.answer.headers)
            silent += bool(step.silent)
            is_silent = step.silent and silent <= _MOST_SILENT
            silence = Silence(told, _SILENT_SECONDS) if is_silent else None
            yield Reply(replace(step.answer, headers=headers), silence)


def _count(recorded: str, now: str) -> Difference:
    return Difference(aspect=Aspect.COUNT, where="webhooks", recorded=recorded, now=now)


def differing(recorded: Webhook, now: Webhook) -> Iterator[Difference]:
    """Yield how two masked webhooks differ."""
    old, new = recorded.request, now.request
    if old.method != new.method:
        yield Difference(aspect=Aspect.METHOD, where="method", recorded=old.method, now=new.method)
    if old.path != new.path:
        yield Difference(aspect=Aspect.LOCATION, where="path", recorded=old.path, now=new.path)
    yield from _media_types(old.header("Content-Type"), new.header("Content-Type"))
    if (queries := (_query_beside_a_body(old), _query_beside_a_body(new)))[0] != queries[1]:
        yield Difference(
            aspect=Aspect.VALUE, where="query", recorded=queries[0] or "none", now=queries[1] or "none"
        )
    if recorded.silent != now.silent:
        where = "how long the receiver could be silent"
        yield Difference(aspect=Aspect.VALUE, where=where, recorded=recorded.silent, now=now.silent)
    for one in differences(_parameters(old), _parameters(new)):
        if one.where == "header Content-Type":  # of the parameters' stand-in
            continue
        if one.aspect is Aspect.HEADER and one.where in _TOLD_BY_HEADERS:
            yield replace(one, aspect=Aspect.VALUE)
        elif one.where in _OF_ANY_CASE and _small(one.recorded) == _small(one.now):
            yield replace(one, aspect=Aspect.WORDS)
        else:
            yield replace(one, where="parameters") if one.where == "body" else one


def _media_types(old: str, new: str) -> Iterator[Difference]:
    if old == new:
        return
    is_same = old.partition(";")[0].strip().lower() == new.partition(";")[0].strip().lower()
    aspect = Aspect.VALUE if is_same else Aspect.MEDIA_TYPE
    yield Difference(
        aspect=aspect, where="header Content-Type", recorded=old or "nothing", now=new or "nothing"
    )


def _query_beside_a_body(request: Request) -> str:
    return request.url.partition("?")[2] if request.body else ""


def _small(text: str) -> str:
    return text.lower().replace(":upper", "")


def _parameters(request: Request) -> Answer:
    """Return the parameters of a webhook, wherever they stand, in the form of an answer, which can be compared."""
    query = request.url.partition("?")[2]
    if request.body or not query:
        return Answer(status=0, headers=request.headers, body=request.body)
    headers = tuple(pair for pair in request.headers if pair[0].lower() != "content-type")
    return Answer(status=0, headers=(*headers, ("Content-Type", FORM)), body=query)
