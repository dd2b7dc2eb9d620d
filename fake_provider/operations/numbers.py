"""Virtual numbers, at rest.nexmo.com: an account's own, those that are offered, buying, cancelling, changing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..account import numbers as render
from ..account import parse
from ..account.numbers import MONTHLY_COST
from ..account.parse import Problem
from ..account.render import SUCCESS
from ..domain.account import Account, Number
from ..domain.message import NOTHING
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..errors import Conflict
from ..ports import Declined, Ports
from ..sms.pricing import COUNTRIES
from .api import ApiCall, verified
from .outcome import Outcome

_CHECKED_URL = "moHttpUrl"  # of voiceStatusCallback the documentation does not say that it is asked


def owned(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, select among the account's numbers, answer one page of them."""
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    selection = parse.selection(call.given)
    if isinstance(selection, Problem):
        return call.refused(selection)
    found = [number for number in call.caller.account.rented if selection.matches(number.msisdn)]
    return call.answered(render.owned(selection.page(found), count=len(found)))


def search(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, select among the numbers that are offered and that nobody has, answer one page of them."""
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    selection = parse.selection(call.given)
    if isinstance(selection, Problem):
        return call.refused(selection)
    country = parse.country(call.given)
    if not country:
        return call.refused(Problem(reason="country is missing"))
    wanted = parse.features(call.given)
    found = [
        number
        for number in _offered(country)
        if selection.matches(number.msisdn)
        and wanted.issubset(number.features)
        and ports.store.account_with_number(number.msisdn) is None
    ]
    return call.answered(render.available(selection.page(found), count=len(found)))


def buy(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, find the number among those that are offered, rent it.

    The first month is paid at once, as ``cost`` in ``/number/search`` has it; time that goes by costs nothing more,
    and who cancels gets nothing back.
    """
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    msisdn = call.given.get("msisdn", "")
    offered = _offered(parse.country(call.given))
    number = next((number for number in offered if number.msisdn == msisdn), None)
    if number is None:
        return call.refused(Problem(reason="no such number is offered in this country"))
    try:
        rented = ports.store.rent(call.caller.account.email, number, price=MONTHLY_COST)
    except Conflict:
        return call.refused(Problem(reason=f"{msisdn} is taken"))
    if isinstance(rented, Declined):
        return call.refused(Problem(reason=f"the balance does not cover {MONTHLY_COST} EUR"))
    return call.answered(SUCCESS)


def cancel(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, find the number among the account's own, give it back."""
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    number = _own(call)
    if isinstance(number, Problem):
        return call.refused(number)
    ports.store.change_account(
        call.caller.account.email, lambda account: account.without_number(number.msisdn)
    )
    return call.answered(SUCCESS)


def update(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, find the number among the account's own, check all that is to be changed, save it."""
    call = verified(wire, ports, policy, path)
    if isinstance(call, Outcome):
        return call
    number = _own(call)
    if isinstance(number, Problem):
        return call.refused(number)
    if problem := _update_problem(call):
        return call.refused(problem)

    def changed(account: Account) -> Account:
        held = account.number(number.msisdn)  # it may have been cancelled since
        return account if held is None else account.with_number(_updated(held, call.given))

    ports.store.change_account(call.caller.account.email, changed)
    return call.unchecked({_CHECKED_URL: call.given.get(_CHECKED_URL)}).answered(SUCCESS)


def _offered(country: str) -> Sequence[Number]:
    found = COUNTRIES.get(country)
    return render.offered(country, found.prefix) if found else ()


def _own(call: ApiCall) -> Number | Problem:
    number = call.caller.account.number(call.given.get("msisdn", ""))
    if number is None:
        return Problem(reason="the account has no such number")
    if number.country.upper() != parse.country(call.given):
        return Problem(reason=f"the number is in {number.country}")
    return number


def _update_problem(call: ApiCall) -> Problem | None:
    kind = call.given.get("voiceCallbackType")
    if kind and kind not in parse.VOICE_CALLBACK_TYPES:
        return Problem(reason=f"voiceCallbackType is none of {', '.join(parse.VOICE_CALLBACK_TYPES)}")
    return call.callback_problem(_CHECKED_URL, call.given.get(_CHECKED_URL, ""))


def _updated(held: Number, given: Mapping[str, str]) -> Number:
    """Return the number with what was given; what was not stays, and "" clears."""
    return replace(
        held,
        mo_http_url=given.get("moHttpUrl", held.mo_http_url) or None,
        mo_smpp_sys_type=given.get("moSmppSysType", held.mo_smpp_sys_type) or None,
        voice_callback_type=given.get("voiceCallbackType", held.voice_callback_type) or None,
        voice_callback_value=given.get("voiceCallbackValue", held.voice_callback_value) or None,
        voice_status_callback=given.get("voiceStatusCallback", held.voice_status_callback) or None,
    )
