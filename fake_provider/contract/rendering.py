"""Puts values in place of the references of a recording: the way back from ``masking``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from . import signatures
from .exchange import RSA, SWAPCASE, WRONG, Answer, Request
from .masking import STAND_INS
from .references import References, Unbound

_TIME = re.compile(r"<(now|then)([+-][0-9]{1,12})?>")
_SIG = re.compile(r"<sig:([a-z0-9-]+)>")
_STAND_IN = re.compile("|".join(map(re.escape, STAND_INS)))
_WRONG_SIGNATURE = "d3JvbmctYW5kLW5vdGhpbmctZWxzZQ="
_OTHER_BODY = Request(method="POST", url="", body="another body")


@dataclass(slots=True, kw_only=True)
class Renderer:
    """Renders what one test recorded, in its order.

    Args:
        dashboard_url, rest_url: where the provider is, or seems to be.
        now: seconds since 1970.
    """

    references: References
    dashboard_url: str
    rest_url: str
    now: Callable[[], float]
    _then: dict[str, int] = field(default_factory=dict, init=False)

    def answer(self, answer: Answer) -> Answer:
        """Return *answer* as a test is to see it."""
        return replace(
            answer,
            headers=tuple((name, self._shown(value)) for name, value in answer.headers),
            body=self._shown(answer.body),
        )

    def request(self, request: Request, signed: str) -> Request:
        """Return *request* as it is to be sent, signed anew with the same secrets.

        Raises:
            Unbound: it has something in it that was never issued.
        """
        request = request.changed(lambda text: self.references.rendered(self._located(text)))
        nonce = signatures.parameter(request, "oauth_nonce")
        request = request.changed(lambda text: self._timed(text, nonce))
        timestamp = signatures.timestamp(request)
        if nonce is not None and timestamp is not None:
            self._then.setdefault(nonce, timestamp)
        hashes = {"<body-hash>": request, "<other-body-hash>": _OTHER_BODY}
        for reference, hashed in hashes.items():
            right = signatures.escape(signatures.body_hash(hashed))
            request = request.changed(lambda text, old=reference, new=right: text.replace(old, new))  # type: ignore[misc]
        with_hash = request
        request = request.changed(lambda text: _SIG.sub(lambda found: self._sig(with_hash, found[1]), text))
        return self._signed(request, signed)

    def _shown(self, text: str) -> str:
        text = _STAND_IN.sub(lambda found: STAND_INS[found[0]], text)
        return self.references.rendered(self._located(self._timed(text, None)))

    def _located(self, text: str) -> str:
        for name, url in (("dashboard", self.dashboard_url), ("rest", self.rest_url)):
            text = text.replace(f"<{name}>", url).replace(
                f"<{name}:plain>", url.replace("https:", "http:", 1)
            )
        return text

    def _timed(self, text: str, nonce: str | None) -> str:
        def seconds(found: re.Match[str]) -> str:
            base = int(self.now())
            if found[1] == "then" and nonce is not None:
                base = self._then.get(nonce, base)
            return str(base + int(found[2] or 0))

        return _TIME.sub(seconds, text)

    def _sig(self, request: Request, method: str) -> str:
        if method == WRONG:
            return "0" * 32
        if method not in signatures.SIG_METHODS:
            raise Unbound(f"sig:{method}")
        secret = next(iter(self.references.of_kind("signature-secret").values()), "")
        return signatures.sig(signatures.form(request), method, secret)

    def _signed(self, request: Request, signed: str) -> Request:
        if not signed:
            return request
        signature = _WRONG_SIGNATURE
        if signed not in (WRONG, RSA):
            client, _, token = signed.removesuffix(SWAPCASE).partition("&")
            signature = signatures.oauth_signature(
                request, self.references.value(client), self.references.value(token) if token else ""
            )
            if signed.endswith(SWAPCASE):
                signature = signature.swapcase()
        escaped = signatures.escape(signature)
        return request.changed(lambda text: text.replace("<signature>", escaped))
