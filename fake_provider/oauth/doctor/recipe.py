"""How a base string is made, step by step (RFC 5849 section 3.4.1), so that any one step can be done wrongly."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote

Pair = tuple[str, str]
Pairs = tuple[Pair, ...]
Arrange = Callable[[Sequence[Pair], Sequence[Pair]], Sequence[Pair]]
"""Takes the pairs as they came and the same encoded; returns the encoded ones in their order."""

UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_NEVER_ENCODED = {ord(character): None for character in "-._"}
_SHORT = 200  # characters; longer ones are replaced faster than they are looked up one by one
_FEW = 40  # so many different characters are replaced one by one; beyond, octet by octet is faster


# Named tuples, not data classes: a search makes, compares and looks up thousands of them, and so takes half as long.


class Encoding(NamedTuple):
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
            return self.__call__
        safe = "".join(self.safe - UNRESERVED) + "~"
        return lambda text: quote(text, safe=safe) if len(text) < _SHORT else self(text)

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


class Encoded(dict[str, str]):
    """What texts become by one encoding, each made when it is first asked for: ``encoded["a b"]``."""

    __slots__ = ("_encode",)

    def __init__(self, encoding: Encoding) -> None:
        super().__init__()
        self._encode = encoding.encoder()

    def __missing__(self, text: str) -> str:
        self[text] = encoded = self._encode(text)
        return encoded


class Memory(dict[Encoding, Encoded]):
    """What was encoded before, by encoding: most mistakes leave most names and values as they are."""

    def __missing__(self, encoding: Encoding) -> Encoded:
        self[encoding] = encoded = Encoded(encoding)
        return encoded


def by_encoded(_: Sequence[Pair], encoded: Sequence[Pair]) -> Sequence[Pair]:
    """Sort by encoded name, then by encoded value: RFC 5849 section 3.4.1.3.2."""
    return sorted(encoded)


class Recipe(NamedTuple):
    """Everything that a base string is made of, and how."""

    method: str
    uri: str
    pairs: Pairs  # decoded
    values: Encoding = Encoding()  # of each name and value
    whole: Encoding = Encoding()  # of method, URI and normalized parameters, each
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
        memory = Memory() if memory is None else memory
        once, whole = memory[self.values], memory[self.whole]
        encoded = [(once[name], once[value]) for name, value in self.pairs]
        equals, ampersand = whole[self.equals], whole[self.ampersand]
        arranged = self.arrange(self.pairs, encoded)
        return ampersand.join([f"{whole[name]}{equals}{whole[value]}" for name, value in arranged])

    @property
    def of_tail(self) -> tuple[object, ...]:
        """What the third part depends on."""
        return self.pairs, self.values, self.whole, self.arrange, self.equals, self.ampersand
