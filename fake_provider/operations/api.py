"""What every call of the account, number and search endpoints begins and ends with: who calls, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..account import render
from ..account.document import Document
from ..account.parse import Problem
from ..domain.finding import Finding
from ..domain.message import NOTHING
from ..domain.parameters import JSON_TYPES, collected
from ..domain.policy import Policy
from ..domain.wire import WireRequest, WireResponse
from ..oauth.protocol import Pair, ProtocolRequest
from ..oauth.protocol import parse as parse_protocol
from ..oauth.render import challenge
from ..oauth.verdict import Rejected
from ..ports import Ports
from ..sms.findings import finding
from ..sms.parse import is_url
from .caller import Caller, KeyProblem, identify, missing_authorization
from .outcome import Outcome

_SECRETS = ("api_secret", "password")
_OAUTH_UNWANTED = "OAuth is for /sms/* alone: oauth_apis is sms"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A call of a caller who is known."""

    caller: Caller
    given: Mapping[str, str]  # its parameters, wherever they stood
    pairs: Sequence[Pair]  # those of query and form, of which one may come several times
    ports: Ports
    policy: Policy
    xml: bool
    findings: tuple[Finding, ...]
    secrets: tuple[str, ...]

    def every(self, name: str) -> Sequence[str]:
        """Return all values of a parameter that may be repeated."""
        repeated = [value for given, value in self.pairs if given == name]
        return repeated or ([self.given[name]] if name in self.given else [])

    def answered(self, document: Document | None, *, secret: str | None = None) -> Outcome:
        """Answer with *document*, None is an empty body; *secret* is one that stands in it."""
        return Outcome(
            response=self._response(document, 200),
            kind="accepted",
            client_key=self.caller.client_key,
            findings=self.findings,
            secrets=self.secrets if secret is None else (*self.secrets, secret),
        )

    def refused(self, problem: Problem) -> Outcome:
        """Refuse the call."""
        return Outcome(
            response=self._response(render.result(problem.status, problem.label), problem.status),
            kind="refused",
            client_key=self.caller.client_key,
            findings=self.caller.findings,
            reason=problem.reason,
            secrets=self.secrets,
        )

    def _response(self, document: Document | None, status: int) -> WireResponse:
        return render.answer(document, xml=self.xml, trace_id=self.ports.entropy.token(), status=status)

    def callback_problem(self, name: str, url: str) -> Problem | None:
        """Say what is wrong with a URL that is to be saved; "" clears one and is always right.

        Nexmo saved a URL only if a GET of it was answered with 200. The documented profile believes that it is; what
        cannot be a URL was refused by Nexmo too, for then there is no answer.
        """
        if not url:
            return None
        if not is_url(url):
            return Problem(reason=f"{name} is no http or https URL")
        if self.policy.strict and not self.ports.outbox.answers(url):
            return Problem(
                reason=f"{name}: a GET of the URL is not answered with 200, or not allowed to be made"
            )
        return None

    def unchecked(self, urls: Mapping[str, str | None]) -> ApiCall:
        """Return the call with a finding for each of *urls* that is saved without having been asked."""
        if self.policy.strict:
            return self
        found = (finding("callback-not-checked", name) for name, url in urls.items() if url)
        return replace(self, findings=(*self.findings, *found))


def verified(
    wire: WireRequest,
    ports: Ports,
    policy: Policy,
    path: Mapping[str, str] = NOTHING,
    *,
    root: str = "response",
    keyless: Document | None = None,
) -> ApiCall | Outcome:
    """Find out who calls; a refusal is the outcome already.

    Args:
        wire: the call.
        ports: where accounts are looked up.
        policy: says whether OAuth is accepted here.
        path: parameters that stood in the path; they go before all others.
        root: of the XML in which this endpoint says that the caller is not authorised.
        keyless: what it answers, with HTTP 420, to a call without any credentials, if not 401.
    """
    request = parse_protocol(wire)
    given = {**collected(request.message, json_body=_json_body(request)), **path}
    xml = render.wants_xml(wire)
    own_secrets = tuple(given[name] for name in _SECRETS if given.get(name))
    refuse = _Refusal(request, ports, xml, root, own_secrets)
    if request.attempted and policy.oauth_apis == "sms":
        return refuse.oauth()
    caller = identify(request, given, ports, policy)
    if caller is KeyProblem.MISSING and keyless is not None:
        return refuse.keyless(keyless)
    if not isinstance(caller, Caller):
        return refuse.unauthorized(caller)
    secrets = (*own_secrets, *caller.secrets)
    return ApiCall(caller, given, request.message, ports, policy, xml, caller.findings, secrets)


def _json_body(request: ProtocolRequest) -> bytes:
    return request.wire.body if request.body_type in JSON_TYPES else b""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """How a caller is turned away."""

    request: ProtocolRequest
    ports: Ports
    xml: bool
    root: str
    secrets: tuple[str, ...]

    def unauthorized(self, why: Rejected | KeyProblem) -> Outcome:
        rejected = why if isinstance(why, Rejected) else None
        missing = missing_authorization() if why is KeyProblem.MISSING else None
        more = f"; {why.value}" if isinstance(why, KeyProblem) and why.is_about_signature else ""
        return Outcome(
            response=render.unauthorized(
                xml=self.xml,
                trace_id=self.ports.entropy.token(),
                root=self.root,
                headers=challenge(rejected) if rejected else (),
            ),
            kind="refused",
            client_key=rejected.client_key if rejected else None,
            diagnosis=rejected.diagnosis if rejected else missing,
            reason=f"authentication failed{more}",
            secrets=(*self.secrets, *rejected.secrets) if rejected else self.secrets,
        )

    def oauth(self) -> Outcome:
        """Refuse OAuth as such. There is no challenge: nothing about the signature would help."""
        response = render.unauthorized(xml=self.xml, trace_id=self.ports.entropy.token(), root=self.root)
        client_key = self.request.oauth.get("oauth_consumer_key")
        return Outcome(
            response=response,
            kind="refused",
            client_key=client_key,
            reason=_OAUTH_UNWANTED,
            secrets=self.secrets,
        )

    def keyless(self, document: Document) -> Outcome:
        response = render.answer(document, xml=self.xml, trace_id=self.ports.entropy.token(), status=420)
        return Outcome(
            response=response, kind="refused", diagnosis=missing_authorization(), reason="API key is required"
        )
