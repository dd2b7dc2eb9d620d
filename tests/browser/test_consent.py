"""Sign in and consent, as a person does it in a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Served


@pytest.fixture
def callback() -> Iterator[str]:
    """An app that the user comes back to."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<title>app</title><h1>Welcome back</h1>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/cb?state=a%20b"
        server.shutdown()
        thread.join()


def sign_in(page: Page, served: Served, token: str, *, path: str = "/oauth/authorize") -> None:
    """Open the page that the app sends its user to, and sign in."""
    page.goto(f"{served.url}{path}?oauth_token={token}")
    page.get_by_label("E-mail").fill("customer@example.com")
    page.get_by_label("Password").fill("nexmo")
    page.get_by_role("button", name="Sign in").click()


def test_authorize_leads_back_to_the_app(page: Page, documented: Served, callback: str) -> None:
    """After Authorize the browser is at the app's callback, with its own query, the token and the verifier."""
    token = documented.request_token(oauth_callback=callback)
    sign_in(page, documented, token[0])
    expect(page.get_by_role("heading")).to_have_text("Authorize Demo app?")

    page.get_by_role("button", name="Authorize").click()

    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    query = parse_qs(urlsplit(page.url).query)
    assert query["state"] == ["a b"]
    assert query["oauth_token"] == [token[0]]
    exchanged = documented.signed(
        target="/oauth/access_token", token=token, oauth={"oauth_verifier": query["oauth_verifier"][0]}
    ).send()
    assert exchanged.status == 200


def test_deny_leads_back_with_the_problem(page: Page, documented: Served, callback: str) -> None:
    """After Deny the app is told permission_denied."""
    sign_in(page, documented, documented.request_token(oauth_callback=callback)[0])

    page.get_by_role("button", name="Deny").click()

    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    assert "oauth_problem=permission_denied" in page.url


def test_the_verifier_in_large_type(page: Page, documented: Served) -> None:
    """For oob the verifier fills the page, and is what the app needs."""
    token = documented.request_token(oauth_callback="oob")
    sign_in(page, documented, token[0])

    page.get_by_role("button", name="Authorize").click()

    code = page.locator("#oauth_verifier")
    size = code.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    exchanged = documented.signed(
        target="/oauth/access_token", token=token, oauth={"oauth_verifier": code.inner_text()}
    ).send()
    assert size >= 32
    assert exchanged.status == 200


def test_the_keyboard_is_enough(page: Page, documented: Served) -> None:
    """E-mail, Tab, password, Enter, then Tab to Authorize and Enter."""
    page.goto(f"{documented.url}/oauth/authorize?oauth_token={documented.request_token()[0]}")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("developer@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("nexmo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Authorize Demo app?")
    page.keyboard.press("Tab")

    page.keyboard.press("Enter")

    expect(page.get_by_text("Continue in")).to_be_visible()


def test_authenticate_asks_once(page: Page, documented: Served, callback: str) -> None:
    """The second time a signed-in user comes through authenticate, the browser goes straight to the app."""
    first = documented.request_token(oauth_callback=callback)[0]
    sign_in(page, documented, first, path="/oauth/authenticate")
    page.get_by_role("button", name="Authorize").click()
    second = documented.request_token(oauth_callback=callback)[0]

    page.goto(f"{documented.url}/oauth/authenticate?oauth_token={second}")

    expect(page.get_by_role("heading")).to_have_text("Welcome back")
    assert second in page.url


def test_nothing_is_blocked_and_nothing_comes_from_elsewhere(page: Page, documented: Served) -> None:
    """The pages' own policy does not hinder them, and they load nothing but themselves."""
    complaints: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(documented.url)
    sign_in(page, documented, documented.request_token(oauth_callback="oob")[0])
    page.get_by_role("button", name="Authorize").click()
    expect(page.locator("#oauth_verifier")).to_be_visible()

    assert complaints == []
    assert hosts == {urlsplit(documented.url).netloc}


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_the_screen(width: int, page: Page, documented: Served) -> None:
    """From a phone to a wide screen nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": width, "height": 700})
    app = documented.fake.create_app("A-name-without-any-blank-" * 10)
    answer = documented.signed(
        target="/oauth/request_token",
        consumer=(app.client_key, app.client_secret),
        oauth={"oauth_callback": "oob"},
    ).send()
    token = answer.form["oauth_token"]

    steps: tuple[Callable[[], object], ...] = (
        lambda: page.goto(documented.url),
        lambda: page.goto(f"{documented.url}/oauth/authorize?oauth_token={token}"),
        lambda: sign_in(page, documented, token),
        lambda: page.get_by_role("button", name="Authorize").click(),
    )
    for step in steps:
        step()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
