"""``/account/get-…-pricing/outbound``: what countries, prefixes and numbers cost, in the shape of 2013."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.answers import challenge_of
from contract_tests.consumer import Consumer
from contract_tests.signing import Credentials
from contract_tests.strict import text_of, xml_of

COUNTRY, PREFIX = "/account/get-pricing/outbound", "/account/get-prefix-pricing/outbound"
ALL, PHONE = "/account/get-full-pricing/outbound", "/account/get-phone-pricing/outbound"
AMOUNT = re.compile(r"\d+\.\d{8}")


def _assert_is_a_country(found: dict[str, Any]) -> None:
    assert set(found) == {"country", "name", "prefix", "mt", "networks", "countryDisplayName"}
    assert AMOUNT.fullmatch(text_of(found["mt"]))
    assert text_of(found["prefix"]).isdigit()
    for network in found["networks"]:
        assert set(network) - {"ranges"} == {"code", "network", "mtPrice"}
        assert AMOUNT.fullmatch(text_of(network["mtPrice"]))


@pytest.mark.clause("PRICE-01")
@pytest.mark.parametrize("path", [COUNTRY, f"{COUNTRY}/"])
def test_a_country(app: Consumer, access: Credentials, path: str) -> None:
    """Prices are texts with 8 decimals."""
    answer = app.send(app.api(access, path, [("country", "GB")]))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    _assert_is_a_country(answer.json())
    assert answer.json()["country"] == "GB"
    assert answer.json()["name"] == answer.json()["countryDisplayName"] == "United Kingdom"
    assert answer.json()["prefix"] == "44"


@pytest.mark.clause("PRICE-02")
def test_a_country_in_xml(app: Consumer, access: Credentials) -> None:
    """``outbound-country-pricing``; in a ``network`` the name is called so."""
    answer = app.send(app.api(access, COUNTRY, [("country", "GB")], accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "outbound-country-pricing"
    assert {child.tag for child in root} == {
        "country", "name", "prefix", "mt", "networks", "countryDisplayName"
    }  # fmt: skip
    assert root.findtext("country") == "GB"
    for network in root.iterfind("networks/network"):
        assert {child.tag for child in network} - {"ranges"} == {"code", "name", "mtPrice"}


@pytest.mark.clause("PRICE-03")
def test_a_prefix(app: Consumer, access: Credentials) -> None:
    """As many prices as there are countries that share it."""
    answer = app.send(app.api(access, PREFIX, [("prefix", "44")]))

    assert answer.status_code == 200
    assert answer.json()["count"] == len(answer.json()["prices"]) >= 1
    for found in answer.json()["prices"]:
        _assert_is_a_country(found)
        assert found["prefix"] == "44"


@pytest.mark.clause("PRICE-04")
def test_a_prefix_that_nobody_has(app: Consumer, access: Credentials) -> None:
    """As captured, to the byte."""
    answer = app.send(app.api(access, PREFIX, [("prefix", "999")]))

    assert (answer.status_code, answer.content) == (200, b'{"count":0,"countries":[]}')


@pytest.mark.clause("PRICE-05")
def test_all_countries(app: Consumer, access: Credentials) -> None:
    """One by one as they are told alone, each once."""
    answer = app.send(app.api(access, ALL))
    countries = answer.json()["countries"]

    assert answer.json()["count"] == len(countries) >= 1
    for found in countries:
        _assert_is_a_country(found)
    assert len({found["country"] for found in countries}) == len(countries)


@pytest.mark.clause("PRICE-06")
@pytest.mark.parametrize("kind", ["sms", "voice"])
def test_a_number(app: Consumer, access: Credentials, kind: str) -> None:
    """What one SMS, or a minute of a call, to it costs."""
    answer = app.send(app.api(access, f"{PHONE}/{kind}", [("phone", "447700900000")]))

    assert answer.status_code == 200
    assert answer.json()["phone"] == "447700900000"
    assert AMOUNT.fullmatch(text_of(answer.json()["price"]))


@pytest.mark.clause("OAUTH-PROB-08")
@pytest.mark.parametrize("path", [COUNTRY, PREFIX, ALL, f"{PHONE}/sms"])
def test_a_wrong_signature(app: Consumer, access: Credentials, path: str) -> None:
    """401, and a challenge that says why."""
    answer = app.send(replace(app.api(access, path), client=Credentials(app.client.key, "wrong")))

    assert answer.status_code == 401
    assert answer.json() == {"error-code": "401", "error-code-label": "authentication failed"}
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"
