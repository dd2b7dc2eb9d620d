"""How the fake decides what is against a standard, or what no source settles: whoever runs it chooses.

The two profiles: ``documented`` accepts what Nexmo's published samples do, ``strict`` what RFC 5849 and the letter
of the documentation allow. Every other choice is a member of ``Policy``, with what is known about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Profile(Enum):
    """How a provider treats what is against the standard but was seen to work."""

    DOCUMENTED = "documented"
    STRICT = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The choices; the defaults are what the sources make most likely.

    ``oauth_refusal_on_sms``: the HTTP status with which ``/sms/*`` refuses a bad OAuth call is unknown; None
        answers 401 or 400 as OAuth wants it, 200 as these endpoints do for everything else.
    ``oauth_apis``: "all" lets OAuth call the account, search and number endpoints, as it did until 2014; "sms"
        refuses it there, as the table of authentication of 2018 has it.
    ``reauthorization_revokes``: a new authorization replaces the access token that the same user gave the same app.
    ``request_token_revokes``: a new request token invalidates the app's access tokens, as a comment in Nexmo's
        driver claims.
    ``part_lengths``: "153/67", what a 6-octet header leaves, or "152/62", what the guides of 2017 print.
    ``receipts_on_request``: receipts only for ``status-report-req=1``, as the reference of 2017 reads.
    ``intermediate_receipt``: a status ("accepted" or "buffered") that is reported before the final one.
    ``status_texts``: texts of SMS statuses that replace the known, or guessed, ones.
    ``throttle``: SMS requests a second for each api_key; None does not count them.
    ``pricing``: the shape of pricing answers, "2013" or "2018".
    """

    profile: Profile = Profile.DOCUMENTED
    auto_approve: bool = False
    trust_proxy: bool = False
    oauth_refusal_on_sms: int | None = None
    oauth_apis: str = "all"
    reauthorization_revokes: bool = False
    request_token_revokes: bool = False
    part_lengths: str = "153/67"
    receipts_on_request: bool = False
    intermediate_receipt: str | None = None
    status_texts: Mapping[int, str] = field(default_factory=dict)
    throttle: int | None = None
    pricing: str = "2013"

    @property
    def strict(self) -> bool:
        """Whether RFC 5849 and the documentation are held to the letter."""
        return self.profile is Profile.STRICT
