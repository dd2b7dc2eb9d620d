"""Where a number leads, and what an SMS or a minute of a call to it costs.

The codes are real MCCMNC pairs (ITU-T E.212), one network standing for each country. The prices are this
fake's own, but for GB, whose 0.0333 EUR is in the recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """A destination: ``network`` is its MCCMNC, ``price`` EUR per part of an SMS, ``voice_price`` EUR per minute."""

    country: str  # ISO 3166-1 alpha-2
    network: str
    price: Decimal
    voice_price: Decimal
    prefix: str = ""  # country calling code (ITU-T E.164)
    country_name: str = ""
    network_name: str = ""


# E.212 reserves 999 for internal use
ELSEWHERE = Route("", "99999", Decimal("0.05000000"), Decimal("0.05000000"))

COUNTRIES: Mapping[str, Route] = {
    country: Route(country, network, Decimal(price), Decimal(voice_price), prefix, name, network_name)
    for prefix, country, network, price, voice_price, name, network_name in (
        ("1", "US", "310260", "0.00700000", "0.01200000", "United States", "T-Mobile"),
        ("1", "CA", "302720", "0.00620000", "0.00900000", "Canada", "Rogers Wireless"),
        ("30", "GR", "20201", "0.05000000", "0.06300000", "Greece", "Cosmote"),
        ("31", "NL", "20404", "0.07500000", "0.02900000", "Netherlands", "Vodafone"),
        ("32", "BE", "20601", "0.07500000", "0.05900000", "Belgium", "Proximus"),
        ("33", "FR", "20801", "0.06200000", "0.03300000", "France", "Orange"),
        ("34", "ES", "21401", "0.06800000", "0.02900000", "Spain", "Vodafone"),
        ("351", "PT", "26801", "0.03300000", "0.02500000", "Portugal", "Vodafone"),
        ("353", "IE", "27201", "0.05700000", "0.03100000", "Ireland", "Vodafone"),
        ("358", "FI", "24405", "0.05700000", "0.05500000", "Finland", "Elisa"),
        ("39", "IT", "22201", "0.06800000", "0.03200000", "Italy", "TIM"),
        ("41", "CH", "22801", "0.05200000", "0.09800000", "Switzerland", "Swisscom"),
        ("43", "AT", "23201", "0.06300000", "0.03900000", "Austria", "A1"),
        ("44", "GB", "23410", "0.03330000", "0.02500000", "United Kingdom", "O2"),
        ("45", "DK", "23801", "0.02900000", "0.02300000", "Denmark", "TDC"),
        ("46", "SE", "24001", "0.04800000", "0.02100000", "Sweden", "Telia"),
        ("47", "NO", "24201", "0.05300000", "0.02600000", "Norway", "Telenor"),
        ("48", "PL", "26001", "0.02700000", "0.02700000", "Poland", "Plus"),
        ("49", "DE", "26201", "0.06800000", "0.02900000", "Germany", "Telekom"),
        ("52", "MX", "334020", "0.02900000", "0.02300000", "Mexico", "Telcel"),
        ("55", "BR", "72405", "0.02200000", "0.05900000", "Brazil", "Claro"),
        ("61", "AU", "50501", "0.05000000", "0.04700000", "Australia", "Telstra"),
        ("64", "NZ", "53001", "0.08000000", "0.05700000", "New Zealand", "Vodafone"),
        ("65", "SG", "52501", "0.03000000", "0.02900000", "Singapore", "Singtel"),
        ("66", "TH", "52099", "0.02000000", "0.04100000", "Thailand", "TrueMove"),
        ("81", "JP", "44010", "0.06000000", "0.09400000", "Japan", "NTT DoCoMo"),
        ("82", "KR", "45005", "0.03000000", "0.03500000", "South Korea", "SK Telecom"),
        ("86", "CN", "46000", "0.02500000", "0.02800000", "China", "China Mobile"),
        ("91", "IN", "40410", "0.01000000", "0.02900000", "India", "Airtel"),
    )
}
"""By country code (ISO 3166-1 alpha-2)."""

# Of the countries that share the prefix 1, Canada is told by its area codes (NANPA, 2018).
_CANADIAN_AREAS = (
    *(204, 226, 236, 249, 250, 289, 306, 343, 365, 367, 403, 416, 418, 431, 437, 438, 450, 506, 514, 519),
    *(548, 579, 581, 587, 604, 613, 639, 647, 705, 709, 778, 780, 782, 807, 819, 825, 867, 873, 902, 905),
)

ROUTES: Mapping[str, Route] = {
    **{route.prefix: route for route in COUNTRIES.values() if route.country != "CA"},
    **{f"1{area}": COUNTRIES["CA"] for area in _CANADIAN_AREAS},
}
"""By the digits with which a number begins."""

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
