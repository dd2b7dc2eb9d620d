"""One look at a page: who looks, what was asked, and how a page answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from ...domain.account import Account, Session
from ...domain.credentials import ClientCredentials
from ...domain.webhook import Webhook
from ...domain.wire import WireRequest
from ...errors import Unknown
from ...ports import Ports
from ...provider import Provider
from ..html import Templates
from ..visitors import Visitors
from .live import Renderings
from .setup import SetUp

Tone = Literal["good", "bad", "plain", "soft"]
"""How something is coloured."""

_MAX_CHOICES, _LONGEST_CHOICE = 50, 80

DONE: Mapping[str, str] = {
    "access": "This account has OAuth access now.",
    "app-deleted": "The app is deleted, and its tokens are revoked.",
    "app-saved": "Saved.",
    "clock": "The clock was moved. Everything that fell due on the way has happened.",
    "cleared": "All messages are forgotten.",
    "fault": "The fault is planned: it waits for a call that it is for.",
    "fault-removed": "The fault will not happen.",
    "inbound": "The SMS has come in.",
    "receipt": "The receipt is on its way.",
    "reset": "Everything is as it was at the start.",
    "revoked": "Revoked: the next call with it is refused.",
    "secret": "The consumer secret is new. The old one does not sign any more.",
    "settings": "Saved.",
    "signed-out": "You are signed out.",
}
"""What a page says after a step, by the word in its address: no text from an address is ever shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all pages have in common."""

    provider: Provider
    templates: Templates
    visitors: Visitors
    renderings: Renderings
    setup: SetUp
    has_control: bool  # whether anybody answers at /_fake/
    control_token: str | None = field(repr=False)


@dataclass(kw_only=True)
class Visit:
    """One request to the dashboard."""

    site: Site
    wire: WireRequest
    request: Request
    session: Session
    visitor: Account | None
    webhooks: Sequence[Webhook] = ()  # to be pushed once the answer is out

    @property
    def provider(self) -> Provider:
        """The fake that is looked at."""
        return self.site.provider

    @property
    def ports(self) -> Ports:
        """Its ports."""
        return self.site.provider.ports

    @property
    def account(self) -> Account:
        """Who has signed in; pages that anybody may see look at ``visitor``."""
        assert self.visitor is not None, "this page is for those who have signed in"  # noqa: S101
        return self.visitor

    @cached_property
    def now(self) -> float:
        """The time on the common clock."""
        return self.ports.clock.now()

    @property
    def origin(self) -> str:
        """The scheme and host by which this fake was reached."""
        return f"{self.wire.scheme}://{self.wire.host}"

    @property
    def is_live(self) -> bool:
        """Whether only what changes is asked for, by the script of a page that is open."""
        return is_poll(self.request)

    def asked(self, name: str, at_most: int = 500) -> str | None:
        """Return a parameter of the address, None where it is not there or blank."""
        return self.request.args.get(name, "").strip()[:at_most] or None

    def number(self, name: str) -> int | None:
        """Return a parameter that is a whole number, None where it is none."""
        text = self.request.args.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

    def given(self, name: str) -> str | None:
        """Return a field of the form as it was typed, None where nothing was."""
        return self.request.form.get(name) or None

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a page."""
        return self.site.templates.page(template, status=status, **self._common(), **values)

    def live_page(
        self,
        template: str,
        part: str,
        look: Callable[[], Mapping[str, Any]],
        *,
        at: tuple[str, Mapping[str, str]],
        **values: Any,
    ) -> Response:
        """Render a page with a *part* that changes by itself, or that part alone where it has changed since it was seen.

        *at* is the address by which that is asked for: what *look* finds depends on nothing else. There is nothing of
        this visitor in *part*: it is rendered once for all who look at the same address.
        """
        path, parameters = at
        shown = self.site.renderings.current(
            (path, *parameters.items()),
            look,
            lambda found: self.site.templates.text(part, now=self.now, **found),
            at_once=not self.is_live,
        )
        if self.is_live and self.request.args["seen"] == shown.fingerprint:
            return Response(status=204, headers={"Cache-Control": "no-store"})
        query = urlencode({**parameters, "seen": shown.fingerprint})
        live_part = Markup(shown.text)  # noqa: S704  escaped when it was rendered
        live: dict[str, Any] = {"live_url": f"{path}?{query}", "live_part": live_part}
        if self.is_live:
            return self.site.templates.page("live.html", **live)
        return self.page(template, **live, **values)

    def _common(self) -> dict[str, Any]:
        return {
            "account": self.visitor,
            "csrf_token": self.session.csrf_token,
            "flash": DONE.get(self.request.args.get("done", "")),
            "path": self.wire.path,
            "now": self.now,
            "is_frozen": self.ports.clock.is_frozen(None),
            "origin": self.origin,
        }

    def problem(self, status: int, title: str, text: str) -> Response:
        """Say on a page of its own what is wrong."""
        return self.page("problem.html", status=status, title=title, text=text)

    def go(self, path: str, *, done: str | None = None, **parameters: str) -> Response:
        """Go to a page of this site; *done* is a word of DONE."""
        query = urlencode(parameters | ({"done": done} if done else {}))
        location = f"{path}{'?' if query else ''}{query}"
        return Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})

    def own_app(self) -> ClientCredentials:
        """Return the app that the address or the form names; Unknown if it is not this account's."""
        client_key = self.request.values.get("consumer_key", "")
        app = self.ports.store.app(client_key)
        if app is None or not same(app.owner, self.account.email):
            raise Unknown("app", client_key[:100], "Oauth apps lists yours")
        return app

    def app_choices(self, chosen: str | None = None) -> Sequence[ClientCredentials]:
        """Return the apps among which a form lets choose: the newest, those with keys of a usual length; and the *chosen* one."""
        apps = self.ports.store.apps()
        usual = [app for app in reversed(apps) if len(app.client_key) <= _LONGEST_CHOICE][:_MAX_CHOICES]
        own = [app for app in apps if app.client_key == chosen and app not in usual]
        return [*own, *usual]

    def account_choices(self) -> Sequence[str]:
        """Return the accounts among which a form lets choose."""
        emails = [account.email for account in self.ports.store.accounts()]
        return [email for email in emails if len(email) <= _LONGEST_CHOICE][:_MAX_CHOICES]

    def app_names(self) -> Mapping[str, str]:
        """Return the names of all apps by their consumer keys."""
        return {app.client_key: app.name for app in self.ports.store.apps()}


def is_poll(request: Request) -> bool:
    """Whether the script of an open page asks for what is new."""
    return "seen" in request.args and request.headers.get("HX-Request") == "true"


def same(email: str, other: str | None) -> bool:
    """Whether two addresses are one account's."""
    return other is not None and email.lower() == other.lower()
