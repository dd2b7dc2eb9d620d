"""The scenarios: what the fake does in each, and what a conforming client does then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..contract import Clause, catalogue
from ..errors import InvalidValue
from ..operations.oauth import Decision
from . import judging, overall
from .judging import Judge
from .overall import OverallJudge
from .run import ACCESS_TOKEN, REQUEST_TOKEN, Run
from .setting import Setting, of_sms, of_token
from .verdict import Judgement, Verdict

THROTTLE_MS = 250
_MAX_LABELS = 4
_THREE_PARTS = " ".join(["This text is long enough for three parts."] * 9)
_LOST = '{\n    "message-count": "1",\n    "messages": [{\n        "to": "447700900000",\n        "status": "0",\n        "mess'
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario.

    Attributes:
        clause: what a conforming client does, and who says so.
        settings: in each of which the command runs once.
        judge: says how the client fares, from the runs of these settings and from all runs there were.
    """

    name: str
    clause: Clause
    settings: Sequence[Setting] = ()
    judge: Callable[[Sequence[Run], Sequence[Run]], Judgement]


def each(judge: Judge) -> Callable[[Sequence[Run], Sequence[Run]], Judgement]:
    """Judge a scenario's own runs one by one."""
    return lambda runs, _: _summed_up([(run, judge(run)) for run in runs])


def together(judge: OverallJudge) -> Callable[[Sequence[Run], Sequence[Run]], Judgement]:
    """Judge all runs together."""
    return lambda _, all_runs: judge(all_runs)


def _summed_up(judged: Sequence[tuple[Run, Judgement]]) -> Judgement:
    """Return the gravest judgement, told of all the runs that it is about."""
    if len(judged) == 1:
        return judged[0][1]
    gravest = max((judgement.verdict for _, judgement in judged), key=lambda verdict: verdict.gravity)
    concerned = [(run, judgement) for run, judgement in judged if judgement.verdict is gravest]
    first = concerned[0][1]
    if gravest in (Verdict.PASSED, Verdict.SKIPPED) and len({one.seen for _, one in concerned}) == 1:
        count = f" ({len(concerned)} of {len(judged)} runs)" if len(concerned) < len(judged) else ""
        return replace(first, seen=f"{first.seen}{count}")
    told: dict[str, list[str]] = {}
    for run, one in concerned:
        told.setdefault(one.seen, []).append(run.setting.label)
    seen = " ".join(f"{_which(labels, len(judged))}: {what}" for what, labels in told.items())
    return replace(first, seen=seen)


def _which(labels: Sequence[str], of: int) -> str:
    if len(labels) == of:
        return "In every run"
    return ", ".join(labels) if len(labels) <= _MAX_LABELS else f"In {len(labels)} of {of} runs"


AWKWARD_TEXTS: Sequence[tuple[str, str]] = (
    ("plus", "1+1"),
    ("ampersand", "fish & chips"),
    ("percent", "100% of %41"),
    ("equals sign", "a=b"),
    ("tilde", "~home"),
    ("asterisk", "2*3"),
    ("apostrophe", "it's"),
    ("quotation mark", 'say "yes"'),
    ("angle brackets", "1 < 2 > 0"),
    ("line break", "first\nsecond"),
    ("umlauts", "Grüße, Ähre, Öl, Übel"),
    ("CJK", "你好，世界"),
    ("emoji", "👍🏽 fine"),
    ("leading blanks", "  indented"),
    ("trailing blanks", "trailing  "),
)

SCENARIOS: Sequence[Scenario] = (
    Scenario(
        name="documented-flow",
        clause=catalogue()["CLIENT-01"],
        settings=(Setting(has_callback=False),),
        judge=each(judging.sends),
    ),
    Scenario(
        name="rfc5849-flow",
        clause=catalogue()["CLIENT-02"],
        settings=(Setting(profile="strict"),),
        judge=each(judging.sends_strictly),
    ),
    Scenario(
        name="awkward-text",
        clause=catalogue()["CLIENT-03"],
        settings=tuple(Setting(label=label, text=text) for label, text in AWKWARD_TEXTS),
        judge=each(judging.sends_text),
    ),
    Scenario(
        name="awkward-secrets",
        clause=catalogue()["CLIENT-04"],
        settings=(Setting(awkward_secrets=True),),
        judge=each(judging.sends),
    ),
    Scenario(
        name="extra-parameters",
        clause=catalogue()["CLIENT-05"],
        settings=(
            Setting(
                faults=[
                    fault
                    for path in (REQUEST_TOKEN, ACCESS_TOKEN)
                    for fault in of_token(
                        path,
                        {
                            "reorder": True,
                            "extra": {"xoauth_session": "0", "oauth_expires_in": "3600", "note": "a b&c"},
                            "headers": {"Content-Type": "text/html; charset=utf-8"},
                        },
                    )
                ]
            ),
        ),
        judge=each(judging.sends),
    ),
    Scenario(
        name="callback-not-confirmed",
        clause=catalogue()["CLIENT-06"],
        settings=(Setting(faults=of_token(REQUEST_TOKEN, {"omit": "oauth_callback_confirmed"})),),
        judge=each(judging.stops_unconfirmed),
    ),
    Scenario(
        name="user-denies",
        clause=catalogue()["CLIENT-07"],
        settings=(Setting(decision=Decision.DENY),),
        judge=each(judging.stops_when_denied),
    ),
    Scenario(
        name="request-token-refused",
        clause=catalogue()["CLIENT-08"],
        settings=(Setting(faults=of_token(REQUEST_TOKEN, {"oauth_problem": "consumer_key_refused"})),),
        judge=each(judging.stops_without_request_token),
    ),
    Scenario(
        name="access-token-refused",
        clause=catalogue()["CLIENT-09"],
        settings=(Setting(faults=of_token(ACCESS_TOKEN, {"oauth_problem": "permission_unknown"})),),
        judge=each(judging.stops_without_access_token),
    ),
    Scenario(
        name="token-revoked",
        clause=catalogue()["CLIENT-10"],
        settings=(Setting(revokes_access=True),),
        judge=each(judging.stops_when_revoked),
    ),
    Scenario(
        name="sms-refused",
        clause=catalogue()["CLIENT-11"],
        settings=(Setting(faults=of_sms({"sms_status": "9"}, times=None)),),
        judge=each(judging.stops_when_sms_refused),
    ),
    Scenario(
        name="partial-failure",
        clause=catalogue()["CLIENT-12"],
        settings=(Setting(text=_THREE_PARTS, faults=of_sms({"sms_status": "9", "part": 2}, times=None)),),
        judge=each(judging.stops_in_parts),
    ),
    Scenario(
        name="throttled",
        clause=catalogue()["CLIENT-13"],
        settings=(
            Setting(
                faults=of_sms({"sms_status": "1", "error_text": f"please wait [ {THROTTLE_MS} ] and retry"})
            ),
        ),
        judge=each(judging.waits(THROTTLE_MS / 1000)),
    ),
    Scenario(
        name="server-error",
        clause=catalogue()["CLIENT-14"],
        settings=(Setting(faults=of_sms({"status": 500, "body": "Internal Server Error"})),),
        judge=each(judging.repeats_afresh),
    ),
    Scenario(
        name="connection-dropped",
        clause=catalogue()["CLIENT-15"],
        settings=(
            Setting(label="before it took effect", faults=of_sms({"drop": True})),
            Setting(label="after it took effect", faults=of_sms({"drop": True}, when="after")),
        ),
        judge=each(judging.survives_drop),
    ),
    Scenario(
        name="hanging-answer",
        clause=catalogue()["CLIENT-16"],
        settings=(Setting(faults=of_sms({"hang": True}, times=None)),),
        judge=each(judging.stops_waiting),
    ),
    Scenario(
        name="malformed-answer",
        clause=catalogue()["CLIENT-17"],
        settings=(
            Setting(label="HTML", faults=of_sms({"malformed": True}, times=None)),
            Setting(
                label="truncated JSON",
                faults=of_sms({"status": 200, "body": _LOST, "headers": _JSON}, times=None),
            ),
        ),
        judge=each(judging.stops_at_nonsense),
    ),
    Scenario(
        name="redirect-elsewhere",
        clause=catalogue()["CLIENT-18"],
        settings=(Setting(redirects_elsewhere=True),),
        judge=each(judging.stays),
    ),
    Scenario(
        name="fresh-nonces",
        clause=catalogue()["CLIENT-19"],
        judge=together(overall.fresh_nonces),
    ),
    Scenario(
        name="secrets-stay-home",
        clause=catalogue()["CLIENT-20"],
        judge=together(overall.secrets_stay_home),
    ),
    Scenario(
        name="everything-signed",
        clause=catalogue()["CLIENT-21"],
        judge=together(overall.everything_signed),
    ),
)


def chosen(names: Sequence[str]) -> Sequence[Scenario]:
    """Return the scenarios of these names, in the order of the table; all where none is named.

    Raises InvalidValue for a name that none has.
    """
    known = {scenario.name for scenario in SCENARIOS}
    for name in names:
        if name not in known:
            raise InvalidValue(
                "scenario", f"{name!r} is none; there are {', '.join(s.name for s in SCENARIOS)}"
            )
    return [scenario for scenario in SCENARIOS if not names or scenario.name in names]
