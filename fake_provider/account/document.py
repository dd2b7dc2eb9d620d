"""One value that can be written as JSON and as XML: these endpoints answer in either, as ``Accept`` asks.

A ``Document`` says beside its members what JSON does not need to know: the root element, which members XML calls
otherwise, and how a list is wrapped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ..domain.xml import escaped

Value: TypeAlias = "str | bool | int | Decimal | Items | Mapping[str, Value] | None"
"""A Decimal is a number in JSON; an amount that is a text there comes from ``amount``. None is left out."""

Members: TypeAlias = Mapping[str, Value]

_quoted = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Items:
    """A list. In XML it has an element of its own with an element *each* for every item; where that is None, the list's
    name stands on every item instead."""

    values: Sequence[Value]
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is answered, in either format."""

    root: str  # in XML
    members: Members
    xml_name: Callable[[str], str] = str  # what XML calls a member
    standalone: bool = False  # whether the XML declaration says so

    def as_json(self) -> str:
        """Write it without a blank, as it was recorded."""
        return _json(self.members)

    def as_xml(self) -> str:
        """Write it without a blank between elements, after the declaration."""
        standalone = ' standalone="yes"' if self.standalone else ""
        root = f"<{self.root}>{self._inner(self.members)}</{self.root}>"
        return f'<?xml version="1.0" encoding="UTF-8"{standalone}?>{root}'

    def _inner(self, value: Value) -> str:
        match value:
            case Mapping():
                return "".join(self._element(name, member) for name, member in _present(value))
            case bool():
                return _truth(value)
            case Decimal():
                return amount(value)
            case _:
                return escaped(str(value))

    def _element(self, name: str, value: Value) -> str:
        tag = self.xml_name(name)
        match value:
            case Items(values, None):
                return "".join(f"<{tag}>{self._inner(item)}</{tag}>" for item in values)
            case Items(values, each):
                return f"<{tag}>{''.join(f'<{each}>{self._inner(item)}</{each}>' for item in values)}</{tag}>"
            case _:
                return f"<{tag}>{self._inner(value)}</{tag}>"


def amount(value: Decimal) -> str:
    """Write an amount with the 8 decimals of the wire."""
    return f"{value:.8f}"


def _json(value: Value) -> str:
    match value:
        case Mapping():
            return (
                "{" + ",".join(f"{_quoted(name)}:{_json(member)}" for name, member in _present(value)) + "}"
            )
        case Items():
            return f"[{','.join(map(_json, value.values))}]"
        case bool():
            return _truth(value)
        case Decimal():
            return _shortest(value)
        case int():
            return str(value)
        case _:
            return _quoted(str(value))


def _present(members: Members) -> Iterator[tuple[str, Value]]:
    return ((name, value) for name, value in members.items() if value is not None)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _shortest(value: Decimal) -> str:
    """Write a number as Java writes a double: as many decimals as it has, one at the least."""
    text = f"{value:f}"
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text
