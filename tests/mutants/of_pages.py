"""Mistakes on the pages where a user decides, and on the way back to the app (RFC 5849 section 2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.credentials import Stage, TemporaryCredentials
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.fake import FakeNexmo
from fake_provider.operations import oauth
from fake_provider.operations.oauth import Authorization, Decision
from fake_provider.web import consent
from fake_provider.web.consent import Consent
from fake_provider.web.visitors import Visitors

from .mutant import (
    PAGES,
    Mutant,
    Replacement,
    Seam,
    always,
    answered,
    both,
    instead,
    status,
    store,
    with_header,
)


def _redirected(change: Callable[[str], str]) -> Seam:
    """Send the user to another address than the callback with its parameters."""

    def decided(usual: Replacement, self: Consent, decision: Authorization, session: Any) -> Any:
        if decision.redirect_url is not None:
            decision = replace(decision, redirect_url=change(decision.redirect_url))
        return usual(self, decision, session)

    return instead(Consent, "_decided", decided)


def _without(*names: str) -> Callable[[str], str]:
    def change(url: str) -> str:
        before, _, query = url.partition("?")
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in names]
        return f"{before}?{urlencode(kept)}" if kept else before

    return change


def _own_query_dropped(url: str) -> str:
    before, _, query = url.partition("?")
    return f"{before}?{urlencode([pair for pair in parse_qsl(query) if pair[0].startswith('oauth_')])}"


def _second_question_mark(url: str) -> str:
    return re.sub("&(oauth_token=)", r"?\1", url)


def _query_escaped_again(url: str) -> str:
    before, _, query = url.partition("?")
    return f"{before}?{quote(query, safe='=&')}"


def _moved_permanently_to_a_page(wire: WireRequest, answer: WireResponse) -> WireResponse:
    target = answer.header("location") or ""
    if answer.status != 302 or urlsplit(target).netloc in ("", wire.host):
        return answer
    link = f'<p>Continue at <a href="{target}">the app</a>.</p>'.encode()
    return replace(with_header(answer, "Location", None), status=200, body=link)


def _lasting(wire: WireRequest, answer: WireResponse) -> WireResponse:
    is_elsewhere = urlsplit(answer.header("location") or "").netloc not in ("", wire.host)
    return replace(answer, status=301) if is_elsewhere else answer


def _decided_by_looking(
    usual: Replacement, self: Consent, token: TemporaryCredentials, session: Any, account: Any
) -> Any:
    page = usual(self, token, session, account)
    self.provider.ports.store.approve(
        token.token,
        account=account.email,
        verifier="guess123",
        now=self.provider.ports.clock.now(token.client_key),
    )
    return page


def _every_decision_is_a_grant(usual: Replacement, token: str, decision: Decision, *rest: Any) -> Any:
    return usual(token, Decision.APPROVE, *rest)


def _approving(usual: Replacement, fake: FakeNexmo, **settings: Any) -> None:
    usual(fake, **{**settings, "auto_approve": True})


def _for_the_first(usual: Replacement, token: str, decision: Decision, account: str, ports: Any) -> Any:
    return usual(token, decision, ports.store.accounts()[0].email, ports)


def _anybody(usual: Replacement, visitors: Visitors, email: str, password: str) -> Any:
    return visitors._ports.store.account(email)


def _decided_again(name: str) -> Seam:
    """Let the last decision about a request token count."""

    def decide(usual: Replacement, held: MemoryStore, token: str, **named: Any) -> Any:
        found = held._tokens.get(token)
        if isinstance(found, TemporaryCredentials) and found.stage in (Stage.APPROVED, Stage.DENIED):
            held._tokens[token] = replace(found, stage=Stage.ISSUED)
        return usual(held, token, **named)

    return store(name, decide)


def _open_in_any_case(usual: Replacement, token: str, ports: Any) -> TemporaryCredentials:
    found = ports.store.token(token)
    return found if isinstance(found, TemporaryCredentials) else usual(token, ports)


def _asking(wanted: Callable[[bool], bool]) -> Seam:
    def begin(usual: Replacement, self: Consent, *args: Any, **named: Any) -> None:
        usual(self, *args, **{**named, "ask_again": wanted(named["ask_again"])})

    return instead(Consent, "__init__", begin)


def _callbacks(change: Callable[[MemoryStore, TemporaryCredentials], str | None]) -> Seam:
    """Keep another callback with a request token than it should have."""

    def add(usual: Replacement, held: MemoryStore, token: Any) -> None:
        if isinstance(token, TemporaryCredentials):
            token = replace(token, callback=change(held, token))
        usual(held, token)

    return store("add_token", add)


def _registered(held: MemoryStore, token: TemporaryCredentials) -> str | None:
    app = held.app(token.client_key)
    return (app.callback_url if app else None) or token.callback


def _callback_of_the_address(
    usual: Replacement, self: Consent, token: TemporaryCredentials, session: Any, account: Any
) -> Any:
    given = dict(parse_qsl(self.wire.query))
    wanted = given.get("oauth_callback") or given.get("callback") or given.get("redirect_uri")
    if wanted:
        token = replace(token, callback=wanted)
        self.provider.ports.store.add_token(token)
    return usual(self, token, session, account)


def _no_verifier_shown(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return replace(answer, body=re.sub(rb">\s*[a-z2-9]{8}\s*<", b"><", answer.body))


def _buttons_renamed(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return replace(
        answer, body=re.sub(rb">(\s*)Authorize(\s*)</button", rb">\1Allow access\2</button", answer.body)
    )


def _no_deny(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return replace(answer, body=re.sub(rb"<button[^>]*>\s*Deny\s*</button>", b"", answer.body))


def _denied_with_a_verifier(usual: Replacement, token: Any, decision: Decision, outcome: Any) -> Any:
    if decision is Decision.DENY:
        outcome = [*outcome, ("oauth_verifier", "denied00")]
    return usual(token, decision, outcome)


def _session_of_all(usual: Replacement, visitors: Visitors, request: Any) -> Any:
    sessions = [one for one in visitors._ports.store._sessions.values() if one.account]  # type: ignore[attr-defined]
    return sessions[-1] if sessions else usual(visitors, request)


MUTANTS = (
    # Who decides
    Mutant(
        "approves-at-once",
        "Approves without asking anybody.",
        clauses=("OAUTH-AUTH-01",),
        seam=instead(FakeNexmo, "__init__", _approving),
    ),
    Mutant(
        "any-password",
        "Signs in whoever names an account.",
        clauses=("OAUTH-AUTH-02",),
        seam=instead(Visitors, "identified", _anybody),
    ),
    Mutant(
        "no-csrf-token",
        "Takes a decision from any form, another site's too.",
        clauses=("OAUTH-AUTH-22",),
        seam=instead(Visitors, "is_own_form", always(True)),
    ),
    Mutant(
        "one-session-for-all",
        "Takes every browser for that of whoever signed in last.",
        clauses=("OAUTH-AUTH-23",),
        seam=instead(Visitors, "session", _session_of_all),
    ),
    Mutant(
        "first-account-decides",
        "Lets the token stand for the first account, whoever signed in.",
        clauses=("OAUTH-AUTH-11",),
        seam=instead(consent, "decide", _for_the_first),
    ),
    # What they see
    Mutant(
        "button-renamed",
        "Calls the button Allow access.",
        clauses=(
            "OAUTH-AUTH-03",
            "GUIDE-03",
        ),
        seam=answered(PAGES, _buttons_renamed),
    ),
    Mutant(
        "no-deny-button",
        "Lets the user grant, and nothing else.",
        clauses=("OAUTH-AUTH-03",),
        seam=answered(PAGES, _no_deny),
    ),
    Mutant(
        "looking-approves",
        "Approves when the page is shown.",
        clauses=("OAUTH-AUTH-04",),
        seam=instead(Consent, "_ask", _decided_by_looking),
    ),
    Mutant(
        "verifier-not-shown",
        "Shows no verifier where there is no callback.",
        clauses=("OAUTH-AUTH-07",),
        seam=answered(PAGES, _no_verifier_shown),
    ),
    Mutant(
        "unknown-token-is-200",
        "Answers an unknown request token with a page and 200.",
        clauses=("OAUTH-AUTH-13",),
        seam=status(200, of=404, path=PAGES),
    ),
    Mutant(
        "over-is-200",
        "Answers a request that is over with a page and 200.",
        clauses=("OAUTH-AUTH-14", "OAUTH-AUTH-15"),
        seam=status(200, of=410, path=PAGES),
    ),
    Mutant(
        "asks-again-for-a-used-token",
        "Shows its buttons for a request token that is decided about.",
        clauses=("OAUTH-AUTH-14",),
        seam=instead(consent, "open_request_token", _open_in_any_case),
    ),
    # What a decision does
    Mutant(
        "deny-grants",
        "Takes every press of a button for a grant.",
        clauses=("OAUTH-AUTH-12",),
        seam=instead(consent, "decide", _every_decision_is_a_grant),
    ),
    Mutant(
        "deny-brings-a-verifier",
        "Sends a verifier along when the user has denied.",
        clauses=("OAUTH-AUTH-12",),
        seam=instead(oauth, "_authorization", _denied_with_a_verifier),
    ),
    Mutant(
        "decided-twice",
        "Lets the last of several decisions count.",
        clauses=("OAUTH-AUTH-16",),
        seam=both(
            _decided_again("approve"),
            _decided_again("deny"),
            instead(consent, "open_request_token", _open_in_any_case),
        ),
    ),
    Mutant(
        "authenticate-always-asks",
        "Asks at authenticate even who approved the app.",
        clauses=("OAUTH-AUTH-18",),
        seam=_asking(lambda _: True),
    ),
    Mutant(
        "authorize-asks-once",
        "Does not ask at authorize who approved the app before.",
        clauses=("OAUTH-AUTH-19",),
        seam=_asking(lambda _: False),
    ),
    Mutant(
        "authenticate-never-asks",
        "Takes every app for approved at authenticate.",
        clauses=("OAUTH-AUTH-17",),
        seam=store("has_approved", always(True)),
    ),
    # The way back
    Mutant(
        "callback-query-lost",
        "Drops what the callback has in its query.",
        clauses=("OAUTH-AUTH-06",),
        seam=_redirected(_own_query_dropped),
    ),
    Mutant(
        "second-question-mark",
        "Puts a second ? behind the callback's query.",
        clauses=("OAUTH-AUTH-06",),
        seam=_redirected(_second_question_mark),
    ),
    Mutant(
        "callback-escaped-twice",
        "Escapes the callback's query once more.",
        clauses=("OAUTH-AUTH-06",),
        seam=_redirected(_query_escaped_again),
    ),
    Mutant(
        "no-token-comes-back",
        "Redirects without oauth_token.",
        clauses=("OAUTH-AUTH-05",),
        seam=_redirected(_without("oauth_token")),
    ),
    Mutant(
        "no-verifier-comes-back",
        "Redirects without oauth_verifier.",
        clauses=("OAUTH-AUTH-05",),
        seam=_redirected(_without("oauth_verifier")),
    ),
    Mutant(
        "link-in-place-of-a-redirect",
        "Shows a link to the app, and does not redirect.",
        clauses=("OAUTH-AUTH-05",),
        seam=answered(PAGES, _moved_permanently_to_a_page),
    ),
    Mutant(
        "redirect-that-lasts",
        "Redirects to the app for good: a cache brings the verifier back.",
        clauses=("OAUTH-AUTH-05",),
        seam=answered(PAGES, _lasting),
    ),
    Mutant(
        "registered-callback-alone",
        "Always goes to the registered callback.",
        clauses=("OAUTH-AUTH-10",),
        seam=_callbacks(_registered),
    ),
    Mutant(
        "registered-callback-ignored",
        "Goes nowhere where the request has named no callback.",
        clauses=("OAUTH-AUTH-09",),
        seam=_callbacks(lambda _, token: token.callback if token.callback_given else None),
    ),
    Mutant(
        "open-redirect",
        "Goes to the callback that the address of the page names.",
        clauses=("OAUTH-AUTH-24",),
        seam=instead(Consent, "_ask", _callback_of_the_address),
    ),
)
