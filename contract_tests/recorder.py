"""``--record DIR``: keeps every exchange of a run, against whatever target, as a recording.

What a test sends goes through its tape, which masks it, has it sent, and masks the answer. Nothing that is secret
comes as far as a file, nor does what differs from run to run.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
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
    RecordedTest,
    Step,
    Webhook,
)
from fake_provider.contract.listener import Reply
from fake_provider.contract.masking import Masker
from fake_provider.contract.recording import Index, RecordingError
from fake_provider.contract.references import TooMany
from fake_provider.contract.writing import Writer

from .authorizers import Authorizer, ByControl
from .clauses import ids_of
from .control import Decision as Decided
from .diary import masker_of
from .receiver import Mailbox, Push
from .signing import Credentials
from .targets import DASHBOARD_URL, FICTITIOUS_NUMBER, Capability, Provider, Target
from .wire import answer_of, request_of

HERE = Path(__file__).parent


def name_of(item: pytest.Item) -> str:
    """Return what a test is called in a recording, wherever pytest was started."""
    return f"{item.path.relative_to(HERE).as_posix()}::{item.nodeid.partition('::')[2]}"


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


class TapedMailbox:
    """A mailbox whose webhooks are kept where the test looks for them: so their order is the test's, not that of chance."""

    def __init__(self, tape: Tape, mailbox: Mailbox) -> None:
        self._tape = tape
        self._mailbox = mailbox
        self._kept = 0
        self._is_open = True
        self.origin = mailbox.origin
        self._name = f"<{tape.masker.references.learn('receiver', self.origin)}>"
        self._happened(OPENS)

    def wait_for(self, count: int) -> Sequence[Push]:
        return self._looked_at(self._mailbox.wait_for(count))

    def all(self) -> Sequence[Push]:
        if not self._is_open:
            return self._mailbox.all()[: self._kept]
        came = self._looked_at(self._mailbox.all())
        self._happened(NO_MORE)
        return came

    def close(self) -> None:
        self._mailbox.close()
        if self._is_open:
            self._looked_at(self._mailbox.all())
            self._happened(CLOSES)
            self._is_open = False

    def _happened(self, event: str) -> None:
        self._tape.steps.append(Receiving(receiver=self._name, event=event))

    def _looked_at(self, came: Sequence[Push]) -> Sequence[Push]:
        references = self._tape.masker.references
        new = sorted(came[self._kept :], key=lambda push: pushes.turn(references, push.request))
        self._tape.steps += [self._webhook(push) for push in new]
        self._kept = len(came)
        return came

    def _webhook(self, push: Push) -> Webhook:
        request = pushes.masked(self._tape.masker, push.request)
        answer = pushes.answered(self._tape.masker.references, push.answer)
        return Webhook(request=request, answer=answer, silent=push.silent())


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


@dataclass(slots=True, kw_only=True)
class Recorder:
    """Records the tests of this process; the one that has no controller begins and ends the recording."""

    writer: Writer
    target: Target
    is_worker: bool = False
    now: Callable[[], float] = time.time
    own_number: bool = False
    problem: str = ""  # why nothing more can be written
    _tapes: dict[str, Tape] = field(default_factory=dict)

    @contextmanager
    def around(self, item: pytest.Item, provider: Provider) -> Iterator[Provider]:
        """Keep what is sent to *provider* while the context lasts."""
        name = name_of(item)
        tape = Tape(provider, self._masker(provider))
        self.own_number |= provider.control is None and provider.sms_to != FICTITIOUS_NUMBER
        self._tapes[name] = tape
        yield tape.taped(random.Random(name))

    def ended(self, item: pytest.Item, reports: Sequence[pytest.TestReport]) -> None:
        """Write what was kept of a test, and how it ended."""
        if "provider" not in getattr(item, "fixturenames", ()):
            return
        name = name_of(item)
        tape = self._tapes.pop(name, None)
        outcome, reason = _outcome(reports)
        masked = (lambda text: text) if tape is None else tape.masker.references.masked
        self._write(
            item.session,
            RecordedTest(
                test=name,
                clauses=ids_of(item),
                outcome=outcome,
                reason=masked(reason),
                unusual=tape.masker.references.unusual() if tape and outcome != "skipped" else (),
                # What was sent before it was skipped tells nothing.
                steps=tuple(tape.steps) if tape and outcome != "skipped" else (),
            ),
        )

    def _write(self, session: pytest.Session, test: RecordedTest) -> None:
        """Write *test*; where that cannot be, no more of the run is worth its while."""
        try:
            self.writer.write(test)
        except RecordingError as error:
            self.problem = str(error)
            session.shouldfail = f"--record: {error}"

    def finish(self, *, is_whole: bool) -> str:
        """Put the recording where it belongs, and return what to say of it.

        Raises:
            RecordingError: there is nothing to put there, or it cannot be put there. What was there before stays.
        """
        if self.problem or not is_whole:
            self.writer.drop()
            raise RecordingError(self.problem or "the run did not come to its end")
        count = self.writer.count()
        if not count:
            self.writer.drop()
            raise RecordingError("no test of the contract was run")
        try:
            self.writer.end(self._index(count))
        finally:
            self.writer.drop()
        return f"{count} tests, in {self.writer.folder}; read them before others do"

    def _index(self, count: int) -> Index:
        has_control = Capability.CONTROL in self.target.capabilities
        return Index(
            recorded_on=today(),
            # Where a fake runs is nobody's business.
            against="a running fake" if "://" in self.target.name else self.target.name,
            profile=self.target.profile,
            capabilities=[one.value for one in self.target.capabilities],
            tls=getattr(self.target, "url", DASHBOARD_URL).startswith("https:"),
            own_number=self.own_number and not has_control,
            tests=count,
        )

    def _masker(self, provider: Provider) -> Masker:
        return masker_of(provider, self.now)


def today() -> date:
    """Return the day of a recording, or of SOURCE_DATE_EPOCH, by which builds are made to repeat."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return datetime.fromtimestamp(seconds, UTC).date()


def _outcome(reports: Sequence[pytest.TestReport]) -> tuple[str, str]:
    if any(report.failed for report in reports):
        return "failed", ""
    for report in reports:
        if report.skipped and isinstance(report.longrepr, tuple):
            return "skipped", report.longrepr[2].removeprefix("Skipped: ")
    return "passed", ""
