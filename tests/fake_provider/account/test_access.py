"""Who may call the account, number and search endpoints, in which format they answer, and what they keep secret."""

from __future__ import annotations

import base64
import json
import re
from xml.etree import ElementTree

import pytest

from fake_provider.web.routes import api_table
from tests.conftest import Served
from tests.fake_provider.account.conftest import Api, MakeApi

PATHS = sorted(api_table())
WRITING = ("/account/top-up", "/number/buy", "/number/cancel", "/number/update")
READING = [path for path in PATHS if path not in WRITING]
UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'
BASIC = "Basic " + base64.b64encode(b"abcd1234:fake-api-secret").decode()

IN_THE_PATH = {
    "/account/get-balance/{key}/{secret}": '{"value":10.0',
    "/account/settings/{key}/{secret}": '{"mo-callback-url":""',
    "/account/get-pricing/outbound/{key}/{secret}/GB": '{"country":"GB"',
    "/account/get-phone-pricing/outbound/sms/{key}/{secret}/447700900000": '{"country-code":"GB"',
    "/account/get-phone-pricing/outbound/voice/{key}/{secret}/447700900000": '{"country-code":"GB"',
    "/account/numbers/{key}/{secret}": "{}",
    "/number/search/{key}/{secret}/GB": '{"count":20',
    "/number/buy/{key}/{secret}/GB/447700900910": '{"error-code":"200"',
    "/search/message/{key}/{secret}/0A00000000ABCD00": "{}",
}


def method_of(path: str) -> str:
    return "POST" if path.startswith(("/number/buy", *WRITING)) else "GET"


# Credentials


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", PATHS)
def test_both_spellings_of_every_path(path: str, slash: str, api: Api) -> None:
    """With and without a slash at the end, no endpoint is unknown or open to everybody."""
    answer = api.of("abcd1234", "wrong").post(path + slash)

    assert answer.status == 401
    assert answer.body == UNAUTHORIZED
    assert len(answer.body) == 63


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/account/settings"])
def test_without_credentials(path: str, api: Api) -> None:
    """Who brings none is refused like who brings wrong ones, and told so in the trace."""
    answer = api.send("POST", path)

    assert (answer.status, answer.body) == (401, UNAUTHORIZED)
    diagnosis = api.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == "authorization-missing"


@pytest.mark.parametrize(
    ("query", "body", "headers"),
    [
        pytest.param("?api_key=abcd1234&api_secret=fake-api-secret", b"", [], id="query"),
        pytest.param("?username=abcd1234&password=fake-api-secret", b"", [], id="names-of-2012"),
        pytest.param(
            "",
            b"api_key=abcd1234&api_secret=fake-api-secret",
            [("Content-Type", "application/x-www-form-urlencoded")],
            id="form",
        ),
        pytest.param(
            "",
            b'{"api_key": "abcd1234", "api_secret": "fake-api-secret"}',
            [("Content-Type", "application/json; charset=utf-8")],
            id="json",
        ),
        pytest.param("", b"", [("Authorization", BASIC)], id="basic"),
        pytest.param("?api_secret=wrong", b"", [("Authorization", BASIC)], id="basic-goes-before-a-query"),
    ],
)
def test_where_credentials_may_stand(
    query: str, body: bytes, headers: list[tuple[str, str]], api: Api
) -> None:
    """In the query, a form, a JSON object, or HTTP Basic."""
    answer = api.send("POST", f"/account/get-balance{query}", body=body, headers=headers)

    assert (answer.status, answer.body) == (200, b'{"value":10.0,"autoReload":false}')


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", IN_THE_PATH)
def test_credentials_in_the_path(path: str, slash: str, api: Api) -> None:
    """The form of the first years, with what the endpoint asks for behind key and secret."""
    target = path.format(key="abcd1234", secret="fake-api-secret")

    answer = api.send(method_of(path), target + slash)

    assert answer.status == 200
    assert answer.body.decode().startswith(IN_THE_PATH[path])


@pytest.mark.parametrize("path", IN_THE_PATH)
def test_wrong_credentials_in_the_path(path: str, api: Api) -> None:
    """They are 401 as anywhere else."""
    answer = api.send(method_of(path), path.format(key="abcd1234", secret="wrong"))

    assert (answer.status, answer.body) == (401, UNAUTHORIZED)


def test_a_secret_with_a_slash_in_the_path(api: Api) -> None:
    """Each segment is unescaped by itself."""
    api.fake.create_account("slash@example.com", api_key="sl/ash", api_secret="a/b c")

    answer = api.send("GET", "/account/get-balance/sl%2Fash/a%2Fb%20c")

    assert answer.status == 200


def test_the_path_goes_before_the_query(api: Api) -> None:
    """What stands in the path counts, whatever else is said."""
    answer = api.send("GET", "/number/search/abcd1234/fake-api-secret/GB?country=US&api_secret=wrong&size=1")

    assert answer.json["numbers"][0]["country"] == "GB"


def test_a_query_behind_the_path(api: Api) -> None:
    """``/account/settings/{key}/{secret}?newSecret=``, as a Node library wrote it."""
    answer = api.send("POST", "/account/settings/abcd1234/fake-api-secret?newSecret=Abcdef12")

    assert answer.json["api-secret"] == "Abcdef12"
    assert api.of("abcd1234", "Abcdef12").get("/account/get-balance").status == 200
    assert api.get("/account/get-balance").status == 401


@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_oauth(method: str, path: str, strict: Served) -> None:
    """An access token calls for the account that gave it; what is signed is what is sent."""
    target = f"{path}?ids=B&ids=A&ids=&country=GB&phone=447700900000"

    answer = strict.signed(method=method, target=target, token=strict.access_token()).send()

    assert answer.status == 200
    assert strict.diagnosis is None


@pytest.mark.parametrize("path", PATHS)
def test_a_wrong_signature(path: str, documented: Served) -> None:
    """It is 401 with the error-code pair, and a challenge that says why."""
    answer = documented.signed(
        target=path, token=documented.access_token(), change=lambda signature: "AAAA" + signature[4:]
    ).send()

    assert (answer.status, answer.body) == (401, UNAUTHORIZED)
    assert 'oauth_problem="signature_invalid"' in answer.headers["www-authenticate"]
    assert documented.diagnosis is not None


def test_oauth_on_a_path_with_credentials(documented: Served) -> None:
    """OAuth decides, and the credentials beside it are noted."""
    target = "/account/get-balance/efab5678/wrong-secret"

    answer = documented.signed(method="GET", target=target, token=documented.access_token()).send()

    assert answer.status == 200
    assert documented.findings == ["api-key-ignored"]


@pytest.mark.parametrize("path", PATHS)
def test_oauth_may_be_kept_from_them(path: str, make_api: MakeApi) -> None:
    """As the table of 2018 has it: a call with OAuth is refused as such, one by api_key is not."""
    api = make_api(oauth_apis="sms")
    refused = api.send("POST", path, headers=[("Authorization", 'OAuth oauth_consumer_key="k"')])

    assert (refused.status, refused.body) == (401, UNAUTHORIZED)
    assert "www-authenticate" not in refused.headers
    assert api.reason == "OAuth is for /sms/* alone: oauth_apis is sms"
    assert api.fake.exchanges[0].client_key == "k"
    assert api.get("/account/get-balance").status == 200


def test_oauth_kept_from_accounts_still_sends_sms(make_api: MakeApi) -> None:
    """The table of 2018 has OAuth for SMS."""
    api = make_api(oauth_apis="sms")

    answer = api.send("POST", "/sms/json", headers=[("Authorization", 'OAuth oauth_consumer_key="k"')])

    assert 'oauth_problem="' in answer.headers["www-authenticate"]


# Faults


@pytest.mark.parametrize("path", PATHS)
def test_planned_faults(path: str, api: Api) -> None:
    """Each of them can be planned here, and the next call is answered as always."""
    api.fake.faults.add(match={"path": path}, action={"status": 503})
    api.fake.faults.add(match={"path": path}, action={"oauth_problem": "token_revoked"})

    first, second, third = (api.of("abcd1234", "wrong").post(path) for _ in range(3))

    assert first.status == 503
    assert (second.status, second.body) == (401, UNAUTHORIZED)
    assert 'oauth_problem="token_revoked"' in second.headers["www-authenticate"]
    assert "www-authenticate" not in third.headers


# Methods


@pytest.mark.parametrize("path", WRITING)
def test_what_changes_something_wants_post(path: str, api: Api) -> None:
    """A GET is 405, and says what is allowed."""
    answer = api.get(path)

    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", READING)
@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
def test_other_methods(method: str, path: str, api: Api) -> None:
    """They are 405."""
    answer = api.send(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


# Formats


ROOTS = {
    "/account/get-balance": "accountBalance",
    "/account/settings": "account-settings",
    "/account/get-pricing/outbound?country=GB": "outbound-country-pricing",
    "/account/numbers": "inbound-numbers",
    "/number/search?country=GB": "inbound-numbers",
    "/search/message": "message",
    "/search/messages": "messages",
    "/search/rejections": "rejections",
}


@pytest.mark.parametrize("target", ROOTS)
def test_xml(target: str, api: Api) -> None:
    """The root is the endpoint's own; the declaration says standalone for the balance alone."""
    path, _, query = target.partition("?")
    answer = api.xml().get(path, **dict(pair.split("=") for pair in query.split("&") if pair))

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/xml;charset=UTF-8"
    assert ElementTree.fromstring(answer.body).tag == ROOTS[target]
    assert (b' standalone="yes"?>' in answer.body) == (path == "/account/get-balance")


@pytest.mark.parametrize("path", PATHS)
def test_refusals_in_xml(path: str, api: Api) -> None:
    """The generic response; the balance has its own root here too."""
    answer = api.of("abcd1234", "wrong").xml().post(path)

    root = "accountBalance" if path == "/account/get-balance" else "response"
    assert answer.status == 401
    assert answer.body.decode() == (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root}><error-code>401</error-code>'
        f"<error-code-label>authentication failed</error-code-label></{root}>"
    )


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("application/json, application/xml", "json"),
        ("text/plain", "json"),
        ("application/xml", "xml"),
        ("text/xml", "xml"),
        ("APPLICATION/XML", "xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml"),
    ],
)
def test_accept_chooses(accept: str | None, kind: str, api: Api) -> None:
    """JSON unless XML is asked for; a browser gets XML."""
    headers = [] if accept is None else [("Accept", accept)]

    answer = api.send("GET", "/account/get-balance", headers=headers)

    assert answer.headers["content-type"] == f"application/{kind};charset=UTF-8"


@pytest.mark.parametrize("path", READING)
def test_headers(path: str, api: Api) -> None:
    """Those that were recorded in 2017; each answer has a trace id of its own."""
    first, second = api.get(path), api.get(path)

    assert first.headers["x-frame-options"] == "deny"
    assert first.headers["x-xss-protection"] == "1; mode=block;"
    assert re.fullmatch("[0-9a-f]{32}", first.headers["x-nexmo-trace-id"])
    assert first.headers["x-nexmo-trace-id"] != second.headers["x-nexmo-trace-id"]


# Secrets


SECRET_PATHS = [
    "/account/get-balance/abcd1234/{}",
    "/account/get-balance/abcd1234/{}/",
    "/account/get%2Dbalance/abcd1234/{}",
    "/account/settings/abcd1234/{}?newSecret=Abcdef12",
    "/number/buy/abcd1234/{}/GB/447700900910",
    "/search/message/abcd1234/{}/0A00000000ABCD00",
    "/search/message/abcd1234/{}",
    "/number/buy/abcd1234/{}/too/much/of/it",
]


@pytest.mark.parametrize("secret", ["fake-api-secret", "fake%2Dapi%2Dsecret", "a-wr0ng-one", "wr0ng"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
@pytest.mark.parametrize("path", SECRET_PATHS)
def test_a_secret_in_a_path_is_not_shown(
    path: str, method: str, secret: str, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Right or wrong, long or short, whatever became of the call: neither the trace nor the log has it."""
    with caplog.at_level("DEBUG"):
        api.send(method, path.format(secret))

    (exchange,) = api.fake.exchanges
    shown = [
        exchange.request.target,
        exchange.response.body.decode(),
        repr(exchange),
        *(record.getMessage() for record in caplog.records),
    ]
    assert exchange.request.target.startswith("/")
    assert "[redacted]" in exchange.request.target
    for text in shown:
        assert "wr0ng" not in text
        assert not re.search("fake(-|%2D)api", text)
        assert "Abcdef12" not in text


@pytest.mark.parametrize("secret", ["wr0ng", "wr0ngwr0ng", "wr0ng-wr0ng-wr0ng"])
def test_a_secret_of_a_path_is_not_in_a_base_string(secret: str, documented: Served) -> None:
    """A client that signs such a path, and does it wrongly, is shown the base string without the secret."""
    documented.signed(
        method="GET",
        target=f"/account/get-balance/abcd1234/{secret}?text={secret}x",
        token=documented.access_token(),
        change=lambda signature: "AAAA" + signature[4:],
    ).send()

    diagnosis = documented.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.expected_base_string is not None
    assert diagnosis.expected_base_string.startswith("GET&http%3A%2F%2F127.0.0.1")
    assert f"abcd1234%2F{secret}" not in diagnosis.expected_base_string


def test_a_new_secret_is_not_shown(api: Api) -> None:
    """Neither where it is asked for, nor in the answer, also when it is no longer in use."""
    for secret in ("Abcdef12", "Ghijkl34"):
        api.xml().get("/account/settings", newSecret=secret)
        api = api.of("abcd1234", secret)
        api.post("/account/settings", newSecret="Mnopqr56")
        api = api.of("abcd1234", "Mnopqr56")

    shown = json.dumps([repr(e) + e.request.target + e.response.body.decode() for e in api.fake.exchanges])
    assert len(api.fake.exchanges) == 4
    for secret in ("Abcdef12", "Ghijkl34", "Mnopqr56", "fake-api-secret"):
        assert secret not in shown
