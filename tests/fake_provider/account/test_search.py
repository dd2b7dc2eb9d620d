"""The search endpoints: one message, several of them, and what was refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fake_provider import FakeNexmo
from fake_provider.settings import Settings
from fake_provider.sms.receipt import FINAL_STATUSES
from fake_provider.sms.script import Script
from tests.conftest import Served
from tests.fake_provider.account.conftest import Api

NOON = datetime(2017, 9, 4, 12, 0, 0, tzinfo=UTC)
DAY, OTHER_DAYS = "2017-09-04", ("2017-09-03", "2017-09-05")
NOTHING = b'{"count":0,"items":[]}'
OPEN = {"status": "ACCEPTD", "error-code": "1", "error-code-label": "Unknown"}


@pytest.fixture
def api(api: Api) -> Api:
    """A fake whose clock stands still at noon."""
    api.fake.clock.set(NOON)
    api.fake.clock.freeze()
    return api


@pytest.fixture
def other(api: Api) -> Api:
    """Another account of the same fake."""
    return api.of("efab5678", "fake-api-secret-2")


# One message


def test_a_message_key_by_key(api: Api) -> None:
    """A closed one, as it was recorded: strings all of them, but for the latency."""
    (message_id,) = api.sms(text="A text & more", client_ref="order 7")

    assert api.get("/search/message", id=message_id).body.decode() == (
        f'{{"message-id":"{message_id}","account-id":"abcd1234","network":"23410","from":"Acme",'
        '"to":"447700900000","body":"A text & more","price":"0.03330000",'
        '"date-received":"2017-09-04 12:00:00","final-status":"DELIVRD",'
        '"date-closed":"2017-09-04 12:00:00","latency":0,"client-ref":"order 7","type":"MT"}'
    )


def test_a_message_in_xml(api: Api) -> None:
    """The same names, escaped values, and a declaration without standalone."""
    (message_id,) = api.sms(text="A text & more")

    assert api.xml().get("/search/message", id=message_id).body.decode() == (
        f'<?xml version="1.0" encoding="UTF-8"?><message><message-id>{message_id}</message-id>'
        "<account-id>abcd1234</account-id><network>23410</network><from>Acme</from>"
        "<to>447700900000</to><body>A text &amp; more</body><price>0.03330000</price>"
        "<date-received>2017-09-04 12:00:00</date-received><final-status>DELIVRD</final-status>"
        "<date-closed>2017-09-04 12:00:00</date-closed><latency>0</latency><type>MT</type></message>"
    )


def test_an_open_message(api: Api) -> None:
    """Until the carrier has spoken it is accepted; then it is closed, so long after it was received."""
    (message_id,) = api.sms(to="447700900305")  # delivered after 60 s
    before = api.get("/search/message", id=message_id).json
    api.fake.clock.advance(60)
    after = api.get("/search/message", id=message_id).json

    assert before.items() >= OPEN.items()
    assert before.keys().isdisjoint({"final-status", "date-closed", "latency"})
    assert after.keys().isdisjoint(OPEN)
    assert (after["final-status"], after["date-closed"]) == ("DELIVRD", "2017-09-04 12:01:00")
    assert after["latency"] == 60_000


@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("447700900205", {"final-status": "UNDELIV"}),
        ("447700900300", {"final-status": "EXPIRED"}),
        ("447700900301", {"final-status": "REJECTD"}),
        ("447700900302", {"final-status": "DELIVRD"}),
        ("447700900303", OPEN),
        ("447700900306", {"final-status": "UNKNOWN"}),
    ],
)
def test_every_end(to: str, found: dict[str, str], api: Api) -> None:
    """What the receipts say, in the words of the search; one that says nothing leaves it open."""
    (message_id,) = api.sms(to=to)

    assert api.get("/search/message", id=message_id).json.items() >= found.items()


@pytest.mark.parametrize("status", ["accepted", "buffered", *FINAL_STATUSES])
def test_a_receipt_that_is_told_to_the_fake(status: str, api: Api) -> None:
    """The last final one counts; one that is not final closes nothing, and reopens nothing."""
    (silent,) = api.sms(to="447700900303")
    (delivered,) = api.sms(to="447700900000")
    api.fake.clock.advance(5)
    for message_id in (silent, delivered):
        api.fake.send_receipt(message_id, status=status)

    found, other = (api.get("/search/message", id=one).json for one in (silent, delivered))

    assert found.get("final-status") == FINAL_STATUSES.get(status)
    assert found.get("latency") == (5000 if status in FINAL_STATUSES else None)
    assert other["final-status"] == FINAL_STATUSES.get(status, "DELIVRD")


def test_each_part_is_a_message(api: Api) -> None:
    """With its own id, its own text, and its own end."""
    ids = api.sms(text="a" * 153 + "b" * 10)
    api.fake.send_receipt(ids[1], status="failed", err_code="1")

    first, second = (api.get("/search/message", id=one).json for one in ids)

    assert (first["body"], second["body"]) == ("a" * 153, "b" * 10)
    assert (first["final-status"], second["final-status"]) == ("DELIVRD", "UNDELIV")
    assert first["price"] == second["price"] == "0.03330000"


def test_a_binary_message(api: Api) -> None:
    """Its body is what was sent as such."""
    (message_id,) = api.sms(type="binary", text="", udh="06050415811581", body="C0FFEE")

    assert api.get("/search/message", id=message_id).json["body"] == "C0FFEE"


def test_an_inbound_message(api: Api) -> None:
    """Eight keys in their order."""
    api.fake.create_account("r@example.com", api_key="r", api_secret="s", numbers=["447700900800"])
    api.fake.inbound(msisdn="447700900001", to="447700900800", text="Hi <there>")
    (came,) = api.fake._ports.store.inbound("r@example.com")
    renter = api.of("r", "s")

    assert renter.get("/search/message", id=came.message_id).body.decode() == (
        f'{{"message-id":"{came.message_id}","account-id":"r","network":"23410","from":"447700900001",'
        '"to":"447700900800","body":"Hi <there>","date-received":"2017-09-04 12:00:00","type":"MO"}'
    )
    assert api.get("/search/message", id=came.message_id).body == b"{}"


@pytest.mark.parametrize("message_id", ["0A00000000ABCD00", "", "\x00", "x" * 5000, "é"])
def test_an_unknown_message(message_id: str, api: Api) -> None:
    """An empty object, as in 2016."""
    answer = api.get("/search/message", id=message_id)

    assert (answer.status, answer.body) == (200, b"{}")
    assert api.get("/search/message").body == b"{}"
    assert api.xml().get("/search/message", id=message_id).body.endswith(b"?><message></message>")


def test_an_id_is_written_as_it_is(api: Api) -> None:
    """In upper case."""
    (message_id,) = api.sms(to="447700900000")
    while message_id == message_id.lower():
        (message_id,) = api.sms(to="447700900000")

    assert api.get("/search/message", id=message_id.lower()).body == b"{}"


# Several messages


def test_by_ids(api: Api) -> None:
    """In the order of the ids, each once; one that is not known is left out."""
    first, second = api.sms(text="one"), api.sms(text="two")
    ids = [*second, "0A00000000ABCD00", *first, *second]

    answer = api.get("/search/messages", ids=ids).json

    assert answer["count"] == 2
    assert [item["body"] for item in answer["items"]] == ["two", "one"]


def test_by_ids_in_xml(api: Api) -> None:
    """``items`` with a ``message`` for each."""
    (message_id,) = api.sms()

    body = api.xml().get("/search/messages", ids=[message_id]).body.decode()

    assert body.startswith(
        '<?xml version="1.0" encoding="UTF-8"?><messages><count>1</count><items><message>'
        f"<message-id>{message_id}</message-id>"
    )
    assert body.endswith("<type>MT</type></message></items></messages>")


@pytest.mark.parametrize(("count", "found"), [(1, 1), (10, 10), (11, 0)])
def test_ten_ids_at_most(count: int, found: int, api: Api) -> None:
    """More are no search at all."""
    ids = [api.sms()[0] for _ in range(count)]

    assert api.get("/search/messages", ids=ids).json["count"] == found


def test_an_id_in_json(api: Api) -> None:
    """A body of JSON is read where it is one object of texts."""
    (message_id,) = api.sms()
    body = f'{{"api_key": "abcd1234", "api_secret": "fake-api-secret", "ids": "{message_id}"}}'

    answer = api.send(
        "POST", "/search/messages", body=body.encode(), headers=[("Content-Type", "application/json")]
    )

    assert answer.json["count"] == 1


def test_by_date_and_recipient(api: Api) -> None:
    """What was sent to the number, and what came in for it, that day in UTC, the oldest first."""
    api.fake.create_account("r@example.com", api_key="r", api_secret="s", numbers=["447700900800"])
    renter = api.of("r", "s")
    renter.sms(to="447700900800", text="sent " * 40)
    api.fake.clock.advance(60)
    api.fake.inbound(msisdn="447700900001", to="447700900800", text="came")
    renter.sms(to="447700900801", text="to another")
    api.fake.clock.advance(60)
    renter.sms(to="447700900800", text="last")

    answer = renter.get("/search/messages", date=DAY, to="447700900800").json

    assert answer["count"] == 4
    assert [item["type"] for item in answer["items"]] == ["MT", "MT", "MO", "MT"]
    assert [item["date-received"] for item in answer["items"]] == [
        "2017-09-04 12:00:00",
        "2017-09-04 12:00:00",
        "2017-09-04 12:01:00",
        "2017-09-04 12:02:00",
    ]
    for day in OTHER_DAYS:
        assert renter.get("/search/messages", date=day, to="447700900800").body == NOTHING


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2017-09-04T00:00:00Z", "2017-09-04"),
        ("2017-09-04T23:59:59.999Z", "2017-09-04"),
        ("2017-09-05T00:00:00Z", "2017-09-05"),
        ("2016-02-29T12:00:00Z", "2016-02-29"),
    ],
)
def test_where_a_day_begins_and_ends(moment: str, day: str, api: Api) -> None:
    """At midnight in UTC; the end is the next day's."""
    api.fake.clock.set(datetime.fromisoformat(moment))
    api.sms()
    api.sms(to="nobody")

    for path in ("/search/messages", "/search/rejections"):
        to = "447700900000" if path == "/search/messages" else "nobody"
        assert api.get(path, date=day, to=to).json["count"] == 1
        for another in {"2016-02-29", "2017-09-03", "2017-09-04", "2017-09-05"} - {day}:
            assert api.get(path, date=another, to=to).body == NOTHING


def test_refused_messages_are_no_messages(api: Api) -> None:
    """They are found among the rejections alone."""
    api.sms(to="447700900107")  # refused with status 7

    assert api.get("/search/messages", date=DAY, to="447700900107").body == NOTHING
    assert api.get("/search/rejections", date=DAY, to="447700900107").json["count"] == 1


BAD_DATES = [
    "",
    "2017-09-31",
    "2017-13-01",
    "0000-01-01",
    "2017-9-4",
    "20170904",
    "2017-W36-1",
    "04/09/2017",
    "2017-09-04 12:00:00",
    "2017-09-04T12:00:00Z",
    "2017-09-04\n",
    "2017-09-04\x00",
    "-017-09-04",
    "٢٠١٧-٠٩-٠٤",
    "yesterday",
    "9" * 5000,
]


@pytest.mark.parametrize("date", BAD_DATES)
@pytest.mark.parametrize("path", ["/search/messages", "/search/rejections"])
def test_bad_dates(path: str, date: str, api: Api) -> None:
    """They find nothing."""
    api.sms()
    api.sms(to="nobody")

    for to in ("447700900000", "nobody"):
        answer = api.get(path, date=date, to=to)
        assert (answer.status, answer.body) == (200, NOTHING)


@pytest.mark.parametrize("date", ["0001-01-01", "1969-12-31", "9999-12-31"])
@pytest.mark.parametrize("path", ["/search/messages", "/search/rejections"])
def test_far_dates(path: str, date: str, api: Api) -> None:
    """They are dates, on which nothing happened."""
    assert api.get(path, date=date, to="447700900000").body == NOTHING


@pytest.mark.parametrize(
    "parameters", [{}, {"date": DAY}, {"date": DAY, "to": ""}, {"to": "447700900000"}, {"ids": ""}]
)
def test_searches_that_ask_for_too_little(parameters: dict[str, str], api: Api) -> None:
    """They find nothing."""
    api.sms()

    assert api.get("/search/messages", **parameters).body == NOTHING
    assert (
        api.xml()
        .get("/search/messages", **parameters)
        .body.endswith(b"?><messages><count>0</count><items></items></messages>")
    )


# Rejections


def test_a_rejection_key_by_key(api: Api) -> None:
    """Six keys in their order, the code as text."""
    api.sms(to="INVALID")

    assert api.get("/search/rejections", date=DAY, to="INVALID").body == (
        b'{"count":1,"items":[{"account-id":"abcd1234","from":"Acme","to":"INVALID",'
        b'"date-received":"2017-09-04 12:00:00","error-code":"3",'
        b'"error-code-label":"to address is not numeric"}]}'
    )
    assert api.xml().get("/search/rejections", date=DAY).body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><rejections><count>1</count><items><rejection>'
        "<account-id>abcd1234</account-id><from>Acme</from><to>INVALID</to>"
        "<date-received>2017-09-04 12:00:00</date-received><error-code>3</error-code>"
        "<error-code-label>to address is not numeric</error-code-label></rejection></items></rejections>"
    )


@pytest.mark.parametrize(
    ("message", "code", "label"),
    [
        ({"to": "x"}, "3", "to address is not numeric"),
        ({"to": "07700900000"}, "6", "Unroutable message - rejected"),
        ({"text": ""}, "2", "Missing text param"),
        (
            {"to": "447700900109"},
            "9",
            "partner quota exceeded -- Your pre-pay account does not have sufficient credit to process this message",
        ),
        ({"to": "447700900115"}, "15", "Illegal Sender Address - rejected"),
    ],
)
def test_labels(message: dict[str, str], code: str, label: str, api: Api) -> None:
    """That of status 9 is a sentence of its own; the others are what the answer to the SMS said."""
    api.sms(**message)

    (item,) = api.get("/search/rejections", date=DAY).json["items"]
    assert (item["error-code"], item["error-code-label"]) == (code, label)


def test_by_date_alone(api: Api) -> None:
    """As clients sent it: whomever it was for."""
    api.sms(to="x")
    api.sms(to="y")
    api.sms()

    assert [item["to"] for item in api.get("/search/rejections", date=DAY).json["items"]] == ["x", "y"]
    assert [item["to"] for item in api.get("/search/rejections", date=DAY, to="").json["items"]] == ["x", "y"]
    assert [item["to"] for item in api.get("/search/rejections", date=DAY, to="y").json["items"]] == ["y"]
    for day in OTHER_DAYS:
        assert api.get("/search/rejections", date=day).body == NOTHING


def test_a_part_that_was_refused(documented: Served) -> None:
    """Beside parts that were accepted: it is a rejection, and has no id by which it could be found."""
    documented.control(
        "POST", "/faults", {"match": {"path": "/sms/json"}, "action": {"sms_status": 5, "part": 2}}
    )
    ids = [part.get("message-id") for part in documented.sms(text="a" * 400).json()["messages"]]
    api, today = Api(documented.fake), f"{datetime.fromtimestamp(documented.fake.clock.now(), UTC):%Y-%m-%d}"

    assert ids[1] is None
    assert api.get("/search/messages", ids=[ids[0] or "", ids[2] or ""]).json["count"] == 2
    (item,) = api.get("/search/rejections", date=today).json["items"]
    assert (item["error-code"], item["to"]) == ("5", "447700900000")
    assert api.get("/search/messages", date=today, to="447700900000").json["count"] == 2


def test_odd_characters(api: Api) -> None:
    """What a client wrote comes back, in XML without what XML cannot hold."""
    api.sms(to="\x00<&>é😀")

    assert api.get("/search/rejections", date=DAY).json["items"][0]["to"] == "\x00<&>é😀"
    assert "<to>\ufffd&lt;&amp;&gt;é😀</to>" in api.xml().get("/search/rejections", date=DAY).body.decode()


# Whose they are


def test_nothing_of_another_account(api: Api, other: Api) -> None:
    """Neither what it sent, nor what it was refused, by whatever search."""
    (message_id,) = api.sms()
    api.sms(to="x")

    assert other.get("/search/message", id=message_id).body == b"{}"
    assert other.get("/search/messages", ids=[message_id]).body == NOTHING
    assert other.get("/search/messages", date=DAY, to="447700900000").body == NOTHING
    assert other.get("/search/rejections", date=DAY).body == NOTHING
    assert api.get("/search/messages", ids=[message_id]).json["count"] == 1


def test_a_call_that_was_not_let_in_is_nobodys(api: Api) -> None:
    """Who names the key of an account without its secret leaves no rejection there."""
    api.of("abcd1234", "wrong").post("/sms/json", from_="A", to="447700900000", text="x")

    assert api.get("/search/rejections", date=DAY).body == NOTHING


def test_what_an_app_sent_for_an_account_is_the_accounts(documented: Served) -> None:
    """By OAuth or by api_key: both find it."""
    token = documented.access_token()
    sent = documented.signed(
        method="GET", target="/sms/json?from=Acme&to=447700900000&text=hello", token=token
    ).send()
    message_id = sent.json["messages"][0]["message-id"]

    by_oauth = documented.signed(method="GET", target=f"/search/message?id={message_id}", token=token).send()

    assert by_oauth.json["message-id"] == message_id
    assert Api(documented.fake).get("/search/message", id=message_id).json == by_oauth.json


# What is still to come


@pytest.fixture
def answered() -> Iterator[Api]:
    """A fake where whoever gets an SMS answers half a minute later."""
    fake = FakeNexmo(settings=Settings(scripts=(Script(to="4477009004*", reply="yes", after_seconds=30),)))
    fake.clock.freeze()
    yield Api(fake)
    fake.close()


def test_an_inbound_message_that_is_still_to_come(answered: Api) -> None:
    """It is not found before its time."""
    answered.sms(from_="447700900800", to="447700900400")
    (came,) = answered.fake._ports.store.inbound("developer@example.com")
    today = f"{datetime.fromtimestamp(came.received_at, UTC):%Y-%m-%d}"

    assert answered.get("/search/message", id=came.message_id).body == b"{}"
    assert answered.get("/search/messages", date=today, to="447700900800").body == NOTHING
    answered.fake.clock.advance(30)
    assert answered.get("/search/message", id=came.message_id).json["body"] == "yes"
    assert answered.get("/search/messages", date=today, to="447700900800").json["count"] == 1


def test_a_consumer_with_a_clock_of_its_own(documented: Served) -> None:
    """What it sent closes by its clock, whoever asks."""
    token = documented.access_token()
    documented.fake.clock.freeze(consumer_key="fake-consumer-key")
    sent = documented.signed(
        method="GET",
        target="/sms/json?from=Acme&to=447700900305&text=hello",
        token=token,
        oauth={"oauth_timestamp": str(int(documented.fake.clock.now(consumer_key="fake-consumer-key")))},
    ).send()
    message_id = sent.json["messages"][0]["message-id"]
    api = Api(documented.fake)

    documented.fake.clock.advance(60)
    assert api.get("/search/message", id=message_id).json["status"] == "ACCEPTD"
    documented.fake.clock.advance(60, consumer_key="fake-consumer-key")
    assert api.get("/search/message", id=message_id).json["final-status"] == "DELIVRD"
