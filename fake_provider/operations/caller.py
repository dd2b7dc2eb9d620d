"""Who calls an API of rest.nexmo.com: by OAuth, by api_key and api_secret, by HTTP Basic with the two, or by ``sig``."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from ..domain.account import Account
from ..domain.finding import Diagnosis, Finding
from ..domain.policy import Policy
from ..domain.transient import transient
from ..domain.wire import WireRequest
from ..oauth import catalogue
from ..oauth.parties import Leg
from ..oauth.protocol import Blemish, ProtocolRequest
from ..oauth.verdict import Rejected
from ..oauth.verify import verify
from ..ports import Ports
from ..sms import signing

_MAX_TIMESTAMP_DIGITS = 12


class KeyProblem(Enum):
    """Why a call without OAuth is refused; the value says it in words."""

    MISSING = "no credentials of any kind came"
    WRONG = "the api_key is not known, or the api_secret is not its own"
    SIGNATURE_WRONG = "sig does not fit the parameters and the account's signature secret"
    SIGNATURE_OLD = "timestamp is missing, or more than 300 s off"
    SIGNATURE_UNKNOWN = "sig came, but the account has no signature secret"
    SIGNATURE_AND_SECRET = "sig and api_secret came together"

    @property
    def is_about_signature(self) -> bool:
        """Whether ``sig`` has to do with it."""
        return self not in (KeyProblem.MISSING, KeyProblem.WRONG)


@transient
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
    account = _by_signature(given, ports) if "sig" in given else _by_secret(request, given, ports)
    if isinstance(account, KeyProblem):
        return account
    findings = tuple(catalogue.finding(blemish) for blemish in request.blemishes)
    return Caller(account=account, client_key=None, findings=findings, secrets=account.secrets)


def _by_secret(request: ProtocolRequest, given: Mapping[str, str], ports: Ports) -> Account | KeyProblem:
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
    return account


def _by_signature(given: Mapping[str, str], ports: Ports) -> Account | KeyProblem:
    """Verify a request that is signed with the account's signature secret, and sends no secret at all."""
    key = given.get("api_key", "")
    if not key:
        return KeyProblem.MISSING
    if given.get("api_secret"):
        return KeyProblem.SIGNATURE_AND_SECRET
    account = ports.store.account_by_key(key)
    if account is None:
        return KeyProblem.WRONG
    if not account.signature_secret:
        return KeyProblem.SIGNATURE_UNKNOWN
    if not signing.verifies(given, account.signature_secret, account.signature_method):
        return KeyProblem.SIGNATURE_WRONG
    stamp = given.get("timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _MAX_TIMESTAMP_DIGITS):
        return KeyProblem.SIGNATURE_OLD
    if abs(int(stamp) - ports.clock.now()) > signing.TIMESTAMP_WINDOW_SECONDS:
        return KeyProblem.SIGNATURE_OLD
    return account


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
        secrets=(*verdict.secrets, *account.secrets),
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
