"""What contract tests read out of answers: where something is missing an assertion says so, and no KeyError."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
import requests

from contract_tests.receiver import Received
from contract_tests.strict import (
    Answer,
    count_of,
    decimal_of,
    ensure_keys,
    json_of,
    only,
    pair,
    text_of,
    xml_of,
)


def answer(body: bytes, **headers: str) -> requests.Response:
    """Return an answer of this body."""
    made = requests.Response()
    made.status_code, made._content = 200, body
    made.headers.update(headers)
    return Answer.of(made)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(["to", "id"], "key 2: 'id' is there, and 'message-id' should be; in all: to, id", id="another"),
        pytest.param(["to"], "key 2: nothing is there, and 'message-id' should be; in all: to", id="one-less"),
        pytest.param(
            ["to", "message-id", "x"], "key 3: 'x' is there, and nothing else should be; in all: to, message-id, x", id="one-more"
        ),
        pytest.param([], "key 1: nothing is there, and 'to' should be; in all: none", id="none"),
    ],
)  # fmt: skip
def test_keys_that_are_not_in_their_order(found: list[str], said: str) -> None:
    """The first one that is another is named: two long lists would hide it."""
    with pytest.raises(AssertionError) as caught:
        ensure_keys(found, ["to", "message-id"])

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param(lambda: answer(b"<a/>").json(), "no JSON came", id="no-json"),
        pytest.param(lambda: answer(b"").json(), "no JSON came", id="nothing"),
        pytest.param(lambda: answer(b"[" * 200_000).json(), "it is nested too deeply", id="too-deep"),
        pytest.param(lambda: answer(b"[" * 800 + b"]" * 800).json(), "no JSON came", id="as-deep-as-can-be"),
        pytest.param(lambda: answer(b"9" * 5000).json(), "no JSON came", id="a-long-number"),
        pytest.param(lambda: answer(b'{"a":NaN}').json(), "NaN is no number in JSON", id="nan"),
        pytest.param(lambda: answer(b"-Infinity").json(), "-Infinity is no number in JSON", id="infinity"),
        pytest.param(lambda: answer(b'{"a":1,"a":1}').json(), "'a' stands in one object twice", id="twice"),
        pytest.param(lambda: answer(b"\xff").json(), "no JSON came", id="no-text"),
        pytest.param(lambda: xml_of(answer(b"{}")), "no XML came", id="no-xml"),
        pytest.param(
            lambda: xml_of(answer(b'<?xml version="1.0" encoding="x"?><a/>')), "no XML came", id="encoding"
        ),
        pytest.param(
            lambda: xml_of(answer(b'<?xml version="1.0" encoding="idna"?><a/>')), "no XML came", id="codec"
        ),
        pytest.param(lambda: answer(b'{"a":1}').json()["b"], "there is no 'b', only 'a'", id="member"),
        pytest.param(lambda: answer(b'[{"a":{}}]').json()[0]["a"]["c"], "there is no 'c'", id="deep"),
        pytest.param(lambda: answer(b"[1]").json()[1], "there are 1 items only", id="item"),
        pytest.param(lambda: answer(b"[1]").json()["a"], "an object with 'a' was expected", id="list"),
        pytest.param(lambda: answer(b"").headers["Content-Type"], "no header Content-Type", id="header"),
        pytest.param(lambda: only([1, 2]), "one was expected, there are 2", id="only"),
        pytest.param(lambda: pair([1]), "two were expected, there are 1", id="pair"),
        pytest.param(lambda: decimal_of("1,5"), "'1,5' is no number", id="decimal"),
        pytest.param(lambda: decimal_of(None), "None is no number", id="no-decimal"),
        pytest.param(lambda: text_of(1.5), "1.5 is no text", id="text"),
        pytest.param(lambda: count_of("1"), "'1' is no whole number", id="count"),
        pytest.param(lambda: count_of(True), "True is no number", id="truth"),
        pytest.param(
            lambda: Received("POST", "/", {"content-type": "application/json"}, b"[1]").pairs,
            "no JSON object was pushed",
            id="pushed",
        ),
        pytest.param(
            lambda: Received("POST", "/", {"content-type": "application/json"}, b"[" * 200_000).pairs,
            "no JSON object was pushed",
            id="pushed-deep",
        ),
    ],
)
def test_what_is_missing_is_named(asked: Callable[[], object], said: str) -> None:
    """In words that are about the provider."""
    with pytest.raises(AssertionError, match=said):
        asked()


@pytest.mark.parametrize("charset", ["undefined", "idna", "rot13", "no-such-charset"])
def test_a_charset_that_is_none(charset: str) -> None:
    """The body is read all the same: what else is wrong with the answer is to be told."""
    read = answer(b"a=b")
    read.encoding = charset  # as requests takes it from the header

    assert read.text == "a=b"


def test_what_is_there_is_what_came() -> None:
    """An answer is read as any other."""
    read = answer(b'{"a":[1,{"b":"c"}]}', **{"Content-Type": "application/json"})

    assert read.json() == {"a": [1, {"b": "c"}]} == json_of(read)
    assert read.headers["content-type"] == "application/json"
    assert "X-Other" not in read.headers
    assert read.headers.get("X-Other") is None
    assert (only([7]), pair("ab"), text_of("x"), count_of(3)) == (7, ("a", "b"), "x", 3)
    assert decimal_of("1.50") == Decimal("1.5")


def test_what_may_be_secret_is_not_shown() -> None:
    """A body that holds a token is not repeated, whatever it should have been."""
    with pytest.raises(AssertionError) as failed:
        json_of(answer(b"oauth_token=abc&oauth_token_secret=def"))

    assert "def" not in str(failed.value)
