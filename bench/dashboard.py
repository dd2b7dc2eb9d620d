"""What the dashboard costs: one page of many messages, and twenty open pages beside the application's own requests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.fakes import RICH, rich_fake
from bench.measure import Pair, median_seconds, paired
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.fake import FakeNexmo

MESSAGES = 10_000
OPEN_PAGES = 20
POLL_SECONDS = 2.0  # as often as the script of an open page asks
_ROUND_SECONDS = 2 * POLL_SECONDS
_VIEWS = ("/messages", "/requests", "/", "/messages?status=delivered", "/conversations", "/messages?q=hello")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_SMS = {"from": "Acme", "to": "447700900000", "text": "Your code is 482913, and hello"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """How long a page takes on the server, from the request to the answer, and how long it is."""

    seconds: float
    size: int


def page_of_messages(path: str = "/messages") -> Rendered:
    """Render a page of 50 messages out of MESSAGES."""
    fake = rich_fake(max_messages=MESSAGES)
    for number in range(MESSAGES):
        _post(fake, "/sms/json", _credentials() | _SMS | {"to": f"4477009{number:05}"})
    get = WireRequest(method="GET", scheme="http", host="127.0.0.1", target=path, headers=_signed_in(fake))
    size = len(fake.application.respond(get).body)
    return Rendered(median_seconds(lambda: fake.application.respond(get)), size)


def _credentials() -> dict[str, str]:
    return {"api_key": RICH.api_key, "api_secret": RICH.api_secret}


def _post(
    fake: FakeNexmo, path: str, form: dict[str, str], headers: tuple[tuple[str, str], ...] = ()
) -> WireResponse:
    return fake.application.respond(
        WireRequest(
            method="POST",
            scheme="http",
            host="127.0.0.1",
            target=path,
            headers=(*_FORM.items(), *headers),
            body=urlencode(form).encode(),
        )
    )


def _signed_in(fake: FakeNexmo) -> tuple[tuple[str, str], ...]:
    """Sign in; return the header with the cookie."""
    asked = fake.application.respond(
        WireRequest(method="GET", scheme="http", host="127.0.0.1", target="/sign-in")
    )
    form = {"csrf_token": _token(asked.body.decode()), "email": RICH.email, "password": RICH.password}
    answer = _post(fake, "/sign-in", form, (("Cookie", _cookie(asked.header("set-cookie"))),))
    return (("Cookie", _cookie(answer.header("set-cookie"))),)


def _token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', html)
    assert found is not None
    return found[1]


def _cookie(header: str | None) -> str:
    return (header or "").partition(";")[0]


# Twenty open pages


def beside_open_pages() -> Pair:
    """Time SMS sent to a served fake, with OPEN_PAGES pages open and with none. Each is a process of its own."""
    with _serving() as url, _watching(url) as watch:
        send = _Sender(url)

        def watched(_: int) -> float:
            watch(True)
            return send.for_a_round()

        def alone(_: int) -> float:
            watch(False)
            return send.for_a_round()

        return paired(watched, alone, rounds=5, calls=1)


@contextmanager
def _serving() -> Iterator[str]:
    config = f'[[accounts]]\nemail = "{RICH.email}"\npassword = "{RICH.password}"\nbalance = "1000000"\n'
    config += f'api_key = "{RICH.api_key}"\napi_secret = "{RICH.api_secret}"\n'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fake.toml"
        path.write_text(config)
        command = [sys.executable, "-m", "fake_provider", "serve", "--port", "0", "--config", str(path)]
        command += ["--log-level", "error"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline() + process.stdout.readline())
            assert found is not None
            try:
                yield found[0]
            finally:
                process.terminate()


class _Sender:
    """An application that sends one SMS after the other."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._body = urlencode(_credentials() | _SMS)

    def for_a_round(self) -> float:
        """Send for some seconds; return those that one SMS took."""
        count, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < _ROUND_SECONDS:
            self._connection.request("POST", "/sms/json", body=self._body, headers=_FORM)
            assert json.loads(self._connection.getresponse().read())["messages"][0]["status"] == "0"
            count += 1
        return passed / count


class _Switch:
    """Turns the pages of another process on and off."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, on: bool) -> None:
        """Wait until it is so."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("on\n" if on else "off\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "ok\n"


@contextmanager
def _watching(url: str) -> Iterator[_Switch]:
    command = [sys.executable, "-m", "bench.dashboard", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _Switch(process)
        finally:
            process.terminate()


class _OpenPage(threading.Thread):
    """One page that is open in a browser, and asks for what is new while it is watched."""

    def __init__(self, url: str, path: str, watched: threading.Event, delay: float) -> None:
        super().__init__(daemon=True)
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        self._cookie = self._signed_in()
        self._next = self._live_url(self._get(path))
        self._watched = watched
        self._delay = delay

    def _signed_in(self) -> str:
        self._connection.request("GET", "/sign-in")
        answer = self._connection.getresponse()
        token = _token(answer.read().decode())
        cookie = _cookie(answer.getheader("set-cookie"))
        form = {"csrf_token": token, "email": RICH.email, "password": RICH.password}
        self._connection.request("POST", "/sign-in", urlencode(form), _FORM | {"Cookie": cookie})
        answer = self._connection.getresponse()
        answer.read()
        return _cookie(answer.getheader("set-cookie"))

    def _get(self, path: str) -> str:
        self._connection.request("GET", path, headers={"Cookie": self._cookie, "HX-Request": "true"})
        return self._connection.getresponse().read().decode()

    @staticmethod
    def _live_url(html: str) -> str:
        found = re.search(r'hx-get="([^"]+)"', html)
        assert found is not None, html[:300]
        return found[1].replace("&amp;", "&")

    def run(self) -> None:
        time.sleep(self._delay)
        while True:
            self._watched.wait()
            if html := self._get(self._next):
                self._next = self._live_url(html)
            time.sleep(POLL_SECONDS)


def main(url: str) -> None:
    """Hold OPEN_PAGES pages open, those of an own process, and turn them on and off by what is read."""
    watched = threading.Event()
    for number in range(OPEN_PAGES):
        _OpenPage(url, _VIEWS[number % len(_VIEWS)], watched, number * POLL_SECONDS / OPEN_PAGES).start()
    for line in sys.stdin:
        watched.set() if line.strip() == "on" else watched.clear()
        print("ok", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
