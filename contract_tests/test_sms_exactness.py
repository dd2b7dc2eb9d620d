"""What is nearly right in ``/sms/*``: octets, headers, limits and secrets that are off by one detail.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
import requests

from contract_tests.answers import media_type_of, messages_of, xml_messages_of
from contract_tests.consumer import SHAPES, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in
from contract_tests.signing import FORM, Credentials
from contract_tests.strict import decimal_of, only

pytestmark = pytest.mark.needs_control

JSON, XML = "/sms/json", "/sms/xml"
ORDER = ["to", "message-id", "status", "remaining-balance", "message-price", "network"]
SECURITY = {
    "Cache-Control": "max-age=1",
    "Strict-Transport-Security": "max-age=31536000; includeSubdomains",
    "X-Frame-Options": "deny",
    "X-XSS-Protection": "1; mode=block;",
}
OUTCOMES = pytest.mark.parametrize("to", [None, "invalid"], ids=["accepted", "refused"])
FORMATS = pytest.mark.parametrize("path", [JSON, XML], ids=["json", "xml"])


def _to(to: str | None) -> dict[str, str | None]:
    return {} if to is None else {"to": to}


# The request


@pytest.mark.clause("SMS-REQ-05", "SMS-REQ-10")
def test_json_may_hold_utf8_as_it_is(app: Consumer, access: Credentials, control: Control) -> None:
    """A character beyond ASCII needs no escape in a JSON body."""
    message = {"from": "NexmoOauth", "to": app.provider.sms_to, "text": "Déjà vu à 5 €"}
    body = json.dumps(message, ensure_ascii=False).encode()
    answer = app.send(replace(app.sms(access, shape="post-json"), body=body))

    assert [part["status"] for part in messages_of(answer)] == ["0"]
    assert only(control.messages(app.client.key))["text"] == message["text"]


@pytest.mark.clause("SMS-REQ-10")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_that_looks_like_html_is_left_alone(
    app: Consumer, access: Credentials, control: Control, shape: str
) -> None:
    """An SMS is no HTML: its entities are what the recipient reads."""
    text = "a &amp; b &lt;c&gt; &#39;d&#39; %20 <e>"
    assert is_let_in(app.send(app.sms(access, {"text": text}, shape=shape)))

    assert only(control.messages(app.client.key))["text"] == text


@pytest.mark.clause("SMS-TYPE-09")
@pytest.mark.parametrize(("ttl", "status"), [("19999", "16"), ("20000", "0"), ("604800001", "16")])
def test_the_limits_of_ttl(app: Consumer, access: Credentials, ttl: str, status: str) -> None:
    """A millisecond below the least is too short, and one above the most is too long."""
    part = only(messages_of(app.send(app.sms(access, {"ttl": ttl}))))

    assert part["status"] == status


# The answer


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        pytest.param(JSON, "application/json", id="json", marks=pytest.mark.clause("SMS-OK-13")),
        pytest.param(XML, "text/xml", id="xml", marks=pytest.mark.clause("SMS-XML-06")),
    ],
)
def test_the_content_type_of_a_refusal(
    app: Consumer, access: Credentials, path: str, content_type: str
) -> None:
    """It is that of a success, with or without a charset."""
    answer = app.send(app.sms(access, {"to": "invalid"}, path=path))

    assert media_type_of(answer) == content_type


@pytest.mark.clause("SMS-OK-15")
@FORMATS
@OUTCOMES
def test_every_answer_has_a_trace_id(app: Consumer, access: Credentials, path: str, to: str | None) -> None:
    """A refusal above all: it is what support is asked about."""
    ids = [
        app.send(app.sms(access, _to(to), path=path)).headers.get("X-Nexmo-Trace-Id", "") for _ in range(2)
    ]

    assert [one for one in ids if not re.fullmatch("[0-9a-f]{32}", one)] == []
    assert ids[0] != ids[1]


@pytest.mark.clause("SMS-OK-18")
@FORMATS
@OUTCOMES
def test_the_headers_beside_an_answer(app: Consumer, access: Credentials, path: str, to: str | None) -> None:
    """As captured in 2017."""
    answer = app.send(app.sms(access, _to(to), path=path))

    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


@pytest.mark.clause("SMS-OK-19")
@OUTCOMES
def test_json_is_offered_as_a_download(app: Consumer, access: Credentials, to: str | None) -> None:
    """Browsers save it as ``api.txt``."""
    answer = app.send(app.sms(access, _to(to)))

    assert answer.headers.get("Content-Disposition") == 'attachment; filename="api.txt"'


@pytest.mark.clause("SMS-OK-01", "SMS-OK-09")
def test_every_part_has_its_keys_in_order(app: Consumer, access: Credentials) -> None:
    """Not the first alone."""
    message = {"text": "a" * 400, "client-ref": "order 7"}
    parts = messages_of(app.send(app.sms(access, message, shape="post-form")))

    assert [list(part) for part in parts] == [[*ORDER, "client-ref"]] * 3


@pytest.mark.clause("SMS-XML-01")
def test_every_part_has_its_elements_in_order(app: Consumer, access: Credentials) -> None:
    """Not the first alone."""
    parts = xml_messages_of(app.send(app.sms(access, {"text": "a" * 400}, shape="post-form", path=XML)))
    names = ["to", "messageId", "status", "remainingBalance", "messagePrice", "network"]

    assert [list(part) for part in parts] == [names] * 3


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(JSON, "client-ref", id="json", marks=pytest.mark.clause("SMS-OK-09")),
        pytest.param(XML, "clientRef", id="xml", marks=pytest.mark.clause("SMS-XML-03")),
    ],
)
@pytest.mark.parametrize(
    "reference", ["0123456789" * 4, "é" * 40, "Привет"], ids=["40", "accents", "cyrillic"]
)
def test_a_reference_is_echoed_whole(
    app: Consumer, access: Credentials, path: str, name: str, reference: str
) -> None:
    """All of its 40 characters, in UTF-8."""
    answer = app.send(app.sms(access, {"client-ref": reference}, path=path))
    read = messages_of if path == JSON else xml_messages_of

    assert only(read(answer)).get(name) == reference


# Limits


@pytest.mark.clause("SMS-ERR-01", "SMS-ERR-22")
@FORMATS
def test_too_fast_is_http_200(app: Consumer, control: Control, path: str) -> None:
    """Who is too fast reads it in the status of the message, not in that of HTTP."""
    token = app.access_of(control.new_account(throttle=1))
    control.freeze(app.client.key)
    assert is_let_in(app.send(app.sms(token)))
    answer = app.send(app.sms(token, path=path))
    read = messages_of if path == JSON else xml_messages_of

    assert only(read(answer))["status"] == "1"
    assert answer.status_code == 200


@pytest.mark.clause("SMS-ERR-26")
@pytest.mark.parametrize(
    ("share", "status"), [pytest.param(0.9, "1", id="before"), pytest.param(1.01, "0", id="after")]
)
def test_the_wait_is_in_milliseconds(app: Consumer, control: Control, share: float, status: str) -> None:
    """It is as long as told, and no longer."""
    token = app.access_of(control.new_account(throttle=2))
    control.freeze(app.client.key)
    told = [only(messages_of(app.send(app.sms(token)))) for _ in range(3)][-1].get("error-text", "")
    wait = re.search(r"please wait \[ (\d+) \]", told)
    assert wait is not None, f"{told!r} tells no wait"
    control.advance(int(wait[1]) / 1000 * share, app.client.key)

    assert only(messages_of(app.send(app.sms(token))))["status"] == status


@pytest.mark.clause("SMS-ERR-14")
def test_the_last_of_the_money_is_spent(app: Consumer, access: Credentials, control: Control) -> None:
    """A balance of exactly the price pays the SMS, and nothing is left."""
    price = only(messages_of(app.send(app.sms(access))))["message-price"]
    token = app.access_of(control.new_account(balance=price))
    paid, refused = (only(messages_of(app.send(app.sms(token)))) for _ in range(2))

    assert (paid["status"], paid["remaining-balance"]) == ("0", "0.00000000")
    assert (refused["status"], refused["remaining-balance"]) == ("9", "0.00000000")


@pytest.mark.clause("SMS-PART-13")
def test_the_price_is_of_one_part(app: Consumer, access: Credentials) -> None:
    """Each part costs what an SMS of one part costs."""
    alone = only(messages_of(app.send(app.sms(access))))
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 400}, shape="post-form")))

    assert {decimal_of(part["message-price"]) for part in parts} == {decimal_of(alone["message-price"])}


# The alphabet

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"


@pytest.mark.clause("SMS-PART-05")
@pytest.mark.parametrize(("others", "count"), [(33, 1), (34, 2)], ids=["160-septets", "161-septets"])
def test_the_whole_basic_table_counts_one(
    app: Consumer, access: Credentials, others: int, count: int
) -> None:
    """All 127 characters, ¤ and both line ends among them."""
    assert len(set(BASIC)) == 127
    parts = messages_of(app.send(app.sms(access, {"text": BASIC + "a" * others}, shape="post-form")))

    assert [part["status"] for part in parts] == ["0"] * count


@pytest.mark.clause("SMS-PART-03")
@pytest.mark.parametrize(("others", "count"), [(140, 1), (141, 2)], ids=["160-septets", "161-septets"])
def test_the_whole_extension_table_counts_two(
    app: Consumer, access: Credentials, others: int, count: int
) -> None:
    """All ten characters, the form feed among them."""
    assert len(set(EXTENSION)) == 10
    parts = messages_of(app.send(app.sms(access, {"text": EXTENSION + "a" * others}, shape="post-form")))

    assert [part["status"] for part in parts] == ["0"] * count


# Secrets


def _posted(app: Consumer, message: Mapping[str, str]) -> dict[str, str]:
    url = f"{app.provider.rest_url}{JSON}"
    request = requests.Request("POST", url, data=message, headers={"Content-Type": FORM})
    return only(messages_of(app.provider.send(request.prepare())))


@pytest.mark.clause("SMS-ERR-18")
def test_the_case_of_a_secret_counts(app: Consumer, account: Account, access: Credentials) -> None:
    """``aBCDEF12`` is not ``Abcdef12``."""
    app.provider.secrets.add("Abcdef12", "aBCDEF12")
    assert is_let_in(app.send(app.api(access, "/account/settings", form=(("newSecret", "Abcdef12"),))))
    message = {"from": "NexmoOauth", "to": app.provider.sms_to, "text": "hello", "api_key": account.key.key}

    assert _posted(app, message | {"api_secret": "Abcdef12"})["status"] == "0"
    assert _posted(app, message | {"api_secret": "aBCDEF12"}) == {
        "status": "4",
        "error-text": "Bad Credentials",
    }
