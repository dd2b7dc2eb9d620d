"""The two signed endpoints of dashboard.nexmo.com, and the user's decision between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ..domain.credentials import OUT_OF_BAND, Stage, TemporaryCredentials, TokenCredentials
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..errors import Unknown, WrongStage
from ..oauth import catalogue, render
from ..oauth.callback import with_parameters
from ..oauth.parties import Leg
from ..oauth.protocol import Blemish, parse
from ..oauth.verdict import Accepted, Rejected
from ..oauth.verify import verify
from ..ports import Ports
from .outcome import Outcome


def request_token(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, make temporary credentials, save, answer: RFC 5849 section 2.1."""
    verdict = verify(parse(wire), Leg.REQUEST_TOKEN, ports, policy)
    if isinstance(verdict, Rejected):
        return _rejected(verdict)
    callback = verdict.request.oauth.get("oauth_callback") or None
    issued = TemporaryCredentials(
        token=ports.entropy.token(),
        secret=ports.entropy.token(),
        client_key=verdict.app.client_key,
        created_at=ports.clock.now(verdict.app.client_key),
        callback=callback or verdict.app.callback_url,
        callback_given=callback is not None,
    )
    if policy.request_token_revokes:
        ports.store.revoke_access(issued.client_key)
    ports.store.add_token(issued)
    pairs = [("oauth_token", issued.token), ("oauth_token_secret", issued.secret)]
    if issued.callback_given:
        # A 1.0 client that sent none does not look for it; what Nexmo answered is unknown.
        pairs.append(("oauth_callback_confirmed", "true"))
    return _issued(verdict, pairs, issued.secret)


def access_token(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, exchange the request token once, answer: RFC 5849 section 2.3."""
    verdict = verify(parse(wire), Leg.EXCHANGE, ports, policy)
    if isinstance(verdict, Rejected):
        return _rejected(verdict)
    approved = verdict.token
    if not isinstance(approved, TemporaryCredentials):  # verify() lets no other through
        raise TypeError(type(approved))
    access = TokenCredentials(
        token=ports.entropy.token(),
        secret=ports.entropy.token(),
        client_key=verdict.app.client_key,
        account=approved.account or "",
        created_at=ports.clock.now(verdict.app.client_key),
    )
    try:
        ports.store.exchange(approved.token, access, now=access.created_at)
    except (Unknown, WrongStage):
        # Another request was faster between our look at the token and this step.
        return _rejected(_too_late(verdict))
    if policy.reauthorization_revokes:
        ports.store.revoke_access(access.client_key, account=access.account, but=access.token)
    return _issued(
        verdict, [("oauth_token", access.token), ("oauth_token_secret", access.secret)], access.secret
    )


def _issued(verdict: Accepted, pairs: list[tuple[str, str]], secret: str) -> Outcome:
    return Outcome(
        response=render.credentials_form(pairs),
        kind="accepted",
        client_key=verdict.app.client_key,
        findings=verdict.findings,
        secrets=(*verdict.secrets, secret),
    )


def _rejected(verdict: Rejected) -> Outcome:
    return Outcome(
        response=render.rejected_form(verdict),
        kind="refused",
        client_key=verdict.client_key,
        diagnosis=verdict.diagnosis,
        secrets=verdict.secrets,
    )


def _too_late(verdict: Accepted) -> Rejected:
    diagnosis = catalogue.diagnosis(Blemish("token-used", ""))
    return Rejected(
        status=catalogue.CATALOGUE[diagnosis.code].status,
        diagnosis=diagnosis,
        parameters=(),
        client_key=verdict.app.client_key,
        secrets=verdict.secrets,
    )


class Decision(Enum):
    """What a user says to an app."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A decided request token. ``redirect_url`` is None where the user goes back on foot: oob, no callback."""

    oauth_token: str
    decision: Decision
    client_key: str
    verifier: str | None = field(repr=False)
    redirect_url: str | None = field(repr=False)  # the verifier is in it


def decide(oauth_token: str, decision: Decision, account: str, ports: Ports) -> Authorization:
    """Let *account* decide about a request token: RFC 5849 section 2.2.

    Raises:
        Unknown: no request token of this name was issued.
        WrongStage: it was decided before, or is too old.
    """
    held = ports.store.token(oauth_token)
    now = ports.clock.now(held.client_key if held else None)
    if decision is Decision.DENY:
        denied = ports.store.deny(oauth_token, account=account, now=now)
        return _authorization(denied, decision, [("oauth_problem", "permission_denied")])
    # Without a callback there is nobody to whom a verifier would be brought: OAuth 1.0, Nexmo's samples.
    needs_verifier = isinstance(held, TemporaryCredentials) and held.callback_given
    verifier = ports.entropy.verifier() if needs_verifier else None
    approved = ports.store.approve(oauth_token, account=account, verifier=verifier, now=now)
    return _authorization(approved, decision, [("oauth_verifier", verifier)] if verifier else [])


def _authorization(
    token: TemporaryCredentials, decision: Decision, outcome: list[tuple[str, str]]
) -> Authorization:
    redirect = None
    if token.callback is not None and token.callback != OUT_OF_BAND:
        redirect = with_parameters(token.callback, [("oauth_token", token.token), *outcome])
    return Authorization(
        oauth_token=token.token,
        decision=decision,
        client_key=token.client_key,
        verifier=token.verifier,
        redirect_url=redirect,
    )


def open_request_token(oauth_token: str, ports: Ports) -> TemporaryCredentials:
    """Return a request token about which a user may decide.

    Raises:
        Unknown: no request token of this name was issued.
        WrongStage: it was decided before, or is too old.
    """
    token = ports.store.token(oauth_token)
    if not isinstance(token, TemporaryCredentials):
        raise Unknown("request token", oauth_token)
    stage = token.at(ports.clock.now(token.client_key)).stage
    if stage is not Stage.ISSUED:
        raise WrongStage(step="decided", stage=stage.value)
    return token
