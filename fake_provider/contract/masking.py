"""Takes out of requests and answers what differs from run to run, and what is nobody's business.

A ``Masker`` is made for one test. It *learns* values where they are issued (a token in a token endpoint's answer, an
id in an accepted SMS, what a control call made), and puts their references wherever they stand from then on; so
the order matters, and the recorder, the replay and ``drift`` all follow it. Other things it knows by their form:

    <now-3600>       a timestamp, by how many seconds it is off, to twenty
    <then-1>         a timestamp beside a nonce that came before, by how much it differs from the one then
    <signature>      of a request; with which secrets it is made stands beside the request. In an answer: one that was sent
    <body-hash>      that fits; <other-body-hash> is one that does not
    <sig:md5>        of the SMS API, by its method; <sig:wrong> is none
    <advice>         words for people: oauth_problem_advice
    <day-1> <clock>  a date and time of now; <instant> in the form of ISO 8601
    <moment+60>      a time in a webhook, by how much it is off, to a minute; <minute> the carrier's, near to it: see ``pushes``
    <any>            a header of which it is only known that it was there
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import unquote

from . import signatures
from .exchange import RSA, SWAPCASE, WRONG, Answer, Headers, Request
from .layers import layers
from .references import NAMES, References
from .writings import Sought, replaced

ROUND_SECONDS = 20
"""To this timestamps are rounded, so that a slow run is recorded like a quick one."""
_DAY_SECONDS = 86400
_MOST_OFF_SECONDS = (
    2 * 366 * _DAY_SECONDS
)  # a test may move the clock by a year; older times stand in its text
OPENING_BALANCE = Decimal("10.00")
"""The balance that a real account seems to have when a test first sees it."""

_SECRETS = ("consumer-secret", "request-token-secret", "access-token-secret")

_TIMESTAMP = re.compile(
    r"""(oauth_timestamp="?(?:%2B|%20)?|(?:(?<=[?&])|^)timestamp=)(\d{10})(?=(?:\d{3})?(?!\d))"""
)
_SIGNATURE = re.compile(r"""(oauth_signature=)("?)([^"&,]+)""")
_BODY_HASH = re.compile(r"""(oauth_body_hash="?)([^"&,]+)""")
_SIG = re.compile(r"(?:(?<=[?&])|^)(sig=)([^&]+)")
_OWN_NONCE = re.compile(r"(?:.*\.\d{8})?([0-9a-f]{16})x?")  # the guide's own has something in front

_SENT: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'"email":\s*"([^"]+)"'), "email"),
    (re.compile(r'"password":\s*"([^"]+)"'), "password"),
    (re.compile(r'"name":\s*"Contract ([0-9a-f]{8})"'), "app"),
    (re.compile(r'"rsa_public_key":\s*"([^"]+)"'), "rsa-key"),
    (re.compile(r'"signature_secret":\s*"([^"]+)"'), "signature-secret"),
    (re.compile(r'"numbers":\s*\["([0-9]+)"\]'), "number"),
    (re.compile(r'"msisdn":\s*"(999[0-9]{9})"'), "number"),  # of the country that nobody has
    (re.compile(r'"numbers":\s*\["([0-9]{10})[0-9]+",'), "block"),
)
"""What a control call says."""

_MADE: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'"consumer_key":\s*"([^"]+)"'), "consumer-key"),
    (re.compile(r'"consumer_secret":\s*"([^"]+)"'), "consumer-secret"),
    (re.compile(r'"api_key":\s*"([^"]+)"'), "api-key"),
    (re.compile(r'"api_secret":\s*"([^"]+)"'), "api-secret"),
    (re.compile(r'"oauth_verifier":\s*"([^"]+)"'), "verifier"),
)
"""What one answers."""

_ISSUED: Mapping[str, Sequence[tuple[re.Pattern[str], str]]] = {
    f"/oauth/{kind.replace('-', '_')}": (
        (re.compile("(?:^|&)oauth_token=([^&]+)"), kind),
        (re.compile("(?:^|&)oauth_token_secret=([^&]+)"), f"{kind}-secret"),
    )
    for kind in ("request-token", "access-token")
}
"""By the path of the endpoint."""

_ANYWHERE: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'"message-id":\s*"([^"]+)"'), "message-id"),
    (re.compile(r"<(?:messageId|message-id)>([^<]+)<"), "message-id"),
    (re.compile(r'"message_id":\s*"([^"]+)"'), "message-id"),
    (re.compile(r"\bContract ([0-9a-f]{8})\b"), "app"),
    (re.compile(r'id="oauth_verifier">([^<]{1,200})<'), "verifier"),
    (re.compile(r'name="csrf_token" value="([^"]+)"'), "csrf-token"),
)

_IDS = re.compile(r'"message_ids":\s*\[([^\]]*)\]')

_PRIVATE: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r'"account-id":\s*"([^"]+)"'), "api-key"),
    (re.compile(r"<account-id>([^<]+)<"), "api-key"),
    (re.compile(r'"[a-zA-Z-]*callback-?url":\s*"([^"]+)"', re.IGNORECASE), "url"),
    (re.compile(r"<[a-zA-Z-]*callback-?url>([^<]+)<", re.IGNORECASE), "url"),
    (re.compile(r"(?<![A-Za-z0-9_.+-])([A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z.]+)"), "email"),
)
"""What belongs to the user, where the account is a real one."""

_VERIFIER = re.compile(r"""[?&]oauth_verifier=([^&#"\s]+)""")
_COOKIE = re.compile(r"^[^=;]+=([^;]+)")
_EXPIRES = re.compile(r"(expires=)[^;]+", re.IGNORECASE)
_ADVICE = re.compile(r"""(oauth_problem_advice=)("?)([^"&]*)""")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_SECONDS = re.compile(r"(?<![\d.])\d{10}(?![\d.])")
_LATENCY = re.compile(r'("latency":\s*)\d+|(<latency>)\d+')
_BALANCE = re.compile(
    r'("remaining-balance":\s*"|<remainingBalance>|"value":\s*|<value>)(\d+(?:\.\d+)?)(?=["<,}])'
)

_KEPT = frozenset(
    {
        "allow", "cache-control", "content-disposition", "content-security-policy", "content-type", "location",
        "retry-after", "server", "set-cookie", "strict-transport-security", "vary", "www-authenticate",
        "x-content-type-options", "x-frame-options", "x-nexmo-trace-id", "x-xss-protection",
    }
)  # fmt: skip
"""Headers of an answer whose values are shown; of others there may be anything in them."""
LEFT_OUT = frozenset(
    {
        "age", "connection", "content-encoding", "content-length", "date", "host", "keep-alive",
        "transfer-encoding", "via",
    }
)  # fmt: skip
"""Headers that are about this one message, and how it came."""
ANY = "<any>"

SIGNATURE = "<signature>"
_LEAST_SIGNATURE = 20  # characters; one of HMAC-SHA1 has 28

STAND_INS: Mapping[str, str] = {
    SIGNATURE: "c2lnbmF0dXJlIG9mIGEgcmVxdWVzdA==",
    "<advice>": "advice",
    "<clock>": "12:00:00",
    "<instant>": "2026-01-02T12:00:00.000Z",
    "<delay>": "1000",
    "<expires>": "Fri, 01 Jan 2100 00:00:00 GMT",
    ANY: "any",
}
"""What is shown to a test in their place."""

TOKENS = re.compile(
    rf"<(?:{NAMES}|(?:now|then)(?:[+-]\d+)?|(?:moment|minute)(?:[+-]\d+)?(?::[a-z]+)?|body-hash|other-body-hash|sig:[a-z0-9-]+(?::upper)?)>"
    rf"|{'|'.join(STAND_INS)}"
)
"""Everything that may stand in the place of something else."""


@dataclass(slots=True, kw_only=True)
class Masker:
    """Masks the exchanges of one test, in their order.

    Args:
        dashboard_url, rest_url: where the provider is.
        now: seconds since 1970.
        is_private: whether the account is somebody's: then its balance, its addresses and its id are taken out too.
    """

    references: References
    dashboard_url: str
    rest_url: str
    now: Callable[[], float]
    is_private: bool = False
    _then: dict[str, int] = field(default_factory=dict, init=False)
    _signatures: Sought = field(default_factory=Sought, init=False)  # that were sent, in case one is answered
    _first_balance: Decimal | None = field(default=None, init=False)

    def request(self, request: Request) -> tuple[Request, str]:
        """Return *request* without what is volatile, and with which secrets it is signed."""
        if request.is_control:
            self._learn(_SENT, request.body)
        nonces = [value for name, value in signatures.parameters(request) if name == "oauth_nonce"]
        for nonce in nonces:
            if own := _OWN_NONCE.fullmatch(nonce):
                self.references.learn("nonce", own[1])
        signed = self.signed(request)
        fiction = self._fiction_in(request)
        self._signatures.add(*_signatures_of(request))

        def by(sig: str) -> str:
            secrets = self.references.of_kind("signature-secret").values()
            return signatures.sig_method(signatures.form(request), sig, secrets)

        def masked(text: str) -> str:
            text = self._timestamps(text, nonces[0] if nonces else "")
            text = _SIGNATURE.sub(r"\1\2<signature>", text)
            text = _BODY_HASH.sub(lambda found: found[1] + _hash_reference(request, unquote(found[2])), text)
            text = _SIG.sub(lambda found: f"{found[1]}<sig:{by(found[2])}>", text)
            return self.references.masked(text, fiction=fiction)

        shown = replace(
            request,
            url=self._url(masked(request.url), request.path),
            headers=tuple(
                (name, masked(value))
                for name, value in request.headers
                if name.lower() not in LEFT_OUT and not (request.is_control and name == "Authorization")
            ),
            body=masked(request.body),
        )
        for nonce in nonces[:1]:
            timestamp = signatures.timestamp(request)
            if timestamp is not None:
                self._then.setdefault(nonce, timestamp)
        return shown, signed

    def answer(self, request: Request, answer: Answer) -> Answer:
        """Return *answer* to *request* without what is volatile; what it issues has references from now on."""
        self._learn_issued(request, answer)
        fiction = self._fiction_in(request)

        def masked(text: str) -> str:
            return self._text(text, fiction)

        headers: Headers = tuple(
            (name, masked(_EXPIRES.sub(r"\1<expires>", value)) if name.lower() in _KEPT else ANY)
            for name, value in answer.headers
            if name.lower() not in LEFT_OUT
        )
        body = self._balances(answer.body) if self.is_private else answer.body
        return replace(answer, reason=masked(answer.reason), headers=headers, body=masked(body))

    def signed(self, request: Request) -> str:
        """Say with which secrets *request* is signed: see ``Exchange.signed``."""
        given = signatures.parameter(request, "oauth_signature")
        if not given:
            return ""
        if (signatures.parameter(request, "oauth_signature_method") or "").startswith("RSA"):
            return RSA
        secrets = self.references.of_kind(*_SECRETS)
        for client_name, client_secret in secrets.items():
            for token_name, token_secret in {"": "", **secrets}.items():
                right = signatures.oauth_signature(request, client_secret, token_secret)
                if given == right:
                    return f"{client_name}&{token_name}"
                if given == right.swapcase():
                    return f"{client_name}&{token_name}{SWAPCASE}"
        return WRONG

    # Learning

    def _learn(self, rules: Sequence[tuple[re.Pattern[str], str]], text: str) -> None:
        for pattern, kind in rules:
            for value in pattern.findall(text):
                self.references.learn(kind, value)

    def _learn_ids(self, answer: Answer) -> None:
        """Learn the ids of several parts in their order, which is not that in which they come."""
        for ids in _IDS.findall(answer.body):
            self._learn(((re.compile('"([^"]+)"'), "message-id"),), ids)

    def _learn_issued(self, request: Request, answer: Answer) -> None:
        if request.is_control:
            self._learn(_MADE, answer.body)
            self._learn(((_VERIFIER, "verifier"),), answer.body)
        self._learn(_ISSUED.get(request.path, ()), answer.body)
        self._learn(_ANYWHERE, answer.body)
        self._learn_ids(answer)
        if self.is_private:
            self._learn(_PRIVATE, answer.body)
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self._learn(((_COOKIE, "cookie"),), value)
            elif name.lower() == "location":
                self._learn(((_VERIFIER, "verifier"),), value)
            elif name.lower() == "x-nexmo-trace-id":
                self.references.learn("trace-id", value)
        for day, clock in _MOMENT.findall(answer.body):
            if self._is_now(f"{day} {clock}"):
                self.references.learn("day", day)

    # Masking

    def off_now(
        self, seconds: float, to: int = ROUND_SECONDS, most_off: int = _MOST_OFF_SECONDS
    ) -> str | None:
        """Say by how many seconds a time is off, rounded, as ``+60`` or "" for now; None where it is of no test."""
        off = round((seconds - self.now()) / to) * to
        return _signed(off) if abs(off) < most_off else None

    def _fiction_in(self, request: Request) -> frozenset[str]:
        return self.references.fiction_in(f"{request.url}\n{request.body}")

    def _text(self, text: str, fiction: frozenset[str]) -> str:
        text = _ADVICE.sub(r"\1\2<advice>", text)
        text = _INSTANT.sub("<instant>", text)
        text = _MOMENT.sub(lambda found: f"{found[1]} <clock>" if self._is_now(found[0]) else found[0], text)
        text = _LATENCY.sub(lambda found: f"{found[1] or found[2]}<delay>", text)
        text = _SECONDS.sub(lambda found: self._now_reference(int(found[0]), _DAY_SECONDS) or found[0], text)
        for origin, reference in self._origins():
            # Of a longer port the first digits may be these.
            text = re.sub(rf"{re.escape(origin)}(?!\d)", reference, text)
        echoed = [one for layer in layers(text) for one in self._signatures.found(layer)]
        text = replaced(text, echoed, lambda _: SIGNATURE, but_within=TOKENS)
        return self.references.masked(text, fiction=fiction)

    def _url(self, url: str, path: str) -> str:
        """Return *url* with a reference to its origin: by the path, where both are one."""
        origins = self._origins()
        if self.dashboard_url == self.rest_url and not path.startswith(("/oauth/", "/_fake/")):
            origins = origins[::-1]
        for origin, reference in origins:
            if url.startswith(f"{origin}/"):
                return reference + url.removeprefix(origin)
            plain = origin.replace("https:", "http:", 1)
            if url.startswith(f"{plain}/"):
                return f"{reference[:-1]}:plain>" + url.removeprefix(plain)
        return url

    def _origins(self) -> list[tuple[str, str]]:
        return [(self.dashboard_url, "<dashboard>"), (self.rest_url, "<rest>")]

    def _timestamps(self, text: str, nonce: str) -> str:
        def masked(found: re.Match[str]) -> str:
            seconds = int(found[2])
            if "oauth" in found[1] and nonce in self._then:
                return f"{found[1]}<then{_signed(seconds - self._then[nonce])}>"
            return found[1] + (self._now_reference(seconds, _MOST_OFF_SECONDS) or found[2])

        return _TIMESTAMP.sub(masked, text)

    def _now_reference(self, seconds: int, most_off: int) -> str | None:
        off = self.off_now(seconds, most_off=most_off)
        return None if off is None else f"<now{off}>"

    def _is_now(self, moment: str) -> bool:
        try:
            at = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
        except ValueError:
            return False
        return abs(at - self.now()) < _DAY_SECONDS

    def _balances(self, body: str) -> str:
        """Shift every balance so that the first one that the test saw is that of a new account."""

        def shifted(found: re.Match[str]) -> str:
            balance = Decimal(found[2])
            if self._first_balance is None:
                self._first_balance = balance
            moved = balance - self._first_balance + OPENING_BALANCE
            if found[2].partition(".")[2] and len(found[2].partition(".")[2]) == 8:
                return f"{found[1]}{moved:.8f}"
            return found[1] + json.dumps(float(moved))

        return _BALANCE.sub(shifted, body)


def _signatures_of(request: Request) -> Iterator[str]:
    """Yield what signs *request*; what is too short for that is a word that a test has chosen."""
    for name, value in signatures.parameters(request):
        if name in ("oauth_signature", "sig") and len(value) >= _LEAST_SIGNATURE:
            yield value


def _signed(seconds: int) -> str:
    return f"{seconds:+d}" if seconds else ""


def _hash_reference(request: Request, given: str) -> str:
    return "<body-hash>" if given == signatures.body_hash(request) else "<other-body-hash>"
