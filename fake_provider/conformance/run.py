"""One run of the command in one setting, and all that was seen of it."""

from __future__ import annotations

import base64
import math
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl, quote, quote_plus

from ..adapters.entropy import RandomEntropy
from ..domain.message import Message
from ..domain.wire import WireRequest
from ..fake import FakeNexmo
from ..oauth.protocol import ProtocolRequest, parse
from ..operations.outcome import Outcome
from ..realhosts.namespace import Manner
from ..realhosts.stage import Stage, Wishes
from ..realhosts.variables import of_the_app
from ..redaction import Redaction
from ..settings import DEMO_APP, Settings
from ..trace import Exchange
from .process import Command, started
from .setting import AWKWARD, FROM, SMS_PATHS, TO, Setting, of_sms
from .user import User

REQUEST_TOKEN, ACCESS_TOKEN = "/oauth/request_token", "/oauth/access_token"
_TOKEN_PATHS = (REQUEST_TOKEN, ACCESS_TOKEN)
_MAX_CALLS = 2_000  # a client that asks again and again is ended by its time
_MAX_EXCHANGES = 100  # in a report


@dataclass(kw_only=True)
class Call:
    """One request, as it came; times are seconds, ``received_at`` of the fake's clock, the others of a monotonic one."""

    number: int
    wire: WireRequest = field(repr=False)
    outcome: Outcome
    received_at: float
    came: float
    answered: float | None = None

    @property
    def path(self) -> str:
        """The decoded path."""
        return self.wire.path

    @cached_property
    def protocol(self) -> ProtocolRequest:
        """Its parameters."""
        return parse(self.wire)

    @property
    def oauth(self) -> Mapping[str, str]:
        """Its protocol parameters."""
        return self.protocol.oauth


@dataclass(frozen=True, kw_only=True)
class Run:
    """What was seen. Of its fields ``calls`` and ``secrets`` hold secrets: they are for judges alone.

    ``exit_code`` is None where the time was over before the command ended, and negative for a signal.
    """

    setting: Setting
    timeout_seconds: float
    exit_code: int | None
    seconds: float
    output: str = field(repr=False)
    spilled: frozenset[str]  # the names of the secrets that stand in the output
    calls: Sequence[Call] = field(repr=False)
    elsewhere: Sequence[Call] = field(repr=False)  # what reached the other host
    messages: Sequence[Message]
    exchanges: Sequence[Exchange]  # the oldest first, without secrets
    secrets: Mapping[str, str] = field(repr=False)  # what each is, by its value

    @property
    def has_hung(self) -> bool:
        """Whether it did not end by itself."""
        return self.exit_code is None

    @property
    def accepted(self) -> Sequence[Message]:
        """The SMS of which something was accepted."""
        return [message for message in self.messages if message.accepted_parts]

    def to(self, *paths: str) -> Sequence[Call]:
        """Return the calls to these paths, the oldest first."""
        return [call for call in self.calls if call.path in paths]

    @cached_property
    def sms(self) -> Sequence[Call]:
        """The calls that send an SMS."""
        return self.to(*SMS_PATHS)

    @cached_property
    def request_tokens(self) -> Sequence[Call]:
        """The calls that ask for a request token."""
        return self.to(REQUEST_TOKEN)

    @property
    def sends_callback(self) -> bool:
        """Whether an ``oauth_callback`` came with any of them."""
        return any(call.oauth.get("oauth_callback") for call in self.request_tokens)

    def only(self, numbers: Container[int]) -> Run:
        """Return this run with some of its exchanges, as evidence."""
        return replace(self, exchanges=[one for one in self.exchanges if one.number in numbers])

    def as_json(self) -> dict[str, object]:
        """Return what the report shows; the exchanges as ``GET /_fake/exchanges`` does."""
        from ..web.control import render

        return {
            "label": self.setting.label,
            "exit_code": self.exit_code,
            "timed_out": self.has_hung,
            "seconds": round(self.seconds, 3),
            "output": self.output,
            "exchanges": [render.exchange(one) for one in self.exchanges],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs a command in settings. ``interrupted`` ends whatever runs at once."""

    command: Sequence[str]
    timeout_seconds: float
    interrupted: threading.Event
    real_hosts: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def run(self, setting: Setting) -> Run:
        """Run the command once, with a fake of its own; raises InvalidValue where it cannot be started."""
        with ExitStack() as stack:
            scene = Scene(setting, stack, has_real_names=self.real_hosts)
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="fake-nexmo-check-"))
            began = time.monotonic()
            command = scene.begins(self.command, self._environment(scene, Path(directory)))
            try:
                ended = command.wait(
                    lambda: max(began, scene.hangs_since) + self.timeout_seconds, self.interrupted
                )
            finally:
                code = command.end()
            seconds = time.monotonic() - began
            scene.ends()
            return scene.seen(
                output=command.output,
                exit_code=code if ended else None,
                seconds=seconds,
                timeout_seconds=self.timeout_seconds,
            )

    def _environment(self, scene: Scene, directory: Path) -> Mapping[str, str]:
        environment = {
            name: value for name, value in self.environment.items() if not name.startswith("NEXMO_")
        }
        loopback = ",".join(
            filter(None, (environment.get("NO_PROXY", environment.get("no_proxy")), "127.0.0.1,localhost"))
        )
        return {
            **environment,
            # A token that a client keeps is of this run alone.
            "XDG_CONFIG_HOME": str(directory),
            "XDG_STATE_HOME": str(directory),
            "BROWSER": "true",  # the user's browser is played: none is to open
            "NO_PROXY": loopback,
            "no_proxy": loopback,
            **scene.variables(),
        }


class Scene:
    """A fake, its user and whoever looks on, for one run."""

    def __init__(self, setting: Setting, stack: ExitStack, *, has_real_names: bool) -> None:
        self.setting = setting
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._elsewhere: list[Call] = []
        self._sat_down = threading.Event()
        self._secrets: dict[str, str] = {}
        self._spilled: set[str] = set()
        self.hangs_since = -math.inf  # the time for an answer that never comes begins when it was asked for
        self._fake = _fake(setting)
        self._other = FakeNexmo() if setting.redirects_elsewhere else None
        self._app = next(app for app in self._fake.apps if app.client_key == DEMO_APP.client_key)
        self._secrets[self._app.client_secret] = "the consumer secret"
        self._fake.application.seen_by(self._saw)
        self._stage = stack.enter_context(Stage(fake=self._fake, wishes=Wishes())) if has_real_names else None
        self._url = "" if has_real_names else stack.enter_context(_served(self._fake))
        if self._other is not None:
            self._other.application.seen_by(self._saw_elsewhere)
            port = stack.enter_context(_served(self._other)).rpartition(":")[2]
            self._plan(of_sms({"redirect": f"http://localhost:{port}/sms/json"}, times=None))
        self._plan(setting.faults)

    def _plan(self, faults: Sequence[Mapping[str, object]]) -> None:
        for fault in faults:
            self._fake.faults.add(fault)

    def variables(self) -> Mapping[str, str]:
        """Return what the command finds in its environment."""
        callback = {"NEXMO_CALLBACK_URL": "oob"} if self.setting.has_callback else {}
        origins = (self._url, self._url) if self._url else None
        return {
            **of_the_app(self._app.client_key, self._app.client_secret, origins),
            "NEXMO_SMS_TO": TO,
            "NEXMO_SMS_FROM": FROM,
            "NEXMO_SMS_TEXT": self.setting.text,
            **callback,
        }

    def begins(self, argv: Sequence[str], environment: Mapping[str, str]) -> Command:
        """Start the command, and let the user sit down at it. Raises InvalidValue where it cannot be started."""
        if self._stage is None:
            command = Command(started(argv, environment), self._watch)
        else:
            manner = Manner(
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, new_session=True
            )
            entered = self._stage.start(argv, environment, manner)
            command = Command(entered.process, self._watch)
            entered.go()
        self._user = User(self._fake, self.setting.decision, command.type_line)
        self._sat_down.set()
        return command

    def ends(self) -> None:
        """Let the user leave."""
        self._user.leave()

    def _saw(self, wire: WireRequest, outcome: Outcome, number: int) -> Callable[[], None]:
        call = self._noted(self._calls, wire, outcome, number)
        if outcome.fault is not None and self.setting.hangs and self.hangs_since < 0:
            self.hangs_since = call.came
        next_step = self._issued(call)

        def answered() -> None:
            call.answered = time.monotonic()
            if next_step is not None:
                next_step()

        return answered

    def _issued(self, call: Call) -> Callable[[], None] | None:
        """Do what is to be done about a token that a call was given; returns what its user does next."""
        if call.path not in _TOKEN_PATHS or call.outcome.response.status != HTTPStatus.OK:
            return None
        fields = dict(parse_qsl(call.outcome.response.body.decode()))
        token, secret = fields.get("oauth_token"), fields.get("oauth_token_secret")
        if not token or not secret:
            return None
        is_request_token = call.path == REQUEST_TOKEN
        with self._lock:
            self._secrets[secret] = f"the {'request' if is_request_token else 'access'} token's secret"
        if is_request_token:
            self._sat_down.wait()
            return self._user.decide(token)
        if self.setting.revokes_access:
            self._fake.revoke(token)
        return None

    def _watch(self, said: str) -> None:
        """Look for secrets in what the command says."""
        with self._lock:
            secrets = dict(self._secrets)
        self._spilled.update(
            name for secret, name in secrets.items() if any(form in said for form in forms(secret))
        )

    def _saw_elsewhere(self, wire: WireRequest, outcome: Outcome, number: int) -> None:
        self._noted(self._elsewhere, wire, outcome, number)

    def _noted(self, calls: list[Call], wire: WireRequest, outcome: Outcome, number: int) -> Call:
        call = Call(
            number=number,
            wire=wire,
            outcome=outcome,
            received_at=self._fake.clock.now(),
            came=time.monotonic(),
        )
        with self._lock:
            if len(calls) < _MAX_CALLS:
                calls.append(call)
        return call

    def seen(self, *, output: str, exit_code: int | None, seconds: float, timeout_seconds: float) -> Run:
        """Sum up what was seen."""
        with self._lock:
            secrets, calls, elsewhere = dict(self._secrets), tuple(self._calls), tuple(self._elsewhere)
        others = self._other.exchanges[::-1] if self._other is not None else ()
        return Run(
            setting=self.setting,
            timeout_seconds=timeout_seconds,
            exit_code=exit_code,
            seconds=seconds,
            output=redacted(output, secrets),
            spilled=frozenset(self._spilled),
            calls=calls,
            elsewhere=elsewhere,
            messages=tuple(self._fake.messages),
            exchanges=(*self._fake.exchanges[::-1], *others)[:_MAX_EXCHANGES],
            secrets=secrets,
        )


def forms(secret: str) -> Collection[str]:
    """Return how a secret may be written: as it is, percent-encoded once or twice, in base64, in hexadecimal."""
    once, octets = quote(secret, safe=""), secret.encode()
    in_base64 = base64.b64encode(octets).decode().rstrip("=")[:-1]  # the last letter depends on what follows
    return {secret, once, quote(once, safe=""), quote_plus(secret), in_base64, octets.hex()}


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return *text* without these secrets, however they are written."""
    return Redaction({form for secret in secrets for form in forms(secret)}).text(text)


@contextmanager
def _served(fake: FakeNexmo) -> Iterator[str]:
    """Serve on a free port of loopback; gives the base URL."""
    with fake.serve() as server:
        try:
            yield server.url
        finally:
            server.stop(grace_seconds=0)  # the command has ended: nobody waits for an answer


def _fake(setting: Setting) -> FakeNexmo:
    if not setting.awkward_secrets:
        return FakeNexmo(profile=setting.profile)
    apps = (replace(DEMO_APP, client_secret=f"fake {AWKWARD} secret"),)
    return FakeNexmo(profile=setting.profile, settings=Settings(apps=apps), entropy=_AwkwardEntropy())


class _AwkwardEntropy(RandomEntropy):
    """Makes tokens and secrets of characters that have to be encoded."""

    def token(self) -> str:
        """Return some of them, and chance."""
        return f"t{AWKWARD}{super().token()}"
