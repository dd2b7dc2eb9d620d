"""What is volatile in a webhook, out and in again: its times, ids and signature, in a query, a form or JSON.

<moment>        a date and time of now; <moment+3600> one that is off, to a minute; :plus and so on is how it is written
<minute>        when the carrier spoke (YYMMDDHHMM), in the minute of the message's time or the one before; <minute+3600> in another
<now>           the timestamp of the signature
<concat-ref-1>  what the parts of a long SMS have in common
<sig:md5>       a signature that fits, by its method; :upper in capitals; <sig:wrong> is one that does not
<any>           a header of which it is only known that it was there
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from . import odd_json, signatures
from .exchange import WRONG, Answer, Request
from .masking import ANY, LEFT_OUT, Masker
from .references import References, Unbound
from .signatures import Pairs

_MINUTE_SECONDS = 60

_ISSUED = {"messageId": "message-id", "nonce": "nonce", "concat-ref": "concat-ref"}
"""By the name of a parameter, of which kind its value is."""

_WRITINGS: Mapping[str, tuple[str, str]] = {
    "": (" ", ":"),
    ":plus": ("+", "%3A"),
    ":percent": ("%20", "%3A"),
    ":bare": ("+", ":"),
    ":lower": ("+", "%3a"),
}
"""How a blank and a colon may stand in a date and time, by what is written behind its reference."""
_NAMED = {written: name for name, written in _WRITINGS.items()}
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?P<blank> |\+|%20)(?P<hour>\d\d)(?P<colon>:|%3[Aa])(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)"
)
_MOMENT_REFERENCE = re.compile(r"<moment([+-]\d{1,12})?(:[a-z]+)?>")
_MINUTE_REFERENCE = re.compile(r"<minute([+-]\d{1,12})?>")
_NOW_REFERENCE = re.compile(r"<now([+-]\d{1,12})?>")
_UPPER = ":upper"
_SIG_REFERENCE = re.compile(rf"<sig:([a-z0-9-]+)({_UPPER})?>")
_KEPT = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
"""Headers whose values are shown; of others there may be anything in them."""


def _parameter(name: str, value: str = '[^&",}]+') -> re.Pattern[str]:
    """Return what finds a parameter in any of the three forms: what stands before its value, and the value."""
    return re.compile(rf'((?:(?<=[?&])|^){name}=|"{name}":\s*"?)({value})(?=[&",}}]|$)')


_SCTS = _parameter("scts", r"\d{10}")
_TIMESTAMP = _parameter("timestamp", r"\d{10}")
_CONCAT_REF = _parameter("concat-ref")
_SIG = _parameter("sig")


def pairs_of(request: Request) -> Pairs:
    """Return the parameters of a webhook in their order, decoded; none where they cannot be read."""
    if "json" not in request.header("Content-Type"):
        return signatures.query(request) + signatures.form(request)
    try:
        members = odd_json.loads(request.body)
    except ValueError:
        return []
    return (
        [(name, _whole(str(value))) for name, value in members.items()] if isinstance(members, dict) else []
    )


def _whole(text: str) -> str:
    """Return *text* without half a character, which JSON may have and nobody could send."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def turn(references: References, request: Request) -> int:
    """Return which one a webhook is among those that came at once: by its part of the SMS, whoever was the quickest."""
    ids = [value for name, value in pairs_of(request) if name == "messageId"]
    return int(references.learn("message-id", ids[0]).rpartition("-")[2]) if ids else 0


def masked(masker: Masker, request: Request) -> Request:
    """Return a webhook without what is volatile; what it issues has references from now on."""
    references, pairs = masker.references, pairs_of(request)
    for name, value in pairs:
        if kind := _ISSUED.get(name):
            references.learn(kind, value)
    secrets = references.of_kind("signature-secret").values()

    def sig(found: re.Match[str]) -> str:
        method = signatures.sig_method(pairs, found[2], secrets)
        in_capitals = method != WRONG and found[2].isupper()
        return f"{found[1]}<sig:{method}{_UPPER if in_capitals else ''}>"

    said_at = next((_seconds(value) for name, value in pairs if name == "message-timestamp"), None)

    def moment(found: re.Match[str]) -> str:
        written = _NAMED.get((found["blank"], found["colon"]))
        seconds = _seconds(f"{found['day']} {found['hour']}:{found['minute']}:{found['second']}")
        off = None if seconds is None else masker.off_now(seconds, _MINUTE_SECONDS)
        return found[0] if off is None or written is None else f"<moment{off}{written}>"

    def minute(found: re.Match[str]) -> str:
        off = _off_minutes(found[2], masker.now() if said_at is None else said_at)
        return found[0] if off is None else f"{found[1]}<minute{off}>"

    def timestamp(found: re.Match[str]) -> str:
        off = masker.off_now(int(found[2]))
        return found[0] if off is None else f"{found[1]}<now{off}>"

    rules: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = (
        (_SIG, sig),
        (_CONCAT_REF, lambda found: f"{found[1]}<{references.learn('concat-ref', found[2])}>"),
        (_SCTS, minute),
        (_TIMESTAMP, timestamp),
        (_MOMENT, moment),
    )

    def shown(text: str) -> str:
        for pattern, change in rules:
            text = pattern.sub(change, text)
        return references.masked(text)

    return replace(
        request,
        url=shown(request.url),
        headers=tuple(
            (name, shown(value) if name.lower() in _KEPT else ANY)
            for name, value in request.headers
            if name.lower() not in LEFT_OUT
        ),
        body=shown(request.body),
    )


def answered(references: References, answer: Answer) -> Answer:
    """Return what a receiver answered, without where it is."""
    return replace(answer, headers=tuple((name, references.masked(value)) for name, value in answer.headers))


def rendered(references: References, now: float, request: Request) -> Request:
    """Return a masked webhook as a test is to see it at the time *now*, signed anew."""

    def sig(found: re.Match[str]) -> str:
        if found[1] == WRONG:
            return "0" * 32
        if found[1] not in signatures.SIG_METHODS:
            raise Unbound(f"sig:{found[1]}")
        secret = next(iter(references.of_kind("signature-secret").values()), "")
        made = signatures.sig(pairs_of(readable), found[1], secret)
        return made.upper() if found[2] else made

    readable = request.changed(lambda text: references.rendered(_timed(text, now)))
    return readable.changed(lambda text: _SIG_REFERENCE.sub(sig, text))


def _timed(text: str, now: float) -> str:
    def moment(found: re.Match[str]) -> str:
        blank, colon = _WRITINGS.get(found[2] or "", _WRITINGS[""])
        at = _at(now, found[1])
        return f"{at:%Y-%m-%d}{blank}{at:%H}{colon}{at:%M}{colon}{at:%S}"

    text = _MOMENT_REFERENCE.sub(moment, text)
    text = _MINUTE_REFERENCE.sub(lambda found: f"{_at(now, found[1]):%y%m%d%H%M}", text)
    return _NOW_REFERENCE.sub(lambda found: str(int(now) + int(found[1] or 0)), text)


def _at(now: float, off: str | None) -> datetime:
    try:
        return datetime.fromtimestamp(now + int(off or 0), UTC)
    except (ValueError, OverflowError, OSError):
        raise Unbound(f"moment{off}") from None


def _seconds(text: str) -> float | None:
    """Read a date and time; None where it is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _off_minutes(scts: str, said_at: float) -> str | None:
    """Say by how much the carrier's minute is off from *said_at*; None where it is no time."""
    try:
        at = datetime.strptime(scts, "%y%m%d%H%M").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
    off = int(at - said_at // _MINUTE_SECONDS * _MINUTE_SECONDS)
    # A carrier may have spoken just before the minute began in which it is told.
    return f"{off:+d}" if off not in (0, -_MINUTE_SECONDS) else ""
