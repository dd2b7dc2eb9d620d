"""Splits a text into the parts that a network carries: 3GPP TS 23.040 section 9.2.3.24.1."""

from __future__ import annotations

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
    """How an encoding fills a part: in septets or in UTF-16 units."""

    name: str  # as the control API calls it
    single: int  # units in a message of one part
    several: int  # units in each part beside the concatenation header


GSM7 = Alphabet("gsm7", 160, 153)
UCS2 = Alphabet("ucs2", 70, 67)

BY_TYPE = {"text": GSM7, "unicode": UCS2}
"""The type decides, not the text: Nexmo did not switch to UCS-2 by itself."""


def _units(character: str, alphabet: Alphabet) -> int:
    if alphabet is GSM7:
        return 2 if character in EXTENSION else 1
    return 2 if character > "\uffff" else 1


def length(text: str, alphabet: Alphabet) -> int:
    """Return how many units of *alphabet* the *text* takes: septets, or UTF-16 units."""
    return septets(text) if alphabet is GSM7 else len(text) + sum(c > "\uffff" for c in text)


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
    parts: list[str] = []
    start = filled = 0
    for position, character in enumerate(text):
        size = _units(character, alphabet)
        if filled + size > alphabet.several:
            parts.append(text[start:position])
            start, filled = position, 0
        filled += size
    parts.append(text[start:])
    if len(parts) > MAX_PARTS:
        raise MessageTooLong
    return tuple(parts)
