"""What holds for every signed request: each mistake is refused, in the same way, at every leg.

A mistake is a row of ``MISTAKES``: what is done to a right call, and the words of the Problem Reporting
extension that fit. A test of the right call stands beside it, so that nothing is refused for another reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest

from contract_tests.answers import challenge_of, form_of
from contract_tests.consumer import (
    ACCESS_TOKEN,
    BALANCE,
    LEGS,
    LEGS_WITH_TOKEN,
    REQUEST_TOKEN,
    SMS,
    Approved,
    Consumer,
    Leg,
)
from contract_tests.control import Control
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import FORM, PLAINTEXT, Call, Credentials

TOKEN_LEGS = (REQUEST_TOKEN, ACCESS_TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A way to get a right call wrong, and how its refusal is called."""

    name: str
    clause: str
    made: Callable[[Call], Call]
    problems: frozenset[str]
    legs: tuple[Leg, ...] = LEGS


def _mistake(
    name: str, clause: str, made: Callable[[Call], Call], *problems: str, legs: tuple[Leg, ...] = LEGS
) -> Mistake:
    return Mistake(name=name, clause=f"OAUTH-{clause}", made=made, problems=frozenset(problems), legs=legs)


def _oauth(call: Call, **parameters: str) -> Call:
    return replace(call, oauth={**call.oauth, **parameters})


def _stamped(form: str) -> Callable[[Call], Call]:
    """Return what writes the timestamp of a call in another form."""
    return lambda call: replace(call, timestamp=form.format(call.timestamp))


def _shifted(call: Call, seconds: int) -> Call:
    return replace(call, timestamp=str(int(call.timestamp) + seconds))


def _token(call: Call) -> Credentials:
    assert call.token is not None
    return call.token


def _extra_query(call: Call) -> Call:
    return replace(call, url=f"{call.url}{'&' if '?' in call.url else '?'}added=1", signed_as=call)


def _at_another_host(url: str) -> str:
    return urlsplit(url)._replace(netloc="elsewhere.example").geturl()


def _other_text(call: Call) -> Call:
    pairs = tuple((name, "another text" if name == "text" else value) for name, value in call.form or ())
    return replace(call, form=pairs, signed_as=call)


def _repeated_in_query(call: Call) -> Call:
    return replace(call, url=f"{call.url}{'&' if '?' in call.url else '?'}oauth_nonce={call.nonce}")


def _swapped(call: Call) -> Call:
    return replace(
        call,
        client=Credentials(call.client.key, _token(call).secret),
        token=Credentials(_token(call).key, call.client.secret),
    )


MISTAKES = (
    # The signature is not the one of this request
    _mistake(
        "wrong-consumer-secret",
        "SIG-02",
        lambda call: replace(call, client=Credentials(call.client.key, call.client.secret[::-1] + "x")),
        "signature_invalid",
    ),
    _mistake(
        "wrong-token-secret",
        "SIG-03",
        lambda call: replace(call, token=Credentials(_token(call).key, "0" * 32)),
        "signature_invalid",
        legs=LEGS_WITH_TOKEN,
    ),
    _mistake(
        "token-secret-left-out",
        "SIG-04",
        lambda call: replace(call, token=Credentials(_token(call).key, "")),
        "signature_invalid",
        legs=LEGS_WITH_TOKEN,
    ),
    _mistake("secrets-swapped", "SIG-05", _swapped, "signature_invalid", legs=LEGS_WITH_TOKEN),
    _mistake(
        "signed-with-another-method",
        "SIG-06",
        lambda call: replace(call, signed_as=replace(call, method="PUT")),
        "signature_invalid",
    ),
    _mistake(
        "signed-for-another-path",
        "SIG-07",
        lambda call: replace(call, signed_as=replace(call, url=f"{call.url}/elsewhere")),
        "signature_invalid",
    ),
    _mistake(
        "signed-for-another-host",
        "SIG-08",
        lambda call: replace(call, signed_as=replace(call, url=_at_another_host(call.url))),
        "signature_invalid",
    ),
    _mistake("query-added-after-signing", "SIG-09", _extra_query, "signature_invalid"),
    _mistake("form-changed-after-signing", "SIG-10", _other_text, "signature_invalid", legs=(SMS,)),
    _mistake(
        "form-not-signed",
        "SIG-10",
        lambda call: replace(call, signed_as=replace(call, form=None)),
        "signature_invalid",
        legs=(SMS,),
    ),
    _mistake(
        "nonce-changed-after-signing",
        "SIG-11",
        lambda call: replace(call, nonce=f"{call.nonce}x", signed_as=call),
        "signature_invalid",
    ),
    _mistake(
        "timestamp-changed-after-signing",
        "SIG-11",
        lambda call: replace(_shifted(call, -1), signed_as=call),
        "signature_invalid",
    ),
    _mistake(
        "callback-changed-after-signing",
        "REQ-13",
        lambda call: replace(_oauth(call, oauth_callback="https://thief.example/"), signed_as=call),
        "signature_invalid",
        legs=(REQUEST_TOKEN,),
    ),
    _mistake(
        "digest-of-another-method",
        "SIG-12",
        lambda call: replace(call, signed_as=replace(call, signature_method="HMAC-SHA512")),
        "signature_invalid",
    ),
    _mistake(
        "empty-signature",
        "SIG-13",
        lambda call: replace(call, signature_sent=""),
        "signature_invalid",
        "parameter_absent",
    ),
    # A parameter is missing
    *(
        _mistake(
            f"without-{name}",
            "MSG-11",
            lambda call, name=name: replace(call, without=frozenset({name})),  # type: ignore[misc]
            "parameter_absent",
        )
        for name in (
            "oauth_consumer_key",
            "oauth_signature_method",
            "oauth_signature",
            "oauth_timestamp",
            "oauth_nonce",
        )
    ),
    _mistake(
        "without-oauth_token",
        "TOK-09",
        lambda call: replace(call, without=frozenset({"oauth_token"})),
        "parameter_absent",
        "token_rejected",
        legs=LEGS_WITH_TOKEN,
    ),
    # A parameter is not acceptable
    _mistake(
        "version-2.0",
        "MSG-02",
        lambda call: _oauth(call, oauth_version="2.0"),
        "version_rejected",
    ),
    _mistake(
        "unknown-signature-method",
        "MSG-13",
        lambda call: replace(call, signature_method="HMAC-MD5"),
        "signature_method_rejected",
    ),
    _mistake(
        "signature-method-in-lower-case",
        "MSG-12",
        lambda call: replace(call, signature_method="hmac-sha1"),
        "signature_method_rejected",
    ),
    _mistake("timestamp-of-an-hour-ago", "NONCE-09", lambda call: _shifted(call, -3600), "timestamp_refused"),
    _mistake(
        "timestamp-of-six-minutes-ago", "NONCE-09", lambda call: _shifted(call, -360), "timestamp_refused"
    ),
    _mistake(
        "timestamp-six-minutes-ahead", "NONCE-10", lambda call: _shifted(call, 360), "timestamp_refused"
    ),
    _mistake(
        "timestamp-in-milliseconds",
        "NONCE-11",
        lambda call: replace(call, timestamp=f"{call.timestamp}000"),
        "timestamp_refused",
    ),
    _mistake(
        "timestamp-is-a-date",
        "NONCE-12",
        lambda call: replace(call, timestamp="2018-10-25T12:10:29Z"),
        "timestamp_refused",
        "parameter_rejected",
    ),
    *(
        _mistake(
            name,
            "NONCE-12",
            _stamped(form),
            "timestamp_refused",
            "parameter_rejected",
        )
        for name, form in (
            ("timestamp-with-a-plus", "+{}"),
            ("timestamp-with-a-blank", " {}"),
            ("timestamp-with-a-fraction", "{}.5"),
        )
    ),
    _mistake(
        "negative-timestamp",
        "NONCE-12",
        lambda call: replace(call, timestamp="-1"),
        "timestamp_refused",
        "parameter_rejected",
    ),
    _mistake(
        "parameter-sent-twice",
        "MSG-05",
        lambda call: replace(call, twice=(("oauth_nonce", call.nonce),)),
        "parameter_rejected",
    ),
    _mistake("parameter-in-two-places", "MSG-06", _repeated_in_query, "parameter_rejected"),
    # Nobody knows who it is
    _mistake(
        "unknown-consumer",
        "MSG-17",
        lambda call: replace(call, client=Credentials("nobody-knows-this-key", call.client.secret)),
        "consumer_key_unknown",
        "consumer_key_rejected",
    ),
    _mistake(
        "unknown-token",
        "TOK-10",
        lambda call: replace(call, token=Credentials("0" * 32, _token(call).secret)),
        "token_rejected",
        legs=LEGS_WITH_TOKEN,
    ),
    _mistake(
        "token-with-a-blank-behind",
        "TOK-11",
        lambda call: replace(call, token=Credentials(f"{_token(call).key} ", _token(call).secret)),
        "token_rejected",
        legs=LEGS_WITH_TOKEN,
    ),
)


def _costs(leg: Leg, *, first: bool = False) -> tuple[pytest.MarkDecorator, ...]:
    """A call to the SMS leg is sound but for one thing: a provider that overlooks it sends an SMS."""
    return (pytest.mark.billable(first=first),) if leg is SMS else ()


CASES = [
    pytest.param(
        mistake,
        leg,
        id=f"{leg.name}-{mistake.name}",
        marks=(pytest.mark.clause(mistake.clause), *_costs(leg, first=True)),
    )
    for mistake in MISTAKES
    for leg in mistake.legs
]
EVERY_LEG = pytest.mark.parametrize(
    "leg", [pytest.param(leg, id=leg.name, marks=_costs(leg)) for leg in LEGS]
)
EVERY_LEG_WITH_TOKEN = pytest.mark.parametrize(
    "leg", [pytest.param(leg, id=leg.name, marks=_costs(leg)) for leg in LEGS_WITH_TOKEN]
)
EVERY_TOKEN_LEG = pytest.mark.parametrize("leg", [pytest.param(leg, id=leg.name) for leg in TOKEN_LEGS])


@pytest.mark.clause("OAUTH-SIG-01", "OAUTH-PROB-09")
@EVERY_LEG
def test_the_right_call_is_accepted(app: Consumer, leg: Leg) -> None:
    """Nothing below is refused but for its mistake."""
    answer = app.send(leg.right(app))

    assert is_let_in(answer)
    assert answer.status_code == 200
    assert "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize(("mistake", "leg"), CASES)
def test_each_mistake_is_refused(app: Consumer, mistake: Mistake, leg: Leg) -> None:
    """One thing wrong with an otherwise right call is enough."""
    answer = app.send(mistake.made(leg.right(app)))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-PROB-04")
@pytest.mark.parametrize(
    "name",
    ["oauth_consumer_key", "oauth_signature_method", "oauth_signature", "oauth_timestamp", "oauth_nonce"],
)
def test_a_missing_parameter_is_named(app: Consumer, name: str) -> None:
    """``oauth_parameters_absent`` says what is missing, in the header and in the body."""
    answer = app.send(replace(app.request_token(), without=frozenset({name})))

    assert challenge_of(answer)["oauth_parameters_absent"] == name
    assert form_of(answer)["oauth_parameters_absent"] == name


@pytest.mark.clause("OAUTH-REQ-14")
@EVERY_TOKEN_LEG
def test_a_request_without_any_authorization_is_refused(app: Consumer, leg: Leg) -> None:
    """A request without a single ``oauth_*`` gets no credentials."""
    call = leg.right(app)
    everything = frozenset({name for name, _ in call.protocol_parameters()} | {"oauth_signature"})
    answer = app.send(replace(call, without=everything, place="query"))

    assert is_refused(answer)


# How a refusal is answered


def _wrong_secret(call: Call) -> Call:
    return replace(call, client=Credentials(call.client.key, "wrong"))


@pytest.mark.parametrize(
    "leg",
    [
        pytest.param(REQUEST_TOKEN, id="request-token", marks=pytest.mark.clause("OAUTH-PROB-02")),
        pytest.param(ACCESS_TOKEN, id="access-token", marks=pytest.mark.clause("OAUTH-PROB-02")),
        pytest.param(SMS, id="sms", marks=pytest.mark.clause("OAUTH-PROB-06")),
        pytest.param(BALANCE, id="balance", marks=pytest.mark.clause("OAUTH-PROB-08")),
    ],
)
def test_a_refusal_has_the_form_of_its_endpoint(app: Consumer, leg: Leg) -> None:
    """Each in its own, and all with a challenge."""
    answer = app.send(_wrong_secret(leg.right(app)))

    assert leg.problem(answer) == "signature_invalid"


@pytest.mark.clause("OAUTH-PROB-12")
@pytest.mark.parametrize(
    "mistake", [pytest.param(one, id=one.name, marks=_costs(one.legs[0], first=True)) for one in MISTAKES]
)
def test_a_mistake_is_called_by_its_name(app: Consumer, mistake: Mistake) -> None:
    """``oauth_problem`` says which kind of thing is wrong, in the words of the extension."""
    leg = mistake.legs[0]
    answer = app.send(mistake.made(leg.right(app)))

    assert leg.problem(answer) in mistake.problems


@pytest.mark.clause("OAUTH-PROB-12")
def test_a_replay_is_called_by_its_name(app: Consumer) -> None:
    """The client learns that the request was sound, and came before."""
    call = app.request_token()
    assert is_let_in(app.send(call))

    assert REQUEST_TOKEN.problem(app.send(call)) == "nonce_used"


@pytest.mark.clause("OAUTH-PROB-12")
def test_a_used_token_is_called_by_its_name(app: Consumer) -> None:
    """The exchange has been made, and the user need not be asked again for nothing."""
    approved = app.approved()
    assert is_let_in(app.send(app.access_token(approved)))

    assert ACCESS_TOKEN.problem(app.send(app.access_token(approved))) in {"token_used", "token_rejected"}


@pytest.mark.clause("OAUTH-PROB-12")
def test_an_undecided_token_is_called_by_its_name(app: Consumer) -> None:
    """The user has not said yes."""
    answer = app.send(app.access_token(Approved(temporary=app.temporary_credentials(), verifier="guess123")))

    assert ACCESS_TOKEN.problem(answer) in {
        "permission_unknown", "token_rejected", "additional_authorization_required"
    }  # fmt: skip


@pytest.mark.clause("OAUTH-PROB-04")
def test_a_missing_verifier_is_named(app: Consumer) -> None:
    """Where a callback was given, it is what is absent."""
    answer = app.send(app.access_token(replace(app.approved(), verifier=None)))

    assert challenge_of(answer).get("oauth_parameters_absent") == "oauth_verifier"


@pytest.mark.clause("OAUTH-PROB-04")
@pytest.mark.profile("strict")
def test_a_missing_callback_is_named(app: Consumer) -> None:
    """Where one is required, it is what is absent."""
    answer = app.send(app.request_token(callback=None))

    assert challenge_of(answer).get("oauth_parameters_absent") == "oauth_callback"


@pytest.mark.clause("OAUTH-PROB-13")
def test_a_wrong_verifier_is_named(app: Consumer) -> None:
    """It is the parameter that was rejected."""
    answer = app.send(app.access_token(replace(app.approved(), verifier="wrong000")))

    assert ACCESS_TOKEN.problem(answer) == "parameter_rejected"
    assert challenge_of(answer).get("oauth_parameters_rejected") == "oauth_verifier"


@pytest.mark.clause("OAUTH-PROB-13")
def test_a_forbidden_callback_is_named(app: Consumer) -> None:
    """It is the parameter that was rejected."""
    answer = app.send(app.request_token(callback="javascript:alert(1)"))

    assert REQUEST_TOKEN.problem(answer) == "parameter_rejected"
    assert challenge_of(answer).get("oauth_parameters_rejected") == "oauth_callback"


@pytest.mark.clause("OAUTH-PROB-01")
@EVERY_TOKEN_LEG
def test_a_refusal_by_a_token_endpoint_is_400_or_401(app: Consumer, leg: Leg) -> None:
    """Whoever looks at the status alone sees that there are no credentials."""
    assert app.send(_wrong_secret(leg.right(app))).status_code in (400, 401)


@pytest.mark.clause("OAUTH-PROB-03")
@EVERY_TOKEN_LEG
def test_a_refusal_by_a_token_endpoint_is_a_form(app: Consumer, leg: Leg) -> None:
    """With the problem of the header."""
    answer = app.send(_wrong_secret(leg.right(app)))

    assert answer.headers.get("Content-Type", "").partition(";")[0].strip() == FORM
    assert form_of(answer).get("oauth_problem") == "signature_invalid"


@pytest.mark.clause("OAUTH-REQ-17")
@EVERY_TOKEN_LEG
def test_a_refusal_holds_no_credentials(app: Consumer, leg: Leg) -> None:
    """Neither the token nor its secret."""
    answer = app.send(_wrong_secret(leg.right(app)))

    assert "oauth_token=" not in answer.text
    assert "oauth_token_secret" not in answer.text


@pytest.mark.clause("OAUTH-PROB-05")
def test_what_is_missing_is_400_and_what_is_wrong_401(app: Consumer) -> None:
    """As RFC 5849 tells them apart."""
    missing = app.send(replace(app.request_token(), without=frozenset({"oauth_nonce"})))
    wrong = app.send(_wrong_secret(app.request_token()))

    assert (missing.status_code, wrong.status_code) == (400, 401)


@pytest.mark.clause("OAUTH-PROB-10")
@EVERY_TOKEN_LEG
def test_the_realm_of_a_challenge(app: Consumer, leg: Leg) -> None:
    """The dashboard's address, wherever the provider runs."""
    answer = app.send(_wrong_secret(leg.right(app)))

    assert challenge_of(answer).get("realm") == "https://dashboard.nexmo.com/"


# Nonces


@pytest.mark.clause("OAUTH-NONCE-01")
@EVERY_LEG
def test_a_replay_is_refused(app: Consumer, leg: Leg) -> None:
    """The same request, to the letter, works once."""
    call = leg.right(app)
    assert is_let_in(app.send(call))
    replayed = app.send(call)

    assert is_refused(replayed)


@pytest.mark.clause("OAUTH-NONCE-02")
@EVERY_LEG
def test_a_nonce_is_used_up_whatever_else_changes(app: Consumer, leg: Leg) -> None:
    """A nonce with its timestamp and token is not good for another request either."""
    call = leg.right(app)
    assert is_let_in(app.send(call))
    other = replace(call, url=f"{call.url}?another=1")

    assert is_refused(app.send(other))


@pytest.mark.clause("OAUTH-NONCE-03")
def test_a_refused_request_does_not_use_its_nonce_up(app: Consumer) -> None:
    """Who guesses a nonce without the secrets cannot spoil it for its owner."""
    call = app.request_token()
    assert is_refused(app.send(replace(call, client=Credentials(app.client.key, "wrong"))))

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-NONCE-04")
def test_nonces_differ_by_case(app: Consumer) -> None:
    """Upper and lower case are different letters: the second nonce was not used before."""
    call = replace(app.request_token(), nonce="abcDEF1234567890")

    assert is_let_in(app.send(call))
    assert is_let_in(app.send(replace(call, nonce="ABCdef1234567890")))


@pytest.mark.clause("OAUTH-NONCE-05")
def test_a_nonce_may_come_again_with_another_timestamp(app: Consumer) -> None:
    """Nonces are unique among requests of the same timestamp (RFC 5849 section 3.3)."""
    call = app.request_token()

    assert is_let_in(app.send(call))
    assert is_let_in(app.send(_shifted(call, -1)))


@pytest.mark.clause("OAUTH-NONCE-06")
@pytest.mark.needs_control
def test_a_nonce_may_come_again_from_another_app(app: Consumer, other_app: Consumer) -> None:
    """Two apps that happen upon the same nonce do not disturb each other."""
    call = app.request_token()

    assert is_let_in(app.send(call))
    assert is_let_in(other_app.send(replace(call, client=other_app.client)))


@pytest.mark.clause("OAUTH-NONCE-07")
def test_a_nonce_may_come_again_with_another_token(app: Consumer, access: Credentials) -> None:
    """Nonces are unique for a token: another user of the same app may happen upon the same one."""
    without = app.request_token()
    with_token = replace(app.balance(access), nonce=without.nonce, timestamp=without.timestamp)

    assert is_let_in(app.send(without))
    assert is_let_in(app.send(with_token))


@pytest.mark.clause("OAUTH-NONCE-15")
@pytest.mark.needs_control
def test_a_replay_is_refused_some_minutes_later(app: Consumer, control: Control) -> None:
    """As long as its timestamp would be accepted, the nonce is remembered."""
    control.freeze(app.client.key)
    call = _shifted(app.request_token(), 120)
    assert is_let_in(app.send(call))
    control.advance(400, app.client.key)

    assert is_refused(app.send(call))


# Timestamps


@pytest.mark.clause("OAUTH-NONCE-08")
@EVERY_LEG
@pytest.mark.parametrize("seconds", [-240, 240], ids=["four-minutes-ago", "four-minutes-ahead"])
def test_a_clock_may_be_some_minutes_off(app: Consumer, leg: Leg, seconds: int) -> None:
    """Within five minutes a timestamp is accepted, whatever came before it."""
    call = replace(leg.right(app), timestamp=str(int(time.time()) + seconds))

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-NONCE-13")
def test_an_older_timestamp_is_accepted_after_a_newer(app: Consumer) -> None:
    """Requests may overtake each other: nothing asks timestamps to rise."""
    assert is_let_in(app.send(_shifted(app.request_token(), 60)))
    assert is_let_in(app.send(_shifted(app.request_token(), -60)))


# Upper and lower case


@pytest.mark.clause("OAUTH-MSG-18")
@pytest.mark.needs_control
def test_consumer_keys_differ_by_case(app: Consumer) -> None:
    """A key in upper case is another key."""
    upper = Credentials(app.client.key.upper(), app.client.secret)
    assert upper.key != app.client.key
    answer = app.send(replace(app.request_token(), client=upper))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-TOK-11")
@EVERY_LEG_WITH_TOKEN
def test_tokens_differ_by_case(app: Consumer, leg: Leg) -> None:
    """A token in upper case is another token."""
    call = next(
        call for call in (leg.right(app) for _ in range(5)) if _token(call).key.upper() != _token(call).key
    )
    upper = Credentials(_token(call).key.upper(), _token(call).secret)

    assert is_refused(app.send(replace(call, token=upper)))


@pytest.mark.clause("OAUTH-SIG-14")
@EVERY_LEG
def test_signatures_differ_by_case(app: Consumer, leg: Leg) -> None:
    """A signature is compared to the letter."""
    call = leg.right(app)
    forged = replace(call, signature_sent=call.signature().swapcase())

    assert is_refused(app.send(forged))


# Other methods of signing


@pytest.mark.clause("OAUTH-SIG-25")
@pytest.mark.needs_control
def test_plaintext_is_accepted_over_tls(app: Consumer) -> None:
    """PLAINTEXT is a method of RFC 5849, where nobody can read along."""
    call = replace(app.request_token(), signature_method=PLAINTEXT)
    if not call.url.startswith("https:"):
        pytest.skip("needs a target that speaks TLS")

    assert is_let_in(app.send(call))


@pytest.mark.clause("OAUTH-SIG-26")
@pytest.mark.needs_control
def test_plaintext_is_refused_without_tls(app: Consumer) -> None:
    """PLAINTEXT over plain http would give the secrets away (RFC 5849 section 3.4.4)."""
    call = replace(app.request_token(), signature_method=PLAINTEXT)
    in_the_clear = replace(call, url=call.url.replace("https:", "http:", 1))

    assert is_refused(app.send(in_the_clear))


@pytest.mark.clause("OAUTH-SIG-27")
@pytest.mark.profile("strict")
@pytest.mark.parametrize("method", ["HMAC-SHA256", "HMAC-SHA512"])
def test_methods_that_rfc_5849_does_not_know_are_refused(app: Consumer, method: str) -> None:
    """RFC 5849 has HMAC-SHA1, RSA-SHA1 and PLAINTEXT."""
    answer = app.send(replace(app.request_token(), signature_method=method))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-MSG-03")
@pytest.mark.profile("strict")
@pytest.mark.parametrize("version", ["1.0a", "1.0A"])
def test_the_protocols_revision_is_no_version(app: Consumer, version: str) -> None:
    """Revision A of OAuth 1.0 still sends ``1.0``."""
    answer = app.send(_oauth(app.request_token(), oauth_version=version))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-MSG-04")
@pytest.mark.profile("documented")
@pytest.mark.parametrize("version", ["1.0a", "1.0A"])
def test_a_widely_copied_version_is_accepted(app: Consumer, version: str) -> None:
    """Clients that were copied from a known example send the revision, and got through."""
    assert is_let_in(app.send(_oauth(app.request_token(), oauth_version=version)))
