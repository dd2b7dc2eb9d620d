"""What a fake that remembers much costs beside one that remembers little."""

from __future__ import annotations

import gc
import time
import tracemalloc
from decimal import Decimal

from oauthlib.oauth1 import Client

from bench.fakes import REST, RICH, authorized, rich_fake
from bench.measure import Pair, paired
from fake_provider import FakeNexmo
from fake_provider.domain.credentials import NonceUse, TokenCredentials
from fake_provider.domain.message import Message, Part
from fake_provider.domain.wire import WireRequest
from fake_provider.settings import DEMO_APP

FEW, MANY = 100, 100_000
_ENCODED = "from=Acme&to=447700900000&text=hello+from+Nexmo"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def signed_sms() -> Pair:
    """Time one signed SMS, from the wire to the trace, on a fake with much in it and on one with little.

    The garbage collector stays on: what it has to look through grows too.
    """
    much, little = _filled(MANY), _filled(FEW)
    return paired(much, little, rounds=41, calls=200, collect_garbage=True)


class _Sender:
    """Sends signed SMS to one fake."""

    def __init__(self, fake: FakeNexmo, token: str, secret: str) -> None:
        self._respond = fake.application.respond
        self._client = Client(DEMO_APP.client_key, DEMO_APP.client_secret, token, secret)

    def __call__(self, calls: int) -> float:
        wires = [self._signed() for _ in range(calls)]
        started = time.perf_counter()
        for wire in wires:
            assert self._respond(wire).status == 200
        return (time.perf_counter() - started) / calls

    def _signed(self) -> WireRequest:
        url, headers, body = self._client.sign(f"{REST}/sms/json", "POST", body=_ENCODED, headers=_HEADERS)
        return WireRequest.to("POST", url, headers=tuple(headers.items()), body=body.encode())


def _filled(count: int) -> _Sender:
    fake, token, secret = authorized(rich_fake(max_messages=2 * MANY))
    store, now = fake._provider.ports.store, fake.clock.now()
    for number in range(count):
        store.keep_refused(_message(number, now))
        store.use_nonce(
            NonceUse(
                client_key=DEMO_APP.client_key,
                token=token,
                timestamp=int(now),
                nonce=f"n{number}",
                url=f"{REST}/sms/json",
            ),
            now=now,
        )
        store.add_token(
            TokenCredentials(
                token=f"{number:032x}",
                secret=f"{number:032x}",
                client_key=DEMO_APP.client_key,
                account=RICH.email,
                created_at=now,
            )
        )
    return _Sender(fake, token, secret)


def _message(number: int, now: float) -> Message:
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


def bytes_per_message(messages: int = 5_000) -> float:
    """Return what one more stored message takes, of what was really sent."""
    sender = _Sender(*authorized(rich_fake(max_messages=2 * MANY)))
    sender(1_100)  # the trace is full from here on
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        sender(messages)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / messages
    finally:
        tracemalloc.stop()
