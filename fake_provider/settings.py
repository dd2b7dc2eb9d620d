"""What a fake starts with: accounts, apps, policy, and how much it remembers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .domain.account import Account
from .domain.credentials import ClientCredentials
from .domain.message import MAX_MESSAGES
from .domain.policy import Policy
from .domain.webhook import ANSWER_SECONDS, CONNECT_SECONDS
from .ports import Store
from .sms.script import Script
from .trace import MAX_EXCHANGES

DEFAULT_PASSWORD = "nexmo"

DEMO_ACCOUNTS: tuple[Account, ...] = (
    Account(
        email="developer@example.com",
        password=DEFAULT_PASSWORD,
        api_key="abcd1234",
        api_secret="fake-api-secret",
    ),
    Account(
        email="customer@example.com",
        password=DEFAULT_PASSWORD,
        api_key="efab5678",
        api_secret="fake-api-secret-2",
        oauth_enabled=False,
    ),
)
DEMO_APP = ClientCredentials(
    client_key="fake-consumer-key",
    client_secret="fake-consumer-secret",
    name="Demo app",
    owner=DEMO_ACCOUNTS[0].email,
)

DEFAULT_THROTTLE = 30
"""Requests a second for each api_key: Nexmo help centre, article 203993598."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a fake is seeded with, and how it decides what no source settles."""

    accounts: tuple[Account, ...] = DEMO_ACCOUNTS
    apps: tuple[ClientCredentials, ...] = (DEMO_APP,)
    policy: Policy = field(default_factory=Policy)
    scripts: tuple[Script, ...] = ()
    max_messages: int = MAX_MESSAGES
    max_exchanges: int = MAX_EXCHANGES
    max_nonces: int | None = None  # in a database; None: a million
    max_age_days: float | None = None  # of messages, exchanges and nonces in a database
    allow_hosts: tuple[str, ...] = ()
    allow_webhooks_to: tuple[str, ...] = ()
    webhook_connect_seconds: float = CONNECT_SECONDS
    webhook_answer_seconds: float = ANSWER_SECONDS

    def seed(self, store: Store, now: float) -> None:
        """Fill an empty *store*."""
        for account in self.accounts:
            store.add_account(account)
        for app in self.apps:
            store.add_app(replace(app, created_at=now))
