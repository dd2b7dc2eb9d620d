"""Request and access tokens, and nonces."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select, update

from ...domain.credentials import NonceUse, Stage, TemporaryCredentials, Token, TokenCredentials
from ...errors import Unknown
from . import tables
from .documents import ACCESS_TOKEN, REQUEST_TOKEN
from .part import Part, found, insert_unless_there


class Tokens(Part):
    """See TokenStore."""

    _counted: Callable[[str], None]  # says that one more was kept

    def add_token(self, token: Token) -> None:
        """See TokenStore."""
        self._db.write(lambda c: _add(c, token))

    def token(self, token: str) -> Token | None:
        """See TokenStore."""
        return self._db.read(lambda c: _token(c, token))

    def tokens(self) -> Sequence[Token]:
        """See TokenStore."""
        every = _ROWS.order_by(tables.tokens.c.number)
        return self._db.read(lambda c: tuple(_of(row) for row in c.execute(every)))

    def token_secrets(self) -> Sequence[str]:
        """See TokenStore."""
        return self._db.read(lambda c: tuple(c.execute(select(tables.tokens.c.secret)).scalars()))

    def approve(self, token: str, *, account: str, verifier: str | None, now: float) -> TemporaryCredentials:
        """See TokenStore."""
        return self._stepped(token, now, lambda held: held.approved(account=account, verifier=verifier))

    def deny(self, token: str, *, account: str | None, now: float) -> TemporaryCredentials:
        """See TokenStore."""
        return self._stepped(token, now, lambda held: held.denied(account=account))

    def exchange(self, token: str, access: TokenCredentials, *, now: float) -> TemporaryCredentials:
        """See TokenStore."""
        return self._stepped(token, now, lambda held: held.exchanged(access.token), new=access)

    def _stepped(
        self,
        token: str,
        now: float,
        step: Callable[[TemporaryCredentials], TemporaryCredentials],
        *,
        new: TokenCredentials | None = None,
    ) -> TemporaryCredentials:
        """Take one step with a request token, and keep the *new* one that comes of it, or do neither."""

        def stepped(connection: Connection) -> TemporaryCredentials:
            held = _token(connection, token, is_to_change=True)
            if not isinstance(held, TemporaryCredentials):
                raise Unknown("request token", token, "GET /_fake/tokens lists them")
            after = step(held.at(now))
            if new is not None:
                _add(connection, new)
            _save(connection, after)
            return after

        return self._db.write(stepped)

    def revoke(self, token: str) -> None:
        """See TokenStore."""

        def revoke(connection: Connection) -> None:
            if _token(connection, token) is None:
                raise Unknown("token", token, "GET /_fake/tokens lists them")
            revoke_tokens(connection, tables.tokens.c.token == token)

        self._db.write(revoke)

    def revoke_access(self, client_key: str, *, account: str | None = None, but: str = "") -> None:
        """See TokenStore."""
        table = tables.tokens.c
        which = (table.kind == "access") & (table.client_key == client_key) & (table.token != but)
        if account is not None:
            which &= table.account == account
        self._db.write(lambda c: revoke_tokens(c, which))

    def has_approved(self, account: str, client_key: str) -> bool:
        """See TokenStore."""
        table = tables.tokens.c
        stands = ((table.kind == "request") & (table.stage == Stage.APPROVED.value)) | (
            (table.kind == "access") & (table.stage != Stage.REVOKED.value)
        )
        one = (
            select(table.number)
            .where(table.account == account, table.client_key == client_key, stands)
            .limit(1)
        )
        return self._db.read(lambda c: c.execute(one).first() is not None)

    def nonce_used(self, use: NonceUse) -> NonceUse | None:
        """See TokenStore."""
        return self._db.read(lambda c: _earlier(c, use, _digest(use)))

    def use_nonce(self, use: NonceUse, *, now: float) -> NonceUse | None:  # noqa: ARG002  forgotten by age
        """See TokenStore."""
        digest = _digest(use)
        values = {
            "digest": digest,
            "client_key": use.client_key,
            "timestamp": use.timestamp,
            "url": _digest_of_url(use.url),
            "kept_at": self._real(),
        }

        def used(connection: Connection) -> NonceUse | None:
            if insert_unless_there(connection, tables.nonces, values):
                return None
            return _earlier(connection, use, digest)

        earlier = self._db.write(used, hurries=True)
        if earlier is None:
            self._counted("nonces")
        return earlier


# Made once: making a statement costs as much as running it.
_ROWS = select(tables.tokens.c.kind, tables.tokens.c.document)
_TOKEN = _ROWS.where(tables.tokens.c.token == bindparam("token"))
_TOKEN_TO_CHANGE = _TOKEN.with_for_update()
_USED = select(tables.nonces.c.url).where(
    tables.nonces.c.timestamp == bindparam("timestamp"), tables.nonces.c.digest == bindparam("digest")
)


def _of(row: Row[*tuple[Any, ...]]) -> Token:
    return (REQUEST_TOKEN if row.kind == "request" else ACCESS_TOKEN).read(row.document)


def _token(connection: Connection, token: str, *, is_to_change: bool = False) -> Token | None:
    row = found(connection, _TOKEN, _TOKEN_TO_CHANGE, {"token": token}, is_to_change=is_to_change)
    held = None if row is None else _of(row)
    return held if held is not None and held.token == token else None


def _columns(token: Token) -> dict[str, Any]:
    return {
        "kind": "request" if isinstance(token, TemporaryCredentials) else "access",
        "stage": token.stage.value,
        "client_key": token.client_key,
        "account": token.account,
        "secret": token.secret,
        "document": _written(token),
    }


def _written(token: Token) -> str:
    return (
        REQUEST_TOKEN.written(token)
        if isinstance(token, TemporaryCredentials)
        else ACCESS_TOKEN.written(token)
    )


def _add(connection: Connection, token: Token) -> None:
    connection.execute(insert(tables.tokens).values(token=token.token, **_columns(token)))


def _save(connection: Connection, token: Token) -> None:
    connection.execute(
        update(tables.tokens).where(tables.tokens.c.token == token.token).values(**_columns(token))
    )


def revoke_tokens(connection: Connection, which: ColumnElement[bool]) -> None:
    """Revoke the tokens that *which* selects."""
    standing = tables.tokens.c.stage != Stage.REVOKED.value
    for row in connection.execute(_ROWS.where(which, standing).with_for_update()).all():
        _save(connection, _of(row).revoked())


def _digest(use: NonceUse) -> bytes:
    digest = hashlib.sha256()
    for part in (use.client_key, use.token, str(use.timestamp), use.nonce):
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4) + encoded)
    return digest.digest()


def _digest_of_url(url: str) -> str:
    """Return what tells one URL from another, and nothing of what stands in it."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _earlier(connection: Connection, use: NonceUse, digest: bytes) -> NonceUse | None:
    """Return the use of the same nonce that was kept, with its URL where that is the same, else ""."""
    url = connection.execute(_USED, {"timestamp": use.timestamp, "digest": digest}).scalar()
    if url is None:
        return None
    return NonceUse(
        client_key=use.client_key,
        token=use.token,
        timestamp=use.timestamp,
        nonce=use.nonce,
        url=use.url if url == _digest_of_url(use.url) else "",
    )
