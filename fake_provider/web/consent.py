"""The pages on which a user decides about an app: sign in, consent, what comes after it (RFC 5849 section 2.2).

A page never redirects anywhere but to itself and to the callback of the request token it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from ..domain.account import Account, Session
from ..domain.credentials import OUT_OF_BAND, TemporaryCredentials
from ..domain.wire import WireRequest
from ..errors import Unknown, WrongStage
from ..operations.oauth import Authorization, Decision, decide, open_request_token
from ..operations.outcome import Outcome
from ..provider import Provider
from .html import Templates
from .visitors import TooManyAttempts, Visitors
from .wsgi import request_of, response_of

_GONE: Mapping[str, str] = {
    "approved": "You have authorized this request already. Continue in the app.",
    "denied": "This request was denied. To change your mind, go back to the app and start again.",
    "exchanged": "This request was authorized and used already. There is nothing left to do here.",
    "expired": "This request is older than one hour. Go back to the app and start again.",
    "revoked": "This request was revoked. Go back to the app and start again.",
}
NOT_OWN_FORM = (
    "This form is not valid any more",
    "You have signed out, the fake was started anew, or the form came from another site. Open its page again.",
)
SIGN_IN_FAILURES: Mapping[int, str] = {
    403: "No account has this e-mail and password.",
    429: "Too many attempts at once. Wait a few seconds, then try again.",
}


@dataclass(slots=True, kw_only=True)
class Consent:
    """One request to ``authorize`` or, where a user who approved the app before is not asked again, ``authenticate``."""

    templates: Templates
    visitors: Visitors
    provider: Provider
    wire: WireRequest
    ask_again: bool

    def outcome(self) -> Outcome:
        """Answer with a page, or with the redirect that ends the user's part."""
        try:
            return self._answer(request_of(self.wire))
        except HTTPException as error:  # a form with too many parts, or too long
            return self._problem(error.code or 400, "This cannot be read", f"{error.description}")

    def _answer(self, request: Request) -> Outcome:
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
        session = self.visitors.session(request)
        account = self.visitors.account(session)
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
        if not self.visitors.is_own_form(request, session):
            return self._problem(403, *NOT_OWN_FORM)
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

    def _signed_in(self, request: Request, token: TemporaryCredentials, session: Session) -> Outcome:
        email = request.form.get("email", "")
        try:
            account = self.visitors.identified(email, request.form.get("password", ""))
        except TooManyAttempts:
            return self._sign_in(token, session, status=429, email=email)
        if account is None:
            return self._sign_in(token, session, status=403, email=email)
        return self._begin_session(token, account.email, session)

    def _begin_session(self, token: TemporaryCredentials, account: str | None, old: Session) -> Outcome:
        """Sign *account* in, or everybody out, and show the page anew."""
        fresh = self.visitors.begin(account, old)
        headers = {"Location": self._action(token), "Cache-Control": "no-store"}
        return self._outcome(Response(status=303, headers=headers), fresh, client_key=token.client_key)

    def _sign_in(
        self, token: TemporaryCredentials, session: Session, *, status: int = 200, email: str = ""
    ) -> Outcome:
        page = self.templates.page(
            "sign_in.html",
            status=status,
            failure=SIGN_IN_FAILURES.get(status),
            email=email,
            app_name=self._app_name(token),
            csrf_token=session.csrf_token,
            accounts=self.provider.ports.store.accounts()[:2],
            action=self._action(token),
        )
        return self._outcome(page, session, client_key=token.client_key, refused=status != 200)

    # Asking, and what follows

    def _ask(self, token: TemporaryCredentials, session: Session, account: Account) -> Outcome:
        page = self.templates.page(
            "consent.html",
            # Chromium applies form-action to the redirect that answers the form, too.
            form_target=_origin_of(token.callback),
            app_name=self._app_name(token),
            user=account.email,
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
            response = self.templates.page(
                "decided.html",
                approved=approved,
                verifier=decision.verifier,
                app_name=self._name(decision.client_key),
            )
        return self._outcome(response, session, client_key=decision.client_key)

    def _problem(self, status: int, title: str, text: str) -> Outcome:
        page = self.templates.page("problem.html", status=status, title=title, text=text)
        return Outcome(response=response_of(page), kind="refused")

    def _outcome(
        self, response: Response, session: Session | None, *, client_key: str, refused: bool = False
    ) -> Outcome:
        secrets: tuple[str, ...] = ()
        if session is not None:
            self.visitors.remember(response, session, request_of(self.wire))
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
