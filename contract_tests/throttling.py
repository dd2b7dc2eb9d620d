"""When the provider asks to wait: how that is read, and how a request is signed anew to be repeated.

A request is repeated only where it is certain that the first had no effect, or where it does no harm to have it twice. A
message is never sent twice on suspicion.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime

import requests

from fake_provider.contract import odd_json

from .answers import messages_in
from .signing import Call, SignedRequest
from .spending import messages_spent

MAX_REPETITIONS = 3
MAX_WAIT_SECONDS = 60.0
"""Who asks for more is not waited for: the answer is taken as it is."""

_TOO_MANY = 429
_ENHANCE_YOUR_CALM = 420  # of Nexmo's account API: mostly for other refusals, and told apart by its label
_AWAY = frozenset({502, 503, 504})  # of what stands in front; a 500 is an answer, and the test's to judge
_THROTTLED = "1"  # the status of an SMS

_LABEL = re.compile(r"throttl|rate limit|rate exceeded|too many|per second", re.IGNORECASE)
_MILLISECONDS = re.compile(r"please wait \[ *([0-9]{1,9}) *\]")  # seen on the wire: 2, 250 and 702
_OF_A_MESSAGE = re.compile(rb'message-?id|"messages"|<messages?[\s>]', re.IGNORECASE)
_MADE_HERE = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What an answer asks for."""

    seconds: float | None  # None where it does not say
    why: str
    had_no_effect: bool  # the request was certainly refused


def asked_to_wait(answer: requests.Response, *, now: Callable[[], float] = time.time) -> Wait | None:
    """Return what *answer* asks for; None where it is an answer like any other."""
    status = answer.status_code
    if status == _TOO_MANY or (status == _ENHANCE_YOUR_CALM and _LABEL.search(_label(answer))):
        refused = _was_refused(answer)
        return Wait(seconds=_retry_after(answer, now), why=f"HTTP {status}", had_no_effect=refused)
    if status in _AWAY:
        return Wait(seconds=_retry_after(answer, now), why=f"HTTP {status}", had_no_effect=False)
    parts = messages_in(answer)
    if parts and all(part.get("status") == _THROTTLED for part in parts):
        found = _MILLISECONDS.search(" ".join(parts[0].values()))
        seconds = int(found[1]) / 1000 if found else None
        return Wait(seconds=seconds, why="SMS status 1", had_no_effect=_was_refused(answer))
    return None


def _was_refused(answer: requests.Response) -> bool:
    """Whether nothing has gone out for sure: the body may tell of a message, whatever the status says."""
    if messages_in(answer) is None:
        return _OF_A_MESSAGE.search(answer.content) is None
    return messages_spent(answer, 1) == 0


def _label(answer: requests.Response) -> str:
    try:
        return str(odd_json.loads(answer.content)["error-code-label"])
    except (ValueError, LookupError, TypeError):
        return ""


def _retry_after(answer: requests.Response, now: Callable[[], float]) -> float | None:
    """Return the seconds of ``Retry-After``: RFC 9110 section 10.2.3, a number or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, OverflowError):
        return None


@dataclass(slots=True)
class Repetitions:
    """The calls of one test that had to be repeated: each is signed anew, and is another from then on.

    A test that sends the same call once more, as a replay, or makes another of it, means the one that was answered.
    Our own nonces are made anew; one that the test has chosen stays, with the timestamp of the repetition.
    """

    new_nonce: Callable[[], str]
    _moved: dict[str, tuple[str, int]] = field(
        default_factory=dict
    )  # by nonce: the new one, and seconds later

    def present(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return *request* as it stands now."""
        return self._of(request) if self._moved else request

    def repeated(self, request: requests.PreparedRequest, *, seconds: float) -> requests.PreparedRequest:
        """Return *request* for another try, so many seconds after the first."""
        if isinstance(request, SignedRequest):
            nonce = request.call.nonce
            _, before = self._moved.get(nonce, (nonce, 0))
            new = self.new_nonce() if _MADE_HERE.fullmatch(nonce) else nonce
            self._moved[nonce] = (new, max(before + 1, round(seconds)))
        return self._of(request)

    def _of(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not isinstance(request, SignedRequest):
            return request
        return self._call(request.call).prepared()

    def _call(self, call: Call) -> Call:
        signed_as = self._call(call.signed_as) if call.signed_as is not None else None
        nonce, later = self._moved.get(call.nonce, (call.nonce, 0))
        timestamp = str(int(call.timestamp) + later) if call.timestamp.isdecimal() else call.timestamp
        return replace(call, nonce=nonce, timestamp=timestamp, signed_as=signed_as)
