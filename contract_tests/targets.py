"""The provider under test: how requests reach it, and what a run may cost there.

    Target    one per run: which provider, and what is known about it
    Provider  one per test: the target with an app (and, on a fake, an account) of the test's own

The fake is started here, and nowhere else in this package is it known.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from fake_provider.contract.address import is_loopback
from fake_provider.contract.reaching import by_tls, why_no_answer
from fake_provider.contract.whole import ANSWER_SECONDS

from .authorizers import Authorizer, ByControl
from .control import Account, Control, ControlError, Send
from .receiver import Listen, OnThisMachine
from .scrubbing import Secrets
from .signing import Credentials
from .transport import Patience, follow_nothing, is_late, once, wait_for_whole_answers

IN_PROCESS, LIVE = "in-process", "live"
DASHBOARD_URL, REST_URL = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
FICTITIOUS_NUMBER = "447700900000"
"""Reserved for fiction in the United Kingdom: a fake's user has it."""

Passing = Callable[[requests.PreparedRequest], AbstractContextManager[object]]
"""What is entered around each request that a target sends itself, where somebody keeps all others from the real hosts."""


class Capability(Enum):
    """What some targets can do and others cannot."""

    CONTROL = "control"  # a fake's control API, and pages that no person needs to press buttons on
    FREE_SMS = "free-sms"  # nobody pays
    ALONE = "alone"  # nobody else uses it, so that its time may be moved for all
    NEAR = "near"  # on this machine, whose web servers it can push to


class TargetError(Exception):
    """The target cannot be used; the message is one line that says what to change."""


class NoFake(TargetError):
    """Somebody answers there, and it is no fake: it has no control API, or one that is turned off."""


def _fails(_: requests.Response) -> None:
    """Leave it to the test, which fails without credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The provider as one test sees it.

    Attributes:
        lacking: is told of an answer without the credentials that a test begins with, and may skip it.
    """

    dashboard_url: str
    rest_url: str
    client: Credentials
    authorizer: Authorizer
    sms_to: str
    send: Send
    secrets: Secrets
    chance: random.Random = field(default_factory=random.SystemRandom, repr=False)  # repeats in a recording
    control: Control | None = None
    account: Account | None = None  # whose the authorizer's decisions are, where that is known
    listen: Listen = field(default=OnThisMachine, repr=False)  # for webhooks
    lacking: Callable[[requests.Response], None] = field(default=_fails, repr=False)


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
    def asks(self) -> bool:
        """Whether its user is asked, as far as is known; some fakes are told to approve at once."""
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
    asks: bool = True

    def __post_init__(self) -> None:
        with _fake_in_process(), requests.Session() as session:
            self.profile = Control(DASHBOARD_URL, through(session)).profile()

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Start a fake, and let the two real hosts lead to it."""
        with _fake_in_process(), requests.Session() as session:
            control = Control(DASHBOARD_URL, through(session))
            yield _on_a_fake(control, DASHBOARD_URL, REST_URL, self.secrets)

    def spent(self) -> str | None:
        return None


def fake_at_hand() -> Callable[[], AbstractContextManager[object]]:
    """Make a fake, and return what leads the two real hosts to it, as often as it is entered."""
    from fake_provider import FakeNexmo

    return FakeNexmo().intercept


def _fake_in_process() -> AbstractContextManager[object]:
    return fake_at_hand()()


def listed_price(number: str) -> Decimal:
    """Return what an SMS to *number* costs in EUR, by the price list of the fake: an estimate of what it really costs."""
    with _fake_in_process(), requests.Session() as session:
        send = through(session)
        key = Control(DASHBOARD_URL, send).new_account().key
        query = {"phone": number, "api_key": key.key, "api_secret": key.secret}
        url = f"{REST_URL}/account/get-phone-pricing/outbound/sms"
        answer = send(requests.Request("GET", url, params=query).prepare())
        return Decimal(answer.json()["price"])


class Report(Protocol):
    """Verdicts on a client."""

    def as_json(self) -> dict[str, Any]:
        """Return what ``fake-nexmo check --json`` shows."""
        ...


class ClientCheckup(Protocol):
    """A client under examination."""

    def report(self, names: Sequence[str]) -> Report:
        """Run these scenarios, each once however often it is asked for, and judge."""
        ...


def client_checkup(command: Sequence[str], *, timeout_seconds: float) -> ClientCheckup:
    """Return what runs a client's *command*, each time with a fake of its own; UsageError if there is none."""
    import pytest

    from fake_provider import InvalidValue
    from fake_provider.conformance import Checkup

    try:
        return Checkup(command=command, timeout_seconds=timeout_seconds)
    except InvalidValue as error:
        raise pytest.UsageError(f"--client-command: {error.problem}") from None


@dataclass(slots=True)
class Url:
    """A running fake, shared with whoever else uses it: each test has an app and an account of its own.

    Raises:
        TargetError: nothing answers there, or no fake does.
    """

    url: str
    bearer: str | None = field(default=None, repr=False)
    secrets: Secrets = field(default_factory=Secrets)
    profile: str | None = None
    asks: bool = True
    passing: Passing = field(default=nullcontext, repr=False)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self.secrets.add(self.bearer or "")
        with requests.Session() as session:
            self.profile = self._profile(session)
            self.asks = self._control(session).asks()

    @property
    def name(self) -> str:
        return self.url

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.CONTROL, Capability.FREE_SMS}) | near(self.url)

    @contextmanager
    def open(self) -> Iterator[Provider]:
        """Register an app and open an account there."""
        import pytest

        with requests.Session() as session:
            try:
                provider = _on_a_fake(self._control(session), self.url, self.url, self.secrets)
            except requests.RequestException as error:
                pytest.fail(f"{self.url} makes no app and no account: {type(error).__name__}", pytrace=False)
            except ControlError as error:
                pytest.fail(f"{self.url} makes no app and no account: {error}", pytrace=False)
            assert provider.account is not None
            account = provider.account
            self.secrets.add(provider.client.secret, account.key.secret, account.password)
            yield provider

    def spent(self) -> str | None:
        return None

    def _control(self, session: requests.Session) -> Control:
        return Control(self.url, self.patience.around(through(session, self.passing)), self.bearer)

    def _profile(self, session: requests.Session) -> str:
        try:
            return self._control(session).profile()
        except requests.RequestException as error:
            if is_late(error):
                raise TargetError(f"{self.url} gives no whole answer within {ANSWER_SECONDS:g} s") from None
            if isinstance(error, requests.ConnectionError):
                raise TargetError(
                    why_no_answer(self.url, error) or f"nothing answers at {self.url}"
                ) from None
            raise NoFake(f"{self.url} is no fake-nexmo: /_fake/health cannot be read") from None
        except ControlError as error:
            if error.status == 401:
                text = f"{self.url} wants its control token: set NEXMO_CONTROL_TOKEN"
                raise TargetError(text) from None
            if error.status == HTTPStatus.BAD_REQUEST and (why := by_tls(self.url)) is not None:
                raise TargetError(why) from None
            what = f"answers {error.status}" if error.status >= 300 else "cannot be read"
            raise NoFake(f"{self.url} is no fake-nexmo: /_fake/health {what}") from None


def near(url: str) -> frozenset[Capability]:
    """Return NEAR where *url* is on this machine."""
    return frozenset({Capability.NEAR} if is_loopback(urlsplit(url).hostname or "") else ())


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


def through(session: requests.Session, passing: Passing = nullcontext) -> Send:
    """Return how to send: to the letter, no redirect followed, proxies as the environment says."""
    wait_for_whole_answers(session)
    follow_nothing(session)

    def send(request: requests.PreparedRequest) -> requests.Response:
        settings = session.merge_environment_settings(request.url or "", {}, None, None, None)
        with passing(request), once(session, request):
            return session.send(request, allow_redirects=False, timeout=ANSWER_SECONDS, **settings)

    return send
