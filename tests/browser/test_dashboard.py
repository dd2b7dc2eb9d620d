"""The dashboard as a person uses it: by clicking what the guide names, by the keyboard, on a phone, and at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from fake_provider import FakeNexmo
from fake_provider.domain.credentials import ClientCredentials
from tests.browser.conftest import REBOUND
from tests.conftest import Served
from tests.pages import CUSTOMER, DEVELOPER
from tests.programs import lacking
from tests.raw import form

AXE = Path(__file__).parents[1] / "real_clients" / "node" / "node_modules" / "axe-core" / "axe.min.js"


def sign_in(page: Page, served: Served, email: str = DEVELOPER) -> None:
    """Sign in on the start page."""
    page.goto(served.url)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("nexmo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Next: three commands")).to_be_visible()


def add_an_app(page: Page, name: str) -> None:
    """Do what the guide's section "Setting up OAuth access" says, from its third step on."""
    page.locator("summary .arrow").click()
    page.get_by_text("Oauth apps", exact=True).click()
    page.get_by_text("Add a new app", exact=True).click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()


def test_the_guides_steps(page: Page, documented: Served) -> None:
    """From nothing to an SMS that arrived, and every request that led to it, by clicking what the guide names."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=documented.url)
    sign_in(page, documented)
    add_an_app(page, "My first app")
    expect(page.get_by_text("Consumer Key", exact=True)).to_be_visible()
    copied = {}
    for name in ("Consumer Key", "Consumer Secret"):
        page.get_by_role("button", name=f"Copy the {name}").click()
        expect(page.locator("#announcement")).to_have_text("Copied")
        copied[name] = page.evaluate("navigator.clipboard.readText()")
    consumer = copied["Consumer Key"], copied["Consumer Secret"]

    token = ask(documented, consumer)
    page.goto(f"{documented.url}/oauth/authorize?oauth_token={token[0]}")
    page.get_by_role("button", name="Authorize").click()
    send(documented, consumer, token, page.locator("#oauth_verifier").inner_text(), "hello from the guide")

    page.goto(documented.url)
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(page.get_by_text("hello from the guide")).to_be_visible()
    page.get_by_role("link", name="Requests", exact=True).click()
    expect(page.locator(".rows .ends bdi")).to_have_text(
        ["/sms/json", "/oauth/access_token", "/oauth/authorize", "/oauth/authorize", "/oauth/request_token"]
    )


def ask(served: Served, consumer: tuple[str, str]) -> tuple[str, str]:
    """Ask for a request token."""
    answer = served.signed(
        target="/oauth/request_token", consumer=consumer, oauth={"oauth_callback": "oob"}
    ).send()
    return answer.form["oauth_token"], answer.form["oauth_token_secret"]


def send(served: Served, consumer: tuple[str, str], token: tuple[str, str], verifier: str, text: str) -> None:
    """Exchange a token, and send an SMS."""
    answer = served.signed(
        target="/oauth/access_token", consumer=consumer, token=token, oauth={"oauth_verifier": verifier}
    ).send()
    access = answer.form["oauth_token"], answer.form["oauth_token_secret"]
    body, headers = form(from_="Acme", to="447700900000", text=text)
    assert (
        served.signed(body=body, headers=list(headers), consumer=consumer, token=access).send().status == 200
    )


def test_without_scripts(chromium: Browser, documented: Served) -> None:
    """The same steps, and a message, in a browser that runs none; there is no button that does nothing."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, documented)

    add_an_app(page, "Plain")
    documented.sms(text="hello")
    page.goto(f"{documented.url}/messages")
    page.get_by_text("hello").click()

    expect(page.get_by_role("heading", name="What became of it")).to_be_visible()
    assert "Without scripts this page shows" in page.content()
    assert page.locator("button.copy:visible").count() == 0
    context.close()


def test_a_message_arrives_while_one_looks(page: Page, documented: Served) -> None:
    """It appears at the top by itself; nothing is loaded anew, and what was focused stays so."""
    documented.sms(text="first")
    sign_in(page, documented)
    page.goto(f"{documented.url}/messages")
    page.evaluate("window.stayed = true")
    page.locator(".rows a.cover").first.focus()

    documented.sms(text="second")

    expect(page.locator(".rows .snippet")).to_have_text(["second", "first"])
    expect(page.locator("#announcement")).to_have_text("Something new has arrived")
    assert page.evaluate("window.stayed")
    assert "first" in page.evaluate("document.activeElement.textContent")
    documented.sms(text="third")
    expect(page.locator(".rows .snippet")).to_have_text(["third", "second", "first"])


def test_what_was_ticked_stays_ticked(page: Page, documented: Served) -> None:
    """Two requests are chosen to be compared while others come in."""
    documented.sms(text="one")
    documented.sms(text="two")
    sign_in(page, documented)
    page.goto(f"{documented.url}/requests")
    page.get_by_label("Compare request 000001").check()
    documented.sms(text="three")
    expect(page.get_by_label("Compare request 000003")).to_be_visible()
    page.get_by_label("Compare request 000002").check()

    page.get_by_role("button", name="Compare two").click()

    expect(page.get_by_role("row", name="text (form)")).to_contain_text("one")
    expect(page.get_by_role("row", name="text (form)")).to_contain_text("two")


def test_a_receipt_comes_in_while_one_looks(page: Page, documented: Served) -> None:
    """The message's page tells it as soon as the clock says so."""
    documented.control("POST", "/clock", {"freeze": True})
    documented.sms(to="447700900305")
    sign_in(page, documented)
    page.goto(f"{documented.url}/messages/1")
    expect(page.get_by_text("delivered, to come")).to_be_visible()

    documented.control("POST", "/clock", {"advance_seconds": 61})

    expect(page.get_by_role("heading", name="What became of it delivered")).to_be_visible()


def test_a_reply(page: Page, documented: Served) -> None:
    """Written on the phone of the conversation, it stands there, and comes in at the account."""
    documented.sms(from_="447700900400", to="447700900007", text="Are you there?")
    sign_in(page, documented)
    page.goto(f"{documented.url}/conversations")
    page.get_by_text("Are you there?").click()

    page.get_by_label("Text").fill("Yes, I am!")
    page.get_by_role("button", name="Send").click()

    expect(page.locator(".bubble .text")).to_contain_text(["Are you there?", "Yes, I am!"])
    (inbound,) = documented.fake._ports.store.inbound(DEVELOPER)
    assert (inbound.msisdn, inbound.to, inbound.text) == ("447700900007", "447700900400", "Yes, I am!")


def test_a_diagnosis(page: Page, documented: Served) -> None:
    """From the list to why it was refused; one's own base string is laid beside the expected one."""
    documented.signed(target="/oauth/request_token", change=lambda signature: "AAAA" + signature[4:]).send()
    sign_in(page, documented)
    page.get_by_role("link", name="Requests", exact=True).click()
    page.get_by_role("link", name="POST /oauth/request_token").click()
    expect(page.get_by_role("heading", name="Why it was refused")).to_be_visible()
    expected = page.locator("#expected-base-string").inner_text()

    page.get_by_label("Your base string").fill(expected.replace("HMAC-SHA1", "PLAINTEXT"))
    page.get_by_role("button", name="Lay them side by side").click()

    expect(page.locator("tr.differs mark")).to_have_text(["HMAC-SHA1", "PLAINTEXT"])


def test_a_fault_and_the_clock(page: Page, documented: Served) -> None:
    """A fault is planned by the form, met, and gone; the clock moves by a button."""
    sign_in(page, documented)
    page.get_by_role("link", name="Faults and clock").click()
    page.get_by_label("What happens").select_option("sms_status")
    page.get_by_label("Value").first.fill("1")
    page.get_by_role("button", name="Plan the fault").click()
    expect(page.get_by_text("The SMS is refused with a status: 1")).to_be_visible()

    assert documented.part()["status"] == "1"

    expect(page.get_by_text("None. Plan one")).to_be_visible()
    before = documented.fake.clock.now()
    page.get_by_role("button", name="1 day").click()
    expect(page.get_by_text("The clock was moved.")).to_be_visible()
    assert documented.fake.clock.now() - before >= 86400


def test_the_keyboard_alone(page: Page, documented: Served) -> None:
    """Signing in, the menu, a new app and a filter, without a mouse."""
    press, write = page.keyboard.press, page.keyboard.type
    page.goto(documented.url)
    expect(page.get_by_label("E-mail")).to_be_focused()  # or the first letters are lost on a busy machine
    write(DEVELOPER)
    press("Tab")
    write("nexmo")
    press("Enter")
    expect(page.get_by_role("heading", name="Next: three commands")).to_be_visible()
    tab_to(page, DEVELOPER)
    press("Enter")
    press("Tab")
    expect(page.get_by_role("link", name="Oauth apps")).to_be_focused()
    press("Escape")
    expect(page.get_by_role("link", name="Oauth apps")).to_be_hidden()
    press("Enter")
    press("Tab")
    press("Enter")
    expect(page.get_by_role("heading", name="Oauth apps")).to_be_visible()
    tab_to(page, "Add a new app")
    press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    write("By keyboard")
    press("Enter")
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()

    page.goto(f"{documented.url}/messages")
    press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    press("Enter")
    press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has *text* is focused; every stop on the way can be seen."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if text in page.evaluate("document.activeElement.textContent"):
            return
    pytest.fail(f"{text} was not reached")


def test_two_accounts(chromium: Browser, documented: Served) -> None:
    """One registers an app, the other authorizes it and takes it back; each sees their own side, at the same time."""
    one, other = chromium.new_context().new_page(), chromium.new_context().new_page()
    sign_in(one, documented)
    add_an_app(one, "Shared app")
    consumer = one.locator("#consumer-key").inner_text(), one.locator("#consumer-secret").inner_text()
    sign_in(other, documented, CUSTOMER)
    token = ask(documented, consumer)
    other.goto(f"{documented.url}/oauth/authorize?oauth_token={token[0]}")
    other.get_by_role("button", name="Authorize").click()
    send(documented, consumer, token, other.locator("#oauth_verifier").inner_text(), "hello")

    one.reload()
    expect(one.get_by_text(f"access token of {CUSTOMER}")).to_be_visible()
    other.goto(f"{documented.url}/authorized")
    other.get_by_role("button", name="Revoke Shared app").click()
    expect(other.get_by_text("None. When an app sends you")).to_be_visible()
    one.reload()
    expect(one.locator(".pill", has_text="revoked").first).to_be_visible()
    other.goto(f"{documented.url}/apps")
    expect(other.get_by_text("support@nexmo.com")).to_be_visible()
    expect(other.get_by_text("Shared app")).to_have_count(0)
    for page in (one, other):
        page.context.close()


# Every page

WIDTHS = (360, 800, 1280)
SCHEMES = ("light", "dark")


def make_busy(served: Served) -> ClientCredentials:
    """Let something of every kind happen on a fake; returns an app with a long name."""
    app = served.fake.create_app("A-name-without-any-blank-" * 10)
    served.access_token(account=CUSTOMER)
    served.sms(text="Your code is 482913. " + "long " * 60)
    served.sms(text="x" * 200, to="447700900206", from_="447700900400")
    served.sms(to="447700900109", text="nothing " * 40)
    served.fake.inbound(msisdn="447700900000", to="447700900400", text="yes")
    served.signed(target="/oauth/request_token", change=lambda signature: "AAAA" + signature[4:]).send()
    requests.get(f"{served.url}/nowhere/{'x' * 300}", timeout=10)
    served.fake.faults.add(match={"path": "/oauth/request_token"}, action={"drop": True}, after=3)
    served.fake.clock.freeze(consumer_key=app.client_key)
    return app


def all_pages(page: Page, served: Served, app: ClientCredentials) -> Iterator[str]:
    """Go to every page, one after the other, first as a stranger."""
    token = served.request_token(oauth_callback="oob")[0]
    key = app.client_key

    def at(path: str) -> str:
        page.goto(served.url + path)
        return path

    yield at("/")
    yield at("/sign-in?next=/messages")
    yield at(f"/oauth/authorize?oauth_token={token}")
    sign_in(page, served, CUSTOMER)
    yield "/"
    for path in ("/authorized", "/apps", f"/oauth/authorize?oauth_token={token}"):
        yield at(path)
    page.get_by_role("button", name="Authorize").click()
    yield "the verifier"
    page.context.clear_cookies()
    sign_in(page, served)
    page.locator("details.menu summary").click()
    yield "the menu"
    numbers = [one.number for one in served.fake.exchanges]
    for path in (
        "/apps",
        "/apps/new",
        f"/apps/app?consumer_key={key}",
        f"/apps/edit?consumer_key={key}",
        "/settings",
        "/messages",
        "/messages?q=nothing-like-it",
        *(f"/messages/{number}" for number in (1, 2, 3, 4)),
        "/conversations",
        "/conversations/with?number=447700900000",
        "/requests",
        *(f"/requests/{number}" for number in numbers),
        "/requests/compare?number=1&number=3",
        "/requests/compare",
        "/faults",
        "/messages/999",
    ):
        yield at(path)


@dataclass(frozen=True)
class Tour:
    """What was seen on one way through all pages."""

    own_host: str
    visited: list[str] = field(default_factory=list)
    too_wide: dict[int, list[str]] = field(default_factory=lambda: {width: [] for width in WIDTHS})
    violations: dict[str, list[str]] = field(default_factory=lambda: {scheme: [] for scheme in SCHEMES})
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def listen(self, page: Page) -> None:
        """Write down what the browser says and asks for."""
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def look(self, page: Page, path: str) -> None:
        """Measure a page in every width, and judge it in every scheme."""
        self.visited.append(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 720})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                self.too_wide[width].append(path)
        if not AXE.is_file():
            return
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for scheme in SCHEMES:
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            for violation in page.evaluate(JUDGE):
                nodes = "; ".join(violation["nodes"][:3])
                self.violations[scheme].append(f"{path}: {violation['impact']} {violation['id']}: {nodes}")


JUDGE = """async () => {
  const judged = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  return judged.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((one) => one.html.slice(0, 200)) }));
}"""


@pytest.fixture(scope="module")
def tour(chromium: Browser) -> Tour:
    """One way through all pages, for all that is to be true of each: to open them is what takes its time."""
    fake = FakeNexmo()
    with fake.serve() as server, chromium.new_context() as context:
        served, page = Served(fake, server), context.new_page()
        app = make_busy(served)
        tour = Tour(urlsplit(served.url).netloc)
        tour.listen(page)
        for path in all_pages(page, served, app):
            tour.look(page, path)
    return tour


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(width: int, tour: Tour) -> None:
    """From a phone to a wide screen nothing has to be scrolled sideways, however long a name is."""
    assert tour.too_wide[width] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_serious(scheme: str, tour: Tour) -> None:
    """Labels, names, contrast, landmarks: what axe-core can judge of WCAG 2.2 AA, on every page."""
    if not AXE.is_file():
        lacking("the npm package axe-core is missing (make test installs it where npm is there)")

    assert tour.violations[scheme] == []


def test_nothing_is_blocked_and_nothing_comes_from_elsewhere(tour: Tour) -> None:
    """The pages' own policy does not hinder them, no script fails, and they load nothing but themselves."""
    expected = "the server responded with a status of 40"  # the pages that say what is not there

    assert len(tour.visited) > 25
    assert [text for text in tour.complaints if expected not in text] == []
    assert tour.hosts == {tour.own_host}


def test_a_page_of_another_site_reads_nothing(page: Page, documented: Served) -> None:
    """A name of its own that resolves to this machine (DNS rebinding) gets neither pages nor messages."""
    documented.sms(text="for your eyes only")
    port = urlsplit(documented.url).port
    for path, refusal in (("/", "another site's name"), ("/_fake/messages", "host_not_allowed")):
        answer = page.goto(f"http://{REBOUND}:{port}{path}")

        assert answer is not None
        assert answer.status == 403
        assert refusal in answer.text()
