"""An HTTP answer as a value, and its body read strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import parse_qsl

from .errors import MalformedAnswer
from .wording import printable

JsonObject = Mapping[str, object]

MAX_DIGITS = 1000  # of a number: far beyond any amount, and int() is quadratic


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. The body is not in the repr: a token answer's holds secrets."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes = field(repr=False)
    charset: str | None = None  # as declared

    def text(self) -> str:
        """Return the body as text; MalformedAnswer where it is none.

        Without a charset it is UTF-8 (RFC 8259 section 8.1). Early captures declare ISO-8859-1.
        """
        try:
            return self.body.decode(self.charset or "utf-8")
        except (LookupError, ValueError):
            raise MalformedAnswer("the answer's text is not in the charset that it should be in") from None

    def json_object(self) -> JsonObject:
        """Return the body as a JSON object, its fractions as Decimal; MalformedAnswer where it is none."""
        try:
            found = json.loads(
                self.text(), parse_float=Decimal, parse_int=_integer, parse_constant=_no_number
            )
        except (ValueError, RecursionError):
            raise MalformedAnswer(f"the answer is not JSON: {self._beginning()}") from None
        if not isinstance(found, dict):
            raise MalformedAnswer(f"the answer is not a JSON object: {self._beginning()}")
        return found

    def form(self) -> Mapping[str, str]:
        """Return the body as form fields, each of them there once; MalformedAnswer where it is no form.

        The Content-Type is not asked: token answers come with any. The body is not quoted in the error, as
        it may be half of a token answer.
        """
        try:
            pairs = parse_qsl(
                self.text().strip(), keep_blank_values=True, strict_parsing=True, errors="strict"
            )
        except ValueError:
            raise MalformedAnswer("the token answer is not form-encoded") from None
        fields = dict(pairs)
        if not fields or len(fields) != len(pairs):
            raise MalformedAnswer("the token answer has no field, or one of them twice")
        return fields

    def _beginning(self) -> str:
        return printable(self.text()[:60]) or "it is empty"


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError
    return int(digits)


def _no_number(name: str) -> object:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's
