"""What whoever runs the fake does to it, by the tables that say which members each step takes.

The control API and ``FakeNexmo`` both go through here, so that a step means the same from both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import fields, readers
from .domain.fault import Action, Fault, Match
from .domain.webhook import Webhook
from .errors import InvalidValue
from .faults import FaultPlan
from .fields import UNLIMITED, Field
from .operations import delivery
from .ports import Entropy
from .provider import Provider
from .sms.gsm0338 import foreign
from .sms.receipt import STATUSES
from .timekeeper import Timekeeper

RECEIPT_FIELDS = (
    Field("status", readers.one_of(*STATUSES), default="delivered"),
    Field(
        "err_code",
        fields.either(readers.err_code, readers.whole_number(0, 999), "digits, such as 0, are wanted"),
        default="0",
    ),
)
INBOUND_FIELDS = (
    Field("msisdn", readers.text(at_most=20), required=True, hint="who sends it"),
    Field("to", readers.text(at_most=20), required=True, hint="the virtual number"),
    Field("text", readers.any_text()),
    Field(
        "type",
        readers.one_of("text", "unicode", "binary"),
        hint="what the content makes likely, if it is not given",
    ),
    Field("data", readers.hexadecimal, hint="of a binary"),
    Field("udh", readers.hexadecimal, hint="of a binary"),
    Field("consumer_key", readers.text(), hint="whose clock it goes by; the common one, if none is named"),
)
CLOCK_FIELDS = (
    Field("advance_seconds", readers.number(0, 10_000_000_000)),
    Field("at", readers.time),
    Field("reset", readers.one_of(True)),
    Field("freeze", readers.boolean),
    Field("consumer_key", readers.text(), hint="it moves for this consumer alone"),
)
MATCH_FIELDS = (
    Field("path", readers.text(at_most=2000)),
    Field("method", readers.text(at_most=20)),
    Field("to", readers.text(at_most=20)),
    Field("consumer_key", readers.text()),
)
_WHEN = readers.one_of("before", "after")
ACTION_FIELDS = (
    Field("status", readers.whole_number(200, 599), hint="the HTTP status"),
    Field("body", readers.any_text()),
    Field("headers", readers.headers()),
    Field("delay_ms", readers.whole_number(0, 600_000), default=0),
    Field("drop", readers.boolean, default=False, hint="the connection ends without an answer"),
    Field("truncate", readers.boolean, default=False, hint="it ends in the middle of the body"),
    Field("malformed", readers.boolean, default=False, hint="HTML with status 200"),
    Field("hang", readers.boolean, default=False, hint="no answer at all"),
    Field("redirect", readers.location),
    Field("sms_status", readers.sms_status, hint="the message is refused with this status"),
    Field("error_text", readers.any_text(at_most=1000)),
    Field("part", readers.whole_number(1, 255), hint="only this part is refused"),
    Field("oauth_problem", readers.problem_word),
    Field("omit", readers.names(), hint="members that the answer lacks"),
    Field("extra", readers.texts_by_name(), hint="members that it has besides"),
    Field("reorder", readers.boolean, default=False, hint="its members come in another order"),
    Field("when", _WHEN, hint="after: the request has taken effect before its answer is spoiled"),
)
FAULT_FIELDS = (
    Field("match", fields.table(*MATCH_FIELDS)),
    Field("times", readers.whole_number(1, 1_000_000_000), default=1, null=UNLIMITED, hint="null: always"),
    Field("after", readers.whole_number(0, 1_000_000_000), default=0, hint="so many calls pass first"),
    Field("action", fields.table(*ACTION_FIELDS), required=True),
    Field("when", _WHEN, hint="the same as in the action"),
)


def receive(members: object, provider: Provider) -> Sequence[Webhook]:
    """Take an inbound SMS; returns what is to be pushed."""
    values = fields.read(INBOUND_FIELDS, members)
    sms_type = values.pop("type") or _likely_type(values)
    if sms_type == "binary":
        if values["text"] or not values["data"]:
            raise InvalidValue("data", "a binary has data, and no text")
    elif values["text"] is None or values["data"] or values["udh"]:
        raise InvalidValue("text", "a text is wanted; data and udh belong to a binary")
    return delivery.receive(
        msisdn=values["msisdn"].strip().removeprefix("+"),
        to=values["to"].strip().removeprefix("+"),
        client_key=values["consumer_key"],
        sms_type=sms_type,
        text=values["text"] or "",
        data=values["data"] or "",
        udh=values["udh"] or "",
        ports=provider.ports,
        policy=provider.policy,
        scripts=provider.scripts,
    )


def _likely_type(values: Mapping[str, Any]) -> str:
    if values["data"]:
        return "binary"
    return "unicode" if foreign(values["text"] or "") else "text"


def move_clock(members: object, clock: Timekeeper) -> str | None:
    """Move time; returns the consumer whose clock it was, or None for the common one."""
    values = fields.read(CLOCK_FIELDS, members)
    consumer_key = values["consumer_key"]
    moves = [name for name in ("advance_seconds", "at", "reset") if values[name] is not None]
    if len(moves) > 1 or not (moves or values["freeze"] is not None):
        raise InvalidValue("", "one of advance_seconds, at, reset and freeze is wanted")
    if values["freeze"] is True and "reset" not in moves:
        clock.freeze(consumer_key=consumer_key)
    match moves:
        case ["advance_seconds"]:
            clock.advance(values["advance_seconds"], consumer_key=consumer_key)
        case ["at"]:
            clock.set(values["at"], consumer_key=consumer_key)
        case ["reset"]:
            clock.reset(consumer_key=consumer_key)
            if values["freeze"] is True:
                clock.freeze(consumer_key=consumer_key)
    if values["freeze"] is False:
        clock.run(consumer_key=consumer_key)
    return None if consumer_key is None else str(consumer_key)


def plan_fault(members: object, plan: FaultPlan, entropy: Entropy) -> Fault:
    """Plan a fault; returns it with its id."""
    values = fields.read(FAULT_FIELDS, members)
    action = dict(values["action"])
    when = values["when"] or action.pop("when") or "before"
    action.pop("when", None)
    _ensure_sensible(action)
    match = values["match"] or dict.fromkeys(field.name for field in MATCH_FIELDS)
    fault = Fault(
        id=entropy.token()[:_ID_DIGITS],
        match=_match(match),
        action=Action(**{**action, "omit": action["omit"] or ()}),
        times=None if values["times"] == UNLIMITED else values["times"],
        after=values["after"],
        takes_effect=when == "after",
    )
    plan.add(fault)
    return fault


def _match(given: Mapping[str, Any]) -> Match:
    """Read what is matched as calls show it: a path with its slash, a method in capitals, a number without plus."""
    path, method, to = given["path"], given["method"], given["to"]
    if path is not None and not path.startswith("/"):
        raise InvalidValue("match.path", "a path that begins with / is wanted, such as /sms/json")
    return Match(
        path=path,
        method=method and method.upper(),
        to=to and to.strip().removeprefix("+"),
        client_key=given["consumer_key"],
    )


_ID_DIGITS = 8
# Of each of these groups one action at the most: two answers cannot both be given.
_EXCLUSIVE = (
    ("drop", "hang", "truncate"),
    ("redirect", "malformed", "sms_status", "oauth_problem", "drop", "hang"),
    ("body", "redirect", "sms_status", "oauth_problem", "drop", "hang"),
)


def _ensure_sensible(action: Mapping[str, Any]) -> None:
    given = [name for name, value in action.items() if value not in (None, False, 0, {}, ())]
    if not given:
        raise InvalidValue("action", f"one of {', '.join(f.name for f in ACTION_FIELDS)} is wanted")
    for group in _EXCLUSIVE:
        if len(chosen := [name for name in group if name in given]) > 1:
            raise InvalidValue("action", f"{' and '.join(chosen)} exclude each other")
    for name in ("part", "error_text"):
        if name in given and "sms_status" not in given:
            raise InvalidValue(f"action.{name}", "it goes with sms_status")


class Faults:
    """What goes wrong on purpose: ``fake.faults``."""

    def __init__(
        self, plan: FaultPlan, entropy: Entropy, *, refresh: Callable[[], None] = lambda: None
    ) -> None:
        self._plan = plan
        self._entropy = entropy
        self._refresh = refresh  # sees what others have planned, and met

    def add(self, members: Mapping[str, object] | None = None, /, **more: object) -> Fault:
        """Plan a fault; the members are those of the control API's ``POST /faults``: match, times, after, action, when.

        Raises InvalidValue for one that is not allowed.
        """
        return plan_fault({**(members or {}), **more}, self._plan, self._entropy)

    @property
    def waiting(self) -> Sequence[Fault]:
        """The faults that may still be met, the oldest first."""
        self._refresh()
        return self._plan.waiting()

    @property
    def unmet(self) -> Sequence[Fault]:
        """The faults that were planned and have never met a call."""
        self._refresh()
        return self._plan.unmet()

    def remove(self, fault_id: str) -> None:
        """Forget one; Unknown if none of this id waits."""
        self._plan.remove(fault_id)

    def clear(self) -> None:
        """Forget all."""
        self._plan.clear()
