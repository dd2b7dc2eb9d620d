"""What a fake starts with: accounts, apps, numbers and policy, from a TOML file or from here.

    profile = "strict"

    [[accounts]]
    email = "ann@example.com"

    [[apps]]
    name = "My app"
    consumer_key = "my-key"

    [[numbers]]
    msisdn = "447700900000"
    account = "ann@example.com"

What a file names replaces what is seeded: its accounts the two accounts, its apps the demo app.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import fields
from .domain.account import Account
from .domain.credentials import ClientCredentials
from .errors import InvalidValue
from .fields import Field
from .oauth.profile import Policy, Profile
from .ports import Entropy, Store

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

ACCOUNT_FIELDS = (
    Field("email", fields.email, required=True),
    Field("password", fields.text(), default=DEFAULT_PASSWORD),
    Field("api_key", fields.text()),
    Field("api_secret", fields.text()),
    Field("balance", fields.amount, default=Decimal("10.00")),
    Field("currency", fields.text(at_most=3), default="EUR"),
    Field("oauth_enabled", fields.boolean, default=True),
    Field("auto_reload", fields.boolean, default=False),
    Field("numbers", fields.list_of(fields.msisdn), default=()),
)
APP_FIELDS = (
    Field("name", fields.text(), required=True),
    Field("callback_url", fields.callback_url),
    Field("consumer_key", fields.text()),
    Field("consumer_secret", fields.text()),
    Field("rsa_public_key", fields.rsa_public_key),
    Field("owner", fields.email),
)
NUMBER_FIELDS = (
    Field("msisdn", fields.msisdn, required=True),
    Field("account", fields.email),
)
FILE_FIELDS = (
    Field("profile", fields.one_of(*(profile.value for profile in Profile))),
    Field("oauth_refusal_on_sms", fields.one_of(200, 401)),
    Field("accounts", fields.list_of(fields.table(*ACCOUNT_FIELDS))),
    Field("apps", fields.list_of(fields.table(*APP_FIELDS))),
    Field("numbers", fields.list_of(fields.table(*NUMBER_FIELDS)), default=()),
)

_API_KEY_CHARACTERS, _API_SECRET_CHARACTERS = 8, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a fake is seeded with, and how it decides what no source settles."""

    accounts: tuple[Account, ...] = DEMO_ACCOUNTS
    apps: tuple[ClientCredentials, ...] = (DEMO_APP,)
    policy: Policy = field(default_factory=Policy)

    def seed(self, store: Store, now: float) -> None:
        """Fill an empty *store*."""
        for account in self.accounts:
            store.add_account(account)
        for app in self.apps:
            store.add_app(replace(app, created_at=now))


def account_from(values: Mapping[str, Any], entropy: Entropy) -> Account:
    """Make an account from what ACCOUNT_FIELDS read; keys that were not given are made up."""
    return Account(
        **{
            **values,
            "api_key": values["api_key"] or entropy.token()[:_API_KEY_CHARACTERS],
            "api_secret": values["api_secret"] or entropy.token()[:_API_SECRET_CHARACTERS],
        }
    )


def app_from(
    values: Mapping[str, Any], entropy: Entropy, *, owner: str, now: float = 0.0
) -> ClientCredentials:
    """Make an app from what APP_FIELDS read; a key and a secret that were not given are made up."""
    return ClientCredentials(
        client_key=values["consumer_key"] or entropy.token(),
        client_secret=values["consumer_secret"] or entropy.token(),
        name=values["name"],
        owner=owner,
        callback_url=values["callback_url"],
        rsa_public_key=values["rsa_public_key"],
        created_at=now,
    )


def load(path: Path, entropy: Entropy) -> Settings:
    """Read a configuration file; InvalidValue names the key that is wrong and what is allowed."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidValue(str(path), error.strerror or "cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidValue(str(path), f"not valid TOML: {error}") from None
    try:
        return _settings(fields.read(FILE_FIELDS, given), entropy)
    except InvalidValue as error:
        raise InvalidValue(f"{path}: {error.field}", error.problem) from None


def _settings(values: Mapping[str, Any], entropy: Entropy) -> Settings:
    accounts = DEMO_ACCOUNTS
    if values["accounts"] is not None:
        accounts = tuple(account_from(one, entropy) for one in values["accounts"])
    if not accounts:
        raise InvalidValue("accounts", "at least one account is wanted")
    _ensure_unique("accounts: the email", [account.email.lower() for account in accounts])
    _ensure_unique("accounts: the api_key", [account.api_key for account in accounts])
    accounts = _with_numbers(accounts, values["numbers"])
    _ensure_unique("numbers: the msisdn", [number for account in accounts for number in account.numbers])
    apps = _apps(values["apps"], accounts, entropy)
    _ensure_unique("apps: the consumer_key", [app.client_key for app in apps])
    policy = Policy(
        profile=Profile(values["profile"] or Profile.DOCUMENTED.value),
        oauth_refusal_on_sms=values["oauth_refusal_on_sms"],
    )
    return Settings(accounts=accounts, apps=apps, policy=policy)


def _ensure_unique(what: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InvalidValue(what, f"{twice} stands there twice; each must be its own")


def _apps(
    given: tuple[Mapping[str, Any], ...] | None, accounts: tuple[Account, ...], entropy: Entropy
) -> tuple[ClientCredentials, ...]:
    if given is None:
        return (replace(DEMO_APP, owner=accounts[0].email),)
    return tuple(
        app_from(one, entropy, owner=_known_email(one["owner"], accounts, f"apps[{index}].owner"))
        for index, one in enumerate(given)
    )


def _with_numbers(
    accounts: tuple[Account, ...], numbers: tuple[Mapping[str, Any], ...]
) -> tuple[Account, ...]:
    by_email = {account.email: account for account in accounts}
    for index, number in enumerate(numbers):
        email = _known_email(number["account"], accounts, f"numbers[{index}].account")
        held = by_email[email]
        by_email[email] = replace(held, numbers=(*held.numbers, number["msisdn"]))
    return tuple(by_email.values())


def _known_email(email: str | None, accounts: tuple[Account, ...], where: str) -> str:
    if email is None:
        return accounts[0].email
    for account in accounts:
        if account.email.lower() == email.lower():
            return account.email
    raise InvalidValue(where, f"no account {email}; allowed are {', '.join(a.email for a in accounts)}")
