"""The pages for people: sign in, consent, what comes after it, and a start page.

A page never redirects anywhere but to itself and to the callback of the request token it is about. Nothing is
loaded from elsewhere, nothing runs as a script, and no other site may frame it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.wrappers import Request, Response

from ..domain.account import Account, Session
from ..domain.credentials import OUT_OF_BAND, TemporaryCredentials
from ..domain.wire import WireRequest, WireResponse
from ..errors import Unknown, WrongStage
from ..operations.oauth import Authorization, Decision, decide, open_request_token
from ..operations.outcome import Outcome
from ..provider import Provider
from ..version import __version__
from .wsgi import request_of, response_of

SESSION_COOKIE = "fake_nexmo_session"
_STYLE_PATH = "/static/style.css"
_GONE: Mapping[str, str] = {
    "approved": "You have authorized this request already. Continue in the app.",
    "denied": "This request was denied. To change your mind, go back to the app and start again.",
    "exchanged": "This request was authorized and used already. There is nothing left to do here.",
    "expired": "This request is older than one hour. Go back to the app and start again.",
    "revoked": "This request was revoked. Go back to the app and start again.",
}


class Pages:
    """Renders the pages of one Provider."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._templates = Environment(
            loader=PackageLoader("fake_provider.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(version=__version__, style=_STYLE_PATH)

    def respond(self, wire: WireRequest) -> WireResponse:
        """Answer the start page and the style sheet."""
        if wire.method not in ("GET", "HEAD"):
            return WireResponse(status=405, headers=(("Allow", "GET, HEAD"),))
        if wire.path == "/favicon.ico":
            return WireResponse(status=204, headers=(("Cache-Control", "max-age=86400"),))
        if wire.path == _STYLE_PATH:
            style = files("fake_provider.web").joinpath("static/style.css").read_bytes()
            headers = (("Content-Type", "text/css; charset=utf-8"), ("Cache-Control", "max-age=60"))
            return WireResponse(status=200, headers=headers, body=style)
        if wire.path != "/":
            return response_of(
                self.page("problem.html", status=404, title="Not found", text="There is no such page.")
            )
        store = self._provider.ports.store
        accounts = store.accounts()
        return response_of(
            self.page(
                "start.html",
                account=accounts[0],
                app=next(iter(store.apps()), None),
                origin=f"{wire.scheme}://{wire.host}",
                profile=self._provider.policy.profile.value,
            )
        )

    def authorize(self, wire: WireRequest) -> Outcome:
        """Sign in, then ask whether the app may act for this account: RFC 5849 section 2.2."""
        return _Consent(self, self._provider, wire, ask_again=True).outcome()

    def authenticate(self, wire: WireRequest) -> Outcome:
        """The same, but a signed-in user who approved this app before is not asked again."""
        return _Consent(self, self._provider, wire, ask_again=False).outcome()

    def page(self, template: str, *, status: int = 200, form_target: str = "", **values: Any) -> Response:
        """Render *template*; *form_target* is where its form may lead by a redirect."""
        html = self._templates.get_template(template).render(**values)
        response = Response(html, status=status, content_type="text/html; charset=utf-8")
        policy = (
            f"default-src 'none'; style-src 'self'; form-action 'self'{form_target}; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


@dataclass(slots=True)
class _Consent:
    """One request to ``authorize`` or ``authenticate``."""

    pages: Pages
    provider: Provider
    wire: WireRequest
    ask_again: bool

    def outcome(self) -> Outcome:
        """Answer with a page, or with the redirect that ends the user's part."""
        request = request_of(self.wire)
        oauth_token = request.args.get("oauth_token") or request.form.get("oauth_token", "")
        if not oauth_token:
            text = "The address lacks oauth_token: the app that sent you here made a mistake."
            return self._problem(400, "Which request?", text)
        try:
            token = open_request_token(oauth_token, self.provider.ports)
            return self._decision(request, token)
        except Unknown:
            text = "No such request was made here. Go back to the app and start again."
            return self._problem(404, "Unknown request", text)
        except WrongStage as error:
            return self._problem(410, "This request is over", _GONE[error.stage])

    def _decision(self, request: Request, token: TemporaryCredentials) -> Outcome:
        # HEAD asks what GET would answer; deciding for it would take the verifier from the user who comes after.
        looks_only = request.method == "HEAD"
        if self.provider.policy.auto_approve and not looks_only:
            first = self.provider.ports.store.accounts()[0].email
            return self._decided(decide(token.token, Decision.APPROVE, first, self.provider.ports), None)
        session = self._session(request)
        account = self._account(session)
        if request.method == "POST":
            return self._posted(request, token, session, account)
        if account is None:
            return self._sign_in(token, session)
        approved = self.provider.ports.store.has_approved(account.email, token.client_key)
        if approved and not self.ask_again and not looks_only:
            return self._decided(
                decide(token.token, Decision.APPROVE, account.email, self.provider.ports), session
            )
        return self._ask(token, session, account)

    def _posted(
        self, request: Request, token: TemporaryCredentials, session: Session, account: Account | None
    ) -> Outcome:
        sent = request.form.get("csrf_token", "")
        if not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
            text = (
                "The form is too old, or it came from another site. Go back, reload the page and try again."
            )
            return self._problem(403, "This form is not valid any more", text)
        if "email" in request.form:
            return self._signed_in(request, token, session)
        if account is None:
            return self._sign_in(token, session)
        if "other_account" in request.form:
            return self._begin_session(token, None, session)
        try:
            decision = Decision(request.form.get("decision", ""))
        except ValueError:
            return self._ask(token, session, account)
        return self._decided(decide(token.token, decision, account.email, self.provider.ports), session)

    # Signing in

    def _session(self, request: Request) -> Session:
        """Return the browser's session, or a new one that nobody has signed in to."""
        held = self.provider.ports.store.session(request.cookies.get(SESSION_COOKIE, ""))
        if held is not None:
            return held
        session = self._new_session(None)
        self.provider.ports.store.save_session(session)
        return session

    def _new_session(self, account: str | None) -> Session:
        entropy = self.provider.ports.entropy
        return Session(
            id=entropy.token(),
            csrf_token=entropy.token(),
            account=account,
            created_at=self.provider.ports.clock.now(),
        )

    def _account(self, session: Session) -> Account | None:
        return self.provider.ports.store.account(session.account) if session.account else None

    def _signed_in(self, request: Request, token: TemporaryCredentials, session: Session) -> Outcome:
        email, password = request.form.get("email", ""), request.form.get("password", "")
        account = self.provider.ports.store.account(email.strip())
        if account is None or not hmac.compare_digest(account.password.encode(), password.encode()):
            return self._sign_in(token, session, status=403, email=email)
        return self._begin_session(token, account.email, session)

    def _begin_session(self, token: TemporaryCredentials, account: str | None, old: Session) -> Outcome:
        """Sign *account* in, or everybody out, and show the page anew.

        The session gets a new id, so that nobody who planted the old one is signed in too.
        """
        fresh = self._new_session(account)
        self.provider.ports.store.save_session(fresh, replaces=old.id)
        headers = {"Location": self._action(token), "Cache-Control": "no-store"}
        return self._outcome(Response(status=303, headers=headers), fresh, client_key=token.client_key)

    def _sign_in(
        self, token: TemporaryCredentials, session: Session, *, status: int = 200, email: str = ""
    ) -> Outcome:
        page = self.pages.page(
            "sign_in.html",
            status=status,
            failed=status != 200,
            email=email,
            app_name=self._app_name(token),
            csrf_token=session.csrf_token,
            accounts=self.provider.ports.store.accounts()[:2],
            action=self._action(token),
        )
        return self._outcome(page, session, client_key=token.client_key, refused=status != 200)

    # Asking, and what follows

    def _ask(self, token: TemporaryCredentials, session: Session, account: Account) -> Outcome:
        page = self.pages.page(
            "consent.html",
            # Chromium applies form-action to the redirect that answers the form, too.
            form_target=_origin_of(token.callback),
            app_name=self._app_name(token),
            account=account,
            csrf_token=session.csrf_token,
            action=self._action(token),
        )
        return self._outcome(page, session, client_key=token.client_key)

    def _decided(self, decision: Authorization, session: Session | None) -> Outcome:
        approved = decision.decision is Decision.APPROVE
        if decision.redirect_url is not None:
            headers = {"Location": decision.redirect_url, "Cache-Control": "no-store"}
            response = Response(status=302, headers=headers)
        else:
            response = self.pages.page(
                "decided.html",
                approved=approved,
                verifier=decision.verifier,
                app_name=self._name(decision.client_key),
            )
        return self._outcome(response, session, client_key=decision.client_key)

    def _problem(self, status: int, title: str, text: str) -> Outcome:
        page = self.pages.page("problem.html", status=status, title=title, text=text)
        return Outcome(response=response_of(page), kind="refused")

    def _outcome(
        self, response: Response, session: Session | None, *, client_key: str, refused: bool = False
    ) -> Outcome:
        secrets: tuple[str, ...] = ()
        if session is not None:
            response.set_cookie(
                SESSION_COOKIE,
                session.id,
                httponly=True,
                samesite="Lax",
                secure=self.wire.scheme == "https",
                path="/",
            )
            secrets = (session.id, session.csrf_token)
        return Outcome(
            response=response_of(response),
            kind="refused" if refused else "accepted",
            client_key=client_key,
            secrets=secrets,
        )

    def _action(self, token: TemporaryCredentials) -> str:
        return f"{self.wire.raw_path}?{urlencode({'oauth_token': token.token})}"

    def _app_name(self, token: TemporaryCredentials) -> str:
        return self._name(token.client_key)

    def _name(self, client_key: str) -> str:
        app = self.provider.ports.store.app(client_key)
        return app.name if app else "An app that was deleted"


def _origin_of(callback: str | None) -> str:
    """Return *callback*'s origin as a source of a Content-Security-Policy, with a blank before it."""
    if callback is None or callback == OUT_OF_BAND:
        return ""
    parts = urlsplit(callback)
    if parts.scheme not in ("http", "https"):
        return f" {parts.scheme}:"
    netloc = parts.netloc.rpartition("@")[2]
    # A source list has no room for IPv6 literals or for anything that could begin another directive.
    plain = all(c.isalnum() or c in ".-:" for c in netloc) and netloc.isascii()
    return f" {parts.scheme}://{netloc}" if plain else f" {parts.scheme}:"
