"""Open pages are kept up to date by polls that mostly answer that nothing is new."""

from __future__ import annotations

import threading

import pytest
import requests

from fake_provider.web.dashboard.live import Renderings
from tests.conftest import Served
from tests.pages import Visitor, soup

LIVE = [
    "/",
    "/messages",
    "/messages?q=hello",
    "/messages/1",
    "/conversations",
    "/conversations/with?number=447700900000",
    "/requests",
    "/faults",
]


def poll(visitor: Visitor, page: requests.Response) -> requests.Response:
    """Ask as the script of an open page does."""
    live = soup(page).select_one("#live")
    assert live is not None
    return visitor.open(str(live["hx-get"]), headers={"HX-Request": "true"})


@pytest.mark.parametrize("path", LIVE)
def test_nothing_new(path: str, developer: Visitor, documented: Served) -> None:
    """The answer is empty, however much later: relative times alone are no news."""
    documented.sms(text="hello")
    page = developer.open(path)

    answer = poll(developer, page)

    assert answer.status_code == 204
    assert answer.content == b""


def test_what_is_new_comes_alone(developer: Visitor, documented: Served) -> None:
    """Only the part that changes is sent, and it asks on from there."""
    page = developer.open("/messages")
    documented.sms(text="hello")
    developer.open("/messages")  # somebody looks at the same page right now

    answer = poll(developer, page)

    assert answer.status_code == 200
    assert "hello" in answer.text
    assert "<html" not in answer.text
    assert poll(developer, answer).status_code == 204


def test_there_is_nothing_of_the_visitor_in_it(
    developer: Visitor, customer: Visitor, documented: Served
) -> None:
    """What is rendered once for all who look holds no token of a form and no name."""
    documented.fake.clock.freeze()
    documented.sms(text="hello")
    documented.fake.faults.add(action={"drop": True})

    for path in LIVE:
        text = str(soup(developer.open(path)).select_one("#live"))
        assert "csrf_token" not in text
        assert "developer@example.com" not in text
        assert str(soup(customer.open(path)).select_one("#live")) == text


def test_a_page_whose_session_is_over_is_loaded_anew(developer: Visitor, documented: Served) -> None:
    """The script is told to: a sign-in page in the middle of a list would help nobody."""
    page = developer.open("/messages")
    developer.session.cookies.clear()

    answer = poll(developer, page)

    assert answer.headers["hx-refresh"] == "true"
    assert answer.content == b""


def test_who_watches_a_suite_run_is_not_sent_away(developer: Visitor, documented: Served) -> None:
    """A reset between two tests empties the page, and leaves its visitor signed in."""
    documented.sms(text="of the first test")
    page = developer.open("/messages")
    documented.control("POST", "/reset")
    developer.open("/messages")  # so that a second has not to pass

    answer = poll(developer, page)

    assert "of the first test" not in answer.text
    assert "No message yet" in answer.text


class Look:
    """Something to look at, which counts how often that was done."""

    def __init__(self) -> None:
        self.looked = self.rendered = 0
        self.value = "old"

    def __call__(self) -> dict[str, str]:
        self.looked += 1
        return {"value": self.value}

    def render(self, values: object) -> str:
        self.rendered += 1
        return str(values)


class Clock:
    """Time that passes only while somebody works or waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        for name in ("monotonic", "thread_time"):
            monkeypatch.setattr(f"fake_provider.web.dashboard.live.time.{name}", lambda: self.now)


def test_what_takes_long_is_looked_at_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """All open pages together take a fiftieth of the time, and never wait longer than two seconds."""
    clock, renderings = Clock(monkeypatch), Renderings()
    looked: list[str] = []

    def look(view: str, seconds: float) -> None:
        def takes() -> dict[str, int]:
            looked.append(view)
            clock.now += seconds
            return {}

        renderings.current(view, takes, str)

    for _ in range(1000):
        clock.now += 0.1
        look("quick", 0.001)
        look("slow", 0.019)
    assert 90 <= looked.count("quick") <= 105
    assert 90 <= looked.count("slow") <= 105

    looked.clear()
    for _ in range(1000):
        clock.now += 0.1
        look("very slow", 1.0)
    assert 45 <= len(looked) <= 50


def test_many_pages_cost_one_look() -> None:
    """Twenty who ask at the same time share it, and what has not changed is not rendered again."""
    renderings, look = Renderings(), Look()

    threads = [
        threading.Thread(target=renderings.current, args=("view", look, look.render)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (look.looked, look.rendered) == (1, 1)


def test_who_has_changed_something_sees_it_at_once() -> None:
    """A page that is loaded looks now, however recently somebody else did."""
    renderings, look = Renderings(), Look()
    before = renderings.current("view", look, look.render)
    look.value = "new"

    polled = renderings.current("view", look, look.render)
    loaded = renderings.current("view", look, look.render, at_once=True)

    assert polled == before
    assert "new" in loaded.text
    assert loaded.fingerprint != before.fingerprint


def test_views_do_not_pile_up() -> None:
    """Those that nobody looks at any more are forgotten."""
    renderings, look = Renderings(), Look()

    for number in range(1_000):
        renderings.current(number, look, look.render)

    assert len(renderings._views) <= 100
