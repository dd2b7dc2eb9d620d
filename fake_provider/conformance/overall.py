"""The judges of all runs together."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ..contract.counting import counted
from ..domain.finding import Diagnosis
from ..domain.wire import WireRequest
from .hiding import forms
from .run import Call, Run
from .verdict import Judgement, failed, passed, skipped

OverallJudge = Callable[[Sequence[Run]], Judgement]
Seen = tuple[Run, Call]

MAX_SECONDS_OFF = 300
_MAX_EVIDENCE = 5  # runs
_NOTHING_SIGNED = "No signed request came."


def fresh_nonces(runs: Sequence[Run]) -> Judgement:
    """Judge nonces and timestamps."""
    signed = [(run, call) for run, call in _calls(runs) if call.oauth.get("oauth_nonce")]
    if not signed:
        return skipped(_NOTHING_SIGNED)
    by_nonce: dict[str, list[Seen]] = defaultdict(list)
    for run, call in signed:
        by_nonce[call.oauth["oauth_nonce"]].append((run, call))
    repeated = [seen for seen in by_nonce.values() if len(seen) > 1]
    if repeated:
        most = max(repeated, key=len)
        judgement = failed(
            f"The nonce {most[0][1].oauth['oauth_nonce'][:80]!r} came {len(most)} times; "
            f"{counted(len(by_nonce), 'nonce')} served {counted(len(signed), 'request')}.",
            "Make a long random nonce for every request. RFC 5849 asks for one that is new for its timestamp and token; one that "
            "never comes again needs no such thought, and no provider may count otherwise.",
        )
        return _with(judgement, most)
    off = [(run, call) for run, call in signed if not _is_timely(call)]
    if off:
        call = off[0][1]
        judgement = failed(
            f"oauth_timestamp was {call.oauth.get('oauth_timestamp', '')[:40]!r} at {call.received_at:.0f}.",
            "Send the seconds since 1970-01-01T00:00:00Z, and keep the client's clock right.",
        )
        return _with(judgement, off)
    return passed(
        f"{counted(len(signed), 'request')}, each with a nonce of its own, all within {MAX_SECONDS_OFF} s."
    )


def _is_timely(call: Call) -> bool:
    given = call.oauth.get("oauth_timestamp", "")
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        return False
    return abs(int(given) - call.received_at) <= MAX_SECONDS_OFF


def secrets_stay_home(runs: Sequence[Run]) -> Judgement:
    """Judge whether a secret was sent, or shown."""
    sent: list[tuple[Seen, str]] = []
    for run, call in _calls(runs):
        text = _text(call.wire)
        sent += [
            ((run, call), name)
            for secret, name in run.secrets.items()
            if any(form in text for form in forms(secret))
        ]
    if sent:
        (_, call), name = sent[0]
        plaintext = call.oauth.get("oauth_signature_method") == "PLAINTEXT"
        judgement = failed(
            f"{_capital(name)} went out with {call.wire.method} {call.path}"
            f"{', as a PLAINTEXT signature' if plaintext else ''}.",
            "Secrets are the key of a signature, and never travel: sign with HMAC-SHA1.",
        )
        return _with(judgement, [seen for seen, _ in sent])
    spilled = [run for run in runs if run.spilled]
    if spilled:
        names = " and ".join(sorted(spilled[0].spilled))
        judgement = failed(
            f"{_capital(names)} stood in the command's output.",
            "Print and log tokens and keys if you must, but no secret; look at what a library logs when it debugs.",
        )
        return replace(judgement, evidence=tuple(run.only(()) for run in spilled[:_MAX_EVIDENCE]))
    if not any(run.calls for run in runs):
        return skipped("No request came.")
    return passed("No secret was sent or printed.")


def _text(wire: WireRequest) -> str:
    """Return all of a request, and what Basic credentials hold."""
    lines = [wire.url, wire.body.decode("utf-8", "replace")]
    for name, value in wire.headers:
        lines.append(f"{name}: {value}")
        scheme, _, credentials = value.partition(" ")
        if scheme.lower() == "basic":
            try:
                lines.append(base64.b64decode(credentials).decode("utf-8", "replace"))
            except (binascii.Error, ValueError):
                continue
    return "\n".join(lines)


def everything_signed(runs: Sequence[Run]) -> Judgement:
    """Judge whether the signature covers all that is sent."""
    signed = [(run, call) for run, call in _calls(runs) if call.oauth.get("oauth_signature")]
    if not signed:
        return skipped(_NOTHING_SIGNED)
    for problem in (_uncovered, _refused_as_uncovered, _malformed):
        found = [(seen, judgement) for seen in signed if (judgement := problem(seen[1])) is not None]
        if found:
            return _with(found[0][1], [seen for seen, _ in found])
    refused = sum(call.outcome.kind == "refused" for _, call in signed)
    if refused == len(signed):
        return skipped("No signed request was accepted: what its signature covers cannot be told.")
    note = f" ({refused} more were refused)" if refused else ""
    return passed(f"{len(signed) - refused} signed requests, nothing left out{note}.")


def _uncovered(call: Call) -> Judgement | None:
    """Judge a body that is no form: no signature covers it, unless its hash is a parameter."""
    request = call.protocol
    if not call.wire.body.strip() or request.has_form or "oauth_body_hash" in call.oauth:
        return None
    return failed(
        f"{call.wire.method} {call.path} has a body of type {request.body_type or 'unknown'!r}, "
        "which the signature does not cover.",
        "Send the parameters as application/x-www-form-urlencoded, or in the query, and sign them.",
    )


_UNCOVERED_CODES = frozenset(
    {
        "body-not-signed",
        "query-not-signed",
        "callback-not-signed",
        "verifier-not-signed",
        "version-not-signed",
        "duplicates-dropped",
        "parameter-not-signed",
        "empty-value-dropped",
    }
)
_MALFORMED_CODES = frozenset({"body-hash-wrong", "header-malformed"})


def _refused_as_uncovered(call: Call) -> Judgement | None:
    diagnosis = call.outcome.diagnosis
    if diagnosis is None or not _UNCOVERED_CODES.intersection(diagnosis.causes or (diagnosis.code,)):
        return None
    return _as_diagnosed(call, diagnosis)


def _malformed(call: Call) -> Judgement | None:
    diagnosis = call.outcome.diagnosis
    if diagnosis is not None and diagnosis.code in _MALFORMED_CODES:
        return _as_diagnosed(call, diagnosis)
    for finding in call.outcome.findings:
        if finding.code in _MALFORMED_CODES:
            return failed(
                f"{call.wire.method} {call.path} was accepted with the finding {finding.code}.",
                finding.message,
            )
    return None


def _as_diagnosed(call: Call, diagnosis: Diagnosis) -> Judgement:
    return failed(
        f"{call.wire.method} {call.path} was refused: {diagnosis.code}. {diagnosis.message}", diagnosis.advice
    )


# What they have in common


def _calls(runs: Sequence[Run]) -> Iterator[Seen]:
    for run in runs:
        for call in run.calls:
            yield run, call


def _with(judgement: Judgement, seen: Iterable[Seen]) -> Judgement:
    """Return *judgement* with the exchanges that it is about."""
    numbers: dict[int, set[int]] = defaultdict(set)
    runs: dict[int, Run] = {}
    for run, call in seen:
        runs[id(run)] = run
        numbers[id(run)].add(call.number)
    evidence = [run.only(numbers[key]) for key, run in runs.items()]
    return replace(judgement, evidence=tuple(evidence[:_MAX_EVIDENCE]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
