"""What is nearly right at the account, pricing and number endpoints: headers, secrets, pages.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import requests

from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in
from contract_tests.signing import Credentials

BALANCE, SETTINGS = "/account/get-balance", "/account/settings"
OWN, BUY = "/account/numbers", "/number/buy"
PREFIX = "/account/get-prefix-pricing/outbound"
UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'
SECURITY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubdomains",
    "X-Frame-Options": "deny",
    "X-XSS-Protection": "1; mode=block;",
}
XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def _by_key(app: Consumer, path: str, **key: str) -> requests.Response:
    app.provider.secrets.add(*key.values())
    url = f"{app.provider.rest_url}{path}"
    return app.provider.send(requests.Request("GET", url, params=key).prepare())


def _answer(app: Consumer, access: Credentials, name: str) -> requests.Response:
    """Return an answer of each kind: accepted, not authorized, not done, without a key."""
    match name:
        case "200":
            return app.send(app.balance(access))
        case "200-search":
            return app.send(app.api(access, "/search/message", [("id", "0A00000000ABCD00")]))
        case "401":
            return _by_key(app, BALANCE, api_key="nobody00", api_secret="nothing")
        case "420-secret":
            return app.send(app.api(access, SETTINGS, form=(("newSecret", "weak"),)))
        case "420-number":
            return app.send(app.api(access, BUY, form=()))
        case _:
            return _by_key(app, SETTINGS)


# By the name of each: the clause of a refusal, whose content type is part of what was captured.
ANSWERS: Mapping[str, str | None] = {
    "200": None,
    "200-search": None,
    "401": "KEY-03",
    "420-secret": "SET-07",
    "420-number": "NUM-12",
    "420-key": "SET-08",
}
EVERY_ANSWER = pytest.mark.parametrize("name", ANSWERS)
EVERY_ANSWER_OF_ITS_CLAUSE = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.clause(clause)] if clause else [])
        for name, clause in ANSWERS.items()
    ],
)


# Headers


@pytest.mark.clause("ACC-03")
@pytest.mark.needs_control
@EVERY_ANSWER_OF_ITS_CLAUSE
def test_the_content_type(app: Consumer, access: Credentials, name: str) -> None:
    """That of a refusal is that of an answer."""
    answer = _answer(app, access, name)

    assert answer.status_code == int(name[:3])
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"


@pytest.mark.clause("ACC-11")
@pytest.mark.needs_control
@EVERY_ANSWER
def test_every_answer_has_a_trace_id(app: Consumer, access: Credentials, name: str) -> None:
    """By which support would find it; no two are the same."""
    ids = [_answer(app, access, name).headers.get("X-Nexmo-Trace-Id", "") for _ in range(2)]

    assert [one for one in ids if not re.fullmatch("[0-9a-f]{32}", one)] == []
    assert ids[0] != ids[1]


@pytest.mark.clause("ACC-12")
@pytest.mark.needs_control
@EVERY_ANSWER
def test_the_headers_beside_an_answer(app: Consumer, access: Credentials, name: str) -> None:
    """As captured in 2017."""
    answer = _answer(app, access, name)

    assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY


@pytest.mark.clause("ACC-13")
def test_the_declaration_of_the_balance_in_xml(app: Consumer, access: Credentials) -> None:
    """As documented: with ``standalone``."""
    answer = app.send(app.balance(access, accept="application/xml"))

    assert answer.text.startswith(XML_DECLARATION)


# Credentials


@pytest.mark.clause("KEY-03")
@pytest.mark.needs_control
def test_the_case_of_a_secret_counts(app: Consumer, account: Account, access: Credentials) -> None:
    """``aBCDEF12`` is not ``Abcdef12``."""
    assert is_let_in(app.send(app.api(access, SETTINGS, form=(("newSecret", "Abcdef12"),))))
    good = _by_key(app, BALANCE, api_key=account.key.key, api_secret="Abcdef12")
    bad = _by_key(app, BALANCE, api_key=account.key.key, api_secret="aBCDEF12")

    assert good.status_code == 200
    assert (bad.status_code, bad.content) == (401, UNAUTHORIZED)


# Numbers


@pytest.mark.clause("NUM-08")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    "how", [(), (("search_pattern", "0"),), (("search_pattern", "2"),)], ids=["absent", "0", "2"]
)
def test_a_pattern_in_the_middle_is_neither_beginning_nor_end(
    app: Consumer, control: Control, how: tuple[tuple[str, str], ...]
) -> None:
    """It is found anywhere only where that was asked."""
    block = control.new_number()[:-2]
    token = app.access_of(control.new_account(numbers=[f"{block}12", f"{block}34"]))
    middle = ("pattern", f"{block[1:]}1")
    answer = app.send(app.api(token, OWN, [middle, *how]))
    anywhere = app.send(app.api(token, OWN, [middle, ("search_pattern", "1")]))

    assert anywhere.json()["count"] == 1
    assert (answer.status_code, answer.content) == (200, b"{}")


@pytest.mark.clause("NUM-15")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("size", "shown"), [(None, 10), ("75", 75), ("100", 100), ("101", 100)], ids=["10", "75", "100", "101"]
)
def test_the_largest_page(app: Consumer, control: Control, size: str | None, shown: int) -> None:
    """100 to a page at most; the count is of all that the account has."""
    block = control.new_number()[:-2]
    token = app.access_of(control.new_account(numbers=[f"{block}{n:02}" for n in range(102)]))
    answer = app.send(app.api(token, OWN, [("size", size)] if size else [])).json()

    assert len(answer["numbers"]) == shown
    assert answer["count"] == 102


# Pricing


@pytest.mark.clause("PRICE-03")
def test_countries_that_share_a_prefix(app: Consumer, access: Credentials) -> None:
    """Canada and the United States both have 1."""
    answer = app.send(app.api(access, PREFIX, [("prefix", "1")])).json()

    assert {"CA", "US"} <= {found["country"] for found in answer["prices"]}
    assert answer["count"] == len(answer["prices"])
