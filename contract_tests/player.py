"""Shows one test what was recorded of it: each request must be the next one, and what it does with webhooks as well.

Each request of a test is masked as the recorder did it, and must be the next one of the recording: method, URL,
headers, body, and with which secrets it is signed. The signature itself was made a moment ago, and is verified here,
so no nonce and no time comes again. Then the recorded answer is shown, with stand-ins for what it refers to.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import pytest
import requests

from fake_provider.contract import pushes
from fake_provider.contract.address import printable
from fake_provider.contract.exchange import (
    CLOSES,
    NO_MORE,
    OPENS,
    Access,
    Answer,
    Decision,
    Exchange,
    Headers,
    Receiving,
    RecordedTest,
    Request,
    Step,
    Webhook,
)
from fake_provider.contract.listener import Reply
from fake_provider.contract.masking import Masker
from fake_provider.contract.recording import Index
from fake_provider.contract.references import References, Unbound, stand_ins
from fake_provider.contract.rendering import Renderer

from .authorizers import Authorizer, ByControl
from .control import Account, Control
from .control import Decision as Decided
from .receiver import Mailbox, Push
from .scrubbing import Secrets
from .signing import Credentials
from .targets import (
    DASHBOARD_URL,
    FICTITIOUS_NUMBER,
    REST_URL,
    Capability,
    Provider,
)
from .wire import request_of, response_of

ANOTHER_NUMBER = "447700900077"
"""In place of a number of the user's: fictitious too, and in no test."""
ANEW = "make the recording anew, with --record"


class Player:
    """Shows one test what was recorded of it."""

    def __init__(
        self,
        test: RecordedTest,
        index: Index,
        *,
        capabilities: frozenset[Capability],
        secrets: Secrets,
        now: Callable[[], float],
    ) -> None:
        self._test = test
        self._capabilities, self._secrets, self._now = capabilities, secrets, now
        self._left: list[Step] = list(test.steps)
        self.is_lost = False  # whether the test has gone another way than the recorded one
        self._references = References(stand_ins(test.test, dict(test.unusual)))
        dashboard_url, rest_url = DASHBOARD_URL, REST_URL
        if not index.tls:
            dashboard_url, rest_url = (url.replace("https:", "http:") for url in (dashboard_url, rest_url))
        self._dashboard_url, self._rest_url = dashboard_url, rest_url
        self._masker = Masker(
            references=self._references, dashboard_url=dashboard_url, rest_url=rest_url, now=now
        )
        self._renderer = Renderer(
            references=self._references, dashboard_url=dashboard_url, rest_url=rest_url, now=now
        )
        self._references.bind("number-1", ANOTHER_NUMBER if index.own_number else FICTITIOUS_NUMBER)

    def provider(self) -> Provider:
        """Return the provider, as its recorder has seen it."""
        secrets = self._secrets
        client = self._credentials("consumer-key-1", "consumer-secret-1")
        control = account = None
        authorizer: Authorizer = Recorded(self)
        if Capability.CONTROL in self._capabilities:
            control = Control(self._dashboard_url, self.send)
            account = Account(
                key=self._credentials("api-key-1", "api-secret-1"),
                email=self._references.value("email-1"),
                password=self._references.value("password-1"),
            )
            authorizer = ByControl(control, account.email)
        return Provider(
            dashboard_url=self._dashboard_url,
            rest_url=self._rest_url,
            client=client,
            authorizer=authorizer,
            sms_to=self._references.value("number-1"),
            send=self.send,
            secrets=secrets,
            control=control,
            account=account,
            chance=random.Random(self._test.test),
            listen=self.listen,
        )

    def send(self, prepared: requests.PreparedRequest) -> requests.Response:
        """Show the recorded answer to this request; fail where it is not the one that comes next."""
        request = request_of(prepared)
        shown, signed = self._masker.request(request)
        step = self._next()
        if not isinstance(step, Exchange):
            self._differs([f"sent now: {shown.method} {shown.url}; recorded: {_words(step)}"])
        if differences := _differences(step, shown, signed):
            self._differs(differences)
        self._left.pop(0)
        return response_of(self._renderer.answer(step.answer), prepared)

    def listen(self, reply: Callable[[], Reply], port: int = 0) -> Mailbox:
        """Return a mailbox into which what was recorded comes; nobody listens."""
        step = self._next()
        if not isinstance(step, Receiving) or step.event != OPENS:
            self._differs([f"opened now: a receiver; recorded: {_words(step)}"])
        origin = self._references.rendered(step.receiver)
        if port and not origin.endswith(f":{port}"):
            self._differs([f"opened now: a receiver at a port of before; recorded: {_words(step)}"])
        self._left.pop(0)
        return ReplayedMailbox(self, step.receiver, origin, reply)

    def pushes_to(self, receiver: str) -> bool:
        """Whether a webhook for this receiver comes next."""
        step = self._next()
        return isinstance(step, Webhook) and step.receiver == receiver

    def pushed(self, receiver: str, reply: Reply) -> Push:
        """Return the next webhook, which must be answered now as it was then."""
        step = self._next()
        assert isinstance(step, Webhook)
        answer = pushes.answered(self._references, reply.answer)
        if answer != step.answer:
            self._differs([f"answered now to {receiver}: {_said(answer)}; recorded: {_said(step.answer)}"])
        request, problem = step.request, ""
        try:
            request = pushes.rendered(self._references, self._now(), step.request)
        except Unbound as error:
            problem = f"the webhook cannot be shown: {error}"
        if problem:  # behind the error, which would be told as well
            self._differs([problem])
        self._left.pop(0)
        return Push(request, reply.answer, lambda: step.silent)

    def happened(self, receiver: str, event: str) -> None:
        """Take what a receiver did as the next step; fail where it is not."""
        step = self._next()
        if step != Receiving(receiver=receiver, event=event):
            self._differs([f"now: {receiver} {event}; recorded: {_words(step)}"])
        self._left.pop(0)

    def is_next(self, receiver: str, event: str) -> bool:
        """Whether the next step is that a receiver does this."""
        return self._next() == Receiving(receiver=receiver, event=event)

    def decided(self, decision: str, oauth_token: str) -> Decided:
        """Return what a user's recorded decision brought."""
        token = self._references.masked(oauth_token)
        step = self._next()
        if not isinstance(step, Decision) or (step.decision, step.token) != (decision, token):
            self._differs([f"decided now: to {decision} {token}; recorded: {_words(step)}"])
        self._left.pop(0)
        return Decided(verifier=self._shown(step.verifier), redirect_url=self._shown(step.redirect_url))

    def access(self, flow: Callable[[], Credentials]) -> Credentials:
        """Return the token credentials that were there, or those that *flow* brings."""
        step = self._left[0] if self._left else None
        if not isinstance(step, Access):
            return flow()
        self._left.pop(0)
        return Credentials(self._references.rendered(step.token), self._references.rendered(step.secret))

    def _next(self) -> Step | None:
        return self._left[0] if self._left else None

    def _shown(self, text: str | None) -> str | None:
        return None if text is None else self._references.rendered(text)

    def _credentials(self, key: str, secret: str) -> Credentials:
        credentials = Credentials(self._references.value(key), self._references.value(secret))
        self._secrets.add(credentials.secret)
        return credentials

    def _differs(self, differences: Sequence[str]) -> NoReturn:
        self.is_lost = True
        number = len(self._test.steps) - len(self._left) + 1
        lines = [f"step {number} is not the recorded one; {ANEW}, if that is as it should be:", *differences]
        if self._test.outcome == "failed":
            lines.append("(the test failed when it was recorded)")
        pytest.fail("\n  ".join(lines), pytrace=False)


@dataclass(slots=True)
class ReplayedMailbox:
    """Where recorded webhooks come in, as the test looks for them."""

    player: Player
    name: str  # <receiver-1>
    origin: str
    reply: Callable[[], Reply]
    came: list[Push] = field(default_factory=list)
    is_open: bool = True

    def wait_for(self, count: int) -> Sequence[Push]:  # noqa: ARG002  it is there at once, or never
        while self.is_open and self.player.pushes_to(self.name):
            self.came.append(self.player.pushed(self.name, self.reply()))
        return list(self.came)

    def all(self) -> Sequence[Push]:
        came = self.wait_for(0)
        if self.is_open:
            self.player.happened(self.name, NO_MORE)
        return came

    def close(self) -> None:
        # A test that has failed closes it at another step, and has said why already.
        if self.is_open and not self.player.is_lost:
            self.wait_for(0)
            if self.player.is_next(self.name, CLOSES):
                self.player.happened(self.name, CLOSES)
        self.is_open = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """The user of a recording."""

    player: Player

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:
        return self.player.access(flow)

    def be_there(self) -> None:
        """Where nobody was, the test was skipped."""

    def approve(self, oauth_token: str, page: str) -> Decided:  # noqa: ARG002
        return self.player.decided("approve", oauth_token)

    def deny(self, oauth_token: str, page: str) -> Decided:  # noqa: ARG002
        return self.player.decided("deny", oauth_token)


def _differences(step: Exchange, shown: Request, signed: str) -> list[str]:
    recorded = step.request
    pairs = [
        ("method", recorded.method, shown.method),
        ("URL", recorded.url, shown.url),
        *_header_pairs(recorded.headers, shown.headers),
        ("body", recorded.body, shown.body),
        ("signed with", step.signed or "nothing", signed or "nothing"),
    ]
    return [f"{name}: recorded {old!r}, now {new!r}" for name, old, new in pairs if old != new]


def _header_pairs(recorded: Headers, shown: Headers) -> Iterator[tuple[str, str, str]]:
    old, new = dict(recorded), dict(shown)
    for name in dict.fromkeys((*old, *new)):
        yield f"header {name}", old.get(name, "(none)"), new.get(name, "(none)")


def _words(step: Step | None) -> str:
    return printable(_plain_words(step))


def _plain_words(step: Step | None) -> str:
    if step is None:
        return "nothing more"
    if isinstance(step, Exchange):
        return f"{step.request.method} {step.request.url}"
    if isinstance(step, Webhook):
        return f"a webhook to {step.receiver}"
    if isinstance(step, Receiving):
        return f"{step.receiver} {step.event}"
    if isinstance(step, Decision):
        return f"a decision to {step.decision} {step.token}"
    return f"a token that was there: {step.token}"


def _said(answer: Answer) -> str:
    """Return an answer in one line, whatever is in it."""
    headers = [f"{name}: {value}" for name, value in answer.headers]
    body = [f"a body of {len(answer.body)} characters"] if answer.body else []
    return printable(", ".join([f"{answer.status} {answer.reason}", *headers, *body]))
