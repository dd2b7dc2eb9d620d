"""A recorded test as a text: what is written is read again, and what is damaged is told by its line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_provider.contract.exchange import (
    CLOSES,
    NO_MORE,
    OPENS,
    WHOLE,
    Answer,
    Exchange,
    Receiving,
    Request,
    Webhook,
)
from fake_provider.contract.parsing import Damaged, parsed
from fake_provider.contract.testfile import path_of, text_of
from tests.fake_provider.contract.recorded import TEST

TEXT = text_of(TEST)


def test_a_file_can_be_read_by_people() -> None:
    """An exchange stands there as on the wire."""
    assert TEXT.split("\n\n")[-1].splitlines() == [
        "--- 3 exchange",
        "signed: consumer-secret-1&",
        "> GET <rest>/sms/json?text=a",
        "> Accept: */*",
        "< 200 OK",
        '<"X: "',
        "<",
        "< {",
        '<   "a": 1',
        "< }",
    ]


BODIES = st.one_of(
    st.text(max_size=80),
    st.text(st.sampled_from('\n\r\t "<>\\\x00\x85\u2028é😀\udcff-'), max_size=40),
)
LINES = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=30).map(str.strip)


@given(body=BODIES, answered=BODIES, value=LINES)
def test_what_is_written_is_read_again(body: str, answered: str, value: str) -> None:
    """To the last octet, whatever is in a body."""
    step = Exchange(
        request=Request(method="POST", url="<rest>/sms/json", headers=(("X-Given", value),), body=body),
        answer=Answer(status=200, reason="OK", headers=(("X-Said", value), ("X-Said", "")), body=answered),
    )
    test = replace(TEST, reason=value, outcome="skipped", steps=(*TEST.steps, step))

    assert parsed(text_of(test)) == test


@pytest.mark.parametrize("name", ["a[b/c]", "a[b*c]", "a[" + "x" * 300 + "]", "a[B]", "a[ä]"])
def test_every_file_system_takes_the_names(name: str) -> None:
    """And no two tests share one, though their case alone differs."""
    path = path_of(f"test_x.py::{name}")

    assert path.parent.name == "test_x"
    assert path.name.isascii()
    assert len(path.name) < 140
    assert str(path).lower() != str(path_of(f"test_x.py::{name.swapcase()}")).lower()


DEEP, LONG = "[" * 200_000, "9" * 5000
ACCESS = '{"token": "<access-token-1>", "secret": "<access-token-secret-1>"}'


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param(TEXT, "", 1, "there is nothing in it", id="emptied"),
        pytest.param(TEXT, "\n\n", 1, "there is nothing in it", id="blank"),
        pytest.param("outcome: passed", "outcome: fine", 3, "the outcome is 'fine'", id="outcome"),
        pytest.param("outcome: passed\n", "", 3, "the head has no outcome", id="no-outcome"),
        pytest.param("outcome: passed", "outcome: passed\noutcome: failed", 4, "outcome stands there twice", id="twice"),
        pytest.param("outcome: passed", "outcome: passed\ncolour: red", 4, "'colour: red' has no place", id="unknown-in-head"),
        pytest.param("test: test_parts", 'test: "\\ud800', 1, "it is no JSON text", id="head-no-json"),
        pytest.param(f"test: {TEST.test}", r'test: "a\udcff"', 1, "half a character", id="head-no-text"),
        pytest.param("31 digits", "31 things", 4, "'31 things' is no shape", id="shape"),
        pytest.param("31 digits", "² digits", 4, "", id="shape-of-another-digit"),
        pytest.param("unusual: access", "unusual: excess", 4, "'excess-token-1' is no reference", id="reference"),
        pytest.param("--- 1 access", "--- 1 excess", 6, "'--- 1 excess' begins no step", id="kind-of-step"),
        pytest.param("--- 1 access", "--- one access", 6, "begins no step", id="number-of-step"),
        pytest.param("--- 1 access", "--- 2 access", 6, "step 1 is missing", id="order-of-steps"),
        pytest.param(f"{ACCESS}\n\n", "", 6, "the access is missing", id="access-is-missing"),
        pytest.param(ACCESS, '{"token": }', 7, "it is no JSON", id="access-no-json"),
        pytest.param(ACCESS, "[]", 7, "a JSON object with token, secret is wanted", id="access-a-list"),
        pytest.param(ACCESS, DEEP, 7, "it is nested too deeply", id="access-deep"),
        pytest.param(ACCESS, '{"token": NaN, "secret": ""}', 7, "NaN is no number", id="access-nan"),
        pytest.param(ACCESS, f'{{"token": {LONG}, "secret": ""}}', 7, "it is no JSON", id="access-long-number"),
        pytest.param(ACCESS, '{"token": "", "token": "", "secret": ""}', 7, "stands in one object twice", id="access-twice"),
        pytest.param(ACCESS, '{"token": 5, "secret": ""}', 7, "token is no text", id="access-a-number"),
        pytest.param(ACCESS, r'{"token": "\ud800", "secret": ""}', 7, "half a character", id="access-half-a-character"),
        pytest.param('"secret"', '"more": "", "secret"', 7, "token, secret is wanted", id="access-unknown"),
        pytest.param(ACCESS, f"{ACCESS}\n{ACCESS}", 8, "one line of JSON is all", id="access-more"),
        pytest.param('"approve"', '"shrug"', 10, "a decision is one of approve, deny", id="decision"),
        pytest.param('"verifier": "<verifier-1>"', '"verifier": true', 10, "verifier is no text", id="verifier"),
        pytest.param("> GET <rest>/sms/json?text=a", "> GET", 14, "'GET' is no method and no URL", id="no-url"),
        pytest.param("> GET <rest>/sms/json?text=a", "> GET /sms/json", 14, "no URL", id="no-origin"),
        pytest.param("> GET <rest>/sms/json?text=a", "> GET http://[/sms", 14, "no URL", id="half-an-address"),
        pytest.param("> GET", ">", 14, "no method", id="no-method"),
        pytest.param("> Accept: ", "> Accept ", 15, "'Accept */*' is no header", id="header"),
        pytest.param("> GET", "= GET", 14, "begin with >", id="mark"),
        pytest.param("< {", "> {", 19, "begin with >", id="mark-of-the-other"),
        pytest.param("< 200", "< many", 16, "'many OK' is no status", id="status"),
        pytest.param("< 200", "< -20", 16, "'-20 OK' is no status", id="negative-status"),
        pytest.param(TEXT[TEXT.index("< 200") :], "", 15, "the answer is missing", id="cut-off"),
        pytest.param(TEXT[TEXT.index("> GET") :], "", 13, "the request is missing", id="cut-off-before"),
        pytest.param('<"X: "', '<"X: ', 17, "it is no JSON text", id="coded-line"),
        pytest.param('<"X: "', r'<"X: \ud800"', 17, "half a character", id="half-a-character"),
    ],
)  # fmt: skip
def test_what_is_damaged_is_told_by_its_line(old: str, new: str, line: int, problem: str) -> None:
    """And by what is wrong there, in one line that is not long."""
    assert old in TEXT
    with pytest.raises(Damaged) as caught:
        parsed(TEXT.replace(old, new, 1))

    assert (caught.value.line, problem in str(caught.value)) == (line, True), str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


WEBHOOKS = replace(
    TEST,
    unusual=(),
    steps=(
        Receiving(receiver="<receiver-1>", event=OPENS),
        Webhook(
            request=Request(method="POST", url="<receiver-1>/hook", headers=(("Accept", "*/*"),), body="{}"),
            answer=Answer(status=302, reason="Found", headers=(("Location", "<receiver-1>/hook/elsewhere"),)),
            silent=WHOLE,
        ),
        Receiving(receiver="<receiver-1>", event=NO_MORE),
        Webhook(request=Request(method="GET", url="<receiver-1>/?a=b"), answer=Answer(status=200)),
        Receiving(receiver="<receiver-1>", event=CLOSES),
    ),
)
PUSHED = text_of(WEBHOOKS)


def test_webhooks_are_read_again() -> None:
    """With the receiver that gets them, and with what it answered."""
    assert parsed(PUSHED) == WEBHOOKS


def test_a_webhook_can_be_read_by_people() -> None:
    """The provider's request stands there as those of a test do."""
    assert PUSHED.split("\n\n")[2].splitlines() == [
        "--- 2 webhook",
        "silent: all its time",
        "> POST <receiver-1>/hook",
        "> Accept: */*",
        ">",
        "> {}",
        "< 302 Found",
        "< Location: <receiver-1>/hook/elsewhere",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        pytest.param("silent: all its time", "silent: for long", 9, "a receiver is silent until", id="silence"),
        pytest.param("> POST <receiver-1>", "> POST <rest>", 10, "no URL", id="to-nobody"),
        pytest.param("> POST <receiver-1>/hook", "> POST <receiver-1>", 10, "no URL", id="no-path"),
        pytest.param("< 302", "< much", 14, "no status", id="status"),
        pytest.param('"<receiver-1>", "event": "opens"', '"<x>", "event": "opens"', 6, "'<x>' is no receiver", id="no-receiver"),
        pytest.param('"opens"', '"closes"', 5, "<receiver-1> is not open", id="not-open"),
        pytest.param('"got no more"', '"opens"', 17, "<receiver-1> is open already", id="open-already"),
        pytest.param('"got no more"', '"closes"', 20, "<receiver-1> is not open", id="closed"),
        pytest.param('"opens"', '"sings"', 6, "an event of a receiver is one of opens, closes, got no more", id="event"),
        pytest.param('"event": "opens"', '"event": null', 6, "event is no text", id="no-event"),
    ],
)  # fmt: skip
def test_a_damaged_webhook_is_told_by_its_line(old: str, new: str, line: int, problem: str) -> None:
    """And by what is wrong there."""
    assert old in PUSHED
    with pytest.raises(Damaged) as caught:
        parsed(PUSHED.replace(old, new, 1))

    assert (caught.value.line, problem in str(caught.value)) == (line, True), str(caught.value)
