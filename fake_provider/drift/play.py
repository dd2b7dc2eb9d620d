"""One recorded test, sent again to a fake in its order, and what was answered now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from ..contract.exchange import (
    CONTROL_PATH,
    RSA,
    Access,
    Decision,
    Exchange,
    Receiving,
    RecordedTest,
    Request,
    Step,
    Webhook,
)
from ..contract.listener import OUT_OF_REACH
from ..contract.masking import OPENING_BALANCE, Masker
from ..contract.recording import Index
from ..contract.references import KINDS, References, TooMany, Unbound, shape_of, stand_ins
from ..contract.rendering import Renderer
from .comparing import Aspect, Difference, differences
from .doors import Doors
from .fake import Fake, NoAnswer, is_printable, opened
from .looks import forbidding
from .receiving import Patience, Receivers

_CHOSEN = frozenset({"nonce", "email", "password", "app", "block", "number", "signature-secret"})
"""What clients choose, and no provider issues."""
_PLAINTEXT = re.compile('oauth_signature_method="?PLAINTEXT')
_NUMBER, _ANOTHER_NUMBER = "447700900000", "447700900077"
_MARKET = re.compile("/(sms|account/get-|number|search)")
_ISSUERS = {
    "request-token": "/oauth/request_token",
    "access-token": "/oauth/access_token",
    "message-id": "/sms/",
}
"""By the kind of a reference, who issues it."""
A_WEBHOOK = "a webhook"
_FLOW = (
    'OAuth oauth_consumer_key="<consumer-key-1>", oauth_signature_method="HMAC-SHA1", oauth_timestamp="<now>", '
    'oauth_nonce="{nonce}", oauth_version="1.0", {more}, oauth_signature="<signature>"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A difference, in which exchange it was found, and the clauses that forbid it."""

    difference: Difference
    call: str  # method and path, or A_WEBHOOK
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of one test: the differences, or why it was not compared."""

    test: RecordedTest
    found: tuple[Found, ...] = ()
    why_not: str = ""


@dataclass(slots=True, kw_only=True)
class Player:
    """Plays tests of one recording to one fake. *chance* makes texts that nobody else has, *now* is the time."""

    index: Index
    fake: Fake
    chance: Callable[[], str]
    now: Callable[[], float]
    patience: Patience = field(default_factory=Patience)

    def played(self, test: RecordedTest) -> Played:
        """Send what *test* recorded, and compare. Raises InvalidValue where the fake cannot be used at all."""
        if why_not := self._why_not(test):
            return Played(test=test, why_not=why_not)
        if not any(map(_moves_the_time_of_all, test.steps)):
            return Played(test=test, found=tuple(_Run.begun(self, test).found()))
        with opened(self.index, None, None) as alone:
            return Played(test=test, found=tuple(_Run.begun(replace(self, fake=alone), test).found()))

    def _why_not(self, test: RecordedTest) -> str:
        if test.outcome == "skipped":
            return f"was skipped when it was recorded: {test.reason}"
        if not test.steps:
            return "sends nothing"
        if any(isinstance(step, Exchange) and step.signed == RSA for step in test.steps):
            return "signs with an RSA key, which no recording has"
        if self.index.tls != self.fake.tls and any(map(_is_plaintext, test.steps)):
            return "signs with PLAINTEXT, and one of the two was reached over TLS, the other not"
        if not self.fake.is_near and any(isinstance(step, Receiving) for step in test.steps):
            return OUT_OF_REACH
        if not self.fake.is_here and any(map(_moves_the_time_of_all, test.steps)):
            return "would move the time of everybody who uses this fake"
        return ""


def _moves_the_time_of_all(step: Step) -> bool:
    if not isinstance(step, Exchange) or step.request.path != f"{CONTROL_PATH}clock":
        return False
    return step.request.method != "GET" and '"consumer_key"' not in step.request.body


def _is_plaintext(step: Step) -> bool:
    if not isinstance(step, Exchange):
        return False
    request = step.request
    return any(map(_PLAINTEXT.search, (request.url, request.body, *(value for _, value in request.headers))))


@dataclass(slots=True, kw_only=True)
class _Run:
    player: Player
    test: RecordedTest
    references: References
    masker: Masker
    renderer: Renderer
    receivers: Receivers

    @classmethod
    def begun(cls, player: Player, test: RecordedTest) -> _Run:
        """Make an app and an account that no other test has."""
        made = stand_ins(player.chance(), {})

        def chosen(name: str) -> str:
            if name.rpartition("-")[0] not in _CHOSEN:
                raise Unbound(name)
            return made(name)

        references, fake, index = References(chosen), player.fake, player.index
        dashboard_url, rest_url = fake.dashboard_url, fake.rest_url
        player.patience.begin()
        masker = Masker(
            references=references,
            dashboard_url=dashboard_url,
            rest_url=rest_url,
            now=player.now,
            is_private=not index.has_control,
        )
        run = cls(
            player=player,
            test=test,
            references=references,
            masker=masker,
            receivers=Receivers(steps=test.steps, masker=masker, patience=player.patience),
            renderer=Renderer(
                references=references, dashboard_url=dashboard_url, rest_url=rest_url, now=player.now
            ),
        )
        email, password = references.value("email-1"), references.value("password-1")
        name = {"name": f"Contract {made('app-0')}"}
        app = fake.control("apps", name, "consumer_key", "consumer_secret")
        wanted = {"email": email, "password": password, "balance": str(OPENING_BALANCE)}
        account = fake.control("accounts", wanted, "api_key", "api_secret")
        for reference, value in {
            "consumer-key-1": app["consumer_key"],
            "consumer-secret-1": app["consumer_secret"],
            "api-key-1": account["api_key"],
            "api-secret-1": account["api_secret"],
            "number-1": _ANOTHER_NUMBER if index.own_number else _NUMBER,
        }.items():
            references.bind(reference, value)
        return run

    def found(self) -> Iterator[Found]:
        """Go through the steps, and yield the differences; end where something is missing that the next one needs."""
        try:
            for number, step in enumerate(self.test.steps):
                try:
                    yield from self._step(number, step)
                except (Unbound, NoAnswer, TooMany) as error:
                    yield self._not_asked(step, str(error))
                    return
        finally:
            self.receivers.close()
        yield from self._shapes()

    def _step(self, number: int, step: Step) -> Iterator[Found]:
        match step:
            case Exchange():
                yield from self._exchange(step)
            case Decision():
                self._decide(step)
            case Access():
                self._access(step)
            case Receiving():
                for difference in self.receivers.happened(number, step):
                    yield self._at(step, difference)
            case Webhook():
                for difference in self.receivers.came(number):
                    yield self._at(step, difference)

    def _exchange(self, step: Exchange) -> Iterator[Found]:
        request = self.renderer.request(step.request, step.signed)
        raw = self.player.fake.send(request)
        answer = self.masker.answer(request, raw)
        if request.is_control:
            if answer.status >= 300 > step.answer.status:
                raise NoAnswer(
                    f"the control call {request.method} {step.request.path} was refused: {answer.status}"
                )
            return
        is_market = not self.player.index.has_control and _MARKET.match(step.request.path) is not None
        doors = Doors.of(self.player.index, self.player.fake)
        for difference in differences(doors.recorded(step.answer), doors.now(answer), is_market=is_market):
            yield self._at(step, difference)

    def _decide(self, step: Decision) -> None:
        members = {
            "oauth_token": self.references.rendered(step.token),
            "decision": step.decision,
            "account": self.references.value("email-1"),
        }
        verifier = self.player.fake.asked("authorizations", members).get("oauth_verifier")
        if step.verifier is not None and is_printable(verifier):
            self.references.bind(step.verifier.strip("<>"), verifier)

    def _access(self, step: Access) -> None:
        """Authorize the app, as somebody did long ago."""
        flow = References(stand_ins(self.player.chance(), {}))
        for name in ("consumer-key-1", "consumer-secret-1"):
            flow.bind(name, self.references.value(name))
        fake = self.player.fake
        renderer = Renderer(
            references=flow, dashboard_url=fake.dashboard_url, rest_url=fake.rest_url, now=self.player.now
        )

        def credentials(path: str, nonce: str, more: str, signed: str) -> tuple[str, str]:
            request = Request(
                method="POST",
                url=f"<dashboard>{path}",
                headers=(("Authorization", _FLOW.format(nonce=nonce, more=more)),),
            )
            issued = dict(parse_qsl(fake.send(renderer.request(request, signed)).body))
            try:
                return issued["oauth_token"], issued["oauth_token_secret"]
            except KeyError:
                raise NoAnswer(f"{path} issued no credentials, which a token that was there needs") from None

        token, secret = credentials(
            "/oauth/request_token", "<nonce-1>", 'oauth_callback="oob"', "consumer-secret-1&"
        )
        flow.bind("request-token-1", token)
        flow.bind("request-token-secret-1", secret)
        members = {"oauth_token": token, "decision": "approve", "account": self.references.value("email-1")}
        decided = fake.control("authorizations", members, "oauth_verifier")
        flow.bind("verifier-1", decided["oauth_verifier"])
        more = 'oauth_token="<request-token-1>", oauth_verifier="<verifier-1>"'
        signed = "consumer-secret-1&request-token-secret-1"
        token, secret = credentials("/oauth/access_token", "<nonce-2>", more, signed)
        self.references.bind(step.token.strip("<>"), token)
        self.references.bind(step.secret.strip("<>"), secret)

    def _shapes(self) -> Iterator[Found]:
        """Compare how what was issued looks."""
        recorded, now = dict(self.test.unusual), dict(self.references.unusual())
        for name in sorted(recorded.keys() | now.keys()):
            kind = name.rpartition("-")[0]
            issuer = _ISSUERS.get(kind.removesuffix("-secret"))
            if recorded.get(name) == now.get(name) or issuer is None or not self.references.has(name):
                continue
            usual = str(KINDS[kind])
            difference = Difference(
                aspect=Aspect.VALUE,
                where=f"the form of <{name}>",
                recorded=recorded.get(name, usual),
                now=str(shape_of(self.references.value(name))) if name in now else usual,
            )
            steps = [one for one in self.test.steps if isinstance(one, Exchange)]
            step = next((one for one in steps if one.request.path.startswith(issuer)), None)
            webhook = next((one for one in self.test.steps if isinstance(one, Webhook)), None)
            if issued_by := step or (webhook if kind == "message-id" else None):
                yield self._at(issued_by, difference)

    def _at(self, step: Step, difference: Difference) -> Found:
        call = f"{step.request.method} {step.request.path}" if isinstance(step, Exchange) else A_WEBHOOK
        return Found(
            difference=difference,
            call=call,
            clauses=tuple(forbidding(difference, step, self.test)),
        )

    def _not_asked(self, step: Step, why: str) -> Found:
        rest = next((one for one in self.test.steps if isinstance(one, Exchange)), None)
        asked = step if isinstance(step, Exchange) else rest
        difference = Difference(aspect=Aspect.NOT_ASKED, where="the request", recorded="an answer", now=why)
        if asked is None:
            return Found(difference=difference, call="", clauses=())
        return self._at(asked, difference)
