"""What is to go wrong, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from ... import steps
from ...domain.fault import Action, Fault
from ...errors import FakeNexmoError, InvalidValue
from ...timekeeper import Timekeeper
from ..html import cut, fit
from .visit import Visit

Members = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One thing that may happen to a call: what its value means, and what it is in the control API."""

    name: str
    label: str
    wants: str  # what the value is, "" where there is none
    example: str
    action: Callable[[str], Members]


def _number(text: str) -> object:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _seconds(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _pair(text: str) -> Members:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidValue("value", "name=value is wanted")
    return {"extra": {name.strip(): value.strip()}}


KINDS = (
    Kind(
        name="sms_status",
        label="The SMS is refused with a status",
        wants="the status",
        example="1",
        action=lambda value: {"sms_status": value},
    ),
    Kind(
        name="status",
        label="Another HTTP status",
        wants="the status",
        example="500",
        action=lambda value: {"status": _number(value)},
    ),
    Kind(
        name="delay_ms",
        label="A late answer",
        wants="milliseconds",
        example="750",
        action=lambda value: {"delay_ms": _number(value)},
    ),
    Kind(
        name="drop",
        label="The connection ends without an answer",
        wants="",
        example="",
        action=lambda _: {"drop": True},
    ),
    Kind(
        name="truncate",
        label="The answer ends in the middle",
        wants="",
        example="",
        action=lambda _: {"truncate": True},
    ),
    Kind(name="hang", label="No answer ever comes", wants="", example="", action=lambda _: {"hang": True}),
    Kind(
        name="malformed",
        label="HTML in place of JSON or form",
        wants="",
        example="",
        action=lambda _: {"malformed": True},
    ),
    Kind(
        name="oauth_problem",
        label="OAuth is refused with a problem",
        wants="the word",
        example="token_revoked",
        action=lambda value: {"oauth_problem": value},
    ),
    Kind(
        name="redirect",
        label="A redirect",
        wants="the URL",
        example="https://elsewhere.example/",
        action=lambda value: {"redirect": value},
    ),
    Kind(
        name="omit",
        label="A member is left out",
        wants="its name",
        example="oauth_callback_confirmed",
        action=lambda value: {"omit": value},
    ),
    Kind(
        name="extra",
        label="A member is added",
        wants="name=value",
        example="surprise=1",
        action=_pair,
    ),
    Kind(
        name="reorder",
        label="Members come in another order",
        wants="",
        example="",
        action=lambda _: {"reorder": True},
    ),
)
_BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}

ADVANCES = (("1 minute", 60), ("1 hour", 3600), ("1 day", 86400), ("3 days", 259200))
"""How far the clock is moved by one button: to the first retry, past a request token, past the retries of an inbound
SMS, and past those of a receipt."""

_FAULT_FORM: Mapping[str, str] = {
    "kind": "sms_status",
    "value": "",
    "path": "",
    "method": "",
    "to": "",
    "consumer_key": "",
    "times": "1",
    "after": "0",
    "when": "before",
}

_MAX_SHOWN = 50

_CLOCK_FORM: Mapping[str, str] = {"consumer_key": "", "how": "advance", "value": ""}
_MOVES = (
    ("advance", "move ahead by seconds"),
    ("at", "set to (UTC)"),
    ("freeze", "let it stand still"),
    ("run", "let it run on"),
    ("reset", "show real time again"),
)


def show(visit: Visit) -> Response:
    """Show the faults that wait and the clock, with the forms that change them."""
    return _page(visit)


def _page(
    visit: Visit,
    *,
    form: Mapping[str, str] | None = None,
    fault_problem: FakeNexmoError | None = None,
    clock_form: Mapping[str, str] | None = None,
    clock_problem: FakeNexmoError | None = None,
) -> Response:
    return visit.live_page(
        "faults.html",
        "faults_live.html",
        lambda: _state(visit),
        at=("/faults", {}),
        status=400 if fault_problem or clock_problem else 200,
        form={**_FAULT_FORM, **{name: fit(value, 4_000) for name, value in (form or {}).items()}},
        fault_problem=fault_problem,
        clock_form={**_CLOCK_FORM, **{name: fit(value, 4_000) for name, value in (clock_form or {}).items()}},
        clock_problem=clock_problem,
        moves=_MOVES,
        kinds=KINDS,
        advances=ADVANCES,
        apps=visit.app_choices(),
        clocks=_clocks(visit),
    )


def _state(visit: Visit) -> Mapping[str, Any]:
    waiting = visit.provider.faults.waiting()
    return {
        "faults": [(fault, _what(fault), _for(visit, fault)) for fault in waiting[:_MAX_SHOWN]],
        "count": len(waiting),
    }


def _what(fault: Fault) -> str:
    """Say what a fault does, in the words of the form as far as that has them."""
    said = []
    for name in Action.__slots__:
        value = getattr(fault.action, name)
        if value in (None, False, 0, ()):
            continue
        label = _BY_NAME[name].label if name in _BY_NAME else name.replace("_", " ")
        shown = (
            ", ".join(value)
            if isinstance(value, tuple)
            else str(dict(value) if isinstance(value, Mapping) else value)
        )
        said.append(label if value is True else f"{label}: {cut(shown, 120)}")
    return fit("; ".join(said), 800)


def _for(visit: Visit, fault: Fault) -> str:
    """Say which calls a fault is for."""
    match = fault.match
    app = match.client_key and cut(visit.app_names().get(match.client_key, match.client_key), 40)
    narrowed = [
        f"{word} {cut(value, 120)}"
        for word, value in (("at", match.path), ("by", match.method), ("to", match.to), ("of", app))
        if value
    ]
    return fit("calls " + ", ".join(narrowed), 800) if narrowed else "any call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock: the common one, or that of an app which lives by its own."""

    name: str
    consumer_key: str
    now: float
    is_frozen: bool


def _clocks(visit: Visit) -> list[Clock]:
    clock = visit.ports.clock
    common = Clock(name="everybody", consumer_key="", now=clock.now(), is_frozen=clock.is_frozen(None))
    own = [
        Clock(
            name=app.name,
            consumer_key=app.client_key,
            now=clock.now(app.client_key),
            is_frozen=clock.is_frozen(lane),
        )
        for app in visit.ports.store.apps()
        if (lane := clock.lane(app.client_key)) is not None
    ]
    return [common, *own[:100]]


def plan(visit: Visit) -> Response:
    """Plan a fault."""
    form = {name: visit.request.form.get(name, default).strip() for name, default in _FAULT_FORM.items()}
    try:
        steps.plan_fault(_fault(form), visit.provider.faults, visit.ports.entropy)
    except InvalidValue as error:
        return _page(visit, form=form, fault_problem=error)
    return visit.go("/faults", done="fault")


def _fault(form: Mapping[str, str]) -> Members:
    """Return the members of the control call that plans what a form asks for."""
    kind = _BY_NAME.get(form["kind"])
    if kind is None:
        raise InvalidValue("kind", f"one of {', '.join(_BY_NAME)} is wanted")
    if form["value"] and not kind.wants:
        raise InvalidValue("value", "none is wanted for this; leave it empty")
    if kind.wants and not form["value"]:
        raise InvalidValue("value", f"{kind.wants} is wanted, {kind.example} for example")
    match = {name: form[name] for name in ("path", "method", "to", "consumer_key") if form[name]}
    return {
        "match": match,
        "times": _number(form["times"]) if form["times"] else None,
        "after": _number(form["after"] or "0"),
        "action": kind.action(form["value"]) | {"when": form["when"]},
    }


def remove(visit: Visit) -> Response:
    """Forget one fault, or all of them."""
    fault_id = visit.request.form.get("id", "")
    if fault_id:
        visit.provider.faults.remove(fault_id[:100])
    else:
        visit.provider.faults.clear()
    return visit.go("/faults", done="fault-removed")


def move_clock(visit: Visit) -> Response:
    """Move time, for all or for one consumer; answers after everything that fell due has happened."""
    clock = Timekeeper(visit.ports.clock, visit.provider.schedule)
    form = {name: visit.request.form.get(name, default).strip() for name, default in _CLOCK_FORM.items()}
    try:
        steps.move_clock(_move(form), clock)
    except FakeNexmoError as error:
        return _page(visit, clock_form=form, clock_problem=error)
    return visit.go("/faults", done="clock")


def _move(form: Mapping[str, str]) -> Members:
    """Return the members of the control call that moves the clock as a form asks."""
    consumer_key, how, value = form["consumer_key"], form["how"], form["value"]
    match how:
        case "advance":
            move: Members = {"advance_seconds": _seconds(value)}
        case "at":
            move = {"at": value}
        case "freeze" | "run":
            move = {"freeze": how == "freeze"}
        case "reset":
            move = {"reset": True}
        case _:
            raise InvalidValue("how", "advance, at, freeze, run or reset is wanted")
    return move | ({"consumer_key": consumer_key} if consumer_key else {})


def reset(visit: Visit) -> Response:
    """Put everything back to the seeded state; who is signed in to an account that is there again stays so."""
    visit.provider.reset()
    return visit.go("/", done="reset")
