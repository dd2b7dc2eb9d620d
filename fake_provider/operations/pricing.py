"""What destinations cost, at rest.nexmo.com: a country, a prefix, all of them, one number.

A caller may ask once a second, where requests are counted at all. Where there is nothing to tell, the answer has no
body: Nexmo's PHP library takes an empty one for "no results".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Literal

from ..account import parse
from ..account import pricing as render
from ..account.parse import Problem
from ..account.pricing import Tariff
from ..domain.message import NOTHING
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..ports import Ports
from ..sms.pricing import COUNTRIES, Route, route
from .api import ApiCall, verified
from .outcome import Outcome

Kind = Literal["sms", "voice"]

REQUESTS_A_SECOND = 1
"""From Nexmo's OpenAPI description of the pricing API."""

_PRICES: Mapping[Kind, Callable[[Route], Decimal]] = {
    "sms": attrgetter("price"),
    "voice": attrgetter("voice_price"),
}

# Neither the status nor the label was recorded.
_TOO_MANY = Problem(
    status=429, label="Too Many Requests", reason=f"more than {REQUESTS_A_SECOND} pricing call a second"
)


def of_country(
    wire: WireRequest,
    ports: Ports,
    policy: Policy,
    path: Mapping[str, str] = NOTHING,
    *,
    kind: Kind = "sms",
    shape: str | None = None,
) -> Outcome:
    """Verify, count, look up the ``country``, answer in *shape*, or in that of the policy."""
    call = _counted(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    found = COUNTRIES.get(parse.country(call.given))
    return call.answered(render.of_country(_tariff(found, kind), shape or policy.pricing) if found else None)


def of_prefix(
    wire: WireRequest, ports: Ports, policy: Policy, *, kind: Kind = "sms", shape: str | None = None
) -> Outcome:
    """Verify, count, look up the countries that have the ``prefix``, answer."""
    call = _counted(wire, ports, policy)
    if isinstance(call, Outcome):
        return call
    prefix = call.given.get("prefix")
    found = [_tariff(one, kind) for one in COUNTRIES.values() if one.prefix == prefix]
    return call.answered(render.of_prefix(found, shape or policy.pricing))


def of_all(
    wire: WireRequest, ports: Ports, policy: Policy, *, kind: Kind = "sms", shape: str | None = None
) -> Outcome:
    """Verify, count, answer all countries."""
    call = _counted(wire, ports, policy)
    if isinstance(call, Outcome):
        return call
    found = [_tariff(one, kind) for one in COUNTRIES.values()]
    return call.answered(render.of_all(found, shape or policy.pricing))


def of_phone(
    wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING, *, kind: Kind
) -> Outcome:
    """Verify, count, look up where the ``phone`` is, answer."""
    call = _counted(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    phone = call.given.get("phone", "")
    found = route(phone) if phone.isascii() and phone.isdigit() else None
    return call.answered(render.of_phone(phone, _tariff(found, kind)) if found else None)


def _counted(
    wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING
) -> ApiCall | Outcome:
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome) or not _counts(call):
        return call
    key = f"{call.caller.account.api_key} pricing"  # apart from the SMS that the same account sends
    now = ports.clock.now(call.caller.client_key)
    if ports.store.count_request(key, now, at_most=REQUESTS_A_SECOND) is None:
        return call
    return call.refused(_TOO_MANY)


def _counts(call: ApiCall) -> bool:
    """Whether requests are counted: for this account if it says so, else for all."""
    own = call.caller.account.throttle
    return bool(call.policy.throttle if own is None else own)


def _tariff(found: Route, kind: Kind) -> Tariff:
    return Tariff(
        country=found.country,
        name=found.country_name,
        prefix=found.prefix,
        network=found.network,
        network_name=found.network_name,
        price=_PRICES[kind](found),
    )
