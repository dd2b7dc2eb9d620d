"""What a configuration file takes, from the tables that read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from fake_provider import config
from fake_provider.domain.policy import Policy
from fake_provider.fields import Field

from .markdown import code, page, plain, table

TABLES: Mapping[str, tuple[str, Sequence[Field]]] = {
    "The file itself": ("", config.FILE_FIELDS),
    "An account": ("Each `[[accounts]]`.", config.ACCOUNT_FIELDS),
    "An app": ("Each `[[apps]]`.", config.APP_FIELDS),
    "A number": (
        "Each `[[numbers]]`; an account's `numbers` may hold the same, without `account`.",
        config.NUMBER_FIELDS,
    ),
    "A reply": ("Each `[[replies]]`: what people answer, and keywords that opt out.", config.REPLY_FIELDS),
}


def made() -> str:
    """Return a section for each table of the file."""
    return page(
        *(page(f"## {title}", words, members(fields)) for title, (words, fields) in TABLES.items()),
    )


def members(fields: Sequence[Field]) -> str:
    """Return a table of the members of an object."""
    return table(
        ("member", "value", "default", ""),
        (
            (code(field.name), allowed(field.read.schema), _default(field), plain(field.hint))
            for field in fields
        ),
    )


def _default(field: Field) -> str:
    if field.required:
        return "required"
    default = getattr(Policy(), field.name, None) if field in config.POLICY_FIELDS else field.default
    if default is None or default == {}:
        return ""
    return code(json.dumps(_as_json(default)))


def _as_json(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return [*value] if isinstance(value, tuple) else value


def allowed(schema: Mapping[str, Any]) -> str:
    """Return in words what a JSON schema allows."""
    if "$ref" in schema:
        return "an error"
    if "enum" in schema:
        return " or ".join(code(json.dumps(one)) for one in schema["enum"])
    if schema.get("type") == "array" and schema.get("items"):
        return f"a list, of each: {allowed(schema['items'])}"
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(allowed(one) for one in alternatives)
    kinds = schema.get("type", "any")
    return " or ".join(_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _kind(kind: str, schema: Mapping[str, Any]) -> str:
    words = {
        "array": "a list",
        "boolean": "true or false",
        "integer": "a whole number",
        "null": "null",
        "number": "a number",
        "object": "an object",
        "string": "a text",
        "any": "anything",
    }[kind]
    if kind in ("integer", "number") and "minimum" in schema and "maximum" in schema:
        return f"{words} from {schema['minimum']:,} to {schema['maximum']:,}"
    if kind == "string" and schema.get("format") == "date-time":
        return "a time (ISO 8601)"
    if kind == "string" and schema.get("maxLength", 1000) < 1000:
        return f"{words} of at most {schema['maxLength']:,} characters"
    return words
