"""Seams for answers in JSON, in which members are left out, added or written otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fake_provider.domain.wire import WireRequest, WireResponse

from .mutant import Seam, answered


def members(path: str, change: Callable[[Any], Any]) -> Seam:
    """Answer other JSON where it is JSON that is answered."""

    def changed(wire: WireRequest, answer: WireResponse) -> WireResponse:
        try:
            found = json.loads(answer.body)
        except ValueError:
            return answer
        return replace(answer, body=json.dumps(change(found), separators=(",", ":")).encode())

    return answered(path, changed)


def each_item(path: str, of: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Seam:
    """Answer other members of each item of a list."""
    return members(
        path,
        lambda found: {**found, of: [change(one) for one in found[of]]} if of in found else found,
    )


def status_for(wrong: int, *, body: bytes, path: str) -> Seam:
    """Answer a body that means "nothing" with another HTTP status."""
    return answered(path, lambda _, answer: replace(answer, status=wrong) if answer.body == body else answer)


def without_members(*names: str) -> Callable[[Any], Any]:
    """Leave members out."""
    return lambda found: {name: one for name, one in found.items() if name not in names}


def as_text(*names: str) -> Callable[[Any], Any]:
    """Write numbers as texts."""
    return lambda found: {name: str(one) if name in names else one for name, one in found.items()}
