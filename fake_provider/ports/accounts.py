"""Who there is: accounts, their numbers, and apps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Protocol

from ..domain.account import Account, Number
from ..domain.credentials import ClientCredentials
from .queries import Declined


class AccountStore(Protocol):
    """Accounts and apps."""

    def add_account(self, account: Account) -> None:
        """Keep *account*; Conflict if its e-mail or api_key is taken."""
        ...

    def account(self, email: str) -> Account | None:
        """Return the account with this e-mail address; case does not count."""
        ...

    def account_by_key(self, api_key: str) -> Account | None:
        """Return the account with this api_key."""
        ...

    def accounts(self) -> Sequence[Account]:
        """Return all accounts, the oldest first."""
        ...

    def account_with_number(self, msisdn: str) -> Account | None:
        """Return the account that has the virtual number *msisdn*."""
        ...

    def change_account(self, email: str, change: Callable[[Account], Account]) -> Account:
        """Replace an account by what *change* makes of it, in one step; Unknown if there is none.

        E-mail and api_key stay what they are.
        """
        ...

    def rent(self, email: str, number: Number, *, price: Decimal) -> Account | Declined:
        """Charge an account, and give it a number that nobody has, or do neither.

        Conflict if somebody has the number; Unknown if there is no such account.
        """
        ...

    def count_request(self, api_key: str, now: float, *, at_most: int) -> float | None:
        """Count one request in this second; or return the seconds to wait if there were *at_most* already."""
        ...

    def add_app(self, app: ClientCredentials) -> None:
        """Keep *app*; Conflict if its key is taken."""
        ...

    def app(self, client_key: str) -> ClientCredentials | None:
        """Return the app with this consumer key."""
        ...

    def apps(self) -> Sequence[ClientCredentials]:
        """Return all apps, the oldest first."""
        ...

    def change_app(
        self, client_key: str, change: Callable[[ClientCredentials], ClientCredentials]
    ) -> ClientCredentials:
        """Replace an app by what *change* makes of it, in one step; Unknown if there is none. Its key stays."""
        ...

    def remove_app(self, client_key: str) -> None:
        """Forget an app, and revoke its tokens; Unknown if there is none."""
        ...
