"""The Python libraries nexmo (of 2020) and vonage, unchanged, at the account, number and search endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import vonage
import vonage_account.requests as account_requests
import vonage_numbers.requests as number_requests

from fake_provider import FakeNexmo
from tests.real_clients.sdk import nexmo

NUMBER = {"country": "GB", "msisdn": "447700900910"}


@pytest.fixture
def fake() -> Iterator[FakeNexmo]:
    """A fake that the real hosts lead to, with an account that may be topped up."""
    fake = FakeNexmo()
    fake.create_account("ann@example.com", api_key="annskey1", api_secret="anns-secret", auto_reload=True)
    with fake.intercept():
        yield fake
    fake.close()


@pytest.fixture
def of_nexmo(fake: FakeNexmo) -> Any:
    """The client of 2020."""
    return nexmo.Client(key="annskey1", secret="anns-secret")


@pytest.fixture
def of_vonage(fake: FakeNexmo) -> Any:
    """The client of today."""
    return vonage.Vonage(vonage.Auth(api_key="annskey1", api_secret="anns-secret"))


def test_nexmo_and_an_account(fake: FakeNexmo, of_nexmo: Any) -> None:
    """It reads the balance, pays, changes the settings, and goes on with the new secret."""
    assert of_nexmo.get_balance() == {"value": 10.0, "autoReload": True}
    assert of_nexmo.topup(trx="00X123456Y7890123Z")["error-code"] == "200"
    assert of_nexmo.get_balance()["value"] == 20.0

    told = of_nexmo.update_settings(moCallBackUrl="https://app.example/mo", newSecret="Abcdef12")
    of_nexmo.api_secret = told["api-secret"]

    assert of_nexmo.update_settings(moCallBackUrl="")["mo-callback-url"] == ""
    assert fake.accounts[-1].mo_callback_url is None


def test_nexmo_and_prices(of_nexmo: Any) -> None:
    """By country, prefix and number."""
    assert of_nexmo.get_country_pricing("GB")["mt"] == "0.03330000"
    assert of_nexmo.get_prefix_pricing(44)["prices"][0]["country"] == "GB"
    assert of_nexmo.get_sms_pricing("447700900000")["price"] == "0.03330000"
    assert of_nexmo.get_voice_pricing("447700900000")["country-code"] == "GB"


def test_nexmo_and_numbers(of_nexmo: Any) -> None:
    """It looks for one, buys it, changes it, sees it, gives it back; a refusal is an error of its own."""
    offer = of_nexmo.get_available_numbers("GB", {"pattern": "910", "search_pattern": 2})["numbers"][0]
    assert {name: offer[name] for name in NUMBER} == NUMBER
    of_nexmo.buy_number(NUMBER)
    of_nexmo.update_number({**NUMBER, "moHttpUrl": "https://app.example/mo"})
    assert of_nexmo.get_account_numbers(size=10)["numbers"][0]["moHttpUrl"] == "https://app.example/mo"
    of_nexmo.cancel_number(NUMBER)
    assert of_nexmo.get_account_numbers() == {}
    with pytest.raises(nexmo.ClientError, match="420"):
        of_nexmo.cancel_number(NUMBER)


def test_nexmo_and_search(of_nexmo: Any) -> None:
    """It finds what it sent by id, by ids, and what was refused by date alone."""
    sms = {"from": "Acme", "to": "447700900000", "text": "hello"}
    (part,) = nexmo.Sms(client=of_nexmo).send_message(sms)["messages"]
    nexmo.Sms(client=of_nexmo).send_message(sms | {"to": "INVALID"})

    found = of_nexmo.get_message(part["message-id"])
    day = found["date-received"][:10]

    assert (found["body"], found["final-status"]) == ("hello", "DELIVRD")
    assert of_nexmo.search_messages(ids=[part["message-id"], "0A00000000ABCD00"])["items"] == [found]
    assert of_nexmo.search_messages(date=day, to="447700900000")["count"] == 1
    assert of_nexmo.get_message_rejections(date=day)["items"][0]["error-code"] == "3"


def test_vonage(of_vonage: Any) -> None:
    """It calls by HTTP Basic, and asks for prices by paths that end in a kind."""
    country = account_requests.GetCountryPricingRequest(country_code="GB")
    prefix = account_requests.GetPrefixPricingRequest(prefix="1", type=account_requests.ServiceType.VOICE)
    account = of_vonage.account

    assert account.get_balance().value == 10.0
    assert account.top_up("trx").error_code_label == "success"
    assert account.get_country_pricing(country).default_price == "0.03330000"
    assert account.get_prefix_pricing(prefix).count == 2
    assert [one.country_code for one in account.get_prefix_pricing(prefix).countries] == ["US", "CA"]
    assert len(account.get_all_countries_pricing(account_requests.ServiceType.SMS).countries) > 20


def test_vonage_and_numbers(of_vonage: Any) -> None:
    """It looks for one, buys it, sees it, gives it back."""
    numbers, params = of_vonage.numbers, number_requests.NumberParams(**NUMBER)
    wanted = number_requests.SearchAvailableNumbersFilter(country="GB")

    offers, count, following = numbers.search_available_numbers(wanted)
    assert (offers[0].msisdn, count, following) == (NUMBER["msisdn"], 20, None)
    numbers.buy_number(params)
    assert [one.msisdn for one in numbers.list_owned_numbers()[0]] == [NUMBER["msisdn"]]
    numbers.cancel_number(params)
    assert numbers.list_owned_numbers() == ([], 0, None)
