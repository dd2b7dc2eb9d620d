"""The stores of which growth and scaling are measured, each with a way to fill it that is quicker than sending."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal

from bench.fakes import REST, RICH, rich_fake
from fake_provider import FakeNexmo
from fake_provider.domain.credentials import NonceUse
from fake_provider.domain.message import Message, Part
from fake_provider.settings import DEMO_APP


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreKind:
    """One kind of store."""

    name: str
    most_growth: float  # how many times as long an SMS may take with a million stored
    bytes_each: int  # of this process's memory, for one message with its nonce
    fake: Callable[[int], AbstractContextManager[FakeNexmo]]
    """Opens a fake that has room for a number of messages."""
    fill: Callable[[FakeNexmo, int, str], None]
    """Puts a number of messages, and nonces of an access token, into the store of a fake."""
    ensure_there: Callable[[], object] = lambda: None
    """Raises CannotMeasure where there is no such store."""


@contextmanager
def _in_memory(count: int) -> Iterator[FakeNexmo]:
    yield rich_fake(max_messages=2 * count + 100_000)


def fill_by_port(fake: FakeNexmo, count: int, token: str) -> None:
    """Put *count* messages and nonces into the store, one by one, as an operation would."""
    store, now = fake._provider.ports.store, fake.clock.now()
    for number in range(count):
        store.keep_refused(message(number, now))
        store.use_nonce(nonce(number, token, now), now=now)


def nonce(number: int, token: str, now: float) -> NonceUse:
    """Return the use of a nonce, one of many of the same second."""
    return NonceUse(
        client_key=DEMO_APP.client_key,
        token=token,
        timestamp=int(now),
        nonce=f"n{number}",
        url=f"{REST}/sms/json",
    )


def message(number: int, now: float) -> Message:
    """Return an SMS as it is kept, one of many."""
    return Message(
        sender="Acme",
        to=f"4477009{number:05}",
        text=f"hello {number} from Nexmo",
        type="text",
        status=0,
        error_text=None,
        encoding="gsm7",
        parts=(Part(message_id=f"{number:016X}", text=f"hello {number} from Nexmo"),),
        network="23410",
        price=Decimal("0.03330000"),
        received_at=now,
        account=RICH.email,
        api_key=RICH.api_key,
        client_key=DEMO_APP.client_key,
    )


STORES: Sequence[StoreKind] = (
    StoreKind(
        name="memory",
        most_growth=1.1,
        bytes_each=3_000,
        fake=_in_memory,
        fill=fill_by_port,
    ),
)
