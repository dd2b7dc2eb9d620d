"""What falls due: pushed after the answer, in order, tried again, and brought about by whoever moves time."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo
from fake_provider.ports import Delivery
from fake_provider.settings import Settings
from tests.conftest import Serve, Served
from tests.raw import form, head, read_answer

HOUR = 3600


def attempts(served: Served, query: str = "") -> list[dict[str, Any]]:
    """Return the attempts that the control API shows."""
    found: list[dict[str, Any]] = served.control("GET", f"/webhooks{query}")["webhooks"]
    return found


# Retries


def test_a_receiver_that_fails_is_tried_again_every_minute(documented: Served, receiver: Receiver) -> None:
    """Until it takes the receipt; every attempt is listed."""
    receiver.statuses = [500, 404, 200]
    documented.fake.clock.freeze()
    documented.sms(callback=receiver.url)
    documented.fake.clock.advance(0)
    began = documented.fake.clock.now()
    documented.fake.clock.advance(59)
    assert len(receiver.received) == 1
    documented.fake.clock.advance(1)
    assert len(receiver.received) == 2

    documented.fake.clock.advance(HOUR)

    seen = [(a["attempt"], a["outcome"], a["http_status"]) for a in attempts(documented)]
    assert seen == [(1, "refused", 500), (2, "refused", 404), (3, "delivered", 200)]
    at = [datetime.fromisoformat(a["at"]).timestamp() for a in attempts(documented)]
    assert at == pytest.approx([began, began + 60, began + 120], abs=0.01)
    assert [a["next_attempt_at"] for a in attempts(documented)] == [
        attempts(documented)[1]["at"],
        attempts(documented)[2]["at"],
        None,
    ]
    assert len({one.parameters["message-timestamp"] for one in receiver.received}) == 1


@pytest.mark.parametrize(("kind", "hours"), [("receipt", 72), ("inbound", 24)])
def test_when_it_gives_up(kind: str, hours: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Receipts after 72 hours, inbound SMS after 24; an advance brings about every retry on the way, in order."""
    fake = FakeNexmo()
    monkeypatch.setattr(fake._provider.ports.outbox, "push", _refusing)
    fake.clock.freeze()
    fake.create_account(
        "ann@example.com",
        api_key="ann",
        api_secret="s",
        dr_callback_url=receiver.url,
        mo_callback_url=receiver.url,
        numbers=["447700900400"],
    )
    if kind == "receipt":
        with fake.serve() as server:
            Served(fake, server).sms(api_key="ann", api_secret="s")
            fake.clock.advance(0)
    else:
        fake.inbound(msisdn="447700900001", to="447700900400", text="hi")
    fake.clock.advance(hours * HOUR + HOUR)

    assert len(fake.webhooks) == hours * 60 + 1
    assert [a.at for a in fake.webhooks] == sorted(a.at for a in fake.webhooks)
    assert fake.webhooks[-1].next_attempt_at is None
    assert fake.webhooks[-1].at - fake.webhooks[0].at == pytest.approx(hours * HOUR)


def _refusing(*_: object) -> Delivery:
    return Delivery(outcome="refused", detail="500", http_status=500)


def test_an_address_that_is_not_allowed_is_tried_once(documented: Served) -> None:
    """Trying again would not change it."""
    documented.sms(callback="http://8.8.8.8/dr")
    documented.fake.clock.advance(HOUR)

    assert [(a["outcome"], a["next_attempt_at"]) for a in attempts(documented)] == [("not-allowed", None)]


def test_a_receiver_that_says_nothing(serve: Serve, receiver: Receiver) -> None:
    """It has so many seconds to answer, then the attempt has failed."""
    receiver.silent = threading.Event()
    served = serve(settings=Settings(webhook_answer_seconds=0.1))
    served.sms(callback=receiver.url)

    (attempt,) = attempts(served, "?wait=10")
    assert (attempt["outcome"], attempt["detail"]) == ("timeout", "no answer within 0.1 s")


# Order


def test_the_answer_goes_out_before_the_receipt(documented: Served, receiver: Receiver) -> None:
    """A receiver that looks a message up has its id already: nothing is pushed while the answer is not out."""
    documented.fake.create_account(
        "rich@example.com", api_key="rich", api_secret="s", balance=1000, webhook_method="POST"
    )
    # Every part echoes the reference, so that the answer is larger than all that a kernel takes for a client
    # who does not read.
    body, headers = form(
        api_key="rich",
        api_secret="s",
        from_="Acme",
        to="447700900000",
        type="unicode",
        text="ü" * 3200,
        client_ref="x" * 250_000,
        callback=f"{receiver.url}/late",
    )
    body = body.replace(b"client_ref", b"client-ref")
    parts = urlsplit(documented.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        headers.append(("Content-Length", str(len(body))))
        sock.sendall(head("POST", "/sms/json", headers, host=parts.netloc) + body)
        documented.control("GET", "/messages?api_key=rich&wait=10")
        documented.sms(callback=f"{receiver.url}/other")
        receiver.wait_for(1)
        assert [one.target.partition("?")[0] for one in receiver.received] == ["/hook/other"]

        assert len(read_answer(sock).json["messages"]) == 48
    receiver.wait_for(1 + 48)


def test_receipts_of_one_account_keep_their_order(documented: Served, receiver: Receiver) -> None:
    """As they fell due, also when a hundred come at once."""
    ids: list[str] = []
    for _ in range(5):
        ids += [
            p["message-id"] for p in documented.sms(callback=receiver.url, text="a" * 3000).json()["messages"]
        ]

    assert [one.parameters["messageId"] for one in receiver.wait_for(100)] == ids


def test_advancing_keeps_the_order_of_all(documented: Served, receiver: Receiver) -> None:
    """What falls due earlier happens earlier, whatever it is, and the clock shows its time while it happens."""
    documented.fake.clock.freeze()
    receiver.statuses = [500]
    for to in ("447700900305", "447700900000"):
        documented.sms(callback=receiver.url, to=to)
    documented.fake.clock.advance(0)
    documented.fake.clock.advance(30)
    documented.sms(callback=receiver.url, to="447700900305")
    documented.fake.clock.advance(HOUR)

    at = [a["at"] for a in attempts(documented)]
    assert at == sorted(at)
    assert [(a["parameters"]["msisdn"][-3:], a["attempt"]) for a in attempts(documented)] == [
        ("000", 1),
        ("305", 1),
        ("000", 2),
        ("305", 1),
    ]


def test_a_slow_receiver_holds_up_its_own_account_only(documented: Served, receiver: Receiver) -> None:
    """Another account's receipts go out meanwhile."""
    with Receiver(silent=threading.Event()) as slow:
        documented.sms(callback=slow.url)
        slow.wait_for(1)
        documented.sms(api_key="efab5678", api_secret="fake-api-secret-2", callback=receiver.url)

        assert len(receiver.wait_for(1)) == 1


def test_an_answer_is_never_delayed(documented: Served) -> None:
    """However many webhooks wait for a receiver that says nothing."""
    with Receiver(silent=threading.Event()) as slow:
        for _ in range(3):
            assert documented.sms(callback=slow.url, text="a" * 3000).json()["message-count"] == "20"
        slow.wait_for(1)
        started = time.perf_counter()
        documented.sms(callback=slow.url)

        assert time.perf_counter() - started < 2


def test_a_receiver_may_answer_with_an_sms(documented: Served) -> None:
    """What it sends while time is moved is part of what falls due."""
    with Receiver() as receiver:
        documented.fake.clock.freeze()
        documented.sms(callback=receiver.url, to="447700900305")
        answered = threading.Event()

        def answer_once() -> None:
            receiver.wait_for(1)
            documented.sms(callback=receiver.url, text="and another")
            answered.set()

        thread = threading.Thread(target=answer_once)
        thread.start()
        documented.fake.clock.advance(60)
        assert answered.wait(10)
        documented.fake.clock.advance(0)
        thread.join()

        assert len(receiver.received) == 2


# Beginning and end


def test_by_itself_in_real_time(documented: Served, receiver: Receiver) -> None:
    """A clock that runs needs nobody: what was set to just before a minute's end falls due soon."""
    documented.sms(callback=receiver.url, to="447700900305")
    documented.fake.clock.advance(59.9)
    assert receiver.received == []

    assert len(receiver.wait_for(1)) == 1


def test_a_frozen_clock_lets_happen_what_is_due(documented: Served, receiver: Receiver) -> None:
    """The first receipt comes though time stands still; the one in a minute does not."""
    documented.fake.clock.freeze()
    documented.sms(callback=receiver.url, to="447700900305")
    documented.sms(callback=receiver.url)

    assert receiver.wait_for(1)[0].parameters["msisdn"] == "447700900000"
    documented.fake.clock.run()
    documented.fake.clock.advance(60)
    assert len(receiver.received) == 2


def test_reset_forgets_what_was_to_come(documented: Served, receiver: Receiver) -> None:
    """Nothing of before is pushed after, and nothing is listed."""
    documented.sms(callback=receiver.url, to="447700900305")
    receiver.status = 500
    documented.sms(callback=receiver.url)
    receiver.wait_for(1)
    documented.fake.reset()
    documented.fake.clock.advance(HOUR)

    assert len(receiver.received) == 1
    assert attempts(documented) == []


def test_reset_does_not_wait_for_a_receiver(documented: Served, receiver: Receiver) -> None:
    """One that says nothing holds up nobody after it."""
    with Receiver(silent=threading.Event()) as slow:
        documented.sms(callback=slow.url)
        slow.wait_for(1)
        documented.fake.reset()
        documented.sms(callback=receiver.url)

        assert len(receiver.wait_for(1)) == 1


def test_it_ends_with_the_server(receiver: Receiver) -> None:
    """No push after the last server has stopped; a new one goes on."""
    fake = FakeNexmo()
    with fake.serve() as server:
        served = Served(fake, server)
        served.sms(callback=receiver.url, to="447700900305")
    fake.clock._clock.set(fake.clock.now() + 60, None, resets=0)
    fake._provider.schedule.wake()
    assert not receiver.received

    with fake.serve():
        assert len(receiver.wait_for(1)) == 1


def test_stopping_does_not_wait_for_a_receiver() -> None:
    """A push that is under way is ended."""
    with Receiver(silent=threading.Event()) as slow:
        fake = FakeNexmo()
        server = fake.serve()
        Served(fake, server).sms(callback=slow.url)
        slow.wait_for(1)
        started = time.perf_counter()
        server.stop()

        assert time.perf_counter() - started < 2


def test_in_process_webhooks_go_out_too(receiver: Receiver) -> None:
    """``intercept()`` needs no server for that; the answer is there before the receipt."""
    fake = FakeNexmo()
    with fake.intercept():
        data = {
            "api_key": "abcd1234",
            "api_secret": "fake-api-secret",
            "from": "A",
            "to": "447700900000",
            "text": "x",
        }
        answer = requests.post(
            "https://rest.nexmo.com/sms/json", data=data | {"callback": receiver.url}, timeout=5
        )
        message_id = answer.json()["messages"][0]["message-id"]
        fake.clock.advance(0)

    assert [one.parameters["messageId"] for one in receiver.received] == [message_id]
    assert [attempt.outcome for attempt in fake.webhooks] == ["delivered"]


def test_threads_end_when_there_is_nothing_to_do(documented: Served, receiver: Receiver) -> None:
    """They are there while something is to be pushed, and a moment longer."""
    documented.sms(callback=receiver.url)
    receiver.wait_for(1)
    deadline = time.monotonic() + 10
    while any(thread.name == "fake-nexmo-webhooks" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)


def test_attempts_can_be_narrowed(documented: Served, receiver: Receiver) -> None:
    """By kind, message, account and consumer; ``wait`` holds the answer until one matches."""
    part = documented.part(callback=receiver.url)
    documented.sms(api_key="efab5678", api_secret="fake-api-secret-2", callback=receiver.url)
    documented.fake.clock.advance(0)

    assert len(attempts(documented)) == 2
    assert [a["message_id"] for a in attempts(documented, f"?message_id={part['message-id']}&wait=5")] == [
        part["message-id"]
    ]
    assert [a["api_key"] for a in attempts(documented, "?api_key=efab5678")] == ["efab5678"]
    assert attempts(documented, "?kind=inbound") == attempts(documented, "?consumer_key=none") == []


def test_time_goes_back_and_on(documented: Served, receiver: Receiver) -> None:
    """Setting the clock back brings nothing about twice."""
    documented.fake.clock.freeze()
    documented.fake.clock.set(datetime(2018, 10, 25, 12, 0, tzinfo=UTC))
    documented.sms(callback=receiver.url)
    documented.fake.clock.advance(0)
    documented.fake.clock.set(datetime(2018, 10, 25, 11, 0, tzinfo=UTC))
    documented.fake.clock.advance(2 * HOUR)

    assert len(receiver.received) == 1


# Several at once


def test_no_advance_is_lost(documented: Served, receiver: Receiver) -> None:
    """Twenty at the same time move the clock twenty times as far, retries and all."""
    documented.fake.clock.freeze()
    receiver.status = 500
    documented.sms(callback=receiver.url)
    documented.fake.clock.advance(0)
    began = documented.fake.clock.now()
    threads = [threading.Thread(target=documented.fake.clock.advance, args=(60,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert documented.fake.clock.now() - began == pytest.approx(1200)
    assert len(receiver.received) == 21


def test_a_reset_ends_an_advance(documented: Served, receiver: Receiver) -> None:
    """The clock shows real time after it, whatever was on the way, and no attempt of before is listed."""
    receiver.silent = threading.Event()
    documented.fake.clock.freeze()
    documented.sms(callback=receiver.url, to="447700900305")
    thread = threading.Thread(target=documented.fake.clock.advance, args=(72 * HOUR,))
    thread.start()
    receiver.wait_for(1)
    documented.control("POST", "/reset")
    receiver.silent.set()
    thread.join(10)

    assert not thread.is_alive()
    assert abs(documented.fake.clock.now() - time.time()) < 5
    assert attempts(documented) == []


def test_forty_silent_receivers_hold_up_nobody(documented: Served, receiver: Receiver) -> None:
    """Their pushes wait beside the others, not before them; so do two URLs of one account."""
    with Receiver(silent=threading.Event()) as slow:
        for number in range(40):
            documented.sms(callback=f"{slow.url}/{number}")
        slow.wait_for(40)
        documented.sms(callback=receiver.url)

        assert len(receiver.wait_for(1)) == 1


def test_who_waits_sees_what_comes_after_a_reset(documented: Served) -> None:
    """A reset replaces what is remembered, not who waits for it."""
    found: list[Any] = []
    waiting = threading.Thread(
        target=lambda: found.append(documented.control("GET", "/messages?to=447700900007&wait=20"))
    )
    waiting.start()
    threading.Event().wait(0.2)
    documented.fake.reset()
    documented.sms(to="447700900007")
    waiting.join(10)

    assert [len(answer["messages"]) for answer in found] == [1]


def test_an_interception_after_a_server_pushes_again(receiver: Receiver) -> None:
    """A server that stops ends the pushes; whoever intercepts then wants them."""
    fake = FakeNexmo()
    with fake.serve():
        pass
    with fake.intercept():
        data = {
            "api_key": "abcd1234",
            "api_secret": "fake-api-secret",
            "from": "A",
            "to": "447700900000",
            "text": "x",
        }
        requests.post("https://rest.nexmo.com/sms/json", data=data | {"callback": receiver.url}, timeout=5)
        receiver.wait_for(1)
    fake.close()


def test_a_webhooks_url_is_shown_without_its_secrets(documented: Served) -> None:
    """User information, and what is named or known as a secret."""
    documented.sms(callback="http://u:pw-123456@127.0.0.1:9/dr?api_secret=other&x=fake-api-secret")

    (attempt,) = attempts(documented, "?wait=10")
    assert attempt["url"] == "http://127.0.0.1:9/dr?api_secret=[redacted]&x=[redacted]"


def test_a_finding_repeats_no_secret(documented: Served) -> None:
    """Also one that stands in the place of a name."""
    documented.sms(**{"fake-api-secret": "1"})

    assert documented.findings == ["parameter-unknown"]
    assert "fake-api-secret" not in repr(documented.control("GET", "/exchanges"))
