"""Stable references in place of values that differ from run to run, or are nobody's business.

``<access-token-1>`` is the first access token that a test met, wherever it stands; ``<access-token-1:swapcase>`` the
same with upper and lower case exchanged. The same value has the same reference throughout a test; what a whole run
shares (the app, the number) has number 1 in each.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote_plus

from .layers import layers
from .writings import Found, Sought, replaced

_SHORTEST = 5
"""Whatever is shorter would be found in ordinary words."""

_MOST = 2000
"""A test that sends the longest SMS there is, some times, meets a thousand ids."""

_LOWER, _UPPER, _DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits

ALPHABETS: Mapping[str, str] = {
    "digits": _DIGITS,
    "lower-case hexadecimal digits": f"abcdef{_DIGITS}",
    "upper-case hexadecimal digits": f"ABCDEF{_DIGITS}",
    "lower-case letters and digits": _LOWER + _DIGITS,
    "upper-case letters and digits": _UPPER + _DIGITS,
    "letters and digits": _LOWER + _UPPER + _DIGITS,
    "unreserved characters": _LOWER + _UPPER + _DIGITS + "-._~",
    "characters": _LOWER + _UPPER + _DIGITS + "-._~+/=:@",
}
"""The narrowest first."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value looks: so many characters of an alphabet."""

    length: int
    alphabet: str

    def __str__(self) -> str:
        return f"{self.length} {self.alphabet}"

    def fits(self, value: str) -> bool:
        """Whether *value* looks so."""
        return len(value) == self.length and set(value) <= set(ALPHABETS[self.alphabet])

    def made(self, chance: str) -> str:
        """Return a value of this shape, always the same for the same *chance*; the first character is no digit."""
        characters = ALPHABETS[self.alphabet]
        letters = characters.strip(_DIGITS) or characters
        return "".join(
            _drawn(f"{chance}/{index}", characters if index else letters) for index in range(self.length)
        )


def _drawn(chance: str, characters: str) -> str:
    return characters[int.from_bytes(hashlib.sha256(chance.encode()).digest()) % len(characters)]


def shape_of(value: str) -> Shape:
    """Return the narrowest shape that *value* has."""
    for name, characters in ALPHABETS.items():
        if set(value) <= set(characters):
            return Shape(len(value), name)
    return Shape(len(value), "characters")


def shape(text: str) -> Shape:
    """Read what ``str(Shape)`` wrote; ValueError if it is none."""
    length, _, alphabet = text.partition(" ")
    if alphabet not in ALPHABETS or not length.isdigit() or len(length) > 4:
        raise ValueError(f"{text!r} is no shape")
    return Shape(int(length), alphabet)


_HEX, _UPPER_HEX = "lower-case hexadecimal digits", "upper-case hexadecimal digits"

KINDS: Mapping[str, Shape] = {
    "consumer-key": Shape(32, _HEX),
    "consumer-secret": Shape(32, _HEX),
    "request-token": Shape(32, _HEX),
    "request-token-secret": Shape(32, _HEX),
    "access-token": Shape(32, _HEX),
    "access-token-secret": Shape(32, _HEX),
    "verifier": Shape(8, "lower-case letters and digits"),
    "nonce": Shape(16, _HEX),
    "message-id": Shape(16, _UPPER_HEX),
    "trace-id": Shape(32, _HEX),
    "api-key": Shape(8, _HEX),
    "api-secret": Shape(16, _HEX),
    "signature-secret": Shape(25, "unreserved characters"),
    "password": Shape(16, _HEX),
    "app": Shape(8, _HEX),
    "csrf-token": Shape(32, _HEX),
    "cookie": Shape(32, _HEX),
    "block": Shape(10, "digits"),
    "number": Shape(12, "digits"),
    "rsa-key": Shape(272, "characters"),
    "email": Shape(28, "characters"),
    "url": Shape(28, "characters"),
    "day": Shape(10, "characters"),
    "receiver": Shape(22, "characters"),
    "concat-ref": Shape(3, "digits"),
}
"""What a reference may stand for, and how such a value looks as a rule."""

_MADE: Mapping[str, Callable[[str], str]] = {
    "email": lambda chance: f"{Shape(16, _HEX).made(chance)}@example.com",
    "url": lambda chance: f"https://{Shape(16, _HEX).made(chance)}.example/",
    "block": lambda chance: f"999{Shape(7, 'digits').made(chance)}",  # the country code that nobody has
    "number": lambda chance: f"999{Shape(9, 'digits').made(chance)}",
    "day": lambda _: "2026-01-02",
    # Of those ports that no system gives away by itself.
    "receiver": lambda chance: f"http://127.0.0.1:1{Shape(4, 'digits').made(chance)}",
    "concat-ref": lambda chance: str(100 + int(Shape(4, "digits").made(chance)) % 156),
}
"""Stand-ins that are more than characters, by what they are to depend on."""

OTHERWISE = "otherwise"
"""Written in a way that has no name here; what stands for it is the value itself."""
_ERRORS = "surrogateescape"  # a provider may issue octets that are no UTF-8

VARIANTS: Mapping[str, Callable[[str], str]] = {
    "swapcase": str.swapcase,
    "upper": str.upper,
    "but-last": lambda value: value[:-1],
    "but-first": lambda value: value[1:],
    "address": lambda value: value.partition("//")[2],
    "reversed": lambda value: value[::-1],
    "percent": lambda value: quote(value, safe="", errors=_ERRORS),
    "plus": lambda value: quote_plus(value, errors=_ERRORS),
    "percent-twice": lambda value: quote(quote(value, safe="", errors=_ERRORS), safe=""),
    "json": lambda value: json.dumps(value)[1:-1],
    "html": html.escape,
    "base64": lambda value: base64.b64encode(value.encode(errors=_ERRORS)).decode(),
    "hexadecimal": lambda value: value.encode(errors=_ERRORS).hex(),
    OTHERWISE: str,
}
"""In which other ways a value may stand there: tests make wrong ones of right ones, and there are encodings."""

FICTITIOUS_NUMBER = "447700900000"
"""Reserved for fiction in the United Kingdom; tests have it in their own texts."""
_NOBODYS = frozenset(
    {"app", "block", "concat-ref", "day", "message-id", "nonce", "receiver", "trace-id", "url"}
)
"""Kinds that tell nothing of anybody: in another writing than these a value of them stays, and is seen to differ."""
_LEAST_OTHERWISE = 8
"""Characters: what is shorter is found in ordinary words, if only their case may differ."""

_CUT: Mapping[str, frozenset[str]] = {
    "but-last": frozenset({"verifier", "api-secret"}),
    "but-first": frozenset({"block"}),
    "address": frozenset({"receiver"}),
    "reversed": frozenset({"api-secret"}),
}
"""Of which kinds tests take parts: of a number, a part would be found in every other number."""

_NAME = rf"(?:{'|'.join(KINDS)})-\d+"
_VARIANT = rf"(?::(?:{'|'.join(VARIANTS)}))?"
NAMES = rf"{_NAME}{_VARIANT}|(?:dashboard|rest)(?::plain)?"
"""What may stand between the angle brackets of a reference."""
_REFERENCE = re.compile(rf"<({_NAME})({_VARIANT})>")


class Unbound(Exception):
    """A reference that stands for nothing yet; ``name`` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(f"<{name}> was not issued")
        self.name = name


class TooMany(Exception):
    """One test has met more values than anybody would issue to it."""


class References:
    """The references of one test.

    Args:
        made: makes the value of a reference that stands for nothing yet; without, such a one is Unbound.
    """

    def __init__(self, made: Callable[[str], str] | None = None) -> None:
        self._made = made
        self._values: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._sought = Sought()
        self._fiction = Sought()

    def learn(self, kind: str, value: str) -> str:
        """Return the name of *value*: the one that it has, or the next of its *kind*.

        Raises:
            TooMany: no more than some thousands are known at once, since each is looked for in every text.
        """
        for name, known in self._values.items():
            if known == value:
                return name
        if len(self._values) >= _MOST:
            raise TooMany(f"more than {_MOST} values were issued in one test: nobody keeps so many")
        count = sum(name.rpartition("-")[0] == kind for name in self._values)
        return self.bind(f"{kind}-{count + 1}", value)

    def bind(self, name: str, value: str) -> str:
        """Let *name* stand for *value*."""
        self._values[name] = value
        kind = name.rpartition("-")[0]
        if len(value) >= _LEAST_OTHERWISE and kind not in _NOBODYS:
            self._sought.add(value)
            if value == FICTITIOUS_NUMBER:
                self._fiction.add(value)
        if len(value) >= _SHORTEST:
            self._texts.setdefault(value, f"<{name}>")
            for variant, made in VARIANTS.items():
                if kind not in _CUT.get(variant, {kind}):
                    continue
                if len(other := made(value)) >= _SHORTEST:
                    self._texts.setdefault(other, f"<{name}:{variant}>")
        return name

    def value(self, name: str) -> str:
        """Return what *name* stands for; Unbound if that is nothing, and nothing can be made up."""
        if name not in self._values:
            if self._made is None:
                raise Unbound(name)
            self.bind(name, self._made(name))
        return self._values[name]

    def has(self, name: str) -> bool:
        """Whether *name* stands for something."""
        return name in self._values

    def of_kind(self, *endings: str) -> Mapping[str, str]:
        """Return the names, and their values, whose kind ends with one of these."""
        return {
            name: value for name, value in self._values.items() if name.rpartition("-")[0].endswith(endings)
        }

    def known(self, value: str) -> bool:
        """Whether *value* has a reference."""
        return value in self._texts

    def masked(self, text: str, *, fiction: frozenset[str] = frozenset()) -> str:
        """Return *text* with references in place of all values that are known, but for *fiction*: see ``fiction_in``."""
        if present := [known for known in self._texts if known in text]:
            # In one pass, so that nothing is found in a reference; what is not there is not worth a pattern.
            pattern = "|".join(map(re.escape, sorted(present, key=len, reverse=True)))
            text = re.sub(pattern, lambda found: self._texts[found[0]], text)
        found = [one for one in _found(text, self._sought) if _plain(text, one) not in fiction]
        return replaced(text, found, self._otherwise, but_within=_REFERENCE)

    def fiction_in(self, text: str) -> frozenset[str]:
        """Return how the number of fiction, which is nobody's, is written in *text*, which a test sends.

        With hyphens, say, or without its country: the test is about that, and has to send, and be answered, the same again.
        """
        return frozenset(_plain(text, one) for one in _found(text, self._fiction))

    def _otherwise(self, value: str) -> str:
        return f"{self._texts[value][:-1]}:{OTHERWISE}>"

    def rendered(self, text: str) -> str:
        """Return *text* with values in place of references; Unbound where one stands for nothing."""

        def value(found: re.Match[str]) -> str:
            known = self.value(found[1])
            return VARIANTS[found[2][1:]](known) if found[2] else known

        return _REFERENCE.sub(value, text)

    def unusual(self) -> tuple[tuple[str, str], ...]:
        """Return the names whose values have not the usual shape, with the one they have."""
        found = []
        for name, value in self._values.items():
            kind = name.rpartition("-")[0]
            if kind in KINDS and kind not in _MADE and not KINDS[kind].fits(value):
                found.append((name, str(shape_of(value))))
        return tuple(found)


def _found(text: str, sought: Sought) -> Iterator[Found]:
    for layer in layers(text):
        yield from sought.found(layer)


def _plain(text: str, found: Found) -> str:
    return unquote_plus(text[found.start : found.end])


def stand_ins(chance: str, unusual: Mapping[str, str]) -> Callable[[str], str]:
    """Return what makes values: of the usual shape but for *unusual*, always the same for the same *chance*."""

    def made(name: str) -> str:
        kind = name.rpartition("-")[0]
        if name in unusual:
            return shape(unusual[name]).made(f"{chance}/{name}")
        if kind in _MADE:
            return _MADE[kind](f"{chance}/{name}")
        return KINDS[kind].made(f"{chance}/{name}")

    return made
