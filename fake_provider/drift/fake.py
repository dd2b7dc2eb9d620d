"""Where the recorded requests go: a fake in this process under the real names, or one that runs somewhere."""

from __future__ import annotations

import http.client
import itertools
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

from ..contract import odd_json
from ..contract.address import is_loopback, printable
from ..contract.exchange import CONTROL_PATH, Answer, Headers, Request
from ..contract.reaching import by_tls, is_hung_up, why_no_answer
from ..contract.recording import Index
from ..contract.whole import ANSWER_SECONDS, NotWhole, WholeResponse
from ..domain.hosts import HOSTS
from ..domain.wire import WireRequest
from ..errors import InvalidValue

if TYPE_CHECKING:
    from ..fake import FakeNexmo

_MOST_IN_A_ROW = 3
"""So often nobody answers in time before the comparison is given up."""


class NoAnswer(Exception):
    """Nothing came back, or nothing that is HTTP."""


Send = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fake:
    """A fake that can be asked: where it is, or seems to be, and how a request comes there to the letter."""

    dashboard_url: str
    rest_url: str
    send: Send
    is_here: bool = False  # in this process

    @property
    def tls(self) -> bool:
        """Whether nobody can read along."""
        return self.dashboard_url.startswith("https:")

    @property
    def is_near(self) -> bool:
        """Whether it is on this machine, where a web server of ours is in its reach."""
        return self.is_here or is_loopback(urlsplit(self.dashboard_url).hostname or "")

    def profile(self) -> str:
        """Return "documented" or "strict"."""
        return self.control("health", None, "profile")["profile"]

    def control(self, path: str, members: Mapping[str, object] | None, *wanted: str) -> Mapping[str, str]:
        """Make a control call, and return what of its answer is *wanted*.

        Raises:
            InvalidValue: it is not answered as by a fake.
        """
        found = self.asked(path, members)
        texts: dict[str, str] = {}
        for name in wanted:
            if not is_printable(found.get(name)):
                raise _no_fake(f"{path} answers without a {name}")
            texts[name] = found[name]
        return texts

    def asked(self, path: str, members: Mapping[str, object] | None) -> Mapping[str, Any]:
        """Make a control call, and return its answer, whatever is in it; InvalidValue as of ``control``."""
        body = "" if members is None else json.dumps(members)
        headers: Headers = (("Content-Type", "application/json"),) if members is not None else ()
        method = "GET" if members is None else "POST"
        url = f"{self.dashboard_url}{CONTROL_PATH}{path}"
        try:
            answer = self.send(Request(method=method, url=url, headers=headers, body=body))
        except NoAnswer as error:
            raise InvalidValue("against", why_no_answer(self.dashboard_url, error) or str(error)) from None
        if answer.status == 400 and (why := by_tls(self.dashboard_url)) is not None:
            raise InvalidValue("against", why)
        if answer.status == 401:
            raise InvalidValue(
                "against", "it wants its control token: --control-token, or FAKE_NEXMO_CONTROL_TOKEN"
            )
        try:
            found: dict[str, Any] = odd_json.loads(answer.body)
        except ValueError:
            found = {}
        if answer.status >= 300 or not isinstance(found, dict):
            raise _no_fake(f"{path} answers {answer.status}")
        return found


def is_printable(value: object) -> TypeGuard[str]:
    """Whether *value* is a text that can go into a header, and onto a terminal."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _no_fake(problem: str) -> InvalidValue:
    return InvalidValue("against", f"{CONTROL_PATH}{problem}: a fake-nexmo with its control API is wanted")


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
        yield Fake(dashboard_url=dashboard_url, rest_url=rest_url, send=_to(fake), is_here=True)
    finally:
        fake.close()


def _to(fake: FakeNexmo) -> Send:
    def send(request: Request) -> Answer:
        _ensure_octets(request)
        body = request.body.encode("utf-8", "surrogateescape")
        length = (("Content-Length", str(len(body))),) if body or request.method == "POST" else ()
        headers = (("Host", urlsplit(request.url).netloc), *length, *request.headers)
        wire = WireRequest.to(request.method, request.url, headers=headers, body=body)
        reply = fake.application.reply(wire)
        reply.sent()
        answer = reply.response
        return _answer(answer.status, answer.headers, b"" if request.method == "HEAD" else answer.body)

    return send


def _ensure_octets(request: Request) -> None:
    """Refuse what no socket could carry: only bodies have more than octets."""
    try:
        for text in (request.method, request.url, *itertools.chain(*request.headers)):
            text.encode("latin-1")
    except UnicodeEncodeError as error:
        raise NoAnswer(f"it cannot be sent: {error}") from None


def _over_http(url: str, bearer: str | None) -> Send:
    parts = urlsplit(url)
    context = (
        ssl.create_default_context() if parts.scheme == "https" else None
    )  # it takes a tenth of a second
    late = 0

    def connection() -> http.client.HTTPConnection:
        made: http.client.HTTPConnection
        if context is not None:
            made = http.client.HTTPSConnection(parts.netloc, timeout=ANSWER_SECONDS, context=context)
        else:
            made = http.client.HTTPConnection(parts.netloc, timeout=ANSWER_SECONDS)
        made.response_class = WholeResponse
        return made

    def send(request: Request) -> Answer:
        nonlocal late
        with closing(connection()) as connected:
            try:
                answer = _exchanged(connected, request, bearer)
            except TimeoutError as error:
                late += 1
                if late >= _MOST_IN_A_ROW:
                    problem = (
                        f"{parts.netloc} gives no whole answer in {ANSWER_SECONDS:g} s, {late} times in a row"
                    )
                    raise InvalidValue("against", problem) from None
                raise NoAnswer(f"{parts.netloc} does not answer in time: {error}") from None
        late = 0
        return answer

    return send


def _exchanged(connected: http.client.HTTPConnection, request: Request, bearer: str | None) -> Answer:
    """Send *request*, and return the whole answer; NoAnswer or TimeoutError where there is none."""
    target = request.url.partition("//")[2].partition("/")[2]
    headers = dict(request.headers)
    if request.is_control and bearer is not None:
        headers["Authorization"] = f"Bearer {bearer}"
    body = request.body.encode("utf-8", "surrogateescape")
    who = f"{connected.host}:{connected.port}"
    what, middle = f"{who} does not answer", f"the answer of {who} ended in the middle"
    try:
        connected.request(request.method, f"/{target}", body=body or None, headers=headers)
        with connected.getresponse() as response:
            what = middle
            content = response.read()
    except TimeoutError:
        raise
    except http.client.IncompleteRead as error:
        came = len(error.partial)
        of = "" if error.expected is None else f" of {came + error.expected}"
        raise NoAnswer(f"{middle}: {came}{of} bytes of its body came") from None
    except NotWhole as error:
        raise NoAnswer(f"{middle}: {error}") from None
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"{what}: {_words(error)}") from error
    except ValueError as error:  # what was recorded is no request of HTTP
        raise NoAnswer(f"it cannot be sent: {error}") from None
    return _answer(response.status, tuple(response.getheaders()), content)


def _words(error: OSError | http.client.HTTPException) -> str:
    if is_hung_up(error):
        return "the connection was closed at the other end"
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)  # without a number
    return printable(said) or type(error).__name__


def _answer(status: int, headers: Headers, body: bytes) -> Answer:
    text = body.decode("utf-8", "surrogateescape")
    return Answer(status=status, reason=http.client.responses.get(status, ""), headers=headers, body=text)
