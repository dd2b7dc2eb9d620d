"""What was seen, as values that fail a test by an assertion where something is missing from them.

A provider that is wrong must not let a test end in a KeyError or a ParseError: that says nothing about the provider.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from fake_provider.contract import odd_json

from .control import Send
from .transport import why_none

Item = TypeVar("Item")

_SHOWN = 80  # characters of what cannot be read


class Members(dict[str, Any]):
    """The members of an object, or the fields of a form: one that is not there fails the test that asks for it."""

    def __missing__(self, name: str) -> NoReturn:
        raise AssertionError(f"there is no {name!r}, only {', '.join(map(repr, self)) or 'nothing'}")


def ensure_keys(found: Iterable[str], wanted: Sequence[str]) -> None:
    """Fail with the first key that is not where it should be."""
    found = list(found)
    for number, (one, other) in enumerate(zip_longest(found, wanted), 1):
        if one != other:
            there = "nothing is there" if one is None else f"{one!r} is there"
            ought = "and nothing else should be" if other is None else f"and {other!r} should be"
            raise AssertionError(f"key {number}: {there}, {ought}; in all: {', '.join(found) or 'none'}")


class Items(list[Any]):
    """A list: what is beyond its end fails the test that asks for it."""

    def __getitem__(self, index: Any) -> Any:
        assert isinstance(index, int | slice), f"an object with {index!r} was expected, not a list"
        assert isinstance(index, slice) or -len(self) <= index < len(self), (
            f"there are {len(self)} items only"
        )
        return super().__getitem__(index)


class _Headers(CaseInsensitiveDict[str]):
    """Headers: one that is not there fails the test that asks for it."""

    def __getitem__(self, name: str) -> str:
        assert name in self, f"there is no header {name}"
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        return str(name).lower() in self._store  # type: ignore[attr-defined]

    def get(self, name: str, default: Any = None) -> Any:
        return super().__getitem__(name) if name in self else default


class Answer(requests.Response):
    """An answer whose headers and members may be asked for though they are not there."""

    @classmethod
    def of(cls, answer: requests.Response) -> Answer:
        """Return *answer* as one."""
        strict = cls()
        strict.__dict__.update(answer.__dict__)
        strict.headers = _Headers(answer.headers)
        return strict

    @property
    def text(self) -> str:
        """Return the body as text; where its charset is none, or not its own, as UTF-8."""
        try:
            return super().text
        except ValueError:  # some of Python's own codecs refuse what is asked of them
            return self.content.decode("utf-8", "replace")

    def json(self, **_: Any) -> Any:
        """Return the body, which has to be JSON."""
        return json_of(self)


def strictly(send: Send) -> Send:
    """Return *send*, with strict answers; none, or half of one, fails the test that asked."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        try:
            return Answer.of(send(request))
        except requests.RequestException as error:
            asked = f"{request.method} {urlsplit(request.url or '').path}"
            raise AssertionError(f"no whole answer came to {asked}: {why_none(error)}") from None

    return sent


def json_of(answer: requests.Response) -> Any:
    """Return the body as JSON: objects are ``Members``, lists are ``Items``."""
    try:
        return _strict(odd_json.loads(answer.content))
    except (ValueError, RecursionError) as error:
        raise AssertionError(f"no JSON came ({error}): {_beginning(answer)}") from None


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return Members({name: _strict(member) for name, member in value.items()})
    if isinstance(value, list):
        return Items(map(_strict, value))
    return value


def xml_of(answer: requests.Response) -> ET.Element:
    """Return the root of the body, which has to be XML."""
    try:
        return ET.fromstring(answer.content)
    except (ET.ParseError, ValueError, LookupError) as error:  # the latter two of encodings that it names
        raise AssertionError(f"no XML came ({error}): {_beginning(answer)}") from None


def only(found: Iterable[Item]) -> Item:
    """Return the one of which there has to be exactly one."""
    items = list(found)
    assert len(items) == 1, f"one was expected, there are {len(items)}"
    return items[0]


def pair(found: Iterable[Item]) -> tuple[Item, Item]:
    """Return the two of which there have to be exactly two."""
    items = list(found)
    assert len(items) == 2, f"two were expected, there are {len(items)}"
    return items[0], items[1]


def decimal_of(text: str | None) -> Decimal:
    """Return a number that is written in digits, with decimals or without."""
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text or ""), f"{text!r} is no number"
    return Decimal(text or "")


def text_of(value: object) -> str:
    """Return a member that has to be a JSON string."""
    assert isinstance(value, str), f"{value!r} is no text"
    return value


def count_of(value: object) -> int:
    """Return a member that has to be a whole JSON number."""
    assert isinstance(value, int), f"{value!r} is no whole number"
    assert not isinstance(value, bool), f"{value!r} is no number"
    return value


def _beginning(answer: requests.Response) -> str:
    """Return how a body that cannot be read begins; one that may hold secrets is not shown."""
    return "a form" if "oauth_token" in answer.text else repr(answer.text[:_SHOWN])
