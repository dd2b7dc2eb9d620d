"""A refusal on the wire: the Problem Reporting extension, in a header and in a form-encoded body."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from ..domain.wire import Headers, WireResponse
from .verdict import Rejected

REALM = "https://dashboard.nexmo.com/"
_FORM = "application/x-www-form-urlencoded"
_LISTS = {"parameter_absent": "oauth_parameters_absent", "parameter_rejected": "oauth_parameters_rejected"}


def problem_parameters(rejected: Rejected) -> list[tuple[str, str]]:
    """Return what is said about a refusal: its word, which parameters it is about, and advice."""
    diagnosis = rejected.diagnosis
    pairs = [("oauth_problem", diagnosis.oauth_problem)]
    name = _LISTS.get(diagnosis.oauth_problem)
    if name and rejected.parameters:
        pairs.append((name, "&".join(rejected.parameters)))
    if diagnosis.oauth_problem == "version_rejected":
        pairs.append(("oauth_acceptable_versions", "1.0-1.0"))
    if diagnosis.oauth_problem == "timestamp_refused" and diagnosis.code == "timestamp-not-a-number":
        pairs.append(("oauth_parameters_rejected", "oauth_timestamp"))
    pairs.append(("oauth_problem_advice", f"{diagnosis.message} {diagnosis.advice}"))
    return pairs


def challenge(rejected: Rejected) -> Headers:
    """Return the ``WWW-Authenticate`` header of a refusal."""
    pairs = ", ".join(f'{name}="{quote(value, safe="-._~")}"' for name, value in problem_parameters(rejected))
    return (
        ("WWW-Authenticate", f'OAuth realm="{REALM}", {pairs}'),
        ("X-Fake-Nexmo-Diagnosis", rejected.diagnosis.code),
    )


def rejected_form(rejected: Rejected) -> WireResponse:
    """Return the refusal as ``/oauth/*`` answers it."""
    return WireResponse(
        status=rejected.status,
        headers=(("Content-Type", _FORM), ("Cache-Control", "no-store"), *challenge(rejected)),
        body=urlencode(problem_parameters(rejected)).encode(),
    )


def credentials_form(pairs: list[tuple[str, str]]) -> WireResponse:
    """Return token credentials, form-encoded as RFC 5849 sections 2.1 and 2.3 want them."""
    return WireResponse(
        status=200,
        headers=(("Content-Type", _FORM), ("Cache-Control", "no-store")),
        body=urlencode(pairs).encode(),
    )
