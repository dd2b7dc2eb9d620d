"""Takes a picture of every page, light and dark, wide and as wide as a phone: ``make screenshots``.

All of them go to ``build/screenshots``, to be looked at; the few that the documents show go to ``docs/images``.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth1 import Client
from playwright.sync_api import Browser, Page, sync_playwright

from fake_provider import FakeNexmo
from fake_provider.domain.wire import WireRequest

ROOT = Path(__file__).resolve().parent.parent
ALL, SHOWN = ROOT / "build" / "screenshots", ROOT / "docs" / "images"
DASHBOARD, REST = "https://dashboard.nexmo.com", "https://rest.nexmo.com"
DEVELOPER, CUSTOMER = "developer@example.com", "customer@example.com"

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)

VIEWS: Mapping[str, tuple[int, int, str]] = {
    "light": (1100, 800, "light"),
    "dark": (1100, 800, "dark"),
    "phone": (360, 740, "light"),
}

IN_DOCUMENTS: Mapping[str, str] = {
    "start-light": "start.png",
    "app-light": "app.png",
    "consent-light": "consent.png",
    "conversation-light": "conversation.png",
    "refused-light": "refused.png",
    "faults-dark": "faults.png",
}


class Scene:
    """A fake on which something has happened, so that no page is empty. Its clock stands still."""

    def __init__(self) -> None:
        self.fake = FakeNexmo(seed=7)
        self.fake.clock.freeze()
        self.app = self.fake.create_app("Acme Notifier", callback_url="https://acme.example/callback")
        self.access: tuple[str, str] = ("", "")
        self.act()

    def act(self) -> None:
        """Let a customer authorize the app, send and receive, and make a few mistakes."""
        clock = self.fake.clock
        self.authorize()
        self.send("447700900043", "Your parcel comes tomorrow between 9 and 12. Reply YES if that suits you.")
        clock.advance(140)
        self.fake.inbound(msisdn="447700900043", to="447700900000", text="YES, and ring twice please")
        self.send("447700900043", "Thank you! Your code for the door is 482 913.")
        self.send("447700900206", "Your table is booked for 19:30.")
        clock.advance(2700)
        self.send("447700900042", "Ваш заказ принят. " + "Мы сообщим, когда его можно будет забрать. " * 3)
        self.send("447700900101", "Too many at once.")
        clock.advance(75)
        self.call(f"{DASHBOARD}/oauth/request_token", signed_as="GET", callback_uri="oob")
        clock.advance(8)

    def authorize(self) -> None:
        """Go through all three legs."""
        token = self.request_token()
        verifier = self.fake.authorize(token[0], account=CUSTOMER).verifier
        form = self.call(f"{DASHBOARD}/oauth/access_token", token=token, verifier=verifier)
        self.access = form["oauth_token"], form["oauth_token_secret"]

    def request_token(self) -> tuple[str, str]:
        """Return a request token about which nobody has decided yet, and its secret."""
        form = self.call(f"{DASHBOARD}/oauth/request_token", callback_uri="oob")
        return form["oauth_token"], form["oauth_token_secret"]

    def send(self, to: str, text: str) -> None:
        """Send one SMS by OAuth."""
        self.call(
            f"{REST}/sms/json", token=self.access, form={"from": "447700900000", "to": to, "text": text}
        )

    def call(
        self,
        url: str,
        *,
        token: tuple[str | None, str | None] = (None, None),
        signed_as: Literal["POST", "GET"] = "POST",
        form: Mapping[str, str] | None = None,
        **oauth: Any,
    ) -> Mapping[str, str]:
        """Sign by the fake's clock, send, and return the members of an answer that is a form."""
        key = self.app.consumer_key
        client = Client(
            key,
            self.app.consumer_secret,
            *token,
            timestamp=str(int(self.fake.clock.now())),
            **oauth,
        )
        typed = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        url, headers, body = client.sign(
            url, signed_as, body=urlencode(form) if form else None, headers=typed
        )
        wire = WireRequest.to("POST", url, headers=tuple(headers.items()), body=(body or "").encode())
        return dict(parse_qsl(self.fake.application.respond(wire).body.decode()))


def main() -> int:
    """Take all pictures; 0 if all were taken."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("chromium is missing: make system-packages installs it", file=sys.stderr)
        return 1
    for folder in (ALL, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        for view in VIEWS:
            count = _pictures(browser, view)
            print(f"{view:<6} {count} pages", flush=True)
        browser.close()
    for name, shown in IN_DOCUMENTS.items():
        shutil.copy(ALL / f"{name}.png", SHOWN / shown)
    print(f"all: {ALL.relative_to(ROOT)}; {len(IN_DOCUMENTS)} of them: {SHOWN.relative_to(ROOT)}")
    return 0


def _pictures(browser: Browser, view: str) -> int:
    width, height, scheme = VIEWS[view]
    scene = Scene()
    count = 0
    with scene.fake.serve() as server, _page(browser, width, height, scheme) as page:
        for name, show in _pages(server.url, scene).items():
            show(page)
            page.screenshot(path=ALL / f"{name}-{view}.png", full_page=f"{name}-{view}" not in IN_DOCUMENTS)
            count += 1
    return count


@contextmanager
def _page(browser: Browser, width: int, height: int, scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def sign_in(page: Page, email: str) -> None:
    """Fill in the form that is shown."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("nexmo")
    page.get_by_role("button", name="Sign in").click()


def _pages(url: str, scene: Scene) -> Mapping[str, Callable[[Page], object]]:
    """Return how to come to each page, in an order in which they can be walked."""
    key = scene.app.consumer_key

    def at(path: str) -> Callable[[Page], object]:
        return lambda page: page.goto(url + path)

    def consent(page: Page) -> None:
        page.goto(f"{url}/oauth/authorize?oauth_token={scene.request_token()[0]}")
        sign_in(page, CUSTOMER)

    def as_developer(page: Page) -> None:
        page.context.clear_cookies()
        page.goto(url)
        sign_in(page, DEVELOPER)

    def menu(page: Page) -> None:
        page.goto(url)
        page.locator("details.menu summary").click()

    def refused(page: Page) -> None:
        page.goto(f"{url}/requests?outcome=refused&path=/oauth/request_token")
        page.locator(".rows a.cover").first.click()

    def held_against(page: Page) -> None:
        expected = page.locator("#expected-base-string").inner_text()
        page.get_by_label("Your base string").fill(
            expected.replace("oob", "https%253A%252F%252Facme.example%252F")
        )
        page.get_by_role("button", name="Lay them side by side").click()

    def long_message(page: Page) -> None:
        page.goto(f"{url}/messages?q=заказ")
        page.locator(".rows a.cover").first.click()

    def faults(page: Page) -> None:
        scene.fake.faults.add(match={"path": "/sms/json"}, action={"drop": True, "when": "after"}, after=2)
        scene.fake.faults.add(match={"to": "447700900042"}, action={"sms_status": "1"}, times=3)
        page.goto(f"{url}/faults")

    return {
        "welcome": at("/"),
        "sign-in-to-consent": lambda page: page.goto(
            f"{url}/oauth/authorize?oauth_token={scene.request_token()[0]}"
        ),
        "consent": consent,
        "verifier": lambda page: page.get_by_role("button", name="Authorize").click(),
        "unknown-request": at("/oauth/authorize?oauth_token=nope"),
        "authorized": at("/authorized"),
        "no-access": at("/apps"),
        "start": as_developer,
        "menu": menu,
        "apps": at("/apps"),
        "new-app": at("/apps/new"),
        "app": at(f"/apps/app?consumer_key={key}"),
        "edit-app": at(f"/apps/edit?consumer_key={key}"),
        "settings": at("/settings"),
        "messages": at("/messages"),
        "no-message": at("/messages?q=nothing"),
        "message": long_message,
        "conversations": at("/conversations"),
        "conversation": at("/conversations/with?number=447700900043"),
        "requests": at("/requests"),
        "refused": refused,
        "held-against": held_against,
        "compare": at("/requests/compare?number=1&number=4"),
        "faults": faults,
        "not-found": at("/messages/999"),
    }


if __name__ == "__main__":
    sys.exit(main())
