"""``/sms/json`` and ``/sms/xml``: the life of one SMS request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.account import Account
from ..domain.finding import Finding
from ..domain.message import Message, Part, Submission
from ..domain.wire import WireRequest, WireResponse
from ..oauth.profile import Policy
from ..oauth.protocol import parse as parse_protocol
from ..oauth.render import challenge
from ..oauth.verdict import Rejected
from ..ports import Declined, Ports
from ..sms import gsm0338, parse, render, status
from ..sms.parts import BY_TYPE, GSM7, MAX_CHARACTERS, split
from ..sms.pricing import Route, route
from ..sms.render import Format
from ..sms.status import Problem
from .caller import Caller, KeyProblem, identify, missing_authorization
from .outcome import Outcome


def send(wire: WireRequest, ports: Ports, policy: Policy, *, answer_format: Format) -> Outcome:
    """Verify, parse, price, save, answer."""
    request = parse_protocol(wire)
    takes_json = answer_format == "json" and request.body_type in parse.JSON_TYPES
    given = parse.parameters(request.message, json_body=wire.body if takes_json else b"")
    caller = identify(request, given, ports, policy)
    if not isinstance(caller, Caller):
        return _unauthorized(caller, given, ports, policy, answer_format)
    submission = parse.submission(given, tolerant=not policy.strict)
    if isinstance(submission, Problem):
        return _Refusal(caller, given, ports, answer_format).outcome(submission)
    return _Delivery(caller, submission, given, ports, answer_format).outcome()


def _unauthorized(
    why: Rejected | KeyProblem, given: Mapping[str, str], ports: Ports, policy: Policy, answer_format: Format
) -> Outcome:
    """Answer who is not let in; the message is kept, so that a test finds it, but belongs to no account."""
    trace_id = ports.entropy.token()
    secrets = tuple(value for name, value in given.items() if name in ("api_secret", "password"))
    if isinstance(why, KeyProblem):
        missing = why is KeyProblem.MISSING
        problem = (
            Problem(status=status.MISSING_PARAMS, text=status.MISSING_API_KEY)
            if missing
            else status.problem(status.BAD_CREDENTIALS)
        )
        ports.store.keep_refused(_refused_message(given, problem, ports, client_key=None))
        return Outcome(
            response=render.refused(problem, answer_format, trace_id),
            kind="refused",
            diagnosis=missing_authorization() if missing else None,
            reason=_reason(problem),
            secrets=secrets,
        )
    problem = status.problem(status.BAD_CREDENTIALS)
    ports.store.keep_refused(_refused_message(given, problem, ports, client_key=why.client_key))
    answer = render.refused(problem, answer_format, trace_id)
    return Outcome(
        response=WireResponse(
            status=policy.oauth_refusal_on_sms or why.status,
            headers=(*answer.headers, *challenge(why)),
            body=answer.body,
        ),
        kind="refused",
        client_key=why.client_key,
        diagnosis=why.diagnosis,
        secrets=(*secrets, *why.secrets),
    )


def _refused_message(
    given: Mapping[str, str],
    problem: Problem,
    ports: Ports,
    *,
    client_key: str | None,
    account: Account | None = None,
    where: Route | None = None,
) -> Message:
    kind = given.get("type") or "text"
    return Message(
        sender=given.get("from", ""),
        to=given.get("to", "").removeprefix("+"),
        text=given.get("text", ""),
        type=kind,
        status=problem.status,
        error_text=problem.text,
        encoding=BY_TYPE[kind].name if kind in BY_TYPE else "binary",
        parts=(),
        network=where.network if where else None,
        price=where.price if where else status.FREE,
        received_at=ports.clock.now(),
        account=account.email if account else None,
        api_key=account.api_key if account else given.get("api_key"),
        client_key=client_key,
        client_ref=given.get("client-ref"),
        account_ref=given.get("account-ref"),
    )


def _reason(problem: Problem) -> str:
    return f"status {problem.status}: {problem.text}"


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A message of a known caller that is not taken; it is kept nevertheless, so that a test finds it."""

    caller: Caller
    given: Mapping[str, str]
    ports: Ports
    answer_format: Format

    def outcome(
        self, problem: Problem, where: Route | None = None, declined: Declined | None = None
    ) -> Outcome:
        message = _refused_message(
            self.given,
            problem,
            self.ports,
            client_key=self.caller.client_key,
            account=self.caller.account,
            where=where,
        )
        self.ports.store.keep_refused(message)
        answer = render.refused(
            problem,
            self.answer_format,
            self.ports.entropy.token(),
            to=message.to,
            price=message.price,
            balance=declined.balance if declined else status.FREE,
            network=message.network,
        )
        return Outcome(
            response=answer,
            kind="refused",
            client_key=self.caller.client_key,
            findings=self.caller.findings,
            reason=_reason(problem),
            secrets=self.caller.secrets,
        )


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A sound submission on its way into the store."""

    caller: Caller
    submission: Submission
    given: Mapping[str, str]
    ports: Ports
    answer_format: Format

    def outcome(self) -> Outcome:
        alphabet = BY_TYPE[self.submission.type]
        if len(self.submission.text) > MAX_CHARACTERS:
            return self._refusal().outcome(status.problem(status.TOO_LONG))
        texts = split(self.submission.text, alphabet)
        where = route(self.submission.to)
        if where is None:
            return self._refusal().outcome(status.problem(status.INVALID_MESSAGE))
        message = self._message(texts, where)
        kept = self.ports.store.accept(message)
        if isinstance(kept, Declined):
            return self._refusal().outcome(status.problem(status.QUOTA_EXCEEDED), where, kept)
        return Outcome(
            response=render.accepted(
                message,
                self.answer_format,
                self.ports.entropy.token(),
                balance_before=kept.balance_before,
            ),
            kind="accepted",
            client_key=self.caller.client_key,
            findings=(*self.caller.findings, *self._findings()),
            secrets=self.caller.secrets,
        )

    def _refusal(self) -> _Refusal:
        return _Refusal(self.caller, self.given, self.ports, self.answer_format)

    def _message(self, texts: tuple[str, ...], where: Route) -> Message:
        submission, account = self.submission, self.caller.account
        return Message(
            sender=submission.sender,
            to=submission.to,
            text=submission.text,
            type=submission.type,
            status=status.ACCEPTED,
            error_text=None,
            encoding=BY_TYPE[submission.type].name,
            parts=tuple(Part(message_id=self.ports.entropy.message_id(), text=text) for text in texts),
            network=where.network,
            price=where.price,
            received_at=self.ports.clock.now(),
            account=account.email,
            api_key=account.api_key,
            client_key=self.caller.client_key,
            client_ref=submission.client_ref,
            account_ref=submission.account_ref,
        )

    def _findings(self) -> tuple[Finding, ...]:
        """Say what leniency hides: a plus sign that was dropped, characters that no handset will show."""
        findings = []
        if self.given["to"].startswith("+"):
            findings.append(_TO_WITH_PLUS)
        if BY_TYPE[self.submission.type] is GSM7 and (foreign := gsm0338.foreign(self.submission.text)):
            findings.append(
                Finding(
                    code="characters-not-in-gsm",
                    severity="warning",
                    message=f"With type=text a handset shows ? for {foreign[:20]!r}; send type=unicode.",
                    source="Nexmo SMS API reference 2017, 3GPP TS 23.038 §6.2.1",
                )
            )
        return tuple(findings)


_TO_WITH_PLUS = Finding(
    code="to-with-plus",
    severity="note",
    message="The leading + of to was dropped; the documentation asks to leave it out.",
    source="Nexmo SMS API reference 2017",
)
