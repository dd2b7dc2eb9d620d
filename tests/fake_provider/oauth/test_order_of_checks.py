"""Which of several mistakes names the diagnosis, and that the others are told too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Served
from tests.raw import FORM, form

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hi")
OLD = "1000000000"

MISTAKES: dict[str, dict[str, Any]] = {
    # In the order of the checks; each is what a request is given to make this mistake.
    "header-malformed": {"write": lambda pairs: "OAuth ," + ",".join(f'{n}="{v}"' for n, v in pairs[:-1])
                         + f',{pairs[-1][0]}="{pairs[-1][1].replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")}"'},
    "version-rejected": {"oauth": {"oauth_version": "3.0"}},
    "timestamp-refused": {"oauth": {"oauth_timestamp": OLD}},
    "consumer-unknown": {"consumer": ("nobody", "x")},
    "token-unknown": {"token": ("never-issued", "x")},
    "unknown-secret": {"change": lambda signature: "AAAA" + signature[4:]},
}  # fmt: skip
PAIRS = [(first, second) for i, first in enumerate(MISTAKES) for second in list(MISTAKES)[i + 1 :]]


@pytest.mark.parametrize("code", MISTAKES)
def test_one_mistake(code: str, strict: Served) -> None:
    """A request with one mistake is diagnosed as that, and as nothing else."""
    token = strict.access_token()

    strict.signed(**({"body": SMS, "headers": list(SMS_HEADERS), "token": token} | MISTAKES[code])).send()

    diagnosis = strict.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == code
    assert diagnosis.proof == ("guess" if code == "unknown-secret" else "seen")


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_first_check_that_fails_names_the_diagnosis(first: str, second: str, strict: Served) -> None:
    """Of two mistakes the one that is checked first is the diagnosis; the other stands under "also" if it is seen."""
    parts: dict[str, object] = {"body": SMS, "headers": list(SMS_HEADERS), "token": strict.access_token()}
    merged: dict[str, object] = {}
    for mistake in (MISTAKES[first], MISTAKES[second]):
        merged |= mistake.get("oauth", {})

    strict.signed(**(parts | MISTAKES[first] | MISTAKES[second] | {"oauth": merged})).send()

    diagnosis = strict.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == first
    if second != "unknown-secret":
        assert second in diagnosis.also


def test_a_used_nonce_comes_before_a_wrong_signature(strict: Served) -> None:
    """A replay with a broken signature is a replay."""
    request = strict.signed(body=SMS, headers=list(SMS_HEADERS), token=strict.access_token())
    request.oauth |= {"oauth_nonce": "once"}
    assert request.send().status == 200
    request.change = lambda signature: "AAAA" + signature[4:]

    request.send()

    assert strict.diagnosis == "nonce-used"


def test_a_nonce_is_remembered_only_with_a_right_signature(strict: Served) -> None:
    """Whoever guesses a nonce with a wrong signature does not use it up."""
    request = strict.signed(body=SMS, headers=list(SMS_HEADERS), token=strict.access_token())
    request.oauth |= {"oauth_nonce": "once"}
    request.change = lambda signature: "AAAA" + signature[4:]
    assert request.send().status == 401
    request.change = str

    assert request.send().status == 200


def test_a_nonce_says_whether_it_was_a_retry_or_a_redirect(strict: Served) -> None:
    """The message tells the same URL from another one."""
    token = strict.access_token()
    oauth = {"oauth_nonce": "once"}
    parts = {"method": "GET", "token": token, "oauth": oauth}
    strict.signed(target="/account/get-balance", **parts).send()
    strict.signed(target="/account/get-balance", **parts).send()
    again = strict.fake.exchanges[0].diagnosis
    strict.signed(target="/account/get-balance/", **parts).send()
    elsewhere = strict.fake.exchanges[0].diagnosis

    assert again is not None
    assert elsewhere is not None
    assert "a retry" in again.message
    assert "a redirect" in elsewhere.message


def test_the_signature_comes_before_the_state_of_the_token(strict: Served) -> None:
    """A revoked token with a wrong signature is a wrong signature; with a right one it is revoked."""
    token = strict.access_token()
    strict.fake.revoke(token[0])
    parts = {"body": SMS, "headers": list(SMS_HEADERS)}

    strict.signed(token=(token[0], "another"), **parts).send()
    assert strict.diagnosis == "unknown-secret"
    strict.signed(token=token, **parts).send()

    assert strict.diagnosis == "token-revoked"


def test_the_state_of_the_token_comes_before_the_verifier(strict: Served) -> None:
    """A token that nobody has approved yet has no verifier to be wrong."""
    token = strict.request_token(oauth_callback="oob")

    strict.signed(target="/oauth/access_token", token=token, oauth={"oauth_verifier": "guessed1"}).send()

    assert strict.diagnosis == "token-not-authorized"


SEEN: dict[str, dict[str, object]] = {
    "parameter-absent": {"oauth": {"oauth_nonce": None}},
    "token-missing": {"token": None},
    "parameters-in-two-places": {"target": "/sms/json?oauth_version=1.0"},
    "parameter-repeated": {"write": lambda pairs: "OAuth " + ", ".join(f'{n}="1"' for n, _ in [*pairs, pairs[0]])},
    "timestamp-not-a-number": {"oauth": {"oauth_timestamp": "yesterday"}},
    "timestamp-in-milliseconds": {"oauth": {"oauth_timestamp": "1540469429000"}},
    "signature-method-unsupported": {"oauth": {"oauth_signature_method": "HMAC-MD5"}},
    "unparseable": {"body": b"from=Acme&to=447700900000&text=%zz"},
}  # fmt: skip


@pytest.mark.parametrize("code", SEEN)
def test_what_anybody_can_see(code: str, documented: Served) -> None:
    """Each mistake that stands in the request is diagnosed without any cryptography."""
    parts: dict[str, object] = {"body": SMS, "headers": list(SMS_HEADERS), "token": documented.access_token()}

    answer = documented.signed(**(parts | SEEN[code])).send()

    assert documented.diagnosis == code
    assert answer.status in (200, 400, 401)


def test_whole_hours_are_named_as_a_time_zone_mistake(documented: Served) -> None:
    """A timestamp that is two hours ahead is local time sent as UTC."""
    stamp = str(int(documented.fake.clock.now()) + 2 * 3600 + 20)

    documented.signed(target="/oauth/request_token", oauth={"oauth_timestamp": stamp}).send()

    diagnosis = documented.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == "timestamp-refused"
    assert "7220 seconds in the future" in diagnosis.message
    assert "2 h" in diagnosis.message


def test_a_token_of_another_app(documented: Served) -> None:
    """A token is bound to the app it was issued to."""
    token = documented.access_token()
    other = documented.fake.create_app("Other")

    documented.signed(
        body=SMS, headers=list(SMS_HEADERS), consumer=(other.client_key, other.client_secret), token=token
    ).send()

    assert documented.diagnosis == "token-of-another-consumer"


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        ("issued", "token-not-authorized"),
        ("denied", "token-denied"),
        ("revoked", "token-revoked"),
        ("access", "access-token-for-exchange"),
    ],
)
def test_tokens_that_cannot_be_exchanged(prepare: str, code: str, documented: Served) -> None:
    """Only an approved request token is exchanged; the others say at which stage they are."""
    if prepare == "access":
        token = documented.access_token()
    else:
        token = documented.request_token(oauth_callback="oob")
    if prepare == "denied":
        documented.fake.authorize(token[0], decision="deny")
    if prepare == "revoked":
        documented.fake.authorize(token[0])
        documented.fake.revoke(token[0])

    answer = documented.signed(
        target="/oauth/access_token", token=token, oauth={"oauth_verifier": "whatever"}
    ).send()

    assert answer.status == 401
    assert documented.diagnosis == code


def test_a_request_token_that_was_never_exchanged_signs_nothing(documented: Served) -> None:
    """The leniency for the published driver begins with the exchange."""
    token = documented.request_token()
    documented.fake.authorize(token[0])

    answer = documented.signed(body=SMS, headers=list(SMS_HEADERS), token=token).send()

    assert answer.status == 401
    assert documented.diagnosis == "request-token-for-resource"


def test_the_alias_ends_with_its_access_token(documented: Served) -> None:
    """Revoking the access token also ends the request pair that stood in for it."""
    pair = documented.request_token()
    documented.fake.authorize(pair[0])
    access = documented.signed(target="/oauth/access_token", token=pair).send().form["oauth_token"]
    documented.fake.revoke(access)

    answer = documented.signed(body=SMS, headers=list(SMS_HEADERS), token=pair).send()

    assert answer.status == 401
    assert documented.diagnosis == "token-revoked"


def test_neither_oauth_nor_api_key(documented: Served) -> None:
    """An SMS without any credentials is 200 with status 2, and diagnosed all the same."""
    answer = documented.signed(
        body=SMS, headers=[("Content-Type", FORM)], write=lambda pairs: "Bearer x"
    ).send()

    assert answer.status == 200
    assert answer.json["messages"] == [{"status": "2", "error-text": "Missing api_key"}]
    assert documented.diagnosis == "authorization-missing"
