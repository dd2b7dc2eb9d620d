"""A value in whatever writing: finds it in a text, however a URL, an answer, a log or a traceback has it there.

A text is read in layers: as it is, then with every escape in it undone, and so on until there is none left. In each of
them a value is looked for: in upper and lower case, as UTF-8 that somebody took for Latin-1, in base64 wherever it
begins there, in hexadecimal digits, and a number with blanks, dots or dashes in it. What is found is told by where it
stands in the text as it was.
"""

from __future__ import annotations

import base64
import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_MOST_LAYERS = 12  # a URL in JSON in a repr in a log has six
_PROBE = 4
"""Characters by which a candidate is found; and what a rest has at least, beside the mark of a cut."""
_LEAST_UNDONE = 6
"""Characters of a value with its own escapes undone: what is shorter is found in ordinary words."""
_LEAST_OCTETS = 6  # what is shorter has no base64 that could be told from other text
_LONGEST_REST = 300
_NUMBER = re.compile("[0-9]{7,15}")  # ITU-T E.164 has 15 digits at most

_ESCAPES: Mapping[str, str] = {
    "%": "%(?P<percent>[0-9A-Fa-f]{2})",
    "\\": r"""
        \\(?:
            (?P<octet>[xX][0-9A-Fa-f]{2})
          | [uU](?P<surrogates>[dD][89ABab][0-9A-Fa-f]{2}\\[uU][dD][C-Fc-f][0-9A-Fa-f]{2})
          | (?P<short>u[0-9A-Fa-f]{4})
          | (?P<long>U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})
          | (?P<shouted>U[0-9A-Fa-f]{4})
          | (?P<control>[abfnrtvABFNRTV0])
          | (?P<itself>[\x00-/:-@\[-`{-\x7f])
        )
    """,
    "&": """
        &\\#(?P<decimal>[0-9]{1,7});
      | &\\#[xX](?P<hexadecimal>[0-9A-Fa-f]{1,6});
      | (?P<entity>&[A-Za-z][A-Za-z0-9]{1,30};)
    """,
}
"""By the sign with which they begin."""
_MISREAD = re.compile(
    r"""
    (?P<pair>[\ud800-\udbff][\udc00-\udfff])
  | (?P<undecoded>[\udc80-\udcff])
  | (?P<mistaken>[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})
    """,
    re.VERBOSE,
)
"""Characters that are octets of UTF-8, or units of UTF-16."""


_ALL = re.compile("|".join(_ESCAPES.values()), re.VERBOSE)
_ALONE = {sign: re.compile(escapes, re.VERBOSE) for sign, escapes in _ESCAPES.items()}
_CONTROLS: Mapping[str, str] = dict(zip("abfnrtv0", "\a\b\f\n\r\t\v\0", strict=True))
_PLAIN: Mapping[str, Callable[[str], str]] = {
    "percent": lambda digits: chr(int(digits, 16)),
    "octet": lambda escape: chr(int(escape[1:], 16)),
    "surrogates": lambda escapes: _joined_pair(int(escapes[:4], 16), int(escapes[6:], 16)),
    "short": lambda escape: chr(int(escape[1:], 16)),
    "long": lambda escape: _character(int(escape[1:], 16)),
    "shouted": lambda escape: chr(int(escape[1:], 16)),
    "control": lambda letter: _CONTROLS[letter.lower()],
    "itself": str,
    "decimal": lambda digits: _character(int(digits)),
    "hexadecimal": lambda digits: _character(int(digits, 16)),
    "entity": html.unescape,
    "pair": lambda pair: _joined_pair(*map(ord, pair)),
    "undecoded": lambda surrogate: chr(ord(surrogate) - 0xDC00),  # of "surrogateescape"
    "mistaken": lambda octets: octets.encode("latin-1").decode("utf-8", "ignore"),
}
"""By the group: what it stands for."""
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])(?:\(0\)|[ \t\u00a0\u2009\u202f\u2010-\u2015./()+-])+(?=[0-9])")
_CUT = re.compile(r"\.{3,}|…")


def _joined_pair(high: int, low: int) -> str:
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def _character(number: int) -> str:
    return chr(number) if number <= 0x10FFFF else ""


@dataclass(frozen=True, slots=True)
class Layer:
    """A text with some escapes undone, and where each of them stood in the layer before.

    ``_steps`` are, for each: its start and its end here, and its start and its end there.
    """

    text: str
    _before: Layer | None = None
    _steps: list[tuple[int, int, int, int]] = field(default_factory=list, repr=False)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where *start* to *end*, which are not the same, stood in the text as it was."""
        layer = self
        while layer._before is not None:
            start, end = layer._there(start)[0], layer._there(end - 1)[1]
            layer = layer._before
        return start, end

    def _there(self, position: int) -> tuple[int, int]:
        """Return where the character at *position* stood in the layer before."""
        number = bisect_right(self._steps, position, key=lambda step: step[0]) - 1
        if number < 0:
            return position, position + 1
        _, end, start_there, end_there = self._steps[number]
        if position < end:
            return start_there, end_there
        return position - end + end_there, position - end + end_there + 1

    def undone(self, pattern: re.Pattern[str], plain: Callable[[re.Match[str]], str]) -> Layer | None:
        """Return the layer in which what *pattern* finds is *plain*; None where there is nothing."""
        pieces: list[str] = []
        steps: list[tuple[int, int, int, int]] = []
        done = length = 0
        for found in pattern.finditer(self.text):
            instead = plain(found)
            if instead == found[0]:
                continue
            start, end = found.span()
            pieces += (self.text[done:start], instead)
            length += start - done
            steps.append((length, length + len(instead), start, end))
            length, done = length + len(instead), end
        if not steps:
            return None
        return Layer("".join((*pieces, self.text[done:])), self, steps)


def layers(text: str) -> Iterator[Layer]:
    """Yield *text* as it is, and then with one more layer of escapes undone each time.

    All of them at once, and, where there is more than one sort, each sort alone: what is no escape there may look like one.
    """
    first = Layer(text)
    seen = {text}
    yield from _undone(first, _MISREAD, {text})
    yield first
    signs = [sign for sign in _ALONE if sign in text]
    for pattern in (_ALL, *(_ALONE[sign] for sign in signs if len(signs) > 1)):
        for layer in _undone(first, pattern, seen):
            yield layer
            yield from _undone(layer, _MISREAD, {layer.text})


def _undone(layer: Layer, pattern: re.Pattern[str], seen: set[str]) -> Iterator[Layer]:
    """Yield what *pattern* makes of *layer*, again and again, until nothing changes or it was *seen*."""
    for _ in range(_MOST_LAYERS):
        undone = layer.undone(pattern, _plain)
        if undone is None or undone.text in seen:
            return
        yield undone
        seen.add(undone.text)
        layer = undone


def _plain(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    return _PLAIN[kind](found[kind]) or found[0]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A part of a text that is *value*, or a rest of it, in some writing."""

    start: int
    end: int
    value: str


@dataclass(slots=True)
class Sought:
    """The values that are looked for."""

    _values: set[str] = field(default_factory=set, repr=False)
    _value_of: dict[str, str] = field(default_factory=dict, repr=False)  # by a form of it
    _by_head: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _by_tail: dict[str, list[str]] = field(default_factory=dict, repr=False)
    _short: list[str] = field(default_factory=list, repr=False)
    _longest: int = 0

    def add(self, *values: str) -> None:
        """Look for these too; an empty one is nowhere."""
        for value in values:
            if value and value not in self._values:
                self._values.add(value)
                for form in _forms(value):
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
            with_rests: also what is left of one beside the dots of a text that was cut.
        """
        yield from self._whole(layer)
        if with_rests:
            yield from self._rests(layer)
        if (squeezed := layer.undone(_BETWEEN_DIGITS, lambda _: "")) is not None:
            yield from (one for one in self._whole(squeezed) if _NUMBER.fullmatch(one.value))

    def _whole(self, layer: Layer) -> Iterator[Found]:
        text = _folded(layer.text)
        # Which beginnings of four characters there are takes as long for one value as for ten thousand.
        probes = {text[at : at + _PROBE] for at in range(len(text) - _PROBE + 1)}
        likely = [form for head in self._by_head.keys() & probes for form in self._by_head[head]]
        for form in (*self._short, *likely):
            at = text.find(form)
            while at >= 0:
                yield Found(*layer.span(at, at + len(form)), self._value_of[form])
                at = text.find(form, at + 1)

    def _rests(self, layer: Layer) -> Iterator[Found]:
        text = _folded(layer.text)
        for cut in _CUT.finditer(text):
            start, end = cut.span()
            for at in range(max(0, start - self._longest), start - _PROBE + 1):
                rest = text[at:start]
                if form := _first(self._by_head.get(rest[:_PROBE], ()), lambda form: form.startswith(rest)):  # noqa: B023
                    yield Found(*layer.span(at, start), self._value_of[form])
                    break
            for at in range(min(len(text), end + self._longest), end + _PROBE - 1, -1):
                rest = text[end:at]
                if form := _first(self._by_tail.get(rest[-_PROBE:], ()), lambda form: form.endswith(rest)):  # noqa: B023
                    yield Found(*layer.span(end, at), self._value_of[form])
                    break


def _first(forms: Iterable[str], fits: Callable[[str], bool]) -> str | None:
    return next(filter(fits, forms), None)


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
