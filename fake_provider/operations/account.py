"""The balance and the settings of an account, at rest.nexmo.com."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from ..account import parse, render
from ..account.parse import Problem
from ..domain.account import Account
from ..domain.message import NOTHING
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..ports import Ports
from .api import ApiCall, verified
from .outcome import Outcome

TOP_UP = Decimal(10)
"""EUR. Nexmo took what had been paid when auto-reload was enabled; here nobody ever paid."""

# The labels are the documentation's words for the two HTTP statuses; that of 401 was recorded as well.
_NO_AUTO_RELOAD = Problem(
    status=401, label="not auto-reload enabled", reason="the account has no auto_reload"
)
_NO_TRANSACTION = Problem(label="Top up failed", reason="trx is missing")

_URLS = ("moCallBackUrl", "drCallBackUrl")


def get_balance(
    wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING
) -> Outcome:
    """Verify, look up, answer in the format that ``Accept`` asks for."""
    call = verified(wire, ports, policy, path, root="accountBalance")
    if isinstance(call, Outcome):
        return call
    return call.answered(render.balance(call.caller.account))


def settings(wire: WireRequest, ports: Ports, policy: Policy, path: Mapping[str, str] = NOTHING) -> Outcome:
    """Verify, check all that is to be changed, save it, answer the settings as they are then."""
    call = verified(wire, ports, policy, path, keyless=render.KEY_REQUIRED)
    if isinstance(call, Outcome):
        return call
    urls = {name: call.given[name] for name in _URLS if name in call.given}
    secret = call.given.get("newSecret")
    if problem := _settings_problem(call, urls, secret):
        return call.refused(problem)

    def changed(account: Account) -> Account:
        return replace(
            account,
            mo_callback_url=urls.get("moCallBackUrl", account.mo_callback_url) or None,
            dr_callback_url=urls.get("drCallBackUrl", account.dr_callback_url) or None,
            api_secret=account.api_secret if secret is None else secret,
        )

    account = ports.store.change_account(call.caller.account.email, changed)
    return call.unchecked(urls).answered(render.settings(account, new_secret=secret), secret=secret)


def _settings_problem(call: ApiCall, urls: Mapping[str, str], secret: str | None) -> Problem | None:
    """Return the first problem; one is enough for nothing to be saved."""
    if secret is not None and (problem := parse.secret_problem(secret)):
        return problem
    problems = (call.callback_problem(name, url) for name, url in urls.items())
    return next(filter(None, problems), None)


def top_up(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, see that a payment can be repeated, add it to the balance."""
    call = verified(wire, ports, policy)
    if isinstance(call, Outcome):
        return call
    if not call.given.get("trx"):
        return call.refused(_NO_TRANSACTION)
    if not call.caller.account.auto_reload:
        return call.refused(_NO_AUTO_RELOAD)
    ports.store.change_account(call.caller.account.email, _topped_up)
    return call.answered(render.SUCCESS)


def _topped_up(account: Account) -> Account:
    return replace(account, balance=account.balance + TOP_UP)
