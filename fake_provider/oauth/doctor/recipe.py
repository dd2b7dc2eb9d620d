"""How a base string is made, step by step (RFC 5849 section 3.4.1), so that any one step can be done wrongly."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

Pair = tuple[str, str]
Pairs = tuple[Pair, ...]
Arrange = Callable[[Sequence[Pair], Sequence[Pair]], Sequence[Pair]]
"""Takes the pairs as they came and the same encoded; returns the encoded ones in their order."""

UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_NEVER_ENCODED = {ord(character): None for character in "-._"}
_SHORT = 200  # characters; longer ones are replaced faster than they are looked up one by one
_FEW = 40  # so many different characters are replaced one by one; beyond, octet by octet is faster


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """Percent-encoding as RFC 5849 section 3.6 wants it, unless a member says otherwise."""

    safe: frozenset[str] = UNRESERVED  # what stays as it is
    space: str = "%20"
    lower: bool = False  # %3a for %3A
    charset: str = "utf-8"
    charset_twice: bool = False  # UTF-8 taken for Latin-1, and made UTF-8 again
    times: int = 1

    def __call__(self, text: str) -> str:
        """Encode *text*."""
        for _ in range(self.times):
            text = self._once(text)
        return text

    def encoder(self) -> Callable[[str], str]:
        """Return what encodes as this does, and faster where nothing is out of the ordinary."""
        usual = (1, False, "utf-8", False, "%20")
        if (
            self.times,
            self.lower,
            self.charset,
            self.charset_twice,
            self.space,
        ) != usual or not self.safe >= UNRESERVED:
            return self
        safe = "".join(self.safe - UNRESERVED) + "~"
        return lambda text: quote(text, safe=safe) if len(text) < _SHORT else self(text)

    @property
    def escapes_again(self) -> bool:
        """Whether of what was encoded by the book before only the percent signs are encoded again."""
        return self.times == 1 and self.safe >= UNRESERVED and "%" not in self.safe

    def _once(self, text: str) -> str:
        if text.isascii() and text.translate(_NEVER_ENCODED).isalnum():
            return text  # as most are
        if self.charset_twice and not text.isascii():
            text = text.encode().decode("latin-1")
        odd = set(text) - self.safe
        if not odd:
            return text
        if len(odd) > _FEW:
            return "".join(c if c in self.safe else self._escaped(c) for c in text)
        if "%" in odd:
            text = text.replace("%", self._escaped("%"))
            odd.discard("%")
        plain = [one for one in odd if one != " " or "+" not in odd]
        # A space that becomes a plus sign has to wait until real plus signs are escaped.
        for one in [*plain, *(odd - set(plain))]:
            text = text.replace(one, self._escaped(one))
        return text

    def _escaped(self, character: str) -> str:
        if character == " ":
            return self.space
        octets = character.encode(self.charset, "replace")
        return "".join(f"%{octet:02x}" if self.lower else f"%{octet:02X}" for octet in octets)


Memory = dict[tuple[Encoding, Encoding], tuple[dict[str, str], dict[str, str]]]
"""By two encodings: what texts become by the first, and what that becomes by the second."""


def by_encoded(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    """Sort by encoded name, then by encoded value: RFC 5849 section 3.4.1.3.2."""
    return sorted(encoded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that a base string is made of, and how."""

    method: str
    uri: str
    pairs: Pairs  # decoded
    values: Encoding = field(default_factory=Encoding)  # of each name and value
    whole: Encoding = field(default_factory=Encoding)  # of method, URI and normalized parameters, each
    arrange: Arrange = by_encoded
    equals: str = "="
    ampersand: str = "&"

    def base_string(self) -> str:
        """Return the base string."""
        return f"{self.head()}{self.tail()}"

    def head(self) -> str:
        """Return the first two parts, with their ampersands."""
        return f"{self.whole(self.method)}&{self.whole(self.uri)}&"

    def tail(self, memory: Memory | None = None) -> str:
        """Return the third part: the normalized parameters, encoded as a whole.

        Encoding goes character by character, so each name and value can be encoded twice by itself, and *memory* keeps
        what that gives: most mistakes leave most of them as they are.
        """
        once, twice = ({}, {}) if memory is None else memory.setdefault((self.values, self.whole), ({}, {}))
        encode, encode_again = self.values.encoder(), self.whole.encoder()
        if (
            self.values.safe == UNRESERVED
            and self.values.space == "%20"
            and self.values.times > 0
            and self.whole.escapes_again
        ):
            percent = self.whole("%")
            encode_again = lambda text: text.replace("%", percent)  # noqa: E731
        encoded = []
        for name, value in self.pairs:
            for text in (name, value):
                if text not in once:
                    once[text] = encoded_once = encode(text)
                    twice[encoded_once] = encode_again(encoded_once)
            encoded.append((once[name], once[value]))
        equals, ampersand = self.whole(self.equals), self.whole(self.ampersand)
        arranged = self.arrange(self.pairs, encoded)
        return ampersand.join([f"{twice[name]}{equals}{twice[value]}" for name, value in arranged])

    @property
    def of_tail(self) -> tuple[object, ...]:
        """What the third part depends on."""
        return self.pairs, self.values, self.whole, self.arrange, self.equals, self.ampersand
