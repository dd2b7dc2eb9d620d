"""A text with its escapes undone, layer by layer, and where each character stood in the text as it was.

Escapes are those of URLs, of JSON, Python and regular expressions, and of HTML; characters that are octets of UTF-8
which somebody took for Latin-1, or could not decode, are read as they were meant. The colours of a terminal are left
out, what ``pprint`` or a diff of pytest's has written as several literals, line by line, is one again, and so is base64
that was broken into lines, and a list of characters or of octets.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_MOST_LAYERS = 12  # a URL in JSON in a repr in a log has six

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

_COLOURS = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_BETWEEN_LITERALS = tuple(
    re.compile(
        rf"""
        ["'][ \t]*\r?\n
        (?:(?:E[ \t]+)?[{others}?][^\n]*\n){{0,8}}  # of the other side of a diff; more would be slow
        (?:E[ \t]+)?[{own}]?[ \t]*[bBuU]?["']
        """,
        re.VERBOSE,
    )
    for own, others in ((r"+", r"\-"), (r"\-", r"+"))
)
"""From the end of a literal to the next one of its value, by the signs of a diff where there is one."""
_BROKEN_BASE64 = re.compile(r"(?<=[A-Za-z0-9+/]{60})(?:\r?\n|(?:\\r)?\\n)(?=[A-Za-z0-9+/=])")
_COMMA = r",[ \t]*(?:\r?\n(?:E[ \t]+)?[+-]?[ \t]*)?"
_BETWEEN_CHARACTERS = re.compile(rf"(?<=[\"'][^\n])[\"']{_COMMA}[\"'](?=[^\n][\"'])")
_OCTETS = re.compile(rf"(?<![0-9.,-])[0-9]{{1,3}}(?:{_COMMA}[0-9]{{1,3}}){{5,}}(?![0-9.])")

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


def _characters(octets: re.Match[str]) -> str:
    numbers = [int(number) for number in re.findall("[0-9]+", octets[0])]
    return bytes(numbers).decode("utf-8", "replace") if max(numbers) < 256 else octets[0]


_LISTS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = (
    (_BETWEEN_CHARACTERS, lambda _: ""),
    (_OCTETS, _characters),
)


def layers(text: str) -> Iterator[Layer]:
    """Yield *text* as it is, and then with one more layer of escapes undone each time.

    All of them at once, and, where there is more than one sort, each sort alone: what is no escape there may look like one.
    Then the same, all at once, of the text with what was taken apart put together.
    """
    seen = {text}
    for first in _whole(Layer(text)):
        yield first
        yield from _read_anew(first)
        signs = [sign for sign in _ALONE if sign in first.text]
        # What was put together costs as much again, and is rare: the one way has to do.
        alone = signs if len(signs) > 1 and first.text == text else ()
        for pattern in (*(_ALL for _ in signs[:1]), *(_ALONE[sign] for sign in alone)):
            for layer in _undone(first, pattern, seen):
                yield layer
                yield from _read_anew(layer)


def _whole(layer: Layer) -> Iterator[Layer]:
    """Yield *layer* as it is, and with what was taken apart to be shown put together."""
    yield layer
    if "\x1b" in layer.text and (plain := layer.undone(_COLOURS, lambda _: "")) is not None:
        yield plain
        layer = plain
    seen: set[str] = set()
    for pattern in _BETWEEN_LITERALS if "\n" in layer.text else ():
        joined = layer.undone(pattern, lambda _: "")
        if joined is not None and joined.text not in seen:  # where there is no diff both are the same
            seen.add(joined.text)
            yield joined
    if "," in layer.text:
        for pattern, plain_of in _LISTS:
            if (listed := layer.undone(pattern, plain_of)) is not None:
                yield listed
    if (unbroken := layer.undone(_BROKEN_BASE64, lambda _: "")) is not None:
        yield unbroken


def _read_anew(layer: Layer) -> Iterator[Layer]:
    """Yield it with its characters read as they were meant."""
    if not layer.text.isascii():
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
