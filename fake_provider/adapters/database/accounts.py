"""Accounts, their numbers, and apps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from ...domain.account import Account, Number
from ...domain.credentials import ClientCredentials
from ...errors import Conflict, Unknown
from ...ports import Declined
from . import tables
from .documents import ACCOUNT, APP
from .part import Part, found, locked, put
from .tokens import revoke_tokens

_THROTTLE_SECONDS = 1.0


class Accounts(Part):
    """See AccountStore."""

    def add_account(self, account: Account) -> None:
        """See AccountStore."""
        email = account.email.lower()

        def add(connection: Connection) -> None:
            if _account(connection, email) is not None:
                raise Conflict(f"there is an account {account.email} already; choose another email")
            if connection.execute(_BY_KEY, {"api_key": account.api_key}).first():
                raise Conflict(
                    f"there is an account with the api_key {account.api_key} already; choose another"
                )
            for number in account.numbers:
                if self._tenant(connection, number) or account.numbers.count(number) > 1:
                    raise Conflict(
                        f"the virtual number {number} belongs to an account already; choose another"
                    )
            document = ACCOUNT.written(account)
            values = {"email": email, "api_key": account.api_key, "document": document}
            connection.execute(insert(tables.accounts).values(**values))
            _register_numbers(connection, email, account)

        self._db.write(add)

    def account(self, email: str) -> Account | None:
        """See AccountStore."""
        return self._db.read(lambda c: _account(c, email.lower()))

    def account_by_key(self, api_key: str) -> Account | None:
        """See AccountStore."""
        document = self._document(_BY_KEY, {"api_key": api_key})
        account = ACCOUNT.read(document) if document else None
        return account if account and account.api_key == api_key else None

    def accounts(self) -> Sequence[Account]:
        """See AccountStore."""
        every = select(tables.accounts.c.document).order_by(tables.accounts.c.number)
        return tuple(map(ACCOUNT.read, self._documents(every)))

    def account_with_number(self, msisdn: str) -> Account | None:
        """See AccountStore."""

        def tenant(connection: Connection) -> Account | None:
            email = self._tenant(connection, msisdn)
            return _account(connection, email) if email else None

        return self._db.read(tenant)

    def _tenant(self, connection: Connection, msisdn: str) -> str | None:
        return connection.execute(
            select(tables.numbers.c.email).where(tables.numbers.c.msisdn == msisdn)
        ).scalar()

    def change_account(self, email: str, change: Callable[[Account], Account]) -> Account:
        """See AccountStore."""

        def changed(connection: Connection) -> Account:
            held = held_account(connection, email)
            after = replace(change(held), email=held.email, api_key=held.api_key)
            save_account(connection, after)
            if after.numbers != held.numbers:
                _register_numbers(connection, email.lower(), after)
            return after

        return self._db.write(changed)

    def rent(self, email: str, number: Number, *, price: Decimal) -> Account | Declined:
        """See AccountStore."""

        def rented(connection: Connection) -> Account | Declined:
            if self._tenant(connection, number.msisdn):
                raise Conflict(f"{number.msisdn} is taken; choose another")
            held = held_account(connection, email)
            if held.balance < price:
                return Declined(balance=held.balance)
            tenant = replace(held.with_number(number), balance=held.balance - price)
            save_account(connection, tenant)
            _register_numbers(connection, email.lower(), tenant)
            return tenant

        return self._db.write(rented)

    def count_request(self, api_key: str, now: float, *, at_most: int) -> float | None:
        """See AccountStore."""
        table = tables.requests

        def counted(connection: Connection) -> float | None:
            row = locked(connection, table, "api_key", {"api_key": api_key, "began": now, "count": 0})
            began, count = row["began"], row["count"]
            if not 0 <= now - began < _THROTTLE_SECONDS:
                began, count = now, 0
            if count >= at_most:
                return float(began) + _THROTTLE_SECONDS - now
            put(connection, table, "api_key", {"api_key": api_key, "began": began, "count": count + 1})
            return None

        return self._db.write(counted, hurries=True)

    def add_app(self, app: ClientCredentials) -> None:
        """See AccountStore."""

        def add(connection: Connection) -> None:
            if _app(connection, app.client_key) is not None:
                raise Conflict(
                    f"there is an app with the consumer key {app.client_key} already; choose another"
                )
            values = {"client_key": app.client_key, "document": APP.written(app)}
            connection.execute(insert(tables.apps).values(**values))

        self._db.write(add)

    def app(self, client_key: str) -> ClientCredentials | None:
        """See AccountStore."""
        return self._db.read(lambda c: _app(c, client_key))

    def apps(self) -> Sequence[ClientCredentials]:
        """See AccountStore."""
        every = select(tables.apps.c.document).order_by(tables.apps.c.number)
        return tuple(map(APP.read, self._documents(every)))

    def change_app(
        self, client_key: str, change: Callable[[ClientCredentials], ClientCredentials]
    ) -> ClientCredentials:
        """See AccountStore."""

        def changed(connection: Connection) -> ClientCredentials:
            held = _app(connection, client_key, is_to_change=True)
            if held is None:
                raise Unknown("app", client_key, "GET /_fake/apps lists them")
            after = replace(change(held), client_key=held.client_key)
            connection.execute(
                update(tables.apps)
                .where(tables.apps.c.client_key == client_key)
                .values(document=APP.written(after))
            )
            return after

        return self._db.write(changed)

    def remove_app(self, client_key: str) -> None:
        """See AccountStore."""

        def remove(connection: Connection) -> None:
            if _app(connection, client_key, is_to_change=True) is None:
                raise Unknown("app", client_key, "GET /_fake/apps lists them")
            connection.execute(delete(tables.apps).where(tables.apps.c.client_key == client_key))
            connection.execute(delete(tables.nonces).where(tables.nonces.c.client_key == client_key))
            revoke_tokens(connection, tables.tokens.c.client_key == client_key)

        self._db.write(remove)

    def opt(self, account: str, msisdn: str, *, out: bool) -> None:
        """See MessageStore."""
        table = tables.opted_out
        key = {"account": account.lower(), "msisdn": msisdn}

        def opt(connection: Connection) -> None:
            connection.execute(
                delete(table).where(table.c.account == key["account"], table.c.msisdn == msisdn)
            )
            if out:
                connection.execute(insert(table).values(**key))

        self._db.write(opt)

    def opted_out(self, account: str, msisdn: str) -> bool:
        """See MessageStore."""
        key = {"account": account.lower(), "msisdn": msisdn}
        return self._db.read(lambda c: c.execute(_OPTED_OUT, key).first() is not None)


# Made once: making a statement costs as much as running it.
_BY_KEY = select(tables.accounts.c.document).where(tables.accounts.c.api_key == bindparam("api_key"))
_ACCOUNT = select(tables.accounts.c.document).where(tables.accounts.c.email == bindparam("email"))
_ACCOUNT_TO_CHANGE = _ACCOUNT.with_for_update()
_SAVE_ACCOUNT = (
    update(tables.accounts)
    .where(tables.accounts.c.email == bindparam("of"))
    .values(document=bindparam("document"))
)
_APP = select(tables.apps.c.document).where(tables.apps.c.client_key == bindparam("client_key"))
_APP_TO_CHANGE = _APP.with_for_update()
_OPTED_OUT = select(tables.opted_out.c.msisdn).where(
    tables.opted_out.c.account == bindparam("account"), tables.opted_out.c.msisdn == bindparam("msisdn")
)


def _account(connection: Connection, email: str, *, is_to_change: bool = False) -> Account | None:
    row = found(connection, _ACCOUNT, _ACCOUNT_TO_CHANGE, {"email": email}, is_to_change=is_to_change)
    document = row.document if row else None
    account = ACCOUNT.read(document) if document else None
    return account if account and account.email.lower() == email else None


def held_account(connection: Connection, email: str) -> Account:
    """Return an account that is to be changed; Unknown if there is none."""
    held = _account(connection, email.lower(), is_to_change=True)
    if held is None:
        raise Unknown("account", email, "GET /_fake/accounts lists them")
    return held


def save_account(connection: Connection, account: Account) -> None:
    """Put *account* in the place of its former self."""
    values = {"of": account.email.lower(), "document": ACCOUNT.written(account)}
    connection.execute(_SAVE_ACCOUNT, values)


def _register_numbers(connection: Connection, email: str, account: Account) -> None:
    connection.execute(delete(tables.numbers).where(tables.numbers.c.email == email))
    if account.numbers:
        rows = [{"msisdn": number, "email": email} for number in account.numbers]
        connection.execute(insert(tables.numbers), rows)


def _app(connection: Connection, client_key: str, *, is_to_change: bool = False) -> ClientCredentials | None:
    row = found(connection, _APP, _APP_TO_CHANGE, {"client_key": client_key}, is_to_change=is_to_change)
    document = row.document if row else None
    app = APP.read(document) if document else None
    return app if app and app.client_key == client_key else None
