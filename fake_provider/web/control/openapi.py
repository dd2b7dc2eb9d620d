"""The OpenAPI 3.1 description of the control API, made from its table of calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ...fields import schema_of
from ...version import __version__
from . import shapes
from .call import Call

_ERRORS = {
    400: "A member is malformed; the message names it and says what is allowed.",
    401: "The control token is wanted as a bearer token.",
    403: "Control calls are not answered to pages of other sites.",
    404: "There is no such thing.",
    409: "The request is sound, but not in this state.",
    408: "The request came too slowly.",
    413: "The body is longer than 1 MiB.",
    431: "The request line and the headers are longer than 64 KiB.",
}


_BEFORE_IT_IS_READ = frozenset({408, 413, 431})
"""With these the server itself refuses a request whose rest it does not read."""


def description(calls: Sequence[Call]) -> dict[str, Any]:
    """Return the description of *calls*."""
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        paths.setdefault(f"/_fake{call.path}", {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fake-nexmo control API",
            "version": __version__,
            "description": "Arranges what a fake Nexmo does, and tells what it did.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": shapes.ERROR},
            "securitySchemes": {
                "controlToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Only where the fake is not on loopback, or was started with a control token.",
                }
            },
        },
        "security": [{}, {"controlToken": []}],
    }


def _operation(call: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", call.name.lower()).strip("_"),
        "summary": call.summary,
        "responses": {str(call.status): _success(call), **{str(code): _error(code) for code in _codes(call)}},
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"\{(\w+)\}", call.path)
    ]
    for field in call.query or ():
        shown = {"name": field.name, "in": "query", "schema": field.read.schema}
        parameters.append(shown | ({"description": field.hint} if field.hint else {}))
    if parameters:
        operation["parameters"] = parameters
    if call.body is not None:
        content = {"application/json": {"schema": schema_of(call.body)}}
        operation["requestBody"] = {
            "required": any(field.required for field in call.body),
            "content": content,
        }
    return operation


def _codes(call: Call) -> Sequence[int]:
    return sorted({400, 401, 403, 408, 413, 431, *call.errors})


def _success(call: Call) -> dict[str, Any]:
    if call.shape is None:
        return {"description": "Done."}
    return {"description": "Done.", "content": {call.media_type: {"schema": call.shape}}}


def _error(code: int) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    if code in _BEFORE_IT_IS_READ:
        content["text/plain"] = {"schema": {"type": "string"}}
    return {"description": _ERRORS[code], "content": content}
