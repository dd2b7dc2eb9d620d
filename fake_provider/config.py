"""Reads what a fake starts with from a TOML file, and accounts and apps from whoever opens one.

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
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import fields, readers
from .adapters.entropy import RandomEntropy
from .domain.account import WEBHOOK_METHODS, Account, Number
from .domain.credentials import ClientCredentials
from .domain.message import MAX_MESSAGES
from .domain.policy import Policy, Profile
from .domain.webhook import ANSWER_SECONDS, CONNECT_SECONDS
from .errors import InvalidValue
from .fields import Field
from .ports import Entropy
from .settings import DEFAULT_PASSWORD, DEFAULT_THROTTLE, DEMO_ACCOUNTS, DEMO_APP, Settings
from .sms.script import Script
from .trace import MAX_EXCHANGES

NUMBER_MEMBERS = (
    Field("msisdn", readers.msisdn, required=True),
    Field("country", readers.text(at_most=2), default="GB", hint="ISO 3166-1 alpha-2"),
    Field("type", readers.text(at_most=20), default="mobile-lvn"),
    Field("features", fields.list_of(readers.one_of("SMS", "VOICE", "MMS")), default=("SMS", "VOICE")),
    Field("mo_http_url", readers.webhook_url, hint="where inbound SMS to this number go"),
)
ACCOUNT_FIELDS = (
    Field("email", readers.email, required=True),
    Field("password", readers.text(), default=DEFAULT_PASSWORD),
    Field("api_key", readers.text()),
    Field("api_secret", readers.text()),
    Field("balance", readers.amount, default=Decimal("10.00"), hint="EUR"),
    Field("currency", readers.text(at_most=3), default="EUR"),
    Field("oauth_enabled", readers.boolean, default=True),
    Field("auto_reload", readers.boolean, default=False),
    Field(
        "numbers",
        fields.list_of(
            fields.either(
                readers.msisdn,
                fields.table(*NUMBER_MEMBERS),
                "a number in international format is wanted, 3 to 15 digits without plus, or an object with msisdn",
            )
        ),
        default=(),
        hint="virtual numbers",
    ),
    Field("signature_secret", readers.text(), hint="for signed requests; with one, webhooks are signed too"),
    Field("signature_method", readers.signature_method, hint="without one, any is accepted"),
    Field("webhook_method", readers.one_of(*WEBHOOK_METHODS), default="GET"),
    Field("dr_callback_url", readers.webhook_url, hint="where delivery receipts go"),
    Field("mo_callback_url", readers.webhook_url, hint="where inbound SMS go"),
    Field("demo", readers.boolean, default=False, hint="a trial account"),
    Field("whitelist", fields.list_of(readers.msisdn), default=(), hint="whom a trial account reaches"),
    Field(
        "throttle",
        fields.either(
            readers.boolean,
            readers.whole_number(0, 1_000_000),
            "true (30), or the SMS requests a second, are wanted",
        ),
        hint="SMS requests a second; true is 30, 0 and false are no limit",
    ),
)
APP_FIELDS = (
    Field("name", readers.text(), required=True),
    Field("callback_url", readers.callback_url),
    Field("consumer_key", readers.text()),
    Field("consumer_secret", readers.text()),
    Field("rsa_public_key", readers.rsa_public_key),
    Field("owner", readers.email, hint="e-mail of an account; the first one, if none is named"),
)
NUMBER_FIELDS = (*NUMBER_MEMBERS, Field("account", readers.email))
REPLY_FIELDS = (
    Field("keyword", readers.text(), hint="first word of an inbound SMS"),
    Field("opt", readers.one_of("out", "in"), hint="what the keyword does"),
    Field("text", readers.text(), hint="what an SMS that was sent holds"),
    Field("to", readers.text(at_most=20), hint="whom it was sent to, with * for any digits"),
    Field("reply", readers.text(at_most=3200)),
    Field("after_seconds", readers.number(0, 10_000_000), default=0.0),
)
POLICY_FIELDS = (
    Field(
        "profile",
        readers.one_of(*(profile.value for profile in Profile)),
        hint="strict holds a client to RFC 5849 and to the letter of the documentation",
    ),
    Field(
        "oauth_refusal_on_sms",
        readers.one_of(200, 401),
        hint="the HTTP status with which /sms/* refuses a bad OAuth call; without it 401 or 400",
    ),
    Field("oauth_apis", readers.one_of("all", "sms"), hint="sms: OAuth is refused on everything but /sms/*"),
    Field(
        "reauthorization_revokes",
        readers.boolean,
        hint="a new authorization replaces the access token of the same user and app",
    ),
    Field(
        "request_token_revokes", readers.boolean, hint="a new request token revokes the app's access tokens"
    ),
    Field(
        "part_lengths", readers.one_of("153/67", "152/62"), hint="152/62, as the guides of 2017 print them"
    ),
    Field("receipts_on_request", readers.boolean, hint="receipts for status-report-req=1 only"),
    Field(
        "intermediate_receipt",
        readers.one_of("accepted", "buffered"),
        hint="reported before the final status",
    ),
    Field("status_texts", readers.texts_by_name(), hint="texts by status, in the place of the fake's own"),
    Field(
        "throttle",
        readers.whole_number(0, 1_000_000),
        hint="SMS requests a second, for accounts that say nothing themselves",
    ),
    Field("pricing", readers.one_of("2013", "2018"), hint="2018: the later shape of pricing answers"),
)
DOOR_FIELDS = (
    Field("allow_hosts", fields.list_of(readers.text()), default=(), hint="names of the dashboard"),
)
HISTORY_FIELDS = (
    Field(
        "max_messages",
        readers.whole_number(1, 10_000_000),
        default=MAX_MESSAGES,
        hint="so many are remembered, the oldest forgotten first",
    ),
    Field(
        "max_exchanges",
        readers.whole_number(1, 1_000_000),
        default=MAX_EXCHANGES,
        hint="the same for requests",
    ),
    Field(
        "max_nonces",
        readers.whole_number(1, 1_000_000_000),
        hint="in a database: so many uses are remembered",
    ),
    Field("max_age_days", readers.number(0.001, 36_500), hint="in a database: what is older is forgotten"),
)
WEBHOOK_FIELDS = (
    Field(
        "allow_webhooks_to",
        fields.list_of(readers.text()),
        default=(),
        hint="host names, addresses and networks besides this machine and private ones",
    ),
    Field(
        "webhook_connect_seconds",
        readers.number(0.001, 3600),
        default=CONNECT_SECONDS,
        hint="how long a receiver has to take the connection",
    ),
    Field(
        "webhook_answer_seconds",
        readers.number(0.001, 3600),
        default=ANSWER_SECONDS,
        hint="how long it has to answer",
    ),
)
FILE_FIELDS = (
    *POLICY_FIELDS,
    *DOOR_FIELDS,
    *HISTORY_FIELDS,
    *WEBHOOK_FIELDS,
    Field(
        "accounts", fields.list_of(fields.table(*ACCOUNT_FIELDS)), hint="in place of the two that are seeded"
    ),
    Field("apps", fields.list_of(fields.table(*APP_FIELDS)), hint="in place of the demo app"),
    Field("numbers", fields.list_of(fields.table(*NUMBER_FIELDS)), default=(), hint="virtual numbers"),
    Field(
        "replies",
        fields.list_of(fields.table(*REPLY_FIELDS)),
        default=(),
        hint="what people answer by themselves",
    ),
)

_API_KEY_CHARACTERS, _API_SECRET_CHARACTERS = 8, 16


def account_from(values: Mapping[str, Any], entropy: Entropy) -> Account:
    """Make an account from what ACCOUNT_FIELDS read; keys that were not given are made up."""
    members = {name: value for name, value in values.items() if name != "numbers"}
    return Account(
        **{
            **members,
            "api_key": values["api_key"] or entropy.token()[:_API_KEY_CHARACTERS],
            "api_secret": values["api_secret"] or entropy.token()[:_API_SECRET_CHARACTERS],
            "rented": tuple(map(_number, values["numbers"])),
            "throttle": _throttle(values["throttle"]),
        }
    )


def _number(given: str | Mapping[str, Any]) -> Number:
    return Number(msisdn=given) if isinstance(given, str) else Number(**given)


def _throttle(given: bool | int | None) -> int | None:
    if given is None:
        return None
    return (DEFAULT_THROTTLE if given else 0) if isinstance(given, bool) else given


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


def load(path: Path | str, entropy: Entropy | None = None) -> Settings:
    """Read a configuration file; InvalidValue names the key that is wrong and what is allowed.

    *entropy* makes up keys that it leaves out; without one they differ from run to run.
    """
    path, entropy = Path(path), entropy or RandomEntropy()
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
    return Settings(
        accounts=accounts,
        apps=apps,
        policy=_policy(values),
        scripts=tuple(_script(index, one) for index, one in enumerate(values["replies"])),
        **{field.name: values[field.name] for field in (*DOOR_FIELDS, *HISTORY_FIELDS, *WEBHOOK_FIELDS)},
    )


def _policy(values: Mapping[str, Any]) -> Policy:
    """Make a policy of what was chosen; the rest stays as the policy has it."""
    chosen = {field.name: values[field.name] for field in POLICY_FIELDS if values[field.name] is not None}
    if "profile" in chosen:
        chosen["profile"] = Profile(chosen["profile"])
    if texts := chosen.get("status_texts"):
        if unknown := next((code for code in texts if not (code.isascii() and code.isdigit())), None):
            raise InvalidValue(f"status_texts.{unknown}", "a status, such as 7, is wanted")
        chosen["status_texts"] = {int(code): text for code, text in texts.items()}
    return Policy(**chosen)


def _script(index: int, values: Mapping[str, Any]) -> Script:
    where = f"replies[{index}]"
    if values["keyword"] is not None:
        if values["opt"] is None or values["reply"] is not None or values["text"] is not None:
            raise InvalidValue(where, "a keyword of an inbound SMS wants opt, and neither text nor reply")
    elif values["reply"] is None or values["opt"] is not None:
        raise InvalidValue(where, "either a keyword and opt are wanted, or a reply")
    return Script(**values)


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
        members = {name: value for name, value in number.items() if name != "account"}
        by_email[email] = replace(held, rented=(*held.rented, Number(**members)))
    return tuple(by_email.values())


def _known_email(email: str | None, accounts: tuple[Account, ...], where: str) -> str:
    if email is None:
        return accounts[0].email
    for account in accounts:
        if account.email.lower() == email.lower():
            return account.email
    raise InvalidValue(where, f"no account {email}; allowed are {', '.join(a.email for a in accounts)}")
