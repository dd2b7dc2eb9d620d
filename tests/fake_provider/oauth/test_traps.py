"""What oauthlib stumbles over and what real clients send: raw requests over a socket, each a trap once met.

The first part are the requests that oauthlib refuses without a reason, accepts though they are wrong, or fails
on; the second what 41 measured clients in 13 languages put on the wire.
"""

from __future__ import annotations

import socket
import time
from urllib.parse import quote, urlsplit

import pytest
from werkzeug.test import Client

from contract_tests.signing import escape
from tests.conftest import Served
from tests.raw import FORM, Pair, exchange, form, head, normal_header, read_answer

SMS, SMS_HEADERS = form(from_="Acme", to="447700900000", text="hello from Nexmo")
FIELDS = [("from", "Acme"), ("to", "447700900000"), ("text", "hello from Nexmo")]
QUERY = "from=Acme&to=447700900000&text=hello%20from%20Nexmo"


def accepted(served: Served, **parts: object) -> None:
    """Send a signed SMS and require that it is accepted, with its text intact."""
    text = parts.pop("text", "hello from Nexmo")
    defaults: dict[str, object] = {"body": SMS, "headers": list(SMS_HEADERS), "token": served.access_token()}
    answer = served.signed(**(defaults | parts)).send()
    assert (answer.status, served.diagnosis) == (200, None)
    assert answer.sms_status == "0"
    assert served.fake.messages[-1].text == text


# What oauthlib does


@pytest.mark.parametrize(
    "nonce",
    [
        pytest.param("24493142556b04aedd5f3d66.77212492", id="PHP"),
        "12345678",
        "abcdefghijk",
        "x" * 32,
        "x" * 36,
        "x" * 40,
        pytest.param("a+b/c-d=", id="plus-slash-minus-equals"),
        pytest.param("1", id="one-digit"),
        pytest.param("ü€", id="unicode"),
        pytest.param("a b", id="blank"),
    ],
)
def test_nonces(nonce: str, documented: Served) -> None:
    """Any text that is not empty is a nonce."""
    accepted(documented, oauth={"oauth_nonce": nonce})


@pytest.mark.parametrize("key", ["k", "a.b", "key with blank", "x" * 64])
def test_consumer_keys(key: str, documented: Served) -> None:
    """A consumer key may be short, long, or hold any character."""
    documented.fake.create_app("Odd key", consumer_key=key, consumer_secret="secret&with=odd%chars +")

    answer = documented.signed(
        target="/oauth/request_token",
        consumer=(key, "secret&with=odd%chars +"),
        oauth={"oauth_callback": "oob"},
    ).send()

    assert answer.status == 200


def test_an_empty_pair_in_the_query(documented: Served) -> None:
    """``?&from=…``, which PHP sends when its URL ends in ``?``, verifies."""
    accepted(documented, method="GET", target=f"/sms/json?&{QUERY}", body=None, headers=[])


def test_werkzeugs_own_headers(documented: Served) -> None:
    """The application verifies behind a WSGI server, too."""
    client = Client(documented.fake.application)
    request = documented.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"})
    pairs = request.protocol()
    line, _, rest = request.encoded().partition(b"\r\n")
    authorization = next(
        text.split(": ", 1)[1] for text in rest.decode().split("\r\n") if text.startswith("Authorization")
    )

    answer = client.post(
        "/oauth/request_token", base_url=documented.url, headers={"Authorization": authorization}
    )

    assert line.startswith(b"POST")
    assert pairs
    assert answer.status_code == 200


@pytest.mark.parametrize("character", ["é", "€", "\x80"])
def test_raw_octets_in_the_query(character: str, documented: Served) -> None:
    """Octets outside ASCII that nobody escaped are a 400, not a 500 and not a closed connection."""
    target = f"/sms/json?from=Acme&to=447700900000&text={character}"

    answer = documented.signed(method="GET", target=target, token=documented.access_token()).send()

    assert answer.status == 400
    assert documented.diagnosis == "unparseable"


@pytest.mark.parametrize("text", ["%zz", "%4", "100%", "%ff%fe", "%C3%28"])
@pytest.mark.parametrize("place", ["query", "form"])
def test_broken_escapes(text: str, place: str, documented: Served) -> None:
    """A ``%`` without two hex digits, or octets that are no UTF-8, are a 400."""
    query = f"from=Acme&to=447700900000&text={text}"
    token = documented.access_token()
    if place == "query":
        request = documented.signed(method="GET", target=f"/sms/json?{query}", token=token)
    else:
        request = documented.signed(body=query.encode(), headers=[("Content-Type", FORM)], token=token)

    answer = request.send()

    assert answer.status == 400
    assert answer.json["messages"][0]["error-text"] == "Bad Credentials"
    assert documented.diagnosis == "unparseable"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        pytest.param('OAuth, oauth_consumer_key="a"', "header-malformed", id="comma-after-the-scheme"),
        pytest.param('OAuth oauth_consumer_key="a" oauth_nonce="b"', "header-malformed", id="missing-comma"),
        pytest.param("OAuth some-oauth2-token", "header-malformed", id="no-parameter"),
        pytest.param('OAuth oauth_nonce="%zz"', "unparseable", id="broken-escape"),
        pytest.param('OAuth oauth_nonce="%ff"', "unparseable", id="no-utf-8"),
        pytest.param('OAuth oauth_nonce="unclosed', "header-malformed", id="unclosed-quote"),
        pytest.param("OAuth", "authorization-missing", id="empty"),
    ],
)
@pytest.mark.parametrize("profile_name", ["documented", "strict"])
def test_headers_that_are_none(
    header: str, code: str, profile_name: str, request: pytest.FixtureRequest
) -> None:
    """A header that cannot be read is a 400 with its own code in both profiles."""
    served: Served = request.getfixturevalue(profile_name)

    answer = exchange(
        served.url,
        head("POST", "/oauth/request_token", [("Authorization", header)], host=urlsplit(served.url).netloc),
    )

    assert answer.status == 400
    assert served.diagnosis == code


@pytest.mark.parametrize("header", ["OAuth c2VjcmV0dG9rZW4=", "OAuth secrettoken", "OAuth secrettoken=x"])
def test_a_token_of_oauth_2_is_not_repeated(header: str, documented: Served) -> None:
    """What stands in the place of parameters may be somebody's token; the diagnosis does not say it."""
    exchange(
        documented.url,
        head(
            "POST", "/oauth/request_token", [("Authorization", header)], host=urlsplit(documented.url).netloc
        ),
    )

    diagnosis = documented.fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert "c2VjcmV0dG9rZW4" not in repr(diagnosis)
    assert "secrettoken" not in repr(diagnosis)


def test_the_exchange_names_the_client_that_the_request_names(documented: Served) -> None:
    """An unknown consumer key stands on the exchange as it came."""
    documented.signed(target="/oauth/request_token", consumer=("who-is-this", "x")).send()

    assert documented.fake.exchanges[0].client_key == "who-is-this"


def test_a_callback_with_escapes_in_the_query(documented: Served) -> None:
    """A callback that holds escapes itself verifies where the parameters come in the query."""
    callback = "https://app.example/cb?next=%2Fa%20b&x=1"

    answer = documented.signed(
        target="/oauth/request_token", oauth={"oauth_callback": callback}, place="query"
    ).send()

    assert answer.status == 200
    redirect = documented.fake.authorize(answer.form["oauth_token"]).redirect_url
    assert redirect is not None
    assert redirect.startswith(callback + "&oauth_token=")


# What real clients send


def joined(separator: str, *, realm: str | None = None, reverse: bool = False, scheme: str = "OAuth"):  # type: ignore[no-untyped-def]
    """Return a writer of Authorization headers in another taste."""

    def write(pairs: list[Pair]) -> str:
        written = [f'{name}="{escape(value)}"' for name, value in pairs]
        if reverse:
            written.reverse()
        if realm is not None:
            written.insert(0, f'realm="{realm}"')
        return f"{scheme} {separator.join(written)}"

    return write


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(joined(","), id="comma"),
        pytest.param(joined(", "), id="comma-blank"),
        pytest.param(joined(" , "), id="blank-comma-blank"),
        pytest.param(joined(",\t"), id="comma-tab"),
        pytest.param(joined(", ", realm=""), id="empty-realm"),
        pytest.param(joined(", ", realm="https://rest.nexmo.com/sms/json"), id="realm-is-a-URL"),
        pytest.param(joined(",", reverse=True), id="any-order"),
        pytest.param(joined(", ", scheme="oauth"), id="scheme-in-lower-case"),
        pytest.param(joined(", ", scheme="OAuth "), id="two-blanks-after-the-scheme"),
        pytest.param(lambda pairs: normal_header(pairs) + ",", id="comma-at-the-end"),
    ],
)
def test_header_styles(write: object, strict: Served) -> None:
    """Header parameters come in any order, with any blanks, with or without a realm."""
    accepted(strict, write=write)


@pytest.mark.parametrize("nonce", ["1234567", "a.b_c-d", "-leading", "_x", "0123456789", "x" * 43])
def test_nonces_of_real_clients(nonce: str, strict: Served) -> None:
    """Nonces of 7 to 43 characters with dots, underscores and a leading minus get through."""
    accepted(strict, oauth={"oauth_nonce": nonce})


def test_no_version(strict: Served) -> None:
    """oauth_version is optional."""
    accepted(strict, oauth={"oauth_version": None})


BODILESS = [
    pytest.param("GET", [], None, id="GET"),
    pytest.param("POST", [], None, id="POST-without-length-and-type"),
    pytest.param("POST", [("Content-Length", "0")], None, id="POST-length-0"),
    pytest.param("POST", [("Content-Type", FORM), ("Content-Length", "0")], None, id="POST-empty-form"),
    pytest.param("POST", [("Content-Type", "application/octet-stream"), ("Content-Length", "0")], None, id="POST-empty-octets"),
    pytest.param("GET", [("Content-Type", FORM), ("Content-Length", "0")], None, id="GET-typed-form"),
    pytest.param("POST", [("Content-Type", f"{FORM}; charset=UTF-8"), ("Content-Length", "0")], None, id="POST-charset"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "headers", "body"), BODILESS)
@pytest.mark.parametrize("place", ["header", "query"])
def test_token_endpoints_without_a_body(
    method: str, headers: list[Pair], body: bytes | None, place: str, strict: Served
) -> None:
    """Both token endpoints answer GET and POST with nothing in the body, however that is typed."""
    parts: dict[str, object] = {"method": method, "headers": headers, "body": body, "place": place}

    first = strict.signed(target="/oauth/request_token", oauth={"oauth_callback": "oob"}, **parts).send()
    token = (first.form["oauth_token"], first.form["oauth_token_secret"])
    verifier = strict.fake.authorize(token[0]).verifier
    oauth = {"oauth_verifier": verifier}
    second = strict.signed(target="/oauth/access_token", token=token, oauth=oauth, **parts).send()

    assert (first.status, second.status) == (200, 200)
    assert len(second.form["oauth_token"]) == 32


@pytest.mark.parametrize("charset", ["; charset=UTF-8", ";charset=utf-8", "; charset=ISO-8859-1"])
def test_form_with_a_charset(charset: str, strict: Served) -> None:
    """A charset after the form's type changes nothing."""
    accepted(strict, headers=[("Content-Type", FORM + charset)])


def test_everything_in_the_query_with_an_empty_body(documented: Served) -> None:
    """POST with OAuth and the message in the query."""
    accepted(documented, target=f"/sms/json?{QUERY}", body=b"", headers=[], place="query")


def test_oauth_in_the_query_and_the_message_in_the_form(documented: Served) -> None:
    """OAuth and the message may come in two places."""
    accepted(documented, place="query")


@pytest.mark.parametrize(
    "name", ["oauth_callback", "oauth_verifier", "oauth_callback_confirmed", "oauth_token_secret_hint"]
)
def test_leftovers_of_the_flow(name: str, strict: Served) -> None:
    """A callback, a verifier or anything else that is sent again with a call is signed like any other."""
    accepted(strict, oauth={name: "oob"})


@pytest.mark.parametrize("text", ["!'()$,/:;?@", "a*b", "~x~", "[x]", "a b"])
def test_raw_characters_in_the_query(text: str, documented: Served) -> None:
    """Characters that may stand raw in a query, and brackets, verify as they were meant."""
    raw = text.replace(" ", "+")
    accepted(
        documented,
        method="GET",
        target=f"/sms/json?from=Acme&to=447700900000&text={raw}",
        parameters=[("from", "Acme"), ("to", "447700900000"), ("text", text)],
        body=None,
        headers=[],
        text=text,
    )


@pytest.mark.parametrize("space", ["+", "%20"])
@pytest.mark.parametrize("place", ["query", "form"])
def test_blanks(space: str, place: str, strict: Served) -> None:
    """A blank is ``+`` or ``%20``, in the query and in a form."""
    encoded = QUERY.replace("%20", space)
    if place == "query":
        accepted(strict, method="GET", target=f"/sms/json?{encoded}", body=None, headers=[])
    else:
        accepted(strict, body=encoded.encode())


def test_repeated_names_sort_by_value(strict: Served) -> None:
    """``ids=b&ids=a``: both are in the base string, sorted by value."""
    answer = strict.signed(
        method="GET", target="/account/get-balance?ids=b&ids=a&ids=", token=strict.access_token()
    ).send()

    assert answer.status == 200


@pytest.mark.parametrize(
    "text",
    ["0", "  edges  ", "a\r\nb", "e\u0301", "😀 emoji", "%41", "a+b", "&=%", "\u202eright", "ÄÖÜß€", "漢字"],
)
@pytest.mark.parametrize("kind", ["query", "form", "json"])
def test_texts_arrive_exactly(text: str, kind: str, strict: Served) -> None:
    """What was written is what arrived: nothing trimmed, normalised or decoded twice."""
    import json

    fields = {"from": "Acme", "to": "447700900000", "type": "unicode", "text": text}
    encoded = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
    if kind == "query":
        accepted(strict, method="GET", target=f"/sms/json?{encoded}", body=None, headers=[], text=text)
    elif kind == "form":
        accepted(strict, body=encoded.encode(), text=text)
    else:
        body = json.dumps(fields).encode()
        accepted(strict, body=body, headers=[("Content-Type", "application/json")], text=text)


def test_an_escaped_path_is_routed_and_verified_as_it_came(strict: Served) -> None:
    """``/sms/%6Ason`` is ``/sms/json``, and its signature is over ``%6A``."""
    accepted(strict, target="/sms/%6Ason")


def test_a_body_in_chunks(strict: Served) -> None:
    """A form in chunks is verified like any other."""
    request = strict.signed(body=SMS, headers=list(SMS_HEADERS), token=strict.access_token()).encoded()
    top, _, body = request.partition(b"\r\n\r\n")
    lines = [line for line in top.split(b"\r\n") if not line.startswith(b"Content-Length")]
    chunks = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (5, body[:5], len(body) - 5, body[5:])

    answer = exchange(strict.url, b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", chunks]))

    assert answer.sms_status == "0"


def test_the_target_may_be_absolute(strict: Served) -> None:
    """A request as to a proxy, with the real host in its target, is verified for that host."""
    token = strict.access_token()
    request = strict.signed(
        body=SMS, headers=list(SMS_HEADERS), token=token, signed_origin="http://rest.nexmo.com"
    ).encoded()

    answer = exchange(
        strict.url, request.replace(b"POST /sms/json", b"POST http://rest.nexmo.com/sms/json", 1)
    )

    assert answer.sms_status == "0"
    assert strict.findings == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "fake.internal", "[::1]"])
def test_the_host_is_the_one_that_the_client_used(host: str, strict: Served) -> None:
    """The base string has the Host header of the request, whatever it says, in lower case."""
    port = urlsplit(strict.url).port
    request = strict.signed(
        body=SMS,
        headers=list(SMS_HEADERS),
        token=strict.access_token(),
        signed_origin=f"http://{host.lower()}:{port}",
    ).encoded()

    answer = exchange(strict.url, request.replace(b"Host: 127.0.0.1", f"Host: {host}".encode(), 1))

    assert answer.sms_status == "0"


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ([("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "api.example")], "https://api.example"),
        (
            [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "api.example:8443")],
            "https://api.example:8443",
        ),
        (
            [
                ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "api.example"),
                ("X-Forwarded-Port", "8443"),
            ],
            "https://api.example:8443",
        ),
    ],
)
def test_behind_a_proxy(headers: list[Pair], origin: str, serve) -> None:  # type: ignore[no-untyped-def]
    """X-Forwarded-* count only where the proxy is trusted."""
    for trusted in (True, False):
        served: Served = serve(profile="strict", trust_proxy=trusted)
        token = served.access_token()

        answer = served.signed(
            body=SMS, headers=[*SMS_HEADERS, *headers], token=token, signed_origin=origin
        ).send()

        assert answer.status == (200 if trusted else 401)


def test_several_requests_on_one_connection(strict: Served) -> None:
    """Connections are kept, and pipelined requests are answered in order."""
    token = strict.access_token()
    one = strict.signed(body=SMS, headers=list(SMS_HEADERS), token=token).encoded()
    two = strict.signed(method="GET", target="/account/get-balance", token=token).encoded()
    parts = urlsplit(strict.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(one + two)
        data = b""
        deadline = time.monotonic() + 10
        while b"autoReload" not in data and time.monotonic() < deadline:
            data += sock.recv(65536)

    assert data.count(b"HTTP/1.1 200 OK") == 2
    assert data.index(b"message-count") < data.index(b"autoReload")


def test_expect_continue(strict: Served) -> None:
    """A client that waits for 100 Continue before its body gets it."""
    request = strict.signed(
        body=SMS, headers=[*SMS_HEADERS, ("Expect", "100-continue")], token=strict.access_token()
    ).encoded()
    top, _, body = request.partition(b"\r\n\r\n")
    parts = urlsplit(strict.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as sock:
        sock.sendall(top + b"\r\n\r\n")
        interim = sock.recv(1024)
        sock.sendall(body)
        answer = read_answer(sock)

    assert interim.startswith(b"HTTP/1.1 100 Continue")
    assert answer.sms_status == "0"


def test_an_offer_to_upgrade_is_ignored(strict: Served) -> None:
    """Java's client offers h2c with its first request; it is answered in HTTP/1.1."""
    accepted(
        strict,
        headers=[
            *SMS_HEADERS,
            ("Connection", "Upgrade, HTTP2-Settings"),
            ("Upgrade", "h2c"),
            ("HTTP2-Settings", "AAEA"),
        ],
    )
