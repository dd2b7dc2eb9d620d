"""Whether an answer refuses who asked: however it is worded, which has clauses of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from .answers import messages_in, secrets_in
from .presence import WANTED

_NOT_AUTHORIZED = (400, 401)
_NOT_GOOD, _FAILED = 300, 500
_ISSUING = ("/oauth/request_token", "/oauth/access_token")
_PATHS = (*(one.path for one in WANTED), *_ISSUING, "/oauth/authorize", "/oauth/authenticate")
"""What may be shown of a path: behind it, old clients have key and secret."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What was found, true or not: where it is asserted and is not, pytest shows the words in the place of the call."""

    holds: bool
    words: str

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return self.words


def is_refused(answer: requests.Response) -> Fact:
    """Return whether who asked was not let in, as the endpoint says that which was asked."""
    return Fact(_refuses(answer), _words(answer))


def is_let_in(answer: requests.Response) -> Fact:
    """Return whether who asked was let in, and got credentials where they are issued.

    A server that fails refuses nobody, and lets nobody in either. 404 is said of what nobody knows, to who may ask.
    """
    is_good = answer.status_code < _NOT_GOOD or answer.status_code == requests.codes.not_found
    return Fact(is_good and not _refuses(answer) and not _lacks_credentials(answer), _words(answer))


def _refuses(answer: requests.Response) -> bool:
    path = _path(answer)
    by_endpoint = next((reads for begin, reads in _BY_PATH.items() if path.startswith(begin)), _by_status)
    return by_endpoint(answer)


def _lacks_credentials(answer: requests.Response) -> bool:
    # By the name alone: that they come in a form is another clause.
    return _path(answer) in _ISSUING and "token_secret" not in answer.text


def _words(answer: requests.Response) -> str:
    """Say what became of a request: the method, the endpoint and the statuses, and nothing that may be secret."""
    status = answer.status_code
    became = (
        ("was refused", _refuses(answer)),
        ("failed", status >= _FAILED),
        ("was answered without credentials", status < _NOT_GOOD and _lacks_credentials(answer)),
        ("was let in", status < _NOT_GOOD),
    )
    words = next((words for words, is_so in became if is_so), "was not refused")
    return f"{answer.request.method} {_shown(_path(answer))} {words}: {status}{_told(answer)}"


def _path(answer: requests.Response) -> str:
    return urlsplit(answer.request.url or "").path


def _shown(path: str) -> str:
    known = (one for one in _PATHS if f"{path}/".startswith(f"{one}/"))
    return next(known, f"/{path.split('/')[1]}/…" if "/" in path else "…")


def _told(answer: requests.Response) -> str:
    """Return what an SMS endpoint says of the parts, and a token endpoint that it should not have said."""
    if secrets_in(answer) and _by_status(answer):
        return " with credentials"
    statuses = dict.fromkeys(str(part.get("status"))[:3] for part in messages_in(answer) or ())
    return f" with status {', '.join(statuses)}" if statuses else ""


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
