"""Readers of single values: what is allowed, said in one sentence, and as a JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from .fields import Reader, Schema, either, list_of
from .oauth import rsa
from .oauth.callback import problem_with
from .sms.parse import is_url
from .sms.signing import METHODS, method_named


def _reader(schema: Schema) -> Callable[[Callable[[object], Any]], Reader]:
    return lambda read: Reader(read, schema)


def text(*, at_most: int = 255) -> Reader:
    """Read a text that is not empty."""

    def reader(given: object) -> str:
        if not isinstance(given, str) or not given.strip() or len(given) > at_most or not _is_unicode(given):
            raise ValueError(f"a text of 1 to {at_most} characters is wanted")
        return given

    return Reader(
        reader,
        {
            "type": "string",
            "minLength": 1,
            "maxLength": at_most,
            "pattern": r"[^\s\u0085\u001c-\u001f\ufeff]",
        },
    )


def any_text(*, at_most: int = 40_000) -> Reader:
    """Read a text, which may be empty."""

    def reader(given: object) -> str:
        if not isinstance(given, str) or len(given) > at_most or not _is_unicode(given):
            raise ValueError(f"a text of at most {at_most} characters is wanted")
        return given

    return Reader(reader, {"type": "string", "maxLength": at_most})


def _is_unicode(text: str) -> bool:
    """Whether *text* can be encoded: JSON lets a lone surrogate through."""
    return not re.search("[\ud800-\udfff]", text)


_EMAIL = r"[!-?A-~\u00a1-\ud7ff]+@[!-?A-~\u00a1-\ud7ff]+"


@_reader({"type": "string", "format": "email", "maxLength": 254})
def email(given: object) -> str:
    """Read an e-mail address: something on both sides of one ``@``, no blanks."""
    if not isinstance(given, str) or not re.fullmatch(_EMAIL, given) or len(given) > 254:
        raise ValueError("an e-mail address such as developer@example.com is wanted")
    return given


@_reader({"type": "boolean"})
def boolean(given: object) -> bool:
    """Read true or false."""
    if not isinstance(given, bool):
        raise ValueError("true or false is wanted")
    return given


@_reader(
    {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1_000_000},
            {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,8})?$"},
        ]
    }
)
def amount(given: object) -> Decimal:
    """Read an amount in EUR, a number or a decimal text, with at most 8 decimals."""
    wanted = 'an amount in EUR from 0 to 1000000 is wanted, a number or a decimal text such as "10.00"'
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise ValueError(wanted)
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        raise ValueError(wanted) from None
    if not value.is_finite() or not 0 <= value <= 1_000_000:
        raise ValueError(wanted)
    return value.quantize(Decimal("1.00000000")) if value.as_tuple().exponent < -8 else value  # type: ignore[operator]


@_reader({"type": "string", "format": "uri", "examples": ["https://app.example/cb"]})
def callback_url(given: object) -> str:
    """Read a URL to which a user may be sent back."""
    if not isinstance(given, str):
        raise ValueError("an absolute URL is wanted")
    problem = "oob is no URL; leave it out" if given == "oob" else problem_with(given)
    if problem:
        raise ValueError(f"{problem}; an absolute http or https URL is wanted, or com.example.app://cb")
    return given


@_reader({"type": "string", "format": "uri", "examples": ["http://127.0.0.1:9000/receipts"]})
def webhook_url(given: object) -> str:
    """Read a URL to which webhooks may be sent."""
    if not isinstance(given, str) or not is_url(given):
        raise ValueError("an absolute http or https URL such as http://127.0.0.1:9000/receipts is wanted")
    return given


@_reader({"type": "string", "pattern": "^[0-9]{3,15}$"})
def msisdn(given: object) -> str:
    """Read a number in E.164 digits, without plus."""
    if not isinstance(given, str) or not re.fullmatch("[0-9]{3,15}", given):
        raise ValueError("a number in international format is wanted, 3 to 15 digits without plus")
    return given


@_reader({"type": "string", "pattern": "^([0-9A-Fa-f]{2}){0,140}$"})
def hexadecimal(given: object) -> str:
    """Read up to 140 octets in hexadecimal."""
    if not isinstance(given, str) or not re.fullmatch("([0-9A-Fa-f]{2}){0,140}", given):
        raise ValueError("at most 140 octets in hexadecimal are wanted, two digits each")
    return given


@_reader({"type": "string", "enum": list(METHODS)})
def signature_method(given: object) -> str:
    """Read the name of a signature method, in any spelling of Nexmo's libraries."""
    found = method_named(given) if isinstance(given, str) else None
    if found is None:
        raise ValueError(f"one of {', '.join(METHODS)} is wanted")
    return found


@_reader({"type": "string", "pattern": "^[0-9]{1,3}$"})
def err_code(given: object) -> str:
    """Read the err-code of a receipt."""
    if not isinstance(given, str) or not re.fullmatch("[0-9]{1,3}", given):
        raise ValueError("1 to 3 digits are wanted")
    return given


@_reader(
    {
        "anyOf": [
            {"type": "string", "pattern": "^[1-9][0-9]{0,2}$"},
            {"type": "integer", "minimum": 1, "maximum": 999},
        ]
    }
)
def sms_status(given: object) -> int:
    """Read a status other than 0, as a number or as the text that it is on the wire."""
    if isinstance(given, bool) or not re.fullmatch("[1-9][0-9]{0,2}", str(given)):
        raise ValueError("a status other than 0, such as 9, is wanted")
    return int(str(given))


@_reader({"type": "string", "pattern": "^[a-z][a-z_]{0,59}$", "examples": ["token_revoked"]})
def problem_word(given: object) -> str:
    """Read a word of the Problem Reporting extension."""
    if not isinstance(given, str) or not re.fullmatch("[a-z][a-z_]{0,59}", given):
        raise ValueError("a word such as token_revoked is wanted")
    return given


@_reader({"type": "string", "format": "uri"})
def location(given: object) -> str:
    """Read where a redirect leads: any URL, as far as it can stand in a header."""
    if not isinstance(given, str) or not re.fullmatch("[!-~]{1,2000}", given):
        raise ValueError("a URL of at most 2000 printable ASCII characters is wanted")
    return given


@_reader({"type": "string", "format": "pem", "description": "an RSA public key in PEM"})
def rsa_public_key(given: object) -> str:
    """Read an RSA public key in PEM."""
    if not isinstance(given, str):
        raise ValueError("an RSA public key in PEM is wanted, a text")
    rsa.public_key(given)
    return given


def one_of(*allowed: Any) -> Reader:
    """Read one of a few values."""

    def reader(given: object) -> Any:
        if not any(given == one and type(given) is type(one) for one in allowed):
            raise ValueError(wanted)
        return given

    spelled = ["true" if one is True else "false" if one is False else str(one) for one in allowed]
    wanted = f"one of {', '.join(spelled)} is wanted" if len(spelled) > 1 else f"{spelled[0]} is wanted"
    return Reader(reader, {"enum": list(allowed)})


def whole_number(at_least: int, at_most: int) -> Reader:
    """Read a whole number."""

    def reader(given: object) -> int:
        # 825.0 is a whole number to JSON Schema, and to some JSON writers.
        whole = int(given) if isinstance(given, float) and given.is_integer() else given
        if isinstance(whole, bool) or not isinstance(whole, int) or not at_least <= whole <= at_most:
            raise ValueError(f"a whole number from {at_least} to {at_most} is wanted")
        return whole

    return Reader(reader, {"type": "integer", "minimum": at_least, "maximum": at_most})


def number(at_least: float, at_most: float) -> Reader:
    """Read a number."""

    def reader(given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not at_least <= given <= at_most:
            raise ValueError(f"a number from {at_least:g} to {at_most:g} is wanted")
        return float(given)

    return Reader(reader, {"type": "number", "minimum": at_least, "maximum": at_most})


@_reader({"type": "string", "format": "date-time"})
def time(given: object) -> float:
    """Read an ISO 8601 time; returns seconds since the epoch. Without a zone it is UTC."""
    wanted = "an ISO 8601 time from 1970 to 9998, such as 2018-10-25T12:10:29Z, is wanted"
    if not isinstance(given, str):
        raise ValueError(wanted)
    try:
        # A plus sign that was not escaped in a query has become a blank.
        moment = datetime.fromisoformat(given.replace(" ", "+") if "T" in given else given)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(wanted) from None
    if seconds < 0:
        raise ValueError(wanted)
    return seconds


def texts_by_name(*, at_most: int = 100) -> Reader:
    """Read an object of texts, under any names; numbers and booleans are written as JSON writes them."""
    wanted = f"an object of at most {at_most} texts by name is wanted"

    def one(value: object) -> str:
        match value:
            case bool():
                return "true" if value else "false"
            case str() | int() | float() if _is_unicode(str(value)):
                return str(value)
            case _:
                raise ValueError(wanted)

    def reader(given: object) -> dict[str, str]:
        if not isinstance(given, Mapping) or len(given) > at_most or not all(map(_is_unicode, given)):
            raise ValueError(wanted)
        return {name: one(value) for name, value in given.items()}

    return Reader(
        reader,
        {
            "type": "object",
            "additionalProperties": {"type": ["string", "number", "boolean"]},
            "maxProperties": at_most,
        },
    )


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"


def headers() -> Reader:
    """Read HTTP headers by name."""
    wanted = "an object of header names and their values, printable ASCII, is wanted"

    def reader(given: object) -> dict[str, str]:
        pairs = texts_by_name()(given)
        if not all(
            re.fullmatch(_TOKEN, name) and re.fullmatch("[ -~]{0,8000}", pairs[name]) for name in pairs
        ):
            raise ValueError(wanted)
        if not {"content-length", "transfer-encoding", "connection"}.isdisjoint(map(str.lower, pairs)):
            raise ValueError("Content-Length, Transfer-Encoding and Connection are the server's own")
        return dict(pairs)

    schema = {
        "type": "object",
        "propertyNames": {"pattern": f"^{_TOKEN}$"},
        "additionalProperties": {"type": "string", "pattern": "^[ -~]{0,8000}$"},
        "maxProperties": 100,
    }
    return Reader(reader, schema)


def names() -> Reader:
    """Read one name, or a list of names."""
    one = text()
    many = list_of(one, at_most=100)
    both = either(one, many, "a name, or a list of names, is wanted")

    def reader(given: object) -> tuple[str, ...]:
        found = both(given)
        return (found,) if isinstance(found, str) else found

    return Reader(reader, both.schema)


# Of a query, where everything is text


def from_query(of: Reader) -> Reader:
    """Read the text of a query's parameter as the number that *of* reads."""

    def reader(given: object) -> Any:
        text = str(given)
        try:
            number: object = int(text) if re.fullmatch("-?[0-9]{1,12}", text) else float(text)
        except ValueError:
            number = None
        return of(number)

    return Reader(reader, of.schema)
