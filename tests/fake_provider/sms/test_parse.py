"""What a request to ``/sms/*`` must and must not bring: types, parameters, and the order of the checks."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from fake_provider.sms.parse import JSON_TYPES, leniencies
from tests.conftest import Served

BINARY = {"type": "binary", "text": None, "udh": "06050415811581", "body": "C0FFEE"}
WAPPUSH = {"type": "wappush", "text": None, "title": "Nexmo", "url": "http://example.com/x"}
VCARD = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Ann\r\nEND:VCARD"
VCAL = "BEGIN:VCALENDAR\r\nEND:VCALENDAR"
CARD = {"type": "vcard", "text": None, "vcard": VCARD}
CALENDAR = {"type": "vcal", "text": None, "vcal": VCAL}


@pytest.mark.parametrize(
    ("parameters", "text", "encoding", "details"),
    [
        pytest.param({"type": None}, "hello", "gsm7", {}, id="text-is-the-default"),
        pytest.param({"type": "text"}, "hello", "gsm7", {}, id="text"),
        pytest.param({"type": "unicode", "text": "你好 😀"}, "你好 😀", "ucs2", {}, id="unicode"),
        pytest.param(BINARY, "", "binary", {"udh": "06050415811581", "body": "C0FFEE"}, id="binary"),
        pytest.param(
            WAPPUSH, "Nexmo", "binary", {"title": "Nexmo", "url": "http://example.com/x"}, id="wappush"
        ),
        pytest.param(CARD, VCARD, "binary", {"vcard": VCARD}, id="vcard"),
        pytest.param(CALENDAR, VCAL, "binary", {"vcal": VCAL}, id="vcal"),
    ],
)
def test_every_type(
    parameters: dict[str, str | None], text: str, encoding: str, details: dict[str, str], strict: Served
) -> None:
    """Each is accepted with what it requires, and kept as it was meant."""
    assert strict.part(**parameters)["status"] == "0"
    (message,) = strict.control("GET", "/messages")["messages"]
    assert (message["type"], message["text"], message["encoding"]) == (
        parameters.get("type") or "text",
        text,
        encoding,
    )
    assert message["details"] == details
    assert message["parts"] == 1


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"text": None}, "text"),
        ({"type": "unicode", "text": ""}, "text"),
        (BINARY | {"udh": None}, "udh"),
        (BINARY | {"body": ""}, "body"),
        (WAPPUSH | {"title": None}, "title"),
        (WAPPUSH | {"url": None}, "url"),
        (CARD | {"vcard": None}, "vcard"),
        (CALENDAR | {"vcal": None}, "vcal"),
    ],
)
def test_what_a_type_requires(parameters: dict[str, str | None], name: str, documented: Served) -> None:
    """Status 2 names it."""
    assert documented.part(**parameters) == {"status": "2", "error-text": f"Missing {name} param"}


@pytest.mark.parametrize("parameters", [BINARY, WAPPUSH], ids=["binary", "wappush"])
def test_what_a_type_forbids(parameters: dict[str, str | None], documented: Served, strict: Served) -> None:
    """A text is ignored, with a finding; in the strict profile it refuses the message."""
    with_text = parameters | {"text": "hello"}

    assert documented.part(**with_text)["status"] == "0"
    assert documented.findings == ["parameter-not-for-type"]
    assert strict.part(**with_text) == {"status": "3", "error-text": "Invalid params"}


REFUSED: list[tuple[dict[str, str | None], str, str]] = [
    ({"type": "fax"}, "3", "Invalid params"),
    ({"to": "nobody"}, "3", "to address is not numeric"),
    ({"text": "a" * 3201}, "12", "Message too long"),
    (CARD | {"vcard": "a" * 3201}, "12", "Message too long"),
    (BINARY | {"body": "00" * 134}, "12", "Message too long"),
    (BINARY | {"body": "0"}, "3", "Invalid params"),
    (BINARY | {"udh": "0x06"}, "3", "Invalid params"),
    ({"ttl": "1"}, "16", "value for ttl field out of range"),
    ({"ttl": "19999"}, "16", "value for ttl field out of range"),
    ({"ttl": "604800001"}, "16", "value for ttl field out of range"),
    ({"ttl": "soon"}, "16", "value for ttl field out of range"),
    ({"ttl": "-20000"}, "16", "value for ttl field out of range"),
    ({"ttl": "9" * 400}, "16", "value for ttl field out of range"),
    ({"ttl-hours": "169"}, "16", "value for ttl field out of range"),
    ({"ttl-seconds": "1"}, "16", "value for ttl field out of range"),
    ({"message-class": "4"}, "20", "Invalid message class"),
    ({"message-class": "flash"}, "20", "Invalid message class"),
    ({"network-code": "GB"}, "22", "Invalid network code"),
    ({"callback": "example.com/dr"}, "23", "Bad callback :: Missing Protocol"),
    ({"callback": "ftp://example.com/dr"}, "23", "Bad callback :: Missing Protocol"),
    ({"callback": "http://exa mple.com/dr"}, "23", "Bad callback :: Missing Protocol"),
    ({"callback": "http://example.com/" + "x" * 2000}, "23", "Bad callback :: Missing Protocol"),
    ({"callback": "http://[::1/dr"}, "23", "Bad callback :: Missing Protocol"),
    ({"protocol-id": "256"}, "3", "Invalid params"),
    ({"protocol-id": "x"}, "3", "Invalid params"),
    (WAPPUSH | {"validity": "long"}, "3", "Invalid params"),
]


@pytest.mark.parametrize(("parameters", "status", "text"), REFUSED)
def test_parameters_that_are_refused(
    parameters: dict[str, str | None], status: str, text: str, documented: Served
) -> None:
    """Each by its own status, with the literal text, and HTTP 200."""
    changed = {name.replace("-", "_"): value for name, value in parameters.items()}
    answer = documented.sms(**changed)

    assert answer.status_code == 200
    assert answer.json()["messages"] == [{"status": status, "error-text": text}]
    assert documented.fake.accounts[0].balance == 10
    assert documented.fake.exchanges[0].response.status == 200


@pytest.mark.parametrize(
    "parameters",
    [
        {"ttl": "20000"},
        {"ttl": "604800000"},
        {"ttl": ""},
        {"ttl-hours": "72", "ttl-minutes": "1", "ttl-seconds": "1"},
        {"ttl-minutes": "1"},
        {"message-class": "0"},
        {"message-class": "3"},
        {"callback": "https://example.com:8443/dr?x=%20"},
        {"callback": ""},
        {"protocol-id": "127"},
        {"client-ref": "x" * 40, "account-ref": "cost centre"},
        {"status-report-req": "1"},
        {"status-report-req": "false"},
        {"test-reachable": "true"},
        {"entity-id": "1", "content-id": "2"},
        BINARY | {"body": "00" * 133},
        WAPPUSH | {"validity": "172800000"},
        {"from": "447700900001"},
        {"from": "Acme Shop"},
    ],
)
def test_parameters_that_are_accepted(parameters: dict[str, str | None], strict: Served) -> None:
    """Also in the strict profile, without a finding, and kept with the message."""
    part = strict.part(**{name.replace("-", "_"): value for name, value in parameters.items()})

    assert part["status"] == "0"
    assert strict.findings == []
    (message,) = strict.control("GET", "/messages")["messages"]
    kept = {**message["details"], "client-ref": message["client_ref"], "account-ref": message["account_ref"]}
    common = ("from", "to", "type", "text")
    assert (
        parameters.items()
        <= (kept | {name: parameters[name] for name in common if name in parameters}).items()
    )


def test_the_network_can_be_forced(documented: Served) -> None:
    """``network-code`` stands in the answer."""
    assert documented.part(network_code="23415")["network"] == "23415"


def test_references_are_echoed_behind_the_rest(documented: Served) -> None:
    """In a success, in JSON and in XML; in an error nobody saw them."""
    part = documented.part(client_ref="a", account_ref="b")
    xml = documented.sms("/sms/xml", client_ref="a", account_ref="b").text
    error = documented.part(client_ref="a", account_ref="b", to="nobody")

    assert list(part)[-2:] == ["client-ref", "account-ref"]
    assert "<clientRef>a</clientRef>\n            <accountRef>b</accountRef>\n" in xml
    assert "client-ref" not in error


def test_reachability_is_answered_in_xml(documented: Served) -> None:
    """The element that the Java library of 2014 reads."""
    assert "<reachability status='0'" in documented.sms("/sms/xml", test_reachable="true").text
    assert "reachability" not in documented.sms("/sms/xml").text


# The order of the checks: of two mistakes the earlier one is told.

ORDER: list[tuple[str, dict[str, str | None], str]] = [
    ("credentials", {"api_secret": "wrong"}, "4"),
    ("from", {"from_": None}, "2"),
    ("type", {"type": "fax"}, "3"),
    ("too-long", {"text": "a" * 3201}, "12"),
    ("to", {"to": "nobody"}, "3"),
    ("ttl", {"ttl": "1"}, "16"),
    ("class", {"message_class": "9"}, "20"),
    ("callback", {"callback": "x"}, "23"),
    ("magic", {"to": "447700900107"}, "7"),
]


@pytest.mark.parametrize("position", range(len(ORDER) - 1))
def test_order_of_checks(position: int, documented: Served) -> None:
    """Credentials, then what is missing, content, recipient, ttl, class, callback, and last what the account allows."""
    _, earlier, status = ORDER[position]
    for _, later, _ in ORDER[position + 1 :]:
        if not earlier.keys() & later.keys():
            assert documented.part(**later, **earlier)["status"] == status


# What leniency hides


@pytest.mark.parametrize(
    ("parameters", "code", "strict_status"),
    [
        ({"to": "+447700900000"}, "to-with-plus", "3"),
        ({"to": " 447700900000"}, "to-with-plus", "3"),  # a plus sign that was not escaped
        ({"to": "447700900000 "}, "to-with-plus", "3"),
        ({"from_": "A very long sender"}, "sender-unusual", "15"),
        ({"from_": "Ac-me"}, "sender-unusual", "15"),
        ({"from_": "+447700900001"}, "sender-unusual", "15"),
        ({"from_": "00447700900001"}, "sender-unusual", "15"),
        ({"from_": "1234567890123456"}, "sender-unusual", "15"),
        ({"client_ref": "x" * 41}, "client-ref-too-long", "0"),
        ({"colour": "red"}, "parameter-unknown", "0"),
        ({"udh": "00"}, "parameter-not-for-type", "0"),
        ({"text": "naïve"}, "characters-not-in-gsm", "0"),
    ],
)
def test_a_leniency_leaves_a_finding(
    parameters: dict[str, str], code: str, strict_status: str, documented: Served, strict: Served
) -> None:
    """The documented profile accepts and says so; strict refuses where the documentation asks for something else."""
    assert documented.part(**parameters)["status"] == "0"
    assert documented.findings == [code]
    (finding,) = documented.fake.exchanges[0].findings
    assert finding.source
    assert strict.part(**parameters)["status"] == strict_status


def test_a_repeated_parameter(documented: Served) -> None:
    """The first counts, and that is said."""
    pairs = [
        ("api_key", "abcd1234"),
        ("api_secret", "fake-api-secret"),
        ("from", "A"),
        ("to", "447700900000"),
    ]
    requests.post(f"{documented.url}/sms/json", data=[*pairs, ("text", "one"), ("text", "two")], timeout=9)

    assert [message.text for message in documented.fake.messages] == ["one"]
    assert documented.findings == ["sms-parameter-repeated"]


def test_a_long_unknown_name_is_not_repeated() -> None:
    """It may be anything, a secret in the wrong place too."""
    given = {"from": "A", "to": "447700900000", "text": "x", "s" * 50: "1", "b": "2"}

    assert [one.detail for one in leniencies(given, ())] == ["a long name and 1 more"]


# JSON bodies


@pytest.mark.parametrize("content_type", sorted(JSON_TYPES))
def test_every_content_type_of_json(content_type: str, documented: Served) -> None:
    """With or without a charset."""
    body = b'{"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "A", "to": 447700900000, "text": "hi"}'
    for written in (content_type, f"{content_type}; charset=utf-8", content_type.upper()):
        headers = {"Content-Type": written}
        answer = requests.post(f"{documented.url}/sms/json", data=body, headers=headers, timeout=9)
        assert answer.json()["messages"][0]["status"] == "0", written

    assert [message.text for message in documented.fake.messages] == ["hi"] * 3


@pytest.mark.parametrize(
    ("member", "status"),
    [
        ({"status-report-req": 1}, "0"),
        ({"status-report-req": False}, "0"),
        ({"ttl": 20000}, "0"),
        ({"ttl": 1}, "16"),
        ({"text": 0}, "0"),
        ({"text": None}, "2"),
        ({"text": ["hi"]}, "2"),
        ({"text": {"a": 1}}, "2"),
        ({"to": 447700900000.5}, "3"),
    ],
)
def test_members_that_are_no_texts(member: dict[str, Any], status: str, documented: Served) -> None:
    """Numbers and booleans stand for their texts; null, lists and objects are as good as absent."""
    members = {
        "api_key": "abcd1234",
        "api_secret": "fake-api-secret",
        "from": "A",
        "to": "447700900000",
        "text": "hi",
    }
    answer = requests.post(f"{documented.url}/sms/json", json=members | member, timeout=9)

    assert answer.json()["messages"][0]["status"] == status


def test_xml_takes_no_json(documented: Served) -> None:
    """JSON bodies are for ``/sms/json`` only."""
    members = {
        "api_key": "abcd1234",
        "api_secret": "fake-api-secret",
        "from": "A",
        "to": "447700900000",
        "text": "hi",
    }
    answer = requests.post(f"{documented.url}/sms/xml", json=members, timeout=9)

    assert "<errorText>Missing api_key</errorText>" in answer.text


def test_a_post_without_a_length(documented: Served, strict: Served) -> None:
    """It was answered with HTTP 411 from June 2014 on; the documented profile says so in a finding."""
    from tests.raw import exchange, head

    query = "api_key=abcd1234&api_secret=fake-api-secret&from=A&to=447700900000&text=hi"

    def post(served: Served) -> int:
        host = served.url.removeprefix("http://")
        return exchange(served.url, head("POST", f"/sms/json?{query}", [], host=host)).status

    assert post(documented) == 200
    assert documented.findings == ["length-missing"]
    assert post(strict) == 411
    assert strict.fake.messages == ()
