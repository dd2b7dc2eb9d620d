"""Refused SMS: the status, the literal text, and the keys that go with it; HTTP 200 for every outcome."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import requests

from contract_tests.answers import messages_of, xml_messages_of
from contract_tests.consumer import SHAPES, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_refused
from contract_tests.signing import FORM, Credentials
from contract_tests.strict import only

NUMERIC = "to address is not numeric"

# The clause, what is wrong with the message, and the answer's one object. None takes the parameter out.
REFUSED: Mapping[str, tuple[str, dict[str, str | None], dict[str, str]]] = {
    "without-from": ("SMS-ERR-02", {"from": None}, {"status": "2", "error-text": "Missing from param"}),
    "empty-from": ("SMS-ERR-04", {"from": ""}, {"status": "2", "error-text": "Missing from param"}),
    "without-to": ("SMS-ERR-03", {"to": None}, {"status": "2", "error-text": "Missing to param"}),
    "empty-to": ("SMS-ERR-04", {"to": ""}, {"status": "2", "error-text": "Missing to param"}),
    "without-from-and-to": (
        "SMS-ERR-05",
        {"from": None, "to": None},
        {"status": "2", "error-text": "Missing from param"},
    ),
    "to-is-a-word": ("SMS-ERR-06", {"to": "invalid"}, {"status": "3", "error-text": NUMERIC}),
    "to-with-hyphens": ("SMS-ERR-07", {"to": "44-7700-900000"}, {"status": "3", "error-text": NUMERIC}),
    "to-in-other-digits": ("SMS-ERR-07", {"to": "٤٤٧٧٠٠٩٠٠٠٠٠"}, {"status": "3", "error-text": NUMERIC}),
}
EVERY_REFUSAL = pytest.mark.parametrize(
    ("message", "expected"),
    [
        pytest.param(message, expected, id=name, marks=pytest.mark.clause(clause))
        for name, (clause, message, expected) in REFUSED.items()
    ],
)


@pytest.mark.clause("SMS-ERR-01", "SMS-ERR-08")
@EVERY_REFUSAL
def test_a_refusal_in_json(
    app: Consumer, access: Credentials, message: dict[str, str | None], expected: dict[str, str]
) -> None:
    """Status and text are literal, and no other key stands there."""
    answer = app.send(app.sms(access, message))

    assert answer.status_code == 200
    assert messages_of(answer) == [expected]


@pytest.mark.clause("SMS-XML-08")
@EVERY_REFUSAL
def test_a_refusal_in_xml(
    app: Consumer, access: Credentials, message: dict[str, str | None], expected: dict[str, str]
) -> None:
    """The same in elements: ``status``, then ``errorText``."""
    answer = app.send(app.sms(access, message, path="/sms/xml"))

    assert answer.status_code == 200
    part = only(xml_messages_of(answer))
    assert list(part.items()) == [("status", expected["status"]), ("errorText", expected["error-text"])]


@pytest.mark.clause("SMS-ERR-21")
@pytest.mark.parametrize("shape", SHAPES)
def test_a_refusal_in_every_shape(app: Consumer, access: Credentials, shape: str) -> None:
    """However the message came."""
    answer = app.send(app.sms(access, {"to": "invalid"}, shape=shape))

    assert answer.status_code == 200
    assert messages_of(answer) == [{"status": "3", "error-text": NUMERIC}]


@pytest.mark.clause("SMS-ERR-09")
def test_a_refusal_has_the_128_bytes_of_the_capture(app: Consumer, access: Credentials) -> None:
    """The error of April 2017, to the byte."""
    answer = app.send(app.sms(access, {"to": "invalid"}))

    assert len(answer.content) == 128
    assert answer.text == (
        '{\n    "message-count": "1",\n    "messages": [{\n        "status": "3",\n'
        '        "error-text": "to address is not numeric"\n    }]\n}'
    )


@pytest.mark.clause("SMS-ERR-10")
@pytest.mark.billable
@pytest.mark.parametrize("text", [pytest.param(None, id="none"), pytest.param("", id="empty")])
def test_a_text_is_required(app: Consumer, access: Credentials, text: str | None) -> None:
    """Status 2, missing or empty."""
    answer = app.send(app.sms(access, {"text": text}))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert part["status"] == "2"


@pytest.mark.clause("SMS-ERR-11")
@pytest.mark.billable
def test_the_missing_text_is_named(app: Consumer, access: Credentials) -> None:
    """By analogy with ``from`` and ``to``: the words are not known."""
    part = only(messages_of(app.send(app.sms(access, {"text": None}))))

    assert part["error-text"] == "Missing text param"


@pytest.mark.clause("SMS-ERR-12")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    "to",
    [
        pytest.param("07700900000", id="national"),
        pytest.param("00447700900000", id="with-00"),
        pytest.param("447700", id="6-digits", marks=pytest.mark.clause("SMS-ERR-13")),
        pytest.param("4477009000000000", id="16-digits", marks=pytest.mark.clause("SMS-ERR-13")),
    ],
)
def test_a_number_that_leads_nowhere(app: Consumer, access: Credentials, to: str) -> None:
    """Status 6, with ``to`` in front."""
    answer = app.send(app.sms(access, {"to": to}))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert list(part.items()) == [
        ("to", to),
        ("status", "6"),
        ("error-text", "Unroutable message - rejected"),
    ]


@pytest.mark.clause("SMS-ERR-14")
@pytest.mark.needs_control
def test_an_empty_account_is_out_of_quota(app: Consumer, control: Control) -> None:
    """Status 9, with the price that was wanted and the balance that is there; nothing is sent or paid."""
    token = app.access_of(control.new_account(balance="0.00100000"))
    part = only(messages_of(app.send(app.sms(token))))

    assert part["status"] == "9"
    assert part["error-text"] == "Quota Exceeded - rejected"
    assert part["to"] == app.provider.sms_to
    assert part["remaining-balance"] == "0.00100000"
    assert part.keys() == {"to", "error-text", "message-price", "status", "remaining-balance", "network"}
    assert app.send(app.balance(token)).json()["value"] == 0.001


@pytest.mark.clause("SMS-ERR-15")
@pytest.mark.needs_control
def test_only_accepted_messages_are_charged(app: Consumer, access: Credentials) -> None:
    """A refusal costs nothing."""
    assert is_refused(app.send(app.sms(access, {"to": "invalid"})))
    assert is_refused(app.send(app.sms(access, {"to": "07700900000"})))

    assert app.send(app.balance(access)).json()["value"] == 10


@pytest.mark.clause("SMS-TYPE-14")
@pytest.mark.needs_control
def test_a_text_of_3200_characters_is_accepted(app: Consumer, access: Credentials) -> None:
    """The longest that is documented: 21 parts of 153."""
    parts = messages_of(app.send(app.sms(access, {"text": "a" * 3200}, shape="post-form")))

    assert [part["status"] for part in parts] == ["0"] * 21


@pytest.mark.clause("SMS-TYPE-15")
@pytest.mark.needs_control
def test_a_longer_text_is_too_long(app: Consumer, access: Credentials) -> None:
    """Status 12 beyond 3200 characters."""
    answer = app.send(app.sms(access, {"text": "a" * 3201}, shape="post-form"))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert part["status"] == "12"


@pytest.mark.clause("SMS-ERR-22")
@pytest.mark.needs_control
def test_too_fast(app: Consumer, control: Control) -> None:
    """Status 1 beyond what the account may send in a second, and how many milliseconds to wait."""
    token = app.access_of(control.new_account(throttle=2))
    control.freeze(app.client.key)
    parts = [messages_of(app.send(app.sms(token)))[0] for _ in range(3)]

    assert [part["status"] for part in parts] == ["0", "0", "1"]
    words = r"Throughput Rate Exceeded - please wait \[ (\d+) \] and retry"
    assert re.fullmatch(words, parts[2]["error-text"])


@pytest.mark.clause("SMS-ERR-23")
@pytest.mark.needs_control
def test_a_trial_account_reaches_its_white_list_only(app: Consumer, control: Control) -> None:
    """Status 29, with ``to`` in front."""
    token = app.access_of(control.new_account(demo=True, whitelist=["447700900001"]))
    refused = only(messages_of(app.send(app.sms(token, {"to": "447700900002"}))))
    accepted = only(messages_of(app.send(app.sms(token, {"to": "447700900001"}))))

    assert list(refused.items())[:3] == [
        ("to", "447700900002"),
        ("status", "29"),
        ("error-text", "Non White-listed Destination - rejected"),
    ]
    assert accepted["status"] == "0"


@pytest.mark.clause("SMS-ERR-25")
@pytest.mark.needs_control
def test_a_trial_accounts_text_says_so(app: Consumer, control: Control) -> None:
    """With no blank between."""
    token = app.access_of(control.new_account(demo=True, whitelist=[app.provider.sms_to]))
    part = only(messages_of(app.send(app.sms(token, {"text": "hello"}))))
    found = app.send(app.api(token, "/search/message", [("id", part["message-id"])])).json()

    assert found["body"] == "hello[FREE SMS DEMO, TEST MESSAGE]"


# Credentials other than OAuth


def _plain(app: Consumer, **parameters: str) -> requests.Response:
    message = {"from": "NexmoOauth", "to": app.provider.sms_to, "text": "hello", **parameters}
    url = f"{app.provider.rest_url}/sms/json"
    request = requests.Request("POST", url, data=message, headers={"Content-Type": FORM})
    return app.provider.send(request.prepare())


@pytest.mark.clause("SMS-ERR-16")
def test_no_credentials_at_all(app: Consumer) -> None:
    """Status 2 names what is missing; HTTP has nothing against it."""
    answer = _plain(app)

    assert answer.status_code == 200
    assert messages_of(answer) == [{"status": "2", "error-text": "Missing api_key"}]


@pytest.mark.clause("SMS-ERR-24")
def test_missing_credentials_come_before_missing_parameters(app: Consumer) -> None:
    """Who is nobody is not told what else is wrong."""
    answer = _plain(app, **{"from": "", "to": "", "text": ""})

    assert messages_of(answer) == [{"status": "2", "error-text": "Missing api_key"}]


@pytest.mark.clause("SMS-ERR-17")
def test_an_unknown_api_key(app: Consumer) -> None:
    """Status 4, and HTTP 200: the answer that was captured in 2014."""
    answer = _plain(app, api_key="nobody00", api_secret="nothing")

    assert answer.status_code == 200
    assert messages_of(answer) == [{"status": "4", "error-text": "Bad Credentials"}]


@pytest.mark.clause("SMS-ERR-18")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    "distorted",
    [
        pytest.param(lambda secret: f"{secret}0", id="too-long"),
        pytest.param(lambda secret: secret[:-1], id="too-short"),
        pytest.param(lambda secret: secret[::-1] + "x", id="another"),
        pytest.param(lambda _: "", id="empty"),
    ],
)
def test_a_wrong_api_secret(app: Consumer, account: Account, distorted: Callable[[str], str]) -> None:
    """Every character of the secret counts."""
    answer = _plain(app, api_key=account.key.key, api_secret=distorted(account.key.secret))

    assert answer.status_code == 200
    assert messages_of(answer) == [{"status": "4", "error-text": "Bad Credentials"}]


@pytest.mark.needs_control
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("api_key", "api_secret"), id="now", marks=pytest.mark.clause("SMS-REQ-20")),
        pytest.param(("username", "password"), id="until-2012", marks=pytest.mark.clause("SMS-REQ-21")),
    ],
)
def test_the_accounts_own_credentials(app: Consumer, account: Account, names: tuple[str, str]) -> None:
    """An account sends for itself, under the present names and the old ones."""
    answer = _plain(app, **{names[0]: account.key.key, names[1]: account.key.secret})

    assert messages_of(answer)[0]["status"] == "0"


@pytest.mark.clause("SMS-ERR-19")
@pytest.mark.needs_control
def test_oauth_goes_before_an_api_key(app: Consumer, account: Account, access: Credentials) -> None:
    """A wrong signature is refused though a good api_key stands beside it."""
    call = app.sms(access)
    with_key = replace(call, url=f"{call.url}&api_key={account.key.key}&api_secret={account.key.secret}")
    good = app.send(with_key)
    bad = app.send(replace(with_key, client=Credentials(app.client.key, "wrong"), nonce="another-nonce"))

    assert messages_of(good)[0]["status"] == "0"
    assert messages_of(bad)[0]["status"] == "4"


@pytest.mark.clause("SMS-ERR-20")
def test_an_oauth_header_is_never_a_missing_api_key(app: Consumer) -> None:
    """Who tries OAuth is told about OAuth, even with an empty header."""
    request = requests.Request("GET", f"{app.provider.rest_url}/sms/json", headers={"Authorization": "OAuth"})
    part = only(messages_of(app.provider.send(request.prepare())))

    assert part["status"] == "4"
