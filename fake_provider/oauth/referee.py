"""oauthlib's server-side endpoints as the referee: nothing is accepted that they refuse.

The one module that knows oauthlib. Its endpoints ask one RequestValidator, which answers from the request
itself: our checks have looked up the app and the token before, once, and in an order that lets them say why
something is wrong. oauthlib keeps what it is best at, the base string and the signature (RFC 5849 section
3.4), and its own view of what must be there.

``signature`` is a module that oauthlib calls internal; any change of its names stays in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oauthlib.common import Request
from oauthlib.oauth1 import AccessTokenEndpoint, RequestTokenEndpoint, RequestValidator, ResourceEndpoint
from oauthlib.oauth1.rfc5849 import signature

from ..domain.credentials import OUT_OF_BAND
from .parties import Leg, Parties
from .protocol import ProtocolRequest

_PLACEHOLDER = "checked-before"
_TIMESTAMP_DIGITS = 10  # the only length that oauthlib accepts


class _Prepared(Request):
    """A request as oauthlib's endpoints want it, made from our own reading; see ``protocol`` for why."""

    def __init__(self, request: ProtocolRequest, parties: Parties, url: str) -> None:
        # Not calling super(): it would read the body and the query a second time, its own way.
        oauth = request.oauth
        self.uri = url
        self.http_method: Any = request.wire.method
        self.headers: Any = {}
        self.body = ""
        self.validator_log: dict[str, Any] = {}
        self._params: dict[str, Any] = {}
        self.params: Any = request.signed
        self.oauth_params: Any = {"oauth_version": "1.0"} if "oauth_version" in oauth else {}
        self.signature = oauth["oauth_signature"]
        self.signature_method = oauth["oauth_signature_method"]
        self.client_key = oauth["oauth_consumer_key"]
        self.resource_owner_key = oauth.get("oauth_token") or None
        self.realm = None
        # PLAINTEXT needs neither (RFC 5849 section 3.1), Nexmo's samples send neither callback nor verifier,
        # and a clock that was moved to 1999 makes timestamps of 9 digits: oauthlib insists on all of them.
        self.nonce = oauth.get("oauth_nonce") or _PLACEHOLDER
        self.timestamp = oauth.get("oauth_timestamp", "").zfill(_TIMESTAMP_DIGITS)[-_TIMESTAMP_DIGITS:]
        self.redirect_uri = oauth.get("oauth_callback") or OUT_OF_BAND
        self.verifier = oauth.get("oauth_verifier") or _PLACEHOLDER
        self.parties = parties


class _Validator(RequestValidator):
    """Answers what oauthlib asks from the parties that the request carries.

    Formats, the time window, nonces, stages and verifiers are ``checks``' affair: oauthlib's own answers to
    these would be a bare False.
    """

    enforce_ssl = False
    timestamp_lifetime = 10**12  # seconds: the fake's clock decides, not time.time()
    dummy_client = dummy_request_token = dummy_access_token = "nobody"

    def check_client_key(self, client_key: str) -> bool:
        return True

    def check_request_token(self, request_token: str) -> bool:
        return True

    def check_access_token(self, request_token: str) -> bool:
        return True

    def check_nonce(self, nonce: str) -> bool:
        return True

    def check_verifier(self, verifier: str) -> bool:
        return True

    def check_realms(self, realms: Sequence[str]) -> bool:
        return True

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        return []

    def validate_timestamp_and_nonce(self, *args: object, **kwargs: object) -> bool:
        return True

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        parties: Parties = request.parties
        return parties.app.client_key == client_key

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        return _belongs(client_key, token, _parties(request))

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return _belongs(client_key, token, _parties(request))

    def validate_realms(self, *args: object, **kwargs: object) -> bool:
        return True

    def validate_requested_realms(self, *args: object) -> bool:
        return True

    def validate_redirect_uri(self, *args: object) -> bool:
        return True

    def validate_verifier(self, *args: object) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return _parties(request).app.client_secret

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return _token_secret(request)

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return _token_secret(request)

    def get_rsa_key(self, client_key: str, request: Any) -> str:
        return _parties(request).app.rsa_public_key or ""


def _parties(request: _Prepared) -> Parties:
    return request.parties


def _token_secret(request: _Prepared) -> str:
    token = request.parties.token
    return token.secret if token else ""


def _belongs(client_key: str, token: str, parties: Parties) -> bool:
    held = parties.token
    return held is not None and held.token == token and held.client_key == client_key


_VALIDATOR = _Validator()  # it holds nothing: every answer is in the request


class _Resource(ResourceEndpoint):
    """oauthlib's endpoint for protected resources, given as its URI a request that is read already."""

    def _create_request(self, uri: _Prepared, http_method: str, body: object, headers: object) -> _Prepared:
        return uri


_ASK: Mapping[Leg, Callable[[Any], tuple[bool, object]]] = {
    Leg.REQUEST_TOKEN: RequestTokenEndpoint(_VALIDATOR).validate_request_token_request,
    Leg.EXCHANGE: AccessTokenEndpoint(_VALIDATOR).validate_access_token_request,
    Leg.RESOURCE: _Resource(_VALIDATOR).validate_protected_resource_request,
}
"""The endpoint of each leg, which says whether it would let a prepared request pass."""


def verifies(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
    """Whether oauthlib accepts *request*, signed by *parties*, as sent to *url*.

    Every required protocol parameter must be there, and its method one of ``METHODS``.
    """
    try:
        valid, _ = _ASK[leg](_Prepared(request, parties, url))
    except ValueError:
        # An RSA signature that is no base64 raises binascii.Error instead of failing.
        return False
    return bool(valid)


def base_string_uri(url: str) -> str:
    """Return *url* as it stands in a base string (RFC 5849 section 3.4.1.2)."""
    return signature.base_string_uri(url)


def base_string(request: ProtocolRequest, url: str) -> str:
    """Return the signature base string of *request* as sent to *url* (RFC 5849 section 3.4.1)."""
    method: Any = request.wire.method
    signed: Any = request.signed  # a list of pairs; the stubs know the mapping only
    return signature.signature_base_string(
        method, signature.base_string_uri(url), signature.normalize_parameters(signed)
    )
