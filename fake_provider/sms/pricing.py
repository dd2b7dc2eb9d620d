"""Where a number leads and what an SMS to it costs.

The codes are real MCCMNC pairs (ITU-T E.212), one network standing for each country. The prices are this
fake's own, but for GB, whose 0.0333 EUR is in the recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """A destination: ``network`` is its MCCMNC, ``price`` EUR per part."""

    country: str  # ISO 3166-1 alpha-2
    network: str
    price: Decimal


ELSEWHERE = Route("", "99999", Decimal("0.05000000"))  # E.212 reserves 999 for internal use

ROUTES: Mapping[str, Route] = {
    prefix: Route(country, network, Decimal(price))
    for prefix, country, network, price in (
        ("1", "US", "310260", "0.00700000"),
        ("30", "GR", "20201", "0.05000000"),
        ("31", "NL", "20404", "0.07500000"),
        ("32", "BE", "20601", "0.07500000"),
        ("33", "FR", "20801", "0.06200000"),
        ("34", "ES", "21401", "0.06800000"),
        ("351", "PT", "26801", "0.03300000"),
        ("353", "IE", "27201", "0.05700000"),
        ("358", "FI", "24405", "0.05700000"),
        ("39", "IT", "22201", "0.06800000"),
        ("41", "CH", "22801", "0.05200000"),
        ("43", "AT", "23201", "0.06300000"),
        ("44", "GB", "23410", "0.03330000"),
        ("45", "DK", "23801", "0.02900000"),
        ("46", "SE", "24001", "0.04800000"),
        ("47", "NO", "24201", "0.05300000"),
        ("48", "PL", "26001", "0.02700000"),
        ("49", "DE", "26201", "0.06800000"),
        ("52", "MX", "334020", "0.02900000"),
        ("55", "BR", "72405", "0.02200000"),
        ("61", "AU", "50501", "0.05000000"),
        ("64", "NZ", "53001", "0.08000000"),
        ("65", "SG", "52501", "0.03000000"),
        ("66", "TH", "52099", "0.02000000"),
        ("81", "JP", "44010", "0.06000000"),
        ("82", "KR", "45005", "0.03000000"),
        ("86", "CN", "46000", "0.02500000"),
        ("91", "IN", "40410", "0.01000000"),
    )
}
"""By country calling code (ITU-T E.164)."""

_LONGEST_PREFIX = max(map(len, ROUTES))
_SHORTEST, _LONGEST = 7, 15  # digits, from Nexmo's OpenAPI description of `to`


def route(to: str) -> Route | None:
    """Return where the MSISDN *to* leads; None if nowhere: a national format, or too few or many digits."""
    if to.startswith("0") or not _SHORTEST <= len(to) <= _LONGEST:
        return None
    for size in range(_LONGEST_PREFIX, 0, -1):
        if found := ROUTES.get(to[:size]):
            return found
    return ELSEWHERE
