"""An account, and what a change of it leaves as it was."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

from fake_provider.domain.account import Account, Number

ACCOUNT = Account(
    email="ann@example.com",
    password="p",
    api_key="k",
    api_secret="s",
    balance=Decimal("10.00"),
    currency="USD",
    oauth_enabled=False,
    auto_reload=True,
    rented=(Number(msisdn="447700900400"),),
    signature_secret="x",
    signature_method="md5",
    webhook_method="POST",
    dr_callback_url="https://a.example/dr",
    mo_callback_url="https://a.example/mo",
    demo=True,
    whitelist=("447700900001",),
    throttle=3,
)


def test_the_account_here_differs_from_a_usual_one_in_everything() -> None:
    """What is left out by mistake would be seen."""
    usual = Account(email="", password="", api_key="", api_secret="", balance=Decimal(0))

    same = [
        field.name for field in fields(Account) if getattr(usual, field.name) == getattr(ACCOUNT, field.name)
    ]

    assert same == []


def test_a_charge_changes_the_balance_alone() -> None:
    """An account that has paid is the same but for its balance."""
    assert ACCOUNT.charged(Decimal("0.0333")) == replace(ACCOUNT, balance=Decimal("9.9667"))
