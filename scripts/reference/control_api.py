"""The control API as a page, from its OpenAPI description: calls, members, answers, errors; and an example of each, made."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from fake_provider.web.control.calls import CALLS
from fake_provider.web.control.openapi import description

from .examples import Shown, shown
from .markdown import block, code, page, plain, table
from .settings import allowed

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]


def made() -> str:
    """Return a section for each call, and one for errors."""
    described = description(CALLS)
    examples = shown()
    sections = [
        _call(
            f"{method.upper()} {path}", operation, examples[f"{method.upper()} {path.removeprefix('/_fake')}"]
        )
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return page(_overview(described), *sections)


def _overview(described: Schema) -> str:
    return table(
        ("call", ""),
        (
            (code(f"{method.upper()} {path}"), plain(operation["summary"]))
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
        ),
    )


def _call(name: str, operation: Mapping[str, Any], example: Shown) -> str:
    parameters = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
    body = _schema(operation.get("requestBody", {}))
    (status, success), *errors = operation["responses"].items()
    return page(
        f"### {name}",
        plain(operation["summary"]),
        _members("query", {one["name"]: one["schema"] | _hint(one) for one in parameters}, ()),
        _members("body", body.get("properties", {}), body.get("required", ())),
        f"**Answer {status}**" + (":" if (answer := _answer(_schema(success))) else ", without a body."),
        answer,
        "**Errors**: " + ", ".join(code(code_) for code_, _ in errors if int(code_) not in _EVERYWHERE)
        if any(int(code_) not in _EVERYWHERE for code_, _ in errors)
        else "",
        "For example:",
        block(example.request, "sh"),
        block(example.answer, example.language) if example.answer else "",
    )


_EVERYWHERE = frozenset({400, 401, 403, 408, 413, 431})


def errors() -> str:
    """Return what each error says, of any call."""
    told: dict[str, str] = {}
    for methods in description(CALLS)["paths"].values():
        for operation in methods.values():
            told |= {
                status: one["description"]
                for status, one in operation["responses"].items()
                if int(status) >= 400
            }
    return table(("status", ""), ((status, plain(words)) for status, words in sorted(told.items())))


def _schema(described: Schema) -> Schema:
    content = described.get("content", {})
    return dict(next(iter(content.values()))["schema"]) if content else {}


def _hint(parameter: Schema) -> Schema:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _members(where: str, members: Schemas, required: Collection[str]) -> str:
    return table((f"member ({where})", "value", "default", ""), _taken(members, required, ""))


def _taken(members: Schemas, required: Collection[str], path: str) -> Iterator[Sequence[str]]:
    """Tell what a call takes, with the members of objects by their paths."""
    for name, nullable in members.items():
        schema = _without_null(nullable)
        default = "required" if name in required else _default(schema)
        yield (code(f"{path}{name}"), allowed(schema), default, plain(schema.get("description", "")))
        yield from _taken(schema.get("properties", {}), schema.get("required", ()), f"{path}{name}.")
        yield from _taken_each(schema.get("items", {}), f"{path}{name}[].")


def _taken_each(item: Schema, path: str) -> Iterator[Sequence[str]]:
    for one in item.get("anyOf", (item,)):
        yield from _taken(one.get("properties", {}), one.get("required", ()), path)


def _without_null(schema: Schema) -> Schema:
    """Leave null out: it is as good as absent, and where it says something, the words beside it do."""
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [kind for kind in schema["type"] if kind != "null"]}
    if "anyOf" not in schema:
        return schema
    others = [one for one in schema["anyOf"] if one != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**others[0], **rest} if len(others) == 1 else {**rest, "anyOf": others}


def _default(schema: Schema) -> str:
    return code(json.dumps(schema["default"])) if schema.get("default") not in (None, "") else ""


def _answer(schema: Schema) -> str:
    return table(("member (answer)", "value"), _answered(schema, ""))


def _answered(schema: Schema, path: str) -> Iterator[Sequence[str]]:
    """Tell what a call answers, with the members of objects, and of each object of a list, by their paths."""
    for name, member in schema.get("properties", {}).items():
        items = member.get("items", {})
        shown = {"type": "array"} if "properties" in items else member
        yield (code(f"{path}{name}"), allowed(shown))
        yield from _answered(member, f"{path}{name}.")
        yield from _answered(items, f"{path}{name}[].")
