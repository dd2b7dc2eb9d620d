"""Where tokens, verifiers and ids come from: the system's randomness, or a seed that repeats a run."""

from __future__ import annotations

import os
import random

# Without 0 O 1 l I and their like: a person reads a verifier on one screen and types it on another.
_EASY = "abcdefghjkmnpqrstuvwxyz23456789"
_VERIFIER_CHARACTERS = 8
_TOKEN_BYTES = 16
_PREFIXES = 0x15  # message ids of 2014 to 2017 began with 00 to 14


class RandomEntropy:
    """The system's chance; with a *seed*, the same chance every time."""

    def __init__(self, seed: int | None = None) -> None:
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin the seeded sequence anew."""
        if self._seed is None:
            self._bytes = os.urandom
        else:
            self._bytes = random.Random(self._seed).randbytes

    def token(self) -> str:
        """Return 32 lower-case hexadecimal digits."""
        return self._bytes(_TOKEN_BYTES).hex()

    def verifier(self) -> str:
        """Return 8 letters and digits that nobody mistakes for one another."""
        # Of 32 bits the remainder by 31 favours no character so that it could be noticed.
        numbers = [int.from_bytes(self._bytes(4)) for _ in range(_VERIFIER_CHARACTERS)]
        return "".join(_EASY[number % len(_EASY)] for number in numbers)

    def message_id(self) -> str:
        """Return 16 upper-case hexadecimal digits, shaped as those of 2014 to 2017: 0C000000D3A5F1E2."""
        drawn = self._bytes(5)
        return f"{drawn[0] % _PREFIXES:02X}000000{drawn[1:].hex().upper()}"

    def octet(self) -> int:
        """Return a number from 0 to 255: the reference that the parts of a message share."""
        return self._bytes(1)[0]
