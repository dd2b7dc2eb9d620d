"""Whether an answer refuses who asked: however it is worded, which has clauses of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import requests

from .answers import messages_in, secrets_in

_NOT_AUTHORIZED = (400, 401)


def is_refused(answer: requests.Response) -> bool:
    """Return whether who asked was not let in, as the endpoint says that which was asked."""
    path = urlsplit(answer.request.url or "").path
    by_endpoint = next((reads for begin, reads in _BY_PATH.items() if path.startswith(begin)), _by_status)
    return by_endpoint(answer)


def _by_status(answer: requests.Response) -> bool:
    return answer.status_code in _NOT_AUTHORIZED


def _issues_nothing(answer: requests.Response) -> bool:
    return _by_status(answer) and not secrets_in(answer)


def _accepts_no_part(answer: requests.Response) -> bool:
    if _by_status(answer):
        return True
    assert answer.status_code == 200, f"an SMS is answered {answer.status_code}"
    parts = messages_in(answer)
    assert parts, "what came cannot be read as an answer about an SMS, or tells of none"
    return all(part["status"] != "0" for part in parts)


_BY_PATH: Mapping[str, Callable[[requests.Response], bool]] = {
    "/oauth/": _issues_nothing,
    "/sms/": _accepts_no_part,
}
