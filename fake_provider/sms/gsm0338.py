"""The GSM 7-bit default alphabet and its extension table: 3GPP TS 23.038 section 6.2.1.

Only what can be counted and shown: packing septets into octets is for those who speak to a network.
"""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each of these is an escape and a character: two septets that no part boundary may separate."""

_ALPHABET = BASIC | EXTENSION

REPLACEMENT = "?"
"""What a handset shows for a character that the alphabet lacks (nobody documented it; most do)."""


def septets(text: str) -> int:
    """Return how many septets *text* takes; a character that the alphabet lacks is sent as one ``?``."""
    if EXTENSION.isdisjoint(text):
        return len(text)
    return len(text) + sum(map(EXTENSION.__contains__, text))


def foreign(text: str) -> str:
    """Return the characters of *text* that the alphabet lacks, each once, in order."""
    if _ALPHABET.issuperset(text):
        return ""
    return "".join(dict.fromkeys(c for c in text if c not in _ALPHABET))


def as_shown(text: str) -> str:
    """Return *text* as a handset shows it after it went through the alphabet."""
    if _ALPHABET.issuperset(text):
        return text
    return "".join(c if c in _ALPHABET else REPLACEMENT for c in text)
