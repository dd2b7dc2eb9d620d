"""What a report shows of a test's exchanges: the last ones, readable, and nothing that is nobody's business."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import requests

from contract_tests.authorizers import StoredToken
from contract_tests.consumer import SHAPES, Consumer
from contract_tests.diary import LONGEST, SHOWN, Diary, Shown
from contract_tests.receiver import Receiver
from contract_tests.signing import PLAINTEXT, Credentials
from contract_tests.targets import InProcess, Provider

Change = Callable[[requests.Response], None]


@pytest.fixture
def right() -> Iterator[Provider]:
    """A fake."""
    with InProcess().open() as provider:
        yield provider


def _changed(provider: Provider, change: Change) -> Provider:
    """Return a provider whose answers are changed on their way."""

    def sent(request: requests.PreparedRequest) -> requests.Response:
        answer = provider.send(request)
        change(answer)
        return answer

    return replace(provider, send=sent)


def _shown(diary: Diary) -> Sequence[Shown]:
    return diary.end(diary.provider.secrets.scrubbed)


def _text(shown: Sequence[Shown]) -> str:
    return json.dumps([one.as_members() for one in shown])


def test_an_exchange_is_shown_as_it_went(right: Provider) -> None:
    """With references in place of what differs from run to run, and with which secrets it was signed."""
    diary = Diary(right)
    app = Consumer(diary.written(), right.client)
    app.send(app.sms(app.access()))
    one = _shown(diary)[-1]

    assert (one.method, one.status, one.reason) == ("GET", 200, "OK")
    assert one.url.startswith("<rest>/sms/json?from=NexmoOauth&to=<number-1>&text=hello")
    assert one.signed == "consumer-secret-1&access-token-secret-1"
    assert 'oauth_token="<access-token-1>"' in dict(one.headers)["Authorization"]
    assert dict(one.answer_headers)["Content-Type"].startswith("application/json")
    assert json.loads(one.answer_body)["messages"][0]["message-id"] == "<message-id-1>"


def test_a_webhook_is_shown_with_its_answer(right: Provider) -> None:
    """With who has pushed it, since a clause is about that; not where the test has listened."""
    diary = Diary(right)
    provider = diary.written()
    app = Consumer(provider, right.client)
    with Receiver(listen=provider.listen, status=202) as receiver:
        app.send(app.sms(app.access(), {"callback": receiver.url}))
        receiver.wait_for(1)
    sent, pushed = _shown(diary)[-2:]

    assert not sent.pushed
    assert (pushed.pushed, pushed.method, pushed.status, pushed.reason) == (True, "GET", 202, "Accepted")
    assert pushed.url.startswith("<receiver-1>/hook?msisdn=<number-1>&to=NexmoOauth&")
    assert "&messageId=<message-id-1>&" in pushed.url
    assert dict(pushed.headers)["User-Agent"] == "Nexmo/MessagingHUB/v1.0"
    assert "127.0.0.1" not in _text([sent, pushed])


def test_the_last_ones_are_shown_and_no_control_call(right: Provider) -> None:
    """Three are enough to see what went before."""
    diary = Diary(right)
    app = Consumer(diary.written(), right.client)
    token = app.access()
    for _ in range(SHOWN + 2):
        app.send(app.balance(token))
    assert right.control is not None
    written = diary.written().control
    assert written is not None
    written.new_app()

    assert [one.url for one in _shown(diary)] == ["<rest>/account/get-balance"] * SHOWN


def test_no_secret_is_shown(right: Provider) -> None:
    """Neither of the way to a token, nor of control calls, nor of an account's own credentials."""
    diary = Diary(right)
    provider = diary.written()
    app = Consumer(provider, provider.client)
    assert provider.control is not None
    assert provider.account is not None
    other = provider.control.new_account()
    token = app.access()
    for key in (provider.account.key, other.key):
        url = f"{provider.rest_url}/account/get-balance"
        given = {"api_key": key.key, "api_secret": key.secret}
        provider.send(requests.Request("GET", url, params=given).prepare())
        provider.send(requests.Request("GET", url, auth=(key.key, key.secret)).prepare())
        provider.send(requests.Request("GET", f"{url}/{key.key}/{key.secret}").prepare())
    so_far = (replace(diary, kept=diary.kept[:number]) for number in range(1, len(diary.kept) + 1))
    text = "".join(_text(_shown(one)) for one in so_far)

    for secret in (
        provider.client.secret,
        token.key,
        token.secret,
        provider.account.key.secret,
        other.key.secret,
    ):
        assert secret not in text
    assert "Basic" not in text


def _echoed(request: requests.PreparedRequest) -> requests.Response:
    """Answer all of a request, as a page about a mistake may."""
    answer = requests.Response()
    answer.status_code = 500
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    answer._content = b"\n".join([str(request.url).encode(), repr(dict(request.headers)).encode(), body])
    answer.headers["X-Echo"] = answer.headers["Location"] = str(request.url)
    return answer


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "place", [{}, {"place": "query"}, {"signature_method": PLAINTEXT}], ids=["header", "query", "plaintext"]
)
def test_nothing_of_a_live_run_is_shown(right: Provider, shape: str, place: dict[str, Any]) -> None:
    """Neither secret, nor the stored token, nor the number, though the provider says everything again."""
    client = Credentials("a-consumer-key", "c0nsumer&s3cret/+=0123")
    token = Credentials("4cc355t0k3n0123456789abcdef00000", "t0ken&s3cret/+=0123456789")
    live = replace(
        right,
        client=client,
        send=_echoed,
        authorizer=StoredToken(token),
        sms_to="447700900023",
        control=None,
        account=None,
    )
    live.secrets.add(live.sms_to, shown_as="<NEXMO_SMS_TO>")
    diary = Diary(live)
    app = Consumer(diary.written(), client)
    app.send(replace(app.sms(token, shape=shape), **place))
    text = _text(_shown(diary))

    for secret in (client.secret, token.key, token.secret, live.sms_to):
        for form in (
            secret,
            quote(secret, safe=""),
            quote(quote(secret, safe=""), safe=""),
            quote_plus(secret),
        ):
            assert form not in text
    assert "<access-token-1>" in text


@pytest.mark.parametrize(
    "issued",
    [
        pytest.param('{"oauth_token":"T0KEN","oauth_token_secret":"S3CRET"}', id="json"),
        pytest.param("<t><oauth_token_secret>S3CRET</oauth_token_secret></t>", id="xml"),
        pytest.param("T0KEN S3CRET", id="words"),
        pytest.param("OAUTH_TOKEN=T0KEN&OAUTH_TOKEN_SECRET=S3CRET", id="another-case"),
    ],
)
def test_what_is_issued_in_another_form_is_not_shown(right: Provider, issued: str) -> None:
    """Nobody has learnt what in it is a secret."""

    def change(answer: requests.Response) -> None:
        if "/oauth/" in (answer.url or ""):
            answer._content = issued.encode()

    diary = Diary(_changed(right, change))
    app = Consumer(diary.written(), right.client)
    app.send(app.request_token())
    (one,) = _shown(diary)

    assert "S3CRET" not in _text([one])
    assert "T0KEN" not in _text([one])
    assert one.status == 200


@pytest.mark.parametrize(
    "told",
    [
        pytest.param('{"api_secret": "S3CRET"}', id="json"),
        pytest.param("<api-secret>S3CRET</api-secret>", id="xml"),
        pytest.param("why: secret=S3CRET&x=1", id="form"),
        pytest.param('<input name="password" value="S3CRET">', id="html"),
    ],
)
def test_a_value_that_is_called_a_secret_is_not_shown(right: Provider, told: str) -> None:
    """Whoever made it, and wherever it stands."""

    def change(answer: requests.Response) -> None:
        answer._content = told.encode()

    diary = Diary(_changed(right, change))
    diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())

    assert "S3CRET" not in _text(_shown(diary))
    assert "<hidden>" in _shown(diary)[0].answer_body


def test_what_this_run_keeps_secret_is_taken_out(right: Provider) -> None:
    """Though no masker knows it."""
    right.secrets.add("a-word-of-the-run")

    def change(answer: requests.Response) -> None:
        answer._content = b"say a-word-of-the-run twice"

    diary = Diary(_changed(right, change))
    diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())

    assert _shown(diary)[0].answer_body == "say <secret> twice"


def test_a_long_answer_is_cut(right: Provider) -> None:
    """A page is to be read."""

    def change(answer: requests.Response) -> None:
        answer._content = b"x" * 100_000

    diary = Diary(_changed(right, change))
    diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())

    assert _shown(diary)[0].answer_body == "x" * LONGEST + "… (100000 characters)"


@pytest.mark.parametrize("before", range(0, 18, 3))
def test_no_half_of_a_secret_is_left_where_a_long_answer_is_cut(right: Provider, before: int) -> None:
    """No more of it is looked at than may be shown, and what replaces a secret is shorter than it was."""
    right.secrets.add("a-word-of-the-run")
    looked_at: list[int] = []

    def change(answer: requests.Response) -> None:
        answer._content = b"x" * before + b"a-word-of-the-run " * 50_000

    def scrubbed(text: str) -> str:
        looked_at.append(len(text))
        return right.secrets.scrubbed(text)

    diary = Diary(_changed(right, change))
    diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())
    shown = diary.end(scrubbed)[0].answer_body

    assert looked_at[0] < 10_000
    assert set(shown.partition("…")[0].lstrip("x").split()) <= {"<secret>", "<secret", "<secre", "<secr"}
    assert shown.endswith(f"… ({before + 900_000} characters)")


def test_a_request_without_an_answer_is_shown(right: Provider) -> None:
    """It may be what the test failed of."""

    def hang_up(_: requests.PreparedRequest) -> requests.Response:
        raise requests.ConnectionError("gone")

    diary = Diary(replace(right, send=hang_up))
    with pytest.raises(requests.ConnectionError):
        diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())

    assert [(one.url, one.status) for one in _shown(diary)] == [("<rest>/account/get-balance", None)]


@pytest.mark.parametrize("octets", [b"\xff\xfe\x00", b"\x1e\x1e", "\ud800".encode("utf-8", "surrogatepass")])
def test_an_answer_of_whatever_octets_is_shown(right: Provider, octets: bytes) -> None:
    """As text that a file in UTF-8 can hold."""

    def change(answer: requests.Response) -> None:
        answer._content = octets

    diary = Diary(_changed(right, change))
    diary.written().send(requests.Request("GET", f"{right.rest_url}/account/get-balance").prepare())

    assert _shown(diary)[0].answer_body.encode()


def test_a_wrong_signature_is_told(right: Provider) -> None:
    """None of the secrets that the test was given fits."""
    diary = Diary(right)
    app = Consumer(diary.written(), right.client)
    app.send(replace(app.request_token(), client=Credentials(right.client.key, "wrong")))

    assert _shown(diary)[0].signed == "none of the secrets that are known here"
