"""A user in front of the provider's pages: reads the forms, types, presses buttons by their text.

Cookies are kept; a redirect is followed on the provider itself, never to a callback.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.cookies import RequestsCookieJar

from .control import Send
from .signing import FORM

MAX_REDIRECTS = 5
_INVISIBLE = frozenset({"head", "script", "style", "title"})


@dataclass(slots=True)
class Button:
    """Something that submits a form, and what it sends itself."""

    text: str = ""
    name: str | None = None
    value: str = ""


@dataclass(slots=True)
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in _INVISIBLE or tag == "button":
            self._inside.append(tag)
        if tag == "form":
            self.forms.append(Form(action=given.get("action", ""), method=given.get("method", "get").upper()))
        elif self.forms and tag == "button":
            self.forms[-1].buttons.append(Button(name=given.get("name"), value=given.get("value", "")))
        elif self.forms and tag == "input" and given.get("type", "").lower() == "submit":
            self.forms[-1].buttons.append(
                Button(text=given.get("value", ""), name=given.get("name"), value=given.get("value", ""))
            )
        elif self.forms and tag == "input" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "button" and self.forms and self.forms[-1].buttons:
            self.forms[-1].buttons[-1].text += data
        elif not self._inside:
            self.text.append(data)


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows, or the redirect at which it stopped."""

    url: str
    answer: requests.Response
    forms: list[Form]
    text: str

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status_code

    @property
    def location(self) -> str | None:
        """Where it would go next, if that is not the provider."""
        return self.answer.headers.get("Location")

    @property
    def buttons(self) -> set[str]:
        """The texts of all buttons."""
        return {button.text.strip() for form in self.forms for button in form.buttons}

    @property
    def wants_sign_in(self) -> bool:
        """Whether it asks for e-mail and password."""
        return any({"email", "password"} <= form.fields.keys() for form in self.forms)


@dataclass(slots=True)
class Browser:
    """One user's browser."""

    send: Send
    cookies: RequestsCookieJar = field(default_factory=RequestsCookieJar)

    def open(self, url: str) -> Page:
        """Go to *url*."""
        return self._go(requests.Request("GET", url, cookies=self.cookies))

    def sign_in(self, page: Page, *, email: str, password: str) -> Page:
        """Fill in the sign-in form, and send it."""
        form = next((form for form in page.forms if {"email", "password"} <= form.fields.keys()), None)
        assert form is not None, f"nobody is asked to sign in; the page answers {page.status}"
        return self._submit(page, form, {**form.fields, "email": email, "password": password})

    def press(self, page: Page, text: str) -> Page:
        """Press the button that says *text*."""
        found = [
            (form, button)
            for form in page.forms
            for button in form.buttons
            if button.text.strip().lower() == text.lower()
        ]
        assert found, (
            f"there is no button {text}, only {sorted(page.buttons)}; the page answers {page.status}"
        )
        form, button = found[0]
        own = {button.name: button.value} if button.name else {}
        return self._submit(page, form, form.fields | own)

    def _submit(self, page: Page, form: Form, fields: dict[str, str]) -> Page:
        request = requests.Request(
            form.method,
            urljoin(page.url, form.action),
            headers={"Content-Type": FORM},
            data=urlencode(fields),
            cookies=self.cookies,
        )
        return self._go(request)

    def _go(self, request: requests.Request) -> Page:
        for _ in range(MAX_REDIRECTS):
            url = request.url
            answer = self.send(request.prepare())
            self.cookies.update(answer.cookies)
            location = urljoin(url, answer.headers.get("Location", ""))
            if not answer.is_redirect or _origin(location) != _origin(url):
                break
            request = requests.Request("GET", location, cookies=self.cookies)
        reader = _Reader()
        reader.feed(answer.text)
        return Page(url=url, answer=answer, forms=reader.forms, text=" ".join(" ".join(reader.text).split()))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
