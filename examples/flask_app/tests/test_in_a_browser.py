"""The whole way of a user, in a real browser, at a Nexmo that is a server of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from texting import create_app
from visitor import served

from fake_provider.pytest_plugin import FakeNexmoServer

_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def address(fake_nexmo_server: FakeNexmoServer) -> Iterator[str]:
    """Where the application is; it is told where Nexmo is, as it would be on a developer's machine."""
    consumer = fake_nexmo_server.fake.consumer
    app = create_app(
        {
            "NEXMO_CONSUMER_KEY": consumer.consumer_key,
            "NEXMO_CONSUMER_SECRET": consumer.consumer_secret,
            "NEXMO_DASHBOARD_URL": fake_nexmo_server.url,
            "NEXMO_REST_URL": fake_nexmo_server.url,
        }
    )
    with served(app) as url:
        yield url


@pytest.mark.fake_nexmo(strict_findings=True)
def test_login_send_receipt(page: Page, address: str, fake_nexmo_server: FakeNexmoServer) -> None:
    """She logs in at Nexmo, lets the application send for her, and reads that her SMS was delivered."""
    page.goto(address)
    page.get_by_role("button", name="Log in with Nexmo").click()
    page.get_by_label("E-mail").fill("customer@example.com")
    page.get_by_label("Password").fill("nexmo")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("To").fill("+44 7700 900000")
    page.get_by_label("Text").fill("hello")
    page.get_by_role("button", name="Send").click()
    fake_nexmo_server.fake.clock.advance(1)  # the receipt has come when this returns
    page.reload()

    expect(page.get_by_role("listitem")).to_have_text("447700900000 hello: sent, delivered")
    assert [message.account for message in fake_nexmo_server.fake.messages] == ["customer@example.com"]


def test_she_says_no(page: Page, address: str) -> None:
    """The application says that nothing was done."""
    page.goto(address)
    page.get_by_role("button", name="Log in with Nexmo").click()
    page.get_by_label("E-mail").fill("customer@example.com")
    page.get_by_label("Password").fill("nexmo")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Deny").click()

    expect(page.get_by_role("alert")).to_contain_text("You have not let us send SMS for you.")
