"""Spoils answers as a planned fault wants it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from ..account.render import unauthorized as api_unauthorized
from ..account.render import wants_xml
from ..domain.fault import Ending, Fault, Place
from ..domain.finding import Diagnosis
from ..domain.policy import Policy
from ..domain.wire import WireRequest, WireResponse
from ..faults import altered, replacement
from ..oauth.protocol import parse as parse_protocol
from ..oauth.render import challenge, rejected_form
from ..oauth.verdict import Rejected
from ..operations import sms
from ..operations.outcome import Outcome
from ..ports import Ports
from ..sms import parse, status
from ..sms.render import Format

_SAMPLES = {
    Place.OAUTH: "oauth_token=0123456789abcdef0123456789abcdef&oauth_token_secret=0123456789abcdef0123456789abcdef",
    Place.SMS_JSON: '{\n    "message-count": "1",\n    "messages": [{\n        "to": "447700900000"\n    }]\n}',
    Place.SMS_XML: "<?xml version='1.0' encoding='UTF-8' ?>\n<mt-submission-response>\n    <messages count='1'>\n    "
    "</messages>\n</mt-submission-response>\n",
    Place.API: '{"value":10.00,"autoReload":false}',
    Place.PAGE: "<!DOCTYPE html>\n<html><head><title>Nexmo</title></head><body><p>Half a page</p></body></html>\n",
}
"""What an answer that is cut looks like where the request must not take effect, so that there is no true one."""

_TYPES = {
    Place.OAUTH: "application/x-www-form-urlencoded",
    Place.SMS_JSON: "application/json",
    Place.SMS_XML: "text/xml",
    Place.API: "application/json;charset=UTF-8",
    Place.PAGE: "text/html; charset=utf-8",
}


class Call:
    """A request as a fault plan asks for it; its parameters are read only if a plan is about them."""

    def __init__(self, wire: WireRequest, place: Place) -> None:
        self._wire = wire
        self._place = place

    @property
    def path(self) -> str:
        """The decoded path."""
        return self._wire.path

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self._wire.method

    @cached_property
    def to(self) -> str | None:
        """Whom an SMS is for, without a plus sign."""
        given = sms.parameters(parse_protocol(self._wire), _format(self._place))
        return parse.recipient(given, tolerant=True) or None

    @cached_property
    def client_key(self) -> str | None:
        """The consumer key that the call names."""
        return parse_protocol(self._wire).oauth.get("oauth_consumer_key")


def _format(place: Place) -> Format:
    return "xml" if place is Place.SMS_XML else "json"


def cut(response: WireResponse, ending: Ending) -> WireResponse:
    """Return what goes out of an answer that ends in the middle of its body: the first half."""
    if ending is not Ending.TRUNCATED:
        return response
    return replace(response, body=response.body[: len(response.body) // 2])


Answer = Callable[..., Outcome]


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One request that meets a fault."""

    fault: Fault
    wire: WireRequest
    place: Place
    ports: Ports
    policy: Policy

    def outcome(self, answer: Answer, patience_seconds: float | None) -> tuple[Outcome, Ending]:
        """Return what *answer* gives, spoiled, and how it leaves."""
        action = self.fault.action
        delay = action.delay_ms / 1000
        too_late = delay > 0 and patience_seconds is not None and delay >= patience_seconds
        if delay and not self.fault.takes_effect and not too_late:
            self.ports.pause.wait(delay)
        outcome = self._taken_effect(answer) if self.fault.takes_effect else self._before(answer)
        if delay and self.fault.takes_effect and not too_late:
            self.ports.pause.wait(delay)
        if action.sms_status is not None and action.status is not None:
            outcome = replace(outcome, response=replace(outcome.response, status=action.status))
        outcome = replace(
            outcome,
            kind="fault",
            fault=self.fault.id,
            response=altered(outcome.response, action),
            reason=f"fault {self.fault.id}: {self.fault.described}"
            + (f"; {outcome.reason}" if outcome.reason else ""),
        )
        return outcome, Ending.HANGING if too_late else action.ending

    def _before(self, answer: Answer) -> Outcome:
        """Answer without letting the request take effect, where nothing of the true answer is wanted."""
        action = self.fault.action
        if action.replaces_answer:
            return self._replaced(None)
        if action.sms_status is not None:
            return answer(imposed=self._imposed())
        if action.truncate:
            headers = (("Content-Type", _TYPES[self.place]),)
            return Outcome(
                response=WireResponse(status=200, headers=headers, body=_SAMPLES[self.place].encode()),
                kind="fault",
            )
        return answer()

    def _taken_effect(self, answer: Answer) -> Outcome:
        """Let the request take effect, then put another answer in the place of the true one."""
        action = self.fault.action
        outcome = answer() if action.sms_status is None else answer(imposed=self._imposed())
        return self._replaced(outcome) if action.replaces_answer else outcome

    def _imposed(self) -> sms.Imposed:
        action = self.fault.action
        problem = status.problem(action.sms_status or 0, action.error_text)
        return sms.Imposed(problem=problem, part=action.part, only_answered=self.fault.takes_effect)

    def _replaced(self, outcome: Outcome | None) -> Outcome:
        """Return *outcome*, or what is known of the request, with the fault's answer."""
        problem = self.fault.action.oauth_problem
        response = replacement(self.fault.action) if problem is None else self._refused(problem)
        if outcome is not None:
            return replace(outcome, response=response)
        client_key = parse_protocol(self.wire).oauth.get("oauth_consumer_key")
        return Outcome(response=response, kind="fault", client_key=client_key)

    def _refused(self, problem: str) -> WireResponse:
        """Answer as this place refuses a bad OAuth call."""
        diagnosis = Diagnosis(
            code="fault",
            proof="seen",
            message="A fault that was planned on this fake.",
            advice="Look at GET /_fake/faults.",
            oauth_problem=problem,
        )
        rejected = Rejected(
            status=self.fault.action.status or 401,
            diagnosis=diagnosis,
            parameters=(),
            client_key=None,
            secrets=(),
        )
        if self.place is Place.OAUTH:
            return rejected_form(rejected)
        trace_id = self.ports.entropy.token()
        if self.place.is_sms:
            return sms.unauthorized(rejected, self.policy, _format(self.place), trace_id)
        return api_unauthorized(xml=wants_xml(self.wire), trace_id=trace_id, headers=challenge(rejected))
