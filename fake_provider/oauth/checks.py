"""What can be said about a request without computing a signature, in the order in which it is checked.

Each check yields blemishes and judges none: ``verify`` decides by the profile which of them refuse.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping

from ..domain.credentials import NonceUse, Stage, TemporaryCredentials, Token, TokenCredentials
from ..domain.policy import Policy
from ..ports import Ports
from .callback import problem_with
from .parties import Leg, Parties
from .protocol import Blemish, ProtocolRequest

PLAINTEXT = "PLAINTEXT"
BEYOND_RFC5849 = frozenset({"HMAC-SHA256", "HMAC-SHA512", "RSA-SHA256", "RSA-SHA512"})
_ALWAYS_SUPPORTED = frozenset({"HMAC-SHA1", "RSA-SHA1"})
METHODS = _ALWAYS_SUPPORTED | {PLAINTEXT} | BEYOND_RFC5849

TIMESTAMP_WINDOW_SECONDS = 300
MAX_NONCE_CHARACTERS = 255
_HOUR = 3600
_MILLISECOND_DIGITS = 13
_MAX_DIGITS = 15
_LONGEST_WORD = 14

_REQUIRED = ("oauth_consumer_key", "oauth_signature_method", "oauth_signature")
_REQUIRED_AGAINST_REPLAY = ("oauth_timestamp", "oauth_nonce")
_REQUIRED_OF_ALL = _REQUIRED + _REQUIRED_AGAINST_REPLAY
_REQUIRED_WITH_TOKEN = (*_REQUIRED_OF_ALL, "oauth_token")
# A copied example of an early library sends these; they mean 1.0.
_TOLERABLE_VERSIONS = frozenset({"1.0a", "1.0A"})


def protocol_parameters(request: ProtocolRequest, leg: Leg, policy: Policy) -> Iterator[Blemish]:
    """What is absent, unsupported or malformed among the ``oauth_*`` parameters."""
    oauth = request.oauth
    if not oauth:
        yield Blemish("authorization-missing", "", names=_REQUIRED_OF_ALL)
        return
    required = _REQUIRED_OF_ALL if leg is Leg.REQUEST_TOKEN else _REQUIRED_WITH_TOKEN
    if not all(map(oauth.get, required)):
        yield from _absent(oauth, leg)
    if oauth.get("oauth_version", "1.0") != "1.0":
        yield _version(oauth["oauth_version"])
    if oauth.get("oauth_signature_method") not in _ALWAYS_SUPPORTED:
        yield from _signature_method(oauth.get("oauth_signature_method"), request)
    if request.transport != "header":
        yield from _place(request, policy)
    if len(oauth.get("oauth_nonce", "")) > MAX_NONCE_CHARACTERS:
        yield Blemish("nonce-too-long", str(len(oauth["oauth_nonce"])))
    if leg is Leg.REQUEST_TOKEN:
        yield from _callback(oauth.get("oauth_callback", ""))
    if "oauth_body_hash" in oauth:
        yield from _body_hash(request, oauth["oauth_body_hash"])


def _absent(oauth: Mapping[str, str], leg: Leg) -> Iterator[Blemish]:
    plaintext = oauth.get("oauth_signature_method") == PLAINTEXT
    required = _REQUIRED if plaintext else _REQUIRED_OF_ALL
    if leg is Leg.EXCHANGE:
        required = (*required, "oauth_token")
    absent = [name for name in required if not oauth.get(name)]
    if absent:
        yield Blemish("parameter-absent", " and ".join(absent), names=tuple(absent))
    if leg is Leg.RESOURCE and not oauth.get("oauth_token"):
        yield Blemish("token-missing", "")


def _version(version: str) -> Blemish:
    tolerable = version in _TOLERABLE_VERSIONS
    return Blemish("version-rejected", _word(version), tolerable, names=("oauth_version",))


def _place(request: ProtocolRequest, policy: Policy) -> Iterator[Blemish]:
    if not policy.strict:
        yield Blemish("oauth-outside-header", str(request.transport), tolerable=True)
    # A plus sign that was not escaped has become a blank; base64 has none.
    if " " in request.oauth.get("oauth_signature", "").strip():
        yield Blemish("signature-not-encoded", f"in the {request.transport}")


def _signature_method(method: str | None, request: ProtocolRequest) -> Iterator[Blemish]:
    if not method:
        return
    if method not in METHODS:
        yield Blemish(
            "signature-method-unsupported", f"oauth_signature_method {_word(method)} is not known here"
        )
    elif method == PLAINTEXT and request.wire.scheme != "https":
        yield Blemish("signature-method-unsupported", "PLAINTEXT shows the secrets, so it needs TLS")
    elif method in BEYOND_RFC5849:
        detail = f"{method} is not a method of RFC 5849"
        yield Blemish("signature-method-beyond-rfc5849", detail, tolerable=True)


def _callback(callback: str) -> Iterator[Blemish]:
    if not callback:
        yield Blemish("callback-missing", "", tolerable=True)
    elif problem := problem_with(callback):
        yield Blemish("callback-not-allowed", problem)


def _body_hash(request: ProtocolRequest, body_hash: str) -> Iterator[Blemish]:
    if request.has_form:
        yield Blemish(
            "body-hash-wrong", "came with a form, whose fields are signed one by one", tolerable=True
        )
    elif request.wire.method not in ("GET", "HEAD"):
        method = request.oauth.get("oauth_signature_method", "")
        algorithm = next((name for name in ("sha256", "sha512") if method.endswith(name.upper())), "sha1")
        digest = hashlib.new(algorithm, request.wire.body, usedforsecurity=False).digest()
        if base64.b64encode(digest).decode() != body_hash:
            yield Blemish("body-hash-wrong", "does not match the body that arrived", tolerable=True)


def timestamp(request: ProtocolRequest, now: float) -> Blemish | None:
    """Whether the request is of now, give or take five minutes."""
    text = request.oauth.get("oauth_timestamp")
    if not text:
        return None
    if not _is_number(text):
        return Blemish("timestamp-not-a-number", "", names=("oauth_timestamp",))
    if len(text) == _MILLISECOND_DIGITS:
        return Blemish("timestamp-in-milliseconds", "")
    if len(text) > _MAX_DIGITS:
        return Blemish("timestamp-refused", "far in the future")
    off = int(text) - int(now)
    return Blemish("timestamp-refused", _how_far(off)) if abs(off) > TIMESTAMP_WINDOW_SECONDS else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _how_far(off: int) -> str:
    text = (
        f"{abs(off)} seconds in the {'future' if off > 0 else 'past'}; {TIMESTAMP_WINDOW_SECONDS} are allowed"
    )
    hours = round(abs(off) / _HOUR)
    if 1 <= hours <= 14 and abs(abs(off) - hours * _HOUR) <= TIMESTAMP_WINDOW_SECONDS:
        text += f" (some {hours} h: local time was sent where UTC is meant)"
    return text


def known(request: ProtocolRequest, ports: Ports) -> tuple[Parties | None, list[Blemish]]:
    """Find the app and the token that the request names; None where one of them is not known."""
    client_key = request.oauth.get("oauth_consumer_key", "")
    token_name = request.oauth.get("oauth_token", "")
    blemishes: list[Blemish] = []
    app = ports.store.app(client_key) if client_key else None
    if app is None and client_key:
        blemishes.append(Blemish("consumer-unknown", _shown(client_key)))
    token = ports.store.token(token_name) if token_name else None
    if token_name:
        if token is None:
            blemishes.append(Blemish("token-unknown", _shown(token_name)))
        elif app is not None and token.client_key != app.client_key:
            blemishes.append(Blemish("token-of-another-consumer", _shown(client_key)))
    if app is None or blemishes:
        return None, blemishes
    if request.oauth.get("oauth_signature_method", "").startswith("RSA-") and not app.rsa_public_key:
        blemishes.append(Blemish("signature-method-unsupported", "this app has no RSA public key registered"))
    return Parties(app=app, token=token), blemishes


def nonce_use(request: ProtocolRequest) -> NonceUse | None:
    """Return the use of a nonce that this request makes; None where it carries none, as PLAINTEXT may."""
    oauth = request.oauth
    stamp, nonce = oauth.get("oauth_timestamp", ""), oauth.get("oauth_nonce", "")
    if not (nonce and _is_number(stamp) and len(stamp) <= _MAX_DIGITS):
        return None
    return NonceUse(
        client_key=oauth.get("oauth_consumer_key", ""),
        token=oauth.get("oauth_token", ""),
        timestamp=int(stamp),
        nonce=nonce,
        url=request.wire.url,
    )


def replay(use: NonceUse, earlier: NonceUse) -> Blemish:
    """Say of a nonce that was used before what for."""
    same = "for the same URL: a retry" if earlier.url == use.url else "for another URL: a redirect"
    return Blemish("nonce-used", same)


def state(token: Token | None, leg: Leg, ports: Ports) -> Iterator[Blemish]:
    """Whether the token is at the stage that this leg needs."""
    match token, leg:
        case TokenCredentials(), Leg.RESOURCE:
            if token.stage is Stage.REVOKED:
                yield Blemish("token-revoked", "")
        case TemporaryCredentials(), Leg.EXCHANGE:
            code = _NOT_EXCHANGEABLE.get(token.at(ports.clock.now(token.client_key)).stage)
            if code:
                yield Blemish(code, "")
        case TokenCredentials(), Leg.EXCHANGE:
            yield Blemish("access-token-for-exchange", "")
        case TemporaryCredentials(), Leg.RESOURCE:
            yield from _request_token_for_resource(token, ports)
        case _:
            return


_NOT_EXCHANGEABLE = {
    Stage.ISSUED: "token-not-authorized",
    Stage.DENIED: "token-denied",
    Stage.EXCHANGED: "token-used",
    Stage.EXPIRED: "token-expired",
    Stage.REVOKED: "token-revoked",
}


def _request_token_for_resource(token: TemporaryCredentials, ports: Ports) -> Iterator[Blemish]:
    exchanged = access_token_of(token, ports)
    if exchanged is None:
        yield Blemish("request-token-for-resource", " that was not exchanged")
    else:
        yield Blemish("request-token-for-resource", "", tolerable=True)
        if Stage.REVOKED in (token.stage, exchanged.stage):
            yield Blemish("token-revoked", "")


def access_token_of(token: Token | None, ports: Ports) -> TokenCredentials | None:
    """Return the access token that *token* is, or that it was exchanged for."""
    if isinstance(token, TemporaryCredentials):
        held = ports.store.token(token.access_token) if token.access_token else None
        return held if isinstance(held, TokenCredentials) else None
    return token


def verifier(request: ProtocolRequest, token: Token | None) -> Iterator[Blemish]:
    """Whether the verifier of an exchange is the one that the user brought back."""
    if not isinstance(token, TemporaryCredentials):
        return
    sent = request.oauth.get("oauth_verifier")
    if not token.callback_given:
        # OAuth 1.0 before revision A: there was none to send; against one that comes there is nothing to hold.
        yield Blemish("verifier-wrong" if sent else "verifier-missing", "", tolerable=True)
    elif not sent:
        yield Blemish("verifier-missing", "")
    elif sent != token.verifier:
        yield Blemish("verifier-wrong", "")


def _word(text: str) -> str:
    """Quote a short word of a client; a longer text may hold anything, and would end in a log."""
    return repr(text) if len(text) <= _LONGEST_WORD else f"a text of {len(text)} characters"


def _shown(key: str) -> str:
    """Shorten what a client sent: a secret that was put in the place of a key must not be repeated."""
    return repr(f"{key[:4]}…" if len(key) > 8 else key)
