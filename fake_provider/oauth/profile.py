"""The two profiles: ``documented`` accepts what Nexmo's published samples do, ``strict`` what RFC 5849 allows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Profile(Enum):
    """How a provider treats what is against the standard but was seen to work."""

    DOCUMENTED = "documented"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The choices that no source settles, so that whoever runs the fake makes them.

    ``oauth_refusal_on_sms``: the HTTP status with which ``/sms/*`` refuses a bad OAuth call is unknown; None
    answers 401 or 400 as OAuth wants it, 200 as these endpoints do for everything else.
    """

    profile: Profile = Profile.DOCUMENTED
    oauth_refusal_on_sms: int | None = None
    auto_approve: bool = False
    trust_proxy: bool = False

    @property
    def strict(self) -> bool:
        """Whether RFC 5849 is held to the letter."""
        return self.profile is Profile.STRICT
