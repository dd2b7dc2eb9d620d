"""``--live-plan``: every request that a live run would send, test by test, and what all of it may cost. Nothing is sent.

The run is played against a fake in this process, by what the real service is guarded with: the same budget, the same
number, nothing that only a fake can do. What is missing in the environment is stood in for, and named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import requests

from .answers import messages_in
from .authorizers import ByControl, Person, somebody_is_there
from .consumer import Consumer
from .control import Control, Decision
from .live import ACCESS_TOKEN, APP, SMS_TO, Live, Pace, missing_variables
from .scrubbing import Secrets
from .signing import Credentials
from .spending import ACCEPTED, Budget, messages_at_most
from .targets import (
    DASHBOARD_URL,
    FICTITIOUS_NUMBER,
    REST_URL,
    Capability,
    Provider,
    fake_at_hand,
    through,
)

FIRST = "before the first test"
_RICH = "1000000.00"

# What a request is, by how its path begins: the first that fits.
_WORDS: Mapping[str, str] = {
    "/oauth/request_token": "asks for a request token",
    "/oauth/access_token": "exchanges a request token",
    "/sms/": "SMS",
    "/account/get-balance": "asks for the balance",
    "/account/settings": "asks for the settings",
    "/account/top-up": "tries a top-up",
    "/account/get-": "asks for prices",
    "/account/numbers": "asks for the account's numbers",
    "/number/search": "looks for numbers on offer",
    "/number/": "tries to change a number",
    "/search/": "looks for messages",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One request that would be sent."""

    test: str
    method: str
    url: str  # without its query
    what: str
    messages: int  # that it comes to at most
    accepted: int  # of them, as the fake answers


@dataclass(slots=True)
class _StandIn(Person):
    """Somebody who decides as the run wants it, and counts how often a person would be asked."""

    user: ByControl | None = None
    asked: int = 0

    def approve(self, oauth_token: str, page: str) -> Decision:
        assert self.user is not None
        self.asked += 1
        return self.user.approve(oauth_token, page)

    def deny(self, oauth_token: str, page: str) -> Decision:
        assert self.user is not None
        self.asked += 1
        return self.user.deny(oauth_token, page)


@dataclass(slots=True)
class Plan:
    """The target of a run that is planned only: what ``Live`` would let through goes to a fake, and is kept."""

    environment: Mapping[str, str] = field(repr=False)
    allow_sms: bool = False
    budget: Budget = field(default_factory=Budget)
    seconds: float = 1.0  # between two requests
    has_person: bool = field(default_factory=somebody_is_there)
    test: str = FIRST
    planned: list[Planned] = field(default_factory=list)
    name: str = "a plan: what would be asked of the real service is asked of a fake in this process"
    profile: str | None = None
    asks: bool = True
    capabilities: frozenset[Capability] = frozenset()
    live: Live = field(init=False)
    _lead: Callable[[], AbstractContextManager[object]] = field(init=False)
    _person: _StandIn = field(init=False)

    def __post_init__(self) -> None:
        self._lead = fake_at_hand()
        self._person = _StandIn()
        with self._lead(), requests.Session() as session:
            self.live = self._live(Control(DASHBOARD_URL, through(session)))

    @property
    def secrets(self) -> Secrets:
        return self.live.secrets

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the variables that the run itself would want, and that are not set."""
        return missing_variables(self.environment, allow_sms=self.allow_sms, has_person=self.has_person)

    @property
    def uses_a_stored_token(self) -> bool:
        """Whether a token of the environment authorizes; else it is a person at the terminal."""
        return not self.has_person or any(self.environment.get(name, "").strip() for name in ACCESS_TOKEN)

    @property
    def sms_to(self) -> str:
        """Return whom SMS are for."""
        return self.environment.get(SMS_TO, "").strip() or FICTITIOUS_NUMBER

    @property
    def asked(self) -> int:
        """Return how often a person would be asked."""
        return self._person.asked

    @property
    def messages(self) -> tuple[int, int]:
        """Return how many messages it comes to at most, and as the fake answers."""
        at_most = min(self.budget.most, sum(one.messages for one in self.planned))
        return at_most, sum(one.accepted for one in self.planned)

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Return what a live run would be given; what it lets through leads to the fake."""
        with self._lead(), requests.Session() as session:
            # A session belongs to the test that opened it, and the person outlives it.
            user = self._person.user
            assert user is not None
            self._person.user = replace(user, control=Control(DASHBOARD_URL, through(session)))
            if not self.live.is_known:
                self._keep("POST", f"{DASHBOARD_URL}/oauth/request_token", test=FIRST)
                if self.uses_a_stored_token:
                    self._keep("GET", f"{REST_URL}/account/get-balance", test=FIRST)
            with self.live.open() as provider:
                yield replace(provider, send=lambda request: self._sent(provider, request))

    def spent(self) -> str | None:
        return None

    def _live(self, control: Control) -> Live:
        account = control.new_account(balance=_RICH)
        app = control.new_app()
        self._person.user = ByControl(control, account.email)
        given = dict(zip(APP, (app.key, app.secret), strict=True)) | {SMS_TO: self.sms_to}
        if self.uses_a_stored_token:
            token = self._token(control, app)
            given |= zip(ACCESS_TOKEN, (token.key, token.secret), strict=True)
        pace = Pace(seconds=0)
        return Live(given, allow_sms=self.allow_sms, person=self._person, budget=self.budget, pace=pace)

    def _token(self, control: Control, app: Credentials) -> Credentials:
        """Return what stands for the stored token."""
        assert self._person.user is not None
        provider = Provider(
            dashboard_url=DASHBOARD_URL,
            rest_url=REST_URL,
            client=app,
            authorizer=self._person.user,
            sms_to=self.sms_to,
            send=control.send,
            secrets=Secrets(),
        )
        return Consumer(provider, app).access()

    def _sent(self, provider: Provider, request: requests.PreparedRequest) -> requests.Response:
        messages, _ = messages_at_most(request)
        answer = provider.send(request)
        parts = messages_in(answer) or []
        accepted = sum(part.get("status") == ACCEPTED for part in parts)
        self._keep(request.method or "", request.url or "", messages=messages, accepted=accepted)
        return answer

    def _keep(
        self, method: str, url: str, *, messages: int = 0, accepted: int = 0, test: str | None = None
    ) -> None:
        bare = urlsplit(url)._replace(query="").geturl()
        path = urlsplit(url).path
        what = next((words for begin, words in _WORDS.items() if path.startswith(begin)), "asks for a page")
        if path.startswith("/sms/") and not accepted:
            what = "SMS, to be refused"
        self.planned.append(
            Planned(
                test=test or self.test,
                method=method,
                url=bare,
                what=what,
                messages=messages,
                accepted=accepted,
            )
        )
