"""From the parameters of a request to a Submission, or to the problem that refuses it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ..domain.message import Submission
from . import status
from .parts import BY_TYPE
from .status import Problem

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

TYPES = frozenset({"text", "unicode", "binary", "wappush", "vcal", "vcard"})


def parameters(pairs: Iterable[tuple[str, str]], *, json_body: bytes = b"") -> dict[str, str]:
    """Collect the message's own parameters by name; of a repeated one the first counts, query before body.

    A *json_body* that is no JSON object adds nothing, so that what it should have brought is reported as missing.
    """
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
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
    texts = {name: _as_text(value) for name, value in members.items()}
    return {name: text for name, text in texts.items() if text is not None}


def _as_text(value: object) -> str | None:
    """Return a JSON member as the form field it stands for; one client sends the number 1 for true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A lone surrogate cannot be sent, stored or shown; json.loads lets one through.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if isinstance(value, (int, float)) else None


def submission(given: Mapping[str, str], *, tolerant: bool) -> Submission | Problem:
    """Read a submission from its parameters, in the order in which Nexmo is thought to have checked them.

    *tolerant* strips a leading plus sign of ``to``, which the documentation only asks to leave out.
    """
    for name in ("from", "to"):
        if not given.get(name):
            return status.missing(name)
    kind = given.get("type") or "text"
    if kind not in TYPES:
        return status.problem(status.INVALID_PARAMS, "Invalid params: type")
    if kind not in BY_TYPE:
        return status.problem(status.FACILITY_NOT_ALLOWED)
    if not given.get("text"):
        return status.missing("text")
    to = given["to"]
    if tolerant:
        to = to.removeprefix("+")
    if not (to.isascii() and to.isdigit()):
        return status.problem(status.INVALID_PARAMS)
    return Submission(
        sender=given["from"],
        to=to,
        type=kind,
        text=given["text"],
        client_ref=given.get("client-ref"),
        account_ref=given.get("account-ref"),
    )
