"""Who calls an API of rest.nexmo.com: by OAuth, by api_key and api_secret, or by HTTP Basic with the two."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from ..domain.account import Account
from ..domain.finding import Diagnosis, Finding
from ..domain.wire import WireRequest
from ..oauth import catalogue
from ..oauth.profile import Policy
from ..oauth.protocol import Blemish, ProtocolRequest
from ..oauth.referee import Leg
from ..oauth.verdict import Rejected
from ..oauth.verify import verify
from ..ports import Ports


class KeyProblem(Enum):
    """Why a call with api_key and api_secret is refused."""

    MISSING = "missing"  # neither OAuth nor an api_key
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An account on whose behalf a call is made."""

    account: Account
    client_key: str | None  # of the app that calls for it; None where the account calls itself
    findings: tuple[Finding, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)


def identify(
    request: ProtocolRequest, given: Mapping[str, str], ports: Ports, policy: Policy
) -> Caller | Rejected | KeyProblem:
    """Find out who calls; where OAuth and an api_key came together, OAuth decides.

    *given* are the call's own parameters, wherever they stood. Until 2012 the two credentials were called
    ``username`` and ``password``; they were accepted long after.
    """
    if request.attempted:
        return _by_oauth(request, given, ports, policy)
    basic = _basic(request.wire)
    key, secret = basic or (
        given.get("api_key") or given.get("username", ""),
        given.get("api_secret") or given.get("password", ""),
    )
    if not key:
        return KeyProblem.MISSING
    account = ports.store.account_by_key(key)
    if account is None or not hmac.compare_digest(account.api_secret.encode(), secret.encode()):
        return KeyProblem.WRONG
    findings = tuple(catalogue.finding(blemish) for blemish in request.blemishes)
    return Caller(account=account, client_key=None, findings=findings, secrets=(account.api_secret,))


def _by_oauth(
    request: ProtocolRequest, given: Mapping[str, str], ports: Ports, policy: Policy
) -> Caller | Rejected:
    verdict = verify(request, Leg.RESOURCE, ports, policy)
    if isinstance(verdict, Rejected):
        return verdict
    account = ports.store.account(verdict.account or "")
    if account is None:
        # Only a reset between two lines of this function can bring this about.
        blemish = Blemish("token-unknown", repr("…"))
        return Rejected(
            status=401,
            diagnosis=catalogue.diagnosis(blemish),
            parameters=(),
            client_key=verdict.app.client_key,
            secrets=verdict.secrets,
        )
    findings = verdict.findings
    if "api_key" in given:
        findings = (*findings, catalogue.finding(Blemish("api-key-ignored", "api_key")))
    return Caller(
        account=account,
        client_key=verdict.app.client_key,
        findings=findings,
        secrets=(*verdict.secrets, account.api_secret),
    )


def missing_authorization() -> Diagnosis:
    """Return the diagnosis for a call that brings no credentials of any kind."""
    return catalogue.diagnosis(Blemish("authorization-missing", ""))


def _basic(wire: WireRequest) -> tuple[str, str] | None:
    """Return user and password of HTTP Basic (RFC 7617), or None."""
    scheme, _, encoded = (wire.header("authorization") or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:  # no base64, or no UTF-8 behind it
        return "", ""
    key, _, secret = text.partition(":")
    return key, secret
