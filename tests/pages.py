"""A user with a browser that runs no scripts: reads forms, fills them in, presses buttons, keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag

DEVELOPER, CUSTOMER = "developer@example.com", "customer@example.com"


@dataclass(frozen=True)
class Form:
    """One form of a page, with what it would send; *button* is the name and value of the button in question."""

    action: str
    method: str
    fields: dict[str, str]
    button: dict[str, str]


def soup(page: requests.Response) -> BeautifulSoup:
    """Return a page as a tree."""
    return BeautifulSoup(page.text, "html.parser")


def form_with(page: requests.Response, text: str) -> Form:
    """Return the form that has a button of this *text*, as it would be sent by it."""
    tree = soup(page)
    button = next(one for one in tree.find_all("button") if _text(one) == text)
    form = tree.find(id=button["form"]) if button.has_attr("form") else button.find_parent("form")
    assert isinstance(form, Tag)
    fields = {
        str(one["name"]): _value(one) for one in form.select("input, select, textarea") if _is_sent(one)
    }
    name = button.get("name")
    return Form(
        action=str(form.get("action", "")),
        method=str(form.get("method", "get")),
        fields=fields,
        button={str(name): str(button.get("value", ""))} if name else {},
    )


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _is_sent(tag: Tag) -> bool:
    return tag.has_attr("name") and (tag.get("type") not in ("radio", "checkbox") or tag.has_attr("checked"))


def _value(tag: Tag) -> str:
    if tag.name == "textarea":
        return tag.get_text().removeprefix("\n")
    if tag.name == "select":
        chosen = tag.select_one("option[selected]") or tag.select_one("option")
        assert chosen is not None
        return str(chosen.get("value", chosen.get_text()))
    return str(tag.get("value", ""))


def text_of(page: requests.Response) -> str:
    """Return what a reader sees, blanks made one."""
    return _text(soup(page))


class Visitor:
    """Somebody who looks at the dashboard of a fake."""

    def __init__(self, url: str, *, host: str | None = None) -> None:
        self.url = url
        self.session = requests.Session()
        if host is not None:
            self.session.headers["Host"] = host

    def open(self, path: str, **options: object) -> requests.Response:
        """Follow a link, and redirects within the site."""
        return self.session.get(urljoin(self.url, path), timeout=30, **options)  # type: ignore[arg-type]

    def press(self, page: requests.Response, button: str, **fields: str) -> requests.Response:
        """Fill in the form that has *button*, and press it."""
        form = form_with(page, button)
        data = form.fields | form.button | fields
        target = urljoin(page.url, form.action)
        if form.method == "get":
            return self.session.get(target, params=data, timeout=30)
        return self.session.post(target, data=data, timeout=30)

    def sign_in(self, email: str = DEVELOPER, password: str = "nexmo") -> requests.Response:
        """Sign in on the page that asks for it."""
        return self.press(self.open("/sign-in"), "Sign in", email=email, password=password)
