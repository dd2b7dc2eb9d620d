"""A signed SMS in the shapes in which clients of the time sent one, and the texts that must survive each."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract_tests.answers import challenge_of, messages_of, xml_messages_of
from contract_tests.consumer import SHAPES, TEXT, Consumer
from contract_tests.control import Control
from contract_tests.refusals import is_refused
from contract_tests.signing import FORM, Call, Credentials, body_hash
from contract_tests.strict import decimal_of, only

EVERY_SHAPE = pytest.mark.parametrize("shape", SHAPES)
CLAUSES_OF_SHAPES = {
    "get-after-question-mark": ["SMS-REQ-01", "OAUTH-SIG-30"],
    "get-query": ["SMS-REQ-02"],
    "post-query": ["SMS-REQ-03"],
    "post-form": ["SMS-REQ-04"],
    "post-json": ["SMS-REQ-05"],
}
JSON_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    "application/jsonrequest",
    "application/x-javascript",
    "text/json",
    "text/javascript",
    "text/x-javascript",
    "text/x-json",
]
TEXTS = [
    pytest.param("a+b & c=d % e%41 ~*'()!", id="reserved-characters"),
    pytest.param(" edge blanks ", id="edge-blanks"),
    pytest.param("first\r\nsecond\n", id="line-ends"),
    pytest.param("0", id="zero"),
    pytest.param("Déjà vu, Ärger, ñandú", id="accents"),
    pytest.param('"quoted" <tag> {brace} [bracket] back\\slash', id="markup"),
    pytest.param("&oauth_token=x&from=thief", id="looks-like-parameters"),
]
UNICODE_TEXTS = [
    pytest.param("Привет, 世界", id="cyrillic-and-chinese"),
    pytest.param("👩‍👩‍👧 ok 🇬🇧", id="emoji"),
    pytest.param("e\u0301 is not \u00e9", id="not-normalized"),
]


@pytest.mark.billable(first=True)
@pytest.mark.parametrize(
    "shape",
    [pytest.param(shape, marks=pytest.mark.clause(*CLAUSES_OF_SHAPES[shape]), id=shape) for shape in SHAPES],
)
def test_every_shape_is_accepted(app: Consumer, access: Credentials, shape: str) -> None:
    """Each shape verifies, and is answered with one accepted part."""
    answer = app.send(app.sms(access, shape=shape))

    assert answer.status_code == 200
    part = only(messages_of(answer))
    assert part["status"] == "0"
    assert part["to"] == app.provider.sms_to


@pytest.mark.clause("SMS-XML-09")
@pytest.mark.billable
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "post-json"])
def test_the_query_and_the_form_work_for_xml_too(app: Consumer, access: Credentials, shape: str) -> None:
    """``/sms/xml`` takes what ``/sms/json`` takes."""
    answer = app.send(app.sms(access, shape=shape, path="/sms/xml"))

    assert answer.status_code == 200
    part = only(xml_messages_of(answer))
    assert part["status"] == "0"


@pytest.mark.clause("SMS-REQ-07")
@pytest.mark.billable
def test_a_json_body_is_not_read_for_xml(app: Consumer, access: Credentials) -> None:
    """At ``/sms/xml`` nothing of it is a parameter."""
    answer = app.send(app.sms(access, shape="post-json", path="/sms/xml"))

    assert answer.status_code == 200
    assert [part["status"] for part in xml_messages_of(answer)] == ["2"]


@pytest.mark.clause("SMS-REQ-10", "OAUTH-SIG-35")
@pytest.mark.needs_control
@EVERY_SHAPE
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_arrives_exactly(
    app: Consumer, access: Credentials, control: Control, shape: str, text: str
) -> None:
    """What the sender meant is what is sent on, in every shape."""
    answer = app.send(app.sms(access, {"text": text}, shape=shape))

    assert messages_of(answer)[0]["status"] == "0"
    message = only(control.messages(app.client.key))
    assert message["text"] == text
    assert message["from"] == "NexmoOauth"
    assert message["to"] == app.provider.sms_to


@pytest.mark.clause("SMS-REQ-11")
@pytest.mark.needs_control
@EVERY_SHAPE
@pytest.mark.parametrize("text", UNICODE_TEXTS)
def test_a_unicode_text_arrives_exactly(
    app: Consumer, access: Credentials, control: Control, shape: str, text: str
) -> None:
    """With ``type=unicode`` every character of Unicode arrives, not normalized."""
    answer = app.send(app.sms(access, {"text": text, "type": "unicode"}, shape=shape))

    assert messages_of(answer)[0]["status"] == "0"
    message = only(control.messages(app.client.key))
    assert message["text"] == text


@pytest.mark.clause("SMS-REQ-15")
@pytest.mark.needs_control
@EVERY_SHAPE
def test_the_message_is_sent_for_the_user(app: Consumer, control: Control, shape: str) -> None:
    """It is paid by the account that authorized, not by the app's owner."""
    customer = control.new_account(balance="5.00")
    token = app.access_of(customer)
    part = only(messages_of(app.send(app.sms(token, shape=shape))))

    assert decimal_of(part["remaining-balance"]) == 5 - decimal_of(part["message-price"])
    message = only(control.messages(app.client.key))
    assert message["account"] == customer.email


# Query


@pytest.mark.clause("SMS-REQ-12", "OAUTH-SIG-18")
@pytest.mark.billable
def test_a_blank_may_be_a_plus_sign_in_the_query(app: Consumer, access: Credentials) -> None:
    """``+`` and ``%20`` are both blanks, signed as ``%20``."""
    call = app.sms(access)
    plus = replace(call, url=call.url.replace("%20", "+"))
    assert plus.url != call.url

    assert messages_of(app.send(plus))[0]["status"] == "0"


@pytest.mark.clause("SMS-REQ-13", "OAUTH-SIG-20")
@pytest.mark.billable
def test_parameters_may_stand_in_query_and_form(app: Consumer, access: Credentials) -> None:
    """Both are signed, as one list."""
    call = app.sms(access, {"text": None}, shape="post-query")

    assert messages_of(app.send(replace(call, form=(("text", TEXT),))))[0]["status"] == "0"


@pytest.mark.clause("OAUTH-SIG-15")
@pytest.mark.billable
def test_a_repeated_parameter_is_signed_by_value(app: Consumer, access: Credentials) -> None:
    """Pairs of the same name are sorted by their values, whatever their order."""
    call = app.sms(access)

    assert messages_of(app.send(replace(call, url=f"{call.url}&ids=B&ids=A&ids=a")))[0]["status"] == "0"


@pytest.mark.clause("SMS-REQ-14", "OAUTH-SIG-19")
@pytest.mark.billable
@pytest.mark.parametrize("stray", ["unknown=1", "empty=", "a%5Bb%5D=c", "A=1&a=2&a.b=3&a-b=4&aa=5"])
def test_a_stray_parameter_is_signed_and_ignored(app: Consumer, access: Credentials, stray: str) -> None:
    """Clients send parameters that nobody knows; they are in the base string, encoded and sorted."""
    call = app.sms(access)

    assert messages_of(app.send(replace(call, url=f"{call.url}&{stray}")))[0]["status"] == "0"


@pytest.mark.clause("OAUTH-SIG-09")
@pytest.mark.parametrize(
    "stray",
    [
        pytest.param("ids=A&ids=B", id="repeated"),
        pytest.param("empty=", id="empty", marks=pytest.mark.clause("OAUTH-SIG-16")),
        pytest.param("x=1", id="one"),
    ],
)
def test_a_parameter_that_was_not_signed_is_noticed(app: Consumer, access: Credentials, stray: str) -> None:
    """Every pair counts: an empty one, and each of a repeated name."""
    call = app.balance(access)
    sent = replace(call, url=f"{call.url}?{stray}", signed_as=call)

    assert is_refused(app.send(sent))


@pytest.mark.clause("OAUTH-SIG-17")
def test_one_of_two_equal_names_left_unsigned_is_noticed(app: Consumer, access: Credentials) -> None:
    """A repeated name is signed as often as it is sent."""
    call = app.balance(access)
    once = replace(call, url=f"{call.url}?ids=A")
    sent = replace(once, url=f"{call.url}?ids=A&ids=B", signed_as=once)

    assert is_refused(app.send(sent))


# Form


@pytest.mark.clause("SMS-REQ-09")
@pytest.mark.billable
@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8", f"{FORM};charset=utf-8"])
def test_a_form_may_name_its_charset(app: Consumer, access: Credentials, content_type: str) -> None:
    """With and without a charset a form is a form, and signed."""
    call = replace(app.sms(access, shape="post-form"), headers={"Content-Type": content_type})

    assert messages_of(app.send(call))[0]["status"] == "0"


@pytest.mark.clause("OAUTH-SIG-10")
@pytest.mark.parametrize("name", ["from", "to", "text"])
def test_every_field_of_a_form_is_signed(app: Consumer, access: Credentials, name: str) -> None:
    """No field can be changed on the way."""
    call = app.sms(access, shape="post-form")
    changed = tuple((key, value + "1" if key == name else value) for key, value in call.form or ())

    assert is_refused(app.send(replace(call, form=changed, signed_as=call)))


@pytest.mark.clause("OAUTH-SIG-09")
@pytest.mark.parametrize("name", ["from", "to", "text"])
@pytest.mark.parametrize("shape", ["get-after-question-mark", "post-query"])
def test_every_parameter_of_the_query_is_signed(
    app: Consumer, access: Credentials, shape: str, name: str
) -> None:
    """No parameter can be changed on the way."""
    call = app.sms(access, shape=shape)
    changed = call.url.replace(f"{name}=", f"{name}=1", 1)

    assert is_refused(app.send(replace(call, url=changed, signed_as=call)))


@pytest.mark.clause("SMS-REQ-22")
@pytest.mark.billable
def test_a_form_may_begin_with_an_ampersand(app: Consumer, access: Credentials) -> None:
    """An empty pair is none."""
    request = app.sms(access, shape="post-form").prepared()
    request.prepare_body(f"&{request.body.decode()}" if isinstance(request.body, bytes) else "", None)

    assert messages_of(app.provider.send(request))[0]["status"] == "0"


@pytest.mark.clause("SMS-REQ-23")
@pytest.mark.profile("documented")
@pytest.mark.billable
def test_a_plus_sign_before_the_number_is_left_out(app: Consumer, access: Credentials) -> None:
    """The documentation asks to omit it; who does not is understood."""
    part = only(messages_of(app.send(app.sms(access, {"to": f"+{app.provider.sms_to}"}, shape="post-form"))))

    assert (part["status"], part["to"]) == ("0", app.provider.sms_to)


# JSON


@pytest.mark.clause("SMS-REQ-06")
@pytest.mark.billable
@pytest.mark.parametrize("content_type", JSON_TYPES)
def test_json_has_many_names(app: Consumer, access: Credentials, content_type: str) -> None:
    """All content types of the documentation are read as JSON, and none is signed as a form."""
    call = replace(app.sms(access, shape="post-json"), headers={"Content-Type": content_type})

    assert messages_of(app.send(call))[0]["status"] == "0"


def _with_body_hash(call: Call) -> Call:
    return replace(call, oauth={**call.oauth, "oauth_body_hash": body_hash(call.body)})


@pytest.mark.clause("OAUTH-SIG-23")
@pytest.mark.billable
def test_json_with_a_body_hash_is_accepted(app: Consumer, access: Credentials) -> None:
    """Ruby's gem of 2013 signs a hash of the body beside the protocol parameters."""
    assert messages_of(app.send(_with_body_hash(app.sms(access, shape="post-json"))))[0]["status"] == "0"


@pytest.mark.clause("OAUTH-SIG-24")
@pytest.mark.profile("strict")
def test_json_that_does_not_match_its_hash_is_refused(app: Consumer, access: Credentials) -> None:
    """A body hash that is sent must be right."""
    call = _with_body_hash(app.sms(access, shape="post-json"))
    other = json.dumps({**json.loads(call.body), "text": "another text"}).encode()

    assert is_refused(app.send(replace(call, body=other)))


@pytest.mark.clause("OAUTH-SIG-23")
def test_a_body_hash_is_signed(app: Consumer, access: Credentials) -> None:
    """A body hash that was exchanged after signing is noticed."""
    call = _with_body_hash(app.sms(access, shape="post-json"))
    other = json.dumps({**json.loads(call.body), "text": "another text"}).encode()
    forged = replace(_with_body_hash(replace(call, body=other)), signed_as=call)

    assert is_refused(app.send(forged))


@pytest.mark.clause("OAUTH-SIG-21")
def test_json_members_are_not_signed(app: Consumer, access: Credentials) -> None:
    """A signature over the members as if they were a form's is not the right one."""
    call = app.sms(access, shape="post-json")
    as_form = replace(call, form=tuple(json.loads(call.body).items()))

    assert is_refused(app.send(replace(call, signed_as=as_form)))


@pytest.mark.clause("SMS-REQ-08")
@pytest.mark.billable
def test_a_json_number_is_as_good_as_a_text(app: Consumer, access: Credentials) -> None:
    """One client sends numbers where others send texts of digits."""
    call = app.sms(access, shape="post-json")
    members = json.loads(call.body)
    body = json.dumps({**members, "to": int(members["to"]), "status-report-req": 1}).encode()

    part = only(messages_of(app.send(replace(call, body=body))))
    assert part["status"] == "0"
    assert part["to"] == app.provider.sms_to


@pytest.mark.clause("SMS-REQ-02")
@pytest.mark.billable
def test_a_long_query_is_accepted(app: Consumer, access: Credentials) -> None:
    """A text of one part may take 960 octets of a URL."""
    part = only(messages_of(app.send(app.sms(access, {"text": "é" * 160}, shape="get-query"))))

    assert part["status"] == "0"


# Where the protocol parameters stand


@pytest.mark.clause("OAUTH-MSG-14")
@pytest.mark.billable
@pytest.mark.parametrize("shape", ["get-query", "post-form"])
def test_the_protocol_parameters_may_stand_in_the_query(
    app: Consumer, access: Credentials, shape: str
) -> None:
    """Beside a message in the query or in the form."""
    assert messages_of(app.send(replace(app.sms(access, shape=shape), place="query")))[0]["status"] == "0"


@pytest.mark.clause("OAUTH-MSG-14")
@pytest.mark.billable
def test_the_protocol_parameters_may_stand_in_the_form(app: Consumer, access: Credentials) -> None:
    """Beside the message."""
    call = replace(app.sms(access, shape="post-form"), place="form")

    assert messages_of(app.send(call))[0]["status"] == "0"


# Whose token


@pytest.mark.clause("OAUTH-TOK-08")
@pytest.mark.needs_control
@EVERY_SHAPE
def test_another_apps_token_is_refused(other_app: Consumer, access: Credentials, shape: str) -> None:
    """A token works for the app that it was issued to, even signed with its right secret."""
    answer = other_app.send(other_app.sms(access, shape=shape))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-TOK-09")
@EVERY_SHAPE
def test_a_call_without_a_token_is_refused(app: Consumer, access: Credentials, shape: str) -> None:
    """An app alone has no account to send from."""
    answer = app.send(replace(app.sms(access, shape=shape), token=None))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-PROB-11")
@pytest.mark.needs_control
def test_nothing_is_sent_when_a_signature_is_wrong(
    app: Consumer, access: Credentials, control: Control
) -> None:
    """A refused request has no effect: no message, and nothing to pay."""
    before = app.send(app.balance(access)).json()["value"]
    wrong = replace(app.sms(access), client=Credentials(app.client.key, "wrong"))
    assert is_refused(app.send(wrong))

    assert app.send(app.balance(access)).json()["value"] == before
    assert [m for m in control.messages(app.client.key) if m["status"] == "0"] == []


@pytest.mark.clause("OAUTH-PROB-07")
@pytest.mark.needs_control
def test_a_refusal_has_its_header_on_xml_too(app: Consumer, access: Credentials) -> None:
    """``/sms/xml`` answers in its own form, with the same header."""
    wrong = replace(app.sms(access, path="/sms/xml"), client=Credentials(app.client.key, "wrong"))
    answer = app.send(wrong)

    assert answer.status_code in (200, 400, 401)
    assert xml_messages_of(answer) == [{"status": "4", "errorText": "Bad Credentials"}]
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"
