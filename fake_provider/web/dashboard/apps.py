"""OAuth apps: those that an account has registered, and those that it lets act for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.wrappers import Response

from ... import config, fields
from ...domain.account import Account
from ...domain.credentials import ClientCredentials, Stage, TemporaryCredentials, Token, TokenCredentials
from ...errors import InvalidValue, Unknown
from ..html import cut, fit
from .visit import Visit, same

_FIELDS = tuple(one for one in config.APP_FIELDS if one.name in ("name", "callback_url", "rsa_public_key"))
_MAX_APPS = 60  # on one page, the newest
_MAX_TOKENS = 100  # on one page, the newest
_LONGEST_SHOWN = 40_000  # characters, escaped, of what somebody typed, shown again with what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """An app that may act for an account."""

    client_key: str
    name: str
    owner: str
    since: float
    tokens: int


# The apps of an account


def show_all(visit: Visit) -> Response:
    """List the account's own apps, or say how to get access."""
    own = [app for app in visit.ports.store.apps() if same(app.owner, visit.account.email)]
    return visit.page("apps.html", apps=own[-_MAX_APPS:][::-1], app_count=len(own))


def grant_access(visit: Visit) -> Response:
    """Do what support did: let the account have OAuth apps."""
    visit.ports.store.change_account(visit.account.email, lambda held: replace(held, oauth_enabled=True))
    return visit.go("/apps", done="access")


def new(visit: Visit) -> Response:
    """Show the form of a new app."""
    if not visit.account.oauth_enabled:
        return visit.go("/apps")
    return _form(visit, {one.name: None for one in _FIELDS})


def create(visit: Visit) -> Response:
    """Register an app; its key and secret are made up."""
    if not visit.account.oauth_enabled:
        return visit.go("/apps")
    given = _given(visit)
    try:
        values = fields.read(_FIELDS, given) | {"consumer_key": None, "consumer_secret": None}
    except InvalidValue as error:
        return _form(visit, given, problem=error)
    app = config.app_from(values, visit.ports.entropy, owner=visit.account.email, now=visit.now)
    visit.ports.store.add_app(app)
    return _to(visit, app, done="app-saved")


def show(visit: Visit) -> Response:
    """Show an app: its credentials, how to use them, and the tokens issued for it."""
    app = visit.own_app()
    snippets = visit.site.setup.snippets(
        origin=visit.origin,
        consumer_key=app.client_key,
        consumer_secret=app.client_secret,
    )

    def look() -> Mapping[str, Any]:
        tokens = [token for token in visit.ports.store.tokens() if token.client_key == app.client_key]
        newest = [_current(visit, token) for token in reversed(tokens[-_MAX_TOKENS:])]
        return {"tokens": newest, "token_count": len(tokens)}

    return visit.live_page(
        "app.html",
        "app_live.html",
        look,
        at=("/apps/app", {"consumer_key": app.client_key}),
        app=app,
        snippets=snippets,
    )


def edit(visit: Visit) -> Response:
    """Show the form of an app that is there."""
    app = visit.own_app()
    return _form(visit, {one.name: getattr(app, one.name) for one in _FIELDS}, app=app)


def save(visit: Visit) -> Response:
    """Save what was changed."""
    app, given = visit.own_app(), _given(visit)
    try:
        values = fields.read(_FIELDS, given)
    except InvalidValue as error:
        return _form(visit, given, app=app, problem=error)
    visit.ports.store.change_app(app.client_key, lambda held: replace(held, **values))
    return _to(visit, app, done="app-saved")


def renew_secret(visit: Visit) -> Response:
    """Give the app another secret; its tokens stay."""
    app, secret = visit.own_app(), visit.ports.entropy.token()
    visit.ports.store.change_app(app.client_key, lambda held: replace(held, client_secret=secret))
    return _to(visit, app, done="secret")


def revoke_token(visit: Visit) -> Response:
    """Revoke one token of an app."""
    app = visit.own_app()
    held = visit.ports.store.token(visit.request.form.get("oauth_token", ""))
    if held is None or held.client_key != app.client_key:
        raise Unknown(
            "token", cut(visit.request.form.get("oauth_token", ""), 100), "it is none of this app's"
        )
    visit.ports.store.revoke(held.token)
    return _to(visit, app, done="revoked")


def delete(visit: Visit) -> Response:
    """Delete an app."""
    visit.ports.store.remove_app(visit.own_app().client_key)
    return visit.go("/apps", done="app-deleted")


def _given(visit: Visit) -> dict[str, str | None]:
    return {one.name: (visit.given(one.name) or "").strip() or None for one in _FIELDS}


def _form(
    visit: Visit,
    given: dict[str, str | None],
    *,
    app: ClientCredentials | None = None,
    problem: InvalidValue | None = None,
) -> Response:
    shown = {name: fit(value or "", _LONGEST_SHOWN) for name, value in given.items()}
    return visit.page("app_form.html", status=400 if problem else 200, given=shown, app=app, problem=problem)


def _to(visit: Visit, app: ClientCredentials, *, done: str) -> Response:
    return visit.go("/apps/app", done=done, consumer_key=app.client_key)


def _current(visit: Visit, token: Token) -> Token:
    """Return *token* as it is now: a request token may have expired."""
    if isinstance(token, TemporaryCredentials):
        return token.at(visit.ports.clock.now(token.client_key))
    return token


# The apps that act for an account


def show_authorized(visit: Visit) -> Response:
    """List the apps that may act for the account."""
    authorized = _authorized(visit, visit.account)
    return visit.page("authorized.html", authorized=authorized[:_MAX_APPS], count=len(authorized))


def revoke_authorized(visit: Visit) -> Response:
    """Let an app act for the account no longer: all that it was given is revoked."""
    client_key = visit.request.form.get("consumer_key", "")
    for token in _given_to(visit, visit.account, client_key):
        visit.ports.store.revoke(token.token)
    return visit.go("/authorized", done="revoked")


def _given_to(visit: Visit, account: Account, client_key: str) -> Sequence[Token]:
    return [
        token
        for token in visit.ports.store.tokens()
        if token.client_key == client_key and same(account.email, token.account) and _is_of_use(token)
    ]


def _authorized(visit: Visit, account: Account) -> Sequence[Authorized]:
    by_app: dict[str, list[Token]] = {}
    for token in visit.ports.store.tokens():
        if same(account.email, token.account) and _is_of_use(_current(visit, token)):
            by_app.setdefault(token.client_key, []).append(token)
    found = []
    for client_key, tokens in by_app.items():
        app = visit.ports.store.app(client_key)
        found.append(
            Authorized(
                client_key=client_key,
                name=app.name if app else "An app that was deleted",
                owner=app.owner if app else "",
                since=min(token.created_at for token in tokens),
                tokens=len(tokens),
            )
        )
    return sorted(found, key=lambda one: one.since, reverse=True)


def _is_of_use(token: Token) -> bool:
    """Whether an app that holds it can act, or can still exchange it for what acts."""
    wanted = Stage.ISSUED if isinstance(token, TokenCredentials) else Stage.APPROVED
    return token.stage is wanted
