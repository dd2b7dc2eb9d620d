"""The pages as a browser without scripts sees them: sign in, consent, and where they lead."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from tests.conftest import Serve, Served


class Forms(HTMLParser):
    """Reads the forms, the buttons and the text of a page."""

    def __init__(self, page: requests.Response) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, tuple[str, str]] = {}
        self.text = ""
        self._button: tuple[str, str] | None = None
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input":
            self.fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self._button = (given.get("name", ""), given.get("value", ""))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._button is not None and data.strip():
            self.buttons[data.strip()] = self._button
            self._button = None


class Browser:
    """A user with a browser: keeps cookies, follows redirects within the site only."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.session = requests.Session()

    def open(self, path: str, **options: object) -> requests.Response:
        return self.session.get(self.served.url + path, allow_redirects=False, timeout=10, **options)  # type: ignore[arg-type]

    def submit(self, page: requests.Response, **fields: str) -> requests.Response:
        form = Forms(page)
        data = form.fields | fields
        return self.session.post(urljoin(page.url, form.action), data=data, allow_redirects=False, timeout=10)

    def sign_in(
        self, token: str, *, path: str = "/oauth/authorize", email: str = "developer@example.com"
    ) -> requests.Response:
        """Sign in and return the page that follows."""
        answer = self.submit(self.open(f"{path}?oauth_token={token}"), email=email, password="nexmo")
        assert answer.status_code == 303, answer.text
        return self.open(answer.headers["location"])

    def press(self, page: requests.Response, button: str) -> requests.Response:
        name, value = Forms(page).buttons[button]
        return self.submit(page, **{name: value})


@pytest.fixture
def browser(documented: Served) -> Browser:
    """A user of a fake in the documented profile."""
    return Browser(documented)


def test_sign_in_then_authorize_then_redirect(browser: Browser) -> None:
    """The whole way: e-mail and password, the consent page, Authorize, back with token and verifier."""
    token = browser.served.request_token(oauth_callback="https://app.example/cb?state=a%20b&flag")[0]
    consent = browser.sign_in(token)

    answer = browser.press(consent, "Authorize")

    assert "Demo app" in consent.text
    assert "send SMS through your account" in consent.text
    assert answer.status_code == 302
    location = answer.headers["location"]
    assert location.startswith(f"https://app.example/cb?state=a%20b&flag&oauth_token={token}&oauth_verifier=")
    assert browser.served.fake.exchanges[0].outcome == "accepted"


def test_deny(browser: Browser) -> None:
    """Deny leads back with oauth_problem=permission_denied, and the token is spent."""
    token = browser.served.request_token(oauth_callback="https://app.example/cb")[0]

    answer = browser.press(browser.sign_in(token), "Deny")

    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query == {"oauth_token": [token], "oauth_problem": ["permission_denied"]}
    assert browser.open(f"/oauth/authorize?oauth_token={token}").status_code == 410


def test_deny_without_a_callback_is_a_page(browser: Browser) -> None:
    """Without a callback a denial says so on a page."""
    token = browser.served.request_token()[0]

    answer = browser.press(browser.sign_in(token), "Deny")

    assert answer.status_code == 200
    assert "may not use your account" in answer.text


def test_out_of_band_shows_the_verifier(browser: Browser) -> None:
    """``oob`` shows the verifier that the app then exchanges."""
    token = browser.served.request_token(oauth_callback="oob")

    answer = browser.press(browser.sign_in(token[0]), "Authorize")

    verifier = answer.text.split('id="oauth_verifier">')[1].split("<")[0]
    exchanged = browser.served.signed(
        target="/oauth/access_token", token=token, oauth={"oauth_verifier": verifier}
    ).send()
    assert exchanged.status == 200


def test_no_callback_says_to_continue_in_the_app(browser: Browser) -> None:
    """Without any callback there is no verifier: the user goes back to the app."""
    token = browser.served.request_token()[0]

    answer = browser.press(browser.sign_in(token), "Authorize")

    assert answer.status_code == 200
    assert "Continue in" in answer.text
    assert "oauth_verifier" not in answer.text


def test_a_registered_callback_is_used_without_a_verifier(browser: Browser) -> None:
    """An app's own callback is used where a request brings none, as Nexmo's web sample relies on."""
    app = browser.served.fake.create_app("Web sample", callback_url="https://sample.example/index.php")
    consumer = (app.client_key, app.client_secret)
    answer = browser.served.signed(target="/oauth/request_token", consumer=consumer).send()
    token = answer.form["oauth_token"]

    location = browser.press(browser.sign_in(token), "Authorize").headers["location"]

    assert location == f"https://sample.example/index.php?oauth_token={token}"


def test_private_schemes(browser: Browser) -> None:
    """An application's private scheme is followed like a URL."""
    token = browser.served.request_token(oauth_callback="com.example.app://cb")[0]

    answer = browser.press(browser.sign_in(token), "Authorize")

    assert answer.headers["location"].startswith(f"com.example.app://cb?oauth_token={token}&oauth_verifier=")


def test_authenticate_skips_the_page_for_an_app_that_was_approved(browser: Browser) -> None:
    """The second time a signed-in user comes through authenticate, nothing is asked; authorize asks again."""
    first = browser.served.request_token(oauth_callback="https://app.example/cb")[0]
    browser.press(browser.sign_in(first, path="/oauth/authenticate"), "Authorize")
    second = browser.served.request_token(oauth_callback="https://app.example/cb")[0]
    third = browser.served.request_token(oauth_callback="https://app.example/cb")[0]

    skipped = browser.open(f"/oauth/authenticate?oauth_token={second}")
    asked = browser.open(f"/oauth/authorize?oauth_token={third}")

    assert skipped.status_code == 302
    assert "oauth_verifier" in skipped.headers["location"]
    assert asked.status_code == 200
    assert "Authorize" in Forms(asked).buttons


def test_looking_is_not_deciding(browser: Browser) -> None:
    """HEAD, which a link checker sends, decides nothing; the user comes after it and still can."""
    first = browser.served.request_token(oauth_callback="oob")[0]
    browser.press(browser.sign_in(first, path="/oauth/authenticate"), "Authorize")
    second = browser.served.request_token(oauth_callback="oob")[0]
    url = f"{browser.served.url}/oauth/authenticate?oauth_token={second}"

    assert browser.session.head(url, timeout=10).status_code == 200

    assert "oauth_verifier" in browser.session.get(url, timeout=10).text


def test_authenticate_asks_again_after_a_revocation(browser: Browser) -> None:
    """Once the access token is revoked, the app is not approved any more."""
    fake = browser.served.fake
    access = browser.served.access_token()
    token = browser.served.request_token(oauth_callback="oob")[0]
    fake.revoke(access[0])

    page = browser.sign_in(token, path="/oauth/authenticate")

    assert "Authorize" in Forms(page).buttons


def test_two_accounts_authorize_one_app(documented: Served) -> None:
    """Each account gets its own token, and pays for its own SMS."""
    for email in ("developer@example.com", "customer@example.com"):
        browser = Browser(documented)
        token = documented.request_token(oauth_callback="oob")
        page = browser.press(browser.sign_in(token[0], email=email), "Authorize")
        verifier = page.text.split('id="oauth_verifier">')[1].split("<")[0]
        access = (
            documented.signed(target="/oauth/access_token", token=token, oauth={"oauth_verifier": verifier})
            .send()
            .form
        )
        sent = documented.signed(
            method="GET",
            target="/sms/json?from=Acme&to=447700900000&text=x",
            token=(access["oauth_token"], access["oauth_token_secret"]),
        ).send()
        assert sent.sms_status == "0"

    assert [m.account for m in documented.fake.messages] == ["developer@example.com", "customer@example.com"]
    assert [str(a.balance) for a in documented.fake.accounts] == ["9.96670000", "9.96670000"]


def test_someone_else_can_sign_in(browser: Browser) -> None:
    """Whoever is signed in with the wrong account can change it, and decides with the other."""
    token = browser.served.request_token(oauth_callback="https://app.example/cb")[0]

    signed_out = browser.press(browser.sign_in(token), "Sign in as someone else")
    page = browser.open(signed_out.headers["location"])
    assert "password" in Forms(page).fields
    consent = browser.sign_in(token, email="customer@example.com")
    browser.press(consent, "Authorize")

    held = browser.served.fake._provider.ports.store.token(token)
    assert held is not None
    assert held.account == "customer@example.com"


@pytest.mark.parametrize(("token", "status"), [("", 400), ("unknown", 404)])
def test_tokens_that_were_never_issued(token: str, status: int, browser: Browser) -> None:
    """A missing or unknown request token gets a page that says so."""
    answer = browser.open(f"/oauth/authorize?oauth_token={token}")

    assert answer.status_code == status
    assert "Go back to the app" in answer.text or "made a mistake" in answer.text


@pytest.mark.parametrize("how", ["approved", "used", "expired", "revoked"])
def test_tokens_that_are_over(how: str, browser: Browser) -> None:
    """A request token that is decided, used, expired or revoked gets 410 and a page that says so."""
    token = browser.served.request_token()
    fake = browser.served.fake
    if how in ("approved", "used"):
        fake.authorize(token[0])
    if how == "used":
        browser.served.signed(target="/oauth/access_token", token=token).send()
    if how == "expired":
        fake.clock.advance(3601)
    if how == "revoked":
        fake.revoke(token[0])

    answer = browser.open(f"/oauth/authorize?oauth_token={token[0]}")

    assert answer.status_code == 410
    assert "This request is over" in answer.text


def test_an_access_token_is_no_request_token(browser: Browser) -> None:
    """Nobody can be asked to authorize an access token."""
    access = browser.served.access_token()

    assert browser.open(f"/oauth/authorize?oauth_token={access[0]}").status_code == 404


def test_a_wrong_password(browser: Browser) -> None:
    """A wrong password asks again, keeps the e-mail, and does not sign in."""
    token = browser.served.request_token(oauth_callback="oob")[0]
    page = browser.open(f"/oauth/authorize?oauth_token={token}")

    answer = browser.submit(page, email="developer@example.com", password="guess")

    assert answer.status_code == 403
    assert "No account has this e-mail and password" in answer.text
    assert Forms(answer).fields["email"] == "developer@example.com"
    assert "password" in Forms(browser.open(f"/oauth/authorize?oauth_token={token}")).fields


@pytest.mark.parametrize("csrf", ["", "wrong"])
@pytest.mark.parametrize("step", ["sign-in", "consent"])
def test_forms_of_other_sites_are_refused(csrf: str, step: str, browser: Browser) -> None:
    """A form without the session's own CSRF token changes nothing."""
    token = browser.served.request_token(oauth_callback="oob")[0]
    if step == "sign-in":
        page = browser.open(f"/oauth/authorize?oauth_token={token}")
        fields = {"email": "developer@example.com", "password": "nexmo"}
    else:
        page = browser.sign_in(token)
        fields = {"decision": "approve"}

    answer = browser.submit(page, csrf_token=csrf, **fields)

    assert answer.status_code == 403
    held = browser.served.fake._provider.ports.store.token(token)
    assert held is not None
    assert held.stage.value == "issued"


def test_the_session_is_another_one_after_signing_in(browser: Browser) -> None:
    """A session id that was planted before sign-in is worth nothing after it."""
    token = browser.served.request_token(oauth_callback="oob")[0]
    browser.open(f"/oauth/authorize?oauth_token={token}")
    before = browser.session.cookies["fake_nexmo_session"]

    browser.sign_in(token)

    assert browser.session.cookies["fake_nexmo_session"] != before


def test_safety_headers(browser: Browser) -> None:
    """Pages are not framed, run no script, and their cookie is HttpOnly and SameSite."""
    token = browser.served.request_token(oauth_callback="https://app.example:8443/cb")[0]
    page = browser.open(f"/oauth/authorize?oauth_token={token}")
    consent = browser.sign_in(token)

    for answer in (page, consent):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
    assert "form-action 'self' https://app.example:8443;" in consent.headers["content-security-policy"]
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


HOSTILE = ["<script>alert(1)</script>", '" onload="x', "'; DROP", "\u202eevil", "x" * 255, "{{ 7*7 }}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_app_names_are_escaped(name: str, browser: Browser) -> None:
    """An app's name is text on every page, whatever it holds."""
    app = browser.served.fake.create_app(name)
    answer = browser.served.signed(
        target="/oauth/request_token",
        consumer=(app.client_key, app.client_secret),
        oauth={"oauth_callback": "oob"},
    ).send()

    pages = [browser.open(f"/oauth/authorize?oauth_token={answer.form['oauth_token']}")]
    pages.append(browser.sign_in(answer.form["oauth_token"]))
    pages.append(browser.press(pages[-1], "Authorize"))

    for page in pages:
        assert name in Forms(page).text
        assert "<script>" not in page.text


@pytest.mark.parametrize(
    "callback",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "/relative", "//host/x",
     "app.example/cb", "localhost:8080/cb", "https://", "http:///x", "https://a b/", "https://a\r\nX: y", "JavaScript://x",
     "com.example.app://[cb", "com.example.app://℀/x", "http://exämple.com/cb", "ftp://x/y", "intent://x",
     'http://h"x/', "http://h<x>/", "http://*/", "http://../", "ssh://x"],
)  # fmt: skip
def test_callbacks_that_are_never_followed(callback: str, documented: Served) -> None:
    """A callback that is no absolute URL, or that would make a browser run something, is refused."""
    answer = documented.signed(target="/oauth/request_token", oauth={"oauth_callback": callback}).send()

    assert answer.status == 400
    assert documented.diagnosis == "callback-not-allowed"
    assert answer.form["oauth_problem"] == "parameter_rejected"
    assert answer.form["oauth_parameters_rejected"] == "oauth_callback"


@pytest.mark.parametrize(
    "callback",
    [
        "http://localhost:8080/cb",
        "https://a.example/ü?a=ß",
        "com.example.app:/cb",
        "myapp://x",
        "http://[::1]:80/",
    ],
)
def test_callbacks_that_are_followed(callback: str, documented: Served) -> None:
    """``oob``, web addresses and private schemes are allowed."""
    answer = documented.signed(target="/oauth/request_token", oauth={"oauth_callback": callback}).send()

    assert answer.status == 200
    redirect = documented.fake.authorize(answer.form["oauth_token"]).redirect_url or ""
    assert redirect.isascii()


def test_auto_approve(serve: Serve) -> None:
    """With auto_approve the user is not asked at all."""
    served = serve(auto_approve=True)
    token = served.request_token(oauth_callback="https://app.example/cb")[0]

    answer = Browser(served).open(f"/oauth/authorize?oauth_token={token}")

    assert answer.status_code == 302
    assert "oauth_verifier=" in answer.headers["location"]


def test_nothing_secret_is_in_the_trace(browser: Browser) -> None:
    """Passwords, cookies and CSRF tokens never stand in an exchange."""
    token = browser.served.request_token(oauth_callback="oob")[0]
    page = browser.open(f"/oauth/authorize?oauth_token={token}")
    csrf = Forms(page).fields["csrf_token"]
    browser.submit(page, email="developer@example.com", password="pass-word-1")
    browser.press(browser.sign_in(token), "Authorize")

    trace = requests.get(f"{browser.served.url}/_fake/exchanges", timeout=10).text

    assert csrf not in trace
    assert "pass-word-1" not in trace
    assert "password=nexmo" not in trace
    assert browser.session.cookies["fake_nexmo_session"] not in trace


def test_start_page(browser: Browser) -> None:
    """The start page says what this is, and shows no secret."""
    page = browser.open("/")

    assert page.status_code == 200
    assert "A fake Nexmo runs here" in page.text
    assert "fake-api-secret" not in page.text
    assert browser.open("/static/style.css").headers["content-type"].startswith("text/css")
    assert browser.open("/static/nothing").status_code == 404
