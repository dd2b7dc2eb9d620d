"""The limit: the fake's own server with nothing behind it but a constant, and oauthlib's verification if that is wanted.

As a program: PORT [TOKEN_SECRET]. With a secret each request is verified by oauthlib's bare ResourceEndpoint.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from typing import Any

from oauthlib.oauth1 import RequestValidator, ResourceEndpoint

from bench.stubs import BODY
from fake_provider import FakeNexmo
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.server import Server
from fake_provider.settings import DEMO_APP
from fake_provider.web.app import Application, Reply

_JSON = (("Content-Type", "application/json"),)
_ANSWER = WireResponse(status=200, headers=_JSON, body=BODY.encode())
_REFUSAL = WireResponse(status=401, headers=_JSON, body=b"{}")


class Bare(RequestValidator):
    """The least that oauthlib's resource endpoint asks for."""

    enforce_ssl = False
    timestamp_lifetime = 10**9
    nonce_length = client_key_length = access_token_length = (1, 255)
    dummy_client = dummy_access_token = "dummy"

    def __init__(self, token_secret: str) -> None:
        super().__init__()
        self._token_secret = token_secret
        self._safe = set(map(chr, range(33, 127)))

    @property
    def safe_characters(self) -> set[str]:
        return self._safe

    def _yes(self, *_: Any, **__: Any) -> bool:
        return True

    validate_timestamp_and_nonce = validate_client_key = validate_access_token = validate_realms = _yes

    def get_client_secret(self, *_: Any) -> str:
        return DEMO_APP.client_secret

    def get_access_token_secret(self, *_: Any) -> str:
        return self._token_secret


class Constant(Application):
    """What the server takes for the fake's application: it answers without looking, or shows what it was asked."""

    def __init__(self, answer: Callable[[WireRequest], WireResponse]) -> None:
        super().__init__(FakeNexmo()._provider)
        self._constant = answer

    def reply(self, wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:  # noqa: ARG002
        return Reply(response=_seen(wire) if wire.target.startswith("/seen") else self._constant(wire))

    def refuse_unreadable(self, wire: WireRequest, response: WireResponse) -> WireResponse:  # noqa: ARG002
        return _seen(wire)


def _seen(wire: WireRequest) -> WireResponse:
    seen = {"target": wire.target, "headers": wire.headers}
    return WireResponse(status=200, headers=_JSON, body=json.dumps({"seen": seen}).encode())


def verified(token_secret: str) -> Callable[[WireRequest], WireResponse]:
    """Return an application that asks oauthlib, and does nothing else."""
    endpoint = ResourceEndpoint(Bare(token_secret))

    def answer(wire: WireRequest) -> WireResponse:
        valid, _ = endpoint.validate_protected_resource_request(
            wire.url, wire.method, wire.body.decode(), dict(wire.headers)
        )
        return _ANSWER if valid else _REFUSAL

    return answer


def main(port: str, token_secret: str | None = None) -> None:
    """Serve until the process is ended."""
    answer = verified(token_secret) if token_secret is not None else lambda _: _ANSWER
    with Server(Constant(answer), port=int(port)):
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
