"""Splits a text into the parts that a network carries: 3GPP TS 23.040 section 9.2.3.24.1."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

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


def _sizes(text: str, alphabet: Alphabet) -> list[int]:
    match alphabet.name:
        case "gsm7":
            return [2 if character in EXTENSION else 1 for character in text]
        case "ucs2":
            return [2 if character > "\uffff" else 1 for character in text]
        case _:
            return [len(character.encode()) for character in text]


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
    # Where every character takes one unit, a cut is at a multiple; else it is found in the sums of the units.
    ends = range(1, len(text) + 1) if units == len(text) else list(accumulate(_sizes(text, alphabet)))
    parts: list[str] = []
    start = filled = 0
    while start < len(text):
        end = bisect_right(ends, filled + alphabet.several, lo=start)
        parts.append(text[start:end])
        start, filled = end, ends[end - 1]
    if len(parts) > MAX_PARTS:
        raise MessageTooLong
    return tuple(parts)


def header(reference: int, parts: int, part: int) -> str:
    """Return the user data header of one part in hexadecimal: concatenation with an 8-bit reference.

    Source: 3GPP TS 23.040 section 9.2.3.24.1.
    """
    return f"050003{reference:02X}{parts:02X}{part:02X}"
