"""The balance."""

from __future__ import annotations

from decimal import Decimal

import pytest

from client.balance import Balance, read_answer
from client.errors import CredentialsRefused, MalformedAnswer, RequestRefused

from .examples import answer


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"value":24.428075,"autoReload":false}', Balance(value=Decimal("24.428075"), auto_reload=False)),
        ('{"value":0.43}', Balance(value=Decimal("0.43"))),
        ('{"value":10,"autoReload":true}', Balance(value=Decimal(10), auto_reload=True)),
        ('{"value":-0.5,"more":1}', Balance(value=Decimal("-0.5"))),
    ],
)
def test_the_value_is_exact(body: str, expected: Balance) -> None:
    """Captured answers, with and without autoReload."""
    assert read_answer(answer(body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        "{}",
        '{"value":"10"}',
        '{"value":true}',
        '{"value":null}',
        '{"value":1,"autoReload":"no"}',
    ],
)
def test_what_is_not_documented_is_malformed(body: str) -> None:
    """A value that is no number is no balance."""
    with pytest.raises(MalformedAnswer):
        read_answer(answer(body))


def test_an_error_code_is_an_error_with_any_status() -> None:
    """A body with an error-code is a refusal, also with HTTP 200."""
    with pytest.raises(CredentialsRefused, match="authentication failed"):
        read_answer(answer('{"error-code":"401","error-code-label":"authentication failed"}'))
    with pytest.raises(RequestRefused, match="error-code 420 API key is required"):
        read_answer(answer('{"error-code":"420","error-code-label":"API key is required"}'))
