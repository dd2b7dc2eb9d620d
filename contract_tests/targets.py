"""The provider under test: how requests reach it, and what a run may cost there.

    Target    one per run: which provider, and what is known about it
    Provider  one per test: the target with an app (and, on a fake, an account) of the test's own

The fake is started here, and nowhere else in this package is it known.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from .answers import accepted_parts
from .authorizers import Authorizer, ByControl, Person, StoredToken, somebody_is_there
from .control import TIMEOUT_SECONDS, Account, Control, ControlError, Send
from .signing import FORM, Credentials

IN_PROCESS, LIVE = "in-process", "live"
DASHBOARD_URL, REST_URL = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
FICTITIOUS_NUMBER = "447700900000"
"""Reserved for fiction in the United Kingdom: a fake's user has it."""

MAX_LIVE_MESSAGES = 10
LIVE_SECONDS_BETWEEN_REQUESTS = 1.0


class Capability(Enum):
    """What some targets can do and others cannot."""

    CONTROL = "control"  # a fake's control API, and pages that no person needs to press buttons on
    FREE_SMS = "free-sms"  # nobody pays


class TargetError(Exception):
    """The target cannot be used; the message is one line that says what to change."""


@dataclass(slots=True)
class Secrets:
    """Every secret that a run has met, so that none is shown when a test fails."""

    known: set[str] = field(default_factory=set, repr=False)

    def add(self, *texts: str) -> None:
        """Remember these; an empty one is no secret."""
        self.known.update(filter(None, texts))

    def scrubbed(self, text: str) -> str:
        """Return *text* with every known secret taken out."""
        for secret in sorted(self.known, key=len, reverse=True):
            text = text.replace(secret, "<secret>")
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider as one test sees it."""

    dashboard_url: str
    rest_url: str
    client: Credentials
    authorizer: Authorizer
    sms_to: str
    send: Send
    secrets: Secrets
    control: Control | None = None
    account: Account | None = None  # whose the authorizer's decisions are, where that is known


class Target(Protocol):
    """A provider that the contract is held against."""

    @property
    def name(self) -> str:
        """What it is called in the header and the summary."""
        ...

    @property
    def profile(self) -> str | None:
        """Return "documented", "strict", or None where nobody knows."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]: ...

    @property
    def secrets(self) -> Secrets: ...

    def open(self) -> AbstractContextManager[Provider]:
        """Return the provider for one test."""
        ...

    def spent(self) -> str | None:
        """Say what the run cost; None where nothing ever does."""
        ...


# Fakes


@dataclass(slots=True)
class InProcess:
    """A fresh fake per test, in this process, under the real names."""

    secrets: Secrets = field(default_factory=Secrets)
    name: str = "a fake in this process"
    capabilities: frozenset[Capability] = frozenset(Capability)
    profile: str | None = None

    def __post_init__(self) -> None:
        with _fake_in_process(), requests.Session() as session:
            self.profile = Control(DASHBOARD_URL, _through(session)).profile()

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Start a fake, and let the two real hosts lead to it."""
        with _fake_in_process(), requests.Session() as session:
            control = Control(DASHBOARD_URL, _through(session))
            yield _on_a_fake(control, DASHBOARD_URL, REST_URL, self.secrets)

    def spent(self) -> str | None:
        return None


def _fake_in_process() -> AbstractContextManager[object]:
    from fake_provider import FakeNexmo

    return FakeNexmo().intercept()


@dataclass(slots=True)
class Url:
    """A running fake, shared with whoever else uses it: each test has an app and an account of its own.

    Raises:
        TargetError: nothing answers there, or no fake does.
    """

    url: str
    bearer: str | None = field(default=None, repr=False)
    secrets: Secrets = field(default_factory=Secrets)
    capabilities: frozenset[Capability] = frozenset(Capability)
    profile: str | None = None

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self.secrets.add(self.bearer or "")
        with requests.Session() as session:
            self.profile = self._profile(session)

    @property
    def name(self) -> str:
        return self.url

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Register an app and open an account there."""
        with requests.Session() as session:
            yield _on_a_fake(self._control(session), self.url, self.url, self.secrets)

    def spent(self) -> str | None:
        return None

    def _control(self, session: requests.Session) -> Control:
        return Control(self.url, _through(session), self.bearer)

    def _profile(self, session: requests.Session) -> str:
        try:
            return self._control(session).profile()
        except requests.ConnectionError:
            raise TargetError(f"nothing answers at {self.url}") from None
        except ControlError as error:
            if error.status == 401:
                text = f"{self.url} wants its control token: set NEXMO_CONTROL_TOKEN"
                raise TargetError(text) from None
            raise TargetError(f"{self.url} is no fake-nexmo: /_fake/health answers {error.status}") from None
        except (requests.RequestException, KeyError, TypeError):
            raise TargetError(f"{self.url} is no fake-nexmo: /_fake/health cannot be read") from None


def _on_a_fake(control: Control, dashboard_url: str, rest_url: str, secrets: Secrets) -> Provider:
    account = control.new_account()
    return Provider(
        dashboard_url=dashboard_url,
        rest_url=rest_url,
        client=control.new_app(),
        authorizer=ByControl(control, account.email),
        sms_to=FICTITIOUS_NUMBER,
        send=control.send,
        secrets=secrets,
        control=control,
        account=account,
    )


def _through(session: requests.Session) -> Send:
    """Return how to send: to the letter, no redirect followed, proxies as the environment says."""

    def send(request: requests.PreparedRequest) -> requests.Response:
        settings = session.merge_environment_settings(request.url or "", {}, None, None, None)
        return session.send(request, allow_redirects=False, timeout=TIMEOUT_SECONDS, **settings)

    return send


# The real service


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
                send=self._guarded(_through(session)),
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


def chosen(target: str, *, allow_sms: bool, environment: Mapping[str, str]) -> Target:
    """Return the target that the command line names; TargetError if it cannot be used."""
    if target == IN_PROCESS:
        return InProcess()
    if target == LIVE:
        return Live(environment, allow_sms=allow_sms)
    if re.match(r"https?://[^/\s]+", target):
        return Url(target, environment.get("NEXMO_CONTROL_TOKEN") or None)
    raise TargetError(f"--nexmo-target {target}: {IN_PROCESS}, {LIVE} or an http(s) URL is wanted")
