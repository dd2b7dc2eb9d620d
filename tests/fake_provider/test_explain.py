"""``explain``: one request, outside any server, for any OAuth 1.0a provider."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import fake_provider
from fake_provider import InvalidValue, explaining
from fake_provider.cli import main
from fake_provider.domain.wire import WireRequest
from tests.fake_provider.oauth.test_doctor import CONSUMER_SECRET, TOKEN_SECRET, Client, escape

SECRETS: dict[str, Any] = {"consumer_secret": CONSUMER_SECRET, "token_secret": TOKEN_SECRET}
RIGHT, WRONG = Client(), Client(key=lambda c, t: f"{escape(c)}&")

# RFC 5849 section 1.2, the last request of the example.
RFC5849 = """GET /photos?file=vacation.jpg&size=original HTTP/1.1
Host: photos.example.net:80
Authorization: OAuth realm="Photos",
   oauth_consumer_key="dpf43f3p2l4k3l03",
   oauth_token="nnch734d00sl2jdk",
   oauth_signature_method="HMAC-SHA1",
   oauth_timestamp="137131202",
   oauth_nonce="chapoH",
   oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"
"""


def as_curl(wire: WireRequest) -> str:
    """Write a request as a curl command."""
    headers = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in wire.headers)
    return f"curl -sS -X {wire.method} {headers} --data-raw {shlex.quote(wire.body.decode())} \\\n  {shlex.quote(wire.url)}"


def as_raw(wire: WireRequest) -> str:
    """Write a request as it stands on the wire."""
    lines = [
        f"{wire.method} {wire.target} HTTP/1.1",
        f"Host: {wire.host}",
        *(f"{n}: {v}" for n, v in wire.headers),
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + wire.body.decode()


def as_har(wire: WireRequest) -> str:
    """Write a request as browsers export it, behind one that is not signed."""
    entries = [
        {"request": {"method": "GET", "url": "http://fake.test/", "headers": []}},
        {
            "request": {
                "method": wire.method,
                "url": wire.url,
                "headers": [
                    {"name": ":method", "value": "POST"},
                    *({"name": n, "value": v} for n, v in wire.headers),
                ],
                "postData": {"mimeType": "application/x-www-form-urlencoded", "text": wire.body.decode()},
            }
        },
    ]
    return json.dumps({"log": {"entries": entries}})


FORMS = {"curl": as_curl, "raw": as_raw, "har": as_har}


@pytest.mark.parametrize("form", FORMS)
def test_a_request_that_verifies(form: str) -> None:
    """Pasted in each form, a right signature is told to be right, with its base string."""
    found = fake_provider.explain(FORMS[form](RIGHT.request()), **SECRETS)

    assert found.verifies
    assert found.diagnosis is None
    assert found.base_string is not None
    assert found.base_string.startswith(
        "POST&http%3A%2F%2Ffake.test%3A8080%2Fsms%2Fjson&empty%3D%26from%3DAcme"
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_request_that_does_not(form: str) -> None:
    """Pasted in each form, a wrong one has its mistake named."""
    found = fake_provider.explain(FORMS[form](WRONG.request()), **SECRETS)

    assert not found.verifies
    assert found.diagnosis is not None
    assert (found.diagnosis.code, found.diagnosis.proof) == ("token-secret-missing", "exact")
    assert found.as_json()["diagnosis"]["code"] == "token-secret-missing"


def test_in_parts() -> None:
    """The request as method, URL, headers and body."""
    wire = RIGHT.request()

    found = fake_provider.explain(
        method="post", url=wire.url, headers=wire.headers, body=wire.body, **SECRETS
    )

    assert found.verifies


def test_the_example_of_the_standard() -> None:
    """It is no request to Nexmo; its header is folded over several lines."""
    found = fake_provider.explain(
        RFC5849, consumer_secret="kd94hf93k423kf44", token_secret="pfkkdhi9sl3r4s00"
    )

    assert found.verifies


def test_other_secrets_are_tried() -> None:
    """A secret of another token, given as a suspicion, is named if it was used."""
    wire = Client(key=lambda c, t: f"{escape(c)}&earlier-secret").request()

    unknown = fake_provider.explain(as_curl(wire), **SECRETS).diagnosis
    found = fake_provider.explain(as_curl(wire), **SECRETS, other_secrets=["earlier-secret"]).diagnosis

    assert unknown is not None
    assert found is not None
    assert (unknown.code, found.code) == ("unknown-secret", "wrong-token-secret")


def test_what_is_not_signed() -> None:
    """It is said what is missing, and nothing is computed."""
    found = fake_provider.explain("GET http://fake.test/ HTTP/1.1\nHost: fake.test\n", consumer_secret="x")

    assert found.diagnosis is not None
    assert (found.verifies, found.diagnosis.code, found.base_string) == (False, "authorization-missing", None)


HEADER = "-H 'Authorization: OAuth oauth_a=\"1\"'"
COMMANDS: Sequence[tuple[str, str, str, str]] = [
    (f"curl {HEADER} http://h/p", "GET", "http://h/p", ""),
    (f"curl -XPUT {HEADER} --url=http://h/p", "PUT", "http://h/p", ""),
    (f"curl -sSXDELETE {HEADER} h/p", "DELETE", "http://h/p", ""),
    (f"curl {HEADER} -d a=1 -d 'b=x y' http://h/p", "POST", "http://h/p", "a=1&b=x y"),
    (f"curl {HEADER} -G -d a=1 'http://h/p?b=2'", "GET", "http://h/p?b=2&a=1", ""),
    (f"curl {HEADER} --data-urlencode 'a=x y&z' http://h/p", "POST", "http://h/p", "a=x+y%26z"),
    (f"curl {HEADER} --json '{{\"a\":1}}' http://h/p", "POST", "http://h/p", '{"a":1}'),
    (f"curl {HEADER} -I http://h/p -o /dev/null -m 5 -k --compressed", "HEAD", "http://h/p", ""),
    (f"curl {HEADER} --data-raw $'it\\'s\\n\\xc3\\xa9' http://h/p", "POST", "http://h/p", "it's\né"),
    (f"$ curl {HEADER} \\\n  -u key:secret \\\n  http://h/p", "GET", "http://h/p", ""),
]


@pytest.mark.parametrize(("command", "method", "url", "body"), COMMANDS)
def test_curl_commands(command: str, method: str, url: str, body: str) -> None:
    """As people and browsers write them."""
    wire = explaining.read(command)

    assert (wire.method, wire.url, wire.body.decode()) == (method, url, body)
    assert wire.header("authorization") == 'OAuth oauth_a="1"'


WRONG_INPUT = [
    ("", "a curl command, a raw HTTP request or a HAR file is wanted"),
    ("hello", "a curl command, a raw HTTP request or a HAR file is wanted"),
    ("curl", "a curl command"),
    ("curl -X", "curl's -X lacks its value"),
    ("curl -H 'a: b'", "names no URL"),
    ("curl 'http://h/", "cannot be read"),
    ("curl -d @file http://h/", "paste what is in it instead"),
    ("curl -F a=b http://h/", "multipart"),
    ("curl ftp://h/", "an absolute http or https URL is wanted"),
    ("GET /a HTTP/1.1\nno header\n", "this line is no header"),
    ("GET /a HTTP/1.1\nAccept: x\n", "there is no Host header"),
    ("{}", "this is not a HAR file"),
    ('{"log": {"entries": []}}', "none of the 0 requests"),
    ("[" * 100_000, "a curl command"),
    ("{" + '"a":[' * 50_000, "this is not a HAR file"),
]


@pytest.mark.parametrize(("pasted", "problem"), WRONG_INPUT, ids=[problem for _, problem in WRONG_INPUT])
def test_what_is_no_request(pasted: str, problem: str) -> None:
    """It is an error that says what is wanted."""
    with pytest.raises(InvalidValue, match=problem.replace("(", "\\(")):
        fake_provider.explain(pasted, consumer_secret="x")


@pytest.mark.parametrize(
    "key", [None, "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_rsa_without_its_key(key: str | None) -> None:
    """It is an error that says what is wanted, and not a wrong verdict."""
    wire = Client(method_name="RSA-SHA1").request()

    with pytest.raises(InvalidValue, match="public key"):
        fake_provider.explain(as_curl(wire), **SECRETS, rsa_public_key=key)


# The command


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From a file: the verdict, what to change, the base string part by part; the exit code tells."""
    path = tmp_path / "request.txt"
    path.write_text(as_curl(Client(sign_method=str.lower).request()))
    secrets = ["--consumer-secret", CONSUMER_SECRET, "--token-secret", TOKEN_SECRET]

    code = main(["explain", str(path), *secrets])

    printed = capsys.readouterr().out
    assert code == 1
    assert "It does not verify: method-lowercase  (proved:" in printed
    assert "What to change: Write the method in capitals" in printed
    assert "! method" in printed
    assert "\x1b" not in printed
    assert CONSUMER_SECRET not in printed
    assert TOKEN_SECRET not in printed
    path.write_text(as_raw(RIGHT.request()))
    assert main(["explain", str(path), *secrets]) == 0
    assert capsys.readouterr().out.startswith("The signature verifies.")


def test_secrets_from_the_environment_and_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They need not stand in the shell's history; the request may come from options."""
    monkeypatch.setenv("NEXMO_CONSUMER_SECRET", CONSUMER_SECRET)
    monkeypatch.setenv("NEXMO_ACCESS_TOKEN_SECRET", TOKEN_SECRET)
    wire = WRONG.request()
    headers = [word for name, value in wire.headers for word in ("--header", f"{name}: {value}")]

    code = main(
        ["explain", "--method", "POST", "--url", wire.url, *headers, "--body", wire.body.decode(), "--json"]
    )

    told = json.loads(capsys.readouterr().out)
    assert code == 1
    assert told["diagnosis"]["code"] == "token-secret-missing"
    assert told["base_string"] == told["diagnosis"]["expected_base_string"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere.txt"], "nowhere.txt: No such file"),
        (["x.txt", "--url", "http://h/"], "give either a file or --url"),
        (["--method", "GET"], "want --url"),
        (["--url", "http://h/", "--header", "x"], "'Name: value' is wanted"),
        (["--url", "h"], "an absolute http or https URL is wanted"),
        (["--url", "http://h/"], "give --consumer-secret, or set NEXMO_CONSUMER_SECRET"),
    ],
)
def test_wrong_use(
    arguments: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that says what to change, and exit code 2."""
    monkeypatch.delenv("NEXMO_CONSUMER_SECRET", raising=False)

    code = main(["explain", *arguments])

    told = capsys.readouterr().err
    assert code == 2
    assert problem in told
    assert told.count("\n") == 1


def test_a_token_secret_without_a_token_is_named() -> None:
    """Whoever signs a request for a token with the secret of another token reads that, and no traceback."""
    header = (
        'OAuth oauth_consumer_key="ck", oauth_nonce="n123", oauth_signature_method="HMAC-SHA1", '
        'oauth_timestamp="1795655000", oauth_version="1.0", oauth_signature="IqhHOBymftjKFz2R74uAad2rmvc%3D"'
    )
    explanation = fake_provider.explain(
        method="POST",
        url="https://x.example/request_token",
        headers=[("Authorization", header)],
        consumer_secret="csecret",
        token_secret="tsecret",
    )

    assert explanation.diagnosis is not None
    assert explanation.diagnosis.code == "wrong-token-secret"


def test_every_request_of_a_har_file_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that does not verify is not hidden behind one that does."""
    har = json.loads(as_har(RIGHT.request()))
    har["log"]["entries"] += json.loads(as_har(WRONG.request()))["log"]["entries"]
    (tmp_path / "both.har").write_text(json.dumps(har))
    secrets = ["--consumer-secret", CONSUMER_SECRET, "--token-secret", TOKEN_SECRET]
    code = main(["explain", str(tmp_path / "both.har"), *secrets])

    printed = capsys.readouterr().out
    assert code == 1
    assert "The signature verifies." in printed
    assert "It does not verify: " in printed
    assert "2 of 2: " in printed
    with pytest.raises(InvalidValue, match="2 signed requests"):
        fake_provider.explain(json.dumps(har), **SECRETS)
