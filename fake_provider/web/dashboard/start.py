"""The start page: what this is, how it stands, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from ...ports import InboxQuery
from ...trace import ExchangeQuery
from . import exchanges, messages
from .signing_in import form_values
from .visit import Visit, same

_NEWEST = 5


def show(visit: Visit) -> Response:
    """Say what this is, and let somebody sign in; to who has, show how it stands."""
    profile = visit.provider.policy.profile.value
    if visit.visitor is None:
        return visit.page("welcome.html", profile=profile, failure=None, email="", **form_values(visit))
    account = visit.account
    own = [app for app in visit.ports.store.apps() if same(app.owner, account.email)]
    may_look = visit.site.control_token is None or visit.session.unlocked
    shown: dict[str, Any] = {
        "profile": profile,
        "app": next(iter(own), None),
        "has_control": visit.site.has_control,
        "wants_token": visit.site.control_token is not None,
    }
    if not may_look:
        return visit.page("start.html", live_url="", live_part="", **shown)
    return visit.live_page("start.html", "start_live.html", lambda: _glance(visit), at=("/", {}), **shown)


def _glance(visit: Visit) -> Mapping[str, Any]:
    tally = visit.ports.store.tally()
    newest = visit.ports.store.inbox(InboxQuery(), limit=_NEWEST)
    return {
        "messages": messages.rows(visit, newest),
        "exchanges": exchanges.rows(visit, visit.provider.trace.outlines(ExchangeQuery(limit=_NEWEST))),
        "message_count": tally.messages,
        "inbound_count": tally.inbound,
        "exchange_count": len(visit.provider.trace),
        "fault_count": len(visit.provider.faults.waiting()),
        "is_frozen": visit.ports.clock.is_frozen(None),
    }


def moved(visit: Visit) -> Response:
    """Lead from an address of the real dashboard's to the page that has taken its place."""
    return visit.go("/settings" if visit.wire.path != "/private/dashboard" else "/")
