"""Mistakes that show in one place, at one endpoint or in one order only: what is right elsewhere was left out there."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.credentials import NonceUse, Stage, TemporaryCredentials, Token
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth import checks, doctor, protocol, referee, render, verify
from fake_provider.oauth.parties import Leg, Parties
from fake_provider.oauth.protocol import Blemish, ProtocolRequest
from fake_provider.operations import oauth
from fake_provider.ports import Ports
from fake_provider.web.visitors import Visitors

from .mutant import (
    SMS,
    SMS_XML,
    Mutant,
    Replacement,
    Seam,
    always,
    answered,
    both,
    instead,
    never,
    store,
    value,
    with_header,
)

SEARCHES, SETTINGS = "/search/.*|/number/search", "/account/(settings|get-pricing/.*)"
NUMBERS = "/(search|number)/.*|/account/numbers"
OPEN_AT_ONCE = 5
_OTHER_METHOD = {"GET": "POST", "POST": "GET"}


# The signature


def _also(change: Callable[[ProtocolRequest], ProtocolRequest]) -> Seam:
    """Be content with a signature that is right for another request, too."""

    def verifies(request: ProtocolRequest, *rest: Any) -> bool:
        return referee.verifies(request, *rest) or referee.verifies(change(request), *rest)

    return _verifying(verifies)


def _unverified(is_so: Callable[[ProtocolRequest], bool]) -> Seam:
    """Verify no signature of such a request."""
    return _verifying(lambda request, *rest: is_so(request) or referee.verifies(request, *rest))


def _verifying(verifies: Callable[[ProtocolRequest, Parties, Leg, str], bool]) -> Seam:
    return both(instead(verify, "_referee", always(verifies)), instead(doctor, "examine", never))


def _by_other_method(request: ProtocolRequest) -> ProtocolRequest:
    wire = request.wire
    return replace(request, wire=replace(wire, method=_OTHER_METHOD.get(wire.method, wire.method)))


def _signature(change: Callable[[str], str]) -> Seam:
    """Read another signature than was sent."""
    return _also(
        lambda request: replace(
            request, oauth={**request.oauth, "oauth_signature": change(request.oauth["oauth_signature"])}
        )
    )


def _decoded_anew(text: str) -> str:
    try:
        return base64.b64encode(base64.b64decode(text)).decode()
    except ValueError:
        return text


def _beginning(characters: int) -> Seam:
    """Compare so much of a signature by HMAC-SHA1."""

    def verifies(request: ProtocolRequest, parties: Parties, leg: Leg, url: str) -> bool:
        sent, token = request.oauth["oauth_signature"], parties.token
        key = f"{quote(parties.app.client_secret, safe='~')}&{quote(token.secret if token else '', safe='~')}"
        made = hmac.digest(key.encode(), referee.base_string(request, url).encode(), "sha1")
        right = base64.b64encode(made).decode()
        return len(sent) == len(right) and sent[:characters] == right[:characters]

    return _verifying(verifies)


def _of_the_header(request: ProtocolRequest) -> ProtocolRequest:
    odd = [pair for pair in protocol.header_pairs(request.wire) if not pair[0].startswith("oauth_")]
    return replace(request, signed=[pair for pair in request.signed if pair not in odd])


# Nonces


def _nonces_by_path(usual: Replacement, request: ProtocolRequest) -> NonceUse | None:
    use: NonceUse | None = usual(request)
    return None if use is None else replace(use, nonce=f"{use.nonce} {request.wire.path}")


def _replayed_at(path: str) -> Seam:
    def use(usual: Replacement, request: ProtocolRequest) -> NonceUse | None:
        return None if re.fullmatch(path, request.wire.path) else usual(request)

    return instead(checks, "nonce_use", use)


# Tokens


def _beginning_with_it(
    usual: Replacement, request: ProtocolRequest, token: Token | None
) -> Iterator[Blemish]:
    right = token.verifier if isinstance(token, TemporaryCredentials) else None
    if right and request.oauth.get("oauth_verifier", "").startswith(right):
        return iter(())
    return usual(request, token)  # type: ignore[no-any-return]


def _revoked_at(path: str) -> Seam:
    """Take no heed of a revocation there."""

    def after(usual: Replacement, self: Any, parties: Parties) -> list[Blemish]:
        found: list[Blemish] = usual(self, parties)
        there = re.fullmatch(path, self.request.wire.path)
        return [one for one in found if one.code != "token-revoked"] if there else found

    return instead(verify._Verification, "_after_signature", after)


def _alias_outlives(usual: Replacement, token: Token, ports: Ports) -> Iterator[Blemish]:
    return (one for one in usual(token, ports) if one.code != "token-revoked")


def _all_of_the_user(usual: Replacement, held: MemoryStore, token: str) -> None:
    found = held.token(token)
    usual(held, token)
    for one in held.tokens():
        if found is not None and found.account and one.account == found.account:
            usual(held, one.token)


def _few_open(*stages: Stage) -> Seam:
    """Keep so many request tokens of an app at these stages."""

    def add(usual: Replacement, held: MemoryStore, token: Token) -> None:
        usual(held, token)
        open_ones = [
            one
            for one in held.tokens()
            if isinstance(one, TemporaryCredentials)
            and one.client_key == token.client_key
            and one.stage in stages
        ]
        for one in open_ones[:-OPEN_AT_ONCE]:
            held.revoke(one.token)

    return store("add_token", add)


# The user's pages


def _registered_for_oob(usual: Replacement, held: MemoryStore, token: Token) -> None:
    if isinstance(token, TemporaryCredentials) and token.callback == "oob":
        app = held.app(token.client_key)
        token = replace(token, callback=(app.callback_url if app else None) or "oob")
    usual(held, token)


def _written_anew(*, keep_blank_values: bool) -> Seam:
    """Read the callback's own query, and write it again."""

    def with_parameters(usual: Replacement, callback: str, parameters: list[tuple[str, str]]) -> str:
        before, mark, query = callback.partition("?")
        own = urlencode(parse_qsl(query, keep_blank_values=keep_blank_values))
        return str(usual(f"{before}{mark}{own}", parameters))

    return instead(oauth, "with_parameters", with_parameters)


def _form_of_any_session(usual: Replacement, visitors: Visitors, request: Any, session: Any) -> bool:
    held: Any = visitors._ports.store
    return request.form.get("csrf_token", "") in {one.csrf_token for one in held._sessions.values()}


def _form_of_any_length(usual: Replacement, visitors: Visitors, request: Any, session: Any) -> bool:
    return len(request.form.get("csrf_token", "")) >= 16


def _realm_of_the_api(wire: WireRequest, answer: WireResponse) -> WireResponse:
    given = answer.header("www-authenticate")
    if given is None:
        return answer
    return with_header(answer, "WWW-Authenticate", given.replace(render.REALM, "https://rest.nexmo.com/"))


MUTANTS = (
    # The signature
    Mutant(
        "get-signs-post",
        "Accepts a signature for GET with POST, and the reverse.",
        clauses=("OAUTH-SIG-06",),
        seam=_also(_by_other_method),
    ),
    Mutant(
        "query-not-verified",
        "Verifies no signature that stands in the query.",
        clauses=("OAUTH-SIG-02", "OAUTH-SIG-03"),
        seam=_unverified(lambda request: request.transport == "query"),
    ),
    Mutant(
        "form-not-verified",
        "Verifies no signature that stands in a form.",
        clauses=("OAUTH-SIG-02", "OAUTH-SIG-03"),
        seam=_unverified(lambda request: request.transport == "form"),
    ),
    Mutant(
        "xml-by-get-not-verified",
        "Verifies no signature at /sms/xml by GET.",
        clauses=("OAUTH-SIG-02", "OAUTH-SIG-03"),
        seam=_unverified(lambda request: (request.wire.path, request.wire.method) == (SMS_XML, "GET")),
    ),
    Mutant(
        "xml-by-post-not-verified",
        "Verifies no signature at /sms/xml by POST.",
        clauses=("OAUTH-SIG-02", "OAUTH-SIG-03"),
        seam=_unverified(lambda request: (request.wire.path, request.wire.method) == (SMS_XML, "POST")),
    ),
    Mutant(
        "plaintext-not-verified",
        "Takes any secrets by PLAINTEXT, where TLS hides them.",
        clauses=("OAUTH-SIG-25",),
        seam=_unverified(lambda request: request.oauth["oauth_signature_method"] == checks.PLAINTEXT),
    ),
    Mutant(
        "signature-to-20-characters",
        "Compares the first 20 characters of signatures of the same length.",
        clauses=("OAUTH-SIG-14",),
        seam=_beginning(20),
    ),
    Mutant(
        "signature-by-its-octets",
        "Decodes the signature before it compares, so that several texts are the same.",
        clauses=("OAUTH-SIG-14",),
        seam=_signature(_decoded_anew),
    ),
    Mutant(
        "signature-stripped",
        "Takes blanks off the signature.",
        clauses=("OAUTH-SIG-14",),
        seam=_signature(str.strip),
    ),
    Mutant(
        "header-signed-in-part",
        "Leaves header parameters that are not OAuth's out of the base string.",
        clauses=("OAUTH-SIG-38",),
        seam=_also(_of_the_header),
    ),
    Mutant(
        "same-pairs-signed-once",
        "Accepts a signature that has two equal parameters once.",
        clauses=("OAUTH-SIG-17",),
        seam=_also(lambda request: replace(request, signed=list(dict.fromkeys(request.signed)))),
    ),
    Mutant(
        "realm-of-the-api",
        "Names a realm of their own at the endpoints that take a token.",
        clauses=("OAUTH-PROB-10",),
        seam=answered("/(sms|account)/.*", _realm_of_the_api),
    ),
    # Nonces and timestamps
    Mutant(
        "nonce-for-each-path",
        "Remembers a nonce with the path that it was used at.",
        clauses=("OAUTH-NONCE-02",),
        seam=instead(checks, "nonce_use", _nonces_by_path),
    ),
    Mutant(
        "searches-replayed",
        "Looks at no nonce where something is searched.",
        clauses=("OAUTH-NONCE-01",),
        seam=_replayed_at(SEARCHES),
    ),
    Mutant(
        "settings-replayed",
        "Looks at no nonce where settings or prices are asked for.",
        clauses=("OAUTH-NONCE-01",),
        seam=_replayed_at(SETTINGS),
    ),
    Mutant(
        "xml-replayed",
        "Looks at no nonce at /sms/xml.",
        clauses=("OAUTH-NONCE-01",),
        seam=_replayed_at(SMS_XML),
    ),
    Mutant(
        "window-of-270-seconds",
        "Leaves a clock thirty seconds less.",
        clauses=("OAUTH-NONCE-18",),
        seam=value(checks, "TIMESTAMP_WINDOW_SECONDS", 270),
    ),
    Mutant(
        "window-of-330-seconds",
        "Leaves a clock thirty seconds more.",
        clauses=("OAUTH-NONCE-18",),
        seam=value(checks, "TIMESTAMP_WINDOW_SECONDS", 330),
    ),
    # Tokens
    Mutant(
        "verifier-with-more-behind",
        "Takes a verifier that begins with the right one.",
        clauses=("OAUTH-ACC-05",),
        seam=instead(checks, "verifier", _beginning_with_it),
    ),
    Mutant(
        "five-request-tokens-an-app",
        "Forgets the oldest request token of an app that has more than five open, approved or not.",
        clauses=("OAUTH-ACC-24",),
        seam=_few_open(Stage.ISSUED, Stage.APPROVED),
    ),
    Mutant(
        "five-undecided-an-app",
        "Forgets the oldest request token of an app that has more than five undecided.",
        clauses=("OAUTH-ACC-28",),
        seam=_few_open(Stage.ISSUED),
    ),
    Mutant(
        "revoked-token-searches",
        "Lets a revoked token search, and list numbers.",
        clauses=("OAUTH-TOK-04",),
        seam=_revoked_at(NUMBERS),
    ),
    Mutant(
        "revoked-token-sends",
        "Lets a revoked token send SMS.",
        clauses=("OAUTH-TOK-04",),
        seam=_revoked_at(SMS),
    ),
    Mutant(
        "request-token-outlives-access",
        "Lets the request pair sign on after its access token was revoked.",
        clauses=("OAUTH-TOK-04",),
        seam=instead(checks, "_request_token_for_resource", _alias_outlives),
    ),
    Mutant(
        "revokes-all-of-the-user",
        "Revokes the tokens that a user gave other apps with one.",
        clauses=("OAUTH-TOK-05",),
        seam=store("revoke", _all_of_the_user),
    ),
    # The user's pages
    Mutant(
        "registered-callback-for-oob",
        "Sends the user to the registered callback, though a code on the page was asked for.",
        clauses=("OAUTH-AUTH-10",),
        seam=store("add_token", _registered_for_oob),
    ),
    Mutant(
        "callback-query-written-anew",
        "Decodes the query of a callback and encodes it again.",
        clauses=("OAUTH-AUTH-06",),
        seam=_written_anew(keep_blank_values=True),
    ),
    Mutant(
        "callback-query-without-blanks",
        "Loses parameters of a callback that have no value.",
        clauses=("OAUTH-AUTH-06",),
        seam=_written_anew(keep_blank_values=False),
    ),
    Mutant(
        "form-of-any-session",
        "Takes a decision with the form of somebody else's session.",
        clauses=("OAUTH-AUTH-22",),
        seam=instead(Visitors, "is_own_form", _form_of_any_session),
    ),
    Mutant(
        "form-of-any-length",
        "Takes a decision with any value that is long enough.",
        clauses=("OAUTH-AUTH-22",),
        seam=instead(Visitors, "is_own_form", _form_of_any_length),
    ),
)
