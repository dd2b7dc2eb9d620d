"""The answers of ``/sms/*`` and ``/account/get-balance`` to the letter."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.conftest import Serve, Served

KEYS = {"api_key": "abcd1234", "api_secret": "fake-api-secret"}
SMS = KEYS | {"from": "Acme", "to": "447700900000", "text": "hello"}


def send(served: Served, path: str = "/sms/json", /, **changes: str | None) -> requests.Response:
    """Send an SMS by api_key with some parameters changed, or left out (None)."""
    data = {name: value for name, value in (SMS | changes).items() if value is not None}
    return requests.post(served.url + path, data=data, timeout=10)


def test_success_has_the_keys_in_their_order(documented: Served) -> None:
    """All values are strings; amounts have 8 decimals, the id 16 upper-case hex digits."""
    answer = send(documented)

    body = answer.json()
    (part,) = body["messages"]
    assert body["message-count"] == "1"
    assert list(part) == ["to", "message-id", "status", "remaining-balance", "message-price", "network"]
    assert re.fullmatch("[0-9A-F]{16}", part.pop("message-id"))
    assert part == {
        "to": "447700900000",
        "status": "0",
        "remaining-balance": "9.96670000",
        "message-price": "0.03330000",
        "network": "23410",
    }


def test_the_layout_of_2017(documented: Served) -> None:
    """An error that was recorded in April 2017 had 128 bytes in this layout."""
    error = send(documented, to="nobody")

    assert error.text == (
        "{\n"
        '    "message-count": "1",\n'
        '    "messages": [{\n'
        '        "status": "3",\n'
        '        "error-text": "to address is not numeric"\n'
        "    }]\n"
        "}"
    )
    assert len(error.content) == 128


def test_the_headers_of_2017(documented: Served) -> None:
    """The headers that were recorded with these answers."""
    headers = send(documented).headers

    assert headers["content-type"] == "application/json"
    assert headers["content-disposition"] == 'attachment; filename="api.txt"'
    assert headers["cache-control"] == "max-age=1"
    assert headers["x-xss-protection"] == "1; mode=block;"
    assert headers["x-frame-options"] == "deny"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubdomains"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-nexmo-trace-id"])


def test_one_object_per_part_and_a_falling_balance(documented: Served) -> None:
    """Each part has its own id and price; the balance falls from part to part."""
    body = send(documented, text="a" * 400, **{"client-ref": "order 7"}).json()

    assert body["message-count"] == "3"
    assert [part["remaining-balance"] for part in body["messages"]] == [
        "9.96670000",
        "9.93340000",
        "9.90010000",
    ]
    assert len({part["message-id"] for part in body["messages"]}) == 3
    assert [part["client-ref"] for part in body["messages"]] == ["order 7"] * 3


REFUSALS: list[tuple[dict[str, str | None], dict[str, Any]]] = [
    ({"api_key": None}, {"status": "2", "error-text": "Missing api_key"}),
    ({"api_key": "nobody"}, {"status": "4", "error-text": "Bad Credentials"}),
    ({"api_secret": "wrong"}, {"status": "4", "error-text": "Bad Credentials"}),
    ({"api_secret": None}, {"status": "4", "error-text": "Bad Credentials"}),
    ({"from": None}, {"status": "2", "error-text": "Missing from param"}),
    ({"to": None}, {"status": "2", "error-text": "Missing to param"}),
    ({"text": None}, {"status": "2", "error-text": "Missing text param"}),
    ({"text": ""}, {"status": "2", "error-text": "Missing text param"}),
    ({"to": "nobody"}, {"status": "3", "error-text": "to address is not numeric"}),
    ({"to": "44 7700"}, {"status": "3", "error-text": "to address is not numeric"}),
    ({"to": "٤٤٧٧٠٠٩٠٠٠٠٠"}, {"status": "3", "error-text": "to address is not numeric"}),
    (
        {"to": "07700900000"},
        {"to": "07700900000", "status": "6", "error-text": "Unroutable message - rejected"},
    ),
    ({"to": "447"}, {"to": "447", "status": "6", "error-text": "Unroutable message - rejected"}),
    ({"text": "a" * 3201}, {"status": "12", "error-text": "Message too long"}),
]


@pytest.mark.parametrize(("changes", "part"), REFUSALS)
def test_refusals(changes: dict[str, str | None], part: dict[str, Any], documented: Served) -> None:
    """Every refusal is HTTP 200, with the literal text and the keys that belong to its status, in order."""
    answer = send(documented, **changes)

    assert answer.status_code == 200
    assert json.dumps(answer.json()) == json.dumps({"message-count": "1", "messages": [part]})
    assert documented.fake.accounts[0].balance == 10


def test_quota(documented: Served) -> None:
    """Status 9 has six keys in an order of its own; nothing is charged, not even for the parts that fit."""
    documented.fake.create_account("poor@example.com", api_key="poor", api_secret="s", balance="0.05")

    answer = send(documented, api_key="poor", api_secret="s", text="a" * 200).json()

    assert json.dumps(answer["messages"]) == json.dumps(
        [
            {
                "to": "447700900000",
                "error-text": "Quota Exceeded - rejected",
                "message-price": "0.03330000",
                "status": "9",
                "remaining-balance": "0.05000000",
                "network": "23410",
            }
        ]
    )
    assert documented.fake.accounts[-1].balance * 100 == 5
    assert send(documented, api_key="poor", api_secret="s").json()["messages"][0]["status"] == "0"


def test_refused_messages_are_kept(documented: Served) -> None:
    """A message that is refused can be found, also that of a caller who was not let in."""
    send(documented, to="nobody")
    send(documented, api_secret="wrong")
    send(documented, api_key=None)

    first, second, third = documented.fake.messages
    assert (first.status, first.error_text, first.parts) == (3, "to address is not numeric", ())
    assert (second.status, second.account, second.api_key) == (4, None, "abcd1234")
    assert (third.status, third.account, third.api_key) == (2, None, None)


def test_xml(documented: Served) -> None:
    """XML to the letter: quotes, blanks, order and indentation."""
    answer = send(documented, "/sms/xml", **{"client-ref": "a<b&c"})
    message_id = re.search("<messageId>([0-9A-F]{16})</messageId>", answer.text)
    assert message_id is not None

    assert answer.headers["content-type"] == "text/xml"
    assert answer.text == (
        "<?xml version='1.0' encoding='UTF-8' ?>\n"
        "<mt-submission-response>\n"
        "    <messages count='1'>\n"
        "        <message>\n"
        "            <to>447700900000</to>\n"
        f"            <messageId>{message_id.group(1)}</messageId>\n"
        "            <status>0</status>\n"
        "            <remainingBalance>9.96670000</remainingBalance>\n"
        "            <messagePrice>0.03330000</messagePrice>\n"
        "            <network>23410</network>\n"
        "            <clientRef>a&lt;b&amp;c</clientRef>\n"
        "        </message>\n"
        "    </messages>\n"
        "</mt-submission-response>\n"
    )


@pytest.mark.parametrize("reference", ["\x00", "\x08", "\ud83d\ude00", "]]>"])
def test_xml_is_well_formed_whatever_is_echoed(reference: str, documented: Served) -> None:
    """What XML cannot hold is replaced, so that every answer parses."""
    reference = reference.encode("utf-16", "surrogatepass").decode("utf-16")

    answer = send(documented, "/sms/xml", **{"client-ref": f"a{reference}b"})

    assert ElementTree.fromstring(answer.content).find(".//status").text == "0"  # type: ignore[union-attr]


def test_xml_errors(documented: Served) -> None:
    """An error has its status, then its text."""
    answer = send(documented, "/sms/xml", **{"from": None})

    assert "<status>2</status>\n            <errorText>Missing from param</errorText>" in answer.text


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", "application/jsonrequest", "application/x-javascript",
     "text/json", "text/javascript", "text/x-javascript", "text/x-json"],
)  # fmt: skip
def test_json_bodies(content_type: str, documented: Served) -> None:
    """All documented content types are read as JSON on /sms/json; numbers count as texts."""
    body = json.dumps(SMS | {"to": 447700900000, "client-ref": 7})

    answer = requests.post(
        f"{documented.url}/sms/json", data=body, headers={"Content-Type": content_type}, timeout=10
    )

    assert answer.json()["messages"][0]["status"] == "0"
    assert answer.json()["messages"][0]["client-ref"] == "7"


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '"x"', '{"api_key": {"a": 1}}', "[" * 50_000])
def test_json_bodies_that_hold_nothing(body: str, documented: Served) -> None:
    """A JSON body without credentials is a request without credentials."""
    answer = requests.post(
        f"{documented.url}/sms/json", data=body, headers={"Content-Type": "application/json"}, timeout=10
    )

    assert answer.status_code == 200
    assert answer.json()["messages"][0]["error-text"] == "Missing api_key"


def test_a_lone_surrogate_in_json_is_replaced(documented: Served) -> None:
    """What no encoding can carry does not stop the answer."""
    body = json.dumps(SMS | {"type": "unicode"}).replace("hello", "a\\ud83db")

    answer = requests.post(
        f"{documented.url}/sms/json", data=body, headers={"Content-Type": "application/json"}, timeout=10
    )

    assert answer.json()["messages"][0]["status"] == "0"
    assert documented.fake.messages[0].text == "a\ufffdb"
    assert requests.get(f"{documented.url}/_fake/messages", timeout=10).status_code == 200


def test_http_basic(documented: Served) -> None:
    """HTTP Basic with key and secret is accepted, as the vendor's later libraries send it."""
    data = {name: value for name, value in SMS.items() if not name.startswith("api_")}

    right = requests.post(
        f"{documented.url}/sms/json", data=data, auth=("abcd1234", "fake-api-secret"), timeout=10
    )
    wrong = requests.post(f"{documented.url}/sms/json", data=data, auth=("abcd1234", "nope"), timeout=10)
    broken = requests.post(
        f"{documented.url}/sms/json", data=data, headers={"Authorization": "Basic %%%"}, timeout=10
    )

    assert right.json()["messages"][0]["status"] == "0"
    assert wrong.json()["messages"][0]["status"] == "4"
    assert broken.json()["messages"][0]["error-text"] == "Missing api_key"


def test_query(documented: Served) -> None:
    """Everything may stand in the query, of a GET or of a POST without a body."""
    for method in ("GET", "POST"):
        answer = requests.request(method, f"{documented.url}/sms/json", params=SMS, timeout=10)
        assert answer.json()["messages"][0]["status"] == "0"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("hé".encode(), "hé"),
        (b"a%E9", "a\ufffd"),
        (b"50%", "50%"),
        (b"100 % [ok] {x}|", "100 % [ok] {x}|"),
        (b"\xff", "\ufffd"),
    ],
)
def test_forms_that_are_not_escaped_well(raw: bytes, text: str, documented: Served) -> None:
    """Whoever signs nothing loses no field over a text that curl -d did not escape; a finding says so."""
    body = b"api_key=abcd1234&api_secret=fake-api-secret&from=Acme&to=447700900000&type=unicode&text=" + raw
    answer = requests.post(
        f"{documented.url}/sms/json",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=10,
    )

    assert answer.json()["messages"][0]["status"] == "0"
    assert documented.fake.messages[0].text == text
    assert documented.findings[0] in ("unparseable", "unescaped-characters")


def test_unicode_parts(documented: Served) -> None:
    """type=unicode is counted in UCS-2; type=text is never switched to it."""
    send(documented, type="unicode", text="ü" * 71)
    send(documented, text="漢" * 71)

    first, second = documented.fake.messages
    assert (first.encoding, len(first.parts)) == ("ucs2", 2)
    assert (second.encoding, len(second.parts)) == ("gsm7", 1)
    assert documented.findings == ["characters-not-in-gsm"]


def test_a_leading_plus(serve: Serve) -> None:
    """The documented profile drops the plus sign of ``to`` with a note; strict calls it not numeric."""
    documented, strict = serve(), serve(profile="strict")

    tolerant = send(documented, to="+447700900000").json()["messages"][0]
    literal = send(strict, to="+447700900000").json()["messages"][0]

    assert (tolerant["to"], tolerant["status"]) == ("447700900000", "0")
    assert documented.findings == ["to-with-plus"]
    assert literal["status"] == "3"


def test_oauth_wins_over_an_api_key(documented: Served) -> None:
    """Where both come, OAuth decides, and a note says so."""
    token = documented.access_token(account="customer@example.com")
    answer = documented.signed(
        method="GET",
        target="/sms/json?from=Acme&to=447700900000&text=x&api_key=abcd1234&api_secret=wrong",
        token=token,
    ).send()

    assert answer.sms_status == "0"
    assert documented.findings == ["api-key-ignored"]
    assert documented.fake.messages[0].account == "customer@example.com"


@pytest.mark.parametrize(("setting", "status"), [(None, 401), (200, 200)])
def test_the_status_of_a_bad_oauth_call_is_a_setting(setting: int | None, status: int, serve: Serve) -> None:
    """A bad OAuth call has status 4 in the body; its HTTP status can be 200 as for everything else there."""
    from dataclasses import replace

    from fake_provider.settings import Settings

    settings = Settings()
    policy = replace(settings.policy, oauth_refusal_on_sms=setting)
    served = serve(settings=replace(settings, policy=policy))

    answer = served.signed(method="GET", target="/sms/json?from=a", token=("x", "y")).send()

    assert answer.status == status
    assert answer.json["messages"] == [{"status": "4", "error-text": "Bad Credentials"}]
    assert 'oauth_problem="token_rejected"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("path", ["/account/get-balance", "/account/get-balance/"])
def test_balance(path: str, documented: Served) -> None:
    """The balance is a number with as many decimals as it needs."""
    fresh = requests.get(documented.url + path, params=KEYS, timeout=10)
    send(documented)
    later = requests.get(documented.url + path, params=KEYS, timeout=10)

    assert fresh.text == '{"value":10.0,"autoReload":false}'
    assert later.text == '{"value":9.9667,"autoReload":false}'
    assert fresh.headers["content-type"] == "application/json;charset=UTF-8"


def test_balance_in_xml(documented: Served) -> None:
    """``Accept: application/xml`` gets XML with 8 decimals."""
    answer = requests.get(
        f"{documented.url}/account/get-balance",
        params=KEYS,
        headers={"Accept": "application/xml"},
        timeout=10,
    )

    assert answer.text == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        "<accountBalance><value>10.00000000</value><autoReload>false</autoReload></accountBalance>"
    )


@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("application/json", False),
        ("*/*", False),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/xml", True),
    ],
)
def test_balance_refused(accept: str, xml: bool, documented: Served) -> None:
    """Wrong credentials are 401 with the error-code pair, in the format that was asked for."""
    answer = requests.get(
        f"{documented.url}/account/get-balance",
        params={"api_key": "x"},
        headers={"Accept": accept},
        timeout=10,
    )

    assert answer.status_code == 401
    if xml:
        assert ElementTree.fromstring(answer.content).find("error-code").text == "401"  # type: ignore[union-attr]
    else:
        assert answer.content == b'{"error-code":"401","error-code-label":"authentication failed"}'
        assert len(answer.content) == 63
