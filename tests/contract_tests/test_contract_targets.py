"""What guards a live run: its variables, its pace, its budget; and who authorizes there.

The real host names lead to a fake in this process, so nothing leaves it.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import TextIO

import pytest
import requests

from contract_tests.authorizers import Person
from contract_tests.choice import chosen
from contract_tests.consumer import Consumer
from contract_tests.live import Live, Pace
from contract_tests.receiver import Receiver
from contract_tests.signing import Credentials, Pairs
from contract_tests.spending import MAX_LIVE_MESSAGES, Budget, changes_the_account, messages_at_most
from contract_tests.targets import NoFake, Provider, TargetError, Url, listed_price
from fake_provider import FakeNexmo
from tests.addresses import NO_ADDRESSES

pytest_plugins = "pytester"

APP = {"NEXMO_CONSUMER_KEY": "fake-consumer-key", "NEXMO_CONSUMER_SECRET": "fake-consumer-secret"}
TOKEN = {"NEXMO_ACCESS_TOKEN": "a" * 32, "NEXMO_ACCESS_TOKEN_SECRET": "b" * 32}
TO = {"NEXMO_SMS_TO": "447700900023"}


class Terminal(StringIO):
    """Keeps what was written after it is closed."""

    def close(self) -> None:
        """Stay open."""


@pytest.fixture(autouse=True)
def nobody_at_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test depend on where it is run."""
    monkeypatch.setattr("contract_tests.live.somebody_is_there", lambda: False)


@pytest.fixture
def fake() -> Iterator[FakeNexmo]:
    """What the real host names lead to."""
    fake = FakeNexmo()
    with fake.intercept():
        yield fake


def _no_pace() -> Pace:
    return Pace(sleep=lambda seconds: None)


def _live(
    fake: FakeNexmo, *, allow_sms: bool = True, budget: Budget | None = None
) -> tuple[Live, Credentials]:
    target = Live(
        {**APP, **TO},
        allow_sms=allow_sms,
        person=Person(),
        budget=budget or Budget(),
        pace=_no_pace(),
    )
    target.authorizer = _Deciding(fake)
    with target.open() as provider:
        return target, Consumer(provider, provider.client).access()


class _Deciding(Person):
    """A person who needs no terminal."""

    def __init__(self, fake: FakeNexmo) -> None:
        super().__init__()
        self._fake = fake

    def approve(self, oauth_token: str, page: str):  # type: ignore[no-untyped-def]
        return self._fake.authorize(oauth_token)


def _app(provider: Provider) -> Consumer:
    return Consumer(provider, provider.client)


# Variables


@pytest.mark.parametrize(
    ("environment", "allow_sms", "missing"),
    [
        pytest.param({}, False, [*APP, *TOKEN], id="nothing-is-set"),
        pytest.param(APP, False, list(TOKEN), id="no-token-and-nobody-there"),
        pytest.param(TOKEN, False, list(APP), id="no-app"),
        pytest.param(
            {**APP, "NEXMO_ACCESS_TOKEN": "x"}, False, ["NEXMO_ACCESS_TOKEN_SECRET"], id="half-a-token"
        ),
        pytest.param({**APP, **TOKEN}, True, list(TO), id="sms-to-nobody"),
        pytest.param({**APP, **TOKEN, "NEXMO_CONSUMER_KEY": " "}, False, ["NEXMO_CONSUMER_KEY"], id="blank"),
    ],
)
def test_all_missing_variables_are_named_on_one_line(
    environment: dict[str, str], allow_sms: bool, missing: list[str]
) -> None:
    """Who wants to go live reads at once what is missing, and no value."""
    with pytest.raises(TargetError) as caught:
        chosen("live", allow_sms=allow_sms, environment=environment)

    assert str(caught.value) == f"--nexmo-target live needs {', '.join(missing)} in the environment"


def test_somebody_at_the_terminal_stands_for_a_token() -> None:
    """With a person to ask, the app's credentials are enough."""
    assert Live(APP, person=Person()).capabilities == frozenset()


@pytest.mark.parametrize("name", ["", "real", "localhost:8080", "ftp://127.0.0.1"])
def test_a_target_must_be_one(name: str) -> None:
    """Anything but the two names and a URL is refused."""
    with pytest.raises(TargetError, match="in-process, live, replay:DIR or an http"):
        chosen(name, allow_sms=False, environment={})


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_a_url_must_be_one(url: str) -> None:
    """It is said in one line, which repeats no password and moves no cursor."""
    with pytest.raises(TargetError) as caught:
        chosen(url, allow_sms=False, environment={})

    assert str(caught.value).startswith("--nexmo-target: ")
    assert str(caught.value).isprintable()
    assert "p4ss" not in str(caught.value)


def test_a_password_in_a_url_ends_the_run(pytester: pytest.Pytester) -> None:
    """Before anything is shown that has it."""
    run = pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "--nexmo-target", "http://ann:p4ss@127.0.0.1:9"
    )

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    assert "p4ss" not in f"{run.stdout}{run.stderr}"
    assert "leave out what is before the @" in str(run.stderr)


def test_what_moves_a_cursor_is_not_shown(pytester: pytest.Pytester) -> None:
    """Whatever is wrong with a target."""
    run = pytester.runpytest_inprocess("-p", "no:cacheprovider", "--nexmo-target", "replay:\x1b[2Jx")

    assert run.ret == pytest.ExitCode.USAGE_ERROR
    run.stderr.fnmatch_lines(["ERROR: --nexmo-target replay:\\x1b*there is no such folder"])


def test_nothing_at_a_url() -> None:
    """A server that is not up is a wrong target, not a hundred failures."""
    with FakeNexmo().serve() as server:
        url = server.url

    with pytest.raises(TargetError, match="nothing answers at"):
        Url(url)


@pytest.mark.parametrize("location", ["/elsewhere", "http://[", "\xff"])
def test_a_redirect_that_leads_nowhere_is_no_fake(location: str) -> None:
    """Whatever stands there is an answer, and one line says so."""
    with Receiver(status=302, location=location) as receiver, pytest.raises(NoFake, match="answers 302"):
        Url(receiver.url.removesuffix("/hook"))


def test_a_url_tells_its_profile() -> None:
    """What is strict is known to be strict."""
    with FakeNexmo(profile="strict").serve() as server:
        assert Url(f"{server.url}/").profile == "strict"


@pytest.mark.parametrize("auto_approve", [False, True])
def test_a_url_tells_whether_its_user_is_asked(auto_approve: bool) -> None:
    """A fake that approves at once can be held to nothing that its pages would ask."""
    with FakeNexmo(auto_approve=auto_approve).serve() as server:
        assert Url(server.url).asks is not auto_approve


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"NEXMO_CONTROL_TOKEN": "control-me"}, id="of-the-tests"),
        pytest.param({"FAKE_NEXMO_CONTROL_TOKEN": "control-me"}, id="of-the-fake"),
        pytest.param(
            {"NEXMO_CONTROL_TOKEN": "control-me", "FAKE_NEXMO_CONTROL_TOKEN": "another"}, id="the-former-wins"
        ),
        pytest.param(
            {"NEXMO_CONTROL_TOKEN": "", "FAKE_NEXMO_CONTROL_TOKEN": "control-me"}, id="an-empty-one-is-none"
        ),
    ],
)
def test_a_control_token_is_asked_for_and_used(environment: dict[str, str]) -> None:
    """A guarded control API is no obstacle to who has its token, under either name."""
    with FakeNexmo(control_token="control-me").serve() as server:
        with pytest.raises(TargetError, match="NEXMO_CONTROL_TOKEN"):
            chosen(server.url, allow_sms=False, environment={})
        target = chosen(server.url, allow_sms=False, environment=environment)

    assert target.profile == "documented"


# Pace


def test_requests_keep_a_second_apart() -> None:
    """The first goes at once, the next one waits for what is left of its second."""
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(monotonic=lambda: now[0], sleep=sleep)
    pace.keep()
    now[0] += 0.25
    pace.keep()
    now[0] += 5
    pace.keep()

    assert slept == [0.75]


# Budget


def test_an_eleventh_message_is_not_sent(fake: FakeNexmo) -> None:
    """Whatever tests there are, ten messages are the most of one run."""
    target, token = _live(fake)
    with target.open() as provider:
        app = _app(provider)
        for _ in range(MAX_LIVE_MESSAGES):
            app.send(app.sms(token))
        with pytest.raises(pytest.skip.Exception, match="10 messages"):
            app.send(app.sms(token))

    assert len(fake.messages) == 10
    assert target.spent() == "10 of at most 10 messages were sent, 0.333 EUR as answered"


def test_every_part_counts(fake: FakeNexmo) -> None:
    """A long text is as many messages as it has parts."""
    target, token = _live(fake)
    with target.open() as provider:
        app = _app(provider)
        app.send(app.sms(token, {"text": "a" * 307}, shape="post-json"))

    assert target.budget.sent == 3


def test_what_might_exceed_the_budget_is_not_sent(fake: FakeNexmo) -> None:
    """A text is weighed before it is sent, and at its heaviest."""
    target, token = _live(fake, budget=Budget(most=2))
    with target.open() as provider:
        app = _app(provider)
        with pytest.raises(pytest.skip.Exception):
            app.send(app.sms(token, {"text": "я" * 135, "type": "unicode"}))

    assert len(fake.messages) == 0


def test_a_refused_message_costs_nothing(fake: FakeNexmo) -> None:
    """Only what was accepted is counted."""
    target, token = _live(fake)
    with target.open() as provider:
        app = _app(provider)
        app.send(app.sms(Credentials(token.key, "wrong")))
        app.send(app.sms(token, {"to": "invalid"}))

    assert target.budget.sent == 0


def test_a_limit_in_money(fake: FakeNexmo) -> None:
    """Before a price was told it is the price list's, and after that what the last message cost."""
    estimate = listed_price("447700900023")
    target, token = _live(fake, budget=Budget(most_eur=estimate * 2, each_eur=lambda: estimate))
    with target.open() as provider:
        app = _app(provider)
        app.send(app.sms(token))
        app.send(app.sms(token))
        with pytest.raises(pytest.skip.Exception, match=r"0\.0666\d* EUR"):
            app.send(app.sms(token))

    assert len(fake.messages) == 2
    assert target.budget.spent_eur == estimate * 2


def test_an_answer_that_cannot_be_read_has_cost_all(fake: FakeNexmo) -> None:
    """Nobody knows whether the message went out."""
    target, token = _live(fake)
    fake.faults.add(match={"path": "/sms/json"}, action={"malformed": True, "when": "after"})
    with target.open() as provider:
        app = _app(provider)
        app.send(app.sms(token, {"text": "a" * 161}, shape="post-form"))

    assert target.budget.sent == 2


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/settings", (("newSecret", "Abcdef12"),)),
        ("/account/settings/", (("moCallBackUrl", ""),)),
        ("/account/top-up", (("trx", "00X123456Y7890123Z"),)),
        ("/number/buy", (("country", "GB"), ("msisdn", "447700900400"))),
        ("/number/cancel", (("country", "GB"), ("msisdn", "447700900400"))),
        ("/number/update", (("country", "GB"), ("msisdn", "447700900400"))),
    ],
)
@pytest.mark.parametrize("place", ["form", "query"])
def test_nothing_changes_the_account(fake: FakeNexmo, path: str, form: Pairs, place: str) -> None:
    """Whatever a test tries: no number is bought, no secret made anew, however it is asked for."""
    target, token = _live(fake)
    before = len(fake.exchanges)
    with target.open() as provider:
        app = _app(provider)
        call = app.api(token, path, form=form) if place == "form" else app.api(token, path, form)
        with pytest.raises(pytest.skip.Exception, match="changes the account"):
            app.send(call)

    assert len(fake.exchanges) == before


@pytest.mark.parametrize("shape", ["get-query", "post-form", "post-json"])
def test_without_permission_no_sms_leaves(fake: FakeNexmo, shape: str) -> None:
    """However it is shaped, and though its signature may be wrong."""
    target, token = _live(fake, allow_sms=False)
    with target.open() as provider:
        app = _app(provider)
        with pytest.raises(pytest.skip.Exception, match="--allow-sms"):
            app.send(app.sms(token, shape=shape))

    assert len(fake.messages) == 0


@pytest.mark.parametrize("to", ["447700900024", "+447700900024", "44 7700 900023", "٤٤٧٧٠٠٩٠٠٠٠٠"])
def test_no_sms_goes_to_anybody_else(fake: FakeNexmo, to: str) -> None:
    """NEXMO_SMS_TO is the only recipient."""
    target, token = _live(fake)
    with target.open() as provider:
        app = _app(provider)
        with pytest.raises(pytest.skip.Exception, match="another number"):
            app.send(app.sms(token, {"to": to}))


@pytest.mark.parametrize("path", ["/%73ms/json", "//sms/json", "/SMS/json", "/sms//json"])
def test_no_spelling_of_the_path_gets_an_sms_out(fake: FakeNexmo, path: str) -> None:
    """A provider may read more than one as the same."""
    target, token = _live(fake, allow_sms=False)
    with target.open() as provider:
        app = _app(provider)
        with pytest.raises(pytest.skip.Exception, match="--allow-sms"):
            app.send(app.sms(token, path=path))


HIDDEN = [
    "/account/../sms/json",
    "/account/%2e%2e/sms/json",
    "/account/%252e%252e/sms/json",
    "/account/..;/sms/json",
    "/account\\..\\sms/json",
    "/account/%5c../sms/json",
    "/%c0%ae/sms/json",
    "/account;/settings",
    "/./number/buy",
]


@pytest.mark.parametrize("path", HIDDEN)
def test_a_path_that_may_be_read_in_more_than_one_way(fake: FakeNexmo, path: str) -> None:
    """Servers differ in what they make of it, and so nothing is sent there."""
    target, token = _live(fake)
    before = len(fake.exchanges)
    with target.open() as provider:
        app = _app(provider)
        with pytest.raises(pytest.skip.Exception, match="may be read in more than one way"):
            app.send(app.sms(token, path=path))

    assert len(fake.exchanges) == before


def _form(body: bytes, **headers: str) -> requests.PreparedRequest:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    return requests.Request("POST", "https://rest.nexmo.com/sms/json", headers=headers, data=body).prepare()


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(_form(gzip.compress(b"to=447700900024"), **{"Content-Encoding": "gzip"}), id="packed"),
        pytest.param(_form("to=447700900024".encode("utf-16")), id="in-UTF-16"),
        pytest.param(
            _form(b'{"to": "447700900024", "to": "447700900023"}', **{"Content-Type": "application/json"}),
            id="named-twice-in-JSON",
        ),
    ],
)
def test_a_body_that_may_be_for_anybody(request_: requests.PreparedRequest) -> None:
    """It counts as a message, and to nobody's number."""
    messages, to = messages_at_most(request_)

    assert messages == 1
    assert to not in ("", "447700900023")


@pytest.mark.parametrize("shape", ["get-query", "post-form"])
def test_a_recipient_who_is_named_twice_is_nobody(fake: FakeNexmo, shape: str) -> None:
    """Which of the two a provider takes is not known."""
    target, token = _live(fake)
    with target.open() as provider:
        app = _app(provider)
        call = app.sms(token, shape=shape)
        for twice in ("447700900024&to=", f"{provider.sms_to}&to=447700900024&x="):
            other = replace(call, url=f"{call.url}{'&' if '?' in call.url else '?'}to={twice}")
            with pytest.raises(pytest.skip.Exception, match="another number"):
                app.send(other)


@pytest.mark.parametrize("number", ["your-own-number", "+447700900000", "12345"])
def test_the_number_is_one(number: str) -> None:
    """In one line, before anything is sent."""
    with pytest.raises(TargetError, match="NEXMO_SMS_TO: digits with the country code"):
        Live({**APP, **TOKEN, "NEXMO_SMS_TO": number}, allow_sms=True, pace=_no_pace())


# Who knows this app


def test_an_app_that_nobody_knows_ends_the_run(fake: FakeNexmo) -> None:
    """One line, and not a failure of every test: nothing could be found out."""
    target = Live({**APP, "NEXMO_CONSUMER_KEY": "nobody"}, person=Person(), pace=_no_pace())

    with pytest.raises(pytest.exit.Exception) as ended, target.open():
        pass
    assert str(ended.value) == (
        "--nexmo-target live: https://dashboard.nexmo.com/oauth/request_token answers 401 consumer_key_unknown where the app "
        "of NEXMO_CONSUMER_KEY should get a request token"
    )


def _stored(fake: FakeNexmo, **other: str) -> Live:
    token = fake.access_token()
    stored = dict(zip(TOKEN, (token.token, token.secret), strict=True))
    return Live({**APP, **stored, **other}, pace=_no_pace())


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        pytest.param({"NEXMO_ACCESS_TOKEN": "nobodys"}, "token_rejected", id="token"),
        pytest.param({"NEXMO_ACCESS_TOKEN_SECRET": "wrong"}, "signature_invalid", id="its-secret"),
    ],
)
def test_a_token_that_nobody_knows_ends_the_run(fake: FakeNexmo, wrong: dict[str, str], problem: str) -> None:
    """In one line, before thirty tests fail of it, and by a request that costs nothing."""
    target = _stored(fake, **wrong)

    with pytest.raises(pytest.exit.Exception) as ended, target.open():
        pass
    assert ended.value.returncode == pytest.ExitCode.USAGE_ERROR
    assert str(ended.value) == (
        f"--nexmo-target live: https://rest.nexmo.com/account/get-balance answers 401 {problem} where the token of "
        "NEXMO_ACCESS_TOKEN should be accepted"
    )


@pytest.mark.parametrize("status", [401, 420, 500])
def test_another_refusal_says_nothing_of_the_token(fake: FakeNexmo, status: int) -> None:
    """Whether the account API took OAuth to the end is not known: the tests will tell."""
    fake.faults.add(match={"path": "/account/get-balance"}, action={"status": status})
    with _stored(fake).open() as provider:
        assert provider.rest_url


def test_a_challenge_of_oauth_says_it_of_the_token(fake: FakeNexmo) -> None:
    """Where it names no problem: the app was right a moment ago."""
    challenge = {"WWW-Authenticate": 'OAuth realm="here"'}
    fake.faults.add(match={"path": "/account/get-balance"}, action={"status": 401, "headers": challenge})

    with pytest.raises(pytest.exit.Exception, match="answers 401 where the token of"), _stored(fake).open():
        pass


@pytest.mark.parametrize("status", [404, 405, 500, 501])
def test_a_stored_token_needs_no_request_token(fake: FakeNexmo, status: int) -> None:
    """A provider that has no such endpoint can be judged by the others; without a token it could not."""
    fault = {"match": {"path": "/oauth/request_token"}, "action": {"status": status}}
    fake.faults.add(**fault)
    with _stored(fake).open() as provider:
        assert provider.rest_url

    fake.faults.add(**fault)
    alone = Live(APP, person=Person(), pace=_no_pace())
    with pytest.raises(pytest.exit.Exception, match=f"answers {status}"), alone.open():
        pass


def test_it_is_asked_once(fake: FakeNexmo) -> None:
    """Two requests of the run are for that, before the first test; the second where a token is stored."""
    target = _stored(fake)
    for _ in range(3):
        with target.open():
            pass

    asked = [exchange.request.path for exchange in reversed(fake.exchanges)]
    assert asked == ["/oauth/request_token", "/account/get-balance"]


# People


def test_a_person_is_shown_the_page_and_types_the_verifier() -> None:
    """The terminal is written to and read from, whatever pytest captures."""
    screen, keyboard = Terminal(), Terminal("  abcd1234 \n")
    streams: dict[str, TextIO] = {"w": screen, "r": keyboard}
    decision = Person(open_terminal=streams.__getitem__).approve(
        "t", "https://dashboard.nexmo.com/oauth/authorize?x"
    )

    assert "https://dashboard.nexmo.com/oauth/authorize?x" in screen.getvalue()
    assert decision.verifier == "abcd1234"


def test_a_person_may_paste_the_address() -> None:
    """After a callback the verifier stands in the address at which the browser has arrived."""
    keyboard = Terminal("https://app.example/cb?state=1&oauth_token=t&oauth_verifier=abcd1234\n")
    streams: dict[str, TextIO] = {"w": Terminal(), "r": keyboard}
    decision = Person(open_terminal=streams.__getitem__).approve("t", "https://dashboard.nexmo.com/x")

    assert decision.verifier == "abcd1234"


@pytest.mark.parametrize("decided", ["approve", "deny"])
def test_the_end_of_the_terminal_is_no_decision(decided: str) -> None:
    """Nobody has authorized anything: the test is skipped, and the next one before it asks for a token."""
    streams: dict[str, TextIO] = {"w": Terminal(), "r": Terminal("")}
    person = Person(open_terminal=streams.__getitem__)

    with pytest.raises(pytest.skip.Exception, match="nobody is there"):
        getattr(person, decided)("t", "https://dashboard.nexmo.com/x")
    with pytest.raises(pytest.skip.Exception, match="nobody is there"):
        person.be_there()


def test_an_empty_line_is_a_decision() -> None:
    """Where the page shows no verifier there is nothing to type but Enter."""
    streams: dict[str, TextIO] = {"w": Terminal(), "r": Terminal("\n")}
    person = Person(open_terminal=streams.__getitem__)

    assert person.approve("t", "https://dashboard.nexmo.com/x").verifier is None
    person.be_there()


def test_a_person_is_asked_for_one_access_token(fake: FakeNexmo) -> None:
    """One consent serves the whole run."""
    target, token = _live(fake)
    with target.open() as provider:
        again = _app(provider).access()

    assert again == token


def test_a_stored_token_is_used_as_it_is_and_authorizes_nothing(fake: FakeNexmo) -> None:
    """A test that needs somebody to say yes is skipped."""
    target = _stored(fake)
    with target.open() as provider:
        app = _app(provider)
        stored = target.environment
        assert app.access() == Credentials(*(stored[name] for name in TOKEN))
        with pytest.raises(pytest.skip.Exception, match="stored token"):
            app.approved()


# Secrets


def test_a_run_knows_its_secrets(fake: FakeNexmo) -> None:
    """The app's, and every one that the provider issues."""
    target, token = _live(fake)

    assert {"fake-consumer-secret", token.secret, token.key} <= target.secrets.known
    assert token.secret not in repr(target)


@pytest.mark.parametrize(
    "path",
    [
        "/account/settings/abcd1234/secret?newSecret=Abcdef99",
        "/number/buy/abcd1234/secret/GB/447700900910",
        "/number/cancel/abcd1234/secret/GB/447700900910",
        "/account/top-up/abcd1234/secret?trx=1",
    ],
)
def test_credentials_in_the_path_hide_no_change(path: str) -> None:
    """As clients of the first years wrote them."""
    request = requests.Request("POST", f"https://rest.nexmo.com{path}").prepare()

    assert changes_the_account(request)
