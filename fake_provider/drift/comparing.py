"""Two masked answers to the same request, aspect by aspect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import unquote

from ..contract.exchange import Answer
from ..contract.masking import ANY
from ..contract.references import KINDS
from .tree import Node, tree

_PAIR = re.compile(r'(?<![A-Za-z_])([A-Za-z_]+)="([^"]*)"')
_PAGE = "text/html"
_NUMBERED = re.compile(rf"\{{({'|'.join(KINDS)})-\d+")
_FOR_PEOPLE = frozenset({"realm", "oauth_problem_advice"})
_LONGEST = 160
_BEFORE = 40
"""Characters of what is alike that are shown before the first ones that differ."""
_MOST = 50
_REFUSED = 400
_PROMISED = re.compile(
    r"(^|[.<])(status|message-?count|error-?text|error-code(-label)?|to|client-?ref|account-?ref|statusCode)(\[\d+\])?$",
    re.IGNORECASE,
)
"""Members of which the contract says what is in them, whoever has the account."""
_WHY = frozenset({"oauth_problem", "header Www-Authenticate, oauth_problem"})
"""Where a refusal says why."""


class Aspect(Enum):
    """What may differ."""

    STATUS = "status"
    MEDIA_TYPE = "media type"
    CHALLENGE = "challenge"  # WWW-Authenticate, but for what is written for people
    LOCATION = "location"
    MISSING = "missing member"
    ADDED = "added member"
    TYPE = "type"
    VALUE = "value"
    ORDER = "order"
    LAYOUT = "layout"  # the same members, written otherwise
    METHOD = "method"  # of a webhook
    COUNT = "count"  # of webhooks
    NOT_ASKED = "not asked"  # an earlier answer did not issue what the request needs
    HEADER = "header"  # any other
    WORDS = "words"  # for people
    MARKET = "market"  # prices and what is on offer: nobody promises them


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: where in the answer, and both values, masked."""

    aspect: Aspect
    where: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.where}: recorded {self.recorded}, now {self.now}"


def differences(recorded: Answer, now: Answer, *, is_market: bool = False) -> list[Difference]:
    """Return how *now* differs from *recorded*; where *is_market*, values that nobody promises differ as such."""
    found = [*_headers(recorded, now)]
    if _media_type(recorded) != _PAGE:
        found += _bodies(recorded, now, is_market=is_market)
    if recorded.status == now.status:
        return _not_too_many(found)
    status = _difference(Aspect.STATUS, "status", str(recorded.status), str(now.status))
    if (recorded.status < _REFUSED) != (now.status < _REFUSED):
        # One of the two is a refusal: whatever else is in it is another thing, but for what it says of why.
        found = [replace(one, aspect=Aspect.WORDS) for one in found if one.where in _WHY]
    return _not_too_many([status, *found])


def _not_too_many(found: list[Difference]) -> list[Difference]:
    """Leave out what nobody reads to its end: of an answer that is another altogether."""
    if len(found) <= _MOST:
        return found
    rest = f"{len(found) - _MOST} more differences"
    return [*found[:_MOST], replace(found[_MOST], where="the rest", recorded="nothing", now=rest)]


# Headers


def _headers(recorded: Answer, now: Answer) -> Iterator[Difference]:
    old, new = _by_name(recorded), _by_name(now)
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name) and not (
            name in old and name in new and ANY in (old[name], new[name])
        ):
            where = f"header {name}"
            yield from _HEADERS.get(name, _other)(where, old.get(name), new.get(name))


def _by_name(answer: Answer) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in answer.headers:
        title = "-".join(word.capitalize() for word in name.split("-"))
        found[title] = f"{found[title]}, {value}" if title in found else value
    return found


def _content_type(where: str, old: str | None, new: str | None) -> Iterator[Difference]:
    same = _type(old or "") == _type(new or "")
    yield _difference(Aspect.HEADER if same else Aspect.MEDIA_TYPE, where, old, new)


def _challenge(where: str, old: str | None, new: str | None) -> Iterator[Difference]:
    if old is None or new is None or old.partition(" ")[0] != new.partition(" ")[0]:
        yield _difference(Aspect.CHALLENGE, where, old, new)
        return
    one, other = dict(_PAIR.findall(old)), dict(_PAIR.findall(new))
    for name in dict.fromkeys((*one, *other)):
        if one.get(name) != other.get(name):
            aspect = Aspect.WORDS if name in _FOR_PEOPLE else Aspect.CHALLENGE
            yield _difference(
                aspect, f"{where}, {name}", _unquoted(one.get(name)), _unquoted(other.get(name))
            )


def _location(where: str, old: str | None, new: str | None) -> Iterator[Difference]:
    # A provider may name itself, or not.
    if (old or "").removeprefix("<dashboard>") != (new or "").removeprefix("<dashboard>"):
        yield _difference(Aspect.LOCATION, where, old, new)


def _other(where: str, old: str | None, new: str | None) -> Iterator[Difference]:
    yield _difference(Aspect.HEADER, where, old, new)


_HEADERS = {"Content-Type": _content_type, "Www-Authenticate": _challenge, "Location": _location}


def _unquoted(text: str | None) -> str | None:
    return None if text is None else unquote(text)


def _media_type(answer: Answer) -> str:
    return _type(answer.header("Content-Type"))


def _type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


# Bodies


def _bodies(recorded: Answer, now: Answer, *, is_market: bool) -> Iterator[Difference]:
    if recorded.body == now.body:
        return
    old, new = tree(_media_type(recorded), recorded.body), tree(_media_type(now), now.body)
    if old is None or new is None or _media_type(recorded) != _media_type(now):
        yield _difference(Aspect.VALUE, "body", recorded.body, now.body)
        return
    found = list(_nodes("", old, new, is_market=is_market))
    yield from found or [_difference(Aspect.LAYOUT, "body", recorded.body, now.body)]


def _nodes(where: str, old: Node, new: Node, *, is_market: bool) -> Iterator[Difference]:
    if old.kind != new.kind:
        yield _difference(Aspect.TYPE, where or "body", _described(old), _described(new))
    elif old.kind in ("object", "array"):
        yield from _members(where, old, new, is_market=is_market)
    elif old.text != new.text:
        if where.endswith("oauth_problem_advice"):
            aspect = Aspect.WORDS
        elif is_market and not _PROMISED.search(where) and _form(old.text) == _form(new.text):
            aspect = Aspect.MARKET
        else:
            aspect = Aspect.VALUE
        yield _difference(aspect, where or "body", _described(old), _described(new))


def _members(where: str, old: Node, new: Node, *, is_market: bool) -> Iterator[Difference]:
    one, other = dict(old.members), dict(new.members)
    for name in [name for name in one if name not in other]:
        aspect = Aspect.MARKET if is_market and _is_numbered(name) else Aspect.MISSING
        yield _difference(aspect, _below(where, old, name), _whichever(one[name]), None)
    for name in [name for name in other if name not in one]:
        aspect = Aspect.MARKET if is_market and _is_numbered(name) else Aspect.ADDED
        yield _difference(aspect, _below(where, old, name), None, _whichever(other[name]))
    in_both = [name for name in one if name in other]
    in_turn = [name for name in other if name in one]
    if in_both != in_turn:
        yield _difference(Aspect.ORDER, where or "body", ", ".join(in_both), ", ".join(in_turn))
    for name in in_both:
        yield from _nodes(_below(where, old, name), one[name], other[name], is_market=is_market)


def _is_numbered(name: str) -> bool:
    return name.isdigit() or name.endswith("]")


def _below(where: str, parent: Node, name: str) -> str:
    if parent.kind == "array":
        return f"{where}[{name}]"
    return f"{where}.{name}" if where else name


def _described(node: Node) -> str:
    if node.kind == "text":
        return f'"{node.text}"'
    return f"an {node.kind}" if node.kind in ("object", "array") else node.text


def _whichever(node: Node) -> str:
    """Return what is there, and the other one has not: the second id that is missing is the same difference as the first."""
    return _NUMBERED.sub(r"{\1", _described(node))


_FORMS: Mapping[str, re.Pattern[str]] = {
    "whole number": re.compile(r"\d+"),
    "8 decimals": re.compile(r"\d+\.\d{8}"),
    "decimals": re.compile(r"\d+\.\d+"),
}


def _form(text: str) -> str:
    """Return how a value looks; words are all alike."""
    return next((name for name, pattern in _FORMS.items() if pattern.fullmatch(text)), "words")


def _difference(aspect: Aspect, where: str, old: str | None, new: str | None) -> Difference:
    begin = _first_difference(old or "", new or "")
    return Difference(
        aspect=aspect, where=where, recorded=_shown(where, old, begin), now=_shown(where, new, begin)
    )


def _first_difference(old: str, new: str) -> int:
    """Return from where on two texts are shown, that begin alike for longer than is shown: a little before they differ."""
    pairs = enumerate(zip(old, new, strict=False))
    same = next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))
    return max(0, same - _BEFORE) if same > _LONGEST - _BEFORE else 0


def _shown(where: str, text: str | None, begin: int) -> str:
    if text is None:
        return "nothing"
    if not text:
        return "an empty body" if where == "body" else "an empty text"
    text = f"…{text[begin:]}" if begin else text
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
