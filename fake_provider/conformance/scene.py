"""A fake, its user and whoever looks on, for one run of the command."""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qsl

from ..adapters.entropy import RandomEntropy
from ..domain.wire import WireRequest
from ..fake import FakeNexmo
from ..operations.outcome import Outcome
from ..realhosts.namespace import Manner
from ..realhosts.stage import Stage, Wishes
from ..realhosts.variables import of_the_app
from ..settings import DEMO_APP, Settings
from .hiding import forms, redacted
from .process import Command, started
from .run import ACCESS_TOKEN, REQUEST_TOKEN, Call, Run
from .setting import AWKWARD, FROM, TO, Setting, of_sms
from .user import User

_TOKEN_PATHS = (REQUEST_TOKEN, ACCESS_TOKEN)
_MAX_CALLS = 2_000  # a client that asks again and again is ended by its time
_MAX_EXCHANGES = 100  # in a report


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
