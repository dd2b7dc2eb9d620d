"""Where tokens, verifiers and ids come from: the system's randomness, or a seed that repeats a run."""

from __future__ import annotations

import random

# Without 0 O 1 l I and their like: a person reads a verifier on one screen and types it on another.
_EASY = "abcdefghjkmnpqrstuvwxyz23456789"
_VERIFIER_CHARACTERS = 8


class RandomEntropy:
    """Chance; with *seed*, the same chance every time."""

    def __init__(self, seed: int | None = None) -> None:
        self._seed = seed
        self._random = self._source()

    def _source(self) -> random.Random:
        return random.SystemRandom() if self._seed is None else random.Random(self._seed)

    def reset(self) -> None:
        """Begin the seeded sequence anew."""
        self._random = self._source()

    def token(self) -> str:
        """Return 32 lower-case hexadecimal digits."""
        return f"{self._random.getrandbits(128):032x}"

    def verifier(self) -> str:
        """Return 8 letters and digits that nobody mistakes for one another."""
        return "".join(self._random.choice(_EASY) for _ in range(_VERIFIER_CHARACTERS))

    def message_id(self) -> str:
        """Return 16 upper-case hexadecimal digits, shaped as those of 2014 to 2017: 0C000000D3A5F1E2."""
        bits = self._random.getrandbits(36)
        return f"{(bits >> 32) % 0x15:02X}000000{bits & 0xFFFFFFFF:08X}"
