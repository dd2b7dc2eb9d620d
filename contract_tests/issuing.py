"""Whether credentials are issued at all: where they are not, most clauses cannot be checked, and few are broken.

Nearly every test begins with credentials. Of a provider that issues none, one would read that everything is wrong with
it, and not what. So a test that only begins there is skipped, with that reason; those of the step itself fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest
import requests

from .answers import issues
from .consumer import Consumer
from .control import ControlError
from .strict import strictly
from .targets import Provider

_FAILED = 500


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the flow that issues credentials.

    Attributes:
        path: of its endpoint.
        section: how the ids of the clauses begin that are about it.
        taken: sends a right call of it; AssertionError where an earlier step issues nothing.
        has_user: whether somebody has to authorize for that.
    """

    path: str
    section: str
    taken: Callable[[Consumer], requests.Response]
    has_user: bool = False

    def __str__(self) -> str:
        return f"POST {self.path}"

    def is_asked(self, request: requests.PreparedRequest) -> bool:
        """Whether *request* is for it."""
        return urlsplit(request.url or "").path == self.path


STEPS: Sequence[Step] = (
    Step("/oauth/request_token", "OAUTH-REQ-", lambda app: app.send(app.request_token())),
    Step("/oauth/access_token", "OAUTH-ACC-", lambda app: app.send(app.access_token(app.approved())), True),
)


def why_none(step: Step, app: Consumer) -> str:
    """Take *step*, and say how it was answered if without credentials; "" where they came, or it was not reached."""
    try:
        answer = step.taken(app)
    except (AssertionError, ControlError):
        return ""
    return "" if issues(answer) else f"{step} issues no credentials ({answer.status_code})"


@dataclass(frozen=True, slots=True)
class Issuing:
    """What this run knows of the steps: each is taken when it seems to issue nothing, and once."""

    known: dict[Step, str] = field(default_factory=dict)

    def watched(self, provider: Provider, asking: Provider, clauses: Sequence[str]) -> Provider:
        """Return *provider*, with which a test of these clauses is skipped where a step that it needs issues nothing.

        *asking* is for finding out. A refusal alone is no reason to: most tests want one.
        """
        needed = [step for step in STEPS if not any(one.startswith(step.section) for one in clauses)]

        def sent(request: requests.PreparedRequest) -> requests.Response:
            answer = provider.send(request)
            for step in needed:
                if step.is_asked(request) and (self.known.get(step) or answer.status_code >= _FAILED):
                    self._skip(step, answer, asking)
            return answer

        def lacking(answer: requests.Response) -> None:
            for step in needed:
                if step.is_asked(answer.request):
                    self._skip(step, answer, asking)

        return replace(provider, send=sent, lacking=lacking)

    def _skip(self, step: Step, answer: requests.Response, asking: Provider) -> None:
        if issues(answer):
            return
        if step not in self.known:
            self.known[step] = _found_out(step, asking)
        if self.known[step]:
            pytest.skip(self.known[step])


def _found_out(step: Step, asking: Provider) -> str:
    provider = replace(asking, send=strictly(asking.send))
    if provider.control is None:
        # A person would be asked again, and may have mistyped what was refused.
        return "" if step.has_user else why_none(step, Consumer(provider, provider.client))
    try:
        # An app of its own: the test may have moved the time of the other.
        return why_none(step, Consumer(provider, provider.control.new_app()))
    except ControlError:
        return ""
