"""OAuth apps: registered, shown, edited and deleted by their owner; authorized and revoked by users."""

from __future__ import annotations

import pytest

from tests.conftest import Served
from tests.pages import CUSTOMER, Visitor, form_with, soup, text_of
from tests.raw import form

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hello")


def add(visitor: Visitor, **fields: str) -> str:
    """Add an app by the form; return its consumer key."""
    page = visitor.press(visitor.open("/apps/new"), "Save", **({"name": "My app"} | fields))
    assert page.status_code == 200, text_of(page)
    return key_on(page)


def key_on(page: object) -> str:
    """Return the consumer key that a page shows."""
    return soup(page).select_one("#consumer-key").get_text()  # type: ignore[arg-type, union-attr]


def secret_on(page: object) -> str:
    """Return the consumer secret that a page shows."""
    return soup(page).select_one("#consumer-secret").get_text()  # type: ignore[arg-type, union-attr]


def at(key: str) -> str:
    """Return the address of an app's page."""
    return f"/apps/app?consumer_key={key}"


def test_a_new_app_can_be_used_at_once(developer: Visitor, documented: Served) -> None:
    """After Save the page shows a key and a secret with which requests are signed."""
    page = developer.press(developer.open("/apps/new"), "Save", name="My app")

    consumer = (key_on(page), secret_on(page))
    answer = documented.signed(target="/oauth/request_token", consumer=consumer).send()
    assert "My app" in text_of(page)
    assert [len(one) for one in consumer] == [32, 32]
    assert answer.status == 200


def test_what_was_typed_is_kept(developer: Visitor, documented: Served) -> None:
    """Callback and RSA key are optional; what was given is what the app has."""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = generate_private_key(65537, 2048).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    key = add(developer, name=" Shop & Co ", callback_url="https://shop.example/cb?a=1", rsa_public_key=pem)

    app = documented.control("GET", f"/apps/{key}")
    assert (app["name"], app["callback_url"]) == ("Shop & Co", "https://shop.example/cb?a=1")
    assert app["rsa_public_key"].strip() == pem.strip()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "name: is required"),
        ({"name": "x" * 10_000}, "a text of 1 to 255 characters is wanted"),
        ({"callback_url": "app.example/cb"}, "it is not an absolute URL"),
        ({"callback_url": "javascript:alert(1)"}, "callback_url:"),
        ({"rsa_public_key": "not a key"}, "rsa_public_key:"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    fields: dict[str, str], problem: str, developer: Visitor
) -> None:
    """The form comes back with what was typed, and says of which field what is wanted."""
    given = {"name": "My app", "callback_url": "https://app.example/cb", "rsa_public_key": ""} | fields

    page = developer.press(developer.open("/apps/new"), "Save", **given)

    assert page.status_code == 400
    assert problem in text_of(page)
    assert {name: form_with(page, "Save").fields[name] for name in given} == given
    assert soup(page).select("[aria-invalid]")[0]["name"] == next(iter(fields))


def test_editing(developer: Visitor, documented: Served) -> None:
    """Name and callback change; key and secret stay."""
    key = add(developer)
    before = documented.control("GET", f"/apps/{key}")

    page = developer.press(
        developer.open(f"/apps/edit?consumer_key={key}"), "Save", name="Renamed", callback_url="app.mine://cb"
    )

    after = documented.control("GET", f"/apps/{key}")
    assert "Renamed" in text_of(page)
    assert after == before | {"name": "Renamed", "callback_url": "app.mine://cb"}


def test_renewing_the_secret(developer: Visitor, documented: Served) -> None:
    """The new one signs, the old one does not, tokens stay."""
    key = add(developer)
    page = developer.open(at(key))
    old = secret_on(page)

    page = developer.press(page, "Renew the Consumer Secret")

    new = secret_on(page)
    assert new != old
    assert documented.signed(target="/oauth/request_token", consumer=(key, old)).send().status == 401
    assert documented.signed(target="/oauth/request_token", consumer=(key, new)).send().status == 200


def test_deleting(developer: Visitor, documented: Served) -> None:
    """Its tokens are revoked with it."""
    access = documented.access_token()

    page = developer.press(developer.open(at("fake-consumer-key")), "Delete this app")

    assert "The app is deleted" in text_of(page)
    assert documented.fake.apps == ()
    refused = documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send()
    assert refused.status == 401


def test_the_tokens_of_an_app(developer: Visitor, documented: Served) -> None:
    """They are listed with whom they are of, and each can be revoked."""
    access = documented.access_token(account=CUSTOMER)
    page = developer.open(at("fake-consumer-key"))

    after = developer.press(page, f"Revoke {access[0][:13]}…")

    refused = documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send()
    assert f"{access[0][:13]}… access token of {CUSTOMER}" in text_of(page)
    assert "Revoked: the next call with it is refused." in text_of(after)
    assert refused.status == 401
    assert documented.diagnosis == "token-revoked"


def test_another_apps_token_cannot_be_revoked_here(developer: Visitor, documented: Served) -> None:
    """A form that was tampered with names a token of another app, and nothing happens."""
    access = documented.access_token()
    key = add(developer)
    page = developer.open(at("fake-consumer-key"))

    answer = developer.press(page, f"Revoke {access[0][:13]}…", consumer_key=key)

    assert answer.status_code == 404
    assert documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send().status == 200


@pytest.mark.parametrize("path", ["/apps/app", "/apps/edit"])
def test_only_the_owner_sees_an_app(path: str, customer: Visitor) -> None:
    """To others it is not there, and its secret is on no page of theirs."""
    page = customer.open(f"{path}?consumer_key=fake-consumer-key")

    assert page.status_code == 404
    assert "fake-consumer-secret" not in page.text
    assert "Demo app" not in customer.open("/apps").text


@pytest.mark.parametrize("path", ["/apps/edit", "/apps/secret", "/apps/delete"])
def test_only_the_owner_changes_an_app(path: str, customer: Visitor, documented: Served) -> None:
    """What others send is refused, though their own form is a valid one."""
    token = form_with(customer.open("/"), "Sign out").fields["csrf_token"]
    before = documented.fake.apps

    answer = customer.session.post(
        customer.url + path,
        data={"csrf_token": token, "consumer_key": "fake-consumer-key", "name": "Mine"},
        timeout=10,
    )

    assert answer.status_code == 404
    assert documented.fake.apps == before


def test_an_account_without_access(customer: Visitor, documented: Served) -> None:
    """It is told what one had to do, can do it here by a button, and then add an app."""
    page = customer.open("/apps")
    assert "support@nexmo.com" in text_of(page)
    assert customer.open("/apps/new").url.endswith("/apps")

    page = customer.press(page, "Grant OAuth access")

    assert "This account has OAuth access now." in text_of(page)
    key = add(customer)
    assert documented.control("GET", f"/apps/{key}")["owner"] == CUSTOMER


def test_a_key_of_any_characters(developer: Visitor, documented: Served) -> None:
    """An app whose key has slashes, dots and a percent sign is found and changed like any other."""
    key = "../a b/%2F?&#é"
    documented.control("POST", "/apps", {"name": "Odd", "consumer_key": key})

    page = developer.press(developer.open("/apps/edit", params={"consumer_key": key}), "Save", name="Even")

    assert key_on(page) == key
    assert documented.fake.apps[1].name == "Even"
    assert "Even" in text_of(developer.open("/apps"))


def test_authorized_apps(developer: Visitor, customer: Visitor, documented: Served) -> None:
    """Who authorized an app sees it, and takes it back; then authenticate asks again."""
    access = documented.access_token(account=CUSTOMER)
    undecided = documented.request_token(oauth_callback="oob")
    documented.fake.authorize(undecided[0], account=CUSTOMER)
    page = customer.open("/authorized")
    assert "Demo app by developer@example.com" in text_of(page)
    assert "2 tokens" in text_of(page)

    page = customer.press(page, "Revoke Demo app")

    assert "None. When an app sends you" in text_of(page)
    assert documented.signed(body=SMS, headers=list(SMS_HEADERS), token=access).send().status == 401
    token = documented.request_token(oauth_callback="oob")[0]
    assert "Authorize Demo app?" in text_of(customer.open(f"/oauth/authenticate?oauth_token={token}"))
    assert "Demo app" not in text_of(developer.open("/authorized"))


def test_the_snippets_are_those_of_this_app(developer: Visitor) -> None:
    """Environment, curl, Python, PHP and Node are shown with the app's own values and this server's address."""
    key = add(developer)
    page = developer.open(at(key))

    blocks = {str(one["id"]): one.get_text() for one in soup(page).select("pre[id^=setup-]")}

    assert list(blocks) == ["setup-sh", "setup-bash", "setup-python", "setup-php", "setup-js"]
    assert all(secret_on(page) in text and key in text and developer.url in text for text in blocks.values())
