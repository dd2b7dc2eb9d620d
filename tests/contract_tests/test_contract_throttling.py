"""A provider that asks to wait is waited for, and asked again: never twice for a message that may have gone out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.utils import formatdate

import pytest
import requests

from contract_tests.authorizers import Person
from contract_tests.consumer import Consumer
from contract_tests.live import Live, Pace
from contract_tests.throttling import asked_to_wait
from fake_provider import FakeNexmo

ENVIRONMENT = {
    "NEXMO_CONSUMER_KEY": "fake-consumer-key",
    "NEXMO_CONSUMER_SECRET": "fake-consumer-secret",
    "NEXMO_SMS_TO": "447700900000",
}


class _Deciding(Person):
    """A person who needs no terminal."""

    def __init__(self, fake: FakeNexmo) -> None:
        super().__init__()
        self._fake = fake

    def approve(self, oauth_token: str, page: str):  # type: ignore[no-untyped-def]
        return self._fake.authorize(oauth_token)


@dataclass
class Run:
    """A live run against a fake under the real names, in a time of its own."""

    fake: FakeNexmo
    now: float = 0.0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.target = Live(
            ENVIRONMENT,
            allow_sms=True,
            person=_Deciding(self.fake),
            pace=Pace(monotonic=lambda: self.now, sleep=self._sleep),
            tell=self.told.append,
        )

    def _sleep(self, seconds: float) -> None:
        self.now += seconds
        self.fake.clock.advance(seconds)

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for, the oldest first, from the first planned fault on."""
        return [exchange.request.path for exchange in reversed(self.fake.exchanges)]


@pytest.fixture
def run() -> Iterator[Run]:
    """A run whose requests have all been answered so far."""
    fake = FakeNexmo()
    with fake.intercept():
        yield Run(fake)


@pytest.fixture
def app(run: Run) -> Iterator[Consumer]:
    """An app with its access token, in the middle of the run."""
    with run.target.open() as provider:
        app = Consumer(provider, provider.client)
        app.access()
        yield app


def _answer(status: int, body: str = "", **headers: str) -> requests.Response:
    answer = requests.Response()
    answer.status_code = status
    answer._content = body.encode()
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


THROTTLED = (
    '{"message-count":"1","messages":[{"status":"1","error-text":"Throughput Rate Exceeded - please wait [ 250 ] and '
    'retry"}]}'
)
XML = (
    "<mt-submission-response><messages count='1'><message><status>1</status><errorText>Throughput Rate Exceeded - please "
    "wait [ 702 ] and retry</errorText></message></messages></mt-submission-response>"
)


# How it is read


@pytest.mark.parametrize(
    ("answer", "seconds", "had_no_effect"),
    [
        pytest.param(_answer(429), None, True, id="429"),
        pytest.param(_answer(429, Retry_After="7"), 7, True, id="seconds"),
        pytest.param(_answer(429, Retry_After=formatdate(1540469429, usegmt=True)), 29, True, id="a-date"),
        pytest.param(_answer(429, Retry_After="soon"), None, True, id="no-time-at-all"),
        pytest.param(
            _answer(429, Retry_After="Mon, 01 Jan 99999999999 00:00:00 GMT"),
            None,
            True,
            id="no-date-that-comes",
        ),
        pytest.param(
            _answer(200, THROTTLED.replace("250", "9" * 5000)),
            None,
            True,
            id="for-longer-than-anybody-counts",
        ),
        pytest.param(
            _answer(420, '{"error-code":"420","error-code-label":"Too many requests per second"}'),
            None,
            True,
            id="420-of-a-limit",
        ),
        pytest.param(_answer(503, Retry_After="3"), 3, False, id="503"),
        pytest.param(_answer(200, THROTTLED), 0.25, True, id="status-1"),
        pytest.param(_answer(200, XML), 0.702, True, id="status-1-in-xml"),
        pytest.param(_answer(200, THROTTLED.replace("[ 250 ] ", "")), None, True, id="no-number"),
    ],
)
def test_what_is_asked_for(answer: requests.Response, seconds: float | None, had_no_effect: bool) -> None:
    """The time, where one is told, and whether the request was certainly refused."""
    wait = asked_to_wait(answer, now=lambda: 1540469400.0)

    assert wait is not None
    assert wait.seconds == seconds
    assert wait.had_no_effect is had_no_effect


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_answer(200, "{}"), id="200"),
        pytest.param(_answer(500), id="500"),
        pytest.param(_answer(401), id="401"),
        pytest.param(
            _answer(420, '{"error-code":"420","error-code-label":"method failed"}'), id="420-of-a-refusal"
        ),
        pytest.param(_answer(200, THROTTLED.replace('"status":"1"', '"status":"0"')), id="accepted"),
        pytest.param(
            _answer(200, '{"message-count":"2","messages":[{"status":"0"},{"status":"1"}]}'),
            id="one-part-of-two",
        ),
    ],
)
def test_what_is_an_answer_like_any_other(answer: requests.Response) -> None:
    """The test's to judge."""
    assert asked_to_wait(answer) is None


ACCEPTED = THROTTLED.replace('"status":"1"', '"status":"0","message-id":"0A"')


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(_answer(429, ACCEPTED), id="429"),
        pytest.param(_answer(429, '{"message-count":"0","messages":[]}'), id="429-of-nothing"),
        pytest.param(
            _answer(420, '{"error-code-label":"too many","messages":[{"status":"0"}]}'), id="420-with-more"
        ),
        pytest.param(_answer(429, "<message><status>0</status></message>"), id="429-in-XML"),
        pytest.param(
            _answer(200, THROTTLED.replace('"status":"1"', '"status":"1","message-id":"0A"')), id="an-id"
        ),
    ],
)
def test_what_may_have_had_an_effect(answer: requests.Response) -> None:
    """A wait is asked for, and the body tells of a message: it is not sent again, and counts."""
    wait = asked_to_wait(answer)

    assert wait is not None
    assert not wait.had_no_effect


# What is done about it


def test_a_throttled_request_is_signed_anew_and_answered(run: Run, app: Consumer) -> None:
    """The provider has seen its nonce; whoever watches reads why it takes so long."""
    run.fake.faults.add(
        match={"path": "/account/get-balance"}, action={"status": 429, "headers": {"Retry-After": "7"}}
    )
    began = run.now
    answer = app.send(app.balance(app.access()))

    first, second = (exchange.request for exchange in run.fake.exchanges[:2][::-1])
    assert answer.status_code == 200
    assert run.now - began >= 7
    assert first.header("authorization") != second.header("Authorization")
    assert run.told == [
        "rest.nexmo.com asks to wait (HTTP 429): GET /account/get-balance again in 7 s, 1 of at most 3 times"
    ]


def test_it_is_repeated_a_bounded_number_of_times(run: Run, app: Consumer) -> None:
    """Each time after a longer wait, where none is told; the last answer is the test's."""
    token = app.access()
    run.fake.faults.add(match={"path": "/account/get-balance"}, times=None, action={"status": 429})
    before = len(run.fake.exchanges)
    answer = app.send(app.balance(token))

    assert answer.status_code == 429
    assert len(run.fake.exchanges) - before == 4
    assert [line.split("again in ")[1] for line in run.told] == [
        f"{seconds} s, {number} of at most 3 times" for number, seconds in ((1, 2), (2, 4), (3, 8))
    ]


def _refused(run: Run, app: Consumer, *, requests: int, times: int | None) -> None:
    run.fake.faults.add(
        match={"path": "/account/get-balance"},
        times=times,
        action={"status": 429, "headers": {"Retry-After": "60"}},
    )
    token = app.access()
    for _ in range(requests):
        app.send(app.balance(token))


def test_who_always_asks_to_wait_is_waited_for_three_requests_long(run: Run, app: Consumer) -> None:
    """A minute for each repetition of each request of a suite is a day: then the run is given up, and nothing is waited for."""
    _refused(run, app, requests=5, times=None)

    assert run.target.patience.exhausted == (
        "rest.nexmo.com asks to wait (HTTP 429) however often it is asked again, 3 times in a row; the run is given up"
    )
    assert len(run.told) == 9


def test_who_lets_a_request_in_now_and_then_is_waited_for(run: Run, app: Consumer) -> None:
    """Two that were not let in, and one that was, and two again."""
    _refused(run, app, requests=3, times=8)
    _refused(run, app, requests=3, times=8)

    assert run.target.patience.exhausted == ""


def test_who_asks_for_an_hour_is_not_waited_for(run: Run, app: Consumer) -> None:
    """A run is not to hang."""
    token = app.access()
    run.fake.faults.add(
        match={"path": "/account/get-balance"}, action={"status": 429, "headers": {"Retry-After": "3600"}}
    )

    assert app.send(app.balance(token)).status_code == 429
    assert run.told == []


@pytest.mark.parametrize(
    "action",
    [{"status": 429}, {"sms_status": "1"}],
    ids=["http", "sms"],
)
def test_a_message_that_was_refused_is_sent_again_and_paid_once(
    run: Run, app: Consumer, action: dict[str, object]
) -> None:
    """A status 1 says for sure that it has not gone out."""
    token = app.access()
    run.fake.faults.add(match={"path": "/sms/json"}, action=action)
    app.send(app.sms(token))

    assert sum(message.status == 0 for message in run.fake.messages) == 1
    assert run.target.budget.sent == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_message_that_may_have_gone_out_is_not_sent_again(run: Run, app: Consumer, status: int) -> None:
    """Not even where trying again later is asked for; and it counts as sent."""
    token = app.access()
    run.fake.faults.add(
        match={"path": "/sms/json"},
        action={"status": status, "headers": {"Retry-After": "1"}, "when": "after"},
    )
    answer = app.send(app.sms(token))

    assert answer.status_code == status
    assert len(run.fake.messages) == 1
    assert run.target.budget.sent == 1


@pytest.mark.parametrize(
    ("path", "tries"), [("/oauth/request_token", 2), ("/oauth/access_token", 1)], ids=str
)
def test_what_does_no_harm_twice_is_asked_again_of_a_server_that_was_away(
    run: Run, app: Consumer, path: str, tries: int
) -> None:
    """A request token more is nothing; an exchange works once, and may have worked."""
    approved = app.approved()
    run.fake.faults.add(match={"path": path}, action={"status": 503})
    before = len(run.fake.exchanges)
    app.send(app.request_token() if "request" in path else app.access_token(approved))

    assert len(run.fake.exchanges) - before == tries


# A test goes on with the call that was answered


def test_a_replay_is_of_what_was_answered(run: Run, app: Consumer) -> None:
    """The nonce of the repetition is the one that was used."""
    call = app.request_token()
    run.fake.faults.add(match={"path": "/oauth/request_token"}, action={"status": 429})
    first, replay = app.send(call), app.send(call)

    assert first.status_code == 200
    assert replay.status_code == 401
    assert "nonce_used" in replay.text


def test_a_mistake_is_still_made_when_it_is_repeated(run: Run, app: Consumer) -> None:
    """What differs between what is sent and what is signed differs again."""
    call = app.request_token()
    wrong = replace(call, nonce=f"{call.nonce}x", signed_as=call)
    run.fake.faults.add(match={"path": "/oauth/request_token"}, action={"status": 429})

    assert "signature_invalid" in app.send(wrong).text


def test_a_nonce_that_a_test_has_chosen_stays(run: Run, app: Consumer) -> None:
    """It is what the test is about; the timestamp is that of the repetition."""
    call = replace(app.request_token(), nonce="7dchars")
    run.fake.faults.add(
        match={"path": "/oauth/request_token"}, action={"status": 429, "headers": {"Retry-After": "5"}}
    )
    answer = app.send(call)
    sent = [exchange.request.header("authorization") or "" for exchange in run.fake.exchanges[:2]]
    later, first = (int(header.partition('oauth_timestamp="')[2].partition('"')[0]) for header in sent)

    assert answer.status_code == 200
    assert all('oauth_nonce="7dchars"' in header for header in sent)
    assert later - first >= 5
