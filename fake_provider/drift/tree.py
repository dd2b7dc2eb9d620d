"""Bodies as trees, so that JSON, XML and forms are compared alike: members in their order, with their types."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from ..contract.masking import TOKENS

Pairs = Sequence[tuple[str, "Node"]]


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a body: "object", "array", "text", "number", "truth" or "null"."""

    kind: str
    text: str = ""
    members: Pairs = ()  # of an object, and under their numbers of an array


_DEEPEST = 60
"""Deeper is no answer of this API, and nobody wants to walk there."""
_IN_BRACES = re.compile(r"\{[^{}&=]*\}")
_NUMBERS = re.compile(r"<(?:delay|now[+-]?\d*|then[+-]?\d*)>")


def tree(media_type: str, body: str) -> Node | None:
    """Return *body* as a tree; None where it is none of this type, or of a type that has no tree."""
    reader = next((read for ending, read in _READERS.items() if media_type.endswith(ending)), None)
    if reader is None:
        return None
    # References would be taken for elements, and numbers want to be numbers.
    readable = TOKENS.sub(lambda found: f"{{{found[0][1:-1]}}}", _NUMBERS.sub("0", body))
    try:
        return reader(readable)
    except (ValueError, LookupError, ET.ParseError, RecursionError):
        return None


def _json(body: str) -> Node:
    read = json.loads(
        body, object_pairs_hook=_Members, parse_float=_Number, parse_int=_Number, parse_constant=_no_number
    )
    return _node(read)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


class _Members(list[tuple[str, Any]]):
    """The members of an object, in their order."""


class _Number(str):
    """A number, as it was written."""


def _node(value: Any, depth: int = 0) -> Node:
    _ensure_shallow(depth)
    if isinstance(value, _Members):
        return Node("object", members=[(name, _node(one, depth + 1)) for name, one in value])
    if isinstance(value, list):
        items = enumerate(value)
        return Node("array", members=[(str(number), _node(one, depth + 1)) for number, one in items])
    if isinstance(value, bool):
        return Node("truth", str(value).lower())
    if value is None:
        return Node("null", "null")
    return Node("number" if isinstance(value, _Number) else "text", str(value))


def _xml(body: str) -> Node:
    root = ET.fromstring(body.encode())  # noqa: S314  what a fake answers, or has answered
    return Node("object", members=[(root.tag, _element(root))])


def _ensure_shallow(depth: int) -> None:
    if depth > _DEEPEST:
        raise ValueError("it is nested too deeply")


def _element(element: ET.Element, depth: int = 0) -> Node:
    _ensure_shallow(depth)
    attributes = [(f"@{name}", Node("text", value)) for name, value in element.items()]
    if not len(element) and not attributes:
        return Node("text", element.text or "")
    seen: Counter[str] = Counter(child.tag for child in element)
    count: Counter[str] = Counter()
    children = []
    for child in element:
        count[child.tag] += 1
        numbered = f"{child.tag}[{count[child.tag] - 1}]" if seen[child.tag] > 1 else child.tag
        children.append((numbered, _element(child, depth + 1)))
    return Node("object", members=[*attributes, *children])


def _form(body: str) -> Node:
    # A plus sign in a reference is none that stands for a blank.
    body = _IN_BRACES.sub(lambda found: found[0].replace("+", "%2B"), body)
    pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body))
    return Node("object", members=[(name, Node("text", value)) for name, value in pairs])


_READERS: Mapping[str, Callable[[str], Node]] = {
    "json": _json,
    "xml": _xml,
    "x-www-form-urlencoded": _form,
}
"""By how the media type ends."""
