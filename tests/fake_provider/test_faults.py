"""Faults that are planned: which calls they meet, what they do to an answer, and whether the request took effect."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_provider import FakeNexmo, InvalidValue
from fake_provider.domain.wire import WireRequest
from fake_provider.sms.status import TEXTS
from tests.conftest import Serve, Served
from tests.raw import form, head, read_answer

SMS = {
    "api_key": "abcd1234",
    "api_secret": "fake-api-secret",
    "from": "Acme",
    "to": "447700900000",
    "text": "hello",
}
REST = "https://rest.nexmo.com"


def plan(served: Served, action: dict[str, Any], **members: Any) -> str:
    """Plan a fault over the control API; return its id."""
    return str(served.control("POST", "/faults", {"action": action, **members})["id"])


def texts(served: Served) -> list[tuple[str, int]]:
    """Return text and status of every message that is kept."""
    return [(message.text, message.status) for message in served.fake.messages]


# Which calls


def test_a_fault_meets_one_call(documented: Served) -> None:
    """Unless it says otherwise; then it is gone from the list."""
    plan(documented, {"status": 503})

    assert [documented.sms().status_code for _ in range(3)] == [503, 200, 200]
    assert documented.control("GET", "/faults") == {"faults": []}


def test_times_and_after(documented: Served) -> None:
    """So many calls pass first, then so many are met; null meets all."""
    plan(documented, {"status": 503}, times=2, after=1)
    assert [documented.sms().status_code for _ in range(5)] == [200, 503, 503, 200, 200]

    plan(documented, {"status": 502}, times=None)
    assert {documented.sms().status_code for _ in range(5)} == {502}
    documented.control("DELETE", "/faults")
    assert documented.sms().status_code == 200


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, True),
        ({"path": "/sms/json"}, True),
        ({"path": "/sms/json/"}, True),
        ({"path": "/sms/xml"}, False),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"to": "447700900000"}, True),
        ({"to": "+447700900000"}, True),
        ({"method": "post"}, True),
        ({"to": "447700900001"}, False),
        ({"consumer_key": "fake-consumer-key"}, True),
        ({"consumer_key": "another"}, False),
        (
            {
                "path": "/sms/json",
                "method": "POST",
                "to": "447700900000",
                "consumer_key": "fake-consumer-key",
            },
            True,
        ),
        ({"path": "/sms/json", "to": "447700900001"}, False),
    ],
)
def test_matching(match: dict[str, str], met: bool, documented: Served) -> None:
    """Every member of ``match`` narrows; together they narrow further."""
    token = documented.access_token()
    plan(documented, {"status": 503}, match=match)
    body, headers = form(from_="Acme", to="447700900000", text="hello")
    answer = documented.signed(body=body, headers=headers, token=token).send()

    assert answer.status == (503 if met else 200)


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda url: requests.get(url, params=SMS, timeout=9), id="query"),
        pytest.param(lambda url: requests.post(url, json=SMS, timeout=9), id="json"),
        pytest.param(
            lambda url: requests.post(url, data=SMS | {"to": "+447700900000"}, timeout=9), id="with-plus"
        ),
    ],
)
def test_the_recipient_is_found_wherever_it_stands(send: Any, documented: Served) -> None:
    """In a query, a form or a JSON body."""
    plan(documented, {"status": 503}, match={"to": "447700900000"})

    assert send(f"{documented.url}/sms/json").status_code == 503


@pytest.mark.parametrize("path", ["/", "/_fake/health", "/static/style.css"])
def test_the_fakes_own_pages_and_calls_are_never_met(path: str, documented: Served) -> None:
    """Else nobody could take the fault back."""
    plan(documented, {"drop": True}, times=None)

    assert requests.get(documented.url + path, timeout=9).status_code == 200


def test_each_call_meets_the_fault_that_was_planned_first(documented: Served) -> None:
    """One fault a call; ``after`` counts every matching call, whichever fault that one met."""
    plan(documented, {"status": 501})
    plan(documented, {"status": 502})
    plan(documented, {"status": 503}, after=3)

    assert [documented.sms().status_code for _ in range(5)] == [501, 502, 200, 503, 200]


def test_at_once_each_of_many_faults_meets_one_call(documented: Served) -> None:
    """Twenty calls at a time and ten faults: ten are met."""
    documented.fake.create_account("rich@example.com", api_key="rich", api_secret="s", balance=1000)
    plan(documented, {"status": 503}, times=10)
    codes: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: codes.append(documented.sms(api_key="rich", api_secret="s").status_code)
        )
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [200] * 10 + [503] * 10


def test_a_fault_for_sms_waits_for_an_sms(documented: Served) -> None:
    """A request for a token is not what it is about."""
    plan(documented, {"sms_status": "9"})
    documented.access_token()

    assert documented.part()["status"] == "9"


def test_faults_are_listed_and_forgotten(documented: Served) -> None:
    """With all that was said of them; one by its id, or all."""
    first = plan(documented, {"delay_ms": 5, "status": 500}, match={"path": "/sms/json"}, times=3, after=1)
    second = plan(documented, {"drop": True, "when": "after"}, times=None)
    listed = documented.control("GET", "/faults")["faults"]

    assert listed == [
        {
            "id": first,
            "match": {"path": "/sms/json"},
            "times": 3,
            "after": 1,
            "action": {"status": 500, "delay_ms": 5},
            "when": "before",
            "met": 0,
        },
        {
            "id": second,
            "match": {},
            "times": None,
            "after": 0,
            "action": {"drop": True},
            "when": "after",
            "met": 0,
        },
    ]
    documented.control("DELETE", f"/faults/{first}")
    assert [fault["id"] for fault in documented.control("GET", "/faults")["faults"]] == [second]
    gone = requests.delete(f"{documented.url}/_fake/faults/{first}", timeout=9)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "unknown")


# What happens


@pytest.mark.parametrize(
    ("action", "status", "body", "headers"),
    [
        ({"status": 500}, 500, "", {}),
        ({"status": 429, "body": "slow down", "headers": {"Retry-After": "3"}}, 429, "slow down", {"retry-after": "3"}),
        ({"body": "{}", "headers": {"Content-Type": "a/json"}}, 200, "{}", {"content-type": "a/json"}),
        ({"redirect": "https://elsewhere.example/x"}, 302, "", {"location": "https://elsewhere.example/x"}),
        ({"redirect": "/sms/xml", "status": 307}, 307, "", {"location": "/sms/xml"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("when", ["before", "after"])
def test_another_answer(
    action: dict[str, Any], status: int, body: str, headers: dict[str, str], when: str, documented: Served
) -> None:
    """Status, body, headers and a redirect take the place of the true answer; the trace tells what went out."""
    fault = plan(documented, {**action, "when": when})
    answer = documented.sms()

    assert (answer.status_code, answer.text) == (status, body)
    assert {name: answer.headers[name] for name in headers} == headers
    assert texts(documented) == ([("hello", 0)] if when == "after" else [])
    (exchange,) = documented.control("GET", "/exchanges")["exchanges"]
    assert (exchange["outcome"], exchange["fault"]) == ("fault", fault)
    assert (exchange["response"]["status"], exchange["response"]["body"]) == (status, body)


@pytest.mark.parametrize("path", ["/sms/json", "/oauth/request_token", "/account/get-balance"])
def test_html_where_something_else_was_wanted(path: str, documented: Served) -> None:
    """``malformed`` is status 200 and a page."""
    plan(documented, {"malformed": True})
    answer = requests.post(documented.url + path, data=SMS, timeout=9)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<html>" in answer.text


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_is_dropped(when: str, documented: Served) -> None:
    """No octet comes, and the connection is closed; the request took effect or not, as planned."""
    plan(documented, {"drop": True, "when": when})
    body, headers = form(**{name.replace("from", "from_"): value for name, value in SMS.items()})
    headers.append(("Content-Length", str(len(body))))
    parts = urlsplit(documented.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=9) as sock:
        sock.sendall(head("POST", "/sms/json", headers, host=parts.netloc) + body)

        assert sock.recv(1000) == b""
    assert texts(documented) == ([("hello", 0)] if when == "after" else [])


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_that_ends_in_the_middle(when: str, documented: Served) -> None:
    """The length that was promised does not come, and what came cannot be read."""
    plan(documented, {"truncate": True, "when": when})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        documented.sms()
    plan(documented, {"truncate": True, "when": when})
    answer = requests.post(f"{documented.url}/sms/json", data=SMS, timeout=9, stream=True)
    half = answer.raw.read(int(answer.headers["content-length"]) // 2, decode_content=False)

    with pytest.raises(json.JSONDecodeError):
        json.loads(half)
    assert half.startswith(b'{\n    "message-count": "1"')
    assert texts(documented) == ([("hello", 0)] * 2 if when == "after" else [])


def test_no_answer_at_all(documented: Served) -> None:
    """``hang``: nothing comes, and the connection stays open until the client has had enough."""
    plan(documented, {"hang": True})
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{documented.url}/sms/json", data=SMS, timeout=0.2)

    assert texts(documented) == []


def test_a_hanging_call_does_not_keep_the_server_from_stopping(serve: Serve) -> None:
    """It ends with the server, without an answer."""
    served = serve()
    plan(served, {"hang": True})
    parts = urlsplit(served.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=9) as sock:
        sock.sendall(head("GET", "/sms/json", [], host=parts.netloc))
        while not served.fake.exchanges:
            threading.Event().wait(0.01)
        started = time.perf_counter()
        served.server.stop()

        assert time.perf_counter() - started < 2
        assert sock.recv(100) == b""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_delay(when: str, documented: Served) -> None:
    """The answer comes later, and is the true one."""
    plan(documented, {"delay_ms": 150, "when": when})
    started = time.perf_counter()

    assert documented.part()["status"] == "0"
    assert time.perf_counter() - started >= 0.15


def test_a_delay_ends_with_the_server(serve: Serve) -> None:
    """Stopping cuts it short, and the answer still comes."""
    served = serve()
    plan(served, {"delay_ms": 60_000})
    body, headers = form(**{name.replace("from", "from_"): value for name, value in SMS.items()})
    headers.append(("Content-Length", str(len(body))))
    parts = urlsplit(served.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=9) as sock:
        sock.sendall(head("POST", "/sms/json", headers, host=parts.netloc) + body)
        while served.fake.faults.waiting:
            threading.Event().wait(0.01)
        threading.Event().wait(0.05)
        served.server.stop()

        assert read_answer(sock).sms_status == "0"


@pytest.mark.parametrize("status", sorted(TEXTS))
def test_every_status_of_an_sms(status: int, documented: Served) -> None:
    """With its own text; nothing is charged, and the message is kept as refused."""
    plan(documented, {"sms_status": str(status)})
    part = documented.part()

    assert part["status"] == str(status)
    assert part["error-text"] == TEXTS[status].format(name="from", milliseconds=250)
    assert documented.fake.accounts[0].balance == 10
    assert texts(documented) == [("hello", status)]


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        (1, ["to", "status", "error-text", "network"]),
        (9, ["to", "error-text", "message-price", "status", "remaining-balance", "network"]),
        (6, ["to", "status", "error-text"]),
        (29, ["to", "status", "error-text"]),
        (5, ["status", "error-text"]),
        (101, ["status", "error-text"]),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_status_has_its_own_keys(status: int, keys: list[str], when: str, documented: Served) -> None:
    """As they were seen; with ``after`` the message was accepted all the same."""
    plan(documented, {"sms_status": status, "when": when})

    assert list(documented.part()) == keys
    assert texts(documented) == [("hello", 0 if when == "after" else status)]


def test_a_text_of_its_own(documented: Served) -> None:
    """``error_text`` goes out as it is."""
    plan(
        documented,
        {"sms_status": "1", "error_text": "Throughput Rate Exceeded - please wait [ 702 ] and retry"},
    )

    assert documented.part()["error-text"] == "Throughput Rate Exceeded - please wait [ 702 ] and retry"


def test_one_part_is_refused(documented: Served) -> None:
    """Its neighbours are accepted and paid; the balance falls with each that is."""
    plan(documented, {"sms_status": "1", "part": 2})
    parts = documented.sms(text="a" * 400).json()["messages"]

    assert [part["status"] for part in parts] == ["0", "1", "0"]
    assert list(parts[1]) == ["to", "status", "error-text", "network"]
    assert [part.get("remaining-balance") for part in parts] == ["9.96670000", None, "9.93340000"]
    (message,) = documented.control("GET", "/messages")["messages"]
    assert (message["status"], message["part_statuses"], len(message["message_ids"])) == (
        "0",
        ["0", "1", "0"],
        2,
    )
    assert message["total_price"] == "0.06660000"


def test_one_part_is_said_to_be_refused_though_it_was_sent(documented: Served) -> None:
    """``after``: the message took effect as a whole, and its answer has the other parts as they are."""
    plan(documented, {"sms_status": "1", "part": 2, "when": "after"})
    parts = documented.sms(text="a" * 400).json()["messages"]

    assert [part["status"] for part in parts] == ["0", "1", "0"]
    (message,) = documented.control("GET", "/messages")["messages"]
    assert (message["part_statuses"], message["total_price"]) == (["0", "0", "0"], "0.09990000")


def test_a_balance_stands_beside_a_false_refusal(documented: Served) -> None:
    """What is left after the message that was paid all the same."""
    plan(documented, {"sms_status": "9", "when": "after"})

    assert documented.part()["remaining-balance"] == "9.96670000"


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_http_status_beside_an_sms_status(when: str, documented: Served) -> None:
    """The later gateway answered a throttled call with 429: both stand in one answer."""
    plan(documented, {"sms_status": "1", "status": 429, "when": when})
    answer = documented.sms()

    assert (answer.status_code, answer.json()["messages"][0]["status"]) == (429, "1")


def test_an_empty_answer_is_cut_too(documented: Served) -> None:
    """Where nothing is, something is put that can be cut."""
    plan(documented, {"status": 500, "truncate": True})
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        documented.sms()


def test_a_wrong_secret_is_refused_first(documented: Served) -> None:
    """A fault is for those who come through."""
    plan(documented, {"sms_status": "9"})

    assert documented.part(api_secret="wrong")["status"] == "4"


@pytest.mark.parametrize("path", ["/oauth/request_token", "/oauth/access_token"])
@pytest.mark.parametrize("status", [None, 503])
def test_a_problem_of_oauth(path: str, status: int | None, documented: Served) -> None:
    """As a refusal of ``/oauth/*`` looks: 401, the challenge, and a form."""
    plan(documented, {"oauth_problem": "consumer_key_refused", "status": status})
    answer = documented.signed(target=path).send()

    assert answer.status == (status or 401)
    assert answer.form["oauth_problem"] == "consumer_key_refused"
    assert 'oauth_problem="consumer_key_refused"' in answer.headers["www-authenticate"]


def test_a_problem_of_oauth_at_the_apis(documented: Served) -> None:
    """The challenge, with each endpoint's own body."""
    plan(documented, {"oauth_problem": "token_revoked"}, times=3)
    json_answer, xml_answer = documented.sms(), documented.sms("/sms/xml")
    balance = requests.get(f"{documented.url}/account/get-balance", params=SMS, timeout=9)

    for answer in (json_answer, xml_answer, balance):
        assert answer.status_code == 401
        assert 'oauth_problem="token_revoked"' in answer.headers["www-authenticate"]
    assert json_answer.json()["messages"] == [{"status": "4", "error-text": "Bad Credentials"}]
    assert "<errorText>Bad Credentials</errorText>" in xml_answer.text
    assert balance.json() == {"error-code": "401", "error-code-label": "authentication failed"}
    assert texts(documented) == []


def test_members_that_are_left_out_and_added(documented: Served) -> None:
    """Of a form, of JSON at any depth, of XML; the request took effect."""
    plan(documented, {"omit": "oauth_callback_confirmed", "extra": {"x": "y z", "n": 1}})
    form_answer = documented.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"}).send()
    plan(documented, {"omit": ["message-id", "message-count"], "extra": {"x": "y"}})
    json_answer = documented.sms().json()
    plan(documented, {"omit": ["messageId", "network"], "extra": {"x": "<y>"}})
    xml = ElementTree.fromstring(documented.sms("/sms/xml").text)

    assert list(form_answer.form) == ["oauth_token", "oauth_token_secret", "x", "n"]
    assert form_answer.form["x"] == "y z"
    assert json_answer.keys() == {"messages", "x"}
    assert "message-id" not in json_answer["messages"][0]
    assert xml.find("x") is not None
    assert xml.findtext("x") == "<y>"
    assert xml.find(".//messageId") is xml.find(".//network") is None
    assert [status for _, status in texts(documented)] == [0, 0]


def test_members_in_another_order(documented: Served) -> None:
    """Of a form, of JSON at any depth, of XML: the last comes first, and none is lost."""
    plan(documented, {"reorder": True, "extra": {"x": "y"}}, match={"path": "/oauth/request_token"})
    form_answer = documented.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"}).send()
    plan(documented, {"reorder": True})
    json_answer = documented.sms().json()
    plan(documented, {"reorder": True})
    xml = ElementTree.fromstring(documented.sms("/sms/xml").text)

    assert list(form_answer.form) == ["x", "oauth_callback_confirmed", "oauth_token_secret", "oauth_token"]
    assert list(json_answer) == ["messages", "message-count"]
    assert list(json_answer["messages"][0])[::5] == ["network", "to"]
    assert [child.tag for child in xml[0][0]][::5] == ["network", "to"]


def test_headers_beside_the_true_answer(documented: Served) -> None:
    """``headers`` alone replace what is there, and add what is not."""
    plan(documented, {"headers": {"content-type": "text/html", "X-Odd": "1"}, "extra": {"a": "b"}})
    answer = documented.sms()

    assert (answer.headers["content-type"], answer.headers["x-odd"]) == ("text/html", "1")
    assert answer.json()["messages"][0]["status"] == "0"


# In process


@pytest.mark.parametrize("when", ["before", "after"])
def test_in_process_a_dropped_connection_is_the_librarys_own_error(when: str) -> None:
    """As ``requests`` says it of a real socket."""
    fake = FakeNexmo()
    fake.faults.add(action={"drop": True}, when=when)
    with fake.intercept(), pytest.raises(requests.ConnectionError, match="without response"):
        requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert [message.status for message in fake.messages] == ([0] if when == "after" else [])


def test_in_process_nobody_waits_for_what_will_not_come() -> None:
    """A hanging answer, and one that comes later than the time-out, end at once."""
    fake = FakeNexmo()
    fake.faults.add({"action": {"hang": True}})
    fake.faults.add(action={"delay_ms": 600_000})
    with fake.intercept():
        for timeout in (30, (3, 60)):
            with pytest.raises(requests.ReadTimeout, match="Read timed out"):
                requests.post(f"{REST}/sms/json", data=SMS, timeout=timeout)


def test_in_process_a_short_delay_is_waited_for() -> None:
    """As over a socket."""
    fake = FakeNexmo()
    fake.faults.add(action={"delay_ms": 50})
    with fake.intercept():
        started = time.perf_counter()
        answer = requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert answer.json()["messages"][0]["status"] == "0"
    assert time.perf_counter() - started >= 0.05


@pytest.mark.parametrize("stream", [False, True])
def test_in_process_a_cut_answer_is_found_out(stream: bool) -> None:
    """By ``requests`` itself, when it reads the body."""
    fake = FakeNexmo()
    fake.faults.add(action={"truncate": True}, match={"path": "/sms/json"})
    with fake.intercept(), pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = requests.post(f"{REST}/sms/json", data=SMS, timeout=5, stream=stream).content


def test_a_fault_that_was_never_met_is_known() -> None:
    """So that a test can tell that the failure it waited for never happened."""
    fake = FakeNexmo()
    met = fake.faults.add(action={"status": 500}, times=None)
    unmet = fake.faults.add(match={"path": "/sms/xml"}, action={"drop": True}, after=2)
    with fake.intercept():
        requests.post(f"{REST}/sms/json", data=SMS, timeout=5)

    assert [fault.id for fault in fake.faults.waiting] == [met.id, unmet.id]
    assert [fault.described for fault in fake.faults.unmet] == [
        "drop=True for path='/sms/xml', after 2 others"
    ]
    fake.faults.remove(unmet.id)
    fake.faults.clear()
    assert fake.faults.waiting == ()


# What is wrong with a plan


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({}, "action: is required"),
        ({"action": {}}, "action: one of status, body"),
        ({"action": {"status": 99}}, "action.status: a whole number from 200 to 599"),
        ({"action": {"status": "500"}}, "action.status: a whole number"),
        ({"action": {"explode": True}}, "action.explode: unknown; allowed are status"),
        ({"action": {"drop": 1}}, "action.drop: true or false"),
        ({"action": {"sms_status": "0"}}, "action.sms_status: a status other than 0"),
        ({"action": {"sms_status": "many"}}, "action.sms_status: a status other than 0"),
        ({"action": {"part": 2}}, "action.part: it goes with sms_status"),
        ({"action": {"delay_ms": -1}}, "action.delay_ms: a whole number from 0"),
        ({"action": {"oauth_problem": "Bad News"}}, "action.oauth_problem: a word such as token_revoked"),
        ({"action": {"redirect": "a b"}}, "action.redirect: a URL"),
        ({"action": {"headers": {"X": "a\r\nb"}}}, "action.headers: an object of header names"),
        ({"action": {"headers": {"Content-Length": "1"}}}, "action.headers: Content-Length"),
        ({"action": {"omit": 1}}, "action.omit: a name, or a list of names"),
        ({"action": {"extra": ["x"]}}, "action.extra: an object of at most 100 texts"),
        ({"action": {"drop": True, "hang": True}}, "action: drop and hang exclude each other"),
        (
            {"action": {"redirect": "/", "malformed": True}},
            "action: redirect and malformed exclude each other",
        ),
        ({"action": {"drop": True}, "times": 0}, "times: a whole number from 1"),
        ({"action": {"drop": True}, "after": -1}, "after: a whole number from 0"),
        ({"action": {"drop": True}, "when": "never"}, "when: one of before, after"),
        ({"action": {"drop": True}, "match": {"host": "x"}}, "match.host: unknown; allowed are path"),
        ({"action": {"drop": True}, "match": "all"}, "match: an object"),
        ({"action": {"drop": True}, "match": {"path": "sms/json"}}, "match.path: a path that begins with /"),
        ({"action": "drop"}, "action: an object"),
        ({"action": {"drop": True}, "colour": "red"}, "colour: unknown"),
    ],
)
def test_plans_that_cannot_be(members: dict[str, Any], problem: str) -> None:
    """The error names the member and says what is allowed; nothing is planned."""
    fake = FakeNexmo()
    with pytest.raises(InvalidValue, match=re.escape(problem)):
        fake.faults.add(members)

    assert fake.faults.waiting == ()


# Any plan

MEMBERS: list[tuple[str, Any]] = [
    *(("status", status) for status in (200, 204, 302, 500)),
    *(("body", body) for body in ("", "{", "<a", "a=b", "[]")),
    *(("headers", {"Content-Type": kind}) for kind in ("application/json", "text/xml")),
    *((name, True) for name in ("drop", "truncate", "malformed", "hang")),
    *(("sms_status", status) for status in ("1", "2", "9", "77", "101")),
    ("part", 2),
    ("redirect", "/"),
    ("oauth_problem", "token_revoked"),
    *(("omit", name) for name in ("status", "messages", "oauth_token", "value")),
    *(("extra", extra) for extra in ({"a": "b"}, {"bad name<": "x"}, {"": "x"})),
    *(("when", when) for when in ("before", "after")),
]
KEYS = "api_key=abcd1234&api_secret=fake-api-secret"
CALLS = st.sampled_from(
    [
        *(f"/sms/{kind}?{KEYS}&from=A&to=447700900000&text=x" for kind in ("json", "xml")),
        "/sms/json",
        f"/account/get-balance?{KEYS}",
        f"/account/get-pricing/outbound?{KEYS}",  # without a country it has no body
        "/oauth/request_token",
        "/oauth/authorize",
    ]
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    members=st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=4),
    target=CALLS,
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
)
def test_no_plan_breaks_the_fake(members: list[tuple[str, Any]], target: str, method: str) -> None:
    """Whatever is planned is refused, or spoils the answer and nothing else."""
    fake = FakeNexmo()
    with contextlib.suppress(InvalidValue):
        fake.faults.add(action=dict(members))
    fake.application.reply(WireRequest.to(method, f"{REST}{target}"))

    assert [exchange.error for exchange in fake.exchanges] == [None]
