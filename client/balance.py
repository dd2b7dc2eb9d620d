"""What GET /account/get-balance answers: ``{"value": 24.428075, "autoReload": false}``.

Amounts are Decimal, with the digits as they came; older answers have no ``autoReload``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .answer import Answer
from .errors import CredentialsRefused, MalformedAnswer, RequestRefused
from .refusals import ensure_accepted
from .wording import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An account's balance."""

    value: Decimal  # EUR
    auto_reload: bool | None = None  # None: the service did not say


def read_answer(answer: Answer) -> Balance:
    """Return the balance in *answer*.

    Raises:
        CredentialsRefused, RequestRefused: an HTTP status or an ``error-code`` says so.
        Throttled: HTTP 429.
        Unreachable: HTTP 5xx or 3xx, or not the documented answer.
    """
    ensure_accepted(answer)
    found = answer.json_object()
    if "error-code" in found:
        raise _refusal(answer.status, str(found["error-code"]), str(found.get("error-code-label", "")))
    value, auto_reload = found.get("value"), found.get("autoReload")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise MalformedAnswer("the balance answer has no value, or it is no number")
    if auto_reload is not None and not isinstance(auto_reload, bool):
        raise MalformedAnswer("the balance answer has an autoReload that is neither true nor false")
    return Balance(value=Decimal(value), auto_reload=auto_reload)


def _refusal(http_status: int, code: str, label: str) -> CredentialsRefused | RequestRefused:
    if code in ("401", "403"):
        return CredentialsRefused(http_status=http_status, advice=printable(label) or None)
    return RequestRefused(http_status=http_status, text=printable(f"error-code {code} {label}"))
