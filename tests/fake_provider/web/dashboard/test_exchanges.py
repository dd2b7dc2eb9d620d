"""Requests: listed, shown whole with what was wrong, compared, and copied as a curl command."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from tests.conftest import Served
from tests.pages import Visitor, soup, text_of
from tests.programs import need, run
from tests.raw import exchange, form, head

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="it's (a) *test* + more!")


def paths(page: requests.Response) -> list[str]:
    """Return the paths of a list of requests."""
    return [one.get_text() for one in soup(page).select(".rows .ends bdi")]


def newest(developer: Visitor, query: str = "") -> requests.Response:
    """Open the newest request that is like *query*."""
    link = soup(developer.open(f"/requests{query}")).select_one(".rows a.cover")
    assert link is not None
    return developer.open(str(link["href"]))


def refused(served: Served) -> None:
    """Send a request whose signature is wrong."""
    answer = served.signed(
        target="/oauth/request_token",
        oauth={"oauth_callback": "oob"},
        change=lambda signature: "AAAA" + signature[4:],
    ).send()
    assert answer.status == 401


def test_every_exchange_is_listed(developer: Visitor, documented: Served) -> None:
    """The newest first, with outcome, status, what was wrong and whose it was; pages and control calls are not."""
    documented.sms()
    refused(documented)
    exchange(documented.url, head("GET", "/nowhere/%3Cb%3E", [], host="a"))

    page = developer.open("/requests")

    assert paths(page) == ["/nowhere/%3Cb%3E", "/oauth/request_token", "/sms/json"]
    assert "refused · 401" in text_of(page)
    assert "unknown-secret" in text_of(page)
    assert "Demo app" in text_of(page)
    assert "other · 404" in text_of(page)


def test_filters(developer: Visitor, documented: Served) -> None:
    """By outcome, app and path."""
    documented.sms()
    refused(documented)

    assert paths(developer.open("/requests?outcome=refused")) == ["/oauth/request_token"]
    assert paths(developer.open("/requests?app=fake-consumer-key")) == ["/oauth/request_token"]
    assert paths(developer.open("/requests?path=/sms/json")) == ["/sms/json"]
    assert "No request is like that" in text_of(developer.open("/requests?outcome=fault"))
    assert len(paths(developer.open("/requests?outcome=nonsense"))) == 2


def test_older_ones_are_a_page_away(developer: Visitor, documented: Served) -> None:
    """Fifty stand on a page."""
    for number in range(53):
        requests.get(f"{documented.url}/nowhere/{number}", timeout=10)

    page = developer.open("/requests")
    older = developer.open(str(soup(page).select(".older a")[0]["href"]))

    assert paths(page)[0] == "/nowhere/52"
    assert paths(older) == ["/nowhere/2", "/nowhere/1", "/nowhere/0"]


def test_a_refusal_is_explained(developer: Visitor, documented: Served) -> None:
    """The diagnosis with its advice, the stage of the flow, the expected base string part by part."""
    refused(documented)

    page = newest(developer)

    rows = {
        row.select_one("th").get_text(): row.select_one("code").get_text()  # type: ignore[union-attr]
        for row in soup(page).select(".base-string tbody tr")
    }
    stage = soup(page).select_one(".stages [aria-current=step]")
    assert "Why it was refused: unknown-secret" in text_of(page)
    assert "What to change:" in text_of(page)
    assert stage is not None
    assert stage.get_text() == "request token"
    assert rows["method"] == "POST"
    assert rows["oauth_callback"] == "oauth_callback%3Doob"
    assert documented.fake.exchanges[0].diagnosis.expected_base_string in page.text.replace("&amp;", "&")  # type: ignore[union-attr, operator]


def test_ones_own_base_string_beside_the_expected(developer: Visitor, documented: Served) -> None:
    """Pasted, it is aligned, and the first difference is marked in both."""
    refused(documented)
    expected = documented.fake.exchanges[0].diagnosis.expected_base_string  # type: ignore[union-attr]
    assert expected is not None
    mine = expected.replace("oauth_callback%3Doob", "oauth_callback%3Dother")

    page = developer.press(newest(developer), "Lay them side by side", base_string=mine)
    same = developer.press(newest(developer), "Lay them side by side", base_string=f"  {expected}\n")

    (row,) = soup(page).select(".base-string tr.differs")
    at = expected.index("oob") + 1
    assert [mark.get_text() for mark in row.select("mark")] == ["ob", "ther"]
    assert f"They part at character {at}" in text_of(page)
    assert "Both are the same" in text_of(same)
    assert not soup(same).select(".base-string tr.differs")


def test_an_accepted_request_with_findings(developer: Visitor, documented: Served) -> None:
    """What a stricter provider might refuse is listed with its source."""
    documented.request_token()

    page = newest(developer)

    assert "Findings" in text_of(page)
    for finding in documented.fake.exchanges[0].findings:
        assert finding.code in text_of(page)
        assert finding.source in text_of(page)


def test_the_stages_of_the_flow(developer: Visitor, documented: Served) -> None:
    """Each request of the flow says which stage it was; one by api_key has no part in it."""
    access = documented.access_token()
    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send()
    documented.sms()

    def stage_of(number: int) -> str | None:
        current = soup(developer.open(f"/requests/{number}")).select_one("[aria-current=step]")
        return current.get_text() if current else None

    assert [stage_of(number) for number in (1, 2, 3, 4)] == [
        "request token",
        "access token",
        "API call",
        None,
    ]


def test_request_and_answer_stand_there_whole(developer: Visitor, documented: Served) -> None:
    """As they were on the wire, without secrets, and as a file."""
    documented.sms(text="hello")

    page = newest(developer)
    number = documented.fake.exchanges[0].number
    file = developer.open(f"/requests/{number}/request")

    request = soup(page).select_one("#request")
    answer = soup(page).select_one("#answer")
    assert request is not None
    assert answer is not None
    assert request.get_text() == file.text
    assert request.get_text().startswith("POST /sms/json HTTP/1.1\nHost: ")
    assert "api_secret=[redacted]" in request.get_text()
    assert '"status": "0"' in answer.get_text()
    assert file.headers["content-disposition"] == 'attachment; filename="000001-request.txt"'
    assert file.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_long_body_is_cut_on_the_page_only(developer: Visitor, documented: Served) -> None:
    """The page shows its beginning, and says how much is left out; the file has what was kept."""
    requests.post(f"{documented.url}/sms/json", data="<" * 60_000, timeout=10)

    page = newest(developer)

    assert "more characters]" in text_of(page)
    assert len(page.content) < 150_000
    assert developer.open("/requests/1/request").text.count("<") == 60_000


def test_copied_as_curl_it_sends_the_same(developer: Visitor, documented: Served) -> None:
    """Run by a real shell, the command sends the same method, target, headers and body."""
    need("curl", package="curl")
    host = urlsplit(documented.url).netloc
    typed = [("Content-Type", "text/x"), ("X-Empty", ""), ("Content-Length", "9")]
    quoted = [("Accept", "a/b"), ("X-Quote", 'it\'s "$HOME" `id` \\')]
    sent = [
        head("POST", "/sms/json?a=%5B1%5D&b=[2]&c='", typed, host=host) + b"@it's\n\x01\xc3\xa9",
        head("GET", "/a/../b%20c?q={x}", quoted, host=host),
        head("DELETE", "/nowhere", [], host=host),
        head("PUT", "/nowhere", [("Content-Length", "0")], host=host),
    ]
    for one in sent:
        exchange(documented.url, one)
        command = soup(newest(developer)).select_one("#curl")
        assert command is not None

        done = run("bash", "-c", command.get_text())

        again, first = documented.fake.exchanges[:2]
        assert done.returncode == 0, done.stderr
        assert again.request.target == first.request.target
        assert again.request.method == first.request.method
        assert again.request.body == first.request.body
        ignored = {"host", "content-length", "connection"}
        assert [pair for pair in again.request.headers if pair[0].lower() not in ignored] == [
            pair for pair in first.request.headers if pair[0].lower() not in ignored
        ]


def test_a_look_at_the_head(developer: Visitor, documented: Served) -> None:
    """HEAD is asked by curl's own option: with -X it would wait for a body."""
    requests.head(f"{documented.url}/sms/json", timeout=10)

    command = soup(newest(developer)).select_one("#curl")

    assert command is not None
    assert command.get_text().startswith(f"curl --head {documented.url}/sms/json")


def test_a_replayed_signature_is_refused_for_its_nonce(developer: Visitor, documented: Served) -> None:
    """The command of a signed request sends what is verified as before, but for the nonce."""
    need("curl", package="curl")
    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=documented.access_token()).send()
    command = soup(newest(developer)).select_one("#curl")
    assert command is not None

    run("bash", "-c", command.get_text())

    assert documented.diagnosis == "nonce-used"


def test_secrets_to_put_in_are_named(developer: Visitor, documented: Served) -> None:
    """A command that had a secret says where to put it again."""
    documented.sms()

    command = soup(newest(developer)).select_one("#curl")

    assert command is not None
    assert command.get_text().startswith("# Put your secrets where [redacted] stands.\ncurl ")


def test_comparing_two(developer: Visitor, documented: Served) -> None:
    """What differs is marked, what one lacks is said; what is the same is not marked."""
    documented.sms(text="one")
    documented.sms(text="two", ttl="60000")

    page = developer.open("/requests/compare?number=1&number=2")

    differing = {row.select_one("th bdi").get_text() for row in soup(page).select("tr.differs")}  # type: ignore[union-attr]
    assert {"text (form)", "ttl (form)", "body", "content-length"} <= differing
    assert "from (form)" not in differing
    assert "not there" in text_of(page)


def test_two_have_to_be_chosen(developer: Visitor, documented: Served) -> None:
    """One, or three, is a clear line and not an error page."""
    documented.sms()

    for query in ("", "?number=1", "?number=1&number=1&number=1", "?number=x&number=1"):
        page = developer.open(f"/requests/compare{query}")
        assert page.status_code == 400
        assert "tick two of them" in text_of(page)
    assert developer.open("/requests/compare?number=1&number=99").status_code == 404


def test_what_no_parser_accepts(developer: Visitor, documented: Served) -> None:
    """It is listed and shown like any other."""
    exchange(documented.url, b"\x16\x03\x01 no HTTP\r\n\r\n")

    page = newest(developer)

    assert page.status_code == 200
    assert "not shown" in text_of(page)


def test_a_bug_of_the_fake(developer: Visitor, documented: Served, monkeypatch: object) -> None:
    """Its traceback stands on the page of the exchange."""
    from fake_provider.adapters.store.memory import MemoryStore

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(MemoryStore, "accept", fail)  # type: ignore[attr-defined]
    documented.sms()

    page = newest(developer)

    assert "A bug of the fake" in text_of(page)
    assert "RuntimeError: boom" in text_of(page)


def test_an_exchange_that_is_not_there(developer: Visitor) -> None:
    """It is a 404 that says where to look."""
    page = developer.open("/requests/4711")

    assert page.status_code == 404
    assert "Requests lists those that are kept" in text_of(page)
