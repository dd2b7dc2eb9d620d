"""``/sms/json`` and ``/sms/xml``: the life of one SMS request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ..domain.account import Account
from ..domain.finding import Finding
from ..domain.message import Message, Part, PlannedReceipt, Submission
from ..domain.parameters import JSON_TYPES, collected
from ..domain.policy import Policy
from ..domain.transient import transient
from ..domain.wire import WireRequest, WireResponse
from ..oauth.protocol import ProtocolRequest
from ..oauth.protocol import parse as parse_protocol
from ..oauth.render import challenge
from ..oauth.verdict import Rejected
from ..ports import Charged, Declined, Ports
from ..sms import gsm0338, magic, parse, render, status
from ..sms.findings import finding
from ..sms.parts import BY_TYPE, MessageTooLong, alphabet_of, split
from ..sms.pricing import ELSEWHERE, Route, route
from ..sms.render import Format, Refused
from ..sms.script import Script
from ..sms.status import Problem
from . import delivery
from .caller import Caller, KeyProblem, identify, missing_authorization
from .outcome import Outcome

_KEY_PROBLEMS: Mapping[KeyProblem, Problem] = {
    KeyProblem.MISSING: Problem(status=status.MISSING_PARAMS, text=status.MISSING_API_KEY),
    KeyProblem.WRONG: status.problem(status.BAD_CREDENTIALS),
    KeyProblem.SIGNATURE_WRONG: status.problem(status.INVALID_SIGNATURE),
    KeyProblem.SIGNATURE_OLD: status.problem(status.INVALID_SIGNATURE),
    KeyProblem.SIGNATURE_UNKNOWN: status.problem(status.INVALID_SIGNATURE),
    KeyProblem.SIGNATURE_AND_SECRET: status.problem(status.SIGNATURE_AND_SECRET),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imposed:
    """A status that a fault puts upon an SMS: on the whole message, or on one part, counted from 1.

    With ``only_answered`` the message was accepted all the same, and its answer says otherwise.
    """

    problem: Problem
    part: int | None = None
    only_answered: bool = False


def send(
    wire: WireRequest,
    ports: Ports,
    policy: Policy,
    *,
    answer_format: Format,
    scripts: Sequence[Script] = (),
    imposed: Imposed | None = None,
) -> Outcome:
    """Verify, parse, price, save, answer."""
    request = parse_protocol(wire)
    if policy.strict and _has_no_length(wire):
        text = b"411 POST needs a Content-Length\n"
        headers = (("Content-Type", "text/plain; charset=utf-8"),)
        return Outcome(response=WireResponse(status=411, headers=headers, body=text), kind="refused")
    given = parameters(request, answer_format)
    caller = identify(request, given, ports, policy)
    if not isinstance(caller, Caller):
        return _unauthorized(caller, given, ports, policy, answer_format)
    one = _Request(
        wire=wire,
        protocol=request,
        caller=caller,
        given=given,
        ports=ports,
        policy=policy,
        answer_format=answer_format,
        scripts=scripts,
        imposed=imposed,
    )
    submission = parse.submission(given, tolerant=not policy.strict)
    if isinstance(submission, Problem):
        return one.refused(submission)
    return one.delivered(submission)


def parameters(request: ProtocolRequest, answer_format: Format) -> dict[str, str]:
    """Return the message's own parameters; a JSON body is read where the path promises JSON."""
    takes_json = answer_format == "json" and request.body_type in JSON_TYPES
    return collected(request.message, json_body=request.wire.body if takes_json else b"")


def _has_no_length(wire: WireRequest) -> bool:
    return (
        not wire.body
        and wire.method == "POST"
        and wire.header("content-length") is None
        and wire.header("transfer-encoding") is None
    )


def _unauthorized(
    why: Rejected | KeyProblem, given: Mapping[str, str], ports: Ports, policy: Policy, answer_format: Format
) -> Outcome:
    """Answer who is not let in; the message is kept, so that a test finds it, but belongs to no account."""
    trace_id = ports.entropy.token()
    secrets = tuple(value for name, value in given.items() if name in ("api_secret", "password"))
    if isinstance(why, KeyProblem):
        problem = _KEY_PROBLEMS[why].reworded(policy.status_texts)
        number = ports.store.keep_refused(_refused_message(given, problem, ports, policy, client_key=None))
        return Outcome(
            response=render.refused(Refused(problem=problem), answer_format, trace_id),
            kind="refused",
            diagnosis=missing_authorization() if why is KeyProblem.MISSING else None,
            reason=_reason(problem) + (f"; {why.value}" if why.is_about_signature else ""),
            message=number,
            secrets=secrets,
        )
    number = ports.store.keep_refused(
        _refused_message(given, _bad_credentials(policy), ports, policy, client_key=why.client_key)
    )
    return Outcome(
        response=unauthorized(why, policy, answer_format, trace_id),
        kind="refused",
        client_key=why.client_key,
        diagnosis=why.diagnosis,
        message=number,
        secrets=(*secrets, *why.secrets),
    )


def unauthorized(why: Rejected, policy: Policy, answer_format: Format, trace_id: str) -> WireResponse:
    """Answer a bad OAuth call: as this endpoint answers bad credentials, with the challenge that OAuth wants."""
    answer = render.refused(Refused(problem=_bad_credentials(policy)), answer_format, trace_id)
    return replace(
        answer,
        status=policy.oauth_refusal_on_sms or why.status,
        headers=(*answer.headers, *challenge(why)),
    )


def _bad_credentials(policy: Policy) -> Problem:
    return status.problem(status.BAD_CREDENTIALS).reworded(policy.status_texts)


def _refused_message(
    given: Mapping[str, str],
    problem: Problem,
    ports: Ports,
    policy: Policy,
    *,
    client_key: str | None,
    account: Account | None = None,
    where: Route | None = None,
) -> Message:
    kind = given.get("type") or "text"
    return Message(
        sender=given.get("from", ""),
        to=parse.recipient(given, tolerant=not policy.strict),
        text=given.get("text", ""),
        type=kind,
        status=problem.status,
        error_text=problem.text,
        encoding=BY_TYPE[kind].name if kind in BY_TYPE else "binary",
        parts=(),
        network=where.network if where else None,
        price=where.price if where else status.FREE,
        received_at=ports.clock.now(client_key),
        account=account.email if account else None,
        api_key=account.api_key if account else given.get("api_key"),
        client_key=client_key,
        client_ref=given.get("client-ref"),
        account_ref=given.get("account-ref"),
        details=parse.details(given),
    )


def _reason(problem: Problem) -> str:
    return f"status {problem.status}: {problem.text}"


@transient
class _Request:
    """One request of a caller who is known."""

    wire: WireRequest
    protocol: ProtocolRequest
    caller: Caller
    given: Mapping[str, str]
    ports: Ports
    policy: Policy
    answer_format: Format
    scripts: Sequence[Script]
    imposed: Imposed | None

    def refused(
        self, problem: Problem, where: Route | None = None, balance: Decimal = status.FREE
    ) -> Outcome:
        """Refuse the message; it is kept nevertheless, so that a test finds it."""
        problem = problem.reworded(self.policy.status_texts)
        message = _refused_message(
            self.given,
            problem,
            self.ports,
            self.policy,
            client_key=self.caller.client_key,
            account=self.caller.account,
            where=where,
        )
        number = self.ports.store.keep_refused(message)
        refused = Refused(
            problem=problem,
            to=message.to,
            price=message.price,
            balance=balance,
            network=message.network,
        )
        return Outcome(
            response=render.refused(refused, self.answer_format, self.ports.entropy.token()),
            kind="refused",
            client_key=self.caller.client_key,
            findings=self.caller.findings,
            reason=_reason(problem),
            message=number,
            secrets=self.caller.secrets,
        )

    def delivered(self, submission: Submission) -> Outcome:
        """Take a sound submission, unless the account, a magic number or a fault is against it."""
        account, where = self.caller.account, route(submission.to)
        if account.demo and submission.to not in account.whitelist:
            return self.refused(status.problem(status.NOT_WHITELISTED), where)
        if problem := self._throttled():
            return self.refused(problem, where)
        fate = magic.fate(submission.to)
        if problem := self._destined(fate):
            return self.refused(problem, where, account.balance)
        try:
            texts = _texts(submission, account, self.policy)
        except MessageTooLong:
            return self.refused(status.problem(status.TOO_LONG))
        if where is None:
            if account.balance < ELSEWHERE.price * len(texts):
                return self.refused(status.problem(status.QUOTA_EXCEEDED), ELSEWHERE, account.balance)
            return self.refused(status.problem(status.INVALID_MESSAGE))
        plan = delivery.plan(submission.to, fate.receipts, account, self.ports, self.policy)
        message = self._message(submission, texts, where, plan)
        kept = self.ports.store.accept(message)
        if isinstance(kept, Declined):
            return self.refused(status.problem(status.QUOTA_EXCEEDED), where, kept.balance)
        return self._accepted(message, kept)

    def _throttled(self) -> Problem | None:
        account = self.caller.account
        limit = account.throttle if account.throttle is not None else self.policy.throttle
        if not limit:
            return None
        now = self.ports.clock.now(self.caller.client_key)
        seconds = self.ports.store.count_request(account.api_key, now, at_most=limit)
        return None if seconds is None else status.throttled(seconds)

    def _destined(self, fate: magic.Fate) -> Problem | None:
        """Return the status that a fault or a magic number has in store for the whole message."""
        imposed = self.imposed
        if imposed is not None and imposed.part is None and not imposed.only_answered:
            return imposed.problem
        return status.problem(fate.status) if fate.status else None

    def _accepted(self, message: Message, charged: Charged) -> Outcome:
        receipts = delivery.receipt_webhooks(message, self.caller.account, self.policy)
        replies = delivery.replies(message, self.caller.account, self.ports, self.policy, self.scripts)
        return Outcome(
            response=self._answer(message, charged.balance_before),
            kind="accepted",
            client_key=self.caller.client_key,
            findings=(*self.caller.findings, *self._findings(message)),
            webhooks=(*receipts, *replies),
            message=charged.number,
            secrets=self.caller.secrets,
        )

    def _message(
        self,
        submission: Submission,
        texts: Sequence[str],
        where: Route,
        plan: tuple[PlannedReceipt, ...],
    ) -> Message:
        account, entropy = self.caller.account, self.ports.entropy
        return Message(
            sender=submission.sender,
            to=submission.to,
            text=submission.text,
            type=submission.type,
            status=status.ACCEPTED,
            error_text=None,
            encoding=BY_TYPE[submission.type].name,
            parts=tuple([self._part(number, text) for number, text in enumerate(texts, start=1)]),
            network=submission.details.get("network-code") or where.network,
            price=where.price,
            received_at=self.ports.clock.now(self.caller.client_key),
            account=account.email,
            api_key=account.api_key,
            client_key=self.caller.client_key,
            client_ref=submission.client_ref,
            account_ref=submission.account_ref,
            details=submission.details,
            reference=entropy.octet() if len(texts) > 1 else None,
            plan=plan,
        )

    def _part(self, number: int, text: str) -> Part:
        imposed = self.imposed
        if imposed is not None and imposed.part == number and not imposed.only_answered:
            return self._refused_part(imposed.problem, text)
        return Part(message_id=self.ports.entropy.message_id(), text=text)

    def _refused_part(self, problem: Problem, text: str) -> Part:
        problem = problem.reworded(self.policy.status_texts)
        return Part(message_id=None, text=text, status=problem.status, error_text=problem.text)

    def _answer(self, message: Message, balance_before: Decimal) -> WireResponse:
        """Return the answer of an accepted message, or what a fault has it say."""
        trace_id, imposed = self.ports.entropy.token(), self.imposed
        if imposed is not None and imposed.only_answered:
            if imposed.part is None:
                refused = Refused(
                    problem=imposed.problem.reworded(self.policy.status_texts),
                    to=message.to,
                    price=message.price,
                    balance=balance_before - message.total_price,
                    network=message.network,
                )
                return render.refused(refused, self.answer_format, trace_id)
            parts = [
                self._refused_part(imposed.problem, part.text) if number == imposed.part else part
                for number, part in enumerate(message.parts, start=1)
            ]
            message = replace(message, parts=tuple(parts))
        return render.accepted(message, self.answer_format, trace_id, balance_before=balance_before)

    def _findings(self, message: Message) -> tuple[Finding, ...]:
        """Say what leniency hides: a plus sign that was dropped, characters that no handset will show."""
        repeated = self._repeated()
        found = [finding(one.code, one.detail) for one in parse.leniencies(self.given, repeated)]
        if message.encoding == "gsm7" and (foreign := gsm0338.foreign(message.text)):
            found.append(finding("characters-not-in-gsm", repr(foreign[:20])))
        if _has_no_length(self.wire):
            found.append(finding("length-missing", ""))
        return tuple(found)

    def _repeated(self) -> Sequence[str]:
        """Return the names of the parameters that came more than once in query and form."""
        pairs = self.protocol.message
        if len(dict(pairs)) == len(pairs):
            return ()
        return [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]


def _texts(submission: Submission, account: Account, policy: Policy) -> Sequence[str]:
    """Return the texts of the parts; the octets of a binary or a wappush stand beside them."""
    alphabet = alphabet_of(submission.type, policy.part_lengths)
    match submission.type:
        case "binary":
            return (submission.text,)
        case "wappush":
            parts = 1 if submission.octets <= alphabet.single else -(-submission.octets // alphabet.several)
            return (submission.text, *[""] * (parts - 1))
        case _:
            addition = status.DEMO_ADDITION if account.demo and submission.type in ("text", "unicode") else ""
            return split(submission.text + addition, alphabet)
