"""Values in whatever writing: finds them in a text, however a URL, an answer, a log or a traceback has them there.

In each layer of a text (``layers``) a value is looked for: in upper and lower case, as UTF-8 that somebody took for
Latin-1, in base64 wherever it begins there, in hexadecimal digits; a number also with blanks, dots, dashes or commas in it, and as
it is dialled within its country. What is found is told by where it stands in the text as it was.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from .layers import Layer, layers

_PROBE = 4
"""Characters by which a candidate is found; and what a rest has at least, beside the mark of a cut."""
_LEAST_UNDONE = 6
"""Characters of a value with its own escapes undone: what is shorter is found in ordinary words."""
_LEAST_OCTETS = 6  # what is shorter has no base64 that could be told from other text
_LONGEST_REST = 300
_MANY = 200  # forms: fewer are looked for one by one
_LEAST_WITHIN = 8  # digits of a number behind its country code
_LEAST_ALONE = 9  # without the 0 in front: fewer may be any others
_NUMBER = re.compile("[0-9]{7,15}")  # ITU-T E.164 has 15 digits at most

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])(?:\(0\)|[ \t\u00a0\u2009\u202f\u2010-\u2015.,_/()+-])+(?=[0-9])")
_CUT = re.compile(r"\.{3,}|…")
_LEAVES_OUT = re.compile("skipping [0-9]+ identical (?:leading|trailing) characters")
_CUT_OR_LINE = re.compile(rf"{_CUT.pattern}|\n(?:e(?=[ ]))?[ ]*(?:-[ ])?")
"""Of a diff that leaves out where two texts begin or end alike, each line may begin or end in the middle of a value."""


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A part of a text that is *value*, or a rest of it, in some writing."""

    start: int
    end: int
    value: str


@dataclass(slots=True)
class Sought:
    """The values that are looked for.

    Attributes:
        is_wary: takes a number without its country code for that number, though it may be another's.
    """

    is_wary: bool = False
    _values: set[str] = field(default_factory=set, repr=False)
    _value_of: dict[str, str] = field(default_factory=dict, repr=False)  # by a form of it
    _by_head: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _by_tail: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _short: list[str] = field(default_factory=list, repr=False)
    _longest: int = 0
    _numbers: list[str] = field(default_factory=list, repr=False)

    def add(self, *values: str) -> None:
        """Look for these too; an empty one is nowhere."""
        for value in values:
            if value and value not in self._values:
                self._values.add(value)
                dialled = _dialled(value, is_wary=self.is_wary)
                self._numbers += dialled
                for form in (*_forms(value), *dialled):
                    self._learn(form, value)

    def _learn(self, form: str, value: str) -> None:
        if form in self._value_of:
            return
        self._value_of[form] = value
        if len(form) < _PROBE:
            self._short.append(form)
            return
        self._by_head.setdefault(form[:_PROBE], []).append(form)
        self._by_tail.setdefault(form[-_PROBE:], []).append(form)
        self._longest = max(self._longest, min(len(form), _LONGEST_REST))

    def found(self, layer: Layer, *, with_rests: bool = False) -> Iterator[Found]:
        """Yield what of them is in *layer*, by where it stood in the text as it was.

        Args:
            with_rests: also what is left of one beside the dots of a text that was cut, or in a diff that leaves out.
        """
        text = _folded(layer.text)
        yield from self._whole(layer, text, self._likely(text))
        if with_rests:
            yield from self._rests(layer, text)
        if self._numbers and (squeezed := layer.undone(_BETWEEN_DIGITS, lambda _: "")) is not None:
            yield from self._whole(squeezed, squeezed.text, self._numbers)

    def _likely(self, text: str) -> Iterable[str]:
        """Return the forms that may be in *text*."""
        if len(self._value_of) <= _MANY:
            return self._value_of
        # Which beginnings of four characters there are takes as long for one value as for ten thousand.
        heads = self._by_head.keys() & _probes(text)
        return (*self._short, *(form for head in heads for form in self._by_head[head]))

    def _whole(self, layer: Layer, text: str, forms: Iterable[str]) -> Iterator[Found]:
        for form in [form for form in forms if form in text]:
            at = text.find(form)
            while at >= 0:
                yield Found(*layer.span(at, at + len(form)), self._value_of[form])
                at = text.find(form, at + 1)

    def _rests(self, layer: Layer, text: str) -> Iterator[Found]:
        where = _CUT_OR_LINE if _LEAVES_OUT.search(text) else _CUT
        if (cut := where.search(text)) is None:
            return
        probes = _probes(text)
        heads, tails = self._by_head.keys() & probes, self._by_tail.keys() & probes
        while cut is not None and (heads or tails):
            start, end = cut.span()
            for at in range(max(0, start - self._longest), start - _PROBE + 1):
                if (head := text[at : at + _PROBE]) in heads:
                    rest = text[at:start]
                    if form := next((one for one in self._by_head[head] if one.startswith(rest)), None):
                        yield Found(*layer.span(at, start), self._value_of[form])
                        break
            for at in range(min(len(text), end + self._longest), end + _PROBE - 1, -1):
                if (tail := text[at - _PROBE : at]) in tails:
                    rest = text[end:at]
                    if form := next((one for one in self._by_tail[tail] if one.endswith(rest)), None):
                        yield Found(*layer.span(end, at), self._value_of[form])
                        break
            cut = where.search(text, end)


def _probes(text: str) -> set[str]:
    return {text[at : at + _PROBE] for at in range(len(text) - _PROBE + 1)}


def replaced(
    text: str,
    found: Iterable[Found],
    instead: Callable[[str], str],
    *,
    but_within: re.Pattern[str] | None = None,
) -> str:
    """Return *text* with *instead* of each value that was *found*; what overlaps is taken out as one.

    Args:
        but_within: what stands within a match of this stays: it is a replacement itself.
    """
    kept = [one.span() for one in but_within.finditer(text)] if but_within is not None else []
    ordered = sorted(
        one for one in set(found) if not any(start <= one.start and one.end <= end for start, end in kept)
    )
    pieces: list[str] = []
    done = 0
    for one in _joined(ordered):
        pieces += (text[done : one.start], instead(one.value))
        done = one.end
    return "".join((*pieces, text[done:]))


def _joined(ordered: Iterable[Found]) -> Iterator[Found]:
    """Yield them with those that overlap joined; the longest says what they are."""
    current: Found | None = None
    longest = 0
    for one in ordered:
        if current is None or one.start >= current.end:
            if current is not None:
                yield current
            current, longest = one, one.end - one.start
            continue
        value = current.value
        if one.end - one.start > longest:
            value, longest = one.value, one.end - one.start
        current = Found(current.start, max(current.end, one.end), value)
    if current is not None:
        yield current


# In which forms a value may stand in a layer


def _dialled(value: str, *, is_wary: bool) -> list[str]:
    """Return how a number is dialled, from abroad and within its country; nothing where *value* is none."""
    if not _NUMBER.fullmatch(value):
        return []
    within = [value[length:] for length in range(1, 4)]  # so long are country codes
    alone = [one for one in within if is_wary and len(one) >= _LEAST_ALONE]
    return [value, *(f"0{one}" for one in within if len(one) >= _LEAST_WITHIN), *alone]


def _folded(text: str) -> str:
    """Return *text* in one case, character by character, and a form's blank as a blank."""
    folded = text.casefold()
    if len(folded) != len(text):  # "ß" becomes two
        folded = "".join(one if len(one := character.casefold()) == 1 else character for character in text)
    return folded.replace("+", " ")


def _forms(value: str) -> set[str]:
    """Return in which forms *value* may be found once every escape is undone, folded."""
    octets = _octets(value)
    plain = {value}
    if not value.isascii():
        mistaken = (("latin-1", "ignore"), ("cp1252", "ignore"), ("ascii", "surrogateescape"))
        plain |= {value.upper(), value.lower(), *(octets.decode(*reading) for reading in mistaken)}
    plain |= {layer.text for layer in layers(value) if len(layer.text.strip()) >= _LEAST_UNDONE}
    encoded = {octets.hex()} if len(octets) >= _LEAST_OCTETS else set()
    for one in {octets, quote(octets, safe="-._~").encode(), *_in_latin_1(value)}:
        encoded.update(_in_base64(one))
    return {folded for form in plain | encoded if (folded := _folded(form)).strip()}


def _octets(value: str) -> bytes:
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def _in_latin_1(value: str) -> Iterator[bytes]:
    """Yield the octets that HTTP Basic has of *value* in ``requests``."""
    try:
        yield value.encode("latin-1")
    except UnicodeEncodeError:
        return


def _in_base64(octets: bytes) -> Iterator[str]:
    """Yield what base64 makes of *octets*, wherever in a longer text they begin: HTTP Basic has two in one."""
    if len(octets) < _LEAST_OCTETS:
        return
    for before in range(3):
        text = base64.b64encode(bytes(before) + octets).decode()
        first = -(-before * 8 // 6)  # characters that depend on what stands before
        last = (before + len(octets)) * 8 // 6  # and from here on, on what follows
        yield text[first:last]
        yield text[first:last].translate(str.maketrans("+/", "-_"))
