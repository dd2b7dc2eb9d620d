"""Reads the members of a JSON or TOML object by a table, so that a wrong one is named with what is allowed.

The same table serves the control API and the configuration file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from .errors import InvalidValue
from .oauth.callback import problem_with

Reader = Callable[[object], Any]
"""Returns the value; raises ValueError saying what is allowed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an object."""

    name: str
    read: Reader
    required: bool = False
    default: Any = None


def read(fields: tuple[Field, ...], members: object) -> dict[str, Any]:
    """Return the value of every field; InvalidValue names the first member that is wrong, missing or unknown."""
    if not isinstance(members, Mapping):
        raise InvalidValue("", "an object with named members is wanted")
    by_name = {field.name: field for field in fields}
    for name in members:
        if name not in by_name:
            raise InvalidValue(str(name), f"unknown; allowed are {', '.join(by_name)}")
    values: dict[str, Any] = {}
    for field in fields:
        given = members.get(field.name)
        if given is None:
            if field.required:
                raise InvalidValue(field.name, "is required")
            values[field.name] = field.default
            continue
        try:
            values[field.name] = field.read(given)
        except InvalidValue as error:
            raise error.below(field.name) from None
        except ValueError as error:
            raise InvalidValue(field.name, str(error)) from None
    return values


def text(*, at_most: int = 255) -> Reader:
    """Read a text that is not empty."""

    def reader(given: object) -> str:
        if not isinstance(given, str) or not given.strip() or len(given) > at_most or not _is_unicode(given):
            raise ValueError(f"a text of 1 to {at_most} characters is wanted")
        return given

    return reader


def _is_unicode(text: str) -> bool:
    """Whether *text* can be encoded: JSON lets a lone surrogate through."""
    return not re.search("[\ud800-\udfff]", text)


def email(given: object) -> str:
    """Read an e-mail address: something on both sides of one ``@``, no blanks."""
    if (
        not isinstance(given, str)
        or not re.fullmatch(r"[!-?A-~\u00a1-\ud7ff]+@[!-?A-~\u00a1-\ud7ff]+", given)
        or len(given) > 254
    ):
        raise ValueError("an e-mail address such as developer@example.com is wanted")
    return given


def boolean(given: object) -> bool:
    """Read true or false."""
    if not isinstance(given, bool):
        raise ValueError("true or false is wanted")
    return given


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


def callback_url(given: object) -> str:
    """Read a URL to which a user may be sent back."""
    if not isinstance(given, str):
        raise ValueError("an absolute URL is wanted")
    problem = "oob is no URL; leave it out" if given == "oob" else problem_with(given)
    if problem:
        raise ValueError(f"{problem}; an absolute http or https URL is wanted, or com.example.app://cb")
    return given


def msisdn(given: object) -> str:
    """Read a number in E.164 digits, without plus."""
    if not isinstance(given, str) or not re.fullmatch("[0-9]{3,15}", given):
        raise ValueError("a number in international format is wanted, 3 to 15 digits without plus")
    return given


def rsa_public_key(given: object) -> str:
    """Read an RSA public key in PEM."""
    wanted = "an RSA public key in PEM is wanted, -----BEGIN PUBLIC KEY-----"
    if not isinstance(given, str):
        raise ValueError(wanted)
    try:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise ValueError("RSA needs more libraries: pip install 'fake-nexmo[rsa]'") from None
    try:
        key = load_pem_public_key(given.encode())
    except ValueError:
        raise ValueError(wanted) from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError(wanted)
    return given


def one_of(*allowed: Any) -> Reader:
    """Read one of a few values."""

    def reader(given: object) -> Any:
        if not any(given == one and type(given) is type(one) for one in allowed):
            raise ValueError(f"one of {', '.join(map(str, allowed))} is wanted")
        return given

    return reader


def list_of(item: Reader) -> Reader:
    """Read a list, each of its items by *item*."""

    def reader(given: object) -> tuple[Any, ...]:
        if not isinstance(given, list):
            raise ValueError("a list is wanted")
        values = []
        for index, one in enumerate(given):
            try:
                values.append(item(one))
            except InvalidValue as error:
                raise error.below(f"[{index}]") from None
            except ValueError as error:
                raise InvalidValue(f"[{index}]", str(error)) from None
        return tuple(values)

    return reader


def table(*fields: Field) -> Reader:
    """Read an object by its own fields."""
    return lambda given: read(fields, given)
