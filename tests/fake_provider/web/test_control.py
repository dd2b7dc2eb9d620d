"""The control API: shapes that other programs rely on, and errors that say what to change."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests

from tests.conftest import Serve, Served
from tests.pages import Visitor
from tests.raw import Answer, exchange, form, head

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hello")
BY_KEY = {"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "Acme", "to": "447700900000"}


class Control:
    """Control calls to one server."""

    def __init__(self, served: Served) -> None:
        self.served = served

    def __call__(self, method: str, path: str, members: object = None, **options: Any) -> requests.Response:
        return requests.request(method, f"{self.served.url}/_fake{path}", json=members, timeout=10, **options)


@pytest.fixture
def control(documented: Served) -> Control:
    """Control calls to a fake in the documented profile."""
    return Control(documented)


def test_health(control: Control) -> None:
    """It says that it runs, and as what."""
    answer = control("GET", "/health")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "version": "0.1.0",
        "profile": "documented",
        "auto_approve": False,
    }
    assert answer.headers["content-type"] == "application/json"


def test_the_seeded_state(control: Control) -> None:
    """Two accounts and the demo app are there from the start."""
    accounts = control("GET", "/accounts").json()["accounts"]
    apps = control("GET", "/apps").json()["apps"]

    assert [(a["email"], a["api_key"], a["balance"]) for a in accounts] == [
        ("developer@example.com", "abcd1234", 10.0),
        ("customer@example.com", "efab5678", 10.0),
    ]
    assert [(a["name"], a["consumer_key"], a["consumer_secret"], a["callback_url"]) for a in apps] == [
        ("Demo app", "fake-consumer-key", "fake-consumer-secret", None)
    ]
    assert not any("password" in account for account in accounts)


def test_an_app_lives(control: Control) -> None:
    """An app is made with keys of 32 hex digits, listed, shown, used and deleted."""
    made = control("POST", "/apps", {"name": "Mine", "callback_url": "https://app.example/cb"})
    key = made.json()["consumer_key"]

    assert made.status_code == 201
    assert len(key) == len(made.json()["consumer_secret"]) == 32
    assert control("GET", f"/apps/{key}").json() == made.json()
    assert control("DELETE", f"/apps/{key}").status_code == 204
    assert control("GET", f"/apps/{key}").status_code == 404


def test_deleting_an_app_revokes_its_tokens(documented: Served, control: Control) -> None:
    """Tokens of a deleted app are refused."""
    token = documented.access_token()
    control("DELETE", "/apps/fake-consumer-key")
    control(
        "POST",
        "/apps",
        {"name": "Again", "consumer_key": "fake-consumer-key", "consumer_secret": "fake-consumer-secret"},
    )

    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=token).send()

    assert documented.diagnosis == "token-revoked"


@pytest.mark.parametrize("balance", [1.5, 2, "3.33300000"])
def test_an_account_needs_only_an_email(balance: object, control: Control) -> None:
    """Everything but the e-mail has a default; a balance is a number or a decimal text."""
    plain = control("POST", "/accounts", {"email": "ann@example.com"})
    other = control(
        "POST", "/accounts", {"email": "bob@example.com", "balance": balance, "numbers": ["447700900123"]}
    )

    assert plain.status_code == 201
    assert plain.json()["balance"] == 10.0
    assert len(plain.json()["api_key"]) == 8
    assert other.json()["balance"] == float(balance)  # type: ignore[arg-type]
    assert other.json()["numbers"] == ["447700900123"]


def test_a_user_authorizes(documented: Served, control: Control) -> None:
    """An approval answers the verifier and where the user would be sent; the token then says who approved."""
    token = documented.request_token(oauth_callback="https://app.example/cb?x=1")

    answer = control(
        "POST",
        "/authorizations",
        {"oauth_token": token[0], "decision": "approve", "account": "customer@example.com"},
    )

    verifier = answer.json()["oauth_verifier"]
    assert answer.status_code == 200
    assert len(verifier) == 8
    assert answer.json() == {
        "oauth_token": token[0],
        "oauth_verifier": verifier,
        "redirect_url": f"https://app.example/cb?x=1&oauth_token={token[0]}&oauth_verifier={verifier}",
    }
    held = control("GET", "/tokens").json()["tokens"][0]
    assert {k: held[k] for k in ("oauth_token", "kind", "stage", "consumer_key", "account")} == {
        "oauth_token": token[0],
        "kind": "request",
        "stage": "approved",
        "consumer_key": "fake-consumer-key",
        "account": "customer@example.com",
    }


@pytest.mark.parametrize("callback", ["oob", None])
def test_there_is_no_redirect_without_a_callback(
    callback: str | None, documented: Served, control: Control
) -> None:
    """``oob`` has a verifier and no redirect; no callback at all has neither."""
    token = documented.request_token(**({"oauth_callback": callback} if callback else {}))

    answer = control("POST", "/authorizations", {"oauth_token": token[0], "decision": "approve"}).json()

    assert answer["redirect_url"] is None
    assert (answer["oauth_verifier"] is None) == (callback is None)


def test_a_denial(documented: Served, control: Control) -> None:
    """A denied request token redirects with oauth_problem=permission_denied and has no verifier."""
    token = documented.request_token(oauth_callback="https://app.example/cb")

    answer = control("POST", "/authorizations", {"oauth_token": token[0], "decision": "deny"}).json()

    assert answer["oauth_verifier"] is None
    assert answer["redirect_url"] == (
        f"https://app.example/cb?oauth_token={token[0]}&oauth_problem=permission_denied"
    )


def test_tokens_expire_and_are_revoked(documented: Served, control: Control) -> None:
    """A request token that is older than an hour is shown as expired, a revoked one as revoked."""
    token = documented.request_token()
    access = documented.access_token()
    documented.fake.clock.advance(3601)
    control("DELETE", f"/tokens/{access[0]}")

    stages = {t["oauth_token"]: (t["kind"], t["stage"]) for t in control("GET", "/tokens").json()["tokens"]}

    assert stages[token[0]] == ("request", "expired")
    assert stages[access[0]] == ("access", "revoked")
    assert "secret" not in control("GET", "/tokens").text


def test_messages_are_found_by_every_filter(documented: Served, control: Control) -> None:
    """``to``, ``from``, ``consumer_key`` and ``api_key`` narrow the list; OAuth messages have an api_key too."""
    documented.signed(
        body=SMS, headers=list(SMS_HEADERS), token=documented.access_token(account="customer@example.com")
    ).send()
    requests.post(
        f"{documented.url}/sms/json", data=BY_KEY | {"text": "two", "to": "447700900001"}, timeout=10
    )
    requests.post(f"{documented.url}/sms/json", data=BY_KEY | {"text": "three", "to": "nobody"}, timeout=10)

    def texts(query: str) -> list[str]:
        return [m["text"] for m in control("GET", f"/messages{query}").json()["messages"]]

    assert texts("") == ["hello", "two", "three"]
    assert texts("?to=447700900000") == ["hello"]
    assert texts("?from=Acme") == ["hello", "two", "three"]
    assert texts("?consumer_key=fake-consumer-key") == ["hello"]
    assert texts("?api_key=efab5678") == ["hello"]
    assert texts("?api_key=abcd1234") == ["two", "three"]
    assert texts("?since=2100-01-01T00:00:00Z") == []
    assert texts("?since=2018-10-25T12:10:29Z") == ["hello", "two", "three"]


def test_a_message(documented: Served, control: Control) -> None:
    """A message is shown with all that is known of it."""
    documented.signed(body=SMS, headers=list(SMS_HEADERS), token=documented.access_token()).send()

    message = control("GET", "/messages").json()["messages"][0]

    assert len(message.pop("message_ids")[0]) == 16
    assert message.pop("received_at").endswith("Z")
    receipt = message.pop("receipt")
    assert message.pop("receipts") == [receipt]
    assert (receipt["status"], receipt["err_code"]) == ("delivered", "0")
    assert message == {
        "from": "Acme",
        "to": "447700900000",
        "text": "hello",
        "type": "text",
        "status": "0",
        "error_text": None,
        "parts": 1,
        "part_texts": ["hello"],
        "encoding": "gsm7",
        "client_ref": None,
        "account_ref": None,
        "consumer_key": "fake-consumer-key",
        "account": "developer@example.com",
        "api_key": "abcd1234",
        "network": "23410",
        "price": "0.03330000",
        "total_price": "0.03330000",
        "shown_text": "hello",
        "part_statuses": ["0"],
        "part_headers": [""],
        "details": {},
    }


def test_wait_holds_the_answer_until_a_message_arrives(documented: Served, control: Control) -> None:
    """``wait`` answers as soon as a match is there; what does not match does not end it."""
    answers: list[requests.Response] = []
    waiting = threading.Thread(
        target=lambda: answers.append(control("GET", "/messages?to=447700900077&wait=30"))
    )
    waiting.start()

    for to in ("447700900000", "447700900077"):
        requests.post(f"{documented.url}/sms/json", data=BY_KEY | {"to": to, "text": "x"}, timeout=10)
    waiting.join(10)

    assert [m["to"] for m in answers[0].json()["messages"]] == ["447700900077"]


def test_wait_ends_with_nothing(control: Control) -> None:
    """``wait`` answers an empty list when its time is over."""
    assert control("GET", "/messages?wait=0.01").json() == {"messages": []}


def test_messages_are_deleted(documented: Served, control: Control) -> None:
    """``DELETE /messages`` forgets them and nothing else."""
    requests.post(f"{documented.url}/sms/json", data=BY_KEY | {"text": "x"}, timeout=10)

    assert control("DELETE", "/messages").status_code == 204
    assert control("GET", "/messages").json() == {"messages": []}
    assert len(control("GET", "/exchanges").json()["exchanges"]) == 1


def test_exchanges_are_listed_newest_first(documented: Served, control: Control) -> None:
    """Exchanges have the request as received and the answer; filters and the limit narrow them."""
    documented.signed(
        target="/oauth/request_token", headers=[("X-Odd-CASE", "1"), ("x-odd-case", "2")]
    ).send()
    documented.signed(target="/oauth/request_token", consumer=("nobody", "x")).send()
    exchange(documented.url, head("GET", "/nowhere?a=%20", [], host="a"))

    everything = control("GET", "/exchanges").json()["exchanges"]

    assert [e["outcome"] for e in everything] == ["other", "refused", "accepted"]
    assert everything[0]["request"]["url"] == "http://a/nowhere?a=%20"
    odd = [pair for pair in everything[2]["request"]["headers"] if pair[0].lower() == "x-odd-case"]
    assert odd == [["X-Odd-CASE", "1"], ["x-odd-case", "2"]]
    assert everything[1]["diagnosis"]["code"] == "consumer-unknown"
    assert everything[1]["consumer_key"] == "nobody"
    for query, count in [
        ("?outcome=refused", 1),
        ("?consumer_key=nobody", 1),
        ("?path=/oauth/request_token", 2),
        ("?limit=1", 1),
        ("?limit=0", 0),
    ]:
        assert len(control("GET", f"/exchanges{query}").json()["exchanges"]) == count


def test_exchanges_are_bounded(documented: Served, control: Control) -> None:
    """Of 1,005 exchanges the newest 1,000 are kept, and of a long body 64 KiB."""
    application = documented.fake.application
    from fake_provider.domain.wire import WireRequest

    for number in range(1005):
        application.respond(WireRequest.to("GET", f"http://a/{number}"))
    application.respond(WireRequest.to("POST", "http://a/long", body=b"x" * 100_000))

    exchanges = control("GET", "/exchanges").json()["exchanges"]

    assert len(exchanges) == 1000
    assert exchanges[-1]["request"]["url"] == "http://a/6"
    assert len(exchanges[0]["request"]["body"]) == 64 * 1024


def test_reset(documented: Served, control: Control) -> None:
    """``/reset`` forgets apps, tokens, messages, exchanges and time, and seeds anew."""
    control("POST", "/apps", {"name": "Mine"})
    documented.access_token()
    documented.fake.clock.advance(10_000)
    requests.post(f"{documented.url}/sms/json", data=BY_KEY | {"text": "x"}, timeout=10)

    assert control("POST", "/reset").status_code == 204

    assert len(control("GET", "/apps").json()["apps"]) == 1
    assert control("GET", "/tokens").json() == {"tokens": []}
    assert control("GET", "/messages").json() == {"messages": []}
    assert control("GET", "/exchanges").json() == {"exchanges": []}
    assert control("GET", "/accounts").json()["accounts"][0]["balance"] == 10.0
    documented.access_token()


BAD = [
    ("POST", "/apps", {}, 400, "name: is required"),
    ("POST", "/apps", {"name": ""}, 400, "name: a text of 1 to 255 characters"),
    ("POST", "/apps", {"name": "x", "callback_url": "javascript:alert(1)"}, 400, "callback_url: the scheme javascript"),
    ("POST", "/apps", {"name": "x", "callback_url": "/relative"}, 400, "callback_url: it is not an absolute URL"),
    ("POST", "/apps", {"name": "x", "colour": "blue"}, 400, "colour: unknown; allowed are name"),
    ("POST", "/apps", {"name": "x", "rsa_public_key": "no"}, 400, "rsa_public_key: an RSA public key in PEM"),
    ("POST", "/apps", {"name": "x", "owner": "who@example.com"}, 404, "no account 'who@example.com'; owner is one of"),
    ("POST", "/apps", {"name": "x", "consumer_key": "fake-consumer-key"}, 409, "choose another"),
    ("POST", "/apps", [], 400, "an object with named members is wanted"),
    ("POST", "/accounts", {"email": "x"}, 400, "email: an e-mail address"),
    ("POST", "/accounts", {"email": "developer@example.com"}, 409, "choose another email"),
    ("POST", "/accounts", {"email": "a@b", "api_key": "abcd1234"}, 409, "choose another"),
    ("POST", "/accounts", {"email": "a@b", "balance": "lots"}, 400, "balance: an amount in EUR"),
    ("POST", "/accounts", {"email": "a@b", "balance": -1}, 400, "balance: an amount in EUR"),
    ("POST", "/accounts", {"email": "a@b", "balance": True}, 400, "balance: an amount in EUR"),
    ("POST", "/accounts", {"email": "a@b", "numbers": ["+44"]}, 400, "numbers[0]: a number in international format"),
    ("POST", "/authorizations", {"oauth_token": "x"}, 400, "decision: is required"),
    ("POST", "/authorizations", {"oauth_token": "x", "decision": "maybe"}, 400, "decision: one of approve, deny"),
    ("POST", "/authorizations", {"oauth_token": "x", "decision": "deny"}, 404, "no request token 'x'"),
    ("DELETE", "/tokens/x", None, 404, "no token 'x'"),
    ("DELETE", "/apps/x", None, 404, "no app 'x'"),
    ("GET", "/messages?wait=forever", None, 400, "wait: a number from 0 to 300"),
    ("GET", "/messages?wait=nan", None, 400, "wait: a number from 0 to 300"),
    ("GET", "/messages?since=yesterday", None, 400, "since: an ISO 8601 time"),
    ("GET", "/messages?colour=blue", None, 400, "colour: unknown; allowed are to, from"),
    ("GET", "/exchanges?outcome=good", None, 400, "outcome: one of accepted, refused"),
    ("GET", "/exchanges?limit=-1", None, 400, "limit: a whole number from 0"),
    ("GET", "/nothing", None, 404, "no control call"),
    ("PUT", "/apps", None, 405, "allowed: "),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "members", "status", "message"), BAD)
def test_bad_input_is_told_what_to_change(
    method: str, path: str, members: object, status: int, message: str, control: Control
) -> None:
    """Every error is JSON with a code and a message that names the field and what is allowed."""
    answer = control(method, path, members)

    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert message in answer.json()["error"]["message"]
    assert answer.json()["error"]["code"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}'])
def test_bodies_that_are_no_json(body: bytes, control: Control) -> None:
    """A body that cannot be read is a 400, however odd it is."""
    answer = control("POST", "/apps", data=body)

    assert answer.status_code == 400


def test_a_second_decision_is_a_conflict(documented: Served, control: Control) -> None:
    """A request token is decided once."""
    token = documented.request_token()
    control("POST", "/authorizations", {"oauth_token": token[0], "decision": "approve"})

    answer = control("POST", "/authorizations", {"oauth_token": token[0], "decision": "deny"})

    assert answer.status_code == 409


def test_curl_needs_no_content_type(documented: Served) -> None:
    """``curl -d '{…}'`` says that it sends a form; the body counts."""
    answer = requests.post(
        f"{documented.url}/_fake/apps",
        data='{"name": "x"}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=10,
    )

    assert answer.status_code == 201


def test_pages_of_other_sites_are_refused(control: Control) -> None:
    """A browser names the page that sends a request in Origin; only this server's own may call."""
    assert control("POST", "/reset", headers={"Origin": "https://evil.example"}).status_code == 403
    assert control("POST", "/reset", headers={"Origin": "null"}).status_code == 403
    assert control("POST", "/reset", headers={"Origin": control.served.url}).status_code == 204


def test_a_control_token(serve: Serve) -> None:
    """With a control token every call must bring it; the API itself is open."""
    served = serve(control_token="let-me-in")
    control = Control(served)

    assert control("GET", "/health").status_code == 401
    assert control("GET", "/health", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert control("GET", "/health", headers={"Authorization": "Bearer let-me-in"}).status_code == 200
    assert served.signed(target="/oauth/request_token").send().status == 200


def test_control_calls_are_not_recorded(control: Control) -> None:
    """The trace holds what clients do, not how they are watched."""
    control("GET", "/health")
    control("GET", "/nothing")

    assert control("GET", "/exchanges").json() == {"exchanges": []}


def test_nothing_of_a_signed_request_is_a_control_answer(documented: Served) -> None:
    """A path that only begins like the control API is none."""
    answer: Answer = exchange(documented.url, head("GET", "/_fakery", [], host="a"))

    assert answer.status == 404
    assert documented.fake.exchanges[0].request.path == "/_fakery"


@pytest.mark.parametrize("path", ["/_fake", "/_fake/", "/_fake/health", "/_fake/metrics", "/_fake/reset"])
def test_turned_off_it_is_a_path_like_any_other(serve: Serve, path: str) -> None:
    """404 in the same words, on the record like every unknown path; and the pages do not point there."""
    served = serve(control=False)
    answer = requests.post(f"{served.url}{path}", timeout=5)
    unknown = requests.post(f"{served.url}/elsewhere", timeout=5)

    assert answer.status_code == unknown.status_code == 404
    assert answer.text.replace(path, "/elsewhere") == unknown.text
    assert [one.request.url.partition("?")[0] for one in served.fake.exchanges] == [
        f"{served.url}/elsewhere",
        f"{served.url}{path}",
    ]


def test_turned_off_no_page_points_there(serve: Serve) -> None:
    """The first page shows two commands where there were three."""
    visitor = Visitor(serve(control=False).url)
    page = visitor.sign_in()

    assert "two commands" in page.text
    assert "/_fake/" not in page.text
