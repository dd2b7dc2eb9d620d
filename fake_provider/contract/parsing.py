"""Reads one recorded test again, as ``testfile`` wrote it; what is damaged is told by its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from . import odd_json
from .exchange import (
    CLOSES,
    NO_MORE,
    OPENS,
    RELEASED,
    WHOLE,
    Access,
    Answer,
    Decision,
    Exchange,
    Headers,
    Receiving,
    RecordedTest,
    Request,
    Step,
    Webhook,
)
from .references import KINDS, shape

_OUTCOMES = ("passed", "failed", "skipped")
_DECISIONS = ("approve", "deny")
_EVENTS = (OPENS, CLOSES, NO_MORE)
_SILENCES = (RELEASED, WHOLE)
_HEAD = ("test", "clauses", "outcome")
_MAY_BE_IN_HEAD = frozenset({*_HEAD, "reason", "unusual"})

_STEP = re.compile(r"--- ([0-9]{1,6}) ([a-z]+)")
_REQUEST = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S.*)", re.DOTALL)
_URL = re.compile(r"<(?:dashboard|rest)(?::plain)?>|https?://.")
_RECEIVER = re.compile(r"<receiver-[1-9][0-9]{0,5}>")
_STATUS = re.compile(r"([0-9]{3})(?: (.*))?", re.DOTALL)
_SHOWN = 40

Line = tuple[int, str]
"""Its number, from 1, and its text."""


class Damaged(ValueError):
    """A text is no recorded test: in which line, from 1, and what is wrong there."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


def parsed(text: str) -> RecordedTest:
    """Read what ``text_of`` wrote; Damaged where it is something else."""
    if not text.strip():
        raise Damaged(1, "there is nothing in it")
    head, *steps = _blocks(list(enumerate(text.rstrip("\n").split("\n"), 1)))
    members, unusual = _head(head)
    if missing := [name for name in _HEAD if name not in members]:
        raise Damaged(max(1, len(head)), f"the head has no {' and no '.join(missing)}")
    line, outcome = members["outcome"]
    if outcome not in _OUTCOMES:
        raise Damaged(line, f"the outcome is {_shown(outcome)}, and not one of {', '.join(_OUTCOMES)}")
    read = [_step(number, lines) for number, lines in enumerate(steps, 1)]
    _ensure_open(zip((lines[0][0] for lines in steps), read, strict=True))
    return RecordedTest(
        test=members["test"][1],
        clauses=tuple(members["clauses"][1].split()),
        outcome=outcome,
        reason=members.get("reason", (0, ""))[1],
        unusual=tuple(unusual),
        steps=tuple(read),
    )


def _ensure_open(steps: Iterable[tuple[int, Step]]) -> None:
    """Refuse what a receiver gets or does while it is not open: no test has seen that."""
    listening: set[str] = set()
    for number, step in steps:
        if not isinstance(step, Webhook | Receiving):
            continue
        is_opened = isinstance(step, Receiving) and step.event == OPENS
        if (step.receiver in listening) == is_opened:
            raise Damaged(number, f"{step.receiver} is {'open already' if is_opened else 'not open'}")
        if isinstance(step, Receiving) and step.event != NO_MORE:
            listening ^= {step.receiver}


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the head, and the lines of each step."""
    blocks: list[list[Line]] = [[]]
    for number, line in lines:
        if line.startswith("---"):
            blocks.append([])
        blocks[-1].append((number, line))
    for block in blocks:
        while len(block) > 1 and not block[-1][1]:
            block.pop()
    return blocks


def _head(lines: Sequence[Line]) -> tuple[dict[str, Line], list[tuple[str, str]]]:
    members: dict[str, Line] = {}
    unusual = []
    for number, line in lines:
        name, colon, value = line.partition(":")
        if not colon or name not in _MAY_BE_IN_HEAD:
            raise Damaged(number, f"{_shown(line)} has no place in the head of a test")
        if name == "unusual":
            unusual.append(_unusual(number, value.strip()))
        elif name in members:
            raise Damaged(number, f"{name} stands there twice")
        else:
            members[name] = (number, _ensure_octets(number, _decoded(number, value.strip()), "strict"))
    return members, unusual


def _unusual(number: int, text: str) -> tuple[str, str]:
    reference, _, described = text.partition(" ")
    try:
        shape(described)
    except ValueError as error:
        raise Damaged(number, str(error)) from None
    if reference.rpartition("-")[0] not in KINDS:
        raise Damaged(number, f"{_shown(reference)} is no reference")
    return reference, described


def _step(wanted: int, lines: Sequence[Line]) -> Step:
    (number, first), *rest = lines
    begins = _STEP.fullmatch(first)
    if begins is None or (read := _STEPS.get(begins[2])) is None:
        raise Damaged(number, f"{_shown(first)} begins no step; {', '.join(_STEPS)} do")
    if int(begins[1]) != wanted:
        raise Damaged(number, f"step {wanted} is missing: {begins[1]} comes in its place")
    if not rest:
        raise Damaged(number, f"the {begins[2]} is missing")
    return read(rest)


def _exchange(lines: Sequence[Line]) -> Exchange:
    signed, messages = _labelled("signed", lines)
    request, answer = _both(lines[-1][0], messages, _is_url)
    return Exchange(signed=signed, request=request, answer=answer)


def _webhook(lines: Sequence[Line]) -> Webhook:
    silent, messages = _labelled("silent", lines)
    if silent and silent not in _SILENCES:
        raise Damaged(lines[0][0], f"a receiver is silent {' or '.join(_SILENCES)}")
    request, answer = _both(lines[-1][0], messages, _is_of_a_receiver)
    return Webhook(silent=silent, request=request, answer=answer)


def _labelled(label: str, lines: Sequence[Line]) -> tuple[str, Sequence[Line]]:
    """Return what stands behind *label* in the first line, "" where it is not there, and the lines of both messages."""
    first = lines[0][1]
    return (first.removeprefix(f"{label}: "), lines[1:]) if first.startswith(f"{label}: ") else ("", lines)


def _both(last: int, lines: Sequence[Line], is_url: Callable[[str], bool]) -> tuple[Request, Answer]:
    messages: dict[str, list[Line]] = {">": [], "<": []}
    for number, line in lines:
        if line[:1] not in messages or (line[0] == ">" and messages["<"]):
            raise Damaged(
                number, "the lines of a request begin with >, and after them those of an answer with <"
            )
        messages[line[0]].append((number, _decoded(number, line[1:].removeprefix(" "))))
    if missing := [what for mark, what in ((">", "request"), ("<", "answer")) if not messages[mark]]:
        raise Damaged(last, f"the {missing[0]} is missing")
    (number, first), request_headers, request_body = _message(messages[">"])
    request = _REQUEST.fullmatch(first)
    if request is None or not is_url(request[2]):
        raise Damaged(number, f"{_shown(first)} is no method and no URL")
    (number, first), answer_headers, answer_body = _message(messages["<"])
    status = _STATUS.fullmatch(first)
    if status is None:
        raise Damaged(number, f"{_shown(first)} is no status")
    return (
        Request(method=request[1], url=request[2], headers=request_headers, body=request_body),
        Answer(status=int(status[1]), reason=status[2] or "", headers=answer_headers, body=answer_body),
    )


def _is_of_a_receiver(text: str) -> bool:
    receiver, slash, _ = text.partition("/")
    return bool(slash and _RECEIVER.fullmatch(receiver))


def _is_url(text: str) -> bool:
    try:
        return _URL.match(text) is not None and bool(urlsplit(text))
    except ValueError:
        return False


def _message(lines: Sequence[Line]) -> tuple[Line, Headers, str]:
    first, *rest = lines
    end = next((index for index, (_, line) in enumerate(rest) if not line), len(rest))
    headers = []
    for number, line in rest[:end]:
        name, colon, value = line.partition(":")
        if not colon:
            raise Damaged(number, f"{_shown(line)} is no header")
        headers.append((name, value.removeprefix(" ")))
    return first, tuple(headers), "\n".join(line for _, line in rest[end + 1 :])


def _decision(lines: Sequence[Line]) -> Decision:
    number, members = _members(
        lines, {"decision": str, "token": str, "verifier": str | None, "redirect_url": str | None}
    )
    if members["decision"] not in _DECISIONS:
        raise Damaged(number, f"a decision is one of {', '.join(_DECISIONS)}")
    return Decision(**members)


def _access(lines: Sequence[Line]) -> Access:
    return Access(**_members(lines, {"token": str, "secret": str})[1])


def _receiving(lines: Sequence[Line]) -> Receiving:
    number, members = _members(lines, {"receiver": str, "event": str})
    if not _RECEIVER.fullmatch(members["receiver"]):
        raise Damaged(number, f"{_shown(members['receiver'])} is no receiver")
    if members["event"] not in _EVENTS:
        raise Damaged(number, f"an event of a receiver is one of {', '.join(_EVENTS)}")
    return Receiving(**members)


def _members(lines: Sequence[Line], wanted: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Read the JSON object of a step, which has these members and no others, of these types."""
    number, line = lines[0]
    if len(lines) > 1:
        raise Damaged(lines[1][0], f"{_shown(lines[1][1])} has no place there: one line of JSON is all")
    try:
        members = odd_json.loads(line)
    except ValueError as error:
        raise Damaged(number, f"it is no JSON: {error}") from None
    if not isinstance(members, dict) or members.keys() != wanted.keys():
        raise Damaged(number, f"a JSON object with {', '.join(wanted)} is wanted")
    for name, kind in wanted.items():
        if not isinstance(members[name], kind):
            raise Damaged(number, f"{name} is no text")
        _ensure_octets(number, members[name] or "")
    return number, members


_STEPS: Mapping[str, Callable[[Sequence[Line]], Step]] = {
    "exchange": _exchange,
    "decision": _decision,
    "access": _access,
    "webhook": _webhook,
    "receiver": _receiving,
}
"""By the word that begins one, what reads the lines below."""


def _decoded(number: int, text: str) -> str:
    if not text.startswith('"'):
        return text
    try:
        decoded = odd_json.loads(text)
    except ValueError as error:
        raise Damaged(number, f"it is no JSON text: {error}") from None
    return _ensure_octets(number, str(decoded))


def _ensure_octets(number: int, text: str, errors: str = "surrogateescape") -> str:
    """Refuse half a character, which nobody could send; bodies and headers may have octets that are no UTF-8."""
    try:
        text.encode("utf-8", errors)
    except UnicodeEncodeError:
        raise Damaged(number, "there is half a character in it") from None
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
