"""Every mistake that a client can make in signing is named for what it is, and nothing else is.

The clients here sign by code of their own, one step of it wrong: nothing of the doctor's is used to make the mistake.
"""

from __future__ import annotations

import base64
import functools
import hmac
import json
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import pytest

from fake_provider import FakeNexmo
from fake_provider.domain.finding import Diagnosis
from fake_provider.domain.wire import WireRequest
from fake_provider.oauth.doctor.hypotheses import HYPOTHESES
from fake_provider.oauth.doctor.keys import HYPOTHESES as KEY_HYPOTHESES
from fake_provider.oauth.doctor.words import WORDS

Pair = tuple[str, str]
FORM = "application/x-www-form-urlencoded"
CONSUMER_SECRET, TOKEN_SECRET = "fake-consumer-secret", "t0ken&secret/with+reserved"


def escape(text: str) -> str:
    """Percent-encode as RFC 5849 section 3.6 wants it."""
    return quote(text, safe="~")


def normalized(pairs: Sequence[Pair]) -> str:
    """Return the normalized parameters, as they should be."""
    return "&".join(f"{name}={value}" for name, value in sorted((escape(n), escape(v)) for n, v in pairs))


@dataclass(frozen=True)
class Client:
    """Signs one request; each step can be replaced by a wrong one."""

    method: str = "POST"
    url: str = "http://fake.test:8080/sms/json?page=1"
    body: str = (
        "from=Acme&to=447700900000&text=hello%20from%20~%20%C3%BCber%20it%27s%20(a%2Bb)&text=again&empty="
    )
    content_type: str = FORM
    headers: tuple[Pair, ...] = ()
    oauth: tuple[Pair, ...] = (("oauth_version", "1.0"),)  # beside the usual ones
    has_token: bool = True
    realm: str | None = None
    # The steps
    sign_method: Callable[[str], str] = str
    sign_uri: Callable[[str], str] = str
    pairs: Callable[[list[Pair]], list[Pair]] = list
    normalize: Callable[[Sequence[Pair]], str] = normalized
    whole: Callable[[str], str] = escape
    key: Callable[[str, str], str] = lambda consumer, token: f"{escape(consumer)}&{escape(token)}"
    digest: str = "sha1"
    write: Callable[[bytes], str] = lambda digest: base64.b64encode(digest).decode()
    method_name: str = "HMAC-SHA1"
    secrets: dict[str, str] = field(default_factory=dict)

    def protocol(self) -> list[Pair]:
        """Return the ``oauth_*`` parameters."""
        usual = [
            ("oauth_consumer_key", "fake-consumer-key"),
            *([("oauth_token", "the-access-token")] if self.has_token else []),
            ("oauth_signature_method", self.method_name),
            ("oauth_timestamp", str(int(time.time()))),
            ("oauth_nonce", f"{random.getrandbits(64):x}"),
        ]
        return [*usual, *self.oauth]

    def base_string(self, protocol: list[Pair]) -> str:
        """Return what this client signs."""
        parts = urlsplit(self.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        form = parse_qsl(self.body, keep_blank_values=True) if self.content_type == FORM else []
        host = parts.netloc.lower().removesuffix(":80" if parts.scheme == "http" else ":443")
        uri = self.sign_uri(f"{parts.scheme}://{host}{parts.path or '/'}")
        signed = self.pairs([*protocol, *query, *form])
        return "&".join(
            self.whole(part) for part in (self.sign_method(self.method), uri, self.normalize(signed))
        )

    def request(self) -> WireRequest:
        """Return the signed request."""
        protocol = self.protocol()
        consumer = self.secrets.get("consumer", CONSUMER_SECRET)
        token = self.secrets.get("token", TOKEN_SECRET) if self.has_token else ""
        text = self.base_string(protocol)
        key = self.key(consumer, token)
        made = self.write(hmac.digest(key.encode(), text.encode("utf-8", "surrogateescape"), self.digest))
        realm = [f'realm="{self.realm}"'] if self.realm is not None else []
        written = [*realm, *(f'{n}="{escape(v)}"' for n, v in [*protocol, ("oauth_signature", made)])]
        headers = [*self.headers, ("Authorization", "OAuth " + ", ".join(written))]
        if self.body:
            headers.append(("Content-Type", self.content_type))
        return WireRequest.to(self.method, self.url, headers=tuple(headers), body=self.body.encode())


def fake_with(client: Client) -> FakeNexmo:
    """Return a fake with the app, the token and the strangers that clients may confuse."""
    from fake_provider.domain.credentials import TokenCredentials

    fake = FakeNexmo()
    store = fake._ports.store
    if "consumer" in client.secrets:
        secret = client.secrets["consumer"]
        store.change_app("fake-consumer-key", lambda held: replace(held, client_secret=secret))
    fake.create_app("Other", consumer_key="other", consumer_secret="the-secret-of-another-app")
    for name, secret in (
        ("the-access-token", client.secrets.get("token", TOKEN_SECRET)),
        ("earlier", "earlier-secret"),
    ):
        store.add_token(
            TokenCredentials(
                token=name,
                secret=secret,
                client_key="fake-consumer-key",
                account="developer@example.com",
                created_at=fake.clock.now(),
            )
        )
    return fake


def diagnosed(client: Client) -> Diagnosis:
    """Send what *client* signs; return why it was refused."""
    fake = fake_with(client)
    answer = fake.application.respond(client.request())
    diagnosis = fake.exchanges[0].diagnosis
    assert diagnosis is not None, (answer.status, answer.body, fake.exchanges[0].findings)
    return diagnosis


def but(name: str) -> Callable[[list[Pair]], list[Pair]]:
    """Leave a parameter out of what is signed."""
    return lambda pairs: [pair for pair in pairs if pair[0] != name]


def altered(name: str, alter: Callable[[str], str]) -> Callable[[list[Pair]], list[Pair]]:
    """Sign another value of *name* than is sent."""
    return lambda pairs: [(n, alter(value) if n == name else value) for n, value in pairs]


def plus(*more: Pair) -> Callable[[list[Pair]], list[Pair]]:
    """Sign more than is sent."""
    return lambda pairs: [*pairs, *more]


def joined_by(
    encode: Callable[[str], str], ampersand: str = "&", equals: str = "="
) -> Callable[[Sequence[Pair]], str]:
    """Normalize with another encoding, or other separators."""
    return lambda pairs: ampersand.join(
        f"{name}{equals}{value}" for name, value in sorted((encode(n), encode(v)) for n, v in pairs)
    )


def ordered(key: Callable[[Pair], Any] | None) -> Callable[[Sequence[Pair]], str]:
    """Normalize in another order; None is as they come."""
    return lambda pairs: "&".join(
        f"{escape(n)}={escape(v)}" for n, v in (sorted(pairs, key=key) if key else pairs)
    )


def lower_hex(text: str) -> str:
    """Encode with small hex digits."""
    return re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), escape(text))


def javas(text: str) -> str:
    """Encode as encodeURIComponent does."""
    return quote(text, safe="~!*'()")


GET: dict[str, Any] = {
    "method": "GET",
    "body": "",
    "url": "http://fake.test:8080/sms/json?from=Acme&to=447700900000&text=a%20b&empty=",
}
JSON: dict[str, Any] = {
    "content_type": "application/json",
    "body": json.dumps({"from": "Acme", "to": "447700900000", "text": "hi"}),
}
TOKEN_REQUEST: dict[str, Any] = {
    "url": "http://fake.test:8080/oauth/request_token",
    "body": "",
    "has_token": False,
    "oauth": (("oauth_callback", "http://app.example/cb"),),
}
MULTIPART: dict[str, Any] = {
    "content_type": "multipart/form-data; boundary=x",
    "body": '--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n447700900000\r\n--x--\r\n',
}

MISTAKES: Sequence[tuple[str, Client]] = [
    # Keys
    ("token-secret-missing", Client(key=lambda c, t: f"{escape(c)}&")),
    ("ampersand-missing", Client(key=lambda c, t: escape(c) + escape(t))),
    ("ampersand-missing", Client(key=lambda c, t: c, **TOKEN_REQUEST)),
    ("wrong-token-secret", Client(key=lambda c, t: f"{escape(c)}&earlier-secret")),
    ("wrong-consumer-secret", Client(key=lambda c, t: f"the-secret-of-another-app&{escape(t)}")),
    ("key-used-as-secret", Client(key=lambda c, t: f"fake-consumer-key&{escape(t)}")),
    ("key-used-as-secret", Client(key=lambda c, t: f"{escape(c)}&the-access-token")),
    ("consumer-secret-missing", Client(key=lambda c, t: f"&{escape(t)}")),
    ("secret-has-quotes", Client(key=lambda c, t: f"%22{escape(c)}%22&{escape(t)}")),
    ("secrets-swapped", Client(key=lambda c, t: f"{escape(t)}&{escape(c)}")),
    ("secret-not-encoded", Client(key=lambda c, t: f"{c}&{t}")),
    ("secret-not-encoded", Client(key=lambda c, t: f"{c}&{escape(t)}", secrets={"consumer": "a+b/c=="})),
    ("secret-has-whitespace", Client(key=lambda c, t: f"{escape(c)}%0A&{escape(t)}")),
    ("secret-has-whitespace", Client(key=lambda c, t: f"{escape(c)}&{escape(t)} ")),
    (
        "secret-has-whitespace",
        Client(key=lambda c, t: f"{escape(c.strip())}&{escape(t)}", secrets={"consumer": " padded-secret "}),
    ),
    # Method and URI
    ("method-differs", Client(sign_method=lambda _: "GET")),
    ("method-differs", Client(sign_method=lambda _: "POST", **GET)),
    ("method-lowercase", Client(sign_method=str.lower)),
    ("scheme-differs", Client(sign_uri=lambda uri: uri.replace("http:", "https:"))),
    (
        "host-differs",
        Client(
            url="http://127.0.0.1:8080/sms/json", sign_uri=lambda uri: uri.replace("127.0.0.1", "localhost")
        ),
    ),
    (
        "host-differs",
        Client(
            headers=(("X-Forwarded-Host", "api.shop.example"),),
            sign_uri=lambda uri: uri.replace("fake.test:8080", "api.shop.example"),
        ),
    ),
    ("host-differs", Client(sign_uri=lambda uri: uri.replace("fake.test:8080", "rest.nexmo.com"))),
    (
        "default-port-included",
        Client(url="http://fake.test/sms/json", sign_uri=lambda uri: uri.replace("test", "test:80")),
    ),
    (
        "default-port-included",
        Client(url="https://fake.test/sms/json", sign_uri=lambda uri: uri.replace("test", "test:443")),
    ),
    ("port-missing", Client(sign_uri=lambda uri: uri.replace(":8080", ""))),
    (
        "host-not-lowercase",
        Client(
            url="http://Fake.TEST:8080/sms/json", sign_uri=lambda uri: uri.replace("fake.test", "Fake.TEST")
        ),
    ),
    ("path-lowercased", Client(url="http://fake.test/sms/%6Ason", sign_uri=str.lower)),
    ("query-in-uri", Client(sign_uri=lambda uri: f"{uri}?page=1")),
    ("query-in-uri", Client(sign_uri=lambda uri: f"{uri}?page=1", pairs=but("page"))),
    ("path-differs", Client(sign_uri=lambda uri: uri.replace("json", "xml"))),
    ("path-differs", Client(sign_uri=lambda uri: "/sms/json")),
    ("trailing-slash-differs", Client(sign_uri=lambda uri: f"{uri}/")),
    (
        "trailing-slash-differs",
        Client(
            url="http://fake.test/account/get-balance/", sign_uri=lambda uri: uri[:-1], body="", method="GET"
        ),
    ),
    ("double-slash-differs", Client(sign_uri=lambda uri: uri.replace("/sms", "//sms"))),
    (
        "path-encoding-differs",
        Client(url="http://fake.test/sms/%6Ason", sign_uri=lambda uri: uri.replace("%6A", "j")),
    ),
    (
        "path-encoding-differs",
        Client(url="http://fake.test/sms/%6Ason", sign_uri=lambda uri: uri.replace("%6A", "%256A")),
    ),
    ("fragment-in-uri", Client(sign_uri=lambda uri: f"{uri}#")),
    ("fragment-in-uri", Client(sign_uri=lambda uri: f"{uri} ")),
    # Parameters
    (
        "body-not-signed",
        Client(pairs=lambda pairs: [p for p in pairs if p[0].startswith("oauth_") or p[0] == "page"]),
    ),
    (
        "body-signed-though-not-form",
        Client(pairs=plus(("from", "Acme"), ("to", "447700900000"), ("text", "hi")), **JSON),
    ),
    ("body-signed-though-not-form", Client(pairs=plus((JSON["body"], "")), **JSON)),
    ("body-signed-though-not-form", Client(pairs=plus(("to", "447700900000")), **MULTIPART)),
    (
        "body-signed-though-not-form",
        Client(content_type="text/plain", body="to=1&text=hi", pairs=plus(("to", "1"), ("text", "hi"))),
    ),
    ("query-not-signed", Client(pairs=but("page"))),
    ("parameter-not-signed", Client(pairs=but("text"))),
    ("parameter-not-signed", Client(pairs=but("oauth_token"))),
    ("parameter-not-signed", Client(pairs=but("oauth_timestamp"))),
    ("value-altered", Client(body="to=1&text=+padded+", pairs=altered("text", str.strip))),
    (
        "value-altered",
        Client(body="to=1&text=a%0D%0Ab", pairs=altered("text", lambda t: t.replace("\r", ""))),
    ),
    (
        "value-altered",
        Client(body="to=1&text=a%0Ab", pairs=altered("text", lambda t: t.replace("\n", "\r\n"))),
    ),
    ("value-altered", Client(body="to=+447700900000&text=x", pairs=altered("to", lambda t: f"+{t.strip()}"))),
    (
        "value-altered",
        Client(body="to=1&text=a+%26+b", pairs=altered("text", lambda t: t.replace("&", "&amp;"))),
    ),
    (
        "timestamp-made-anew",
        Client(pairs=altered("oauth_timestamp", lambda seconds: str(int(seconds) - 1))),
    ),
    ("parameters-not-sorted", Client(normalize=ordered(None))),
    ("parameters-not-sorted", Client(body="B=1&a=2&to=1", normalize=ordered(lambda pair: pair[0].lower()))),
    (
        "parameters-not-sorted",
        Client(
            body="p10=1&p2=2",
            normalize=ordered(
                lambda pair: [int(n) if n.isdigit() else n for n in re.split("([0-9]+)", pair[0])]
            ),
        ),
    ),
    ("parameters-not-sorted", Client(body="a=1&a%5B0%5D=2&a-b=3", normalize=ordered(lambda pair: pair))),
    ("duplicates-dropped", Client(pairs=lambda pairs: list(dict(pairs).items()))),
    ("empty-value-dropped", Client(pairs=but("empty"))),
    ("empty-token", Client(pairs=plus(("oauth_token", "")), **TOKEN_REQUEST)),
    ("empty-callback-or-verifier", Client(pairs=plus(("oauth_verifier", "")))),
    ("empty-callback-or-verifier", Client(pairs=but("oauth_verifier"), oauth=(("oauth_verifier", ""),))),
    (
        "realm-signed",
        Client(realm="https://rest.nexmo.com/", pairs=plus(("realm", "https://rest.nexmo.com/"))),
    ),
    ("signature-signed", Client(pairs=plus(("oauth_signature", "")))),
    ("callback-not-signed", Client(pairs=but("oauth_callback"), **TOKEN_REQUEST)),
    ("verifier-not-signed", Client(pairs=but("oauth_verifier"), oauth=(("oauth_verifier", "12345678"),))),
    ("version-not-signed", Client(pairs=but("oauth_version"))),
    ("version-not-signed", Client(pairs=plus(("oauth_version", "1.0")), oauth=())),
    ("parameters-not-joined", Client(normalize=joined_by(escape, ampersand=","))),
    ("parameters-not-joined", Client(normalize=joined_by(escape, ampersand=""))),
    # Encoding
    ("space-as-plus", Client(normalize=joined_by(lambda text: quote_plus(text, safe="~")))),
    ("tilde-encoded", Client(normalize=joined_by(lambda text: quote(text, safe="").replace("~", "%7E")))),
    ("reserved-not-encoded", Client(normalize=joined_by(javas))),
    ("reserved-not-encoded", Client(normalize=joined_by(javas), whole=javas)),
    ("encoded-twice", Client(normalize=joined_by(lambda text: escape(escape(text))))),
    ("encoded-once", Client(normalize=joined_by(str))),
    ("encoded-once", Client(whole=str)),
    ("lowercase-hex", Client(normalize=joined_by(lower_hex), whole=lower_hex)),
    ("lowercase-hex", Client(normalize=joined_by(lower_hex))),
    ("charset-differs", Client(normalize=joined_by(lambda text: quote(text.encode("latin-1"), safe="~")))),
    (
        "charset-differs",
        Client(normalize=joined_by(lambda text: quote(text.encode().decode("latin-1"), safe="~"))),
    ),
    # The signature's own form
    ("signature-encoded-twice", Client(write=lambda digest: escape(base64.b64encode(digest).decode()))),
    ("signature-padding", Client(write=lambda digest: base64.b64encode(digest).decode().rstrip("="))),
    ("signature-hex", Client(write=bytes.hex)),
    ("signature-hex", Client(write=lambda digest: base64.b64encode(digest.hex().encode()).decode())),
    ("digest-differs", Client(digest="sha256")),
    ("digest-differs", Client(digest="md5")),
    ("digest-differs", Client(digest="sha1", method_name="HMAC-SHA256")),
]


@pytest.mark.parametrize(
    ("code", "client"), MISTAKES, ids=[f"{code}-{n}" for n, (code, _) in enumerate(MISTAKES)]
)
def test_a_mistake_is_named(code: str, client: Client) -> None:
    """With proof, in words, with what to change, and with what the client signed where that is not what was expected."""
    diagnosis = diagnosed(client)

    assert (diagnosis.code, diagnosis.causes, diagnosis.proof) == (code, (code,), "exact")
    assert (diagnosis.message, diagnosis.advice) == WORDS[code][:2]
    assert diagnosis.oauth_problem == "signature_invalid"
    client_base, expected = diagnosis.client_base_string, diagnosis.expected_base_string
    if client_base is None:
        assert diagnosis.difference is None
    else:
        assert diagnosis.difference is not None
        at = diagnosis.difference.at
        assert expected is not None
        assert client_base[:at] == expected[:at]
        assert client_base[at : at + 1] != expected[at : at + 1]


@pytest.mark.parametrize("attempt", range(8))
def test_base64url(attempt: int) -> None:
    """- and _ for + and /; a digest without either is right as it is."""
    client = Client(write=lambda digest: base64.urlsafe_b64encode(digest).decode())
    fake = fake_with(client)

    request = client.request()
    fake.application.respond(request)

    signature = request.headers[0][1].rpartition('oauth_signature="')[2]
    diagnosis = fake.exchanges[0].diagnosis
    assert (diagnosis.code if diagnosis else None) == (
        "signature-base64url" if {"-", "_"} & set(signature) else None
    )


def test_every_code_has_a_test() -> None:
    """Each hypothesis of the tables is exercised above, or by a test of its own."""
    of_their_own = {"signature-base64url", "signature-not-encoded", "plaintext-encoding"}

    tested = {code for code, _ in MISTAKES} | of_their_own

    assert {one.code for one in HYPOTHESES} | {one.code for one in KEY_HYPOTHESES} <= tested
    assert tested == set(WORDS)


@pytest.mark.parametrize(
    ("looks", "proof"), [("[^+]+[+]", "seen"), ("[+][^+]*$", "exact")], ids=["within", "at-its-beginning"]
)
def test_a_plus_that_became_a_space(looks: str, proof: str) -> None:
    """A signature that was put into a query unencoded lost its plus signs."""
    while True:
        client = Client(body="", method="GET", url="http://fake.test/account/get-balance")
        protocol = client.protocol()
        text = client.base_string(protocol)
        made = base64.b64encode(
            hmac.digest(f"{escape(CONSUMER_SECRET)}&{escape(TOKEN_SECRET)}".encode(), text.encode(), "sha1")
        ).decode()
        if re.match(looks, made):
            break
    query = "&".join(f"{n}={escape(v)}" for n, v in protocol) + f"&oauth_signature={made}"
    fake = fake_with(client)

    fake.application.respond(WireRequest.to("GET", f"{client.url}?{query}"))

    diagnosis = fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert (diagnosis.code, diagnosis.proof) == ("signature-not-encoded", proof)


def respelled(digest: bytes) -> str:
    """Write other base64 that decodes to the same octets: its last character has two bits to spare."""
    text = base64.b64encode(digest).decode()
    return f"{text[:26]}{chr(ord(text[26]) + 1)}="


def test_the_same_octets_in_other_base64() -> None:
    """It is another signature, and none that a known mistake makes."""
    diagnosis = diagnosed(Client(write=respelled))

    assert diagnosis.code == "unknown-secret"


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        (f"{escape(CONSUMER_SECRET)}&", "token-secret-missing"),
        (f"{escape(TOKEN_SECRET)}&{escape(CONSUMER_SECRET)}", "secrets-swapped"),
        (f"{CONSUMER_SECRET}&{TOKEN_SECRET}", "plaintext-encoding"),
        (escape(f"{escape(CONSUMER_SECRET)}&{escape(TOKEN_SECRET)}"), "plaintext-encoding"),
        (f"fake-consumer-key&{escape(TOKEN_SECRET)}", "key-used-as-secret"),
        ("something&else", "unknown-secret"),
    ],
)
def test_plaintext(signature: str, code: str) -> None:
    """The two secrets themselves: compared, and never shown."""
    client = Client(url="https://fake.test/sms/json", method_name="PLAINTEXT", write=lambda _: signature)
    fake = fake_with(client)

    fake.application.respond(client.request())

    diagnosis = fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert diagnosis.code == code
    assert diagnosis.expected_base_string is None
    assert TOKEN_SECRET not in repr(diagnosis)
    assert CONSUMER_SECRET not in repr(diagnosis)


@pytest.mark.parametrize(
    ("causes", "steps"),
    [
        (
            ("body-not-signed",),
            {"pairs": lambda pairs: [p for p in pairs if p[0].startswith("oauth_") or p[0] == "page"]},
        ),
        (("method-lowercase",), {"sign_method": str.lower}),
        (("digest-differs",), {"digest": "sha256"}),
        (("signature-hex",), {"write": bytes.hex}),
        (
            ("port-missing", "parameters-not-sorted"),
            {"sign_uri": lambda uri: uri.replace(":8080", ""), "normalize": ordered(None)},
        ),
        ((), {"key": lambda c, t: "another private key"}),
    ],
    ids=range(6),
)
def test_rsa(causes: tuple[str, ...], steps: dict[str, Any]) -> None:
    """A signature by RSA is verified by the public key, with each mistake in turn; of another key nothing is said."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    own, another = generate_private_key(65537, 2048), generate_private_key(65537, 2048)
    client = Client(method_name="RSA-SHA1", **steps)
    protocol = client.protocol()
    signer = another if "key" in steps else own
    digest = hashes.SHA256() if client.digest == "sha256" else hashes.SHA1()
    made = signer.sign(client.base_string(protocol).encode(), PKCS1v15(), digest)
    written = ", ".join(f'{n}="{escape(v)}"' for n, v in [*protocol, ("oauth_signature", client.write(made))])
    fake = fake_with(client)
    pem = own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    fake._ports.store.change_app("fake-consumer-key", lambda held: replace(held, rsa_public_key=pem))

    fake.application.respond(
        WireRequest.to(
            client.method,
            client.url,
            headers=(("Authorization", f"OAuth {written}"), ("Content-Type", FORM)),
            body=client.body.encode(),
        )
    )

    diagnosis = fake.exchanges[0].diagnosis
    assert diagnosis is not None
    assert set(diagnosis.causes) == set(causes)
    assert (diagnosis.code in causes) or diagnosis.code == "unknown-secret"


PAIRS = [
    (
        ("body-not-signed", "token-secret-missing"),
        {
            "pairs": lambda pairs: [p for p in pairs if p[0].startswith("oauth_") or p[0] == "page"],
            "key": lambda c, t: f"{escape(c)}&",
        },
    ),
    (
        ("query-not-signed", "port-missing"),
        {"pairs": but("page"), "sign_uri": lambda uri: uri.replace(":8080", "")},
    ),
    (
        ("space-as-plus", "method-lowercase"),
        {"normalize": joined_by(lambda text: quote_plus(text, safe="~")), "sign_method": str.lower},
    ),
    (
        ("space-as-plus", "tilde-encoded"),
        {"normalize": joined_by(lambda text: quote_plus(text, safe="").replace("~", "%7E"))},
    ),
    (
        ("empty-value-dropped", "duplicates-dropped"),
        {"pairs": lambda pairs: list(dict(but("empty")(pairs)).items())},
    ),
    (("version-not-signed", "digest-differs"), {"pairs": but("oauth_version"), "digest": "sha256"}),
    (("trailing-slash-differs", "signature-hex"), {"sign_uri": lambda uri: f"{uri}/", "write": bytes.hex}),
    (
        ("lowercase-hex", "secrets-swapped"),
        {
            "normalize": joined_by(lower_hex),
            "whole": lower_hex,
            "key": lambda c, t: f"{escape(t)}&{escape(c)}",
        },
    ),
    (
        ("scheme-differs", "parameters-not-sorted"),
        {"sign_uri": lambda uri: uri.replace("http:", "https:"), "normalize": ordered(None)},
    ),
]


@pytest.mark.parametrize(("codes", "steps"), PAIRS, ids=["+".join(codes) for codes, _ in PAIRS])
def test_two_mistakes_at_once(codes: tuple[str, str], steps: dict[str, Any]) -> None:
    """Where only a pair explains the signature, both are named, with what to change about each."""
    diagnosis = diagnosed(Client(**steps))

    assert set(diagnosis.causes) == set(codes)
    assert diagnosis.code == diagnosis.causes[0]
    assert diagnosis.proof == "exact"
    assert all(WORDS[code][1] in diagnosis.advice for code in codes)


def test_the_difference_names_the_parameter() -> None:
    """Each side shows the value as it stands in the base string, and where in the whole they part."""
    client = Client(
        body="from=Acme&text=hello%20from", normalize=joined_by(lambda text: quote_plus(text, safe="~"))
    )

    difference = diagnosed(client).difference

    assert difference is not None
    assert (difference.expected, difference.client, difference.parameter) == (
        "hello%2520from",
        "hello%2Bfrom",
        "text",
    )


def test_for_a_real_host_too() -> None:
    """A client that signs for the real host is right at any address, but for the mistake that it makes besides."""
    client = Client(
        sign_uri=lambda uri: uri.replace("http://fake.test:8080", "https://rest.nexmo.com"),
        key=lambda c, t: f"{escape(c)}&",
    )

    assert diagnosed(client).causes == ("token-secret-missing",)


def test_what_explains_it_as_well() -> None:
    """Two mistakes that lead to the same base string: the likelier is the diagnosis, the other stands beside it."""
    client = Client(
        body="", url="http://fake.test/account/get-balance?empty=", method="GET", pairs=but("empty")
    )

    diagnosis = diagnosed(client)

    assert diagnosis.code == "query-not-signed"
    assert "empty-value-dropped" in diagnosis.also


def test_a_mistake_that_is_none_here_is_not_named() -> None:
    """A right signature is accepted by whoever would have made the mistake, had there been occasion."""
    client = Client(
        body="from=Acme&to=447700900000&text=hello",
        url="http://fake.test/sms/json",
        normalize=joined_by(javas),
    )
    fake = fake_with(client)

    answer = fake.application.respond(client.request())

    assert json.loads(answer.body)["messages"][0]["status"] == "0"
    assert fake.exchanges[0].diagnosis is None


REQUESTS = [
    Client(),
    Client(**GET),
    Client(**JSON),
    Client(**TOKEN_REQUEST),
    Client(**MULTIPART),
    Client(body=""),
    Client(url="http://127.0.0.1:8080/sms/%6Ason?a=&a=&b=%20"),
    Client(body="&".join(f"p{n}={n}" for n in range(50))),
    Client(realm="x", oauth=(("oauth_verifier", ""), ("oauth_callback", "oob"))),
    Client(method_name="HMAC-SHA256", digest="sha256"),
]


@pytest.mark.parametrize("client", REQUESTS, ids=range(len(REQUESTS)))
def test_random_signatures_have_no_name(client: Client) -> None:
    """A wrong name is worse than none: of chance nothing but unknown-secret is said, and that is a guess."""
    seeded = random.Random(1)
    for length in (20, 16, 32, 64, 19):
        chance = base64.b64encode(seeded.randbytes(length)).decode()

        diagnosis = diagnosed(replace(client, write=functools.partial(lambda text, _: text, chance)))

        assert (diagnosis.code, diagnosis.proof, diagnosis.client_base_string) == (
            "unknown-secret",
            "guess",
            None,
        )


@pytest.mark.parametrize("client", [*REQUESTS, *(client for _, client in MISTAKES[:10])], ids=range(20))
def test_a_hundred_thousand_random_signatures(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 5,000 for each of twenty requests none has a name; they are looked for all at once."""
    seeded, length = random.Random(2), 20 if client.method_name == "HMAC-SHA1" else 32
    chance: dict[bytes, tuple[str, ...]] = {seeded.randbytes(length): () for _ in range(5_000)}
    monkeypatch.setattr("fake_provider.oauth.doctor.search.digests", lambda _: chance)

    diagnosis = diagnosed(replace(client, write=lambda _: base64.b64encode(b"0123456789abcdefghij").decode()))

    assert diagnosis.code == "unknown-secret"


@pytest.mark.parametrize(
    "signature", ["", "=", "x", "%", "%%%", "a b", "-_", "\x00", "é", "Zm9v" * 5_000, "0" * 40, "=" * 28]
)
def test_what_is_no_signature(signature: str) -> None:
    """Whatever stands there is refused, and breaks nothing."""
    diagnosis = diagnosed(Client(write=lambda _: signature))

    assert diagnosis.code in ("unknown-secret", "parameter-absent", "unparseable")


def test_no_secret_is_told() -> None:
    """Neither a secret nor a key stands in any diagnosis, answer or log."""
    for _, client in MISTAKES:
        fake = fake_with(client)
        answer = fake.application.respond(client.request())

        told = repr(fake.exchanges[0].diagnosis) + answer.body.decode() + str(answer.headers)
        for secret in (
            CONSUMER_SECRET,
            TOKEN_SECRET,
            escape(TOKEN_SECRET),
            "earlier-secret",
            "the-secret-of-another-app",
        ):
            assert secret not in told


def test_the_answer_names_it_too() -> None:
    """The code stands in a header, the words in oauth_problem_advice."""
    client = Client(key=lambda c, t: f"{escape(c)}&")
    fake = fake_with(client)

    answer = fake.application.respond(client.request())

    assert answer.header("x-fake-nexmo-diagnosis") == "token-secret-missing"
    assert quote("the token secret was left out") in (answer.header("www-authenticate") or "")
