"""Virtual numbers: which of them this fake offers, and how the number endpoints show them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ..domain.account import Number
from .document import Document, Items, Members

MONTHLY_COST = Decimal("0.67")
"""EUR, as it stands in a recorded answer."""

_BLOCKS: Mapping[str, str] = {
    "GB": "4477009009",  # Ofcom, numbers for drama use: 07700 900000 to 900999
    "US": "120255501",  # NANPA: 555-0100 to 555-0199 are for fiction, in every area
    "CA": "141655501",
    "FR": "336399800",  # Arcep: 06 39 98 00 00 to 06 39 98 99 99
    "SE": "467017406",  # PTS: 070-1740605 to 070-1740699
}
"""By country: where the numbers begin that belong to nobody, but for their last two digits."""

_NOBODYS = "0000000"  # behind a country code no subscriber's number begins with so many zeros

_ENDINGS = range(10, 30)
_KINDS: Sequence[tuple[range, str, tuple[str, ...]]] = (
    (range(10, 20), "mobile-lvn", ("SMS", "VOICE")),
    (range(20, 25), "mobile-lvn", ("SMS",)),
    (range(25, 30), "landline", ("VOICE",)),
)
"""Endings, type and features: something of each kind, so that a search for one finds less than all."""


def offered(country: str, prefix: str) -> Sequence[Number]:
    """Return all numbers that are offered in *country*, whose calling code is *prefix*: the same in every fake."""
    block = _BLOCKS.get(country, f"{prefix}{_NOBODYS}")
    return [
        Number(msisdn=f"{block}{ending}", country=country, type=kind, features=features)
        for endings, kind, features in _KINDS
        for ending in endings
    ]


def owned(numbers: Sequence[Number], *, count: int) -> Document:
    """Return the answer of ``/account/numbers``: one page of all *count* that match."""
    return _listed([_owned(number) for number in numbers], count)


def available(numbers: Sequence[Number], *, count: int) -> Document:
    """Return the answer of ``/number/search``: one page of all *count* that match."""
    return _listed([_available(number) for number in numbers], count)


def _listed(numbers: Sequence[Members], count: int) -> Document:
    members: Members = {"count": count, "numbers": Items(numbers)} if count else {}
    return Document(root="inbound-numbers", members=members, xml_name=_hyphenated)


def _owned(number: Number) -> Members:
    return {
        "country": number.country,
        "msisdn": number.msisdn,
        "moHttpUrl": number.mo_http_url,
        "type": number.type,
        "features": Items(number.features, each="feature"),
        "voiceCallbackType": number.voice_callback_type,
        "voiceCallbackValue": number.voice_callback_value,
        "voiceStatusCallback": number.voice_status_callback,
        "moSmppSysType": number.mo_smpp_sys_type,
    }


def _available(number: Number) -> Members:
    return {
        "country": number.country,
        "msisdn": number.msisdn,
        "cost": f"{MONTHLY_COST:.2f}",
        "type": number.type,
        "features": Items(number.features, each="feature"),
    }


def _hyphenated(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", name)
