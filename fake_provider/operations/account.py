"""The account endpoints of rest.nexmo.com."""

from __future__ import annotations

from ..account import render
from ..domain.finding import Diagnosis
from ..domain.policy import Policy
from ..domain.wire import WireRequest
from ..oauth.protocol import parse as parse_protocol
from ..oauth.render import challenge
from ..oauth.verdict import Rejected
from ..ports import Ports
from .caller import Caller, KeyProblem, identify, missing_authorization
from .outcome import Outcome


def get_balance(wire: WireRequest, ports: Ports, policy: Policy) -> Outcome:
    """Verify, look up, answer in the format that ``Accept`` asks for."""
    request = parse_protocol(wire)
    given = dict(reversed(request.message))
    caller = identify(request, given, ports, policy)
    xml, trace_id = render.wants_xml(wire), ports.entropy.token()
    if isinstance(caller, Caller):
        return Outcome(
            response=render.balance(caller.account, xml=xml, trace_id=trace_id),
            kind="accepted",
            client_key=caller.client_key,
            findings=caller.findings,
            secrets=caller.secrets,
        )
    rejected = caller if isinstance(caller, Rejected) else None
    return Outcome(
        response=render.unauthorized(
            xml=xml,
            trace_id=trace_id,
            root="accountBalance",
            headers=challenge(rejected) if rejected else (),
        ),
        kind="refused",
        client_key=rejected.client_key if rejected else None,
        diagnosis=_diagnosis(caller),
        reason="authentication failed",
        secrets=rejected.secrets if rejected else (),
    )


def _diagnosis(why: Rejected | KeyProblem) -> Diagnosis | None:
    if isinstance(why, Rejected):
        return why.diagnosis
    return missing_authorization() if why is KeyProblem.MISSING else None
