"""Values as JSON documents, and back: msgspec reads and writes the frozen dataclasses of ``domain`` as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ...domain.account import Account, Session
from ...domain.credentials import ClientCredentials, TemporaryCredentials, TokenCredentials
from ...domain.message import Inbound, Message
from ...domain.webhook import Attempt, Webhook
from ...trace import Exchange

Value = TypeVar("Value")


def _other(value: object) -> Any:
    if isinstance(value, Mapping):  # a read-only one, which msgspec does not know
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no form in a document")


class Document(Generic[Value]):
    """One kind of value, in both its forms."""

    def __init__(self, kind: type[Value]) -> None:
        self._encode: Callable[[object], bytes] = msgspec.json.Encoder(enc_hook=_other).encode
        self._decode: Callable[[str | bytes], Value] = msgspec.json.Decoder(kind).decode

    def written(self, value: Value) -> str:
        """Return *value* as JSON."""
        return self._encode(value).decode()

    def read(self, document: str) -> Value:
        """Return the value that was written."""
        return self._decode(document)


ACCOUNT = Document(Account)
APP = Document(ClientCredentials)
REQUEST_TOKEN = Document(TemporaryCredentials)
ACCESS_TOKEN = Document(TokenCredentials)
MESSAGE = Document(Message)
INBOUND = Document(Inbound)
WEBHOOK = Document(Webhook)
ATTEMPT = Document(Attempt)
SESSION = Document(Session)
EXCHANGE = Document(Exchange)
