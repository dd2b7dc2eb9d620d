"""What an answer says before its body is read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from client.errors import (
    CredentialsRefused,
    MalformedAnswer,
    NexmoError,
    RequestRefused,
    ServerError,
    Throttled,
    UnexpectedRedirect,
)
from client.refusals import ensure_accepted, wait_in

from .examples import answer

CHALLENGE = (
    "WWW-Authenticate",
    'OAuth realm="https://x/", oauth_problem="token_revoked", oauth_problem_advice="Log%20in%20again"',
)


@pytest.mark.parametrize("status", [200, 202])
def test_a_success_is_left_to_who_reads_the_body(status: int) -> None:
    """A 2xx without a problem report raises nothing."""
    ensure_accepted(answer("oauth_token=a", status))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (101, MalformedAnswer),
        (302, UnexpectedRedirect),
        (304, UnexpectedRedirect),
        (400, RequestRefused),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, RequestRefused),
        (420, RequestRefused),
        (429, Throttled),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_each_status_has_its_type(status: int, expected: type[NexmoError]) -> None:
    """The HTTP status alone decides where nothing else is said."""
    with pytest.raises(NexmoError) as raised:
        ensure_accepted(answer("", status))

    assert type(raised.value) is expected


@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_challenge_names_the_problem(status: int) -> None:
    """The header's problem and advice are read, whatever the status below 500."""
    with pytest.raises(CredentialsRefused) as raised:
        ensure_accepted(answer("", status, [CHALLENGE]))

    assert (raised.value.problem, raised.value.advice) == ("token_revoked", "Log in again")
    assert "token_revoked: Log in again" in str(raised.value)


def test_a_form_names_the_problem() -> None:
    """The token endpoints say it in their body, with the parameter it is about."""
    body = (
        "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback&oauth_problem_advice=Send+it"
    )

    with pytest.raises(CredentialsRefused) as raised:
        ensure_accepted(answer(body, 400))

    assert raised.value.problem == "parameter_absent"
    assert raised.value.advice == "(oauth_callback) Send it"


def test_a_fakes_diagnosis_is_passed_on() -> None:
    """A fake provider's header stands in the message."""
    with pytest.raises(CredentialsRefused, match="wrong-token-secret") as raised:
        ensure_accepted(answer("", 401, [CHALLENGE, ("X-Fake-Nexmo-Diagnosis", "wrong-token-secret")]))

    assert raised.value.diagnosis == "wrong-token-secret"


def test_the_account_endpoints_own_words_are_passed_on() -> None:
    """Without a challenge, the label of the JSON body is the advice."""
    body = '{"error-code":"401","error-code-label":"authentication failed"}'

    with pytest.raises(CredentialsRefused) as raised:
        ensure_accepted(answer(body, 401))

    assert raised.value.advice == "authentication failed"


def test_a_message_that_mentions_a_problem_reports_none() -> None:
    """An SMS answer whose client-ref is ``oauth_problem=x`` is not a refusal."""
    ensure_accepted(answer('{"client-ref": "oauth_problem=x"}'))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("Throughput Rate Exceeded - please wait [ 250 ] and retry", 250),
        ("Throughput Rate Exceeded - please wait [ 2 ] and retry", 2),
        ("Throughput Rate Exceeded - please wait [702] and retry", 702),
        ("Throughput Rate Exceeded - please wait and retry", 1000),
        ("Exceeded maximum MT throughput[ MAX [ 30 ] INTERVAL [ 1000 ] COUNT [ 30 ] ]", 1000),
        ("please wait [ 99999999999999999999 ]", 10**12),
        ("", 1000),
    ],
)
def test_the_wait_is_read_from_the_text(text: str, milliseconds: int) -> None:
    """The number after "please wait" counts milliseconds; without one it is a second."""
    assert wait_in(text) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        pytest.param([("Retry-After", "7")], "", 7, id="seconds"),
        pytest.param([("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")], "", 1, id="a-date-is-not-read"),
        pytest.param([("Retry-After", "9" * 20)], "", 1, id="an-eternity-is-not-read"),
        pytest.param([], "please wait [ 2500 ] and retry", 2.5, id="the-body"),
        pytest.param([], b"\xff", 1, id="neither"),
    ],
)
def test_http_429_says_when_to_come_back(
    headers: list[tuple[str, str]], body: str | bytes, seconds: float
) -> None:
    """Retry-After goes before the body; a second where neither says."""
    with pytest.raises(Throttled) as raised:
        ensure_accepted(answer(body, 429, headers))

    assert raised.value.retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://elsewhere.example/path?token=SECRET", "elsewhere.example"),
        ("/elsewhere", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_a_redirect_is_named_by_its_host_only(location: str, host: str | None) -> None:
    """Path and query of a redirect's target may hold anything, so they are not repeated."""
    with pytest.raises(UnexpectedRedirect) as raised:
        ensure_accepted(answer("", 302, [("Location", location)]))

    assert raised.value.host == host
    assert "SECRET" not in str(raised.value)
