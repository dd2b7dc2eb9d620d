"""Sign in and out, several accounts, and how attempts are slowed down."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import requests

from fake_provider.domain.account import Session
from fake_provider.domain.wire import WireRequest
from fake_provider.fake import FakeNexmo
from fake_provider.ports import Ports
from fake_provider.web.visitors import TooManyAttempts, Visitors
from tests.conftest import Serve, Served
from tests.pages import CUSTOMER, DEVELOPER, Visitor, form_with, text_of


def test_the_login_stands_on_the_page(stranger: Visitor) -> None:
    """This is a fake: the start page says who can sign in, and with what password."""
    page = text_of(stranger.open("/"))

    assert f"Sign in as {DEVELOPER} or {CUSTOMER} with the password nexmo" in page


def test_a_chosen_password_is_not_told(serve: Serve, stranger: Visitor) -> None:
    """An account whose password somebody chose is not listed with the password that it has not."""
    served = serve()
    served.control("POST", "/accounts", {"email": "ann@example.com", "password": "s3cret!"})

    page = text_of(Visitor(served.url).open("/sign-in"))

    assert "ann@example.com" not in page
    assert "s3cret!" not in page


def test_signing_in_leads_to_the_start_page(stranger: Visitor) -> None:
    """After it the three commands are there, with the account's own key and secret."""
    page = stranger.sign_in()

    assert "Next: three commands" in text_of(page)
    assert "api_secret=fake-api-secret" in page.text


def test_each_account_sees_itself(developer: Visitor, customer: Visitor) -> None:
    """Two people are signed in at the same time, each as themselves."""
    assert DEVELOPER in text_of(developer.open("/settings"))
    assert CUSTOMER in text_of(customer.open("/settings"))
    assert "fake-api-secret-2" not in developer.open("/settings").text


def test_signing_out(developer: Visitor) -> None:
    """After it the pages ask to sign in again, with the old cookie too."""
    cookies = developer.session.cookies.copy()
    page = developer.press(developer.open("/"), "Sign out")

    assert "You are signed out." in text_of(page)
    assert developer.open("/messages").url.endswith("/sign-in?next=%2Fmessages")
    developer.session.cookies = cookies
    assert "/sign-in" in developer.open("/messages").url


PAGES = ["/messages?q=a", "/requests", "/apps", "/authorized", "/settings", "/faults", "/conversations"]


@pytest.mark.parametrize("path", PAGES)
def test_who_has_not_signed_in_is_asked_to_and_comes_back(path: str, stranger: Visitor) -> None:
    """A page that was asked for is shown after signing in."""
    asked = stranger.open(path)

    page = stranger.press(asked, "Sign in", email=DEVELOPER, password="nexmo")

    assert form_with(asked, "Sign in").fields["next"] == path
    assert page.url == stranger.url + path


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "//[",
        "/x" * 2_000,
        "http://[",
        "",
    ],
)
def test_no_form_leads_elsewhere(target: str, stranger: Visitor) -> None:
    """Where signing in leads is an address of this site, whatever the link said."""
    asked = stranger.open("/sign-in", params={"next": target})

    form = form_with(asked, "Sign in")
    answer = stranger.session.post(
        f"{stranger.url}/sign-in",
        data=form.fields | {"email": DEVELOPER, "password": "nexmo", "next": target},
        allow_redirects=False,
        timeout=10,
    )

    assert form.fields["next"] == "/"
    assert answer.headers["location"] == "/"


def test_a_wrong_password(stranger: Visitor) -> None:
    """It says so, keeps the e-mail and where one wanted to go, and shows no password again."""
    page = stranger.press(stranger.open("/requests"), "Sign in", email=DEVELOPER, password="gue$$ed")

    form = form_with(page, "Sign in")
    assert page.status_code == 403
    assert "No account has this e-mail and password." in text_of(page)
    assert (form.fields["email"], form.fields["next"]) == (DEVELOPER, "/requests")
    assert "gue$$ed" not in page.text


def test_the_session_is_a_new_one(stranger: Visitor) -> None:
    """Signing in changes the cookie: who planted the old one is not signed in."""
    stranger.open("/sign-in")
    before = dict(stranger.session.cookies)

    stranger.sign_in()

    assert dict(stranger.session.cookies) != before


class RecordingPause:
    """Waits for nothing, and remembers how long it would have."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def end(self) -> None:
        """Nobody waits."""


def visitors(pause: RecordingPause) -> Visitors:
    """Return the visitors of a fake whose waiting is recorded."""
    ports = FakeNexmo()._ports
    return Visitors(
        Ports(store=ports.store, clock=ports.clock, entropy=ports.entropy, outbox=ports.outbox, pause=pause)
    )


def attempts(visitors: Visitors, passwords: Sequence[str], email: str = DEVELOPER) -> list[bool]:
    """Try one password after the other."""
    return [visitors.identified(email, password) is not None for password in passwords]


def test_wrong_passwords_are_answered_later_and_later() -> None:
    """Three are free; from then on each waits twice as long, up to four seconds."""
    pause = RecordingPause()

    assert not any(attempts(visitors(pause), ["wrong"] * 10))

    assert pause.waited == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_the_right_password_ends_it() -> None:
    """Who signs in at last begins anew; another account was never slowed down."""
    pause = RecordingPause()
    some = visitors(pause)

    assert attempts(some, ["wrong"] * 4 + ["nexmo", "wrong", "nexmo"])[-1]
    assert attempts(some, ["nexmo"], CUSTOMER) == [True]

    assert pause.waited == [0.25, 0.5]


def test_an_account_that_is_not_there_is_slowed_down_alike() -> None:
    """How long it takes does not tell who has an account."""
    pause = RecordingPause()

    attempts(visitors(pause), ["wrong"] * 5, "nobody@example.com")

    assert pause.waited == [0.25, 0.5]


def test_asking_side_by_side_does_not_help() -> None:
    """Eight attempts wait at the most; the next is not looked at."""

    class Nested(RecordingPause):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            some.identified(DEVELOPER, "wrong")  # another one comes while this one waits

    pause = Nested()
    some = visitors(pause)

    with pytest.raises(TooManyAttempts):
        attempts(some, ["wrong"] * 4)

    assert len(pause.waited) == 8


def test_names_that_somebody_makes_up_are_not_remembered() -> None:
    """However many accounts are guessed that are not there, the counts of those that are stay what they are."""
    pause = RecordingPause()
    some = visitors(pause)
    attempts(some, ["wrong"] * 5)

    for number in range(1_100):
        some.knows("nobody", f"{number}", "")
    pause.waited.clear()
    attempts(some, ["wrong"])

    assert pause.waited == [1.0]


def test_guessing_one_account_keeps_nobody_else_out() -> None:
    """Those who wait for one account take no place of another's."""

    class Nested(RecordingPause):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if len(self.waited) <= 8:
                attempts(some, ["wrong"])

    pause = Nested()
    some = visitors(pause)
    attempts(some, ["wrong"] * 3, CUSTOMER)
    with pytest.raises(TooManyAttempts):
        attempts(some, ["wrong"] * 4)

    assert attempts(some, ["nexmo"], CUSTOMER) == [True]


def test_those_who_only_look_sign_nobody_out(developer: Visitor, documented: Served) -> None:
    """A health check without a cookie, a thousand times, ends no session of somebody who has signed in."""
    for _ in range(1_050):
        documented.fake.application.respond(
            WireRequest(method="GET", scheme="http", host="localhost", target="/sign-in")
        )

    assert developer.open("/messages").url.endswith("/messages")


def test_many_who_have_signed_in_keep_nobody_out(documented: Served) -> None:
    """However many sessions are open, the next visitor can sign in: a browser suite opens one for each test."""
    store = documented.fake._ports.store
    for number in range(1_100):
        store.save_session(Session(id=f"s{number}", csrf_token="c", account=DEVELOPER, created_at=0.0))

    page = Visitor(documented.url).sign_in()

    assert "Next: three commands" in text_of(page)


def test_an_answer_that_is_late_undoes_nothing(developer: Visitor) -> None:
    """A browser that has its cookie is not given it again: by then it may have a newer one."""
    for path in ("/", "/messages", "/messages?seen=x", "/messages/99"):
        assert "set-cookie" not in developer.open(path, headers={"HX-Request": "true"}).headers


def test_a_reset_forgets_no_failures(documented: Served) -> None:
    """Who guesses does not begin anew by putting everything back."""
    store = documented.fake._ports.store
    store.count_failure("account x")

    documented.fake.reset()

    assert store.count_failure("account x") == 2


def test_signing_out_is_not_undone_by_a_token_that_comes_late(serve: Serve) -> None:
    """The control token is given while it waits; whoever signs out meanwhile stays signed out."""
    served = serve(control_token="t0ken")
    visitor = Visitor(served.url)
    visitor.sign_in()
    store = served.fake._ports.store
    session = store.session(visitor.session.cookies["fake_nexmo_session"])
    assert session is not None
    visitor.press(visitor.open("/apps"), "Sign out")

    after = Visitors(served.fake._ports).unlock(session)

    assert after is session
    assert store.session(session.id) is None


def test_too_many_at_once_is_a_429(
    documented: Served, stranger: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says to wait, and keeps the e-mail."""

    def refuse(*_: object) -> None:
        raise TooManyAttempts

    monkeypatch.setattr(Visitors, "identified", refuse)

    page = stranger.sign_in()

    assert page.status_code == 429
    assert "Wait a few seconds" in text_of(page)
    assert form_with(page, "Sign in").fields["email"] == DEVELOPER


def test_where_the_real_dashboard_had_its_pages(developer: Visitor) -> None:
    """Addresses in old READMEs lead to what has taken their place."""
    assert developer.open("/private/settings").url.endswith("/settings")
    assert developer.open("/private/dashboard").url == f"{developer.url}/"


def test_a_control_token_is_asked_for_once(serve: Serve) -> None:
    """Where control calls need the token, the pages that do their work ask for it; the account's own do not."""
    visitor = Visitor(serve(control_token="t0ken-of-the-operator").url)
    visitor.sign_in()
    asked = visitor.open("/requests")

    wrong = visitor.press(asked, "Open", control_token="guessed")
    page = visitor.press(wrong, "Open", control_token="t0ken-of-the-operator")

    assert asked.url.endswith("/unlock?next=%2Frequests")
    assert wrong.status_code == 403
    assert page.url.endswith("/requests")
    assert visitor.open("/faults").url.endswith("/faults")
    assert Visitor(serve(control_token="x").url).sign_in().status_code == 200


def test_without_the_control_token_nothing_is_told(serve: Serve) -> None:
    """The start page shows no messages, and no page of the operator answers."""
    served = serve(control_token="t0ken-of-the-operator")
    served.sms(text="for your eyes only")
    visitor = Visitor(served.url)
    start = visitor.sign_in()

    assert "for your eyes only" not in start.text
    for path in ("/messages", "/messages/1", "/conversations", "/requests", "/requests/1", "/faults"):
        assert "/unlock" in visitor.open(path).url
    poll = visitor.open("/messages?seen=x", headers={"HX-Request": "true"})
    assert (poll.headers["hx-refresh"], poll.content) == ("true", b"")
    assert visitor.open("/apps").url.endswith("/apps")


def test_no_session_is_needed_to_read_the_api(documented: Served) -> None:
    """An address that pages share the beginning of with nothing is the API's as before."""
    assert requests.get(f"{documented.url}/account/get-balance", timeout=10).status_code == 401
    assert requests.get(f"{documented.url}/messages/json", timeout=10).status_code == 404
    assert documented.fake.exchanges[0].request.path == "/messages/json"
