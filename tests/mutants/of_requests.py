"""Mistakes about a signed request that are not in its signature: its parameters, nonces, timestamps, and how it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.adapters.store.nonces import Nonces
from fake_provider.domain.credentials import NonceUse
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth import checks, protocol, referee, render, verify
from fake_provider.oauth.parties import Parties
from fake_provider.oauth.protocol import Blemish, ProtocolRequest
from fake_provider.oauth.verdict import Rejected
from fake_provider.ports import Ports

from .mutant import (
    API,
    EVERYWHERE,
    SMS,
    SMS_XML,
    TOKENS,
    Mutant,
    Replacement,
    Seam,
    always,
    answered,
    asked,
    both,
    header,
    instead,
    never,
    status,
    store,
    value,
    with_header,
)
from .of_signatures import base_string, based


def _nonces(change: Callable[[NonceUse], NonceUse]) -> Seam:
    """Tell nonces apart by less, or by more, than they are."""

    def looked_up(usual: Replacement, held: MemoryStore, use: NonceUse, **named: Any) -> Any:
        return usual(held, change(use), **named)

    return both(store("nonce_used", looked_up), store("use_nonce", looked_up))


def _used_when_seen(usual: Replacement, held: MemoryStore, use: NonceUse) -> NonceUse | None:
    return held.use_nonce(use, now=0.0)


def _last_alone(usual: Replacement, held: Nonces, use: NonceUse, *, now: float) -> NonceUse | None:
    earlier: NonceUse | None = usual(held, use, now=now)
    for key in list(held._uses)[:-1]:
        del held._uses[key]
    held._order.clear()
    return earlier


def _forgotten_where(path: str) -> Seam:
    """Check nonces elsewhere only."""

    def use(usual: Replacement, request: ProtocolRequest) -> NonceUse | None:
        return None if re.fullmatch(path, request.wire.path) else usual(request)

    return instead(checks, "nonce_use", use)


def _timestamps(is_fine: Callable[[int], bool]) -> Seam:
    """Judge in a way of one's own how many seconds a timestamp is off."""

    def judged(usual: Replacement, request: ProtocolRequest, now: float) -> Blemish | None:
        text = request.oauth.get("oauth_timestamp", "")
        if not text.isdigit() or len(text) > 10:
            return usual(request, now)  # type: ignore[no-any-return]
        return None if is_fine(int(text) - int(now)) else Blemish("timestamp-refused", "")

    return instead(checks, "timestamp", judged)


def _milliseconds_too(usual: Replacement, request: ProtocolRequest, now: float) -> Blemish | None:
    text = request.oauth.get("oauth_timestamp", "")
    return None if len(text) == 13 else usual(request, now)


def _any_text(usual: Replacement, request: ProtocolRequest, now: float) -> Blemish | None:
    return usual(request, now) if request.oauth.get("oauth_timestamp", "").isdigit() else None


def _signed_number(usual: Replacement, request: ProtocolRequest, now: float) -> Blemish | None:
    text = request.oauth.get("oauth_timestamp", "").strip().removeprefix("+").partition(".")[0]
    read: Blemish | None = usual(replace(request, oauth={**request.oauth, "oauth_timestamp": text}), now)
    return read


def _long_url_refused(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return replace(answer, status=414, body=b"too long") if len(wire.query) > 512 else answer


def _rising(usual: Replacement, held: MemoryStore, use: NonceUse, *, now: float) -> NonceUse | None:
    nonces = held._nonces.get(use.client_key)
    newest = max((int(key.partition(" ")[0]) for key in nonces._uses), default=0) if nonces else 0
    return use if use.timestamp < newest else usual(held, use, now=now)


def _by(lookup: str, change: Callable[[str], str]) -> Seam:
    """Look keys, or tokens, up by something else than what came."""

    def found(usual: Replacement, held: MemoryStore, name: str) -> Any:
        changed = change(name)
        return usual(held, name) or usual(held, changed)

    return both(
        store(lookup, found),
        instead(referee, "_belongs", always(True)),
        instead(referee._Validator, "validate_client_key", always(True)),
    )


def _any_apps_token(usual: Replacement, request: ProtocolRequest, ports: Ports) -> Any:
    parties, blemishes = usual(request, ports)
    if [one.code for one in blemishes] != ["token-of-another-consumer"]:
        return parties, blemishes
    app = ports.store.app(request.oauth["oauth_consumer_key"])
    return (Parties(app=app, token=ports.store.token(request.oauth["oauth_token"])) if app else None), []


def _of_others(*codes: str) -> Seam:
    """Overlook blemishes of these codes."""

    def refusing(usual: Replacement, self: Any, blemishes: Any) -> Any:
        return usual(self, [one for one in blemishes if one.code not in codes])

    return instead(verify._Verification, "_refusing", refusing)


def _from_header_only(usual: Replacement, wire: WireRequest) -> ProtocolRequest:
    read: ProtocolRequest = usual(wire)
    if read.transport in (None, "header"):
        return read
    return replace(read, oauth={}, attempted=True)


def _parsing(parse: Replacement) -> Seam:
    from fake_provider.operations import api, oauth, sms

    return both(
        instead(oauth, "parse", parse),
        instead(sms, "parse_protocol", parse),
        instead(api, "parse_protocol", parse),
    )


def _without_unknown(usual: Replacement, wire: WireRequest) -> ProtocolRequest:
    read: ProtocolRequest = usual(wire)
    odd = [name for name in read.oauth if name in ("oauth_session_hint", "oauth_body_hash")]
    if not odd:
        return read
    return replace(read, blemishes=(*read.blemishes, Blemish("parameter-repeated", "", names=tuple(odd))))


def _same_word(usual: Replacement, rejected: Rejected) -> Any:
    diagnosis = replace(rejected.diagnosis, oauth_problem="signature_invalid")
    return usual(replace(rejected, diagnosis=diagnosis, parameters=()))


def _nothing_named(usual: Replacement, rejected: Rejected) -> Any:
    return usual(replace(rejected, parameters=()))


def _plain_text(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status < 400:
        return answer
    return replace(with_header(answer, "Content-Type", "text/plain"), body=b"Invalid OAuth request\n")


def _credentials_beside(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status < 400:
        return answer
    return replace(answer, body=answer.body + b"&oauth_token=&oauth_token_secret=")


def _body_word_differs(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status < 400:
        return answer
    pairs = [pair for pair in parse_qsl(answer.body.decode()) if pair[0] != "oauth_problem"]
    return replace(answer, body=urlencode([("oauth_problem", "unauthorized"), *pairs]).encode())


def _absent(*names: str) -> Seam:
    """Do without these protocol parameters."""

    def named(usual: Replacement, oauth: Any, leg: Any) -> Any:
        return (one for one in usual(oauth, leg) if not set(one.names).intersection(names))

    return instead(checks, "_absent", named)


def _version_needed(usual: Replacement, request: ProtocolRequest, leg: Any, policy: Any) -> Any:
    yield from usual(request, leg, policy)
    if request.oauth and "oauth_version" not in request.oauth:
        yield Blemish("parameter-absent", "oauth_version", names=("oauth_version",))


def _nonces_of_letters(usual: Replacement, request: ProtocolRequest, leg: Any, policy: Any) -> Any:
    yield from usual(request, leg, policy)
    if not request.oauth.get("oauth_nonce", "a").isalnum():
        yield Blemish("nonce-too-long", "")


def _exactly_1_0(usual: Replacement, version: str) -> Blemish:
    return replace(usual(version), tolerable=False)  # type: ignore[no-any-return]


def _unbroken_header(wire: WireRequest) -> WireRequest:
    given = wire.header("authorization") or ""
    if ", " in given:
        return wire
    kept = tuple(pair for pair in wire.headers if pair[0].lower() != "authorization")
    first = given.partition(",")[0]
    return replace(wire, headers=(*kept, ("Authorization", first)) if given else kept)


def _sms_refused_by_http(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status == 200:
        return answer
    return replace(with_header(answer, "Content-Type", "text/html"), body=b"<h1>401 Unauthorized</h1>")


def _forgotten_soon(usual: Replacement, held: MemoryStore, use: NonceUse, *, now: float) -> NonceUse | None:
    """Remember a nonce for a minute."""
    first_uses = held.__dict__.setdefault("first_uses", {})
    since = first_uses.setdefault((use.client_key, use.token, use.timestamp, use.nonce), now)
    return None if now - since > 60 else usual(held, use, now=now)


def _not_decoded(usual: Replacement, text: str, position: int, blemishes: Any) -> Any:
    return [
        (name, given if name == "oauth_signature" else quote(given, safe="-._~"))
        for name, given in usual(text, position, blemishes)
    ]


def _no_realm(wire: WireRequest) -> WireRequest:
    if "realm=" not in (wire.header("authorization") or ""):
        return wire
    return replace(wire, headers=tuple(pair for pair in wire.headers if pair[0].lower() != "authorization"))


def _other_realm(wire: WireRequest, answer: WireResponse) -> WireResponse:
    given = answer.header("www-authenticate")
    return (
        answer
        if given is None
        else with_header(answer, "WWW-Authenticate", given.replace(render.REALM, "Nexmo"))
    )


MUTANTS = (
    # Nonces
    Mutant(
        "nonces-never-remembered",
        "Accepts a replay.",
        clauses=("OAUTH-NONCE-01",),
        seam=both(store("nonce_used", never), store("use_nonce", never)),
    ),
    Mutant(
        "nonces-at-token-endpoints-alone",
        "Looks at nonces where tokens are issued, and lets API calls be replayed.",
        clauses=("OAUTH-NONCE-01",),
        seam=_forgotten_where("/(sms|account|search|number)/.*"),
    ),
    Mutant(
        "nonces-at-the-api-alone",
        "Looks at nonces of API calls, and lets calls for tokens be replayed.",
        clauses=("OAUTH-NONCE-01",),
        seam=_forgotten_where(TOKENS),
    ),
    Mutant(
        "nonce-for-each-url",
        "Remembers a nonce with its URL: with another URL it may come again.",
        clauses=("OAUTH-NONCE-02",),
        seam=_nonces(lambda use: replace(use, nonce=f"{use.nonce} {use.url}")),
    ),
    Mutant(
        "nonce-without-timestamp",
        "Remembers a nonce without its timestamp: it may never come again.",
        clauses=("OAUTH-NONCE-05",),
        seam=_nonces(lambda use: replace(use, timestamp=0)),
    ),
    Mutant(
        "nonce-without-app",
        "Remembers nonces of all apps together.",
        clauses=("OAUTH-NONCE-06",),
        seam=_nonces(lambda use: replace(use, client_key="")),
    ),
    Mutant(
        "nonce-without-token",
        "Remembers a nonce without its token: of two users one is refused.",
        clauses=("OAUTH-NONCE-07",),
        seam=_nonces(lambda use: replace(use, token="")),
    ),
    Mutant(
        "nonces-without-case",
        "Compares nonces without regard to case, as a database column does.",
        clauses=("OAUTH-NONCE-04",),
        seam=_nonces(lambda use: replace(use, nonce=use.nonce.lower())),
    ),
    Mutant(
        "nonces-cut",
        "Keeps the first 6 characters of a nonce.",
        clauses=("OAUTH-NONCE-16",),
        seam=_nonces(lambda use: replace(use, nonce=use.nonce[:6])),
    ),
    Mutant(
        "nonces-cut-at-64",
        "Keeps the first 64 characters of a nonce.",
        clauses=("OAUTH-NONCE-16",),
        seam=_nonces(lambda use: replace(use, nonce=use.nonce[:64])),
    ),
    Mutant(
        "nonces-without-blanks",
        "Takes blanks out of a nonce.",
        clauses=("OAUTH-NONCE-16",),
        seam=_nonces(lambda use: replace(use, nonce=use.nonce.replace(" ", ""))),
    ),
    Mutant(
        "nonce-used-by-a-refusal",
        "Remembers a nonce before it knows whether the signature is right.",
        clauses=("OAUTH-NONCE-03",),
        seam=store("nonce_used", _used_when_seen),
    ),
    Mutant(
        "last-nonce-alone",
        "Remembers the last nonce of an app, and none before.",
        clauses=("OAUTH-NONCE-17",),
        seam=instead(Nonces, "use", _last_alone),
    ),
    Mutant(
        "nonces-of-letters-and-digits",
        "Takes only letters and digits for a nonce.",
        clauses=("OAUTH-NONCE-14",),
        seam=instead(checks, "protocol_parameters", _nonces_of_letters),
    ),
    # Timestamps
    Mutant(
        "timestamps-never-checked",
        "Accepts a request of any age.",
        clauses=(
            "OAUTH-NONCE-09",
            "OAUTH-NONCE-10",
        ),
        seam=instead(checks, "timestamp", never),
    ),
    Mutant(
        "future-not-checked",
        "Refuses old timestamps only.",
        clauses=("OAUTH-NONCE-10",),
        seam=_timestamps(lambda seconds_off: seconds_off >= -300),
    ),
    Mutant(
        "past-not-checked",
        "Refuses timestamps of the future only.",
        clauses=("OAUTH-NONCE-09",),
        seam=_timestamps(lambda seconds_off: seconds_off <= 300),
    ),
    Mutant(
        "window-of-a-minute",
        "Leaves a clock no more than a minute.",
        clauses=("OAUTH-NONCE-08",),
        seam=value(checks, "TIMESTAMP_WINDOW_SECONDS", 60),
    ),
    Mutant(
        "window-of-ten-minutes",
        "Leaves a clock ten minutes.",
        clauses=(
            "OAUTH-NONCE-09",
            "OAUTH-NONCE-10",
        ),
        seam=value(checks, "TIMESTAMP_WINDOW_SECONDS", 600),
    ),
    Mutant(
        "no-clock-ahead",
        "Refuses every timestamp that is later than its own clock.",
        clauses=("OAUTH-NONCE-08",),
        seam=_timestamps(lambda seconds_off: -300 <= seconds_off <= 0),
    ),
    Mutant(
        "timestamps-must-rise",
        "Refuses a timestamp that is earlier than the last, as RFC 5849's predecessor wanted.",
        clauses=("OAUTH-NONCE-13",),
        seam=store("use_nonce", _rising),
    ),
    Mutant(
        "milliseconds-too",
        "Accepts timestamps in milliseconds.",
        clauses=("OAUTH-NONCE-11",),
        seam=instead(checks, "timestamp", _milliseconds_too),
    ),
    Mutant(
        "timestamp-is-any-text",
        "Checks a timestamp only where it is a number.",
        clauses=("OAUTH-NONCE-12",),
        seam=both(instead(checks, "timestamp", _any_text), based(base_string)),
    ),
    Mutant(
        "timestamp-read-as-a-number",
        "Reads a timestamp as programming languages read numbers: with a sign, blanks around it, and a fraction.",
        clauses=("OAUTH-NONCE-12",),
        seam=both(instead(checks, "timestamp", _signed_number), based(base_string)),
    ),
    Mutant(
        "urls-of-512-octets",
        "Refuses a longer query.",
        clauses=("SMS-REQ-02",),
        seam=answered(SMS, _long_url_refused),
    ),
    # Who it is
    Mutant(
        "consumer-keys-without-case",
        "Looks consumer keys up without regard to case.",
        clauses=("OAUTH-MSG-18",),
        seam=_by("app", str.lower),
    ),
    Mutant(
        "tokens-without-case",
        "Looks tokens up without regard to case.",
        clauses=("OAUTH-TOK-11",),
        seam=_by("token", str.lower),
    ),
    Mutant(
        "tokens-trimmed",
        "Drops blanks around a token.",
        clauses=("OAUTH-TOK-11",),
        seam=_by("token", str.strip),
    ),
    Mutant(
        "tokens-of-any-app",
        "Looks whether there is such a token, and not whose it is.",
        clauses=(
            "OAUTH-TOK-08",
            "OAUTH-ACC-20",
        ),
        seam=both(instead(checks, "known", _any_apps_token), instead(referee, "_belongs", always(True))),
    ),
    # Protocol parameters
    Mutant(
        "oauth-in-the-header-alone",
        "Reads protocol parameters from the header only.",
        clauses=("OAUTH-REQ-02", "OAUTH-ACC-01", "OAUTH-MSG-14"),
        seam=_parsing(_from_header_only),
    ),
    Mutant(
        "two-places-accepted",
        "Takes the first of a protocol parameter that stands in two places.",
        clauses=("OAUTH-MSG-06",),
        seam=_of_others("parameters-in-two-places"),
    ),
    Mutant(
        "repeated-parameters-accepted",
        "Takes the first of a protocol parameter that comes twice.",
        clauses=("OAUTH-MSG-05",),
        seam=_of_others("parameter-repeated"),
    ),
    Mutant(
        "version-needed",
        "Refuses a request without oauth_version.",
        clauses=("OAUTH-MSG-01",),
        seam=instead(checks, "protocol_parameters", _version_needed),
    ),
    Mutant(
        "any-version",
        "Takes any oauth_version.",
        clauses=("OAUTH-MSG-02",),
        seam=_of_others("version-rejected"),
    ),
    Mutant(
        "revision-refused",
        "Refuses 1.0a, which a widely copied example sends.",
        clauses=("OAUTH-MSG-04",),
        seam=instead(checks, "_version", _exactly_1_0),
    ),
    Mutant(
        "unknown-oauth-refused",
        "Refuses an oauth_* that it does not know.",
        clauses=(
            "OAUTH-MSG-10",
            "OAUTH-SIG-23",
        ),
        seam=_parsing(_without_unknown),
    ),
    Mutant(
        "nonce-not-needed",
        "Does without a nonce where none is sent.",
        clauses=("OAUTH-MSG-11",),
        seam=_absent("oauth_nonce"),
    ),
    Mutant(
        "timestamp-not-needed",
        "Does without a timestamp where none is sent.",
        clauses=("OAUTH-MSG-11",),
        seam=_absent("oauth_timestamp"),
    ),
    Mutant(
        "scheme-with-case",
        "Knows the scheme OAuth in this spelling only.",
        clauses=("OAUTH-MSG-09",),
        seam=value(protocol, "_SCHEME", re.compile(r"\s*OAuth(?=$|[\s,])[ \t]*")),
    ),
    Mutant(
        "comma-needs-a-blank",
        "Splits the header at a comma with a blank.",
        clauses=("OAUTH-MSG-08",),
        seam=asked(EVERYWHERE, _unbroken_header),
    ),
    Mutant(
        "header-names-in-order",
        "Wants oauth_consumer_key in front.",
        clauses=("OAUTH-MSG-15",),
        seam=asked(
            EVERYWHERE,
            lambda wire: (
                wire
                if re.match(
                    r"(?i)(?!oauth )|oauth (realm=\S+ ?)?oauth_(consumer_key|token=)|oauth$",
                    wire.header("authorization") or "x",
                )
                else replace(
                    wire, headers=tuple(pair for pair in wire.headers if pair[0].lower() != "authorization")
                )
            ),
        ),
    ),
    # How it is refused
    Mutant(
        "no-challenge",
        "Refuses without WWW-Authenticate.",
        clauses=("OAUTH-PROB-02",),
        seam=header("WWW-Authenticate", None),
    ),
    Mutant(
        "no-challenge-at-the-api",
        "Sends WWW-Authenticate from the token endpoints only.",
        clauses=(
            "OAUTH-PROB-06",
            "OAUTH-PROB-08",
        ),
        seam=header("WWW-Authenticate", None, path=f"{SMS}|{API}"),
    ),
    Mutant(
        "basic-challenge",
        "Answers every 401 with a challenge for HTTP Basic.",
        clauses=("OAUTH-PROB-02",),
        seam=answered(
            EVERYWHERE,
            lambda _, answer: (
                with_header(answer, "WWW-Authenticate", 'Basic realm="Nexmo"')
                if answer.header("www-authenticate")
                else answer
            ),
        ),
    ),
    Mutant(
        "challenge-always",
        "Sends WWW-Authenticate with every answer, accepted or not.",
        clauses=("OAUTH-PROB-09",),
        seam=answered(
            EVERYWHERE,
            lambda _, answer: (
                answer
                if answer.header("www-authenticate")
                else with_header(answer, "WWW-Authenticate", f'OAuth realm="{render.REALM}"')
            ),
        ),
    ),
    Mutant(
        "one-problem-for-all",
        "Calls every refusal signature_invalid.",
        clauses=(
            "OAUTH-PROB-04",
            "OAUTH-NONCE-01",
        ),
        seam=instead(render, "problem_parameters", _same_word),
    ),
    Mutant(
        "absent-not-named",
        "Does not say which parameter is missing.",
        clauses=("OAUTH-PROB-04",),
        seam=instead(render, "problem_parameters", _nothing_named),
    ),
    Mutant(
        "refusal-in-plain-text",
        "Refuses at the token endpoints in a sentence, not in a form.",
        clauses=("OAUTH-PROB-03",),
        seam=answered(TOKENS, _plain_text),
    ),
    Mutant(
        "refusal-with-a-token",
        "Answers a refusal with empty credentials beside it.",
        clauses=("OAUTH-REQ-17",),
        seam=answered(TOKENS, _credentials_beside),
    ),
    Mutant(
        "body-says-otherwise",
        "Calls a problem otherwise in the body than in the header.",
        clauses=("OAUTH-PROB-03",),
        seam=answered(TOKENS, _body_word_differs),
    ),
    Mutant(
        "refusal-is-403",
        "Refuses at the token endpoints with HTTP 403.",
        clauses=("OAUTH-PROB-01",),
        seam=status(403, of=401, path=TOKENS),
    ),
    Mutant(
        "absent-is-401",
        "Answers a missing parameter with 401 like a wrong signature.",
        clauses=("OAUTH-PROB-05",),
        seam=status(401, of=400, path=TOKENS),
    ),
    Mutant(
        "sms-refused-as-html",
        "Answers a bad signature at /sms/* with the web server's error page.",
        clauses=("OAUTH-PROB-06",),
        seam=answered(SMS, _sms_refused_by_http),
    ),
    # Rarer things
    Mutant(
        "nonces-for-a-minute",
        "Forgets a nonce after a minute.",
        clauses=("OAUTH-NONCE-15",),
        seam=both(store("nonce_used", never), store("use_nonce", _forgotten_soon)),
    ),
    Mutant(
        "header-not-decoded",
        "Leaves the values of the header percent-encoded.",
        clauses=("OAUTH-MSG-16",),
        seam=instead(protocol, "_one_header", _not_decoded),
    ),
    Mutant(
        "realm-not-known",
        "Cannot read a header that has a realm.",
        clauses=("OAUTH-MSG-07",),
        seam=asked(EVERYWHERE, _no_realm),
    ),
    Mutant(
        "challenge-of-another-realm",
        "Names another realm.",
        clauses=("OAUTH-PROB-10",),
        seam=answered(EVERYWHERE, _other_realm),
    ),
    Mutant(
        "no-challenge-in-xml",
        "Sends WWW-Authenticate with JSON only.",
        clauses=("OAUTH-PROB-07",),
        seam=header("WWW-Authenticate", None, path=SMS_XML),
    ),
)
