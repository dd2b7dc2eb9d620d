"""Whatever is shown on a page is shown as text, whoever sends a form was shown it, and no page runs what is not its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pytest
import requests
from bs4 import BeautifulSoup, Tag

from fake_provider.domain.wire import WireRequest
from fake_provider.ports import InboxQuery, Kept
from fake_provider.web.app import _PAGES
from fake_provider.web.dashboard import raw
from fake_provider.web.dashboard.pages import PAGES, Page
from tests.conftest import Serve, Served
from tests.pages import CUSTOMER, Visitor, form_with, soup, text_of
from tests.raw import exchange, form, head

HOSTILE: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)> \'><b onclick="x">',
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} <!-- ]]> &amp; &lt;",
    "direction": "abc\u202e\u2066txt.exe\u200f\u05d0 \u0000\u001b[31m",
    "long": "<'&\"" * 2_500,
}


class Haunted:
    """A fake on which one hostile text stands wherever somebody else's text can stand."""

    def __init__(self, served: Served, text: str) -> None:
        self.served = served
        self.developer, self.customer = Visitor(served.url), Visitor(served.url)
        self.developer.sign_in()
        self.customer.sign_in(CUSTOMER)
        self.app = served.fake.create_app(text[:255], consumer_key=text[:255].replace("\0", ""))
        self._send(text)
        served.sms(text=text, from_=text, to="447700900000")
        served.sms(text=text, from_="Acme", to=text, client_ref=text[:40])
        served.fake.inbound(msisdn=text[:20].strip() or "x", to="447700900000", text=text)
        requests.post(f"{served.url}/nowhere", params={"q": text}, data={text: text}, timeout=10)
        header = re.sub(rb"[^\x20-\x7e]", b"", text.encode())[:500]
        requests.get(f"{served.url}/sms/json", headers={"X-Text": header}, timeout=10)
        served.fake.faults.add(
            match={"to": text[:20], "consumer_key": self.app.client_key},
            action={"error_text": text[:900], "sms_status": 5},
        )
        served.fake.clock.freeze(consumer_key=self.app.client_key)

    def _send(self, text: str) -> None:
        """Let the hostile app be authorized, and send."""
        consumer = (self.app.client_key, self.app.client_secret)
        answer = self.served.signed(target="/oauth/request_token", consumer=consumer).send()
        assert answer.status == 200, answer
        self.token = answer.form["oauth_token"]
        second = self.served.signed(target="/oauth/request_token", consumer=consumer).send()
        self.served.fake.authorize(second.form["oauth_token"], account=CUSTOMER)
        access = self.served.signed(
            target="/oauth/access_token",
            consumer=consumer,
            token=(second.form["oauth_token"], second.form["oauth_token_secret"]),
        ).send()
        body, headers = form(from_="Acme", to="447700900003", text=text)
        pair = (access.form["oauth_token"], access.form["oauth_token_secret"])
        self.served.signed(body=body, headers=list(headers), consumer=consumer, token=pair).send()

    def pages(self) -> Sequence[requests.Response]:
        """Open every page on which the text may stand."""
        key = {"consumer_key": self.app.client_key}
        numbers = {one.message.handset for one in self._kept()}
        opened = [
            self.developer.open(path)
            for path in (
                "/",
                "/apps",
                "/apps/new",
                "/messages",
                *(f"/messages/{one.number}" for one in self._kept()),
                "/conversations",
                "/requests",
                *(f"/requests/{one.number}" for one in self.served.fake.exchanges),
                "/requests/compare?number=1&number=4",
                "/faults",
                "/settings",
            )
        ]
        opened += [self.developer.open(path, params=key) for path in ("/apps/app", "/apps/edit")]
        opened += [self.developer.open("/conversations/with", params={"number": one}) for one in numbers]
        opened += [
            self.developer.open(
                path, params=dict.fromkeys(("q", "number", "app", "path", "next"), self.app.name)
            )
            for path in ("/messages", "/requests", "/sign-in")
        ]
        opened.append(self.customer.open("/authorized"))
        opened.append(self.customer.open(f"/oauth/authorize?oauth_token={self.token}"))
        opened.append(self.customer.press(opened[-1], "Authorize"))
        return opened

    def _kept(self) -> Sequence[Kept]:
        return self.served.fake._ports.store.inbox(InboxQuery(), limit=100)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_texts(name: str, serve: Serve) -> None:
    """As app name, key, sender, recipient, text, path and header: each page stands, is small, and runs nothing of it."""
    haunted = Haunted(serve(), HOSTILE[name])
    everything = ""

    for page in haunted.pages():
        assert page.status_code == 200, page.text[:500]
        assert len(page.content) <= 150_000, page.url
        tree = soup(page)
        ensure_harmless(tree)
        everything += tree.get_text()

    assert HOSTILE[name][:40].replace("\0", "") in everything.replace("\0", "").replace("\ufffd", "")


def ensure_harmless(page: BeautifulSoup) -> None:
    """Fail if a page has a tag, an attribute or an address that no template of ours writes."""
    for tag in page.find_all(True):
        assert isinstance(tag, Tag)
        assert tag.name not in ("img", "iframe", "object", "embed", "style", "base", "b onclick"), tag
        assert not [name for name in tag.attrs if name.startswith("on") or name == "style"], tag
        if tag.name == "script":
            assert tag["src"] in ("/static/htmx.min.js", "/static/dashboard.js")
            assert not tag.get_text()
        for name in ("href", "src", "action", "hx-get"):
            assert str(tag.get(name, "/")).startswith(("/", "#")) or tag.get(name) == "", tag


def test_every_page_forbids_what_is_not_its_own(developer: Visitor, documented: Served) -> None:
    """No inline script or style, nothing from elsewhere, no framing, no guessing of types, nothing kept."""
    documented.sms()
    for path in (
        "/",
        "/apps",
        "/messages",
        "/messages/1",
        "/requests",
        "/faults",
        "/sign-in",
        "/messages/99",
    ):
        headers = developer.open(path).headers

        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_the_cookie(stranger: Visitor) -> None:
    """No script reads it, and no other site sends it along with a form; by TLS it stays there."""
    cookie = stranger.open("/").headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_what_was_typed_is_not_lost(developer: Visitor) -> None:
    """A form that is not valid any more is refused, and shows what was typed; no password, no token."""
    page = developer.open("/apps/new")
    developer.press(page, "Sign out")

    refused = developer.press(page, "Save", name="A long <b>thought</b> out name", password="s3cret")

    assert refused.status_code == 403
    assert "A long <b>thought</b> out name" in text_of(refused)
    assert "s3cret" not in refused.text
    assert form_with(page, "Save").fields["csrf_token"] not in refused.text


CHANGES = [page for page in PAGES if page.act is not None]


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.path)
def test_every_change_wants_the_token_of_its_form(page: Page, developer: Visitor, documented: Served) -> None:
    """Without it, or with another's, nothing happens."""
    documented.sms()
    path = page.path.replace("<int:number>", "1")
    before = state(documented)

    for token in ({}, {"csrf_token": "0" * 32}, {"csrf_token": ""}):
        data = token | {"consumer_key": "fake-consumer-key", "kind": "drop", "how": "freeze", "name": "x"}
        answer = developer.session.post(developer.url + path, data=data, timeout=10)

        assert answer.status_code == 403
        assert "This form is not valid any more" in text_of(answer)
    assert state(documented) == before
    assert "/sign-in" not in developer.open("/messages").url


def state(served: Served) -> object:
    """Return all that a form could change."""
    fake = served.fake
    return (
        fake.apps,
        fake.accounts,
        fake.messages,
        fake.faults.waiting,
        fake.clock.is_frozen(),
        len(fake.exchanges),
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_page_does_what_it_is_not_for(page: Page, developer: Visitor, documented: Served) -> None:
    """Another method is a 405 that names those which are answered, and never a 500."""
    documented.sms()
    path = page.path.replace("<int:number>", "1").replace("<any(request, response):half>", "request")

    answer = developer.session.request("PATCH", developer.url + path, timeout=10)

    assert answer.status_code == 405
    assert answer.headers["allow"] == ", ".join(page.methods)


@pytest.mark.parametrize("page", [page for page in PAGES if page.path != "/"], ids=lambda page: page.path)
def test_strangers_see_and_do_nothing(page: Page, stranger: Visitor, documented: Served) -> None:
    """Who has not signed in is sent to do so, whatever they ask for."""
    documented.sms(text="for your eyes only")
    before = state(documented)
    token = form_with(stranger.open("/"), "Sign in").fields["csrf_token"]
    path = page.path.replace("<int:number>", "1").replace("<any(request, response):half>", "request")

    shown = stranger.open(path)
    stranger.session.post(
        stranger.url + path, data={"csrf_token": token, "consumer_key": "fake-consumer-key"}, timeout=10
    )

    assert "for your eyes only" not in shown.text
    assert "fake-consumer-secret" not in shown.text
    assert state(documented) == before


def test_secrets_are_on_the_owners_pages_only(
    developer: Visitor, customer: Visitor, documented: Served
) -> None:
    """The second account finds no secret of the first on any page; the first finds no password anywhere."""
    access = documented.access_token(account=CUSTOMER)
    documented.sms(text="hello")
    secrets = ("fake-consumer-secret", "fake-api-secret&", access[1])
    paths = (
        "/",
        "/apps",
        "/authorized",
        "/settings",
        "/messages",
        "/messages/1",
        "/requests",
        "/requests/1",
        "/requests/2",
        "/requests/3",
        "/faults",
    )

    for path in paths:
        theirs = customer.open(path).text
        assert not [secret for secret in secrets if secret in theirs], path
        assert access[1] not in developer.open(path).text


ODD = {
    "octet-in-a-query": b"GET /?\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "octet-in-a-target": b"GET /sign-in?next=\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "octet-on-the-consent-page": b"GET /oauth/authorize?oauth_token=\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "octet-in-a-control-call": b"GET /_fake/messages?to=\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bracket": b"GET /sign-in?next=//[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "bracket-behind-a-tab": b"GET /unlock?next=/%09/[x HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_addresses_are_no_bug(name: str, documented: Served) -> None:
    """What no browser sends is answered all the same, and never with a 500."""
    assert exchange(documented.url, ODD[name]).status < 500
    assert not [one for one in documented.fake.exchanges if one.error]


@pytest.mark.parametrize("path", ["/sign-in", "/apps/new", "/oauth/authorize"])
@pytest.mark.parametrize(
    "files",
    [{"x": (None, "a" * 600_000)}, {f"x{n}": (None, "a") for n in range(1_100)}],
    ids=["a-long-part", "many-parts"],
)
def test_forms_beyond_all_bounds(files: object, path: str, documented: Served) -> None:
    """They are refused as too long, and not with a 500."""
    answer = requests.post(documented.url + path, files=files, timeout=10)  # type: ignore[arg-type]

    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /unlock HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 26\r\n\r\ncontrol_token=t0ken-of-ours",
        b"POST /unlockk HTTP/1.1\r\nHost: a\r\nContent-Length: 26\r\n\r\ncontrol_token=t0ken-of-ours",
        b"GET /nowhere?x=t0ken-of-ours HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_the_control_token_is_in_no_exchange(request_: bytes, serve: Serve) -> None:
    """Wherever it was sent by mistake."""
    served = serve(control_token="t0ken-of-ours")

    exchange(served.url, request_)

    everything = repr(
        [(one.request.target, one.request.body, one.request.headers) for one in served.fake.exchanges]
    )
    assert "t0ken-of-ours" not in everything


def test_a_bug_in_a_page_tells_nothing_of_what_was_typed(
    developer: Visitor, documented: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its traceback is in the trace, with the path, and nothing else of the request."""

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("fake_provider.web.dashboard.visit.Visit.given", fail)
    page = developer.open("/apps/new?x=typed")
    developer.press(page, "Save", name="typed")

    (bug,) = documented.fake.exchanges
    assert (bug.request.target, bug.request.headers, bug.request.body) == ("/apps/new", (), b"")
    assert "boom" in (bug.error or "")


def test_what_is_polled_is_what_is_shown(developer: Visitor, documented: Served) -> None:
    """A page that answers a form asks on by its own address: no form fills another's page, and no path leads nowhere."""
    documented.sms(to="447700900007", text="for the first")
    documented.sms(to="447700900008", text="for the second")
    page = developer.open("/conversations/with?number=447700900007")

    wrong = developer.press(page, "Send", number="447700900008", text="")
    clock = developer.press(developer.open("/faults"), "Move the clock", how="at", value="?")

    live = str(soup(wrong).select_one("#live")["hx-get"])  # type: ignore[index]
    assert live.startswith("/conversations/with?number=447700900008&seen=")
    assert str(soup(clock).select_one("#live")["hx-get"]).startswith("/faults?seen=")  # type: ignore[index]
    assert "for the first" in developer.open("/conversations/with?number=447700900007").text


def test_a_double_slash_is_no_page(developer: Visitor, documented: Served) -> None:
    """It is unknown, and recorded as such."""
    assert exchange(documented.url, head("GET", "//messages", [], host="localhost")).status == 404
    assert documented.fake.exchanges[0].request.target == "//messages"


@pytest.mark.long
def test_no_page_grows_without_bound(developer: Visitor, documented: Served) -> None:
    """With many apps, accounts, faults, tokens and messages of the longest and most quoted values, each stays small."""
    fake, quotes = documented.fake, "'\"<&" * 63
    for number in range(300):
        fake.create_app(quotes[:250], consumer_key=f"{number:03}{quotes[:250]}", consumer_secret=quotes[:255])
        fake.create_account(f"{number}{'x' * 200}@{'y' * 40}")
        fake.faults.add(match={"path": "/" + quotes * 7}, action={"error_text": quotes * 3, "sms_status": 5})
    for _ in range(60):
        documented.sms(text=quotes * 40, to="'" * 4_000, from_="'" * 4_000)
        documented.sms(text=quotes * 6, to="447700900000")
        fake.inbound(msisdn="447700900000", to="447700900001", text=quotes)
    query = "&".join(f"{number}{quotes[:100]}={quotes}" for number in range(60))
    many_codes = "".join(f"\ncode {number:04}" for number in range(160))
    for _ in range(60):
        documented.sms(text=many_codes, to="447700900005")
    fake.create_app("Long", consumer_key="long", callback_url="http://a/" + "'" * 60_000)
    documented.sms(text="'" * 19_000 + "ç😀" * 3, to="447700900006")
    for _ in range(2):
        requests.get(
            f"{documented.url}/nowhere?{query}", headers={f"X-{n}": quotes for n in range(60)}, timeout=10
        )
    newest, store = fake.exchanges[0].number, fake._ports.store
    key = {"consumer_key": f"001{quotes[:250]}"}
    opened = [
        developer.open(path, params=params)
        for path, params in (
            ("/", {}),
            ("/apps", {}),
            ("/apps/app", key),
            ("/apps/edit", key),
            ("/authorized", {}),
            ("/messages", {"q": quotes, "x": "'" * 30_000}),
            ("/messages", {}),
            ("/messages/1", {}),
            *((f"/messages/{one.number}", {}) for one in store.inbox(InboxQuery(search="code"), limit=1)),
            *(
                (f"/messages/{one.number}", {})
                for one in store.inbox(InboxQuery(handset="447700900006"), limit=1)
            ),
            ("/apps/app", {"consumer_key": "long"}),
            ("/conversations/with", {"number": "447700900005"}),
            ("/conversations", {}),
            ("/conversations/with", {"number": "447700900000"}),
            ("/conversations/with", {"number": "'" * 3_000}),
            ("/requests", {}),
            (f"/requests/{newest}", {}),
            (f"/requests/compare?number={newest}&number={newest - 1}", {}),
            ("/faults", {}),
            ("/settings", {}),
        )
    ]
    opened.append(
        developer.press(
            developer.open("/faults"),
            "Plan the fault",
            **dict.fromkeys(("value", "path", "to"), "'" * 99_999),
        )
    )
    opened.append(
        developer.press(
            developer.open("/apps/new"), "Save", **dict.fromkeys(("name", "callback_url"), "'" * 99_999)
        )
    )
    opened.append(
        Visitor(documented.url).press(
            developer.open("/sign-in"), "Sign in", next="'" * 99_999, email="'" * 9_999
        )
    )

    sizes = {page.url[len(documented.url) :][:40]: len(page.content) for page in opened}
    assert {path: size for path, size in sizes.items() if size > 150_000} == {}


def test_long_names_in_a_header_hold_nobody_up() -> None:
    """A million letters are read once, not once for each of them: this test would not end else."""
    header = f'OAuth oauth_consumer_key="x", oauth_a={"a" * 1_000_000}'

    found = raw.parameters(WireRequest.to("GET", "http://a/", headers=(("Authorization", header),)))

    assert ("header", "oauth_consumer_key", "x") in found


def test_every_page_is_looked_for() -> None:
    """The application asks the dashboard only for paths that begin as one of its pages does."""
    begins = {page.path.split("/")[1] for page in PAGES}

    assert begins | {"static", "favicon.ico"} == _PAGES


OWN = [
    "127.0.0.1:{port}",
    "localhost:{port}",
    "dashboard.nexmo.com",
    "rest.nexmo.com:443",
    "[::1]:{port}",
    "fake-nexmo:8080",
    "fake.test",
    "a.b.internal",
]
FOREIGN = [
    "evil.com",
    "evil.com:{port}",
    "127.0.0.1.evil.com",
    "dashboard.nexmo.com.evil.com",
    "evil.com.",
    "LOCALHOST.evil.com",
]


def status(served: Served, host: str, path: str) -> int:
    """Ask for a page by a name."""
    port = served.url.rpartition(":")[2]
    return exchange(served.url, head("GET", path, [], host=host.format(port=port))).status


@pytest.mark.parametrize("host", OWN)
def test_names_of_this_machine(host: str, documented: Served) -> None:
    """Pages and control calls answer by address, by the real names, and by names that no public DNS knows."""
    assert status(documented, host, "/") == 200
    assert status(documented, host, "/_fake/messages") == 200


@pytest.mark.parametrize("host", FOREIGN)
def test_names_of_other_sites(host: str, documented: Served) -> None:
    """A page of another site that had its own name resolved to this machine reads neither pages nor control calls."""
    assert status(documented, host, "/") == 403
    assert status(documented, host, "/_fake/messages") == 403
    assert status(documented, host, "/static/dashboard.js") == 403
    assert status(documented, host, "/account/get-balance") == 401


def test_a_name_can_be_let_in(serve: Serve) -> None:
    """By --allow-host, with an asterisk for any part."""
    served = serve(allow_hosts=["*.ci.example.com"])

    assert status(served, "fake.ci.example.com:80", "/") == 200
    assert status(served, "ci.example.org", "/") == 403


def test_behind_a_proxy_or_on_a_public_address_any_name_will_do(serve: Serve) -> None:
    """There the names are not ours to know; the control token guards what control calls do."""
    fake = serve(control_token="t0ken").fake

    with fake.serve(host="0.0.0.0") as server:
        local = server.url
        assert exchange(local, head("GET", "/", [], host="fake.company.com")).status == 200
    assert status(serve(trust_proxy=True), "fake.company.com", "/") == 200
