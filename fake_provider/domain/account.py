"""A Nexmo account: who signs in, who approves an app, who pays for an SMS, who is told what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, get_args

WebhookMethod = Literal["GET", "POST", "POST-JSON"]
WEBHOOK_METHODS: tuple[WebhookMethod, ...] = get_args(WebhookMethod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A virtual number that an account rents; where what is sent to it goes."""

    msisdn: str
    country: str = "GB"  # ISO 3166-1 alpha-2
    type: str = "mobile-lvn"
    features: tuple[str, ...] = ("SMS", "VOICE")
    mo_http_url: str | None = None
    mo_smpp_sys_type: str | None = None
    voice_callback_type: str | None = None
    voice_callback_value: str | None = None
    voice_status_callback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One customer of Nexmo. ``balance`` is in EUR, with as many decimals as prices need (8)."""

    email: str
    password: str = field(repr=False)
    api_key: str
    api_secret: str = field(repr=False)
    balance: Decimal = Decimal("10.00")
    currency: str = "EUR"
    oauth_enabled: bool = True
    auto_reload: bool = False
    rented: tuple[Number, ...] = ()
    signature_secret: str | None = field(default=None, repr=False)  # with one, its webhooks are signed
    signature_method: str | None = None  # a name of sms.signing; None verifies by any, and signs by MD5
    webhook_method: WebhookMethod = "GET"
    dr_callback_url: str | None = None  # where delivery receipts go that name no callback of their own
    mo_callback_url: str | None = None  # where inbound SMS go whose number has no URL of its own
    demo: bool = False  # a trial: reaches white-listed numbers only, and says so in every text
    whitelist: tuple[str, ...] = ()
    throttle: int | None = None  # SMS requests a second; None: as the policy says

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may be shown."""
        signing = (self.signature_secret,) if self.signature_secret else ()
        return (self.api_secret, self.password, *signing)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The MSISDNs of its virtual numbers."""
        return tuple(number.msisdn for number in self.rented)

    def number(self, msisdn: str) -> Number | None:
        """Return the number *msisdn* if this account has it."""
        return next((number for number in self.rented if number.msisdn == msisdn), None)

    def charged(self, price: Decimal) -> Account:
        """Return the account with *price* less: ``replace`` in half the time, since each SMS makes one."""
        return Account(
            email=self.email,
            password=self.password,
            api_key=self.api_key,
            api_secret=self.api_secret,
            balance=self.balance - price,
            currency=self.currency,
            oauth_enabled=self.oauth_enabled,
            auto_reload=self.auto_reload,
            rented=self.rented,
            signature_secret=self.signature_secret,
            signature_method=self.signature_method,
            webhook_method=self.webhook_method,
            dr_callback_url=self.dr_callback_url,
            mo_callback_url=self.mo_callback_url,
            demo=self.demo,
            whitelist=self.whitelist,
            throttle=self.throttle,
        )

    def with_number(self, number: Number) -> Account:
        """Return the account with *number* added, or in the place of its former self."""
        others = tuple(held for held in self.rented if held.msisdn != number.msisdn)
        return replace(self, rented=(*others, number))

    def without_number(self, msisdn: str) -> Account:
        """Return the account without the number *msisdn*."""
        return replace(self, rented=tuple(held for held in self.rented if held.msisdn != msisdn))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that visits the pages; ``account`` once somebody signed in."""

    id: str = field(repr=False)
    csrf_token: str = field(repr=False)
    account: str | None
    created_at: float
    unlocked: bool = False  # its visitor knows the control token
