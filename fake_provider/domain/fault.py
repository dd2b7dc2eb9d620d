"""A fault that somebody planned: which calls it meets, how often, and what it does to their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Ending(Enum):
    """How an answer leaves the fake."""

    WHOLE = "whole"
    DROPPED = "dropped"  # the connection ends without an answer
    TRUNCATED = "truncated"  # it ends in the middle of the body
    HANGING = "hanging"  # nothing comes, and the connection stays


class Place(Enum):
    """What kind of answer an endpoint gives; some actions are for some places only."""

    OAUTH = "oauth"
    PAGE = "page"
    SMS_JSON = "sms-json"
    SMS_XML = "sms-xml"
    API = "api"

    @property
    def is_sms(self) -> bool:
        """Whether SMS are sent here."""
        return self in (Place.SMS_JSON, Place.SMS_XML)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which calls are meant; None does not narrow."""

    path: str | None = None
    method: str | None = None
    to: str | None = None
    client_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What happens; each member alone, or several where that makes sense."""

    status: int | None = None
    body: str | None = None
    headers: Mapping[str, str] | None = None
    delay_ms: int = 0
    drop: bool = False
    truncate: bool = False
    malformed: bool = False
    hang: bool = False
    redirect: str | None = None
    sms_status: int | None = None
    error_text: str | None = None
    part: int | None = None  # counts from 1; None is the whole message
    oauth_problem: str | None = None
    omit: tuple[str, ...] = ()
    extra: Mapping[str, str] | None = None
    reorder: bool = False  # its members come the last first

    @property
    def replaces_answer(self) -> bool:
        """Whether nothing of the true answer is left."""
        # Beside an SMS status an HTTP status is that of the same answer.
        status = self.status if self.sms_status is None else None
        own = (status, self.body, self.redirect, self.oauth_problem)
        return self.drop or self.hang or self.malformed or any(member is not None for member in own)

    @property
    def brings_body(self) -> bool:
        """Whether what is answered was never made by an endpoint, so that nobody knows how it is written."""
        return self.replaces_answer and self.oauth_problem is None

    @property
    def ending(self) -> Ending:
        """How the answer leaves."""
        if self.drop:
            return Ending.DROPPED
        if self.hang:
            return Ending.HANGING
        return Ending.TRUNCATED if self.truncate else Ending.WHOLE

    def is_for(self, place: Place) -> bool:
        """Whether it can do anything to an answer given there."""
        if self.sms_status is not None and not place.is_sms:
            return False
        return self.oauth_problem is None or place is not Place.PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One plan. ``after`` matching calls pass first, then ``times`` are met; None meets all that come."""

    id: str
    match: Match
    action: Action
    times: int | None = 1
    after: int = 0
    takes_effect: bool = False  # the request has taken effect before its answer is spoiled
    met: int = 0
    passed: int = 0

    @property
    def described(self) -> str:
        """What it does to which calls, in one line."""
        does = {
            name: value
            for name in Action.__slots__
            if (value := getattr(self.action, name)) not in (None, False, 0, ())
        }
        to = {name: value for name in Match.__slots__ if (value := getattr(self.match, name)) is not None}
        return f"{_shown(does)} for {_shown(to) if to else 'any call'}" + (
            f", after {self.after} others" if self.after else ""
        )

    @property
    def is_used_up(self) -> bool:
        """Whether it has met all that it should."""
        return self.times is not None and self.met >= self.times


def _shown(members: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r:.60}" for name, value in members.items())
