"""The judges of single runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from itertools import pairwise

from ..domain.message import Message
from ..sms.gsm0338 import as_shown
from ..sms.parts import GSM7
from .run import ACCESS_TOKEN, REQUEST_TOKEN, Call, Run
from .setting import FROM, SMS_PATHS, TO
from .verdict import Judgement, failed, passed, skipped, warning

Judge = Callable[[Run], Judgement]

_SHOWN, _THREE = 120, 3
_LAST_LINES = 200
# A timer may fire a little early; a clock of whole seconds tells no better than this.
_EARLY_SECONDS, _STALE_SECONDS = 0.005, 2.0


# Who should get an SMS accepted


def sends(run: Run) -> Judgement:
    """Judge a run in which nothing goes wrong."""
    if problem := _hung(run) or _unheard(run):
        return problem
    if not run.accepted:
        return _nothing_accepted(run)
    if len(run.accepted) > 1:
        return failed(f"{len(run.accepted)} SMS were accepted.", "Send one SMS.")
    if problem := _other_values(run, run.accepted[0]):
        return problem
    if run.exit_code != 0:
        return failed(
            f"The SMS was accepted, yet the command ended with {_exit(run)}.",
            "End with exit code 0 where the SMS was accepted.",
        )
    return passed("One SMS was accepted.")


def sends_strictly(run: Run) -> Judgement:
    """Judge a run under RFC 5849: who sends no callback at all was written for OAuth 1.0 as Nexmo documented it."""
    judgement = sends(run)
    last = run.request_tokens[-1] if run.request_tokens else None
    diagnosis = last.outcome.diagnosis if last else None
    if run.sends_callback or diagnosis is None or diagnosis.code != "callback-missing":
        return judgement
    return warning(
        "It sends no oauth_callback: it works in the documented profile only.",
        'Send oauth_callback="oob", or an address, with the request for a token, and the verifier with the exchange.',
    )


def sends_text(run: Run) -> Judgement:
    """Judge whether a text arrives exactly."""
    judgement = sends(run)
    message = run.accepted[0] if run.accepted else None
    if message is None or message.text != run.setting.text or run.exit_code != 0:
        return judgement
    shown = as_shown(message.text) if message.encoding == GSM7.name else message.text
    if shown != message.text:
        # The wire is right, and that is what the rule is about; whoever reads the verdict should know all the same.
        return passed(f"The text arrived exactly, but without type=unicode a handset shows {_quoted(shown)}.")
    return passed("The text arrived exactly.")


# Who should notice that something went wrong


def stops(
    reached: Callable[[Run], bool], not_reached: str, advice: str, *, not_on_to: Sequence[str] = ()
) -> Judge:
    """Return a judge of a run in which no SMS is accepted: the command should say so by its exit code.

    *not_on_to* are paths that it has no business to ask any more.
    """

    def judge(run: Run) -> Judgement:
        if problem := _hung(run):
            return problem
        if not reached(run):
            return skipped(f"{not_reached}{_why(run)}.")
        if run.exit_code == 0:
            return failed("It ended with exit code 0, as if the SMS had been accepted.", advice)
        if run.accepted:
            return failed("An SMS was accepted all the same.", advice)
        if went_on := run.to(*not_on_to):
            return failed(f"It went on, and asked {went_on[0].path}.", advice)
        return passed(f"It ended with {_exit(run)}.")

    return judge


def met_fault(*paths: str) -> Callable[[Run], bool]:
    """Return whether a run has met what was planned for these paths."""
    return lambda run: any(call.outcome.fault for call in run.to(*paths))


def _sent_revoked(run: Run) -> bool:
    diagnoses = [call.outcome.diagnosis for call in run.sms]
    return any(diagnosis is not None and diagnosis.code == "token-revoked" for diagnosis in diagnoses)


def _sms_met_fault(run: Run) -> bool:
    """Whether an SMS that would have been accepted met what was planned."""
    return any(call.outcome.fault and call.outcome.diagnosis is None for call in run.sms)


def _was_denied(run: Run) -> bool:
    return any(call.outcome.kind == "accepted" for call in run.request_tokens)


_NO_SMS = "It never sent an SMS that counts"
_LOOK_AT_HTTP = "Look at the HTTP status of every answer, and end with another exit code where it is not 200."

stops_when_denied = stops(
    _was_denied,
    "It never got a request token",
    "Where no verifier came back, or the exchange is refused, end with another exit code than 0.",
)
stops_without_request_token = stops(
    met_fault(REQUEST_TOKEN),
    "It never asked for a request token",
    _LOOK_AT_HTTP,
    not_on_to=(ACCESS_TOKEN, *SMS_PATHS),
)
stops_without_access_token = stops(
    met_fault(ACCESS_TOKEN), "It never asked for an access token", _LOOK_AT_HTTP, not_on_to=SMS_PATHS
)
stops_when_revoked = stops(_sent_revoked, _NO_SMS, _LOOK_AT_HTTP)
stops_when_sms_refused = stops(
    _sms_met_fault,
    _NO_SMS,
    "Look at the status of every message in the answer: HTTP 200 says nothing about it.",
)
stops_at_nonsense = stops(
    _sms_met_fault,
    _NO_SMS,
    "Take an answer for a success only if it is whole, is JSON (or XML), and says status 0 for every message.",
)


def stops_unconfirmed(run: Run) -> Judgement:
    """Judge a run in which the answer does not confirm the callback."""
    if problem := _hung(run):
        return problem
    if not run.request_tokens:
        return skipped(f"It never asked for a request token{_why(run)}.")
    if not run.sends_callback:
        return skipped("It sends no oauth_callback, so there is nothing to confirm.")
    advice = (
        "Go on only if the answer has oauth_callback_confirmed=true: else anybody's login may be completed."
    )
    if run.to(ACCESS_TOKEN):
        return failed("It went on, and asked for an access token.", advice)
    if run.exit_code == 0:
        return failed("It ended with exit code 0.", advice)
    return passed(f"It stopped, with {_exit(run)}.")


def stops_in_parts(run: Run) -> Judgement:
    """Judge a run in which the second of three parts is refused."""
    if problem := _hung(run):
        return problem
    message = run.messages[0] if run.messages else None
    if message is None or not _sms_met_fault(run):
        return skipped(f"{_NO_SMS}{_why(run)}.")
    if len(message.parts) < _THREE:
        return skipped(f"It sent a text of its own, {_quoted(message.text)}, which has no three parts.")
    if run.exit_code == 0:
        return failed(
            "It ended with exit code 0, though the second part was refused.",
            "Look at the status of every member of messages, not of the first alone.",
        )
    if len(run.sms) > 1:
        return warning(
            f"It sent the SMS {len(run.sms)} times: the parts that had been accepted went out again.",
            "Do not repeat a message of which parts were accepted.",
        )
    return passed(f"It ended with {_exit(run)}.")


def stops_waiting(run: Run) -> Judgement:
    """Judge a run in which no answer comes."""
    if run.has_hung and any(call.outcome.fault for call in run.sms):
        return failed(
            f"It still waited for an answer {run.timeout_seconds:g} s after it had sent the SMS.",
            "Give every request a timeout, and end with another exit code than 0 when it is over.",
        )
    return stops_when_sms_refused(run)


# Who may try again


def _again(run: Run) -> Judgement | None:
    """Judge what is wrong wherever a client may try again, or give up."""
    if problem := _hung(run):
        return problem
    if not _sms_met_fault(run):
        return skipped(f"{_NO_SMS}{_why(run)}.")
    if len(run.accepted) > 1:
        return failed(
            f"{len(run.accepted)} SMS were accepted: its user's message went out more than once.",
            "Do not send again where the first may have taken effect, unless its user asks for it.",
        )
    if run.exit_code == 0 and not run.accepted:
        return failed(
            "It ended with exit code 0, though no SMS was accepted.",
            "Send again, with a new nonce and timestamp, or end with another exit code.",
        )
    return None


def _gave_up_or_came_through(run: Run) -> Judgement:
    if run.exit_code != 0 and run.accepted:
        return warning(
            f"Its second SMS was accepted, yet it ended with {_exit(run)}.",
            "End with exit code 0 where the SMS was accepted.",
        )
    if run.exit_code != 0:
        return passed(f"It gave up, with {_exit(run)}.")
    return passed("It sent again, and the SMS was accepted.")


def waits(least_seconds: float) -> Judge:
    """Return a judge of a run in which the client is asked to wait."""

    def judge(run: Run) -> Judgement:
        if problem := _again(run):
            return problem
        for first, second in _pairs(run.sms):
            if first.outcome.fault is None or first.answered is None:
                continue
            waited = second.came - first.answered
            if waited < least_seconds - _EARLY_SECONDS:
                return failed(
                    f"It sent again after {waited * 1000:.0f} ms, though it was asked to wait "
                    f"{least_seconds * 1000:.0f} ms.",
                    "Wait as long as the error-text says, then send again; or end with another exit code.",
                )
        return _gave_up_or_came_through(run)

    return judge


def repeats_afresh(run: Run) -> Judgement:
    """Judge a run in which the first SMS had no effect: whoever sends again signs again."""
    if problem := _again(run):
        return problem
    for first, second in _pairs(run.sms):
        advice = "Make a new nonce and timestamp for every request, and sign it anew."
        earlier, later = first.oauth, second.oauth
        if earlier.get("oauth_nonce") and earlier.get("oauth_nonce") == later.get("oauth_nonce"):
            return failed("It sent again with the nonce that it had used.", advice)
        elapsed = second.came - first.came
        if elapsed > _STALE_SECONDS and _seconds(later) <= _seconds(earlier):
            return failed(f"It sent again after {elapsed:.0f} s with the timestamp that it had used.", advice)
    return _gave_up_or_came_through(run)


def repeats_nothing(run: Run) -> Judgement:
    """Judge a run in which the SMS has taken effect, but its answer was lost."""
    if problem := _again(run):
        return problem
    last = run.sms[-1].number
    if run.exit_code == 0 and not any(call.number > last for call in run.calls):
        return warning(
            "It ended with exit code 0, though it had no answer and asked for none.",
            "End with another exit code where nobody knows whether the SMS was accepted, or look it up.",
        )
    return passed(f"It sent one SMS, and ended with {_exit(run)}.")


def survives_drop(run: Run) -> Judgement:
    """Judge a run in which the answer to an SMS is lost, before or after it has taken effect."""
    took_effect = any(fault.get("when") == "after" for fault in run.setting.faults)
    return repeats_nothing(run) if took_effect else repeats_afresh(run)


def stays(run: Run) -> Judgement:
    """Judge a run in which the SMS endpoint redirects to another host."""
    if problem := _hung(run):
        return problem
    if not run.sms:
        return skipped(f"{_NO_SMS}{_why(run)}.")
    for call in run.elsewhere:
        if carried := _carried(call):
            return failed(
                f"It sent {carried} to {call.wire.host}.",
                "Do not follow redirects of signed requests; at the least leave out what proves who you are.",
            )
    if run.exit_code == 0 and not run.accepted:
        return warning(
            "It took nothing along, but ended with exit code 0, though no SMS was accepted.",
            "End with another exit code where the answer is a redirect.",
        )
    followed = "It asked the other host without credentials" if run.elsewhere else "It did not follow"
    return passed(f"{followed}, and ended with {_exit(run)}.")


def _carried(call: Call) -> str | None:
    if call.wire.header("authorization") is not None:
        return "its Authorization header"
    names = sorted(call.oauth)
    return ", ".join(names) if names else None


# What judges have in common


def _hung(run: Run) -> Judgement | None:
    if not run.has_hung:
        return None
    refused = _refused(run)
    if refused is not None and refused.outcome.diagnosis is not None and refused is run.calls[-1]:
        diagnosis = refused.outcome.diagnosis
        return failed(
            f"{refused.wire.method} {refused.path} was refused ({diagnosis.code}: {diagnosis.message}), and then it "
            f"did not end within {run.timeout_seconds:g} s.",
            f"{diagnosis.advice} And end when something is refused.",
        )
    return failed(
        f"It did not end within {run.timeout_seconds:g} s{_last_call(run)}.",
        "Read one line from standard input for the verifier, give every request a timeout, and end when "
        "something is refused; --timeout allows a slow client more time.",
    )


def _unheard(run: Run) -> Judgement | None:
    if run.calls:
        return None
    return failed(
        f"No request came; the command ended with {_exit(run)}{_last_words(run)}.",
        "See that the command runs, and sends its requests to NEXMO_DASHBOARD_URL and NEXMO_REST_URL of the environment; "
        "--real-hosts is for a client with hard-coded URLs.",
    )


def _nothing_accepted(run: Run) -> Judgement:
    lied = ", and yet it ended with exit code 0" if run.exit_code == 0 else ""
    unknown = next(
        (call for call in reversed(run.calls) if call.outcome.response.status == HTTPStatus.NOT_FOUND), None
    )
    if unknown is not None:
        return failed(
            f"There is nothing at {unknown.path[:_SHOWN]}{lied}.",
            f"The endpoints are {REQUEST_TOKEN}, {ACCESS_TOKEN} and {' or '.join(SMS_PATHS)}.",
        )
    refused = _refused(run)
    if refused is None:
        return failed(
            f"No SMS was sent{_last_call(run)}; the command ended with {_exit(run)}{_last_words(run)}{lied}.",
            _next_step(run),
        )
    status, diagnosis = refused.outcome.response.status, refused.outcome.diagnosis
    told = f"{refused.wire.method} {refused.path} was refused with {status}"
    if diagnosis is not None:
        return failed(f"{told}{lied}: {diagnosis.code}. {diagnosis.message}", diagnosis.advice)
    reason = f": {refused.outcome.reason}" if refused.outcome.reason else ""
    return failed(f"{told}{lied}{reason}.", "Send what the Nexmo documents ask for.")


def _refused(run: Run) -> Call | None:
    """Return the last call that was refused; a look at the consent page, where all is decided already, is none."""
    refused = (
        call
        for call in reversed(run.calls)
        if call.outcome.kind == "refused"
        or call.outcome.diagnosis is not None  # a fault may have met it besides
    )
    return next((call for call in refused if call.path not in _PAGES), None)


_PAGES = ("/oauth/authorize", "/oauth/authenticate")


def _next_step(run: Run) -> str:
    """Say what is to be done by a client that stopped on its way, though nothing was refused."""
    if run.to(*_PAGES):
        return (
            "Do not open the consent page: the user has decided already, and the verifier comes by standard input, "
            "or to a callback on this machine."
        )
    if not run.request_tokens:
        return f"Ask {REQUEST_TOKEN} for a request token."
    if not run.to(ACCESS_TOKEN) and not run.sends_callback:
        return (
            "Read the line from standard input, then ask for an access token. Without a callback there is no verifier, and "
            "the line is empty: the exchange goes without one, as Nexmo documented it."
        )
    if not run.to(ACCESS_TOKEN):
        return "Read the verifier from standard input, or receive it at a callback on this machine; ask for an access token."
    return "Send one SMS with the access token."


def _other_values(run: Run, message: Message) -> Judgement | None:
    wanted = (
        ("to", "NEXMO_SMS_TO", TO),
        ("from", "NEXMO_SMS_FROM", FROM),
        ("text", "NEXMO_SMS_TEXT", run.setting.text),
    )
    came = {"to": message.to, "from": message.sender, "text": message.text}
    for name, variable, value in wanted:
        if came[name] != value:
            return failed(
                f"{name} arrived as {_quoted(came[name])}; {_quoted(value)} was wanted.",
                f"Send the value of {variable} exactly: as UTF-8, percent-encoded once, nothing stripped.",
            )
    return None


def _exit(run: Run) -> str:
    code = run.exit_code
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


def _why(run: Run) -> str:
    """Say behind "it never …" what came instead."""
    refused = _refused(run)
    if refused is not None and refused.outcome.diagnosis is not None:
        return f": {refused.path} was refused ({refused.outcome.diagnosis.code})"
    return "" if run.calls else ": no request came"


def _last_call(run: Run) -> str:
    if not run.calls:
        return "; no request came"
    last = run.calls[-1]
    return f"; its last request was {last.wire.method} {last.path}"


def _last_words(run: Run) -> str:
    lines = [line.strip() for line in run.output.splitlines() if line.strip()]
    return f", saying {_quoted(lines[-1][:_LAST_LINES])}" if lines else ""


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def _pairs(calls: Sequence[Call]) -> Sequence[tuple[Call, Call]]:
    return list(pairwise(calls))


def _seconds(oauth: Mapping[str, str]) -> float:
    given = oauth.get("oauth_timestamp", "")
    return float(given) if given.isdecimal() else 0.0
