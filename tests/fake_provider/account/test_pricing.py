"""The pricing endpoints: what a country, a prefix, a number costs, and how often one may ask."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from fake_provider.sms.pricing import COUNTRIES, ROUTES, route
from tests.fake_provider.account.conftest import Api, MakeApi

GB_2013 = {
    "country": "GB",
    "name": "United Kingdom",
    "prefix": "44",
    "mt": "0.03330000",
    "networks": [{"code": "23410", "network": "O2", "mtPrice": "0.03330000"}],
    "countryDisplayName": "United Kingdom",
}
GB_2018 = {
    "dialingPrefix": "44",
    "defaultPrice": "0.03330000",
    "currency": "EUR",
    "countryDisplayName": "United Kingdom",
    "countryCode": "GB",
    "countryName": "United Kingdom",
    "networks": [
        {
            "type": "mobile",
            "price": "0.03330000",
            "currency": "EUR",
            "mcc": "234",
            "mnc": "10",
            "networkCode": "23410",
            "networkName": "O2",
        }
    ],
}
SHAPES = pytest.mark.parametrize(
    ("shape", "gb"), [("2013", GB_2013), ("2018", GB_2018)], ids=["2013", "2018"]
)


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


# A country


@SHAPES
def test_a_country(shape: str, gb: dict[str, Any], make_api: MakeApi) -> None:
    """Both shapes, key by key."""
    answer = make_api(pricing=shape).get("/account/get-pricing/outbound", country="GB")

    assert answer.body.decode() == compact(gb)


def test_the_shape_of_2013_is_the_default(api: Api) -> None:
    """It is what an OAuth client got."""
    assert api.get("/account/get-pricing/outbound", country="gb").json == GB_2013


def test_a_country_in_xml(api: Api) -> None:
    """Members keep their names, but for that of a network."""
    answer = api.xml().get("/account/get-pricing/outbound", country="GB")

    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><outbound-country-pricing><country>GB</country>'
        "<name>United Kingdom</name><prefix>44</prefix><mt>0.03330000</mt>"
        "<networks><network><code>23410</code><name>O2</name><mtPrice>0.03330000</mtPrice></network></networks>"
        "<countryDisplayName>United Kingdom</countryDisplayName></outbound-country-pricing>"
    )


@pytest.mark.parametrize("country", ["", "ZZ", "United Kingdom", "GB\x00", "GB" * 500, "%", "ǱǱ"])
@pytest.mark.parametrize("accept", [None, "application/xml"])
def test_no_country(country: str, accept: str | None, api: Api) -> None:
    """Where there is nothing to tell the answer has no body."""
    asked = api.xml() if accept else api

    answer = asked.get("/account/get-pricing/outbound", country=country)

    assert (answer.status, answer.body) == (200, b"")
    assert asked.get("/account/get-pricing/outbound").body == b""


@pytest.mark.parametrize("kind", ["sms", "voice"])
@pytest.mark.parametrize("shape", ["2013", "2018"])
def test_paths_with_a_kind_have_the_shape_of_2018(shape: str, kind: str, make_api: MakeApi) -> None:
    """Whatever the policy says, since there was no other; a call has a price of its own."""
    answer = make_api(pricing=shape).get(f"/account/get-pricing/outbound/{kind}", country="GB").json

    assert list(answer) == list(GB_2018)
    assert answer["defaultPrice"] == answer["networks"][0]["price"]
    assert (answer["defaultPrice"] == "0.03330000") == (kind == "sms")


def test_an_sms_costs_what_is_told(api: Api) -> None:
    """What pricing says is what is charged."""
    for country, number in (("US", "12025550100"), ("CA", "14165550100"), ("DE", "4915112345678")):
        told = api.get("/account/get-pricing/outbound", country=country).json
        before = api.fake.accounts[0].balance
        api.sms(to=number)

        assert before - api.fake.accounts[0].balance == Decimal(told["mt"])
        assert api.fake.messages[-1].network == told["networks"][0]["code"]


# A prefix, and all


@SHAPES
def test_a_prefix(shape: str, gb: dict[str, Any], make_api: MakeApi) -> None:
    """The list has another name in each shape."""
    answer = make_api(pricing=shape).get("/account/get-prefix-pricing/outbound", prefix="44")

    name = "prices" if shape == "2013" else "countries"
    assert answer.body.decode() == compact({"count": 1, name: [gb]})


def test_a_prefix_of_several_countries(api: Api) -> None:
    """All that share it are told."""
    answer = api.get("/account/get-prefix-pricing/outbound", prefix="1").json

    assert answer["count"] == 2
    assert [one["country"] for one in answer["prices"]] == ["US", "CA"]


@pytest.mark.parametrize("prefix", ["999", "", "+44", "4", "x", "44\x00", "9" * 5000])
@pytest.mark.parametrize("shape", ["2013", "2018"])
def test_no_prefix(shape: str, prefix: str, make_api: MakeApi) -> None:
    """The recorded empty list, in either shape."""
    answer = make_api(pricing=shape).get("/account/get-prefix-pricing/outbound", prefix=prefix)

    assert (answer.status, answer.body) == (200, b'{"count":0,"countries":[]}')


def test_a_prefix_is_missing(api: Api) -> None:
    """It is a prefix that nobody has."""
    assert api.get("/account/get-prefix-pricing/outbound").body == b'{"count":0,"countries":[]}'


@SHAPES
def test_all_countries(shape: str, gb: dict[str, Any], make_api: MakeApi) -> None:
    """Each as it is told by itself."""
    answer = make_api(pricing=shape).get("/account/get-full-pricing/outbound").json

    assert answer["count"] == len(answer["countries"]) == len(COUNTRIES)
    assert gb in answer["countries"]


# A number


@pytest.mark.parametrize(("kind", "price"), [("sms", "0.03330000"), ("voice", "0.02500000")])
def test_a_number(kind: str, price: str, api: Api) -> None:
    """An SMS and a call, each with its price."""
    answer = api.get(f"/account/get-phone-pricing/outbound/{kind}", phone="447700900000")

    assert answer.body.decode() == compact(
        {"country-code": "GB", "network-code": "23410", "phone": "447700900000", "price": price}
    )


def test_a_number_in_no_known_country(api: Api) -> None:
    """It has a price, which an SMS to it costs, but no country."""
    answer = api.get("/account/get-phone-pricing/outbound/sms", phone="2125551234567").json

    assert answer == {"network-code": "99999", "phone": "2125551234567", "price": "0.05000000"}


@pytest.mark.parametrize("phone", ["", "07700900000", "1", "+447700900000", "x", "٤٤٧٧٠٠٩٠٠٠٠٠", "4" * 100])
def test_no_number(phone: str, api: Api) -> None:
    """What leads nowhere has no price."""
    answer = api.get("/account/get-phone-pricing/outbound/sms", phone=phone)

    assert (answer.status, answer.body) == (200, b"")


# How often


PRICING = [
    ("/account/get-pricing/outbound", {"country": "GB"}),
    ("/account/get-pricing/outbound/sms", {"country": "GB"}),
    ("/account/get-prefix-pricing/outbound", {"prefix": "44"}),
    ("/account/get-full-pricing/outbound", {}),
    ("/account/get-phone-pricing/outbound/voice", {"phone": "447700900000"}),
]


@pytest.mark.parametrize("first", [path for path, _ in PRICING])
@pytest.mark.parametrize(("path", "parameters"), PRICING)
def test_once_a_second(path: str, parameters: dict[str, str], first: str, make_api: MakeApi) -> None:
    """Where requests are counted the second call is 429, whichever of them it is; a second later it is not."""
    api = make_api(throttle=30)
    api.fake.clock.freeze()

    assert api.get(first).status == 200
    answer = api.get(path, **parameters)

    assert (answer.status, answer.json["error-code"]) == (429, "429")
    api.fake.clock.advance(1)
    assert api.get(path, **parameters).status == 200


@pytest.mark.parametrize(
    ("policy", "account", "counted"),
    [
        (None, None, False),
        (30, None, True),
        (None, True, True),
        (30, False, False),
        (0, None, False),
        (0, 5, True),
    ],
)
def test_only_where_requests_are_counted(
    policy: int | None, account: bool | int | None, counted: bool, make_api: MakeApi
) -> None:
    """By the policy, unless the account says otherwise; each account is counted for itself, and apart from SMS."""
    api = make_api(throttle=policy)
    api.fake.clock.freeze()
    api.fake.create_account("ann@example.com", api_key="a", api_secret="s", throttle=account)
    ann = api.of("a", "s")

    statuses = [ann.get("/account/get-full-pricing/outbound").status for _ in range(3)]

    assert statuses == ([200, 429, 429] if counted else [200, 200, 200])
    assert api.get("/account/get-full-pricing/outbound").status == 200
    assert ann.get("/account/get-balance").status == 200
    assert len(ann.sms()) == 1


# The table behind it


@pytest.mark.parametrize("country", COUNTRIES)
def test_each_country(country: str) -> None:
    """Its code stands in ISO 3166, its network is an MCCMNC, its prices are amounts above nothing."""
    found = COUNTRIES[country]

    assert found.country == country
    assert len(country) == 2
    assert found.country_name
    assert found.network_name
    assert found.network.isdigit()
    assert len(found.network) in (5, 6)
    assert found.price > 0
    assert found.voice_price > 0


@pytest.mark.parametrize("digits", ROUTES)
def test_each_route_is_of_its_prefix(digits: str) -> None:
    """The digits with which a number begins begin with its country's own."""
    assert digits.startswith(ROUTES[digits].prefix)
    assert route(digits + "2345678") is ROUTES[digits]
