"""What one run of the command meets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..operations.oauth import Decision

HELLO = "hello from Nexmo"
TO, FROM = "447700900000", "NexmoOauth"
"""A number that is reserved for fiction, and the sender of Nexmo's own sample."""

AWKWARD = "+/=&% "
"""What secrets and tokens hold that has to be encoded."""

SMS_PATHS = ("/sms/json", "/sms/xml")
Members = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One run's fake and its user. ``faults`` are planned as ``POST /_fake/faults`` takes them."""

    label: str = ""
    profile: str = "documented"
    text: str = HELLO
    has_callback: bool = True  # NEXMO_CALLBACK_URL=oob
    decision: Decision = Decision.APPROVE
    faults: Sequence[Members] = ()
    awkward_secrets: bool = False
    revokes_access: bool = False  # as soon as it is granted
    redirects_elsewhere: bool = False  # from the SMS endpoint to another host

    @property
    def hangs(self) -> bool:
        """Whether an answer never comes."""
        return any("hang" in fault["action"] for fault in self.faults)


def of_sms(action: Members, *, times: int | None = 1, when: str = "before") -> Sequence[Members]:
    """Return a fault for SMS, by whichever endpoint a client sends them."""
    return [{"match": {"path": path}, "times": times, "when": when, "action": action} for path in SMS_PATHS]


def of_token(path: str, action: Members) -> Sequence[Members]:
    """Return a fault for every request to one of the token endpoints."""
    return [{"match": {"path": path}, "times": None, "action": action}]
