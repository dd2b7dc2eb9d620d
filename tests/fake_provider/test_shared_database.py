"""Several fakes on one database, as several processes have it: what one does, all others know."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.domain.account import Account
from fake_provider.settings import Settings
from tests.conftest import Served
from tests.fake_provider.adapters.store_contract import at_once
from tests.raw import exchange, head, read_answer


@dataclass(frozen=True)
class Workers:
    """Two of them."""

    one: Served
    other: Served


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "fake.db")
    return str(request.getfixturevalue("empty_postgres"))


@pytest.fixture
def workers(url: str) -> Iterator[Workers]:
    """Two fakes on one database, each behind a server of its own."""
    fakes = [FakeNexmo(database=url) for _ in range(2)]
    with fakes[0].serve() as one, fakes[1].serve() as other:
        yield Workers(Served(fakes[0], one), Served(fakes[1], other))
    for fake in fakes:
        fake.close()


def test_a_flow_over_two_workers(workers: Workers) -> None:
    """Each leg may go to another one."""
    token = workers.one.request_token(oauth_callback="oob")
    verifier = workers.other.fake.authorize(token[0]).verifier
    answer = workers.one.signed(
        target="/oauth/access_token", token=token, oauth={"oauth_verifier": str(verifier)}
    ).send()

    access = answer.form["oauth_token"], answer.form["oauth_token_secret"]
    sent = workers.other.signed(target="/account/get-balance", method="GET", token=access).send()

    assert sent.status == 200


def test_a_nonce_is_known_to_all(workers: Workers) -> None:
    """What one has accepted the other takes for a replay."""
    token = workers.one.access_token()
    signed = workers.one.signed(target="/account/get-balance", method="GET", token=token).encoded()

    statuses = [exchange(worker.url, signed).status for worker in (workers.one, workers.other)]

    assert statuses == [200, 401]
    diagnosis = workers.one.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == "nonce-used"


def test_a_fault_is_met_once_wherever(workers: Workers) -> None:
    """Planned on one, met on the other, and then by nobody."""
    workers.one.fake.faults.add(match={"path": "/sms/json"}, action={"status": 500}, times=1)

    statuses = [worker.sms().status_code for worker in (workers.other, workers.one, workers.other)]

    assert statuses == [500, 200, 200]
    assert workers.other.fake.faults.waiting == ()


def test_of_many_calls_at_once_as_many_meet_a_fault_as_shall(workers: Workers) -> None:
    """Whoever they come to."""
    workers.one.fake.faults.add(match={"path": "/sms/json"}, action={"status": 500}, times=5)

    statuses = at_once(12, lambda n: (workers.one, workers.other)[n % 2].sms().status_code)

    assert statuses.count(500) == 5


def test_time_is_the_same_for_all(workers: Workers) -> None:
    """Moved or frozen on one, or for one consumer alone."""
    workers.one.fake.clock.freeze()
    workers.one.fake.clock.set("2018-10-25T12:00:00Z")
    workers.other.fake.clock.advance(60, consumer_key="fake-consumer-key")

    shown = {worker.control("GET", "/clock")["now"] for worker in (workers.one, workers.other)}
    assert shown == {"2018-10-25T12:00:00.000Z"}
    assert workers.one.fake.clock.now(consumer_key="fake-consumer-key") == workers.one.fake.clock.now() + 60


def test_advances_at_once_add_up(workers: Workers) -> None:
    """Of those on different workers none is lost."""
    workers.one.fake.clock.freeze()
    began = workers.one.fake.clock.now()

    at_once(
        8, lambda n: (workers.one, workers.other)[n % 2].control("POST", "/clock", {"advance_seconds": 10})
    )

    assert workers.other.fake.clock.now() == pytest.approx(began + 80)


def test_a_receipt_goes_out_once(workers: Workers, receiver: Receiver) -> None:
    """However many workers look for what is due."""
    for number in range(10):
        (workers.one, workers.other)[number % 2].sms(callback=receiver.url, to="447700900305")
    assert len(receiver.received) == 0

    workers.one.fake.clock.advance(61)
    workers.other.fake.clock.advance(3600)

    assert len(receiver.received) == 10
    ids = [one.parameters["messageId"] for one in receiver.received]
    assert len(set(ids)) == 10


def test_a_retry_waits_for_whoever_moves_time(workers: Workers, receiver: Receiver) -> None:
    """An advance on one brings about, in order, what came to the other."""
    receiver.statuses = [500, 500, 200]
    workers.one.fake.clock.freeze()
    workers.other.sms(callback=receiver.url)
    workers.one.fake.clock.advance(200)

    attempts = workers.one.control("GET", "/webhooks")["webhooks"]

    assert [one["outcome"] for one in attempts] == ["refused", "refused", "delivered"]


def test_a_held_receipt_of_a_dead_worker_goes_out(
    url: str, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was promised with the answer; another one pushes it once the lease is over."""
    dead = FakeNexmo(database=url)
    store = dead._provider.ports.store
    monkeypatch.setattr(store, "release_webhooks", lambda numbers: None)  # it dies before it can
    with dead.serve() as server:
        Served(dead, server).sms(callback=receiver.url)
    dead.close()
    alive = FakeNexmo(database=url)
    later = alive._provider.ports.store
    real = later._real  # type: ignore[attr-defined]
    monkeypatch.setattr(later, "_real", lambda: real() + 61)

    with alive.serve():
        receiver.wait_for(1)

    alive.close()


def test_who_waits_hears_of_others(workers: Workers) -> None:
    """A message that comes to one worker ends the wait at another."""
    found: list[object] = []
    waiting = threading.Thread(
        target=lambda: found.append(workers.one.control("GET", "/messages?wait=30")["messages"])
    )
    waiting.start()
    workers.other.sms(text="at last")
    waiting.join(20)

    assert [message["text"] for message in found[0]] == ["at last"]  # type: ignore[attr-defined]


def test_a_reset_is_everybodys(workers: Workers) -> None:
    """Messages, exchanges, faults and the clock."""
    workers.one.sms()
    workers.one.fake.faults.add(match={"path": "/x"}, action={"status": 500})
    workers.one.fake.clock.set(0.0)

    workers.other.fake.reset()

    assert (workers.one.fake.messages, workers.one.fake.exchanges) == ((), ())
    assert workers.one.fake.faults.waiting == ()
    assert workers.one.fake.clock.now() > 1_000_000
    assert workers.one.sms().json()["messages"][0]["status"] == "0"


def test_the_last_cent_is_spent_once(url: str) -> None:
    """Of many SMS over two workers as many are accepted as the balance pays for."""
    poor = Account(
        email="poor@example.com", password="x", api_key="poor", api_secret="s", balance=Settings().accounts[0].balance / 100
    )  # fmt: skip
    fakes = [FakeNexmo(database=url, settings=Settings(accounts=(poor,), apps=())) for _ in range(2)]
    with fakes[0].serve() as one, fakes[1].serve() as other:
        served = Served(fakes[0], one), Served(fakes[1], other)
        statuses = at_once(
            12, lambda n: served[n % 2].sms(api_key="poor", api_secret="s").json()["messages"][0]["status"]
        )

        assert statuses.count("0") == 3
        assert set(statuses) == {"0", "9"}
        assert fakes[1].accounts[0].balance == poor.balance - 3 * fakes[0].messages[0].price
    for fake in fakes:
        fake.close()


def test_it_survives_a_restart(url: str) -> None:
    """Accounts, messages, tokens and the clock are there again; what was deleted stays deleted."""
    first = FakeNexmo(database=url)
    with first.serve() as server:
        served = Served(first, server)
        token = served.access_token()
        served.sms(text="remember me")
        served.control("DELETE", "/apps/fake-consumer-key")
    first.close()

    second = FakeNexmo(database=url)

    assert [message.text for message in second.messages] == ["remember me"]
    assert second.apps == ()
    assert second._provider.ports.store.token(token[0]) is not None
    second.close()


def test_a_database_that_goes_away(tmp_path: Path) -> None:
    """Every request gets 503 with what is wrong, and is answered again once it is back."""
    url = str(tmp_path / "fake.db")
    fake = FakeNexmo(database=url)
    with fake.serve() as server:
        served = Served(fake, server)
        Path(url).rename(tmp_path / "away")
        sms, page = served.sms(), requests.get(served.url + "/", timeout=10)
        control = requests.get(served.url + "/_fake/messages", timeout=10)
        (tmp_path / "away").rename(url)

        assert (sms.status_code, page.status_code, control.status_code) == (503, 503, 503)
        assert "fake.db is gone" in sms.text
        assert control.json()["error"]["code"] == "store_unavailable"
        assert sms.headers["Retry-After"] == "1"
        assert served.part()["status"] == "0"
        assert len(fake.messages) == 1
    fake.close()


def test_many_who_wait_hold_up_nobody(tmp_path: Path) -> None:
    """As many as there are threads for answers, and an SMS is answered all the same; it ends the wait of all."""
    fake = FakeNexmo(database=str(tmp_path / "fake.db"))
    with fake.serve() as server:
        served = Served(fake, server)
        parts = urlsplit(server.url)
        waiting = [socket.create_connection((parts.hostname, parts.port), timeout=30) for _ in range(300)]
        for sock in waiting:
            sock.sendall(head("GET", "/_fake/messages?to=447700900000&wait=60", [], host=parts.netloc))

        assert served.part(to="447700900000")["status"] == "0"
        for sock in waiting[:256]:
            assert len(read_answer(sock).json["messages"]) == 1
        for sock in waiting:
            sock.close()
    fake.close()


def test_a_database_that_was_replaced_is_seen_as_it_is(tmp_path: Path) -> None:
    """Its clocks and faults may have been changed less often than those that a process has seen before."""
    url = str(tmp_path / "fake.db")
    fake = FakeNexmo(database=url)
    other = FakeNexmo(database=str(tmp_path / "other.db"))
    other.clock.set("2018-10-25T12:00:00Z")
    for _ in range(5):
        fake.clock.advance(60)
    for one in (fake, other):
        one.close()
    lines = tmp_path / "fake.jsonl"
    assert main(["db", "export", "--database", str(tmp_path / "other.db"), "--file", str(lines)]) == 0
    assert main(["db", "import", "--database", url, "--file", str(lines), "--replace"]) == 0

    assert fake.clock.now() == pytest.approx(other.clock.now(), abs=5)

    for one in (fake, other):
        one.close()
