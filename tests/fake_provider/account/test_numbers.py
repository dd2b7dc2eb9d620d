"""The number endpoints: an account's own numbers, those that are offered, buying, cancelling, changing them."""

from __future__ import annotations

import threading
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from contract_tests.receiver import Receiver
from fake_provider.account.numbers import offered
from fake_provider.sms.pricing import COUNTRIES, route
from tests.fake_provider.account.conftest import Api

SUCCESS = b'{"error-code":"200","error-code-label":"success"}'
FAILED = b'{"error-code":"420","error-code-label":"method failed"}'
FREE, ANOTHER = "447700900910", "447700900911"


def owned(api: Api, **parameters: str) -> list[str]:
    """The MSISDNs of one page of the account's numbers."""
    return [number["msisdn"] for number in api.get("/account/numbers", **parameters).json.get("numbers", [])]


def available(api: Api, country: str = "GB", **parameters: str) -> list[str]:
    """The MSISDNs of one page of those that are offered."""
    answer = api.get("/number/search", country=country, **parameters).json
    return [number["msisdn"] for number in answer.get("numbers", [])]


def buy(api: Api, msisdn: str = FREE, country: str = "GB") -> bytes:
    return api.post("/number/buy", country=country, msisdn=msisdn).body


@pytest.fixture
def renter(api: Api) -> Api:
    """An account with twelve numbers, 447700900800 to 447700900811."""
    numbers = [f"4477009008{ending:02}" for ending in range(12)]
    api.fake.create_account("r@example.com", api_key="r", api_secret="s", numbers=numbers)
    return api.of("r", "s")


# Own numbers


def test_no_numbers(api: Api) -> None:
    """An empty object, without a count."""
    assert api.get("/account/numbers").body == b"{}"
    assert api.xml().get("/account/numbers").body.endswith(b"?><inbound-numbers></inbound-numbers>")


def test_a_number_key_by_key(api: Api) -> None:
    """Keys in their order; what is not set is left out."""
    number = {"msisdn": "447700900123", "mo_http_url": "https://example.com/mo?a=1&b=2"}
    api.fake.create_account("r@example.com", api_key="r", api_secret="s", numbers=[number])

    assert api.of("r", "s").get("/account/numbers").body == (
        b'{"count":1,"numbers":[{"country":"GB","msisdn":"447700900123",'
        b'"moHttpUrl":"https://example.com/mo?a=1&b=2","type":"mobile-lvn","features":["SMS","VOICE"]}]}'
    )
    assert api.of("r", "s").xml().get("/account/numbers").body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><inbound-numbers><count>1</count><numbers>'
        "<country>GB</country><msisdn>447700900123</msisdn>"
        "<mo-http-url>https://example.com/mo?a=1&amp;b=2</mo-http-url><type>mobile-lvn</type>"
        "<features><feature>SMS</feature><feature>VOICE</feature></features></numbers></inbound-numbers>"
    )


def test_xml_has_one_element_for_each_number(renter: Api) -> None:
    """They follow one another, with nothing around them."""
    root = ElementTree.fromstring(renter.xml().get("/account/numbers", size="3").body)

    assert [child.tag for child in root] == ["count", "numbers", "numbers", "numbers"]
    assert root.findtext("count") == "12"


@pytest.mark.parametrize(
    ("parameters", "endings"),
    [
        ({}, range(10)),
        ({"index": "2"}, range(10, 12)),
        ({"index": "3"}, ()),
        ({"size": "5", "index": "2"}, range(5, 10)),
        ({"size": "100"}, range(12)),
        ({"size": "999999999"}, range(12)),
        ({"index": "999999999"}, ()),
        ({"index": "", "size": "", "search_pattern": ""}, range(10)),
        ({"pattern": "44770090081"}, (10, 11)),
        ({"pattern": "081", "search_pattern": "1"}, (10, 11)),
        ({"pattern": "1", "search_pattern": "2"}, (1, 11)),
        ({"pattern": "081"}, ()),
        ({"pattern": ""}, range(10)),
        ({"pattern": "x\x00"}, ()),
    ],
)
def test_pages_and_patterns(parameters: dict[str, str], endings: range, renter: Api) -> None:
    """10 from the first on, unless told otherwise; a pattern is what a number begins with, holds, or ends with."""
    assert owned(renter, **parameters) == [f"4477009008{ending:02}" for ending in endings]


def test_the_count_is_of_all_that_match(renter: Api) -> None:
    """Not of the page, which may be empty; where nothing matches at all there is no count."""
    assert renter.get("/account/numbers", index="3").body == b'{"count":12,"numbers":[]}'
    assert renter.get("/account/numbers", pattern="44770090081", size="1").json["count"] == 2
    assert renter.get("/account/numbers", pattern="99").body == b"{}"


WRONG_SELECTIONS = [
    ("index", "0"),
    ("index", "-1"),
    ("index", "1.5"),
    ("index", "x"),
    ("index", "٣"),
    ("index", "9" * 5000),
    ("index", "1\x00"),
    ("size", "0"),
    ("size", "-10"),
    ("size", "ten"),
    ("size", "1" + "0" * 5000),
    ("search_pattern", "3"),
    ("search_pattern", "-1"),
    ("search_pattern", "x"),
]


@pytest.mark.parametrize("path", ["/account/numbers", "/number/search"])
@pytest.mark.parametrize(("name", "value"), WRONG_SELECTIONS)
def test_wrong_pages_and_patterns(name: str, value: str, path: str, api: Api) -> None:
    """They are refused with the one label that is known."""
    answer = api.get(path, country="GB", **{name: value})

    assert (answer.status, answer.body) == (420, FAILED)
    assert name in (api.reason or "")


# Numbers that are offered


def test_an_offer_key_by_key(api: Api) -> None:
    """Keys in their order, the cost as text."""
    assert api.get("/number/search", country="GB", size="1").body == (
        b'{"count":20,"numbers":[{"country":"GB","msisdn":"447700900910","cost":"0.67","type":"mobile-lvn",'
        b'"features":["SMS","VOICE"]}]}'
    )


def test_the_same_is_offered_each_time(api: Api) -> None:
    """Nothing is left to chance."""
    assert (
        available(api, size="100") == available(api, size="100") == [f"4477009009{n}" for n in range(10, 30)]
    )


@pytest.mark.parametrize("country", COUNTRIES)
def test_offers_of_a_country(country: str, api: Api) -> None:
    """Each country whose prices are known has some: no number twice, of MSISDN's length, and of that country."""
    found = available(api, country.lower(), size="100")

    assert len(set(found)) == len(found) == 20
    for msisdn in found:
        assert msisdn.isdigit()
        assert len(msisdn) <= 15
        where = route(msisdn)
        assert where is not None
        assert where.country == country


@pytest.mark.parametrize("msisdn", [number.msisdn for number in offered("GB", "44")])
def test_british_offers_are_for_drama(msisdn: str) -> None:
    """Ofcom reserves 07700 900000 to 900999: a test that is pointed at the real service reaches nobody."""
    assert 447700900000 <= int(msisdn) <= 447700900999


@pytest.mark.parametrize(
    ("features", "count"),
    [
        ("SMS", 15),
        ("VOICE", 15),
        ("SMS,VOICE", 10),
        ("voice, sms", 10),
        ("MMS", 0),
        ("SMS,x", 0),
        ("", 20),
        (",", 20),
    ],
)
def test_features(features: str, count: int, api: Api) -> None:
    """A number must have all that are asked for."""
    answer = api.get("/number/search", country="GB", features=features).json

    assert answer.get("count", 0) == count


def test_patterns_of_offers(api: Api) -> None:
    """As with an account's own."""
    assert available(api, pattern="92", search_pattern="1", size="2", index="2") == [
        "447700900922",
        "447700900923",
    ]
    assert available(api, pattern="5", search_pattern="2") == ["447700900915", "447700900925"]


@pytest.mark.parametrize("country", ["ZZ", "GBR", "44", "GB\x00", "x" * 5000])
def test_an_unknown_country(country: str, api: Api) -> None:
    """An empty object."""
    assert api.get("/number/search", country=country).body == b"{}"


def test_the_country_is_missing(api: Api) -> None:
    """It is required."""
    answer = api.get("/number/search")

    assert (answer.status, answer.body) == (420, FAILED)


def test_a_number_that_somebody_has_is_not_offered(api: Api) -> None:
    """Whoever has it, and however it came to be his."""
    api.fake.create_account("r@example.com", api_key="r", api_secret="s", numbers=[FREE])
    buy(api, ANOTHER)

    assert available(api, size="1") == available(api.of("r", "s"), size="1") == ["447700900912"]
    assert api.get("/number/search", country="GB").json["count"] == 18


# Buying


def test_buying(api: Api) -> None:
    """The number is the account's, and the first month is paid."""
    assert buy(api) == SUCCESS
    assert owned(api) == [FREE]
    assert FREE not in available(api)
    assert api.fake.accounts[0].balance == Decimal("9.33")


def test_buying_in_xml(api: Api) -> None:
    """The generic response."""
    assert api.xml().post("/number/buy", country="GB", msisdn=FREE).body.decode() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><error-code>200</error-code>'
        "<error-code-label>success</error-code-label></response>"
    )


@pytest.mark.parametrize(
    ("country", "msisdn"),
    [
        ("GB", "447700900100"),
        ("US", FREE),
        ("", FREE),
        ("GB", ""),
        ("ZZ", FREE),
        ("GB", "+" + FREE),
        ("GB", FREE + "\x00"),
        ("GB", "9" * 5000),
    ],
)
def test_what_is_not_offered_cannot_be_bought(country: str, msisdn: str, api: Api) -> None:
    """Nothing is paid, nothing is had."""
    answer = api.post("/number/buy", country=country, msisdn=msisdn)

    assert (answer.status, answer.body) == (420, FAILED)
    assert owned(api) == []
    assert api.fake.accounts[0].balance == 10


@pytest.mark.parametrize("path", ["/number/buy", "/number/cancel", "/number/update"])
def test_without_parameters(path: str, api: Api) -> None:
    """Country and number are required."""
    assert (api.post(path).status, api.post(path).body) == (420, FAILED)


def test_a_number_is_bought_once(api: Api) -> None:
    """Neither by another account, nor by the same one again."""
    other = api.of("efab5678", "fake-api-secret-2")
    buy(api)

    assert (buy(other), other.reason) == (FAILED, f"{FREE} is taken")
    assert buy(api) == FAILED
    assert [account.balance for account in api.fake.accounts] == [Decimal("9.33"), Decimal(10)]


def test_of_many_at_once_one_buys(api: Api) -> None:
    """The others are refused, and pay nothing."""
    for n in range(8):
        api.fake.create_account(f"{n}@example.com", api_key=f"k{n}", api_secret="s", balance="1.00")
    barrier, answers = threading.Barrier(8), []

    def run(n: int) -> None:
        barrier.wait()
        answers.append(buy(api.of(f"k{n}", "s")))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [SUCCESS, *[FAILED] * 7]
    assert sum(account.balance for account in api.fake.accounts[2:]) == Decimal("7.33")


@pytest.mark.parametrize(("balance", "answer"), [("0.66", FAILED), ("0.67", SUCCESS)])
def test_a_number_must_be_paid(balance: str, answer: bytes, api: Api) -> None:
    """A balance that does not cover the first month buys nothing."""
    api.fake.create_account("p@example.com", api_key="p", api_secret="s", balance=balance)

    assert buy(api.of("p", "s")) == answer


# Cancelling


def test_cancelling(api: Api) -> None:
    """The number is offered again; what was paid is not given back."""
    buy(api)
    answer = api.post("/number/cancel", country="GB", msisdn=FREE)

    assert (answer.status, answer.body) == (200, SUCCESS)
    assert owned(api) == []
    assert available(api, size="1") == [FREE]
    assert api.fake.accounts[0].balance == Decimal("9.33")


@pytest.mark.parametrize("path", ["/number/cancel", "/number/update"])
@pytest.mark.parametrize(
    ("country", "msisdn"),
    [("GB", ANOTHER), ("US", FREE), ("", FREE), ("GB", ""), ("GB", FREE + "\x00")],
)
def test_only_own_numbers(country: str, msisdn: str, path: str, api: Api) -> None:
    """A number of another account, or of no one, or in another country is refused, and stays what it is."""
    other = api.of("efab5678", "fake-api-secret-2")
    buy(api, FREE)
    buy(other, ANOTHER)
    before = api.fake.accounts

    answer = api.post(path, country=country, msisdn=msisdn, moSmppSysType="x")

    assert (answer.status, answer.body) == (420, FAILED)
    assert api.fake.accounts == before


# Changing

CHANGES = {
    "moHttpUrl": "https://app.example/mo",
    "moSmppSysType": "inbound",
    "voiceCallbackType": "sip",
    "voiceCallbackValue": "sip:ann@app.example",
    "voiceStatusCallback": "https://app.example/status",
}


def test_changing(api: Api) -> None:
    """All that is named is kept and shown; what is not named stays."""
    buy(api)

    for name, value in CHANGES.items():
        assert api.post("/number/update", country="gb", msisdn=FREE, **{name: value}).body == SUCCESS

    (number,) = api.get("/account/numbers").json["numbers"]
    assert {name: number[name] for name in CHANGES} == CHANGES
    assert (
        ElementTree.fromstring(api.xml().get("/account/numbers").body).findtext("numbers/voice-callback-type")
        == "sip"
    )


@pytest.mark.parametrize("name", CHANGES)
def test_an_empty_text_clears(name: str, api: Api) -> None:
    """What is named, and no more."""
    buy(api)
    api.post("/number/update", country="GB", msisdn=FREE, **CHANGES)
    api.post("/number/update", country="GB", msisdn=FREE, **{name: ""})

    (number,) = api.get("/account/numbers").json["numbers"]
    assert CHANGES.keys() - number.keys() == {name}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("moHttpUrl", "nonsense"),
        ("moHttpUrl", "ftp://a/"),
        ("moHttpUrl", "http://a/\x00"),
        ("voiceCallbackType", "x"),
    ],
)
def test_changes_that_are_refused(name: str, value: str, api: Api) -> None:
    """All or nothing."""
    buy(api)
    before = api.fake.accounts

    answer = api.post("/number/update", country="GB", msisdn=FREE, **(CHANGES | {name: value}))

    assert (answer.status, answer.body) == (420, FAILED)
    assert api.fake.accounts == before


def test_the_documented_profile_does_not_ask_the_url(api: Api) -> None:
    """It saves it, and notes that it did not ask."""
    buy(api)
    api.post("/number/update", country="GB", msisdn=FREE, moHttpUrl="http://app.example/mo")

    assert [code for code, _ in api.findings] == ["callback-not-checked"]


@pytest.mark.parametrize(("status", "answer"), [(200, SUCCESS), (404, FAILED)])
def test_the_strict_profile_asks_the_url(
    status: int, answer: bytes, strict_api: Api, receiver: Receiver
) -> None:
    """A GET must be answered with 200."""
    receiver.status = status
    buy(strict_api)

    found = strict_api.post("/number/update", country="GB", msisdn=FREE, moHttpUrl=receiver.url)

    assert found.body == answer
    assert [one.method for one in receiver.received] == ["GET"]
    assert ("moHttpUrl" in strict_api.get("/account/numbers").json["numbers"][0]) == (answer == SUCCESS)


def test_an_inbound_sms_goes_to_the_number_s_url(api: Api, receiver: Receiver) -> None:
    """What was bought and set up here is where an SMS to that number arrives."""
    buy(api)
    api.post("/number/update", country="GB", msisdn=FREE, moHttpUrl=receiver.url)

    api.fake.inbound(msisdn="447700900001", to=FREE, text="hello")

    assert receiver.received[0].parameters["to"] == FREE
