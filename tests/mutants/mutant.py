"""A provider that is wrong in one way, and the seams at which one is made so.

A seam takes pytest's ``MonkeyPatch``, which undoes what it does. What replaces something gets what it replaces as its
first argument (``usual``), so that a mutant says no more than its mistake::

    Mutant("versions-not-checked", "Takes any oauth_version.", instead(checks, "_version", lambda usual, version: …))
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.policy import Policy
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.fake import FakeNexmo
from fake_provider.settings import Settings
from fake_provider.web.app import Application, Reply

Seam = Callable[[pytest.MonkeyPatch], None]
Replacement = Callable[..., Any]

CONTROL = "/_fake/"
DOCUMENTED, STRICT = "documented", "strict"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong provider: what a careless implementer did, and the clauses whose tests must notice."""

    name: str
    mistake: str  # one sentence
    seam: Seam
    clauses: tuple[str, ...] = ()
    profile: str = DOCUMENTED  # which the fake is that it is made of


# Anything of the provider


def instead(owner: object, name: str, replacement: Replacement) -> Seam:
    """Put ``replacement(usual, …)`` in the place of the function, or the method, *name* of a module or a class."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        usual = getattr(owner, name)

        def replaced(*args: Any, **named: Any) -> Any:
            return replacement(usual, *args, **named)

        patch.setattr(owner, name, replaced)

    return apply


def value(owner: object, name: str, wrong: object) -> Seam:
    """Give a constant of a module, or a member of a class, another value."""
    return lambda patch: patch.setattr(owner, name, wrong)


def member(table: object, key: object, wrong: object) -> Seam:
    """Give one member of a table another value."""
    return lambda patch: patch.setitem(table, key, wrong)  # type: ignore[arg-type]


def both(*seams: Seam) -> Seam:
    """Make one mistake that shows in several places."""

    def apply(patch: pytest.MonkeyPatch) -> None:
        for seam in seams:
            seam(patch)

    return apply


# What is remembered, and what is decided


def store(name: str, replacement: Replacement) -> Seam:
    """Replace one step of the store: ``replacement(usual, self, …)``."""
    return instead(MemoryStore, name, replacement)


def policy(**members: object) -> Seam:
    """Start every fake with another policy than its own."""
    wrong = Settings(policy=replace(Policy(), **members))  # type: ignore[arg-type]

    def start(usual: Replacement, fake: FakeNexmo, **settings: Any) -> None:
        usual(fake, **{"settings": wrong, **settings})

    return instead(FakeNexmo, "__init__", start)


# What is on the wire


def asked(path: str, change: Callable[[WireRequest], WireRequest]) -> Seam:
    """Let the provider see another request than was sent, where all of *path* (a pattern) matches."""

    def reply(usual: Replacement, app: Application, wire: WireRequest, **named: Any) -> Reply:
        return usual(app, change(wire) if _is_at(path, wire) else wire, **named)  # type: ignore[no-any-return]

    return instead(Application, "reply", reply)


def answered(path: str, change: Callable[[WireRequest, WireResponse], WireResponse]) -> Seam:
    """Let the provider answer otherwise than it would, where all of *path* (a pattern) matches."""

    def reply(usual: Replacement, app: Application, wire: WireRequest, **named: Any) -> Reply:
        made: Reply = usual(app, wire, **named)
        return replace(made, response=change(wire, made.response)) if _is_at(path, wire) else made

    return instead(Application, "reply", reply)


def _is_at(path: str, wire: WireRequest) -> bool:
    return not wire.path.startswith(CONTROL) and re.fullmatch(path, wire.path) is not None


EVERYWHERE = ".*"
OAUTH, TOKENS, PAGES = "/oauth/.*", "/oauth/.*_token", "/oauth/auth.*"
SMS, SMS_JSON, SMS_XML = "/sms/.*", "/sms/json", "/sms/xml"
API = "/(account|number|search)/.*"


def written(pattern: str, wrong: str, *, path: str = EVERYWHERE, times: int = 0) -> Seam:
    """Replace what *pattern* matches in the bodies of answers, in the first *times* places, or in all."""

    def change(_: WireRequest, answer: WireResponse) -> WireResponse:
        text = re.sub(pattern, wrong, answer.body.decode(), count=times)
        return replace(answer, body=text.encode())

    return answered(path, change)


def with_header(answer: WireResponse, name: str, text: str | None) -> WireResponse:
    """Return *answer* with one header in place of its own of that name; None takes it out."""
    kept = tuple(pair for pair in answer.headers if pair[0].lower() != name.lower())
    return replace(answer, headers=kept if text is None else (*kept, (name, text)))


def header(name: str, text: str | None, *, path: str = EVERYWHERE) -> Seam:
    """Answer with another value of a header, or without it."""
    return answered(path, lambda _, answer: with_header(answer, name, text))


def status(wrong: int, *, of: int, path: str = EVERYWHERE) -> Seam:
    """Answer with the HTTP status *wrong* where it should be *of*."""
    return answered(path, lambda _, answer: replace(answer, status=wrong) if answer.status == of else answer)


def method(wrong: int, *, of: str, path: str) -> Seam:
    """Answer another method than the provider likes with the HTTP status *wrong*."""
    refused = WireResponse(status=wrong, body=b"not answered here\n")
    return answered(path, lambda wire, answer: refused if wire.method == of else answer)


def of_profile(name: str) -> Seam:
    """Start every fake in another profile than the documented one, where nothing else is said."""

    def start(usual: Replacement, fake: FakeNexmo, **settings: Any) -> None:
        usual(fake, **{"profile": name, **settings})

    return instead(FakeNexmo, "__init__", start)


def never(_: Replacement, *args: object, **named: object) -> None:
    """Find nothing, whatever is asked."""


def always(found: object) -> Replacement:
    """Find *found*, whatever is asked."""
    return lambda usual, *args, **named: found
