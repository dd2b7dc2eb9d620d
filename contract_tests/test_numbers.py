"""``/account/numbers`` and ``/number/…``: an account's own numbers, those on offer, buying, changing, cancelling."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import requests

from contract_tests.answers import challenge_of
from contract_tests.consumer import Consumer
from contract_tests.control import Control
from contract_tests.signing import Credentials, Pairs
from contract_tests.strict import count_of, decimal_of, text_of, xml_of

OWN, SEARCH = "/account/numbers", "/number/search"
BUY, CANCEL, UPDATE = "/number/buy", "/number/cancel", "/number/update"
SUCCESS = b'{"error-code":"200","error-code-label":"success"}'
FAILED = b'{"error-code":"420","error-code-label":"method failed"}'
UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'
FEATURES = {"SMS", "VOICE", "MMS"}


def _offers(app: Consumer, token: Credentials, *query: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = app.send(app.api(token, SEARCH, [("country", "GB"), *query])).json()
    return found


def _own(app: Consumer, token: Credentials) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.send(app.api(token, OWN)).json().get("numbers", [])
    return found


def _free(app: Consumer, token: Credentials) -> Pairs:
    """Return country and MSISDN of a number on offer; others may be buying at the same time."""
    number = app.provider.chance.choice(_offers(app, token, ("size", "100"))["numbers"])
    return (("country", number["country"]), ("msisdn", number["msisdn"]))


def _post(app: Consumer, token: Credentials, path: str, form: Pairs) -> requests.Response:
    return app.send(app.api(token, path, form=form))


# On offer


@pytest.mark.clause("NUM-01")
@pytest.mark.parametrize("path", [SEARCH, f"{SEARCH}/"])
def test_numbers_on_offer(app: Consumer, access: Credentials, path: str) -> None:
    """The count is a number, the cost a text, features are a list."""
    answer = app.send(app.api(access, path, [("country", "GB"), ("size", "2")]))

    assert answer.status_code == 200
    assert count_of(answer.json()["count"]) >= len(answer.json()["numbers"]) >= 1
    for number in answer.json()["numbers"]:
        assert set(number) >= {"country", "msisdn", "cost", "type", "features"}
        assert number["country"] == "GB"
        assert re.fullmatch("44[0-9]{9,10}", text_of(number["msisdn"]))
        assert re.fullmatch(r"[0-9]+\.[0-9]+", text_of(number["cost"]))
        assert number["features"]
        assert set(number["features"]) - FEATURES == set()


@pytest.mark.clause("NUM-02")
def test_numbers_on_offer_in_xml(app: Consumer, access: Credentials) -> None:
    """``inbound-numbers``, with one ``numbers`` for each."""
    query = [("country", "GB"), ("size", "2")]
    answer = app.send(app.api(access, SEARCH, query, accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "inbound-numbers"
    assert decimal_of(root.findtext("count")) >= len(root.findall("numbers")) > 0
    for number in root.iterfind("numbers"):
        assert (number.findtext("msisdn") or "").startswith("44")
        assert {feature.text for feature in number.iterfind("features/feature")} - FEATURES == set()


@pytest.mark.clause("NUM-03")
def test_pages(app: Consumer, access: Credentials) -> None:
    """They follow one another, and are as long as was asked."""
    first, second = (_offers(app, access, ("size", "2"), ("index", index)) for index in ("1", "2"))
    both = [number["msisdn"] for page in (first, second) for number in page["numbers"]]

    assert len(set(both)) == len(both) == 4


@pytest.mark.clause("NUM-04")
@pytest.mark.parametrize("features", ["SMS", "VOICE", "SMS,VOICE"])
def test_features(app: Consumer, access: Credentials, features: str) -> None:
    """Every number that is found has all of them."""
    found = _offers(app, access, ("features", features))["numbers"]

    assert found
    for number in found:
        assert set(features.split(",")) - set(number["features"]) == set()


@pytest.mark.clause("NUM-05")
def test_a_country_without_numbers(app: Consumer, access: Credentials) -> None:
    """An empty object."""
    answer = app.send(app.api(access, SEARCH, [("country", "ZZ")]))

    assert (answer.status_code, answer.content) == (200, b"{}")


# Own numbers


@pytest.mark.clause("NUM-06")
@pytest.mark.needs_control("to begin with an account that has no numbers")
@pytest.mark.parametrize("path", [OWN, f"{OWN}/"])
def test_no_numbers(app: Consumer, access: Credentials, path: str) -> None:
    """An empty object."""
    answer = app.send(app.api(access, path))

    assert (answer.status_code, answer.content) == (200, b"{}")


@pytest.mark.clause("NUM-08")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param([], 10, marks=pytest.mark.clause("NUM-07"), id="a-page"),
        pytest.param([("size", "5")], 5, marks=pytest.mark.clause("NUM-03"), id="size"),
        pytest.param([("index", "2")], 2, marks=pytest.mark.clause("NUM-03"), id="index"),
        pytest.param([("pattern", "{block}01")], 1, id="beginning"),
        pytest.param([("pattern", "{inner}0"), ("search_pattern", "1")], 10, id="anywhere"),
        pytest.param([("pattern", "1"), ("search_pattern", "2")], 2, id="end"),
    ],
)
def test_own_numbers(app: Consumer, control: Control, query: list[tuple[str, str]], expected: int) -> None:
    """Ten to a page unless told otherwise; a pattern stands at the beginning, anywhere, or at the end."""
    block = control.new_number()[:-2]
    token = app.access_of(control.new_account(numbers=[f"{block}{n:02}" for n in range(12)]))
    asked = [(name, value.format(block=block, inner=block[1:])) for name, value in query]
    answer = app.send(app.api(token, OWN, asked)).json()

    assert len(answer["numbers"]) == expected
    assert {text_of(number["msisdn"])[: len(block)] for number in answer["numbers"]} == {block}


# Buying, changing, cancelling


@pytest.mark.clause("NUM-09", "NUM-10", "NUM-14")
@pytest.mark.needs_control
def test_the_life_of_a_number(app: Consumer, access: Credentials) -> None:
    """It is bought, is the account's alone, is changed, is cancelled, and on offer again."""
    number = _free(app, access)
    msisdn = number[1][1]

    bought = _post(app, access, BUY, number)
    try:
        assert (bought.status_code, bought.content) == (200, SUCCESS)
        assert [one["msisdn"] for one in _own(app, access)] == [msisdn]
        assert msisdn not in {one["msisdn"] for one in _offers(app, access, ("size", "100"))["numbers"]}

        changes = (("voiceCallbackType", "tel"), ("voiceCallbackValue", "447700900001"))
        assert _post(app, access, UPDATE, (*number, *changes)).content == SUCCESS
        assert _own(app, access)[0].items() >= dict(changes).items()
        root = xml_of(app.send(app.api(access, OWN, accept="application/xml")))
        assert root.findtext("numbers/voice-callback-type") == "tel"
    finally:
        cancelled = _post(app, access, CANCEL, number)
    assert cancelled.content == SUCCESS
    assert _own(app, access) == []


@pytest.mark.clause("NUM-11")
@pytest.mark.needs_control
@pytest.mark.profile("documented")  # the strict profile asks whether the URL answers
def test_a_number_s_url(app: Consumer, access: Credentials) -> None:
    """``moHttpUrl`` is kept, and cleared by an empty one."""
    number = _free(app, access)
    assert _post(app, access, BUY, number).content == SUCCESS
    try:
        _post(app, access, UPDATE, (*number, ("moHttpUrl", "https://app.example/mo")))
        assert _own(app, access)[0]["moHttpUrl"] == "https://app.example/mo"
        _post(app, access, UPDATE, (*number, ("moHttpUrl", "")))
        assert "moHttpUrl" not in _own(app, access)[0]
    finally:
        _post(app, access, CANCEL, number)


@pytest.mark.clause("NUM-13")
@pytest.mark.needs_control
def test_a_number_that_somebody_has(app: Consumer, access: Credentials, control: Control) -> None:
    """Neither can another account buy it, nor change or cancel it."""
    number = _free(app, access)
    assert _post(app, access, BUY, number).content == SUCCESS
    other = app.access_of(control.new_account())
    try:
        for path in (BUY, UPDATE, CANCEL):
            answer = _post(app, other, path, number)
            assert (answer.status_code, answer.content) == (420, FAILED)
        assert len(_own(app, access)) == 1
    finally:
        _post(app, access, CANCEL, number)


@pytest.mark.clause("NUM-12")
@pytest.mark.needs_control
@pytest.mark.parametrize("path", [BUY, CANCEL, UPDATE])
@pytest.mark.parametrize(
    "form",
    [(), (("country", "GB"),), (("country", "GB"), ("msisdn", "440000000000"))],
    ids=["nothing", "no-number", "another-number"],
)
def test_what_cannot_be_done(app: Consumer, access: Credentials, path: str, form: Pairs) -> None:
    """One answer for all of it."""
    answer = _post(app, access, path, form)

    assert (answer.status_code, answer.content) == (420, FAILED)


@pytest.mark.clause("NUM-12")
@pytest.mark.needs_control
def test_what_cannot_be_done_in_xml(app: Consumer, access: Credentials) -> None:
    """The generic response."""
    answer = app.send(app.api(access, BUY, form=(), accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "response"
    assert [(child.tag, child.text) for child in root] == [
        ("error-code", "420"),
        ("error-code-label", "method failed"),
    ]


@pytest.mark.clause("OAUTH-PROB-08")
@pytest.mark.parametrize(
    ("path", "form"), [(OWN, None), (SEARCH, None), (BUY, ()), (CANCEL, ()), (UPDATE, ())]
)
def test_a_wrong_signature(app: Consumer, access: Credentials, path: str, form: Pairs | None) -> None:
    """401, and a challenge that says why."""
    wrong = replace(app.api(access, path, form=form), client=Credentials(app.client.key, "wrong"))
    answer = app.send(wrong)

    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"
