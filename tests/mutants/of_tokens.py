"""Mistakes about tokens: how they are issued, exchanged, and end, and whose they are (RFC 5849 section 2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.credentials import Stage, TemporaryCredentials, Token, TokenCredentials
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth import checks, referee
from fake_provider.oauth.protocol import Blemish, ProtocolRequest, parse
from fake_provider.operations import oauth
from fake_provider.ports import Ports

from .mutant import (
    TOKENS,
    Mutant,
    Replacement,
    Seam,
    answered,
    both,
    header,
    instead,
    member,
    method,
    policy,
    store,
)

REQUEST, EXCHANGE = "/oauth/request_token", "/oauth/access_token"


def _overlooked(*codes: str) -> Seam:
    """Overlook what these codes say about the stage of a token."""

    def stage(usual: Replacement, *rest: Any) -> Iterator[Blemish]:
        return (one for one in usual(*rest) if one.code not in codes)

    return instead(checks, "state", stage)


def _exchanging(*stages: Stage) -> Seam:
    """Let a request token at one of these stages be exchanged, whatever was decided."""

    def exchange(
        usual: Replacement, held: MemoryStore, token: str, access: TokenCredentials, *, now: float
    ) -> TemporaryCredentials:
        found = held._tokens[token]
        if isinstance(found, TemporaryCredentials) and found.stage in stages:
            access = access if access.account else replace(access, account=held.accounts()[0].email)
            held._tokens[token] = replace(found, stage=Stage.APPROVED, account=access.account)
        return usual(held, token, access, now=now)  # type: ignore[no-any-return]

    return store("exchange", exchange)


def _verifiers(is_right: Callable[[str, str], bool]) -> Seam:
    """Compare the verifier that was sent with the right one in a way of one's own."""

    def judged(usual: Replacement, request: ProtocolRequest, token: Token | None) -> Iterator[Blemish]:
        sent = request.oauth.get("oauth_verifier", "")
        if isinstance(token, TemporaryCredentials) and token.verifier and is_right(sent, token.verifier):
            return iter(())
        return usual(request, token)  # type: ignore[no-any-return]

    return instead(checks, "verifier", judged)


def _needs_a_verifier(usual: Replacement, request: ProtocolRequest, token: Token | None) -> Iterator[Blemish]:
    for one in usual(request, token):
        yield replace(one, tolerable=False)


def _burnt_by(kind: str) -> Seam:
    """Let a refused exchange of this diagnosis use the request token up."""

    def exchanged(usual: Replacement, wire: WireRequest, ports: Ports, policy: Any) -> Any:
        made = usual(wire, ports, policy)
        token = parse(wire).oauth.get("oauth_token", "")
        if made.diagnosis is not None and made.diagnosis.oauth_problem == kind and ports.store.token(token):
            ports.store.revoke(token)
        return made

    return _at_exchange(exchanged)


def _at_exchange(replacement: Replacement) -> Seam:
    from fake_provider.web import routes

    def access_token(usual: Replacement, wire: WireRequest, **named: Any) -> Any:
        return replacement(lambda wire, ports, policy: usual(wire, ports=ports, policy=policy), wire, **named)

    usual = oauth.access_token
    return member(routes._TOKENS, EXCHANGE, lambda wire, **named: access_token(usual, wire, **named))


def _one_outstanding(usual: Replacement, held: MemoryStore, token: Token) -> None:
    if isinstance(token, TemporaryCredentials):
        others = [one for one in held.tokens() if isinstance(one, TemporaryCredentials)]
        for one in others:
            if one.client_key == token.client_key and one.stage in (Stage.ISSUED, Stage.APPROVED):
                held.revoke(one.token)
    usual(held, token)


def _all_of_the_app(usual: Replacement, held: MemoryStore, token: str) -> None:
    found = held.token(token)
    usual(held, token)
    for one in held.tokens():
        if found is not None and one.client_key == found.client_key:
            usual(held, one.token)


def _owners(
    usual: Replacement, held: MemoryStore, token: str, access: TokenCredentials, *, now: float
) -> TemporaryCredentials:
    first = held.accounts()[0].email
    return usual(held, token, replace(access, account=first), now=now)  # type: ignore[no-any-return]


def _upper_case(usual: Replacement, chance: RandomEntropy) -> str:
    return str(usual(chance)).upper()


def _longer(usual: Replacement, chance: RandomEntropy) -> str:
    return f"{usual(chance)}{usual(chance)[:8]}"


def _form(change: Callable[[list[tuple[str, str]]], Sequence[tuple[str, str]]], path: str = TOKENS) -> Seam:
    """Issue credentials in another form."""

    def changed(wire: WireRequest, answer: WireResponse) -> WireResponse:
        if answer.status != 200:
            return answer
        return replace(answer, body=urlencode(list(change(parse_qsl(answer.body.decode())))).encode())

    return answered(path, changed)


def _as_json(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status != 200:
        return answer
    headers = tuple(pair for pair in answer.headers if pair[0] != "Content-Type")
    body = json.dumps(dict(parse_qsl(answer.body.decode()))).encode()
    return replace(answer, headers=(*headers, ("Content-Type", "application/json")), body=body)


def _refused_all_the_same(wire: WireRequest, answer: WireResponse) -> WireResponse:
    if answer.status != 200:
        return answer
    challenge = ("WWW-Authenticate", 'OAuth oauth_problem="permission_denied"')
    headers = (("Content-Type", "application/x-www-form-urlencoded"), challenge)
    return replace(answer, status=401, headers=headers, body=b"oauth_problem=permission_denied")


def _callbacks(problem: Callable[[str], str | None]) -> Seam:
    """Judge callbacks in a way of one's own."""
    return instead(checks, "problem_with", lambda usual, callback: problem(callback))


def _needs_a_callback(usual: Replacement, callback: str) -> Iterator[Blemish]:
    for one in usual(callback):
        yield replace(one, tolerable=False)


def _web_alone(callback: str) -> str | None:
    return None if callback == "oob" or callback.startswith(("http://", "https://")) else "not of the web"


def _https_alone(callback: str) -> str | None:
    return None if callback == "oob" or callback.startswith("https://") else "not https"


def _no_query(callback: str) -> str | None:
    return "it has a query" if "?" in callback else None


def _any_absolute(callback: str) -> str | None:
    return None if callback == "oob" or ":" in callback else "not absolute"


def _nothing(usual: Replacement, *rest: Any) -> Iterator[Blemish]:
    return iter(())


def _as_if_exchanged(usual: Replacement, token: Token | None, ports: Ports) -> TokenCredentials | None:
    found: TokenCredentials | None = usual(token, ports)
    if found is None and isinstance(token, TemporaryCredentials) and token.account:
        return TokenCredentials(
            token=token.token,
            secret=token.secret,
            client_key=token.client_key,
            account=token.account,
            created_at=token.created_at,
        )
    return found


def _never_tolerable(usual: Replacement, *rest: Any) -> Iterator[Blemish]:
    return (replace(one, tolerable=False) for one in usual(*rest))


def _revoking_at_a_second_exchange() -> Seam:
    def exchanged(usual: Replacement, wire: WireRequest, ports: Ports, policy: Any) -> Any:
        made = usual(wire, ports, policy)
        held = ports.store.token(parse(wire).oauth.get("oauth_token", ""))
        if made.diagnosis is not None and isinstance(held, TemporaryCredentials) and held.access_token:
            ports.store.revoke(held.access_token)
        return made

    return _at_exchange(exchanged)


def _owners_token(usual: Replacement, token: Token | None, ports: Ports) -> TokenCredentials | None:
    if token is not None:
        return usual(token, ports)  # type: ignore[no-any-return]
    first = ports.store.accounts()[0].email
    return TokenCredentials(token="", secret="", client_key="", account=first, created_at=0.0)


def _without_token_missing(usual: Replacement, oauth: Any, leg: Any) -> Iterator[Blemish]:
    return (one for one in usual(oauth, leg) if one.code != "token-missing")


def _called_by_the_app(usual: Replacement, request: Any, parties: Any, leg: Any, url: str) -> bool:
    from fake_provider.oauth.parties import Leg

    return bool(usual(request, parties, Leg.REQUEST_TOKEN if parties.token is None else leg, url))


def _same_secret(name: str) -> Seam:
    """Issue every token with the same secret."""
    return instead(oauth, name, lambda usual, **members: usual(**{**members, "secret": "0" * 32}))


def _empty_callback_refused(usual: Replacement, request: ProtocolRequest, *rest: Any) -> Iterator[Blemish]:
    yield from usual(request, *rest)
    if request.oauth.get("oauth_callback") == "":
        yield Blemish("callback-not-allowed", "it is empty")


def _empty_verifier_is_wrong(
    usual: Replacement, request: ProtocolRequest, token: Token | None
) -> Iterator[Blemish]:
    if request.oauth.get("oauth_verifier") == "":
        return iter([Blemish("verifier-wrong", "")])
    return usual(request, token)  # type: ignore[no-any-return]


def _for_30_days(usual: Replacement, token: Token | None, leg: Any, ports: Ports) -> Iterator[Blemish]:
    yield from usual(token, leg, ports)
    days = (ports.clock.now(token.client_key) - token.created_at) / 86_400 if token else 0
    if days > 30:
        yield Blemish("token-revoked", "")


MUTANTS = (
    # Issuing
    Mutant(
        "request-token-fails",
        "Answers every request for a request token with 500.",
        clauses=("OAUTH-REQ-01",),
        seam=answered(REQUEST, lambda _, answer: replace(answer, status=500, body=b"")),
    ),
    Mutant(
        "token-endpoints-by-post-alone",
        "Issues tokens for POST only, where PHP's extension of 2012 sends GET.",
        clauses=(
            "OAUTH-REQ-01",
            "OAUTH-ACC-01",
        ),
        seam=method(405, of="GET", path=TOKENS),
    ),
    Mutant(
        "token-endpoints-by-get-alone",
        "Issues tokens for GET only.",
        clauses=(
            "OAUTH-REQ-01",
            "OAUTH-ACC-01",
        ),
        seam=method(405, of="POST", path=TOKENS),
    ),
    Mutant(
        "credentials-in-json",
        "Issues credentials in JSON.",
        clauses=(
            "OAUTH-REQ-03",
            "OAUTH-ACC-02",
        ),
        seam=answered(TOKENS, _as_json),
    ),
    Mutant(
        "credentials-as-html",
        "Issues a form, and calls it text/html.",
        clauses=(
            "OAUTH-REQ-03",
            "OAUTH-ACC-02",
        ),
        seam=header("Content-Type", "text/html; charset=utf-8", path=TOKENS),
    ),
    Mutant(
        "oauth2-names",
        "Calls the access token access_token, as OAuth 2 does.",
        clauses=(
            "OAUTH-ACC-02",
            "GUIDE-02",
        ),
        seam=_form(
            lambda pairs: [(name.replace("oauth_token", "access_token"), text) for name, text in pairs],
            EXCHANGE,
        ),
    ),
    Mutant(
        "tokens-in-upper-case",
        "Issues tokens in upper-case hexadecimal.",
        clauses=(
            "OAUTH-REQ-05",
            "OAUTH-ACC-03",
        ),
        seam=instead(RandomEntropy, "token", _upper_case),
    ),
    Mutant(
        "tokens-of-40-digits",
        "Issues tokens as long as SHA-1.",
        clauses=(
            "OAUTH-REQ-05",
            "OAUTH-ACC-03",
        ),
        seam=instead(RandomEntropy, "token", _longer),
    ),
    Mutant(
        "no-confirmation",
        "Leaves oauth_callback_confirmed out: OAuth 1.0 before revision A.",
        clauses=("OAUTH-REQ-07",),
        seam=_form(lambda pairs: [pair for pair in pairs if pair[0] != "oauth_callback_confirmed"]),
    ),
    Mutant(
        "confirmed-with-1",
        "Writes oauth_callback_confirmed=1.",
        clauses=("OAUTH-REQ-07",),
        seam=_form(lambda pairs: [(name, "1" if text == "true" else text) for name, text in pairs]),
    ),
    Mutant(
        "callback-needed",
        "Refuses a request without callback, which the published samples send.",
        clauses=(
            "OAUTH-REQ-10",
            "GUIDE-01",
        ),
        seam=instead(checks, "_callback", _needs_a_callback),
    ),
    Mutant(
        "any-callback",
        "Takes every callback that has a colon.",
        clauses=("OAUTH-REQ-09",),
        seam=_callbacks(_any_absolute),
    ),
    Mutant(
        "relative-callback",
        "Takes relative callbacks.",
        clauses=("OAUTH-REQ-09",),
        seam=_callbacks(lambda callback: None),
    ),
    Mutant(
        "callbacks-of-the-web-alone",
        "Refuses private schemes as a callback.",
        clauses=("OAUTH-REQ-08",),
        seam=_callbacks(_web_alone),
    ),
    Mutant(
        "callbacks-by-https-alone",
        "Refuses http as a callback, on this machine too.",
        clauses=("OAUTH-REQ-08",),
        seam=_callbacks(_https_alone),
    ),
    Mutant(
        "callbacks-without-query",
        "Refuses a callback that has a query.",
        clauses=("OAUTH-REQ-08",),
        seam=_callbacks(_no_query),
    ),
    Mutant(
        "no-oob",
        "Takes oob for a relative URL.",
        clauses=("OAUTH-REQ-08",),
        seam=_callbacks(lambda callback: None if ":" in callback else "not absolute"),
    ),
    Mutant(
        "one-request-token-an-app",
        "Forgets an app's request token when it issues another, which the published web sample does between.",
        clauses=("GUIDE-09", "OAUTH-ACC-24", "OAUTH-ACC-25"),
        seam=store("add_token", _one_outstanding),
    ),
    Mutant(
        "request-token-ends-access",
        "Revokes an app's access tokens when it asks for a request token.",
        clauses=("OAUTH-TOK-01",),
        seam=policy(request_token_revokes=True),
    ),
    # Exchanging
    Mutant(
        "exchange-brings-nothing",
        "Answers an exchange with 200, and nothing in it.",
        clauses=("OAUTH-ACC-24", "OAUTH-ACC-25"),
        seam=answered(
            EXCHANGE, lambda _, answer: replace(answer, body=b"") if answer.status == 200 else answer
        ),
    ),
    Mutant(
        "exchange-never-works",
        "Refuses every exchange: that nothing is exchanged twice says nothing then.",
        clauses=("OAUTH-ACC-14",),
        seam=answered(EXCHANGE, _refused_all_the_same),
    ),
    Mutant(
        "exchanged-again",
        "Keeps the request token alive: its verifier works twice.",
        clauses=("OAUTH-ACC-14",),
        seam=both(_overlooked("token-used"), _exchanging(Stage.EXCHANGED)),
    ),
    Mutant(
        "second-exchange-ends-the-first",
        "Revokes the access token when its request token is exchanged a second time.",
        clauses=("OAUTH-ACC-15",),
        seam=_revoking_at_a_second_exchange(),
    ),
    Mutant(
        "undecided-exchanged",
        "Exchanges a request token that no user has approved.",
        clauses=(
            "OAUTH-ACC-16",
            "OAUTH-ACC-17",
        ),
        seam=both(
            _overlooked("token-not-authorized"),
            _exchanging(Stage.ISSUED),
            instead(checks, "verifier", _nothing),
        ),
    ),
    Mutant(
        "denied-exchanged",
        "Exchanges a request token that the user denied.",
        clauses=("OAUTH-ACC-18",),
        seam=both(
            _overlooked("token-denied"), _exchanging(Stage.DENIED), instead(checks, "verifier", _nothing)
        ),
    ),
    Mutant(
        "revoked-exchanged",
        "Exchanges a request token that was revoked.",
        clauses=("OAUTH-ACC-22",),
        seam=both(_overlooked("token-revoked"), _exchanging(Stage.REVOKED)),
    ),
    Mutant(
        "expired-exchanged",
        "Lets a request token live for ever.",
        clauses=("OAUTH-ACC-26",),
        seam=instead(TemporaryCredentials, "at", lambda usual, token, now: token),
    ),
    Mutant(
        "verifier-never-checked",
        "Exchanges with any verifier.",
        clauses=("OAUTH-ACC-05",),
        seam=_verifiers(lambda sent, right: True),
    ),
    Mutant(
        "verifier-not-needed",
        "Exchanges without the verifier.",
        clauses=("OAUTH-ACC-09",),
        seam=_verifiers(lambda sent, right: not sent),
    ),
    Mutant(
        "verifier-without-case",
        "Compares verifiers without regard to case.",
        clauses=("OAUTH-ACC-06",),
        seam=_verifiers(lambda sent, right: sent.lower() == right.lower()),
    ),
    Mutant(
        "verifier-by-its-beginning",
        "Compares as many characters of the verifier as were sent.",
        clauses=("OAUTH-ACC-07",),
        seam=_verifiers(lambda sent, right: len(sent) > 3 and right.startswith(sent)),
    ),
    Mutant(
        "verifier-always-needed",
        "Wants a verifier from clients that sent no callback, like the published samples.",
        clauses=(
            "OAUTH-ACC-11",
            "GUIDE-04",
        ),
        seam=instead(checks, "verifier", _needs_a_verifier),
    ),
    Mutant(
        "verifier-of-one",
        "Gives every user the same verifier.",
        clauses=(
            "OAUTH-AUTH-20",
            "OAUTH-ACC-08",
        ),
        seam=instead(RandomEntropy, "verifier", lambda usual, chance: "abcd2345"),
    ),
    Mutant(
        "verifier-with-hyphens",
        "Makes verifiers that users do not type.",
        clauses=("OAUTH-AUTH-21",),
        seam=instead(
            RandomEntropy, "verifier", lambda usual, chance: f"{usual(chance)[:4]}-{usual(chance)[:4]}"
        ),
    ),
    Mutant(
        "wrong-verifier-ends-it",
        "Revokes a request token at the first wrong verifier.",
        clauses=("OAUTH-ACC-12",),
        seam=_burnt_by("parameter_rejected"),
    ),
    Mutant(
        "wrong-signature-ends-it",
        "Revokes a request token at the first wrong signature of an exchange.",
        clauses=("OAUTH-ACC-23",),
        seam=_burnt_by("signature_invalid"),
    ),
    # After it
    Mutant(
        "request-token-opens-the-api",
        "Lets an approved request token sign calls before its exchange.",
        clauses=("OAUTH-TOK-06",),
        seam=both(
            _overlooked("request-token-for-resource"), instead(checks, "access_token_of", _as_if_exchanged)
        ),
    ),
    Mutant(
        "request-pair-dies",
        "Refuses the request pair after its exchange, which the published driver signs with.",
        clauses=("GUIDE-08",),
        seam=instead(checks, "_request_token_for_resource", _never_tolerable),
    ),
    Mutant(
        "revoked-tokens-work",
        "Looks a token up, and not whether it was revoked.",
        clauses=("OAUTH-TOK-04",),
        seam=_overlooked("token-revoked"),
    ),
    Mutant(
        "revokes-all",
        "Revokes all tokens of the app with one.",
        clauses=("OAUTH-TOK-05",),
        seam=store("revoke", _all_of_the_app),
    ),
    Mutant(
        "one-access-token-a-user",
        "Lets a user's second authorization replace the first.",
        clauses=("OAUTH-TOK-02",),
        seam=policy(reauthorization_revokes=True),
    ),
    Mutant(
        "account-of-the-owner",
        "Lets every token stand for the first account.",
        clauses=("OAUTH-TOK-03", "GUIDE-06"),
        seam=store("exchange", _owners),
    ),
    Mutant(
        "app-calls-without-token",
        "Lets an app call without a token, for the account that owns it.",
        clauses=("OAUTH-TOK-09",),
        seam=both(
            instead(checks, "_absent", _without_token_missing),
            instead(checks, "access_token_of", _owners_token),
            instead(referee, "verifies", _called_by_the_app),
        ),
    ),
    # Rarer things
    Mutant(
        "request-token-by-another-name",
        "Calls the request token request_token.",
        clauses=("OAUTH-REQ-04", "GUIDE-02"),
        seam=_form(
            lambda pairs: [(name.replace("oauth_token", "request_token"), text) for name, text in pairs],
            REQUEST,
        ),
    ),
    Mutant(
        "one-secret-for-request-tokens",
        "Issues all request tokens with one secret.",
        clauses=("OAUTH-REQ-06",),
        seam=_same_secret("TemporaryCredentials"),
    ),
    Mutant(
        "one-secret-for-access-tokens",
        "Issues all access tokens with one secret.",
        clauses=("OAUTH-ACC-27",),
        seam=_same_secret("TokenCredentials"),
    ),
    Mutant(
        "empty-callback-refused",
        "Refuses an empty callback, and accepts none.",
        clauses=("OAUTH-REQ-12",),
        seam=instead(checks, "protocol_parameters", _empty_callback_refused),
    ),
    Mutant(
        "empty-verifier-is-wrong",
        "Takes an empty verifier for a wrong one.",
        clauses=("OAUTH-ACC-10",),
        seam=instead(checks, "verifier", _empty_verifier_is_wrong),
    ),
    Mutant(
        "access-for-30-days",
        "Lets access tokens expire after 30 days.",
        clauses=("GUIDE-07",),
        seam=instead(checks, "state", _for_30_days),
    ),
)
