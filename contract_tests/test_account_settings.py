"""``/account/settings`` and ``/account/top-up``: what an account may change about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from contract_tests.answers import challenge_of
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.signing import Credentials
from contract_tests.strict import count_of, decimal_of, xml_of

SETTINGS, TOP_UP = "/account/settings", "/account/top-up"
LIMITS = ["max-outbound-request", "max-inbound-request"]
SUCCESS = b'{"error-code":"200","error-code-label":"success"}'
UNAUTHORIZED = b'{"error-code":"401","error-code-label":"authentication failed"}'
MO = "https://app.example/inbound?a=1&b=2"

BOTH_PATHS = pytest.mark.parametrize("path", [SETTINGS, f"{SETTINGS}/"])
BOTH_METHODS = pytest.mark.parametrize("form", [None, ()], ids=["get", "post"])
DOCUMENTED = pytest.mark.profile("documented")  # the strict profile asks whether a URL answers


@pytest.mark.clause("SET-01", "SET-02")
@BOTH_PATHS
@BOTH_METHODS
def test_the_settings_in_json(app: Consumer, access: Credentials, path: str, form: tuple[()] | None) -> None:
    """Limits are numbers; by GET, as old clients asked, or by POST without parameters."""
    answer = app.send(app.api(access, path, form=form))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"
    for name in LIMITS:
        assert count_of(answer.json()[name]) > 0
    assert "api-secret" not in answer.json()


@pytest.mark.clause("SET-03")
def test_the_settings_in_xml(app: Consumer, access: Credentials) -> None:
    """``account-settings``, with the same names."""
    answer = app.send(app.api(access, SETTINGS, accept="application/xml"))
    root = xml_of(answer)

    assert root.tag == "account-settings"
    for name in LIMITS:
        assert decimal_of(root.findtext(name)) > 0


@pytest.mark.clause("SET-04")
@pytest.mark.needs_control
@DOCUMENTED
@pytest.mark.parametrize("place", ["query", "form"])
@pytest.mark.parametrize("name", ["mo", "dr"])
def test_a_url_is_saved_and_cleared(app: Consumer, access: Credentials, name: str, place: str) -> None:
    """It is told from then on, until an empty one clears it; the other stays."""

    def change(url: str) -> requests.Response:
        pairs = ((f"{name}CallBackUrl", url),)
        if place == "form":
            return app.send(app.api(access, SETTINGS, form=pairs))
        return app.send(app.api(access, SETTINGS, pairs))

    other = "dr" if name == "mo" else "mo"
    assert change(MO).json()[f"{name}-callback-url"] == MO
    told = app.send(app.api(access, SETTINGS)).json()
    assert told[f"{name}-callback-url"] == MO
    assert not told.get(f"{other}-callback-url")
    change("")
    assert not app.send(app.api(access, SETTINGS)).json().get(f"{name}-callback-url")


@pytest.mark.clause("SET-05")
@pytest.mark.needs_control
@pytest.mark.profile("strict")
def test_a_url_that_does_not_answer_is_refused(app: Consumer, access: Credentials) -> None:
    """A GET of it must be answered with 200."""
    answer = app.send(app.api(access, SETTINGS, form=(("moCallBackUrl", "http://127.0.0.1:1/"),)))

    assert answer.status_code == 420
    assert answer.json()["error-code"] == "420"
    assert not app.send(app.api(access, SETTINGS)).json().get("mo-callback-url")


@pytest.mark.clause("SET-06", "SET-12")
@pytest.mark.needs_control
def test_a_new_secret(app: Consumer, account: Account, access: Credentials) -> None:
    """It is answered, and takes the place of the old one; an app's access goes on."""
    answer = app.send(app.api(access, SETTINGS, form=(("newSecret", "Abcdef12"),)))

    assert answer.json()["api-secret"] == "Abcdef12"
    assert _by_key(app, SETTINGS, account.key).content == UNAUTHORIZED
    assert _by_key(app, SETTINGS, Credentials(account.key.key, "Abcdef12")).status_code == 200
    assert app.send(app.balance(access)).status_code == 200


@pytest.mark.clause("SET-07")
@pytest.mark.needs_control
@pytest.mark.parametrize(
    ("secret", "label"),
    [
        ("Abcdef1", "8 char"),
        ("Abcdef-12", "alphanumeric"),
        ("Abcdefgh", "Please use at least one digit."),
        ("abcdefg1", "Please use at least one upper case character."),
    ],
)
def test_a_secret_that_is_refused(
    app: Consumer, account: Account, access: Credentials, secret: str, label: str
) -> None:
    """420 with the label that was recorded; the old one stays."""
    answer = app.send(app.api(access, SETTINGS, form=(("newSecret", secret),)))

    assert answer.status_code == 420
    assert answer.json() == {"error-code": "420", "error-code-label": label}
    assert _by_key(app, SETTINGS, account.key).status_code == 200


@pytest.mark.clause("SET-08")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_settings_want_a_key(app: Consumer, method: str) -> None:
    """Without any credentials it is 420, as captured."""
    url = f"{app.provider.rest_url}{SETTINGS}"
    answer = app.provider.send(requests.Request(method, url).prepare())

    assert answer.status_code == 420
    assert answer.json() == {
        "max-outbound-request": 0,
        "max-inbound-request": 0,
        "max-calls-per-second": 0,
        "error-code": "420",
        "error-code-label": "API key is required",
    }


@pytest.mark.clause("OAUTH-PROB-08")
@pytest.mark.parametrize("path", [SETTINGS, TOP_UP])
def test_a_wrong_signature(app: Consumer, access: Credentials, path: str) -> None:
    """401, and a challenge that says why."""
    wrong = replace(app.api(access, path, form=()), client=Credentials(app.client.key, "wrong"))
    answer = app.send(wrong)

    assert (answer.status_code, answer.content) == (401, UNAUTHORIZED)
    assert challenge_of(answer)["oauth_problem"] == "signature_invalid"


# Top-up


@pytest.mark.clause("SET-09")
@pytest.mark.needs_control
def test_a_top_up(app: Consumer, control: Control) -> None:
    """The balance rises where auto-reload is enabled."""
    token = app.access_of(control.new_account(balance="1.5", auto_reload=True))
    answer = app.send(app.api(token, TOP_UP, form=(("trx", "00X123456Y7890123Z"),)))
    balance = app.send(app.balance(token)).json()

    assert (answer.status_code, answer.content) == (200, SUCCESS)
    assert balance["value"] > 1.5
    assert balance["autoReload"] is True


@pytest.mark.clause("SET-10")
@pytest.mark.needs_control
def test_a_top_up_without_auto_reload(app: Consumer, access: Credentials) -> None:
    """401, with a label of its own."""
    answer = app.send(app.api(access, TOP_UP, form=(("trx", "00X123456Y7890123Z"),)))

    assert answer.status_code == 401
    assert answer.json() == {"error-code": "401", "error-code-label": "not auto-reload enabled"}


@pytest.mark.clause("SET-11")
@pytest.mark.needs_control
def test_a_top_up_without_trx(app: Consumer, control: Control) -> None:
    """420; the label is not known."""
    token = app.access_of(control.new_account(auto_reload=True))
    answer = app.send(app.api(token, TOP_UP, form=()))

    assert answer.status_code == 420
    assert answer.json()["error-code"] == "420"
    assert app.send(app.balance(token)).json()["value"] == 10


def _by_key(app: Consumer, path: str, key: Credentials) -> requests.Response:
    app.provider.secrets.add(key.secret)
    url = f"{app.provider.rest_url}{path}"
    data = {"api_key": key.key, "api_secret": key.secret}
    return app.provider.send(requests.Request("POST", url, data=data).prepare())
