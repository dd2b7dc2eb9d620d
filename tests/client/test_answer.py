"""Bodies, read strictly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from client.errors import MalformedAnswer

from .examples import answer


def test_a_json_object_keeps_its_digits() -> None:
    """Fractions are Decimal, so no digit is lost."""
    assert answer('{"value": 24.4280750, "n": 1}').json_object() == {"value": Decimal("24.4280750"), "n": 1}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("<html>It works!</html>", id="html"),
        pytest.param('{"message-count": "1", "mess', id="truncated"),
        pytest.param("[]", id="a-list"),
        pytest.param('{"value": NaN}', id="not-a-number"),
        pytest.param("[" * 100_000, id="very-deep"),
        pytest.param('{"value": ' + "9" * 5000 + "}", id="very-many-digits"),
        pytest.param(b'{"value": "\xff"}', id="not-utf-8"),
    ],
)
def test_what_is_no_json_object_is_malformed(body: str | bytes) -> None:
    """Anything else is a MalformedAnswer with one short line."""
    with pytest.raises(MalformedAnswer) as raised:
        answer(body).json_object()

    assert len(str(raised.value)) < 200


def test_a_declared_charset_is_used() -> None:
    """The body of 2014 was declared, and encoded, in ISO-8859-1."""
    body = '{"client-ref": "ü"}'.encode("latin-1")

    assert answer(body, charset="ISO-8859-1").json_object() == {"client-ref": "ü"}


def test_a_charset_that_nobody_knows_is_malformed() -> None:
    """A charset without a codec is a MalformedAnswer."""
    with pytest.raises(MalformedAnswer):
        answer("{}", charset="x-nexmo").text()


def test_a_form_is_decoded() -> None:
    """Names and values are percent-decoded, a plus is a blank, a line end after it is no part of it."""
    assert answer("a=%2B%2F%3D%26+x&b=\n").form() == {"a": "+/=& x", "b": ""}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param("<html>no form</html>", id="html"),
        pytest.param("oauth_token=a&oauth_token=b", id="a-field-twice"),
        pytest.param("oauth_token=%ff", id="not-utf-8"),
    ],
)
def test_what_is_no_form_is_malformed(body: str) -> None:
    """Anything else is a MalformedAnswer."""
    with pytest.raises(MalformedAnswer):
        answer(body).form()


def test_the_body_is_in_no_repr_and_no_form_error() -> None:
    """A token answer that cannot be read may hold a secret all the same."""
    half = answer("oauth_token_secret=SECRET&oauth_token")

    with pytest.raises(MalformedAnswer) as raised:
        half.form()

    assert "SECRET" not in f"{half!r} {raised.value}"
