"""The real service as a target: what may be sent to it, how fast, and how often.

Nothing that costs leaves without leave, and nothing leaves to anybody but the one number that was named.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from .answers import accepted_parts
from .authorizers import Authorizer, Person, StoredToken, somebody_is_there
from .control import Send
from .signing import FORM, Credentials
from .targets import (
    DASHBOARD_URL,
    FICTITIOUS_NUMBER,
    REST_URL,
    Capability,
    Provider,
    Secrets,
    TargetError,
    through,
)

MAX_LIVE_MESSAGES = 10
LIVE_SECONDS_BETWEEN_REQUESTS = 1.0


@dataclass(slots=True)
class Budget:
    """How many messages a run may still send. One that may come to several parts reserves all of them."""

    most: int = MAX_LIVE_MESSAGES
    sent: int = 0

    def reserve(self, messages: int) -> None:
        """Skip the test unless *messages* more are allowed."""
        if self.sent + messages > self.most:
            pytest.skip(f"would exceed the {self.most} messages of one run")

    def spend(self, messages: int) -> None:
        """Count *messages* as sent."""
        self.sent += messages


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


@dataclass(slots=True)
class Live:
    """The real hosts, with credentials from the environment.

    An SMS leaves only with *allow_sms*, to NEXMO_SMS_TO alone, within the budget: whatever a test tries.

    Raises:
        TargetError: variables are missing; the message names all of them.
    """

    environment: Mapping[str, str] = field(repr=False)
    allow_sms: bool = False
    person: Person | None = None
    budget: Budget = field(default_factory=Budget)
    pace: Pace = field(default_factory=Pace)
    secrets: Secrets = field(default_factory=Secrets)
    name: str = "the real service"
    profile: str | None = None
    capabilities: frozenset[Capability] = frozenset()
    authorizer: Authorizer = field(init=False)

    def __post_init__(self) -> None:
        if self.person is None and somebody_is_there():
            self.person = Person()
        missing = self._missing()
        if missing:
            raise TargetError(f"--nexmo-target live needs {', '.join(missing)} in the environment")
        token = self._credentials("NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET")
        stored = StoredToken(token) if token.key else None
        self.authorizer = stored or self.person or Person()
        self.secrets.add(token.secret, self._get("NEXMO_CONSUMER_SECRET"))

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Return the provider, guarded: nothing is sent too fast, and no SMS that nobody wants to pay."""
        with requests.Session() as session:
            yield Provider(
                dashboard_url=DASHBOARD_URL,
                rest_url=REST_URL,
                client=self._credentials("NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET"),
                authorizer=self.authorizer,
                sms_to=self._get("NEXMO_SMS_TO") or FICTITIOUS_NUMBER,
                send=self._guarded(_or_end(through(session))),
                secrets=self.secrets,
            )

    def spent(self) -> str | None:
        return f"{self.budget.sent} of at most {self.budget.most} messages were sent"

    def _guarded(self, send: Send) -> Send:
        def guarded(request: requests.PreparedRequest) -> requests.Response:
            messages = self._messages_at_most(request)
            self.budget.reserve(messages)
            self.pace.keep()
            if not messages:
                return send(request)
            # Spent before it is sent: an answer that does not come, or cannot be read, has cost as much.
            self.budget.spend(messages)
            answer = send(request)
            sent = accepted_parts(answer)
            self.budget.spend((messages if sent is None else sent) - messages)
            return answer

        return guarded

    def _messages_at_most(self, request: requests.PreparedRequest) -> int:
        """Return how many messages *request* may come to if accepted; skip if none may be sent there."""
        if not urlsplit(request.url or "").path.lower().startswith("/sms"):
            return 0
        given = message_parameters(request)
        to = given.get("to", "").strip().removeprefix("+")
        if not re.search(r"\d", to):
            return 0
        if not self.allow_sms:
            pytest.skip("sends an SMS that costs; --allow-sms was not given")
        if to != self._get("NEXMO_SMS_TO"):
            pytest.skip("sends an SMS to another number than NEXMO_SMS_TO")
        units = len(given.get("text", "").encode("utf-16-le")) // 2
        return max(1, math.ceil(units * 2 / 153), math.ceil(units / 62))

    def _missing(self) -> list[str]:
        wanted = ["NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET"]
        token = ["NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET"]
        # Half a token is a mistake; none at all is fine where a person can authorize.
        if self.person is None or any(map(self._get, token)):
            wanted += token
        if self.allow_sms:
            wanted.append("NEXMO_SMS_TO")
        return [name for name in wanted if not self._get(name)]

    def _get(self, name: str) -> str:
        return self.environment.get(name, "").strip()

    def _credentials(self, key: str, secret: str) -> Credentials:
        return Credentials(self._get(key), self._get(secret))


def _or_end(send: Send) -> Send:
    """Return a *send* that ends the run, with one line, where the real service cannot be reached at all."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        try:
            return send(request)
        except requests.ConnectionError:
            host = urlsplit(request.url or "").netloc
            pytest.exit(
                f"--nexmo-target live: {host} cannot be reached", returncode=pytest.ExitCode.USAGE_ERROR
            )

    return sent


def message_parameters(request: requests.PreparedRequest) -> dict[str, str]:
    """Return what *request* says to the SMS API: query, form and JSON, the query first.

    A body that is neither counts as a message to nobody knows whom, so that it is not sent live.
    """
    query = dict(parse_qsl(urlsplit(request.url or "").query, keep_blank_values=True))
    body = request.body or b""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
    if not text:
        return query
    if request.headers.get("Content-Type", "").partition(";")[0].strip() == FORM:
        return dict(parse_qsl(text, keep_blank_values=True)) | query
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        return {"to": "0"}
    return {name: str(value) for name, value in members.items()} | query
