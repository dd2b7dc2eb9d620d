"""``/oauth/access_token``: how an authorized request token is exchanged, once (RFC 5849 section 2.3)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from contract_tests.answers import HEX32, credentials_of, form_of
from contract_tests.asking import skip_where_nobody_is_asked
from contract_tests.consumer import Approved, Consumer
from contract_tests.control import Account, Control
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import FORM, Call, Credentials, Place
from contract_tests.test_request_token import TRANSPORTS

NO_VERIFIER = [
    pytest.param(None, id="none"),
    pytest.param("", id="empty", marks=pytest.mark.clause("OAUTH-ACC-10")),
]


@pytest.mark.clause("OAUTH-ACC-01", "OAUTH-ACC-02")
@pytest.mark.parametrize(("method", "place"), TRANSPORTS)
def test_every_transport_gets_credentials(app: Consumer, method: str, place: Place) -> None:
    """GET and POST are answered, wherever the protocol parameters stand."""
    answer = app.send(app.access_token(app.approved(), method=method, place=place))

    assert answer.status_code == 200
    assert answer.headers.get("Content-Type", "").partition(";")[0].strip() == FORM
    assert set(form_of(answer)) >= {"oauth_token", "oauth_token_secret"}


@pytest.mark.clause("OAUTH-ACC-03")
def test_token_and_secret_are_32_hexadecimal_digits(app: Consumer) -> None:
    """Both values have the shape of the published ones, and are not the same."""
    issued = credentials_of(app.send(app.access_token(app.approved())))

    assert re.fullmatch(HEX32, issued.key)
    assert re.fullmatch(HEX32, issued.secret)
    assert issued.key != issued.secret


@pytest.mark.clause("OAUTH-ACC-04")
def test_the_token_credentials_open_the_api(app: Consumer) -> None:
    """What is issued signs a call."""
    issued = credentials_of(app.send(app.access_token(app.approved())))

    assert app.send(app.balance(issued)).status_code == 200


# The verifier


@pytest.mark.clause("OAUTH-AUTH-21")
def test_a_verifier_is_easy_to_type(app: Consumer) -> None:
    """A callback brings a verifier of letters and digits."""
    verifier = app.approved().verifier

    assert re.fullmatch(r"[A-Za-z0-9]+", verifier or "")


@pytest.mark.clause("OAUTH-ACC-05")
@pytest.mark.parametrize("callback", ["oob", "https://app.example/cb"])
def test_a_wrong_verifier_is_refused(app: Consumer, callback: str) -> None:
    """Only the verifier that the user brought exchanges the token."""
    approved = replace(app.approved(callback), verifier="wrong000")
    answer = app.send(app.access_token(approved))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-06")
def test_a_verifier_in_another_case_is_refused(app: Consumer) -> None:
    """Upper and lower case are different letters."""
    several = (app.approved() for _ in range(20))
    approved = next((one for one in several if (one.verifier or "").swapcase() != one.verifier), None)
    if approved is None:
        pytest.skip("twenty verifiers had no letter")
    answer = app.send(app.access_token(replace(approved, verifier=(approved.verifier or "").swapcase())))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-07")
def test_a_part_of_the_verifier_is_refused(app: Consumer) -> None:
    """All of it must match, to the last character."""
    approved = app.approved()
    answer = app.send(app.access_token(replace(approved, verifier=(approved.verifier or "")[:-1])))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-08")
def test_the_verifier_of_another_request_token_is_refused(app: Consumer) -> None:
    """A verifier belongs to one request token."""
    one, other = app.approved(), app.approved()
    answer = app.send(app.access_token(replace(one, verifier=other.verifier)))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-09")
@pytest.mark.parametrize("verifier", NO_VERIFIER)
def test_a_verifier_is_needed_where_a_callback_was_given(app: Consumer, verifier: str | None) -> None:
    """Without the verifier nobody knows that it is the user who came back; an empty one counts as absent."""
    answer = app.send(app.access_token(replace(app.approved(), verifier=verifier)))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-11")
@pytest.mark.profile("documented")
@pytest.mark.parametrize("verifier", NO_VERIFIER)
def test_no_verifier_is_needed_where_no_callback_was_given(app: Consumer, verifier: str | None) -> None:
    """The published samples know of no verifier, and their exchange works."""
    approved = replace(app.approved(callback=None), verifier=verifier)

    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-ACC-12")
def test_a_refused_verifier_leaves_the_token_as_it_was(app: Consumer) -> None:
    """A mistyped verifier can be typed again."""
    approved = app.approved()
    assert is_refused(app.send(app.access_token(replace(approved, verifier="wrong000"))))

    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-ACC-13")
def test_a_verifier_must_be_signed(app: Consumer) -> None:
    """A verifier that was added after signing is not believed."""
    approved = app.approved()
    unsigned = app.access_token(replace(approved, verifier=None))
    call = replace(unsigned, oauth={"oauth_verifier": approved.verifier or ""}, signed_as=unsigned)

    assert is_refused(app.send(call))


# Once, and only what was authorized


@pytest.mark.clause("OAUTH-ACC-14")
def test_a_request_token_is_exchanged_once(app: Consumer) -> None:
    """The second exchange is refused, verifier or not."""
    approved = app.approved()
    assert is_let_in(app.send(app.access_token(approved)))
    again = app.send(app.access_token(approved))

    assert is_refused(again)


@pytest.mark.clause("OAUTH-ACC-15")
def test_a_second_exchange_does_not_disturb_the_first(app: Consumer) -> None:
    """The token that was issued stays good."""
    approved = app.approved()
    issued = credentials_of(app.send(app.access_token(approved)))
    assert is_refused(app.send(app.access_token(approved)))

    assert app.send(app.balance(issued)).status_code == 200


@pytest.mark.clause("OAUTH-ACC-16")
def test_a_request_token_that_nobody_decided_about_is_refused(app: Consumer) -> None:
    """Before the user says yes there is nothing to exchange."""
    undecided = Approved(temporary=app.temporary_credentials(), verifier="guess123")
    answer = app.send(app.access_token(undecided))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-17")
@pytest.mark.profile("documented")
@pytest.mark.asked
def test_an_undecided_request_token_without_callback_is_refused(app: Consumer) -> None:
    """That no verifier is asked for does not mean that no user is."""
    undecided = Approved(temporary=app.temporary_credentials(callback=None), verifier=None)
    answer = app.send(app.access_token(undecided))
    if is_let_in(answer):
        skip_where_nobody_is_asked(app)

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-18")
@pytest.mark.needs_control
@pytest.mark.parametrize("verifier", [pytest.param(None, id="none"), pytest.param("guess123", id="guessed")])
def test_a_denied_request_token_is_refused(app: Consumer, verifier: str | None) -> None:
    """No is no."""
    temporary = app.temporary_credentials()
    app.provider.authorizer.deny(temporary.key, app.authorization_page(temporary))
    answer = app.send(app.access_token(Approved(temporary=temporary, verifier=verifier)))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-19")
def test_a_request_token_that_was_never_issued_is_refused(app: Consumer) -> None:
    """A made-up token is unknown, whatever it is signed with."""
    made_up = Approved(temporary=Credentials("0" * 32, "0" * 32), verifier="guess123")
    answer = app.send(app.access_token(made_up))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-20")
@pytest.mark.needs_control
def test_another_apps_request_token_is_refused(app: Consumer, other_app: Consumer) -> None:
    """A request token belongs to the app that it was issued to."""
    answer = app.send(app.access_token(other_app.approved()))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-21")
def test_an_access_token_cannot_be_exchanged(app: Consumer, access: Credentials) -> None:
    """An access token is the end of the way."""
    answer = app.send(app.access_token(Approved(temporary=access, verifier="guess123")))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-22")
@pytest.mark.needs_control
def test_a_revoked_request_token_is_refused(app: Consumer, control: Control) -> None:
    """What was revoked before its exchange is not exchanged."""
    approved = app.approved()
    control.revoke(approved.temporary.key)
    answer = app.send(app.access_token(approved))

    assert is_refused(answer)


@pytest.mark.clause("OAUTH-ACC-23")
def test_a_request_that_is_signed_wrongly_uses_nothing_up(app: Consumer) -> None:
    """After a wrong signature the right one still exchanges."""
    approved = app.approved()
    wrong = replace(app.access_token(approved), client=Credentials(app.client.key, "wrong"))
    assert is_refused(app.send(wrong))

    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-ACC-26")
@pytest.mark.needs_control
def test_an_expired_request_token_is_refused(app: Consumer, control: Control) -> None:
    """After an hour the user has to be asked again; shortly before, not yet."""
    control.freeze(app.client.key)
    early, late = app.approved(), app.approved()
    control.advance(3500, app.client.key)
    in_time = app.send(_later(app.access_token(early), 3500))
    control.advance(200, app.client.key)
    too_late = app.send(_later(app.access_token(late), 3700))

    assert in_time.status_code == 200
    assert is_refused(too_late)


def _later(call: Call, seconds: int) -> Call:
    return replace(call, timestamp=str(int(call.timestamp) + seconds))


@pytest.mark.clause("OAUTH-ACC-27")
def test_each_exchange_issues_credentials_of_its_own(app: Consumer) -> None:
    """No token and no secret is issued twice, to the same user neither."""
    issued = [credentials_of(app.send(app.access_token(app.approved()))) for _ in range(2)]

    assert issued[0].key != issued[1].key
    assert issued[0].secret != issued[1].secret


# Others in between


@pytest.mark.clause("OAUTH-ACC-24")
def test_an_older_request_token_is_exchanged_after_a_newer_was_issued(app: Consumer) -> None:
    """The published web sample asks for a throw-away token between approval and exchange."""
    approved = app.approved()
    app.temporary_credentials()

    assert is_let_in(app.send(app.access_token(approved)))


@pytest.mark.clause("OAUTH-ACC-25")
def test_two_request_tokens_are_exchanged_in_any_order(app: Consumer) -> None:
    """Two users may be on their way at once."""
    first, second = app.approved(), app.approved()

    assert is_let_in(app.send(app.access_token(second)))
    assert is_let_in(app.send(app.access_token(first)))


@pytest.mark.clause("OAUTH-TOK-01")
def test_an_access_token_survives_a_new_request_token(app: Consumer, access: Credentials) -> None:
    """An access token is permanent, whoever else starts the flow."""
    app.temporary_credentials()

    assert app.send(app.balance(access)).status_code == 200


@pytest.mark.clause("OAUTH-TOK-02")
@pytest.mark.needs_control
def test_an_access_token_survives_a_new_authorization(app: Consumer, access: Credentials) -> None:
    """The same user's second authorization replaces nothing."""
    second = app.access()

    assert access.key != second.key
    assert app.send(app.balance(access)).status_code == 200
    assert app.send(app.balance(second)).status_code == 200


# Whose token it is, and how it ends


@pytest.mark.clause("OAUTH-TOK-03")
@pytest.mark.needs_control
def test_an_access_token_stands_for_the_account_that_authorized(
    app: Consumer, account: Account, control: Control
) -> None:
    """The balance that is shown is that of whoever authorized, not of the app's owner."""
    poorer = control.new_account(balance="3.25")
    mine, theirs = (
        app.access_of(account),
        app.access_of(poorer),
    )

    assert app.send(app.balance(mine)).json()["value"] == 10
    assert app.send(app.balance(theirs)).json()["value"] == 3.25


@pytest.mark.clause("OAUTH-TOK-04")
@pytest.mark.needs_control
def test_a_revoked_access_token_opens_nothing(app: Consumer, access: Credentials, control: Control) -> None:
    """An access token works until it is revoked, and not after."""
    assert app.send(app.balance(access)).status_code == 200
    control.revoke(access.key)
    answer = app.send(app.balance(access))

    assert answer.status_code == 401


@pytest.mark.clause("OAUTH-TOK-05")
@pytest.mark.needs_control
def test_revoking_one_access_token_leaves_the_others(app: Consumer, control: Control) -> None:
    """A revocation is about one token."""
    one, other = app.access(), app.access()
    control.revoke(one.key)

    assert app.send(app.balance(other)).status_code == 200


@pytest.mark.clause("OAUTH-TOK-06")
def test_a_request_token_opens_nothing_before_its_exchange(app: Consumer) -> None:
    """Temporary credentials are no token credentials."""
    answer = app.send(app.balance(app.approved().temporary))

    assert answer.status_code == 401


@pytest.mark.clause("GUIDE-08")
@pytest.mark.profile("documented")
def test_an_exchanged_request_token_goes_on_signing(app: Consumer) -> None:
    """The published driver signs its SMS with the request pair after the exchange."""
    approved = app.approved(callback=None)
    assert is_let_in(app.send(app.access_token(replace(approved, verifier=None))))

    assert app.send(app.balance(approved.temporary)).status_code == 200


@pytest.mark.clause("OAUTH-TOK-07")
@pytest.mark.profile("strict")
def test_an_exchanged_request_token_signs_nothing(app: Consumer) -> None:
    """After the exchange the temporary credentials are of no more use."""
    approved = app.approved()
    assert is_let_in(app.send(app.access_token(approved)))
    answer = app.send(app.balance(approved.temporary))

    assert answer.status_code == 401
