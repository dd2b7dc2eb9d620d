"""The control API under ``/_fake/``: what tests and other programs use to arrange and to look.

It answers JSON. On loopback it asks for no credentials, but refuses what a page of another site sends: a
browser names that site in ``Origin``.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from .. import fields, settings
from ..domain.credentials import TemporaryCredentials
from ..domain.wire import WireRequest, WireResponse
from ..errors import Conflict, FakeNexmoError, InvalidValue, Unknown
from ..fields import Field
from ..operations.oauth import Decision, decide
from ..ports import MessageQuery
from ..provider import Provider
from ..trace import ExchangeQuery
from ..version import __version__
from . import control_render
from .wsgi import request_of

MAX_BODY_BYTES = 1024 * 1024
MAX_WAIT_SECONDS = 300.0

AUTHORIZATION_FIELDS = (
    Field("oauth_token", fields.text(), required=True),
    Field("decision", fields.one_of(*(decision.value for decision in Decision)), required=True),
    Field("account", fields.email),
)
_OUTCOMES = ("accepted", "refused", "fault", "other")
_STATUS_OF: Mapping[type[FakeNexmoError], int] = {InvalidValue: 400, Unknown: 404, Conflict: 409}

Answer = tuple[int, Any]
"""A status and what is answered as JSON; None is no body."""


_ROUTES = Map(
    [
        Rule("/_fake/health", endpoint="health", methods=["GET"]),
        Rule("/_fake/reset", endpoint="reset", methods=["POST"]),
        Rule("/_fake/apps", endpoint="apps", methods=["GET"]),
        Rule("/_fake/apps", endpoint="create_app", methods=["POST"]),
        Rule("/_fake/apps/<path:consumer_key>", endpoint="app", methods=["GET"]),
        Rule("/_fake/apps/<path:consumer_key>", endpoint="delete_app", methods=["DELETE"]),
        Rule("/_fake/accounts", endpoint="accounts", methods=["GET"]),
        Rule("/_fake/accounts", endpoint="create_account", methods=["POST"]),
        Rule("/_fake/authorizations", endpoint="authorize", methods=["POST"]),
        Rule("/_fake/tokens", endpoint="tokens", methods=["GET"]),
        Rule("/_fake/tokens/<path:oauth_token>", endpoint="revoke", methods=["DELETE"]),
        Rule("/_fake/messages", endpoint="messages", methods=["GET"]),
        Rule("/_fake/messages", endpoint="clear_messages", methods=["DELETE"]),
        Rule("/_fake/exchanges", endpoint="exchanges", methods=["GET"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
)
"""Which call each method and path is: the names are methods of Control. Made once: compiling it takes milliseconds."""


class Control:
    """Answers control calls on one Provider."""

    def __init__(self, provider: Provider, *, token: str | None = None) -> None:
        self._provider = provider
        self._token = token

    def respond(self, wire: WireRequest) -> WireResponse:
        """Answer one control call; what is wrong with it becomes an error that names the field."""
        request = request_of(wire)
        if refusal := self._refusal(request):
            return refusal
        try:
            name, values = _ROUTES.bind_to_environ(request.environ).match()
            status, answer = getattr(self, name)(request, **values)
        except FakeNexmoError as error:
            status = next(code for kind, code in _STATUS_OF.items() if isinstance(error, kind))
            return _error(status, error.code, str(error))
        except MethodNotAllowed as error:
            allowed = ", ".join(error.valid_methods or ())
            return _error(
                405, "method_not_allowed", f"{request.method} is not answered here; allowed: {allowed}"
            )
        except HTTPException as error:
            message = f"there is no control call {request.method} {request.path[:200]}; see the README"
            return _error(error.code or 404, "unknown_call", message)
        if answer is None:
            return WireResponse(status=status)
        return _json(status, answer)

    def _refusal(self, request: Request) -> WireResponse | None:
        if len(request.get_data(cache=True)) > MAX_BODY_BYTES:
            return _error(413, "body_too_long", f"the body is longer than {MAX_BODY_BYTES} bytes")
        if self._token is not None:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not hmac.compare_digest(
                token.strip().encode(), self._token.encode()
            ):
                return _error(401, "control_token_wanted", "send Authorization: Bearer and the control token")
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            return _error(403, "cross_origin", "control calls are not answered to pages of other sites")
        return None

    # State as a whole

    def health(self, request: Request) -> Answer:
        """``GET /health``: that it runs, and as what."""
        profile = self._provider.policy.profile.value
        return 200, {"status": "ok", "version": __version__, "profile": profile}

    def reset(self, request: Request) -> Answer:
        """``POST /reset``: back to the seeded state."""
        self._provider.reset()
        return 204, None

    # Apps and accounts

    def apps(self, request: Request) -> Answer:
        """``GET /apps``."""
        return 200, {"apps": [control_render.app(app) for app in self._provider.ports.store.apps()]}

    def create_app(self, request: Request) -> Answer:
        """``POST /apps``: an app of *owner*, or of the first account."""
        values = fields.read(settings.APP_FIELDS, _members(request))
        ports = self._provider.ports
        owner = self._account(values["owner"], "owner")
        app = settings.app_from(values, ports.entropy, owner=owner, now=ports.clock.now())
        ports.store.add_app(app)
        return 201, control_render.app(app)

    def app(self, request: Request, consumer_key: str) -> Answer:
        """``GET /apps/{consumer_key}``."""
        app = self._provider.ports.store.app(consumer_key)
        if app is None:
            raise Unknown("app", consumer_key, "GET /_fake/apps lists them")
        return 200, control_render.app(app)

    def delete_app(self, request: Request, consumer_key: str) -> Answer:
        """``DELETE /apps/{consumer_key}``: its tokens are revoked."""
        self._provider.ports.store.remove_app(consumer_key)
        return 204, None

    def accounts(self, request: Request) -> Answer:
        """``GET /accounts``."""
        return 200, {"accounts": [control_render.account(a) for a in self._provider.ports.store.accounts()]}

    def create_account(self, request: Request) -> Answer:
        """``POST /accounts``: only ``email`` is required."""
        ports = self._provider.ports
        account = settings.account_from(
            fields.read(settings.ACCOUNT_FIELDS, _members(request)), ports.entropy
        )
        ports.store.add_account(account)
        return 201, control_render.account(account)

    # Tokens

    def authorize(self, request: Request) -> Answer:
        """``POST /authorizations``: what a user would do on the consent page."""
        values = fields.read(AUTHORIZATION_FIELDS, _members(request))
        account = self._account(values["account"], "account")
        decision = decide(values["oauth_token"], Decision(values["decision"]), account, self._provider.ports)
        return 200, {
            "oauth_token": decision.oauth_token,
            "oauth_verifier": decision.verifier,
            "redirect_url": decision.redirect_url,
        }

    def tokens(self, request: Request) -> Answer:
        """``GET /tokens``: no secrets."""
        now = self._provider.ports.clock.now()
        held = self._provider.ports.store.tokens()
        current = (t.at(now) if isinstance(t, TemporaryCredentials) else t for t in held)
        return 200, {"tokens": [control_render.token(token) for token in current]}

    def revoke(self, request: Request, oauth_token: str) -> Answer:
        """``DELETE /tokens/{oauth_token}``."""
        self._provider.ports.store.revoke(oauth_token)
        return 204, None

    # What happened

    def messages(self, request: Request) -> Answer:
        """``GET /messages``: the oldest first; ``wait`` holds the answer until one matches."""
        given = _arguments(request, ("to", "from", "consumer_key", "api_key", "since", "wait"))
        query = MessageQuery(
            to=given.get("to"),
            sender=given.get("from"),
            client_key=given.get("consumer_key"),
            api_key=given.get("api_key"),
            since=_time(given["since"]) if "since" in given else None,
        )
        wait = _number(given, "wait", MAX_WAIT_SECONDS) or 0.0
        found = self._provider.ports.store.messages(query, wait_seconds=wait)
        return 200, {"messages": [control_render.message(message) for message in found]}

    def clear_messages(self, request: Request) -> Answer:
        """``DELETE /messages``."""
        self._provider.ports.store.clear_messages()
        return 204, None

    def exchanges(self, request: Request) -> Answer:
        """``GET /exchanges``: the newest first."""
        given = _arguments(request, ("outcome", "consumer_key", "path", "limit"))
        outcome = given.get("outcome")
        if outcome is not None and outcome not in _OUTCOMES:
            raise InvalidValue("outcome", f"one of {', '.join(_OUTCOMES)} is wanted")
        limit = _whole_number(given, "limit", 1_000_000)
        query = ExchangeQuery(
            outcome=outcome,
            client_key=given.get("consumer_key"),
            path=given.get("path"),
            limit=limit,
        )
        found = self._provider.trace.exchanges(query)
        return 200, {"exchanges": [control_render.exchange(exchange) for exchange in found]}

    def _account(self, email: str | None, field: str) -> str:
        """Return the address of the account *email*, or of the first one."""
        store = self._provider.ports.store
        if email is None:
            return store.accounts()[0].email
        account = store.account(email)
        if account is None:
            raise Unknown("account", email, f"{field} is one of GET /_fake/accounts")
        return account.email


def _members(request: Request) -> object:
    """Return the JSON body; the content type does not matter, so that ``curl -d`` is enough."""
    try:
        return json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError):
        raise InvalidValue("", "the body is not valid JSON; an object is wanted") from None


def _arguments(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    for name in request.args:
        if name not in allowed:
            raise InvalidValue(name, f"unknown; allowed are {', '.join(allowed)}")
    return dict(request.args.items())


def _number(given: Mapping[str, str], name: str, at_most: float) -> float | None:
    if name not in given:
        return None
    try:
        number = float(given[name])
    except ValueError:
        number = -1.0
    if not 0 <= number <= at_most:
        raise InvalidValue(name, f"a number from 0 to {at_most:.0f} is wanted")
    return number


def _whole_number(given: Mapping[str, str], name: str, at_most: int) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= at_most):
        raise InvalidValue(name, f"a whole number from 0 to {at_most} is wanted")
    return int(text)


def _time(text: str) -> float:
    try:
        # A plus sign that was not escaped in the query has become a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        raise InvalidValue("since", "an ISO 8601 time such as 2018-10-25T12:10:29Z is wanted") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _json(status: int, answer: object) -> WireResponse:
    headers = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
    return WireResponse(status=status, headers=headers, body=json.dumps(answer).encode())


def _error(status: int, code: str, message: str) -> WireResponse:
    return _json(status, {"error": {"code": code, "message": message}})
