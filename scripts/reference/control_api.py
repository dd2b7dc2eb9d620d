"""The control API as a page, from its OpenAPI description: calls, members, answers, errors; and an example of each, made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fake_provider.web.control.calls import CALLS
from fake_provider.web.control.openapi import description

from .examples import Shown, shown
from .markdown import block, code, page, plain, table
from .settings import allowed


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


def _overview(described: Mapping[str, Any]) -> str:
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


def _schema(described: Mapping[str, Any]) -> Mapping[str, Any]:
    content = described.get("content", {})
    return dict(next(iter(content.values()))["schema"]) if content else {}


def _hint(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"description": parameter["description"]} if "description" in parameter else {}


def _members(where: str, members: Mapping[str, Mapping[str, Any]], required: object) -> str:
    rows = [
        (
            code(name),
            allowed(_without_null(schema)),
            "required" if isinstance(required, list) and name in required else _default(schema),
            plain(schema.get("description", "")),
        )
        for name, schema in members.items()
    ]
    return table((f"member ({where})", "value", "default", ""), rows)


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave null out, which is as good as absent, unless it says something."""
    if isinstance(schema.get("type"), list):
        return {**schema, "type": [kind for kind in schema["type"] if kind != "null"]}
    if "anyOf" in schema:
        return {**schema, "anyOf": [one for one in schema["anyOf"] if one != {"type": "null"}]}
    return schema


def _default(schema: Mapping[str, Any]) -> str:
    return code(str(schema["default"])) if schema.get("default") not in (None, "") else ""


def _answer(schema: Mapping[str, Any], path: str = "") -> str:
    """Return the members of an answer, those of the objects within it by their paths."""
    rows = list(_rows(schema, path))
    return table(("member (answer)", "value"), rows)


def _rows(schema: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, member in schema.get("properties", {}).items():
        where = f"{path}{name}"
        items = member.get("items", {})
        rows.append((code(where), allowed({**member, "items": {}} if "properties" in items else member)))
        rows += _rows(member, f"{where}.")
        if isinstance(items, Mapping) and "properties" in items:
            rows += _rows(items, f"{where}[].")
    return rows
