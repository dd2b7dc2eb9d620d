"""The parameters of a call by name, whether they came in a query, a form or a JSON body: texts, all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

JSON_TYPES = frozenset(
    {
        "application/json",
        "application/jsonrequest",
        "application/x-javascript",
        "text/json",
        "text/javascript",
        "text/x-javascript",
        "text/x-json",
    }
)
"""The content types of a JSON body, from the SMS API reference of 2017."""


def collected(pairs: Sequence[tuple[str, str]], *, json_body: bytes = b"") -> dict[str, str]:
    """Collect parameters by name; of a repeated one the first counts, query before body.

    A *json_body* that is no JSON object adds nothing, so that what it should have brought is reported as missing.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        found |= reversed(pairs)  # the first is the last to be written
    if json_body:
        for name, value in _json_members(json_body).items():
            found.setdefault(name, value)
    return found


def _json_members(body: bytes) -> Mapping[str, str]:
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(members, dict):
        return {}
    texts = {_whole(name): _as_text(value) for name, value in members.items()}
    return {name: text for name, text in texts.items() if text is not None}


def _as_text(value: object) -> str | None:
    """Return a JSON member as the form field it stands for; one client sends the number 1 for true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _whole(value)
    return str(value) if isinstance(value, (int, float)) else None


def _whole(text: str) -> str:
    """Replace a lone surrogate, which cannot be sent, stored or shown; json.loads lets one through."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
