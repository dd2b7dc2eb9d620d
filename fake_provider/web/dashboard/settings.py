"""The account: its balance, key and secret, its numbers, and where its webhooks go."""

from __future__ import annotations

from dataclasses import replace

from werkzeug.wrappers import Response

from ... import config, fields
from ...domain.account import WEBHOOK_METHODS, Account
from ...errors import InvalidValue
from .visit import Visit

_FIELDS = tuple(
    one
    for one in config.ACCOUNT_FIELDS
    if one.name in ("dr_callback_url", "mo_callback_url", "webhook_method")
)


def show(visit: Visit) -> Response:
    """Show the account to who is signed in to it."""
    return _page(visit)


def save(visit: Visit) -> Response:
    """Save where webhooks go."""
    given = {one.name: visit.given(one.name) for one in _FIELDS}
    try:
        values = fields.read(_FIELDS, given)
    except InvalidValue as error:
        return _page(visit, status=400, given=given, problem=error)

    def change(held: Account) -> Account:
        return replace(held, **values)

    visit.ports.store.change_account(visit.account.email, change)
    return visit.go("/settings", done="settings")


def _page(
    visit: Visit,
    *,
    status: int = 200,
    given: dict[str, str | None] | None = None,
    problem: InvalidValue | None = None,
) -> Response:
    account = visit.account
    shown = given or {one.name: getattr(account, one.name) for one in _FIELDS}
    return visit.page(
        "settings.html",
        status=status,
        given={name: (value or "")[:12_000] for name, value in shown.items()},
        problem=problem,
        webhook_methods=WEBHOOK_METHODS,
    )
