"""Where the recorded requests go: a fake in this process under the real names, or one that runs somewhere."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..contract.address import printable
from ..contract.exchange import CONTROL_PATH, Answer, Headers, Request
from ..contract.recording import Index
from ..domain.hosts import HOSTS
from ..domain.wire import WireRequest
from ..errors import InvalidValue

if TYPE_CHECKING:
    from ..fake import FakeNexmo

_TIMEOUT_SECONDS = 30.0


class NoAnswer(Exception):
    """Nothing came back, or nothing that is HTTP."""


Send = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fake:
    """A fake that can be asked: where it is, or seems to be, and how a request comes there to the letter."""

    dashboard_url: str
    rest_url: str
    send: Send

    @property
    def tls(self) -> bool:
        """Whether nobody can read along."""
        return self.dashboard_url.startswith("https:")

    def profile(self) -> str:
        """Return "documented" or "strict"; InvalidValue where it says anything else."""
        profile = self.control("health").get("profile")
        if profile not in ("documented", "strict"):
            raise InvalidValue("against", f"{CONTROL_PATH}health names no profile: a fake-nexmo is wanted")
        return str(profile)

    def control(self, path: str, members: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Make a control call; InvalidValue where it is not answered as by a fake."""
        body = "" if members is None else json.dumps(members)
        headers: Headers = (("Content-Type", "application/json"),) if members is not None else ()
        method = "GET" if members is None else "POST"
        url = f"{self.dashboard_url}{CONTROL_PATH}{path}"
        try:
            answer = self.send(Request(method=method, url=url, headers=headers, body=body))
        except NoAnswer as error:
            raise InvalidValue("against", str(error)) from None
        if answer.status == 401:
            raise InvalidValue(
                "against", "it wants its control token: --control-token, or FAKE_NEXMO_CONTROL_TOKEN"
            )
        try:
            found: dict[str, Any] = json.loads(answer.body)
            if answer.status >= 300 or not isinstance(found, dict):
                raise ValueError
        except ValueError:
            problem = (
                f"{CONTROL_PATH}{path} answers {answer.status}: a fake-nexmo with its control API is wanted"
            )
            raise InvalidValue("against", problem) from None
        return found


@contextmanager
def opened(index: Index, against: str | None, bearer: str | None) -> Iterator[Fake]:
    """Return the fake at *against*, or with None a fresh one in this process, of the recording's profile."""
    if against is not None:
        yield Fake(dashboard_url=against, rest_url=against, send=_over_http(against, bearer))
        return
    from ..fake import FakeNexmo

    scheme = "https" if index.tls else "http"
    dashboard_url, rest_url = (f"{scheme}://{host}" for host in HOSTS)
    fake = FakeNexmo(profile=index.profile)
    try:
        yield Fake(dashboard_url=dashboard_url, rest_url=rest_url, send=_to(fake))
    finally:
        fake.close()


def _to(fake: FakeNexmo) -> Send:
    def send(request: Request) -> Answer:
        body = request.body.encode("utf-8", "surrogateescape")
        headers = (("Host", urlsplit(request.url).netloc), *request.headers)
        wire = WireRequest.to(request.method, request.url, headers=headers, body=body)
        reply = fake.application.reply(wire)
        reply.sent()
        answer = reply.response
        return _answer(answer.status, answer.headers, b"" if request.method == "HEAD" else answer.body)

    return send


def _over_http(url: str, bearer: str | None) -> Send:
    parts = urlsplit(url)
    context = (
        ssl.create_default_context() if parts.scheme == "https" else None
    )  # it takes a tenth of a second

    def connection() -> http.client.HTTPConnection:
        if context is not None:
            return http.client.HTTPSConnection(parts.netloc, timeout=_TIMEOUT_SECONDS, context=context)
        return http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)

    def send(request: Request) -> Answer:
        target = request.url.partition("//")[2].partition("/")[2]
        headers = dict(request.headers)
        if request.is_control and bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        body = request.body.encode("utf-8", "surrogateescape")
        with closing(connection()) as connected:
            try:
                connected.request(request.method, f"/{target}", body=body or None, headers=headers)
                response = connected.getresponse()
            except (OSError, http.client.HTTPException) as error:
                why = printable(str(error)) or type(error).__name__
                raise NoAnswer(f"{parts.netloc} does not answer: {why}") from None
            try:
                content = response.read()
            except http.client.IncompleteRead as error:
                came = len(error.partial)
                of = "" if error.expected is None else f" of {came + error.expected}"
                raise NoAnswer(
                    f"the answer of {parts.netloc} ended in the middle: {came}{of} bytes of its body came"
                ) from None
            except (OSError, http.client.HTTPException) as error:
                why = printable(str(error)) or type(error).__name__
                raise NoAnswer(f"the answer of {parts.netloc} ended in the middle: {why}") from None
        return _answer(response.status, tuple(response.getheaders()), content)

    return send


def _answer(status: int, headers: Headers, body: bytes) -> Answer:
    text = body.decode("utf-8", "surrogateescape")
    return Answer(status=status, reason=http.client.responses.get(status, ""), headers=headers, body=text)
