"""What an answer's HTTP status, its challenge and its problem report say, before anybody reads its body.

The challenge is ``WWW-Authenticate: OAuth …, oauth_problem="…"``; the token endpoints repeat it as a form.
Both follow the OAuth Problem Reporting extension, whose values are percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, unquote, urlsplit

from .answer import Answer
from .errors import (
    CredentialsRefused,
    MalformedAnswer,
    RequestRefused,
    ServerError,
    Throttled,
    UnexpectedRedirect,
)
from .wording import joined, printable

DIAGNOSIS_HEADER = "X-Fake-Nexmo-Diagnosis"  # a fake provider may say more than a real one does

DEFAULT_WAIT = timedelta(seconds=1)
"""Where no time to wait is named: the interval of Nexmo's own limits (30 requests per second)."""

_CHALLENGE_FIELD = re.compile(r'([A-Za-z_-]+)\s*=\s*"([^"]*)"')
_WAIT_MILLISECONDS = re.compile(r"please wait\s*\[\s*(\d+)\s*\]", re.IGNORECASE)
_MAX_MILLISECONDS, _MAX_DIGITS = 10**12, 13
_WAIT_SECONDS = re.compile(r"\s*(\d{1,6})\s*", re.ASCII)


def ensure_accepted(answer: Answer) -> None:
    """Return if *answer* may be read as a success.

    Raises:
        UnexpectedRedirect, ServerError: HTTP 3xx, 5xx.
        Throttled: HTTP 429.
        CredentialsRefused: HTTP 401 or 403, or an ``oauth_problem`` with any status below 500.
        RequestRefused: any other 4xx.
        MalformedAnswer: a status that is none of these, and no success.
    """
    if answer.status >= 500:
        raise ServerError(http_status=answer.status)
    if 300 <= answer.status < 400:
        raise UnexpectedRedirect(http_status=answer.status, host=_host(answer.headers.get("Location", "")))
    if answer.status == 429:
        raise Throttled(retry_after=_retry_after(answer))
    problem = _problem_report(answer)
    if "oauth_problem" in problem or answer.status in (401, 403):
        raise _credentials_refused(answer, problem)
    if answer.status >= 400:
        raise RequestRefused(http_status=answer.status, text=_label(answer))
    if not 200 <= answer.status < 300:
        raise MalformedAnswer(f"the answer has the HTTP status {answer.status}")


def wait_in(text: str) -> timedelta:
    """Return how long an ``error-text`` asks to wait, "… please wait [ 250 ] and retry" (milliseconds).

    One second where it names no time; 31 years where it names more than that.
    """
    found = _WAIT_MILLISECONDS.search(text)
    if found is None:
        return DEFAULT_WAIT
    return timedelta(milliseconds=min(int(found[1][:_MAX_DIGITS]), _MAX_MILLISECONDS))


def _retry_after(answer: Answer) -> timedelta:
    """Return the header's seconds (RFC 9110 section 10.2.3), else what the body asks for.

    The header's other form, a date, is not read: it needs two clocks that agree.
    """
    seconds = _WAIT_SECONDS.fullmatch(answer.headers.get("Retry-After", ""))
    return timedelta(seconds=int(seconds[1])) if seconds else wait_in(_text(answer))


def _credentials_refused(answer: Answer, problem: Mapping[str, str]) -> CredentialsRefused:
    about = problem.get("oauth_parameters_absent") or problem.get("oauth_parameters_rejected")
    advice = joined(
        " ", f"({about})" if about else None, problem.get("oauth_problem_advice") or _label(answer)
    )
    return CredentialsRefused(
        http_status=answer.status,
        problem=_word(problem.get("oauth_problem")),
        advice=_word(advice),
        diagnosis=_word(answer.headers.get(DIAGNOSIS_HEADER)),
    )


def _word(words: str | None) -> str | None:
    return printable(words or "") or None


def _problem_report(answer: Answer) -> Mapping[str, str]:
    """Return the fields of the challenge and of the form body; empty where there is neither."""
    challenge = answer.headers.get("WWW-Authenticate", "")
    in_header = _CHALLENGE_FIELD.findall(challenge) if challenge.lower().startswith("oauth") else []
    body = _text(answer).strip()
    in_body = parse_qsl(body) if "oauth_problem=" in body and not body.startswith(("{", "<")) else []
    return dict(in_body) | {name: unquote(value) for name, value in in_header}


def _label(answer: Answer) -> str:
    """Return the sentence of a JSON body that says what was wrong, or ""."""
    try:
        found = answer.json_object()
    except MalformedAnswer:
        return ""
    messages = found.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    label = first.get("error-text") if isinstance(first, dict) else found.get("error-code-label")
    return printable(label) if isinstance(label, str) else ""


def _text(answer: Answer) -> str:
    try:
        return answer.text()
    except MalformedAnswer:
        return ""


def _host(location: str) -> str | None:
    try:
        host = urlsplit(location).hostname
    except ValueError:
        return None
    return printable(host) if host else None
