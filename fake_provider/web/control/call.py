"""One control call as a value: what it takes, what it does, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...domain.webhook import Webhook
from ...errors import Unknown
from ...fields import Field, Schema
from ...ports import Ports
from ...provider import Provider
from ...timekeeper import Timekeeper

Values = Mapping[str, Any]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered, as JSON mostly, None is no body; and what is to be pushed after that."""

    members: Any = None  # a text where the call answers text
    webhooks: Sequence[Webhook] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a call acts upon."""

    provider: Provider

    @property
    def ports(self) -> Ports:
        """The fake's ports."""
        return self.provider.ports

    @property
    def clock(self) -> Timekeeper:
        """Time, which can be moved."""
        return Timekeeper(self.provider.ports.clock, self.provider.schedule)

    def account(self, email: str | None, member: str) -> str:
        """Return the address of the account *email*, or of the first one."""
        store = self.ports.store
        if email is None:
            return store.accounts()[0].email
        account = store.account(email)
        if account is None:
            raise Unknown("account", email, f"{member} is one of GET /_fake/accounts")
        return account.email


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One control call. Its members come in a JSON body, or in the query of a GET."""

    method: str
    path: str  # below /_fake, with {parameters}
    summary: str
    answer: Callable[..., Answer]  # takes the context, the members, and the path's parameters
    status: int = 200
    shape: Schema | None = None  # of the answer
    media_type: str = JSON  # of the answer; what is not JSON is text
    body: tuple[Field, ...] | None = None
    query: tuple[Field, ...] | None = None
    reads_itself: bool = False  # the step reads its members by the same table
    errors: tuple[int, ...] = field(default=())

    @property
    def name(self) -> str:
        """Its name: unique, and a word."""
        return f"{self.method} {self.path}"
