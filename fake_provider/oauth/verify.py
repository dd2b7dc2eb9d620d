"""Verifies one signed request: everything that can be seen, then the signature, then the token's state.

The order is fixed, since the first check that fails names the diagnosis:

    form -> protocol parameters -> timestamp -> app and token known -> nonce -> signature
         -> state of the token -> verifier

A nonce is remembered only for a request whose signature was right, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ..domain.finding import Finding
from ..domain.policy import Policy
from ..domain.transient import transient
from ..ports import Ports
from . import catalogue, checks
from .parties import Leg, Parties
from .protocol import Blemish, ProtocolRequest
from .verdict import Accepted, Rejected, Verdict, secrets_of

if TYPE_CHECKING:
    from .doctor import Case

REAL_ORIGINS = ("https://rest.nexmo.com", "https://dashboard.nexmo.com")
"""This server stands in for exactly these, so a signature made for them is right at any address."""
_MAX_OTHERS = 200  # secrets that the doctor tries, the newest


def verify(request: ProtocolRequest, leg: Leg, ports: Ports, policy: Policy) -> Verdict:
    """Return whether *request* is authentic and may take this *leg* now."""
    return _Verification(request=request, leg=leg, ports=ports, policy=policy).verdict()


@cache
def _referee() -> Callable[[ProtocolRequest, Parties, Leg, str], bool]:
    """Return ``verifies``. It brings oauthlib, which takes 20 ms to import: who signs nothing never waits for it."""
    from .referee import verifies

    return verifies


@transient
class _Verification:
    """One request on its way through the checks."""

    request: ProtocolRequest
    leg: Leg
    ports: Ports
    policy: Policy

    def verdict(self) -> Verdict:
        now = self.ports.clock.now(self.request.oauth.get("oauth_consumer_key"))
        visible = list(self.request.blemishes)
        visible += checks.protocol_parameters(self.request, self.leg, self.policy)
        if off := checks.timestamp(self.request, now):
            visible.append(off)
        parties, unknown = checks.known(self.request, self.ports)
        visible += unknown
        use = checks.nonce_use(self.request)
        if use is not None and (earlier := self.ports.store.nonce_used(use)):
            visible.append(checks.replay(use, earlier))
        after = self._after_signature(parties) if parties else []
        if parties is None or self._refusing(visible):
            return self._rejected([*visible, *after])

        origin = self._signed_origin(parties)
        if origin is None:
            return self._unverified(parties, after)
        # Two copies of one request may both have come as far as here; the store lets one pass.
        if use is not None and (earlier := self.ports.store.use_nonce(use, now=now)):
            visible.append(checks.replay(use, earlier))
        blemishes = [*visible, *after]
        if self._refusing(blemishes):
            return self._rejected(blemishes)
        return self._accepted(parties, blemishes, origin)

    def _after_signature(self, parties: Parties) -> list[Blemish]:
        found = list(checks.state(parties.token, self.leg, self.ports))
        if self.leg is Leg.EXCHANGE:
            found += checks.verifier(self.request, parties.token)
        return found

    def _signed_origin(self, parties: Parties) -> str | None:
        """Return the origin for which the signature is right: "" for the one that the request came to."""
        wire, verifies = self.request.wire, _referee()
        if verifies(self.request, parties, self.leg, wire.url):
            return ""
        for origin in REAL_ORIGINS:
            url = wire.sent_to(origin).url
            if url != wire.url and verifies(self.request, parties, self.leg, url):
                return origin
        return None

    def _unverified(self, parties: Parties, after: list[Blemish]) -> Rejected:
        """Refuse a signature that is wrong, and say why as far as that can be proved."""
        from . import doctor  # a client that signs rightly never needs one

        rejected = self._rejected([Blemish("unknown-secret", ""), *after], expected=self._base_string())
        found = doctor.examine(self._case(parties))
        return rejected if found is None else replace(rejected, diagnosis=found.worded(rejected.diagnosis))

    def _case(self, parties: Parties) -> Case:
        from .doctor import Case
        from .referee import base_string_uri

        wire, app, token, store = self.request.wire, parties.app, parties.token, self.ports.store
        urls = dict.fromkeys((wire.url, *(wire.sent_to(origin).url for origin in REAL_ORIGINS)))
        return Case(
            request=self.request,
            uris=tuple(dict.fromkeys(base_string_uri(url) for url in urls)),
            consumer_secret=app.client_secret,
            token_secret=token.secret if token else "",
            rsa_public_key=app.rsa_public_key,
            other_token_secrets=[
                one.secret for one in store.tokens() if one.client_key == app.client_key and one != token
            ][-_MAX_OTHERS:],
            other_consumer_secrets=[one.client_secret for one in store.apps() if one != app][-_MAX_OTHERS:],
        )

    def _base_string(self) -> str | None:
        """Return the base string that would have been signed; PLAINTEXT signs none."""
        from .referee import base_string

        if self.request.oauth["oauth_signature_method"] == checks.PLAINTEXT:
            return None
        return base_string(self.request, self.request.wire.url)

    def _refusing(self, blemishes: Iterable[Blemish]) -> list[Blemish]:
        if self.policy.strict:
            return list(blemishes)
        return [blemish for blemish in blemishes if not blemish.tolerable]

    def _rejected(self, blemishes: list[Blemish], expected: str | None = None) -> Rejected:
        first, *others = self._refusing(blemishes)
        code = catalogue.refusal_code(first)
        also = dict.fromkeys(catalogue.refusal_code(other) for other in others)
        also.pop(code, None)
        return Rejected(
            status=catalogue.CATALOGUE[code].status,
            diagnosis=catalogue.diagnosis(first, also=tuple(also), expected=expected),
            parameters=catalogue.parameters(first),
            client_key=self.request.oauth.get("oauth_consumer_key"),
            secrets=self._secrets(),
        )

    def _secrets(self) -> tuple[str, ...]:
        oauth, store = self.request.oauth, self.ports.store
        return secrets_of(
            store.app(oauth.get("oauth_consumer_key", "")), store.token(oauth.get("oauth_token", ""))
        )

    def _accepted(self, parties: Parties, blemishes: list[Blemish], origin: str) -> Accepted:
        findings: list[Finding] = [catalogue.finding(blemish) for blemish in blemishes]
        if origin:
            findings.append(catalogue.finding(Blemish("signed-for-real-host", origin)))
        access = checks.access_token_of(parties.token, self.ports) if self.leg is Leg.RESOURCE else None
        return Accepted(
            request=self.request,
            app=parties.app,
            token=parties.token,
            account=access.account if access else None,
            findings=tuple(findings),
        )
