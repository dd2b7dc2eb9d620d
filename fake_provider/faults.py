"""The faults that are planned: which of them a call meets, and what the answer is then."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import parse_qsl, urlencode

from .domain.fault import Action, Fault, Match, Place
from .domain.wire import Headers, WireResponse, media_type
from .errors import Unknown
from .ports import Cell

MAX_FAULTS = 10_000
_HTML = "<!DOCTYPE html>\n<html><head><title>Oops</title></head><body><h1>Something went wrong</h1></body></html>\n"
_TEXT: Headers = (("Content-Type", "text/plain; charset=utf-8"),)
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_FORM = "application/x-www-form-urlencoded"


class Call(Protocol):
    """What a plan asks of a call; the last two are read only where a plan asks for them."""

    @property
    def path(self) -> str:
        """The decoded path."""
        ...

    @property
    def method(self) -> str:
        """The HTTP method."""
        ...

    @property
    def to(self) -> str | None:
        """Whom an SMS is for."""
        ...

    @property
    def client_key(self) -> str | None:
        """The consumer key that the call names."""
        ...


class FaultPlan:
    """All faults that wait for a call. Each call meets one at the most, the one that was planned first."""

    def __init__(self, faults: Cell[tuple[Fault, ...]]) -> None:
        self._faults = faults

    def add(self, fault: Fault) -> None:
        """Plan *fault*."""
        self._faults.change(lambda faults: ((*faults, fault)[-MAX_FAULTS:], None))

    def waiting(self) -> Sequence[Fault]:
        """Return the faults that may still be met, the oldest first."""
        return self._faults.read()

    def unmet(self) -> Sequence[Fault]:
        """Return the faults that have never met a call."""
        return [fault for fault in self.waiting() if fault.met == 0]

    def remove(self, fault_id: str) -> None:
        """Forget one; Unknown if none of this id waits."""

        def without(faults: tuple[Fault, ...]) -> tuple[tuple[Fault, ...], None]:
            kept = tuple(fault for fault in faults if fault.id != fault_id)
            if len(kept) == len(faults):
                raise Unknown("fault", fault_id, "GET /_fake/faults lists those that wait")
            return kept, None

        self._faults.change(without)

    def clear(self) -> None:
        """Forget all."""
        self._faults.change(lambda _: ((), None))

    def meet(self, call: Call, place: Place) -> Fault | None:
        """Return the fault that *call* meets, in one step: of two calls at once each meets its own."""
        waiting = self._faults.read()
        if not waiting or not any(_concerns(fault, call, place) for fault in waiting):
            return None
        return self._faults.change(lambda faults: _met(faults, call, place))


def _met(faults: tuple[Fault, ...], call: Call, place: Place) -> tuple[tuple[Fault, ...], Fault | None]:
    """Return the faults as they are after *call*, and the one that it meets."""
    met: Fault | None = None
    after: list[Fault] = []
    for fault in faults:
        changed = fault
        if _concerns(fault, call, place):
            if fault.passed < fault.after:
                changed = replace(fault, passed=fault.passed + 1)
            elif met is None:
                met = changed = replace(fault, met=fault.met + 1)
        if not changed.is_used_up:
            after.append(changed)
    return tuple(after), met


def _concerns(fault: Fault, call: Call, place: Place) -> bool:
    return _matches(fault.match, call) and fault.action.is_for(place)


def _matches(match: Match, call: Call) -> bool:
    return (
        (match.path is None or match.path.rstrip("/") == call.path.rstrip("/"))
        and (match.method is None or match.method == call.method)
        and (match.to is None or match.to == call.to)
        and (match.client_key is None or match.client_key == call.client_key)
    )


def replacement(action: Action) -> WireResponse:
    """Return the answer in whose place nothing of the true one is left."""
    headers = tuple((action.headers or {}).items())
    if action.redirect is not None:
        location = (("Location", action.redirect), *_TEXT)
        return WireResponse(status=action.status or 302, headers=_merged(location, headers))
    if action.malformed:
        html = (("Content-Type", "text/html; charset=utf-8"),)
        return WireResponse(
            status=action.status or 200, headers=_merged(html, headers), body=(action.body or _HTML).encode()
        )
    body = action.body or (_HTML if action.truncate else "")  # where nothing is, nothing can be cut
    return WireResponse(status=action.status or 200, headers=_merged(_TEXT, headers), body=body.encode())


def _merged(headers: Headers, others: Headers) -> Headers:
    """Return *headers* with *others* in the place of those of the same name."""
    named = {name.lower() for name, _ in others}
    return (*(pair for pair in headers if pair[0].lower() not in named), *others)


def altered(response: WireResponse, action: Action) -> WireResponse:
    """Return an answer with what the action omits, adds and sets; a body that was given with it stays as it is."""
    if (action.omit or action.extra or action.reorder) and response.body and not action.brings_body:
        alter = _ALTERATIONS.get(media_type(response.header("content-type")))
        if alter is not None:
            response = replace(response, body=alter(response.body.decode(), action).encode())
    if action.headers:
        response = replace(response, headers=_merged(response.headers, tuple(action.headers.items())))
    return response


_Alteration = Callable[[str, Action], str]


def _form(body: str, action: Action) -> str:
    pairs = [pair for pair in parse_qsl(body, keep_blank_values=True) if pair[0] not in action.omit]
    pairs += (action.extra or {}).items()
    return urlencode(pairs[::-1] if action.reorder else pairs)


def _json(body: str, action: Action) -> str:
    def changed(value: object) -> object:
        match value:
            case dict():
                kept = [(name, changed(member)) for name, member in value.items() if name not in action.omit]
                return dict(kept[::-1] if action.reorder else kept)
            case list():
                return [changed(member) for member in value]
            case _:
                return value

    members = changed(json.loads(body))
    if isinstance(members, dict):
        members |= action.extra or {}
    return json.dumps(members, indent=4, ensure_ascii=False)


def _xml(body: str, action: Action) -> str:
    from xml.etree import ElementTree  # its own answers alone are read

    root = ElementTree.fromstring(body)  # noqa: S314  written by this fake
    for parent in tuple(root.iter()):
        kept = [child for child in parent if child.tag not in action.omit]
        parent[:] = kept[::-1] if action.reorder else kept
    for name, value in (action.extra or {}).items():
        if not _XML_NAME.fullmatch(name):
            continue  # it is no name of XML, and would make the document unreadable
        ElementTree.SubElement(root, name).text = value
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


_ALTERATIONS: Mapping[str, _Alteration] = {
    _FORM: _form,
    "application/json": _json,
    "text/xml": _xml,
    "application/xml": _xml,
}
"""By the media type of the answer."""
