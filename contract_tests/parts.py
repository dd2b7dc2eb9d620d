"""How many messages a submission may come to at most: weighed before it is sent, by the strictest that any source says.

Several parts have 152 septets or 62 UTF-16 units each in the guides, 153 or 67 on the wire. A character that the GSM alphabet
lacks may turn a text into UCS-2, though its type does not say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# 3GPP TS 23.038 section 6.2.1
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

_SEPTETS, _UNITS, _OCTETS = (160, 152), (70, 62), (133, 128)  # alone, and of several; octets beside a port
_BINARY = (140, 128)
_WAPPUSH_OCTETS = 24  # around title and URL

Given = Mapping[str, Sequence[str]]


def parts_at_most(given: Given) -> int:
    """Return how many parts a submission with these parameters may have: of a name that is there twice the longest counts."""
    in_hexadecimal = (len(_longest(given, "udh")) + len(_longest(given, "body"))) // 2
    wappush = _longest(given, "title") + _longest(given, "url")
    return max(
        *(_of_text(text, given) for text in ("", *given.get("text", ()))),
        _count([1] * in_hexadecimal, *_BINARY),
        _count([_WAPPUSH_OCTETS, *_octets(wappush)], *_OCTETS),
        *(_count(_octets(_longest(given, name)), *_OCTETS) for name in ("vcal", "vcard")),
    )


def _of_text(text: str, given: Given) -> int:
    if set(given.get("type", ())) <= {"", "text"} and set(text) <= _BASIC | _EXTENSION:
        return _count([1 + (character in _EXTENSION) for character in text], *_SEPTETS)
    return _count([len(character.encode("utf-16-le", "replace")) // 2 for character in text], *_UNITS)


def _count(widths: Sequence[int], alone: int, of_several: int) -> int:
    """Return how many parts take characters of these *widths*, none of which is cut in two."""
    if sum(widths) <= alone:
        return 1
    parts, room = 1, of_several
    for width in widths:
        if width > room:
            parts, room = parts + 1, of_several
        room -= width
    return parts


def _octets(text: str) -> Sequence[int]:
    return [len(character.encode("utf-8", "replace")) for character in text]


def _longest(given: Given, name: str) -> str:
    return max(given.get(name, ()), key=len, default="")
