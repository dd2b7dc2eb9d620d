"""Which texts the GSM 7-bit default alphabet can hold: 3GPP TS 23.038 section 6.2.1.

Nexmo does not choose by itself: a character outside the alphabet needs ``type=unicode``, and who sends it as
``text`` gets a "?" delivered. Counting septets and cutting parts is the service's work.
"""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€")  # as Nexmo lists it, without the standard's form feed

_ALPHABET = _BASIC | _EXTENSION


def fits(text: str) -> bool:
    """Tell whether every character of *text* is in the alphabet or its extension table."""
    return _ALPHABET.issuperset(text)
