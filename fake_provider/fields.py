"""Reads the members of a JSON or TOML object by a table, so that a wrong one is named with what is allowed.

The same table serves the control API, its OpenAPI description, the configuration file and Python. A ``Reader`` reads
one value, and has the JSON schema of what it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import InvalidValue

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one value: returns it, or raises ValueError saying what is allowed."""

    read: Callable[[object], Any]
    schema: Schema = field(repr=False)

    def __call__(self, given: object) -> Any:
        """Read *given*."""
        return self.read(given)


@dataclass(frozen=True, slots=True)
class Field:
    """One member of an object. Null is as good as absent, but where it ``means`` something."""

    name: str
    read: Reader
    required: bool = False
    default: Any = None
    null: Any = None  # what null means, where that is not the default
    hint: str = ""  # for the description

    @property
    def null_means_something(self) -> bool:
        """Whether null is a value of its own."""
        return self.null is not None


UNLIMITED = -1
"""What null means where a number limits something."""


def read(fields: Sequence[Field], members: object) -> dict[str, Any]:
    """Return the value of every field; InvalidValue names the first member that is wrong, missing or unknown."""
    if not isinstance(members, Mapping):
        raise InvalidValue("", "an object with named members is wanted")
    by_name = {field.name: field for field in fields}
    for name in members:
        if name not in by_name:
            raise InvalidValue(str(name)[:100], f"unknown; allowed are {', '.join(by_name) or 'none'}")
    return {field.name: _value(field, members) for field in fields}


def _value(field: Field, members: Mapping[str, object]) -> Any:
    given = members.get(field.name)
    if given is None:
        if field.required:
            raise InvalidValue(field.name, "is required")
        return field.null if field.null_means_something and field.name in members else field.default
    try:
        return field.read(given)
    except InvalidValue as error:
        raise error.below(field.name) from None
    except ValueError as error:
        raise InvalidValue(field.name, str(error)) from None


def schema_of(fields: Sequence[Field]) -> Schema:
    """Return the JSON schema of an object with these members, and no others."""
    return {
        "type": "object",
        "properties": {field.name: _member_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _member_schema(field: Field) -> Schema:
    schema = dict(field.read.schema)
    if not field.required:
        if "type" in schema and "enum" not in schema:
            kinds = schema["type"]
            schema["type"] = [*(kinds if isinstance(kinds, list) else [kinds]), "null"]
        else:
            schema = {"anyOf": [schema, {"type": "null"}]}
    if field.hint:
        schema["description"] = field.hint
    if isinstance(field.default, (bool, int, str)):
        schema["default"] = field.default
    return schema


# Of several values


def list_of(item: Reader, *, at_most: int = 10_000) -> Reader:
    """Read a list, each of its items by *item*."""

    def reader(given: object) -> tuple[Any, ...]:
        if not isinstance(given, list) or len(given) > at_most:
            raise ValueError(
                f"a list of at most {at_most:,} is wanted" if isinstance(given, list) else "a list is wanted"
            )
        values = []
        for index, one in enumerate(given):
            try:
                values.append(item(one))
            except InvalidValue as error:
                raise error.below(f"[{index}]") from None
            except ValueError as error:
                raise InvalidValue(f"[{index}]", str(error)) from None
        return tuple(values)

    return Reader(reader, {"type": "array", "items": item.schema})


def either(first: Reader, second: Reader, wanted: str) -> Reader:
    """Read by *first*, or else by *second*; *wanted* says what is allowed where neither can.

    What is wrong in an object is said of its own member.
    """

    def reader(given: object) -> Any:
        for one in (first, second):
            try:
                return one(given)
            except InvalidValue:
                if isinstance(given, Mapping):
                    raise
            except ValueError:
                continue
        raise ValueError(wanted)

    return Reader(reader, {"anyOf": [first.schema, second.schema]})


def table(*fields: Field) -> Reader:
    """Read an object by its own fields."""
    return Reader(lambda given: read(fields, given), schema_of(fields))
