"""The real service as a target: what may be sent to it, how fast, and how often.

Nothing that costs leaves without leave, and nothing leaves to anybody but the one number that was named.
"""

from __future__ import annotations

import itertools
import math
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
import requests

from .authorizers import Authorizer, Person, StoredToken, somebody_is_there
from .connections import Connections
from .control import Send
from .scrubbing import NUMBER, TOKEN, Secrets
from .signing import Call, Credentials
from .spending import Budget, changes_the_account, messages_at_most, plain_path
from .targets import (
    DASHBOARD_URL,
    FICTITIOUS_NUMBER,
    LIVE,
    REST_URL,
    Capability,
    Passing,
    Provider,
    TargetError,
    near,
    through,
)
from .throttling import MAX_REPETITIONS, MAX_WAIT_SECONDS, Repetitions, Wait, asked_to_wait
from .transport import Patience, is_late, was_cut, why_none

LIVE_SECONDS_BETWEEN_REQUESTS = 1.0

APP = ("NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET")
ACCESS_TOKEN = ("NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET")
SMS_TO = "NEXMO_SMS_TO"

# Sent twice they are answered twice, and that is all: everything else is sent again only if it was refused.
_REPEATABLE = ("/oauth/request_token", "/account/get-", "/account/numbers", "/search/", "/number/search")

# What an answer says of a token that is not known, or of its secret: that of the app was right a moment ago.
_OF_A_TOKEN = frozenset(
    {"token_rejected", "token_revoked", "token_expired", "token_used", "signature_invalid"}
)


_REFUSALS = frozenset({requests.codes.bad_request, requests.codes.unauthorized, requests.codes.forbidden})
"""By which an app is refused that asks for a request token."""


@dataclass(slots=True)
class Pace:
    """At most one request in so many seconds."""

    seconds: float = LIVE_SECONDS_BETWEEN_REQUESTS
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    free_at: float = -math.inf

    def keep(self) -> None:
        """Wait until the next request may go."""
        wait = self.free_at - self.monotonic()
        if wait > 0:
            self.sleep(wait)
        self.free_at = self.monotonic() + self.seconds

    def hold(self, seconds: float) -> None:
        """Let nothing go for so long."""
        self.free_at = max(self.free_at, self.monotonic() + seconds)


@dataclass(slots=True)
class Live:
    """The real hosts, with credentials from the environment; or another provider that is known by its addresses alone.

    An SMS leaves only with *allow_sms*, to NEXMO_SMS_TO alone, within the budget: whatever a test tries.

    Raises:
        TargetError: variables are missing; the message names all of them.
    """

    environment: Mapping[str, str] = field(repr=False)
    allow_sms: bool = False
    person: Person | None = None
    budget: Budget = field(default_factory=Budget)
    pace: Pace = field(default_factory=Pace)
    patience: Patience = field(default_factory=Patience)
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False)  # shows a line at once
    dashboard_url: str = DASHBOARD_URL
    rest_url: str = REST_URL
    secrets: Secrets = field(default_factory=Secrets)
    name: str = "the real service"
    profile: str | None = None
    asks: bool = True
    passing: Passing = field(default=nullcontext, repr=False)
    connections: Connections = field(default_factory=Connections, repr=False)
    authorizer: Authorizer = field(init=False)
    is_known: bool = field(default=False, init=False)  # whether the service has issued anything to this app

    @property
    def capabilities(self) -> frozenset[Capability]:
        return near(self.rest_url)

    def __post_init__(self) -> None:
        if self.person is None and somebody_is_there():
            self.person = Person()
        missing = missing_variables(
            self.environment, allow_sms=self.allow_sms, has_person=self.person is not None
        )
        if missing:
            raise TargetError(f"--nexmo-target {self._option} needs {', '.join(missing)} in the environment")
        number = self._get(SMS_TO)
        if number and not re.fullmatch("[0-9]{7,15}", number):
            raise TargetError(
                f"{SMS_TO}: digits with the country code are wanted, such as {FICTITIOUS_NUMBER}"
            )
        token = self._credentials(*ACCESS_TOKEN)
        stored = StoredToken(token) if token.key else None
        self.authorizer = stored or self.person or Person()
        self.secrets.add(token.secret, self._get(APP[1]))
        self.secrets.add(token.key, shown_as=TOKEN)
        self.secrets.add(self._get(SMS_TO), shown_as=NUMBER)

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Return the provider, guarded: nothing is sent too fast, and no SMS that nobody wants to pay."""
        with self.connections.session() as session:
            provider = Provider(
                dashboard_url=self.dashboard_url,
                rest_url=self.rest_url,
                client=self._credentials(*APP),
                authorizer=self.authorizer,
                sms_to=self._get(SMS_TO) or FICTITIOUS_NUMBER,
                send=self._guarded(
                    _or_end(self.patience.around(through(session, self.passing)), self._option)
                ),
                secrets=self.secrets,
            )
            if not self.is_known:
                self._ask_whether_it_knows_us(provider)
            yield provider

    def spent(self) -> str | None:
        return str(self.budget)

    def _ask_whether_it_knows_us(self, provider: Provider) -> None:
        """End the run with one line where app or stored token are not known: every test would fail of that."""
        wanted = Call(
            method="POST",
            url=f"{provider.dashboard_url}/oauth/request_token",
            client=provider.client,
            oauth={"oauth_callback": "oob"},
        )
        answer = self._answered(provider, wanted)
        is_token_stored = isinstance(self.authorizer, StoredToken)
        # A provider that has no such endpoint, or one out of order, may know the token all the same.
        if answer.status_code != requests.codes.ok and (
            not is_token_stored or answer.status_code in _REFUSALS
        ):
            self._end_for(wanted, answer, f"the app of {APP[0]} should get a request token")
        self.is_known = True
        if isinstance(self.authorizer, StoredToken):
            url = f"{provider.rest_url}/account/get-balance"
            asked = Call(method="GET", url=url, client=provider.client, token=self.authorizer.token)
            answer = self._answered(provider, asked)
            # By no other answer: a token may be good for SMS, and the account API not take OAuth (docs of 2018).
            if answer.status_code == requests.codes.unauthorized and _is_of_a_token(answer):
                self._end_for(asked, answer, f"the token of {ACCESS_TOKEN[0]} should be accepted")

    def _answered(self, provider: Provider, call: Call) -> requests.Response:
        try:
            return provider.send(call.prepared())
        except requests.RequestException as error:  # three in a row end the run: ``Patience``
            what = f"{call.method} {call.url}"
            pytest.fail(f"no whole answer came to {what}: {why_none(error)}", pytrace=False)

    def _end_for(self, call: Call, answer: requests.Response, wanted: str) -> NoReturn:
        said = f"{answer.status_code} {_problem_of(answer)}".rstrip()
        _end(self._option, f"{call.url} answers {said} where {wanted}")

    def _guarded(self, send: Send) -> Send:
        repetitions = Repetitions(new_nonce=lambda: secrets.token_hex(8))

        def guarded(request: requests.PreparedRequest) -> requests.Response:
            messages = self._allowed(request)
            present, began = repetitions.present(request), self.pace.monotonic()
            for number in itertools.count(1):
                answer, wait = self._sent(send, present, messages)
                if wait is None:
                    self.patience.serve()
                elif number > MAX_REPETITIONS:
                    host = urlsplit(request.url or "").hostname
                    self.patience.put_off(f"{host} asks to wait ({wait.why}) however often it is asked again")
                if wait is None or not self._waits(wait, request, number):
                    return answer
                present = repetitions.repeated(request, seconds=self.pace.free_at - began)
            raise AssertionError("it counts without end")

        return guarded

    def _waits(self, wait: Wait, request: requests.PreparedRequest, number: int) -> bool:
        """Hold the next request back for as long as was asked, and say so; False where it is not to be repeated."""
        url = urlsplit(request.url or "")
        seconds = float(2**number) if wait.seconds is None else wait.seconds
        may = wait.had_no_effect or url.path.startswith(_REPEATABLE)
        if not may or number > MAX_REPETITIONS or seconds > MAX_WAIT_SECONDS or self.patience.exhausted:
            return False
        self.tell(
            f"{url.hostname} asks to wait ({wait.why}): "
            f"{request.method} {url.path} again in {seconds:g} s, {number} of at most {MAX_REPETITIONS} times"
        )
        self.pace.hold(seconds)
        return True

    def _sent(
        self, send: Send, request: requests.PreparedRequest, messages: int
    ) -> tuple[requests.Response, Wait | None]:
        """Send it once, and pay for it; returns the answer, and whether that asks to wait."""
        self.budget.reserve(messages)
        self.pace.keep()
        # Spent before it is sent: an answer that does not come, or cannot be read, has cost as much.
        self.budget.spend(messages)
        answer = send(request)
        # From the answer on, too: on the way one request may catch up with another, and the provider counts arrivals.
        self.pace.hold(self.pace.seconds)
        wait = asked_to_wait(answer)
        if wait is not None and wait.had_no_effect:
            self.budget.spend(-messages)
        elif messages:
            self.budget.settle(messages, answer)
        return answer, wait

    def _allowed(self, request: requests.PreparedRequest) -> int:
        """Return how many messages *request* may come to; skip where it may not be sent."""
        if plain_path(request) is None:
            pytest.skip("asks for a path that may be read in more than one way; that is never done live")
        if "oauth_token" in _all_of(request) and changes_the_account(request):
            pytest.skip("changes the account, or costs beside SMS; that is never done live")
        messages, to = messages_at_most(request)
        if messages and not self.allow_sms:
            pytest.skip("sends an SMS that costs; --allow-sms was not given")
        if messages and to != self._get(SMS_TO):
            pytest.skip(f"sends an SMS to another number than {SMS_TO}")
        return messages

    @property
    def _option(self) -> str:
        return LIVE if self.rest_url == REST_URL else self.rest_url

    def _get(self, name: str) -> str:
        return self.environment.get(name, "").strip()

    def _credentials(self, key: str, secret: str) -> Credentials:
        return Credentials(self._get(key), self._get(secret))


def missing_variables(
    environment: Mapping[str, str], *, allow_sms: bool, has_person: bool
) -> tuple[str, ...]:
    """Return the variables that a live run needs and has not."""

    def is_set(name: str) -> bool:
        return bool(environment.get(name, "").strip())

    # Half a token is a mistake; none at all is fine where a person can authorize.
    token = ACCESS_TOKEN if not has_person or any(map(is_set, ACCESS_TOKEN)) else ()
    wanted = (*APP, *token, *((SMS_TO,) if allow_sms else ()))
    return tuple(name for name in wanted if not is_set(name))


def _is_of_a_token(answer: requests.Response) -> bool:
    """Whether a 401 says that the token is refused: by the problem that it names, or by a challenge of OAuth without one."""
    challenge = answer.headers.get("WWW-Authenticate", "").strip().lower()
    problem = _problem_of(answer)
    return problem in _OF_A_TOKEN if problem else challenge.partition(" ")[0] == "oauth"


def _problem_of(answer: requests.Response) -> str:
    """Return the ``oauth_problem`` that the header names; "" where it names none."""
    challenge = answer.headers.get("WWW-Authenticate", "")
    found = re.search('oauth_problem="([a-z_]{1,60})"', challenge)
    return found[1] if found else ""


def _all_of(request: requests.PreparedRequest) -> str:
    """Return wherever protocol parameters may stand."""
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    return f"{request.url} {request.headers.get('Authorization', '')} {text}"


_UNREACHABLE: Mapping[type[requests.RequestException], str] = {
    requests.exceptions.SSLError: "shows a certificate that is not trusted here",
    requests.exceptions.ProxyError: "cannot be reached: the proxy refuses",
    requests.ConnectionError: "cannot be reached",
}


def _or_end(send: Send, option: str) -> Send:
    """Return a *send* that ends the run, with one line, where the real service cannot be reached at all."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        try:
            return send(request)
        except requests.ConnectionError as error:
            if was_cut(error) or (is_late(error) and not isinstance(error, requests.ConnectTimeout)):
                raise  # it was reached, and hung up in the middle, or said no more: the test's to tell
            what = next(words for kind, words in _UNREACHABLE.items() if isinstance(error, kind))
            _end(option, f"{urlsplit(request.url or '').netloc} {what}")

    return sent


def _end(option: str, problem: str) -> NoReturn:
    pytest.exit(f"--nexmo-target {option}: {problem}", returncode=pytest.ExitCode.USAGE_ERROR)
