"""Splits a text into the parts that a network carries: 3GPP TS 23.040 section 9.2.3.24.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from .gsm0338 import EXTENSION, septets

MAX_PARTS = 255  # the header counts parts in one octet
MAX_CHARACTERS = (
    3200  # the SMS API reference of 2017 accepts as many; its Java library names status 12 for more
)


class MessageTooLong(Exception):
    """The text needs more parts than a message may have."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """How an encoding fills a part: in septets, in UTF-16 units, or in octets."""

    name: str  # as the control API calls it
    single: int  # units in a message of one part
    several: int  # units in each part beside the concatenation header


GSM7 = Alphabet("gsm7", 160, 153)
UCS2 = Alphabet("ucs2", 70, 67)
OCTETS = Alphabet("binary", 140, 134)
# Seven octets less, of a header that names the port of the program that reads them (TS 23.040 section 9.2.3.24.4).
PORT_OCTETS = Alphabet("binary", 133, 128)

BY_TYPE: Mapping[str, Alphabet] = {
    "text": GSM7,
    "unicode": UCS2,
    "binary": OCTETS,
    "wappush": PORT_OCTETS,
    "vcal": PORT_OCTETS,
    "vcard": PORT_OCTETS,
}
"""The type decides, not the text: Nexmo did not switch to UCS-2 by itself."""

_GUIDE_OF_2017 = {"gsm7": 152, "ucs2": 62}


def alphabet_of(sms_type: str, part_lengths: str) -> Alphabet:
    """Return how *sms_type* fills its parts: as a 6-octet header leaves it ("153/67"), or as the guides print it ("152/62")."""
    alphabet = BY_TYPE[sms_type]
    several = _GUIDE_OF_2017.get(alphabet.name) if part_lengths == "152/62" else None
    return Alphabet(alphabet.name, alphabet.single, several) if several else alphabet


def length(text: str, alphabet: Alphabet) -> int:
    """Return how many units of *alphabet* the *text* takes: septets, UTF-16 units, or octets of UTF-8."""
    match alphabet.name:
        case "gsm7":
            return septets(text)
        case "ucs2":
            return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
        case _:
            return len(text.encode())


def split(text: str, alphabet: Alphabet) -> tuple[str, ...]:
    """Split *text* into the texts of its parts.

    Returns:
        1 to 255 texts, in order; joined they are *text* again. A part has at most 160 septets or 70 UTF-16
        units; where there are several, 153 or 67. No escape pair and no surrogate pair is cut in two.

    Raises:
        MessageTooLong: *text* needs more than 255 parts.
    """
    units = length(text, alphabet)
    if units <= alphabet.single:
        return (text,)
    if units > MAX_PARTS * alphabet.several:
        raise MessageTooLong
    parts = tuple(_PIECES[alphabet.name](text, alphabet.several))
    if len(parts) > MAX_PARTS:
        raise MessageTooLong
    return parts


# Each cuts what is carried and not what is written, where one slice is one part: a character at a time would take
# ten times as long.

_ESCAPE = "\ud800"  # stands for the escape septet; no text has a lone surrogate


def _pieces_of_septets(text: str, size: int) -> Iterator[str]:
    septets = text
    for character in EXTENSION:
        septets = septets.replace(character, _ESCAPE + character)
    start = 0
    while start < len(septets):
        end = start + size
        if septets[end - 1 : end] == _ESCAPE:
            end -= 1
        yield septets[start:end].replace(_ESCAPE, "")
        start = end


def _pieces_of_utf_16(text: str, size: int) -> Iterator[str]:
    data = text.encode("utf-16-le")
    start = 0
    while start < len(data):
        end = start + 2 * size
        if end < len(data) and data[end - 1] in _HIGH_SURROGATES:
            end -= 2
        yield data[start:end].decode("utf-16-le")
        start = end


_HIGH_SURROGATES = range(0xD8, 0xDC)  # the octet of a UTF-16 unit that tells it


def _pieces_of_octets(text: str, size: int) -> Iterator[str]:
    data = text.encode()
    start = 0
    while start < len(data):
        end = start + size
        while end < len(data) and data[end] & 0xC0 == 0x80:  # in the middle of a character of UTF-8
            end -= 1
        yield data[start:end].decode()
        start = end


_PIECES: Mapping[str, Callable[[str, int], Iterator[str]]] = {
    "gsm7": _pieces_of_septets,
    "ucs2": _pieces_of_utf_16,
    "binary": _pieces_of_octets,
}


def header(reference: int, parts: int, part: int) -> str:
    """Return the user data header of one part in hexadecimal: concatenation with an 8-bit reference.

    Source: 3GPP TS 23.040 section 9.2.3.24.1.
    """
    return f"050003{reference:02X}{parts:02X}{part:02X}"
