"""Messages: listed, searched, shown whole, reported about and answered."""

from __future__ import annotations

import pytest

from contract_tests.receiver import Receiver
from tests.conftest import Served
from tests.pages import CUSTOMER, Visitor, form_with, soup, text_of
from tests.programs import need, run
from tests.raw import form


def texts(page: object) -> list[str]:
    """Return the texts of a list of messages, as it shows them."""
    return [one.get_text() for one in soup(page).select(".rows .snippet")]  # type: ignore[arg-type]


def test_the_newest_stand_first(developer: Visitor, documented: Served) -> None:
    """Sent, refused and received alike."""
    documented.sms(text="first")
    documented.sms(text="second", to="447700900109")
    documented.fake.inbound(msisdn="447700900001", to="447700900000", text="third")

    page = developer.open("/messages")

    assert texts(page) == ["third", "second", "first"]
    assert "received" in text_of(page)
    assert "refused: 9" in text_of(page)
    assert "delivered" in text_of(page)


def send_by_oauth(served: Served, text: str) -> None:
    """Send an SMS through the demo app, for the second account."""
    body, headers = form(from_="Acme", to="447700900002", text=text)
    token = served.access_token(account=CUSTOMER)
    assert served.signed(body=body, headers=list(headers), token=token).send().status == 200


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"q": "HELLO"}, ["hello by app", "hello by key"]),
        ({"q": "900002"}, ["hello by app"]),
        ({"number": "+44 7700 900-109"}, ["no quota"]),
        ({"number": "44770090010"}, []),
        ({"app": "fake-consumer-key"}, ["hello by app"]),
        ({"account": CUSTOMER}, ["hello by app"]),
        ({"status": "refused"}, ["no quota"]),
        ({"status": "inbound"}, ["yes"]),
        ({"status": "accepted"}, ["never arrives", "hello by app", "hello by key"]),
        ({"status": "failed"}, ["never arrives"]),
        ({"status": "delivered", "q": "key"}, ["hello by key"]),
        ({"status": "nonsense"}, ["yes", "no quota", "never arrives", "hello by app", "hello by key"]),
    ],
)
def test_filters(query: dict[str, str], wanted: list[str], developer: Visitor, documented: Served) -> None:
    """By text and number, handset, app, account, and what became of it; together they narrow further."""
    documented.sms(text="hello by key")
    send_by_oauth(documented, "hello by app")
    documented.sms(text="never arrives", to="447700900206")
    documented.sms(text="no quota", to="447700900109")
    documented.fake.inbound(msisdn="447700900001", to="447700900000", text="yes")

    page = developer.open("/messages", params=query)

    assert texts(page) == wanted
    chosen = {name: value for name, value in query.items() if name == "q"}
    assert all(soup(page).select_one(f"#{name}")["value"] == value for name, value in chosen.items())  # type: ignore[index]


def test_older_ones_are_a_page_away(developer: Visitor, documented: Served) -> None:
    """Fifty stand on a page; the link leads on, with the filters, and nothing is shown twice."""
    for number in range(60):
        documented.sms(text=f"number {number}")
    documented.sms(text="something else")

    first = developer.open("/messages?q=number")
    link = next(str(one["href"]) for one in soup(first).select(".older a"))
    second = developer.open(link)

    assert texts(first) == [f"number {number}" for number in range(59, 9, -1)]
    assert texts(second) == [f"number {number}" for number in range(9, -1, -1)]
    assert not soup(second).select(".older a")


def test_empty_states_say_what_to_do(developer: Visitor, documented: Served) -> None:
    """Before the first message, and where none is like that."""
    assert "No message yet. Send one" in text_of(developer.open("/messages"))
    assert "No message is like that. Show all" in text_of(developer.open("/messages?q=x"))
    assert "No message yet" in text_of(developer.open("/conversations"))


def newest(developer: Visitor) -> object:
    """Open the newest message."""
    link = soup(developer.open("/messages")).select_one(".rows a.cover")
    return developer.open(str(link["href"]))  # type: ignore[index]


def test_a_message_of_several_parts(developer: Visitor, documented: Served) -> None:
    """Its page shows where it is broken, the header, the encoding and the price of all parts."""
    documented.sms(text="a" * 153 + "b" * 10)

    page = newest(developer)

    parts = [one.get_text() for one in soup(page).select(".text .part")]  # type: ignore[arg-type]
    header = documented.control("GET", "/messages")["messages"][0]["part_headers"][1]
    assert parts == ["a" * 153, "b" * 10]
    assert "GSM 03.38" in text_of(page)  # type: ignore[arg-type]
    assert "2 × 0.03330000 = 0.06660000 EUR" in text_of(page)  # type: ignore[arg-type]
    assert header in text_of(page)  # type: ignore[arg-type]


def test_the_request_that_brought_it(developer: Visitor, documented: Served) -> None:
    """It stands on the page, without secrets, and leads to the exchange; so too for a refused one."""
    for to in ("447700900000", "447700900109"):
        documented.sms(text="find me", to=to)

        page = newest(developer)

        raw = soup(page).select_one("#raw-request").get_text()  # type: ignore[arg-type, union-attr]
        assert f"POST /sms/json HTTP/1.1\nHost: {developer.url[7:]}" in raw
        assert f"api_secret=[redacted]&from=Acme&to={to}&text=find+me" in raw
        assert f"/requests/{documented.fake.exchanges[0].number}" in page.text  # type: ignore[attr-defined]


def test_receipts_and_pushes(developer: Visitor, documented: Served, receiver: Receiver) -> None:
    """What carriers said, what will be said, and every push of it."""
    documented.control("POST", "/clock", {"freeze": True})
    documented.sms(to="447700900305", callback=receiver.url)

    before = text_of(newest(developer))  # type: ignore[arg-type]
    documented.control("POST", "/clock", {"advance_seconds": 61})
    after = text_of(newest(developer))  # type: ignore[arg-type]

    assert "delivered, to come" in before
    assert "in 60 s" in before
    message_id = documented.fake.messages[0].message_ids[0]
    assert f"receipt delivered of {message_id} to http://127.0.0.1" in after
    assert "delivered, to come" not in after


def test_send_receipt_now(developer: Visitor, documented: Served, receiver: Receiver) -> None:
    """With a chosen status, for every part; it is pushed like any other."""
    documented.sms(to="447700900303", text="x" * 200, callback=receiver.url)

    page = developer.press(newest(developer), "Send receipt now", status="expired", err_code="5")  # type: ignore[arg-type]

    got = [dict(one.parameters) for one in receiver.wait_for(2)]
    assert {(one["status"], one["err-code"]) for one in got} == {("expired", "5")}
    assert len({one["messageId"] for one in got}) == 2
    assert "expired" in text_of(page)


def test_a_wrong_err_code_is_said(developer: Visitor, documented: Served) -> None:
    """It says what is wanted at the form, which keeps what was typed; a blank around a right one does not matter."""
    documented.sms()

    page = developer.press(newest(developer), "Send receipt now", status="expired", err_code="abc")  # type: ignore[arg-type]

    form = form_with(page, "Send receipt now")
    assert page.status_code == 400
    assert "err_code: digits, such as 0, are wanted" in text_of(page)
    assert (form.fields["status"], form.fields["err_code"]) == ("expired", "abc")
    assert developer.press(page, "Send receipt now", err_code=" 6 ").status_code == 200


def test_the_requests_that_led_to_it(developer: Visitor, documented: Served) -> None:
    """A message sent by OAuth shows how its token came about; another token's requests are not among them."""
    documented.access_token(account=CUSTOMER)
    send_by_oauth(documented, "hello")
    documented.access_token(account=CUSTOMER)

    page = newest(developer)

    led = [str(one["href"]) for one in soup(page).select(".card .rows a.cover")]  # type: ignore[arg-type]
    assert led == ["/requests/3", "/requests/4"]


def test_what_a_handset_shows(developer: Visitor, documented: Served) -> None:
    """Characters that the alphabet lacks arrive as question marks, and the page says so."""
    documented.sms(text="hello 😀")

    page = newest(developer)

    assert "A handset shows: hello ?" in text_of(page)  # type: ignore[arg-type]


def test_one_time_codes(developer: Visitor, documented: Served) -> None:
    """A code in a text is recognised, on the list and on the message's page, with a button to copy it."""
    documented.sms(text="Your Acme code is 482913. It is valid for 10 minutes.")

    on_list = soup(developer.open("/messages")).select(".row .code code")
    on_page = soup(newest(developer)).select("p.code")  # type: ignore[arg-type]

    assert [one.get_text() for one in on_list] == ["482913"]
    assert on_page[0].select_one("code").get_text() == "482913"  # type: ignore[union-attr]
    assert on_page[0].select_one("button.copy") is not None


def test_a_message_that_is_not_there(developer: Visitor) -> None:
    """It is a 404 that says where to look."""
    page = developer.open("/messages/4711")

    assert page.status_code == 404
    assert "Messages lists those that are kept" in text_of(page)


def test_forgetting_all(developer: Visitor, documented: Served) -> None:
    """Messages go, requests stay."""
    documented.sms()

    page = developer.press(developer.open("/messages"), "Forget all")

    assert "All messages are forgotten." in text_of(page)
    assert documented.fake.messages == ()
    assert documented.fake.exchanges


# Conversations


def bubbles(page: object) -> list[tuple[str, str]]:
    """Return what was said, by whom."""
    found = soup(page).select(".bubble")  # type: ignore[arg-type]
    return [
        (
            "theirs" if "theirs" in one["class"] else "ours",
            one.select(".text")[0].get_text().partition(": ")[2],
        )
        for one in found
    ]


def test_a_conversation(developer: Visitor, documented: Served) -> None:
    """What was sent to a handset and what it answered, in order; a long answer is one."""
    documented.sms(to="447700900007", text="Are you there?")
    documented.fake.inbound(msisdn="447700900007", to="447700900000", text="yes " * 60)
    documented.sms(to="447700900008", text="not for you")
    documented.sms(to="447700900007", text="Good.")

    listed = soup(developer.open("/conversations")).select(".rows .ends")
    page = developer.open("/conversations/with?number=447700900007")

    assert [one.get_text(strip=True) for one in listed] == ["447700900007", "447700900008"]
    assert bubbles(page) == [("ours", "Are you there?"), ("theirs", "yes " * 60), ("ours", "Good.")]


def test_reply_as_this_number(developer: Visitor, documented: Served, receiver: Receiver) -> None:
    """From the message's page: it is pushed as inbound, and stands in the conversation."""
    documented.fake.create_account("ann@example.com", numbers=["447700900400"], mo_callback_url=receiver.url)
    documented.sms(from_="447700900400", to="447700900007", text="Are you there?")

    page = developer.press(newest(developer), "Reply as this number", text="Yes.\r\nI am!")  # type: ignore[arg-type]

    (got,) = receiver.wait_for(1)
    pushed = dict(got.parameters)
    assert (pushed["msisdn"], pushed["to"]) == ("447700900007", "447700900400")
    assert pushed["text"] == "Yes.\nI am!"
    assert bubbles(page)[-1] == ("theirs", "Yes.\nI am!")


def test_a_reply_without_text_loses_nothing(developer: Visitor) -> None:
    """It says what is wanted, and keeps the number that was typed."""
    page = developer.press(
        developer.open("/conversations/with?number=447700900007"), "Send", to="447700900999", text=""
    )

    assert page.status_code == 400
    assert "text:" in text_of(page)
    assert 'value="447700900999"' in page.text


def test_a_scripted_answer_is_not_there_before_its_time(developer: Visitor, documented: Served) -> None:
    """What a handset will say in a minute is not in the conversation yet."""
    from fake_provider.domain.message import Inbound

    now = documented.fake.clock.now()
    documented.fake._ports.store.keep_inbound(
        Inbound(
            message_id="1",
            msisdn="447700900007",
            to="447700900000",
            type="text",
            text="later",
            account="developer@example.com",
            api_key="abcd1234",
            received_at=now + 60,
        )
    )

    before = bubbles(developer.open("/conversations/with?number=447700900007"))
    documented.control("POST", "/clock", {"advance_seconds": 61})

    assert before == []
    assert bubbles(developer.open("/conversations/with?number=447700900007")) == [("theirs", "later")]


# The account


def test_settings(developer: Visitor, documented: Served) -> None:
    """Where receipts and inbound SMS go is saved; what is wrong is said at its field, and nothing is lost."""
    page = developer.open("/settings")

    wrong = developer.press(page, "Save", dr_callback_url="ftp://x", mo_callback_url="http://127.0.0.1:9/in")
    saved = developer.press(
        page, "Save", dr_callback_url="http://127.0.0.1:9/dr", mo_callback_url="", webhook_method="POST-JSON"
    )

    assert wrong.status_code == 400
    assert 'value="ftp://x"' in wrong.text
    assert 'value="http://127.0.0.1:9/in"' in wrong.text
    account = documented.fake.accounts[0]
    assert (account.dr_callback_url, account.mo_callback_url) == ("http://127.0.0.1:9/dr", None)
    assert account.webhook_method == "POST-JSON"
    assert "Saved." in text_of(saved)


def test_the_start_page_tells_how_to_send_one(developer: Visitor, documented: Served) -> None:
    """Run by a real shell, its command sends an SMS that there is nothing to say about."""
    need("curl", package="curl")
    command = soup(developer.open("/")).select_one("#send")
    assert command is not None

    done = run("bash", "-c", command.get_text())

    assert done.returncode == 0, done.stderr
    assert (documented.fake.messages[-1].status, documented.findings) == (0, [])
