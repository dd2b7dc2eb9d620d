"""The documentation site as a reader sees it: wide and narrow, light and dark, by keyboard, from the disk and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_dashboard import AXE
from tests.programs import lacking

PAGES = (
    "index",
    "contract",
    "first-hour",
    "ci",
    "conformance",
    "readme",
    "reference/commands",
    "reference/control-api",
    "reference/findings",
    "reference/python",
    "search",
)
VIEWS = {"wide": (1280, 900, "light"), "dark": (1280, 900, "dark"), "phone": (360, 740, "light")}


@pytest.fixture(params=VIEWS)
def reader(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A reader's page, in one of the views; she has no network."""
    width, height, scheme = VIEWS[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        offline=True,
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name: str, reader: Page, site: Path) -> None:
    """It fits, can be used by everyone, says nothing in the console, and asks for nothing but files of the site."""
    if not AXE.is_file():
        lacking("axe-core is missing (make test installs it by npm)")
    asked: list[str] = []
    said: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.on("console", lambda message: said.append(message.text))
    reader.on("pageerror", lambda error: said.append(str(error)))

    reader.goto((site / f"{name}.html").as_uri())
    reader.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = reader.evaluate(
        "axe.run({preload: false}).then(done => done.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"
    )

    assert found == []
    assert [url for url in asked if not url.startswith(site.as_uri())] == []
    assert said == []
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_search(page: Page, site: Path) -> None:
    """A code leads to the page that explains it, from the disk too."""
    page.goto((site / "index.html").as_uri())
    page.get_by_role("textbox", name="Search").fill("nonce-used")
    page.keyboard.press("Enter")

    expect(
        page.locator("#search-results").get_by_role("link", name="Findings and diagnoses").first
    ).to_be_visible()


def test_on_a_phone_the_tree_is_behind_a_button(chromium: Browser, site: Path) -> None:
    """The button opens it, and a page is one tap away."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto((site / "index.html").as_uri())

    page.locator("header.mobile-header label[for='__navigation']").click()
    page.locator(".sidebar-tree").get_by_role("link", name="Debug a signature").click()

    expect(page.get_by_role("heading", name="Debug a signature", level=1)).to_be_visible()
    context.close()
