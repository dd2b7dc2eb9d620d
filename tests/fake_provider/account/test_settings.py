"""``/account/settings`` and ``/account/top-up``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from contract_tests.receiver import Receiver
from tests.fake_provider.account.conftest import Api
from tests.raw import Answer

METHODS: list[Callable[..., Answer]] = [Api.get, Api.post]
AS_THEY_ARE = (
    b'{"mo-callback-url":"","dr-callback-url":"","max-outbound-request":30,"max-inbound-request":30,'
    b'"max-calls-per-second":30}'
)
MO, DR = "https://app.example/inbound?a=1&b=2", "http://app.example:8080/receipts"


@pytest.mark.parametrize("call", METHODS, ids=["get", "post"])
def test_without_parameters(call: Callable[..., Answer], api: Api) -> None:
    """The settings are told as they are, and nothing is changed."""
    before = api.fake.accounts

    assert call(api, "/account/settings").body == AS_THEY_ARE
    assert api.fake.accounts == before


@pytest.mark.parametrize("call", METHODS, ids=["get", "post"])
def test_urls_are_saved(call: Callable[..., Answer], api: Api) -> None:
    """Both are kept on the account, and told; one that is not named stays."""
    first = call(api, "/account/settings", moCallBackUrl=MO)
    second = call(api, "/account/settings", drCallBackUrl=DR)

    assert (first.json["mo-callback-url"], first.json["dr-callback-url"]) == (MO, "")
    assert (second.json["mo-callback-url"], second.json["dr-callback-url"]) == (MO, DR)
    account = api.fake.accounts[0]
    assert (account.mo_callback_url, account.dr_callback_url) == (MO, DR)


def test_an_empty_text_clears(api: Api) -> None:
    """It clears what is named, and no more; nothing is noted about it."""
    api.post("/account/settings", moCallBackUrl=MO, drCallBackUrl=DR)
    api.post("/account/settings", moCallBackUrl="")

    account = api.fake.accounts[0]
    assert (account.mo_callback_url, account.dr_callback_url) == (None, DR)
    assert api.findings == []


def test_xml(api: Api) -> None:
    """Names as in JSON, escaped values."""
    answer = api.xml().post("/account/settings", moCallBackUrl=MO, newSecret="Abcdef12")

    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><account-settings><api-secret>Abcdef12</api-secret>'
        "<mo-callback-url>https://app.example/inbound?a=1&amp;b=2</mo-callback-url>"
        "<dr-callback-url></dr-callback-url><max-outbound-request>30</max-outbound-request>"
        "<max-inbound-request>30</max-inbound-request><max-calls-per-second>30</max-calls-per-second>"
        "</account-settings>"
    )


KEYLESS = (
    b'{"max-outbound-request":0,"max-inbound-request":0,"max-calls-per-second":0,'
    b'"error-code":"420","error-code-label":"API key is required"}'
)
KEYLESS_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><account-settings>'
    b"<max-outbound-request>0</max-outbound-request><max-inbound-request>0</max-inbound-request>"
    b"<max-calls-per-second>0</max-calls-per-second><error-code>420</error-code>"
    b"<error-code-label>API key is required</error-code-label></account-settings>"
)


@pytest.mark.parametrize(("accept", "body"), [("*/*", KEYLESS), ("application/xml", KEYLESS_XML)])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_key(method: str, accept: str, body: bytes, api: Api) -> None:
    """This one endpoint was seen to say so with 420."""
    answer = api.send(method, "/account/settings", headers=[("Accept", accept)])

    assert (answer.status, answer.body) == (420, body)


def test_with_a_wrong_key(api: Api) -> None:
    """A key that is not known is 401, and changes nothing."""
    before = api.fake.accounts

    answer = api.of("abcd1234", "wrong").post("/account/settings", moCallBackUrl=MO)

    assert answer.status == 401
    assert api.fake.accounts == before


# Whether a URL answers


def test_the_documented_profile_does_not_ask(api: Api) -> None:
    """It saves what may be right, and notes each URL that was not asked."""
    api.post("/account/settings", moCallBackUrl=MO, drCallBackUrl=DR)

    assert [code for code, _ in api.findings] == ["callback-not-checked"] * 2
    assert [message.split()[0] for _, message in api.findings] == ["moCallBackUrl", "drCallBackUrl"]


def test_the_strict_profile_asks(strict_api: Api, receiver: Receiver) -> None:
    """Each URL is fetched with GET, and saved if the answer is 200."""
    answer = strict_api.post(
        "/account/settings",
        moCallBackUrl=f"{receiver.url}/mo?a=1",
        drCallBackUrl=f"{receiver.url}/dr",
    )

    assert answer.status == 200
    assert [(one.method, one.target) for one in receiver.received] == [
        ("GET", "/hook/mo?a=1"),
        ("GET", "/hook/dr"),
    ]
    assert strict_api.fake.accounts[0].mo_callback_url == f"{receiver.url}/mo?a=1"
    assert strict_api.findings == []


@pytest.mark.parametrize("statuses", [[204, 200], [200, 500], [302, 200]])
def test_the_strict_profile_saves_all_or_nothing(
    statuses: list[int], strict_api: Api, receiver: Receiver
) -> None:
    """One URL that is not answered with 200 refuses the call, the new secret included."""
    receiver.statuses = statuses
    before = strict_api.fake.accounts

    answer = strict_api.post(
        "/account/settings", moCallBackUrl=receiver.url, drCallBackUrl=receiver.url, newSecret="Abcdef12"
    )

    assert (answer.status, answer.body) == (420, b'{"error-code":"420","error-code-label":"method failed"}')
    assert strict_api.fake.accounts == before
    assert "not answered with 200" in (strict_api.reason or "")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://192.0.2.1/"], ids=["nobody", "not-allowed"])
def test_the_strict_profile_and_a_url_that_nobody_answers(url: str, strict_api: Api) -> None:
    """Nobody there, or nobody who may be asked: it is refused."""
    assert strict_api.post("/account/settings", drCallBackUrl=url).status == 420


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "ftp://app.example/",
        "http://",
        "http://a b/",
        "http://a/\x00",
        "http://a:x/",
        "javascript:1",
        " ",
    ],
)
@pytest.mark.parametrize("name", ["moCallBackUrl", "drCallBackUrl"])
def test_what_is_no_url(name: str, url: str, api: Api) -> None:
    """No GET of it can be answered, so either profile refuses it."""
    assert api.post("/account/settings", **{name: url}).status == 420
    assert api.reason == f"{name} is no http or https URL"


# A new secret


def test_a_new_secret(api: Api) -> None:
    """It is answered first, and counts from then on; the old one does not any more."""
    answer = api.post("/account/settings", newSecret="Abcdef12")

    assert answer.body.startswith(b'{"api-secret":"Abcdef12","mo-callback-url":"",')
    assert api.post("/account/settings").status == 401
    assert api.of("abcd1234", "Abcdef12").post("/account/settings").body == AS_THEY_ARE


@pytest.mark.parametrize(
    ("secret", "label"),
    [
        ("", "8 char"),
        ("Abcdef1", "8 char"),
        ("Abcdefgh1" * 3, "8 char"),
        ("Abcdef-1", "alphanumeric"),
        ("Abcdefé1", "alphanumeric"),
        ("Abcdef1\x00", "alphanumeric"),
        ("Abcdefgh", "Please use at least one digit."),
        ("Abcdefg٣", "alphanumeric"),
        ("abcdefg1", "Please use at least one upper case character."),
        ("ABCDEFG1", "Please use at least one lower case character."),
    ],
)
def test_secrets_that_are_refused(secret: str, label: str, api: Api) -> None:
    """Each with the label that was recorded, and without any effect."""
    before = api.fake.accounts

    answer = api.post("/account/settings", newSecret=secret, moCallBackUrl=MO)

    assert answer.status == 420
    assert answer.json == {"error-code": "420", "error-code-label": label}
    assert api.fake.accounts == before


@pytest.mark.parametrize("secret", ["Abcdefg1", "Abcdefghijklmnopqrstuvw12"])
def test_secrets_that_are_just_right(secret: str, api: Api) -> None:
    """8 to 25 characters."""
    assert api.post("/account/settings", newSecret=secret).json["api-secret"] == secret


# Top-up


def test_top_up(api: Api) -> None:
    """10 EUR are added where auto-reload is enabled."""
    api.fake.create_account("rich@example.com", api_key="r", api_secret="s", balance="0.5", auto_reload=True)
    rich = api.of("r", "s")

    answers = [rich.post("/account/top-up", trx="00X123456Y7890123Z") for _ in range(2)]

    assert [answer.body for answer in answers] == [b'{"error-code":"200","error-code-label":"success"}'] * 2
    assert api.fake.accounts[-1].balance == Decimal("20.5")
    assert rich.get("/account/get-balance").body == b'{"value":20.5,"autoReload":true}'


@pytest.mark.parametrize(
    ("key", "parameters", "status", "label"),
    [
        ("r", {}, 420, "Top up failed"),
        ("r", {"trx": ""}, 420, "Top up failed"),
        ("abcd1234", {"trx": "1"}, 401, "not auto-reload enabled"),
        ("abcd1234", {}, 420, "Top up failed"),
    ],
)
def test_top_up_refused(key: str, parameters: dict[str, str], status: int, label: str, api: Api) -> None:
    """Without trx, or without auto-reload, nothing is added."""
    api.fake.create_account("rich@example.com", api_key="r", api_secret="fake-api-secret", auto_reload=True)

    answer = api.of(key, "fake-api-secret").post("/account/top-up", **parameters)

    assert (answer.status, answer.json) == (status, {"error-code": str(status), "error-code-label": label})
    assert {account.balance for account in api.fake.accounts} == {Decimal(10)}


def test_top_up_in_xml(api: Api) -> None:
    """The generic response, whose declaration says standalone."""
    answer = api.xml().post("/account/top-up", trx="1")

    assert answer.body.decode() == (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><response><error-code>401</error-code>'
        "<error-code-label>not auto-reload enabled</error-code-label></response>"
    )
