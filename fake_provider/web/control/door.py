"""Finds the control call that a request is, reads its members by the call's table, and answers JSON.

On loopback it asks for no credentials, but refuses what a page of another site sends: a browser names that site in
``Origin``.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from ... import fields
from ...domain.webhook import Webhook
from ...domain.wire import WireRequest, WireResponse
from ...errors import Conflict, FakeNexmoError, InvalidValue, StoreUnavailable, Unknown
from ...provider import Provider
from ..wsgi import request_of
from .call import JSON, Call, Context
from .calls import CALLS

MAX_BODY_BYTES = 1024 * 1024

_STATUS_OF: Mapping[type[FakeNexmoError], int] = {InvalidValue: 400, Unknown: 404, Conflict: 409}
_BY_NAME = {call.name: call for call in CALLS}
_ROUTES = Map(
    [
        Rule(
            "/_fake" + call.path.replace("{", "<path:").replace("}", ">"),
            endpoint=call.name,
            methods=[call.method],
        )
        for call in CALLS
    ],
    strict_slashes=False,
    merge_slashes=False,
)
"""Which call each method and path is. Made once: compiling it takes milliseconds."""


class Control:
    """Answers control calls on one Provider."""

    def __init__(self, provider: Provider, *, token: str | None = None) -> None:
        self._context = Context(provider)
        self._token = token

    def respond(self, wire: WireRequest) -> tuple[WireResponse, Sequence[Webhook]]:
        """Answer one control call, and say what is to be pushed after that; what is wrong becomes an error that names the field."""
        request = request_of(wire)
        if refusal := self._refusal(request):
            return refusal, ()
        try:
            name, values = _ROUTES.bind_to_environ(request.environ).match()
            if wire.method == "HEAD":
                raise MethodNotAllowed(["GET"])
            return self._answered(_BY_NAME[name], request, values)
        except StoreUnavailable:
            raise  # whatever was asked for: one answer, made above
        except FakeNexmoError as error:
            status = next(code for kind, code in _STATUS_OF.items() if isinstance(error, kind))
            return _error(status, error.code, str(error)), ()
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted({*(error.valid_methods or ())} - {"HEAD", "OPTIONS"}))
            refused = _error(
                405,
                "method_not_allowed",
                f"{request.method} is not answered here; allowed: {allowed}",
                allow=allowed,
            )
            return refused, ()
        except HTTPException as error:
            message = (
                f"there is no control call {request.method} {request.path[:200]}; GET /_fake/ lists them"
            )
            return _error(error.code or 404, "unknown_call", message), ()

    def _answered(
        self, call: Call, request: Request, values: Mapping[str, str]
    ) -> tuple[WireResponse, Sequence[Webhook]]:
        members: object = dict(request.args.items()) if call.query is not None else _members(request)
        if call.query is None and request.args:
            raise InvalidValue(
                next(iter(request.args))[:100], "unknown; this call takes no parameters in its URL"
            )
        repeated = next((name for name in request.args if len(request.args.getlist(name)) > 1), None)
        if repeated:
            raise InvalidValue(repeated[:100], "it stands there more than once")
        table = call.query if call.query is not None else call.body
        given = members if call.reads_itself else fields.read(table or (), members)
        answer = call.answer(self._context, given, *values.values())
        if answer.members is None:
            return WireResponse(status=call.status), answer.webhooks
        if call.media_type != JSON:
            return _response(call.status, call.media_type, answer.members), answer.webhooks
        return _json(call.status, answer.members), answer.webhooks

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


def _members(request: Request) -> object:
    """Return the JSON body; the content type does not matter, so that ``curl -d`` is enough."""
    try:
        return json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError):
        raise InvalidValue("", "the body is not valid JSON; an object is wanted") from None


def _json(status: int, answer: object, *headers: tuple[str, str]) -> WireResponse:
    return _response(status, JSON, json.dumps(answer), *headers)


def _response(status: int, media_type: str, text: str, *headers: tuple[str, str]) -> WireResponse:
    own = (("Content-Type", media_type), ("Cache-Control", "no-store"), *headers)
    return WireResponse(status=status, headers=own, body=text.encode())


def _error(status: int, code: str, message: str, *, allow: str | None = None) -> WireResponse:
    headers = [("Allow", allow)] if allow else []
    return _json(status, {"error": {"code": code, "message": message}}, *headers)
