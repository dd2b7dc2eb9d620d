"""Who is let in though nobody knows it, and what was changed on its way: each in one place that the others do not look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from fake_provider.domain.credentials import TokenCredentials
from fake_provider.domain.policy import Policy
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth import catalogue, checks, referee
from fake_provider.oauth.parties import Parties
from fake_provider.oauth.protocol import Blemish, Pair, ProtocolRequest, parse
from fake_provider.oauth.verdict import Rejected
from fake_provider.operations import caller, sms
from fake_provider.operations.caller import Caller, KeyProblem
from fake_provider.operations.oauth import Authorization
from fake_provider.ports import Ports
from fake_provider.sms import parse as sms_parse
from fake_provider.sms import render
from fake_provider.sms.render import Refused
from fake_provider.sms.status import Problem
from fake_provider.web.consent import Consent

from .mutant import SMS_JSON, Mutant, Replacement, Seam, always, answered, both, instead, member, value
from .of_signatures import _also_at, _also_signed
from .of_tokens import _at_exchange

REQUEST = "/oauth/request_token"
MADE_UP = b"oauth_token=%s&oauth_token_secret=%s" % (b"a" * 32, b"b" * 32)


# What was changed after signing


def _signed_as(name: str, kept: Callable[[str], str]) -> Seam:
    """Be content with a signature for what is kept of a parameter."""

    def changed(request: ProtocolRequest) -> Iterable[Pair]:
        return [(one, kept(text) if one == name else text) for one, text in request.signed]

    return _also_signed(changed)


def _elsewhere(url: str) -> str:
    return urlsplit(url)._replace(netloc="elsewhere.example").geturl()


# Who is let in


def _to_anybody(wire: WireRequest, answer: WireResponse) -> WireResponse:
    brought = parse(wire)
    if brought.oauth or brought.attempted:
        return answer
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    return WireResponse(status=200, headers=headers, body=MADE_UP + b"&oauth_callback_confirmed=true")


def _exchanged_where(is_taken: Callable[[object], bool]) -> Seam:
    """Exchange another token than a request token that was issued."""

    def exchanged(usual: Replacement, wire: WireRequest, ports: Ports, policy: Policy) -> Any:
        made = usual(wire, ports, policy)
        name = parse(wire).oauth.get("oauth_token", "")
        if not name or not is_taken(ports.store.token(name)):
            return made
        headers = (("Content-Type", "application/x-www-form-urlencoded"),)
        return replace(made, response=WireResponse(status=200, headers=headers, body=MADE_UP))

    return _at_exchange(exchanged)


def _by_an_unknown_token(
    usual: Replacement, request: ProtocolRequest, given: Any, ports: Ports, policy: Policy
) -> Any:
    name = request.oauth.get("oauth_token", "")
    if not name or ports.store.token(name) is not None:
        return usual(request, given, ports, policy)
    return Caller(account=ports.store.accounts()[0], client_key=request.oauth["oauth_consumer_key"])


def _by_the_token_alone(
    usual: Replacement, request: ProtocolRequest, ports: Ports
) -> tuple[Parties | None, list[Blemish]]:
    found: tuple[Parties | None, list[Blemish]] = usual(request, ports)
    token = ports.store.token(request.oauth.get("oauth_token", ""))
    app = ports.store.app(token.client_key) if token else None
    if app is None or [one.code for one in found[1]] != ["consumer-unknown"]:
        return found
    return Parties(app=app, token=token), []


# What a refusal does


def _paid_for_nothing(usual: Replacement, why: Any, given: Any, ports: Ports, *rest: Any) -> Any:
    if isinstance(why, Rejected):
        for account in ports.store.accounts():
            ports.store.change_account(
                account.email, lambda owner: replace(owner, balance=owner.balance - Decimal("0.0333"))
            )
    return usual(why, given, ports, *rest)


def _parameters_first(
    usual: Replacement, why: Any, given: Any, ports: Ports, policy: Policy, answer_format: Any
) -> Any:
    made = usual(why, given, ports, policy, answer_format)
    problem = sms_parse.submission(given, tolerant=True)
    if why is not KeyProblem.MISSING or not isinstance(problem, Problem):
        return made
    answer = render.refused(Refused(problem=problem), answer_format, ports.entropy.token())
    return replace(made, response=answer)


def _without_a_page(usual: Replacement, page: Consent, decision: Authorization, session: Any) -> Any:
    made = usual(page, decision, session)
    if decision.redirect_url is None and decision.verifier is None:
        return replace(made, response=WireResponse(status=204))
    return made


def _wants_no_json(wire: WireRequest, answer: WireResponse) -> WireResponse:
    is_wanted = wire.header("accept") == "application/json"
    return WireResponse(status=406, body=b"not acceptable\n") if is_wanted else answer


def _wants_no_ampersand(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return WireResponse(status=400, body=b"no form\n") if wire.body.startswith(b"&") else answer


MUTANTS = (
    # What was changed after signing
    Mutant(
        "callback-signed-as-oob",
        "Accepts a signature that was made for oob, whatever callback came.",
        clauses=("OAUTH-REQ-13",),
        seam=_signed_as("oauth_callback", always("oob")),
    ),
    Mutant(
        "nonces-cut-before-signing",
        "Keeps 16 characters of a nonce, and accepts a signature for what it has kept.",
        clauses=("OAUTH-SIG-11",),
        seam=_signed_as("oauth_nonce", lambda nonce: nonce[:16]),
    ),
    Mutant(
        "timestamps-of-a-second-later-signed",
        "Accepts a signature for the second after the timestamp.",
        clauses=("OAUTH-SIG-11",),
        seam=_signed_as("oauth_timestamp", lambda text: str(int(text) + 1) if text.isdecimal() else text),
    ),
    Mutant(
        "signed-for-another-host",
        "Accepts what was signed for another host of its owner's.",
        clauses=("OAUTH-SIG-08",),
        seam=_also_at(_elsewhere),
    ),
    # Who is let in
    Mutant(
        "request-tokens-for-anybody",
        "Issues a request token to who brings no protocol parameter at all.",
        clauses=("OAUTH-REQ-14",),
        seam=answered(REQUEST, _to_anybody),
    ),
    Mutant(
        "unknown-token-exchanged",
        "Exchanges a request token that it never issued.",
        clauses=("OAUTH-ACC-19",),
        seam=_exchanged_where(lambda token: token is None),
    ),
    Mutant(
        "access-token-exchanged",
        "Exchanges an access token for another.",
        clauses=("OAUTH-ACC-21",),
        seam=_exchanged_where(lambda token: isinstance(token, TokenCredentials)),
    ),
    Mutant(
        "unknown-token-is-the-first-account's",
        "Takes who brings a token that it never issued for the first account.",
        clauses=("OAUTH-TOK-10",),
        seam=instead(caller, "_by_oauth", _by_an_unknown_token),
    ),
    Mutant(
        "app-found-by-its-token",
        "Finds the app by the token, whatever oauth_consumer_key says.",
        clauses=("OAUTH-MSG-17",),
        seam=both(
            instead(checks, "known", _by_the_token_alone),
            value(referee._Validator, "validate_client_key", lambda *_: True),
            instead(
                referee,
                "_belongs",
                lambda usual, _, token, parties: usual(parties.app.client_key, token, parties),
            ),
        ),
    ),
    Mutant(
        "another-secret-issued",
        "Issues an access token with another secret than it keeps.",
        clauses=("OAUTH-ACC-04",),
        seam=answered(
            "/oauth/access_token",
            lambda _, answer: (
                replace(answer, body=answer.body[:-1] + (b"0" if answer.body[-1:] != b"0" else b"1"))
                if answer.status == 200
                else answer
            ),
        ),
    ),
    # What a refusal does, and how it is called
    Mutant(
        "refused-sms-paid",
        "Takes the money for an SMS before it looks at the signature.",
        clauses=("OAUTH-PROB-11",),
        seam=instead(sms, "_unauthorized", _paid_for_nothing),
    ),
    Mutant(
        "unknown-consumer-is-a-rejected-token",
        "Says token_rejected of a consumer key that it does not know.",
        clauses=("OAUTH-PROB-12",),
        seam=member(
            catalogue.CATALOGUE,
            "consumer-unknown",
            replace(catalogue.CATALOGUE["consumer-unknown"], problem="token_rejected"),
        ),
    ),
    Mutant(
        "rejected-parameters-not-named",
        "Does not say that it is the verifier which was rejected.",
        clauses=("OAUTH-PROB-13",),
        seam=instead(
            catalogue,
            "parameters",
            lambda usual, blemish: () if blemish.code == "verifier-wrong" else usual(blemish),
        ),
    ),
    Mutant(
        "parameters-looked-at-first",
        "Names a missing parameter before it asks who is there.",
        clauses=("SMS-ERR-24",),
        seam=instead(sms, "_unauthorized", _parameters_first),
    ),
    # What the samples rely on
    Mutant(
        "no-page-for-who-has-no-callback",
        "Shows no page to a user whom no callback awaits.",
        clauses=("OAUTH-AUTH-08",),
        seam=instead(Consent, "_decided", _without_a_page),
    ),
    Mutant(
        "json-not-acceptable",
        "Answers 406 to an SMS that asks for application/json.",
        clauses=("GUIDE-05",),
        seam=answered(SMS_JSON, _wants_no_json),
    ),
    Mutant(
        "form-may-not-begin-with-an-ampersand",
        "Refuses a form that begins with an ampersand.",
        clauses=("SMS-REQ-22",),
        seam=answered(SMS_JSON, _wants_no_ampersand),
    ),
)
