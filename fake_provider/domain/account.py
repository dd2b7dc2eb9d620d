"""A Nexmo account: who signs in, who approves an app, who pays for an SMS."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


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
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that visits the pages; ``account`` once somebody signed in."""

    id: str = field(repr=False)
    csrf_token: str = field(repr=False)
    account: str | None
    created_at: float
