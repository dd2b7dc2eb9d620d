"""FakeNexmo: one fake, and the doors to it.

fake = FakeNexmo()
with fake.intercept():
    ...                      # requests to the two real hosts land in this process
with fake.serve() as server:
    server.url               # a real HTTP server on a thread
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from .adapters.clock import FakeClock
from .adapters.entropy import RandomEntropy
from .adapters.outbox import HttpOutbox
from .adapters.pause import RealPause
from .adapters.state import State, in_process, secrets_of
from .domain.account import Account
from .domain.credentials import ClientCredentials, TokenCredentials
from .domain.message import Message
from .domain.policy import Policy, Profile
from .domain.webhook import Attempt, Webhook
from .errors import InvalidValue, Unknown
from .faults import FaultPlan
from .metrics import Metrics
from .operations import delivery
from .operations.oauth import Authorization, Decision, decide
from .ports import AttemptQuery, Entropy, MessageQuery, Ports
from .provider import Provider
from .schedule import Schedule
from .settings import Settings
from .timekeeper import Timekeeper
from .trace import Exchange, Trace
from .web.app import Application

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from .adapters.database.engine import Database

    # What reads tables of members is imported where it is used: most tests arrange nothing.
    from .server import Server
    from .server.access import AccessLog
    from .steps import Faults


class FakeNexmo:
    """A fake Nexmo in this process, seeded with two accounts and a demo app.

    Args:
        profile: "documented" accepts what Nexmo's published samples do, "strict" what RFC 5849 allows;
            None takes what *settings* say.
        settings: what it is seeded with, as ``config.load`` reads it from a file.
        seed: makes tokens and ids repeat from run to run.
        auto_approve: ``/oauth/authorize`` approves at once, as the first account, without asking.
        trust_proxy: believe ``X-Forwarded-*``.
        control: whether there is a control API; without one ``/_fake/…`` is 404, as at the real service.
        control_token: what control calls must bring as a bearer token, and whoever looks at the dashboard's pages that do
            the same; None asks for none.
        throttle: SMS requests a second for each api_key whose account does not say otherwise; None counts none.
        allow_hosts: names, with ``*``, by which the dashboard and the control API may be asked for besides those of
            this machine.
        allow_webhooks_to: host names (with ``*``), addresses or networks besides this machine and private ones.
        database: where everything is remembered, for others too and for longer than this process lives: the path of a
            SQLite file, or a URL of PostgreSQL. What *settings* seed goes into an empty one only; None remembers
            in memory.
        entropy: where tokens and ids come from, in place of the system's chance or *seed*.
        metrics: counts what happens, together with other processes perhaps.

    Attributes:
        clock: time, which can be moved: a ``Timekeeper``.

    Raises:
        InvalidValue: there is no such profile, a pattern is none, or the database is no URL, or comes with a seed.
        Conflict: the database was made by a newer fake-nexmo, or holds something else.
        StoreUnavailable: the database cannot be reached.
    """

    def __init__(
        self,
        *,
        profile: str | None = None,
        settings: Settings | None = None,
        seed: int | None = None,
        auto_approve: bool = False,
        trust_proxy: bool = False,
        control: bool = True,
        control_token: str | None = None,
        throttle: int | None = None,
        allow_hosts: Sequence[str] = (),
        allow_webhooks_to: Sequence[str] = (),
        database: str | None = None,
        entropy: Entropy | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        if database is not None and seed is not None:
            raise InvalidValue(
                "seed", "it repeats what the database has from the last run; leave one of them out"
            )
        settings = settings or Settings()
        policy = replace(settings.policy, auto_approve=auto_approve, trust_proxy=trust_proxy)
        if profile is not None:
            policy = replace(policy, profile=_profile(profile))
        if throttle is not None:
            policy = replace(policy, throttle=throttle)
        state = _state(database, settings)
        self._state = state
        self._ports = Ports(
            store=state.store,
            clock=FakeClock(faces=state.faces),
            entropy=entropy or RandomEntropy(seed),
            outbox=HttpOutbox(
                allowed=(*settings.allow_webhooks_to, *allow_webhooks_to),
                connect_seconds=settings.webhook_connect_seconds,
                answer_seconds=settings.webhook_answer_seconds,
            ),
            pause=RealPause(),
        )
        metrics = metrics or Metrics()
        self._provider = Provider(
            ports=self._ports,
            policy=policy,
            trace=Trace(state.records, known_secrets=self._secrets),
            faults=FaultPlan(state.faults),
            schedule=Schedule(self._ports, pushed=metrics.pushed),
            metrics=metrics,
            seed=settings.seed,
            scripts=settings.scripts,
        )
        self._control_token = control_token
        self.clock = Timekeeper(self._ports.clock, self._provider.schedule, refresh=state.store.refresh)
        self._was_seeded = state.seed(lambda store: settings.seed(store, self.clock.now()))
        self.application = Application(
            self._provider,
            control=control,
            control_token=control_token,
            allow_hosts=(*settings.allow_hosts, *allow_hosts),
        )

    # Doors

    def intercept(self, *, libraries: Iterable[str] | None = None) -> AbstractContextManager[object]:
        """Let every call to the two real hosts land in this process while the context lasts.

        Args:
            libraries: of "requests", "httpx", "urllib3", "http.client", "aiohttp"; None for all that are installed.

        Raises:
            InvalidValue: a library is not known, or not installed.
        """
        from .intercept import Interception

        return Interception(self.application, libraries)

    @cached_property
    def faults(self) -> Faults:
        """What goes wrong on purpose, as by ``faults.add(match={"path": "/sms/json"}, action={"status": 500})``."""
        from .steps import Faults

        return Faults(self._provider.faults, self._ports.entropy, refresh=self._ports.store.refresh)

    def close(self) -> None:
        """Push no more webhooks, and close the database; what is under way ends."""
        self._provider.schedule.close()
        self._state.close()

    def serve(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        unix_socket: Path | None = None,
        access_log: AccessLog | None = None,
    ) -> Server:
        """Serve over HTTP, or HTTPS, on a thread until the returned server is stopped, or its context left.

        A *unix_socket* is in place of host and port; *access_log* is told of each answer.

        Port 0 takes a free one. Raises AddressInUse, or InvalidValue for a host that is not here.
        """
        from .server import Server

        return Server(
            self.application, host=host, port=port, tls=tls, unix_socket=unix_socket, access_log=access_log
        )

    # State

    @property
    def was_seeded(self) -> bool:
        """Whether it began with what its settings seed, as it does not where a database was in use before."""
        return self._was_seeded

    def reset(self) -> None:
        """Go back to the seeded state."""
        self._provider.reset()

    @property
    def policy(self) -> Policy:
        """How it decides what is against the standard, or what no source settles."""
        return self._provider.policy

    @property
    def accounts(self) -> Sequence[Account]:
        """All accounts, the oldest first."""
        return self._ports.store.accounts()

    @property
    def apps(self) -> Sequence[ClientCredentials]:
        """All apps, the oldest first."""
        return self._ports.store.apps()

    @property
    def messages(self) -> Sequence[Message]:
        """All messages, refused ones too, the oldest first."""
        return self._ports.store.messages(MessageQuery())

    @property
    def webhooks(self) -> Sequence[Attempt]:
        """All attempts at a webhook, the oldest first."""
        return self._ports.store.attempts(AttemptQuery())

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """The newest exchanges, the newest first."""
        return self._provider.trace.exchanges()

    # What a test may ask of the real service as well: see ``Nexmo``

    @property
    def is_live(self) -> bool:
        """Always False, since nobody pays for anything here."""
        return False

    @property
    def sms_to(self) -> str:
        """Whom an SMS may be for, by a number that is reserved for fiction."""
        return "447700900000"

    @property
    def consumer(self) -> ClientCredentials:
        """The first app; Unknown if there is none."""
        if not self.apps:
            raise Unknown("app", "the first one")
        return self.apps[0]

    def access_token(self, *, account: str | None = None) -> TokenCredentials:
        """Return token credentials of the first app, as if *account* (an e-mail, or the first) had authorized it."""
        token = TokenCredentials(
            token=self._ports.entropy.token(),
            secret=self._ports.entropy.token(),
            client_key=self.consumer.client_key,
            account=self._email(account),
            created_at=self.clock.now(),
        )
        self._ports.store.add_token(token)
        return token

    # Steps

    def create_app(
        self,
        name: str,
        *,
        callback_url: str | None = None,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        rsa_public_key: str | None = None,
        owner: str | None = None,
    ) -> ClientCredentials:
        """Register an app, of *owner* (an e-mail) or of the first account.

        Raises InvalidValue for a value that is not allowed, Unknown for the owner, Conflict for a key that is taken.
        """
        from . import config, fields

        given = {
            "name": name,
            "callback_url": callback_url,
            "consumer_key": consumer_key,
            "consumer_secret": consumer_secret,
            "rsa_public_key": rsa_public_key,
        }
        app = config.app_from(
            fields.read(config.APP_FIELDS, given),
            self._ports.entropy,
            owner=self._email(owner),
            now=self.clock.now(),
        )
        self._ports.store.add_app(app)
        return app

    def create_account(self, email: str, **members: object) -> Account:
        """Open an account; *members* are those of the control API's ``POST /accounts``."""
        from . import config, fields

        values = fields.read(config.ACCOUNT_FIELDS, {"email": email, **members})
        account = config.account_from(values, self._ports.entropy)
        self._ports.store.add_account(account)
        return account

    def authorize(
        self, oauth_token: str, *, decision: str = "approve", account: str | None = None
    ) -> Authorization:
        """Decide about a request token as a user would on the consent page.

        Args:
            oauth_token: the request token.
            decision: "approve" or "deny".
            account: the e-mail of who decides; the first account if None.

        Raises:
            InvalidValue: the decision is neither.
            Unknown: there is no such token or account.
            WrongStage: it was decided before, or is too old.
        """
        if decision not in {choice.value for choice in Decision}:
            raise InvalidValue("decision", "one of approve, deny is wanted")
        return decide(oauth_token, Decision(decision), self._email(account), self._ports)

    def revoke(self, oauth_token: str) -> None:
        """Revoke a token; Unknown if there is none."""
        self._ports.store.revoke(oauth_token)

    def send_receipt(self, message_id: str, *, status: str = "delivered", err_code: str = "0") -> None:
        """Let a carrier report about a part now; returns once it was pushed.

        Raises InvalidValue for a status that no receipt has, Unknown for the id.
        """
        from . import fields, steps

        members = {"status": status, "err_code": err_code}
        values = fields.read(steps.RECEIPT_FIELDS, members)
        self._bring_about(delivery.report(message_id, ports=self._ports, **values))

    def inbound(
        self,
        *,
        msisdn: str,
        to: str,
        text: str | None = None,
        type: str | None = None,  # noqa: A002  the name on the wire
        data: str | None = None,
        udh: str | None = None,
        consumer_key: str | None = None,
    ) -> None:
        """Let *msisdn* send an SMS to the virtual number *to*; returns once it was pushed to whoever has that number.

        Raises InvalidValue for a value that is not allowed.
        """
        from . import steps

        members = {
            "msisdn": msisdn,
            "to": to,
            "text": text,
            "type": type,
            "data": data,
            "udh": udh,
            "consumer_key": consumer_key,
        }
        self._bring_about(steps.receive(members, self._provider))

    def _bring_about(self, webhooks: Sequence[Webhook]) -> None:
        schedule = self._provider.schedule
        schedule.hold(webhooks).release()
        for client_key in {webhook.client_key for webhook in webhooks}:
            schedule.settle(self._ports.clock.lane(client_key))

    def _secrets(self) -> list[str]:
        """Return what must not be seen in any exchange, whoever sent it."""
        own = [self._control_token] if self._control_token else []
        return [*own, *secrets_of(self._ports.store)]

    def _email(self, email: str | None) -> str:
        if email is None:
            return self.accounts[0].email
        account = self._ports.store.account(email)
        if account is None:
            raise Unknown("account", email)
        return account.email


def database_of(url: str) -> Database:
    """Return a database that nothing was done to yet.

    Raises InvalidValue for what is no URL or path of one, and where what it needs is not installed.
    """
    try:
        from .adapters.database.engine import Database
        from .adapters.database.kinds import url_of
    except ModuleNotFoundError as error:
        raise InvalidValue(
            "database", f"{error.name} is not installed: pip install 'fake-nexmo[database]'"
        ) from None
    return Database(url_of(url))


def _state(database: str | None, settings: Settings) -> State:
    if database is None:
        return in_process(max_messages=settings.max_messages, max_exchanges=settings.max_exchanges)
    opened = database_of(database)
    from .adapters.database.keeping import MAX_NONCES, Retention
    from .adapters.database.opening import in_database

    retention = Retention(
        max_messages=settings.max_messages,
        max_exchanges=settings.max_exchanges,
        max_nonces=settings.max_nonces or MAX_NONCES,
        max_age_days=settings.max_age_days,
    )
    push_seconds = settings.webhook_connect_seconds + settings.webhook_answer_seconds
    return in_database(opened, retention, push_seconds=push_seconds)


def _profile(name: str) -> Profile:
    try:
        return Profile(name)
    except ValueError:
        allowed = ", ".join(profile.value for profile in Profile)
        raise InvalidValue("profile", f"{name!r} is none; allowed are {allowed}") from None
