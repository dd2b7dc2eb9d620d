"""Delivery receipts and inbound SMS as a receiver gets them: section by section of what is documented."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo, InvalidValue, Unknown
from fake_provider.config import load
from fake_provider.settings import Settings
from tests.conftest import Serve, Served

NOON = datetime(2014, 4, 9, 10, 23, 19, tzinfo=UTC)


def at_noon(served: Served) -> Served:
    """Let time stand still at a moment whose spelling is known."""
    served.fake.clock.freeze()
    served.fake.clock.set(NOON)
    return served


# Receipts


def test_a_receipt_has_the_keys_of_the_log_of_2014(documented: Served, receiver: Receiver) -> None:
    """Keys, order and forms are those that were logged; the answer named the message."""
    part = at_noon(documented).part(callback=receiver.url, client_ref="order 7")

    (receipt,) = receiver.wait_for(1)
    assert receipt.method == "GET"
    assert receipt.pairs == [
        ("msisdn", "447700900000"),
        ("to", "Acme"),
        ("network-code", "23410"),
        ("messageId", part["message-id"]),
        ("price", "0.03330000"),
        ("status", "delivered"),
        ("scts", "1404091023"),
        ("err-code", "0"),
        ("client-ref", "order 7"),
        ("message-timestamp", "2014-04-09 10:23:19"),
    ]
    assert receipt.target.endswith("&message-timestamp=2014-04-09+10%3A23%3A19")
    assert receipt.headers["user-agent"] == "Nexmo/MessagingHUB/v1.0"
    assert receipt.headers["accept"] == "*/*"


def test_no_client_ref_no_key(documented: Served, receiver: Receiver) -> None:
    """What was not sent is not reported."""
    documented.sms(callback=receiver.url)

    assert "client-ref" not in receiver.wait_for(1)[0].parameters


def test_the_query_of_a_url_stays(documented: Served, receiver: Receiver) -> None:
    """A URL's own parameters come first, as they were written."""
    documented.sms(callback=f"{receiver.url}?key=a%2Fb&x=")

    assert receiver.wait_for(1)[0].target.startswith("/hook?key=a%2Fb&x=&msisdn=")


@pytest.mark.parametrize(
    ("method", "content_type"),
    [
        pytest.param("POST", "application/x-www-form-urlencoded; charset=UTF-8", id="form"),
        pytest.param("POST-JSON", "application/json", id="json"),
    ],
)
def test_the_account_chooses_the_method(
    method: str, content_type: str, documented: Served, receiver: Receiver
) -> None:
    """POST has a form, POST-JSON compact JSON whose values are all strings."""
    documented.fake.create_account(
        "ann@example.com",
        api_key="ann",
        api_secret="s",
        webhook_method=method,
        dr_callback_url=receiver.url,
    )
    documented.sms(api_key="ann", api_secret="s")

    (receipt,) = receiver.wait_for(1)
    assert receipt.method == "POST"
    assert receipt.headers["content-type"] == content_type
    assert list(receipt.parameters) == [
        "msisdn", "to", "network-code", "messageId", "price", "status", "scts", "err-code", "message-timestamp"
    ]  # fmt: skip
    if method == "POST-JSON":
        assert receipt.body.startswith(b'{"msisdn":"447700900000","to":"Acme",')
        assert receipt.headers["user-agent"] == "Jakarta Commons-HttpClient/3.1"


def test_one_receipt_for_each_part(documented: Served, receiver: Receiver) -> None:
    """Each with the part's own id, in their order."""
    parts = documented.sms(callback=receiver.url, text="a" * 400).json()["messages"]

    received = receiver.wait_for(3)
    assert [one.parameters["messageId"] for one in received] == [part["message-id"] for part in parts]


def test_the_request_goes_before_the_account(documented: Served, receiver: Receiver) -> None:
    """``callback`` overrides the account's URL; without either nothing is pushed, but the receipt is there."""
    documented.fake.create_account(
        "ann@example.com", api_key="ann", api_secret="s", dr_callback_url=f"{receiver.url}/account"
    )
    documented.sms(api_key="ann", api_secret="s", callback=f"{receiver.url}/request")
    documented.sms(api_key="ann", api_secret="s")
    documented.sms()
    documented.fake.clock.advance(0)

    assert sorted(one.target.partition("?")[0] for one in receiver.received) == [
        "/hook/account",
        "/hook/request",
    ]
    messages = documented.control("GET", "/messages")["messages"]
    assert [message["receipt"]["status"] for message in messages] == ["delivered"] * 3


@pytest.mark.parametrize(
    ("asked", "on_request", "count"),
    [
        (None, False, 1),
        ("1", False, 1),
        ("true", False, 1),
        ("0", False, 0),
        ("false", False, 0),
        (None, True, 0),
        ("1", True, 1),
    ],
)
def test_who_wants_receipts(
    asked: str | None, on_request: bool, count: int, serve: Serve, receiver: Receiver, tmp_path: Any
) -> None:
    """They come unless they are declined; the reference of 2017 has them on request only, which is a setting."""
    config = tmp_path / "fake.toml"
    config.write_text(f"receipts_on_request = {str(on_request).lower()}")
    served = serve(settings=load(config, FakeNexmo()._ports.entropy))
    served.sms(callback=receiver.url, status_report_req=asked)
    served.fake.clock.advance(0)

    assert len(receiver.received) == count


@pytest.mark.parametrize(
    ("to", "after_seconds", "told"),
    [
        ("447700900000", 0, [("delivered", "0")]),
        ("447700900203", 0, [("failed", "3")]),
        ("447700900299", 0, [("failed", "99")]),
        ("447700900300", 0, [("expired", "1")]),
        ("447700900301", 0, [("rejected", "1")]),
        ("447700900302", 0, [("buffered", "0"), ("delivered", "0")]),
        ("447700900303", 1_000_000, []),
        ("447700900304", 0, [("delivered", "0"), ("delivered", "0")]),
        ("447700900305", 59, []),
        ("447700900305", 60, [("delivered", "0")]),
        ("447700900306", 0, [("unknown", "1")]),
    ],
)
def test_magic_numbers(
    to: str, after_seconds: int, told: list[tuple[str, str]], documented: Served, receiver: Receiver
) -> None:
    """Each number has its receipts, pushed and shown."""
    at_noon(documented).sms(to=to, callback=receiver.url)
    documented.fake.clock.advance(after_seconds)

    assert [(r.parameters["status"], r.parameters["err-code"]) for r in receiver.received] == told
    (message,) = documented.control("GET", "/messages")["messages"]
    assert [(r["status"], r["err_code"]) for r in message["receipts"]] == told


def test_a_receipt_by_hand(documented: Served, receiver: Receiver) -> None:
    """Whoever runs the fake lets a carrier speak again: it is pushed, and what was said last is shown."""
    part = documented.part(callback=receiver.url)
    receiver.wait_for(1)
    answer = documented.control(
        "POST", f"/messages/{part['message-id']}/receipt", {"status": "failed", "err_code": "6"}
    )

    last = receiver.wait_for(2)[1].parameters
    assert answer == {"message_id": part["message-id"], "webhooks": 1}
    assert (last["messageId"], last["status"], last["err-code"]) == (part["message-id"], "failed", "6")
    assert documented.control("GET", "/messages")["messages"][0]["receipt"]["status"] == "failed"


def test_a_receipt_by_hand_in_python(receiver: Receiver) -> None:
    """It is pushed before the call returns; a status that no receipt has, and an unknown id, are told."""
    fake = FakeNexmo()
    with fake.intercept(), fake.serve() as server:
        part = Served(fake, server).part(callback=receiver.url, to="447700900303")
        fake.send_receipt(part["message-id"], status="expired", err_code="1")

        assert [one.parameters["status"] for one in receiver.received] == ["expired"]
        with pytest.raises(InvalidValue, match="one of delivered"):
            fake.send_receipt(part["message-id"], status="lost")
        with pytest.raises(Unknown, match="0000"):
            fake.send_receipt("0000")


def test_an_intermediate_receipt_is_a_setting(serve: Serve, receiver: Receiver, tmp_path: Any) -> None:
    """Some carriers say ``accepted`` first."""
    config = tmp_path / "fake.toml"
    config.write_text('intermediate_receipt = "accepted"')
    served = serve(settings=load(config, FakeNexmo()._ports.entropy))
    served.sms(callback=receiver.url)

    assert [one.parameters["status"] for one in receiver.wait_for(2)] == ["accepted", "delivered"]


# Signed webhooks


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        pytest.param("md5", None, id="md5"),
        pytest.param("hmac-md5", "md5", id="hmac-md5"),
        pytest.param("sha1", "sha1", id="hmac-sha1"),
        pytest.param("sha256", "sha256", id="hmac-sha256"),
        pytest.param("SHA-512 HMAC signature", "sha512", id="hmac-sha512"),
    ],
)
def test_webhooks_are_signed_for_an_account_with_a_signature_secret(
    method: str, digest: str | None, documented: Served, receiver: Receiver
) -> None:
    """``timestamp``, ``nonce`` and ``sig`` come last, and the receiver can verify them."""
    documented.fake.create_account(
        "ann@example.com",
        api_key="ann",
        api_secret="s",
        signature_secret="webhook-secret",
        signature_method=method,
        dr_callback_url=receiver.url,
    )
    at_noon(documented).sms(api_key="ann", api_secret="s", client_ref="a&b=c")

    (receipt,) = receiver.wait_for(1)
    assert [name for name, _ in receipt.pairs][-3:] == ["timestamp", "nonce", "sig"]
    assert receipt.parameters["timestamp"] == str(int(NOON.timestamp()))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", receipt.parameters["nonce"])
    sent = receipt.parameters.pop("sig")
    signed = {name: value for name, value in receipt.pairs if name != "sig"}
    text = "".join(f"&{name}={re.sub('[&=]', '_', signed[name])}" for name in sorted(signed))
    if digest is None:
        assert sent == hashlib.md5(f"{text}webhook-secret".encode()).hexdigest()
    else:
        assert sent == hmac.new(b"webhook-secret", text.encode(), digest).hexdigest().upper()


def test_a_signature_covers_the_urls_own_query(documented: Served, receiver: Receiver) -> None:
    """Whoever gets a GET verifies all that came with it."""
    documented.fake.create_account(
        "ann@example.com", api_key="ann", api_secret="s", signature_secret="secret"
    )
    documented.sms(api_key="ann", api_secret="s", callback=f"{receiver.url}?own=1&also=a%26b")

    received = receiver.wait_for(1)[0].parameters
    sent = received.pop("sig")
    text = "".join(f"&{name}={re.sub('[&=]', '_', received[name])}" for name in sorted(received))
    assert {"own", "also"} <= received.keys()
    assert sent == hashlib.md5(f"{text}secret".encode()).hexdigest()


def test_an_inbound_number_is_found_with_a_plus(documented: Served, receiver: Receiver) -> None:
    """A plus sign is no part of a number."""
    documented.fake.create_account("ann@example.com", mo_callback_url=receiver.url, numbers=["447700900400"])
    documented.fake.inbound(msisdn="+447700900001", to="+447700900400", text="hi")

    told = receiver.received[0].parameters
    assert (told["msisdn"], told["to"]) == ("447700900001", "447700900400")


# Inbound


def subscriber(served: Served, url: str, **members: Any) -> None:
    """Open an account with a virtual number whose inbound SMS go to *url*."""
    served.fake.create_account(
        "ann@example.com",
        api_key="ann",
        api_secret="s",
        mo_callback_url=url,
        numbers=["447700900400"],
        **members,
    )


def test_an_inbound_sms_has_its_keys_in_order(documented: Served, receiver: Receiver) -> None:
    """As in recorded fixtures; the keyword is the first word in upper case."""
    subscriber(at_noon(documented), receiver.url)
    answer = documented.control(
        "POST", "/inbound", {"msisdn": "447700900001", "to": "447700900400", "text": "stop it, please"}
    )

    (inbound,) = receiver.wait_for(1)
    pairs = inbound.pairs
    assert re.fullmatch("[0-9A-F]{16}", pairs.pop(2)[1])
    assert pairs == [
        ("msisdn", "447700900001"),
        ("to", "447700900400"),
        ("text", "stop it, please"),
        ("type", "text"),
        ("keyword", "STOP"),
        ("message-timestamp", "2014-04-09 10:23:19"),
    ]
    assert inbound.headers["user-agent"].startswith("Apache-HttpAsyncClient/4.1")
    assert answer == {"webhooks": 1}


def test_a_long_inbound_sms_comes_in_parts(documented: Served, receiver: Receiver) -> None:
    """Each with ``concat…``, a common reference, and an id of its own; joined they are the text."""
    subscriber(documented, receiver.url)
    text = "long " * 70
    documented.fake.inbound(msisdn="447700900001", to="447700900400", text=text)

    parts = [one.parameters for one in receiver.received]
    assert "".join(part["text"] for part in parts) == text
    assert [part["concat-part"] for part in parts] == ["1", "2", "3"]
    assert {part["concat"] for part in parts} == {"true"}
    assert {part["concat-total"] for part in parts} == {"3"}
    assert len({part["concat-ref"] for part in parts}) == 1
    assert len({part["messageId"] for part in parts}) == 3
    assert list(parts[0])[:7] == [
        "msisdn", "to", "messageId", "concat", "concat-ref", "concat-total", "concat-part"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"text": "hi"}, {"type": "text", "text": "hi", "keyword": "HI"}),
        ({"text": "你好 x"}, {"type": "unicode", "text": "你好 x", "keyword": "你好"}),
        ({"text": "hi", "type": "unicode"}, {"type": "unicode", "text": "hi", "keyword": "HI"}),
        ({"text": ""}, {"type": "text", "text": "", "keyword": ""}),
        (
            {"data": "C0FFEE", "udh": "06050415811581"},
            {"type": "binary", "data": "C0FFEE", "udh": "06050415811581"},
        ),
    ],
)
def test_types_of_inbound_sms(
    members: dict[str, str], expected: dict[str, str], documented: Served, receiver: Receiver
) -> None:
    """A binary has ``data`` and ``udh`` in place of ``text`` and ``keyword``; the type follows from the content."""
    subscriber(documented, receiver.url)
    documented.control("POST", "/inbound", {"msisdn": "447700900001", "to": "447700900400", **members})

    got = receiver.wait_for(1)[0].parameters
    content = ("type", "text", "keyword", "data", "udh")
    assert {name: got[name] for name in content if name in got} == expected


def test_where_an_inbound_sms_goes(documented: Served, receiver: Receiver) -> None:
    """To the number's own URL, else to its account's, else to the first account's."""
    documented.fake.create_account(
        "ann@example.com",
        api_key="ann",
        api_secret="s",
        mo_callback_url=f"{receiver.url}/account",
        numbers=["447700900400", {"msisdn": "447700900401", "mo_http_url": f"{receiver.url}/number"}],
    )
    for to in ("447700900400", "447700900401", "447700900499"):
        documented.fake.inbound(msisdn="447700900001", to=to, text="hi")

    assert [one.target.partition("?")[0] for one in receiver.received] == ["/hook/account", "/hook/number"]


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"to": "1", "text": "x"}, "msisdn: is required"),
        ({"msisdn": "1", "text": "x"}, "to: is required"),
        ({"msisdn": "1", "to": "2"}, "text: a text is wanted"),
        ({"msisdn": "1", "to": "2", "text": "x", "data": "00"}, "data: a binary has data, and no text"),
        ({"msisdn": "1", "to": "2", "type": "binary"}, "data: a binary has data"),
        ({"msisdn": "1", "to": "2", "data": "0"}, "data: at most 140 octets in hexadecimal"),
        ({"msisdn": "1", "to": "2", "text": "x", "type": "fax"}, "type: one of text, unicode, binary"),
        ({"msisdn": "1", "to": "2", "text": "x" * 40_000}, "text: it needs more than 255 parts"),
        ({"msisdn": "1", "to": "2", "text": "x", "colour": "red"}, "colour: unknown; allowed are msisdn"),
    ],
)
def test_inbound_sms_that_cannot_be(members: dict[str, str], problem: str) -> None:
    """What is wrong is named, with what is allowed."""
    with pytest.raises((InvalidValue, TypeError), match=re.escape(problem)):
        _receive(FakeNexmo(), members)


def _receive(fake: FakeNexmo, members: dict[str, str]) -> None:
    from fake_provider import steps

    steps.receive(members, fake._provider)


# Scripts


SCRIPTS = """
[[replies]]
keyword = "stop"
opt = "out"

[[replies]]
keyword = "START"
opt = "in"

[[replies]]
text = "reply yes"
to = "4477009004*"
reply = "YES please"
after_seconds = 5

[[accounts]]
email = "ann@example.com"
api_key = "ann"
api_secret = "s"
numbers = ["447700900400"]
mo_callback_url = "{url}"
"""


@pytest.fixture
def scripted(serve: Serve, receiver: Receiver, tmp_path: Any) -> Served:
    """A fake whose people answer by a script."""
    config = tmp_path / "fake.toml"
    config.write_text(SCRIPTS.replace("{url}", receiver.url))
    return serve(settings=load(config, FakeNexmo()._ports.entropy))


def test_stop_opts_out(scripted: Served) -> None:
    """Who sent STOP gets nothing more from that account: receipts are failed, err-code 9, until START."""
    told = []
    for text in (None, "Stop it", "hello", "start"):
        if text:
            scripted.fake.inbound(msisdn="447700900001", to="447700900400", text=text)
        scripted.sms(api_key="ann", api_secret="s", to="447700900001")
        receipt = scripted.control("GET", "/messages")["messages"][-1]["receipt"]
        told.append((receipt["status"], receipt["err_code"]))

    assert told == [("delivered", "0"), ("failed", "9"), ("failed", "9"), ("delivered", "0")]


def test_a_name_cannot_be_answered(scripted: Served, receiver: Receiver) -> None:
    """Only a number can; one that is nobody's is answered to the account that sent."""
    for sender in ("Acme", "447700900777"):
        scripted.sms(api_key="ann", api_secret="s", from_=sender, to="447700900401", text="Reply YES")
    scripted.fake.clock.advance(5)

    assert [one.parameters["to"] for one in receiver.received] == ["447700900777"]


def test_somebody_answers(scripted: Served, receiver: Receiver) -> None:
    """An SMS whose text meets a rule is answered to its sender, so many seconds later."""
    scripted.fake.clock.freeze()
    for to in ("447700900401", "447700900001"):
        scripted.sms(
            api_key="ann", api_secret="s", from_="447700900400", to=to, text="Please reply YES or NO"
        )
    scripted.fake.clock.advance(4)
    assert receiver.received == []

    scripted.fake.clock.advance(1)

    (answer,) = receiver.received
    assert (answer.parameters["msisdn"], answer.parameters["text"]) == ("447700900401", "YES please")
    assert answer.parameters["to"] == "447700900400"


@pytest.mark.parametrize(
    "replies",
    [
        '[[replies]]\nkeyword = "STOP"',
        '[[replies]]\nopt = "out"',
        '[[replies]]\nkeyword = "STOP"\nopt = "out"\nreply = "x"',
        '[[replies]]\ntext = "x"',
    ],
)
def test_a_script_that_says_nothing(replies: str, tmp_path: Any) -> None:
    """The file's place is named."""
    config = tmp_path / "fake.toml"
    config.write_text(replies)

    with pytest.raises(InvalidValue, match=r"replies\[0\]"):
        load(config, FakeNexmo()._ports.entropy)


def test_without_a_script_nobody_opts_out() -> None:
    """STOP is a word as any other."""
    assert Settings().scripts == ()
