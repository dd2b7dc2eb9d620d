"""The exchanges of one test, kept as they happen: calls, a user's decisions, webhooks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import requests

from fake_provider.contract import pushes
from fake_provider.contract.exchange import (
    CLOSES,
    NO_MORE,
    OPENS,
    Access,
    Decision,
    Exchange,
    Receiving,
    Step,
    Webhook,
)
from fake_provider.contract.listener import Reply
from fake_provider.contract.masking import Masker
from fake_provider.contract.references import TooMany

from .authorizers import Authorizer, ByControl
from .control import Decision as Decided
from .receiver import Mailbox, Push, Watched
from .signing import Credentials
from .targets import Provider
from .wire import answer_of, request_of


@dataclass(slots=True)
class Tape:
    """The exchanges of one test."""

    provider: Provider
    masker: Masker
    steps: list[Step] = field(default_factory=list)

    def send(self, prepared: requests.PreparedRequest) -> requests.Response:
        """Send it, and keep both."""
        request = request_of(prepared)
        shown, signed = self.masker.request(request)
        response = self.provider.send(prepared)
        try:
            answer = self.masker.answer(request, answer_of(response))
        except TooMany as error:
            raise AssertionError(str(error)) from None
        self.steps.append(Exchange(request=shown, answer=answer, signed=signed))
        return response

    def listen(self, reply: Callable[[], Reply], port: int = 0) -> Mailbox:
        """Open a mailbox, and keep what comes."""
        return TapedMailbox(self, self.provider.listen(reply, port))

    def taped(self, chance: random.Random) -> Provider:
        """Return the provider whose exchanges are kept."""
        provider = replace(self.provider, send=self.send, chance=chance, listen=self.listen)
        if provider.control is None or provider.account is None:
            return replace(provider, authorizer=TapedAuthorizer(self.provider.authorizer, self))
        control = replace(provider.control, send=self.send)
        return replace(provider, control=control, authorizer=ByControl(control, provider.account.email))


class TapedMailbox(Watched):
    """A mailbox whose webhooks are kept where the test looks for them: so their order is the test's, not that of chance."""

    def __init__(self, tape: Tape, mailbox: Mailbox) -> None:
        super().__init__(mailbox, self._keep)
        self._tape = tape
        self._name = f"<{tape.masker.references.learn('receiver', self.origin)}>"
        self._happened(OPENS)

    def all(self) -> Sequence[Push]:
        came = super().all()
        if self._is_open:
            self._happened(NO_MORE)
        return came

    def close(self) -> None:
        was_open = self._is_open
        super().close()
        if was_open:
            self._happened(CLOSES)

    def _happened(self, event: str) -> None:
        self._tape.steps.append(Receiving(receiver=self._name, event=event))

    def _keep(self, new: Sequence[Push]) -> None:
        references = self._tape.masker.references
        try:
            for push in sorted(new, key=lambda push: pushes.turn(references, push.request)):
                request = pushes.masked(self._tape.masker, push.request)
                answer = pushes.answered(references, push.answer)
                self._tape.steps.append(Webhook(request=request, answer=answer, silent=push.silent()))
        except TooMany as error:
            raise AssertionError(str(error)) from None


@dataclass(frozen=True, slots=True)
class TapedAuthorizer:
    """A user, or a stored token, whose part in a test is kept."""

    authorizer: Authorizer
    tape: Tape

    def access_token(self, flow: Callable[[], Credentials]) -> Credentials:
        flowed = False

        def watched() -> Credentials:
            nonlocal flowed
            flowed = True
            return flow()

        access = self.authorizer.access_token(watched)
        if not flowed:
            learn = self.tape.masker.references.learn
            token, secret = learn("access-token", access.key), learn("access-token-secret", access.secret)
            self.tape.steps.append(Access(token=f"<{token}>", secret=f"<{secret}>"))
        return access

    def be_there(self) -> None:
        self.authorizer.be_there()

    def approve(self, oauth_token: str, page: str) -> Decided:
        return self._kept("approve", oauth_token, self.authorizer.approve(oauth_token, page))

    def deny(self, oauth_token: str, page: str) -> Decided:
        return self._kept("deny", oauth_token, self.authorizer.deny(oauth_token, page))

    def _kept(self, decision: str, token: str, decided: Decided) -> Decided:
        references = self.tape.masker.references
        if decided.verifier:
            references.learn("verifier", decided.verifier)

        def masked(text: str | None) -> str | None:
            return None if text is None else references.masked(text)

        self.tape.steps.append(
            Decision(
                decision=decision,
                token=references.masked(token),
                verifier=masked(decided.verifier),
                redirect_url=masked(decided.redirect_url),
            )
        )
        return decided
