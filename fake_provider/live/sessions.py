"""What a test gets in place of a fake, and what the run spends on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import pytest
import requests

from contract_tests.answers import secrets_in
from contract_tests.carried import secrets_of
from contract_tests.consumer import Consumer
from contract_tests.live import Live
from contract_tests.plan import Plan
from contract_tests.spending import (
    changes_the_account,
    is_clear,
    message_parameters,
    messages_at_most,
    messages_spent,
    plain_path,
)
from contract_tests.targets import DASHBOARD_URL, REST_URL, Capability, Provider, Target, Url

from ..domain.credentials import ClientCredentials, TokenCredentials
from ..fake import FakeNexmo
from ..intercept import Interception
from ..oauth.callback import with_parameters
from ..operations.oauth import Authorization, Decision
from .gate import Gate, gate_of_this_process
from .guard import Guard

DASHBOARD_HOST, REST_HOST = (urlsplit(url).netloc for url in (DASHBOARD_URL, REST_URL))

_OF_AN_INSTANCE = ("clock", "application")
_KNOWN_PATHS = (
    "/oauth/",
    "/sms/",
    "/search/",
    *(f"/account/{name}" for name in ("get-", "numbers", "settings", "top-up")),
    *(f"/number/{name}" for name in ("search", "buy", "cancel", "update")),
)
_METHODS = ("GET", "HEAD", "POST")
"""Of anything else nobody knows here what it costs: Nexmo had calls, USSD and short codes at the same host."""


class NexmoElsewhere:
    """A ``Nexmo`` that is no fake in this process. What only such a fake can do fails the test, with a sentence."""

    def __init__(self, provider: Provider, guard: Guard, *, is_live: bool) -> None:
        self._provider = provider
        self._guard = guard
        self._is_live = is_live

    @property
    def is_live(self) -> bool:
        """Whether this is the real service."""
        return self._is_live

    @property
    def sms_to(self) -> str:
        """The only number that an SMS may be for."""
        return self._provider.sms_to

    @property
    def consumer(self) -> ClientCredentials:
        """The app that the environment names, or one of this test's own."""
        client = self._provider.client
        return ClientCredentials(client_key=client.key, client_secret=client.secret, name="", owner="")

    def access_token(self) -> TokenCredentials:
        """Return token credentials: stored ones, or those of whoever authorizes."""
        token = Consumer(self._provider, self._provider.client).access()
        return TokenCredentials(
            token=token.key,
            secret=token.secret,
            client_key=self.consumer.client_key,
            account="",
            created_at=0,
        )

    def authorize(self, oauth_token: str, *, decision: str = "approve") -> Authorization:
        """Let a person decide, or a fake's user."""
        wanted = Decision(decision)
        authorizer = self._provider.authorizer
        page = f"{self._provider.dashboard_url}/oauth/authorize?oauth_token={quote(oauth_token, safe='')}"
        decide = authorizer.approve if wanted is Decision.APPROVE else authorizer.deny
        made = decide(oauth_token, page)
        self._provider.secrets.add(made.verifier or "")
        return Authorization(
            oauth_token=oauth_token,
            decision=wanted,
            client_key=self.consumer.client_key,
            verifier=made.verifier,
            redirect_url=made.redirect_url or self._redirect_url(oauth_token, wanted, made.verifier),
        )

    def _redirect_url(self, oauth_token: str, decision: Decision, verifier: str | None) -> str | None:
        """Return where the user would be sent; who is asked at a terminal tells the verifier alone."""
        callback = self._guard.callback_of(oauth_token)
        if callback is None or callback == "oob":
            return None
        denied = [("oauth_problem", "permission_denied")]
        outcome = denied if decision is Decision.DENY else [("oauth_verifier", verifier)] if verifier else []
        return with_parameters(callback, [("oauth_token", oauth_token), *outcome])

    def __getattr__(self, name: str) -> object:
        if name.startswith("_") or not (hasattr(FakeNexmo, name) or name in _OF_AN_INSTANCE):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        pytest.fail(
            f"fake_nexmo.{name}: only a fake in this process can do that. Leave the mark nexmo_live out, or do it "
            "under isinstance(fake_nexmo, FakeNexmo)",
            pytrace=False,
        )


def why_not(target: Target, messages: int, *, allow_sms: bool) -> str | None:
    """Return why a test that sends so many *messages* cannot be run on *target* now; None if it can.

    A test that the budget has no room for is skipped (``pytest.skip``) by the budget itself.
    """
    if not messages or Capability.FREE_SMS in target.capabilities:
        return None
    if not allow_sms:
        return "sends an SMS that costs; --allow-sms was not given"
    if (budget := getattr(target, "budget", None)) is not None:
        budget.reserve(messages)
    return None


def closed_for(target: Target) -> Gate:
    """Keep all from the real hosts but what *target* sends itself, in this process until its end."""
    gate = gate_of_this_process()
    let_pass(target, gate)
    return gate


def let_pass(target: Target, gate: Gate) -> None:
    """Let what *target* sends itself go through *gate*."""
    sender = target.live if isinstance(target, Plan) else target
    if isinstance(sender, Live | Url):
        sender.passing = gate.passing


@contextmanager
def opened(target: Target, *, messages: int, gate: Gate) -> Iterator[tuple[NexmoElsewhere, Guard]]:
    """Lead calls to the two real hosts to *target*, guarded; a test may send so many *messages*.

    Afterwards, and past the guard, the *gate* has to keep out what comes.
    """
    is_live = Capability.FREE_SMS not in target.capabilities
    let_pass(target, gate)
    with target.open() as provider:
        origins = {
            host: url
            for host, url in ((DASHBOARD_HOST, provider.dashboard_url), (REST_HOST, provider.rest_url))
            if urlsplit(url).netloc != host
        }

        def weighed(request: requests.PreparedRequest) -> tuple[int, str]:
            # Of every request, those too that are never sent: what it carries may be shown with the failure.
            provider.secrets.add(*secrets_of(request))
            return messages_at_most(request)

        guard = Guard(
            send=provider.send,
            origins=origins,
            recipient=provider.sms_to,
            messages=messages,
            weigh=weighed,
            forbidden=forbidden if is_live else lambda _: None,
            spent=messages_spent,
            learned=lambda answer: provider.secrets.add(*secrets_in(answer)),
        )
        try:
            with gate.behind(guard), Interception(guard):
                yield NexmoElsewhere(provider, guard, is_live=is_live), guard
        finally:
            guard.retire(gate)


def forbidden(request: requests.PreparedRequest) -> str | None:
    """Say why *request* is never sent to the real service; None where it may be."""
    path = plain_path(request)
    if path is None:
        written = urlsplit(request.url or "").path
        return f"asks for {written}, which may be read in more than one way; that is never done live"
    if not path.startswith(_KNOWN_PATHS):
        return f"asks for {path}, of which nobody knows here what it costs; that is never done live"
    if request.method not in _METHODS:
        return f"asks for {path} by {request.method}, of which nobody knows here what it does; that is never done live"
    if path.startswith("/sms") and not _has_one_clear_recipient(request):
        return (
            "has no plain parameter `to` that every provider would read alike (name, charset, type and separators as usual); "
            "that is never done live"
        )
    if changes_the_account(request):
        return "changes the account, or costs beside SMS; that is never done live"
    return None


def _has_one_clear_recipient(request: requests.PreparedRequest) -> bool:
    names = [name for name in message_parameters(request) if name.lower() == "to"]
    return names == ["to"] and is_clear(request)
