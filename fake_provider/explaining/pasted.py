"""Reads a request that somebody pasted: a curl command, a raw HTTP request, or a HAR file."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from ..domain.wire import WireRequest
from ..errors import InvalidValue

FORM = "application/x-www-form-urlencoded"
_REQUEST_LINE = re.compile(r"([A-Z]+) (\S+) HTTP/\d")
_ANSI_C = re.compile(r"\$'((?:[^'\\]|\\.)*)'")
_URL = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)

# curl's options that take a value and say nothing about the request itself.
_SKIPPED = frozenset(
    {
        *(
            "-o",
            "--output",
            "-m",
            "--max-time",
            "--connect-timeout",
            "-w",
            "--write-out",
            "-x",
            "--proxy",
            "--cacert",
        ),
        *("--cert", "--key", "--resolve", "--retry", "--retry-delay", "-c", "--cookie-jar", "--interface"),
        *("--limit-rate", "-K", "--config", "--max-redirs", "--connect-to"),
    }
)
_HEADERS = {
    "-A": "User-Agent",
    "--user-agent": "User-Agent",
    "-e": "Referer",
    "--referer": "Referer",
    "-b": "Cookie",
    "--cookie": "Cookie",
}
_DATA = ("-d", "--data", "--data-raw", "--data-ascii", "--data-binary", "--data-urlencode", "--json")
_SHORT_WITH_VALUE = "XHdueAbomwxcKF"


def read(text: str) -> WireRequest:
    """Return the request that *text* describes; raises InvalidValue where it is none of the three, or several."""
    found = read_all(text)
    if len(found) > 1:
        raise InvalidValue(
            "request", f"there are {len(found)} signed requests in this HAR file; one is wanted"
        )
    return found[0]


def read_all(text: str) -> Sequence[WireRequest]:
    """Return the requests that *text* describes: of a HAR file all that are signed. Raises InvalidValue for none."""
    text = text.strip()
    if text.startswith(("curl ", "$ curl ")):
        return [_curl(text.removeprefix("$ "))]
    if text.startswith("{"):
        return _har(text)
    if _REQUEST_LINE.match(text):
        return [_raw(text)]
    raise InvalidValue("request", "a curl command, a raw HTTP request or a HAR file is wanted")


def request(method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> WireRequest:
    """Return a request to an absolute URL; raises InvalidValue where it is none."""
    if not _URL.match(url):
        raise InvalidValue("url", f"an absolute http or https URL is wanted, not {url[:80]!r}")
    return WireRequest.to(method.upper(), url, headers=tuple(headers), body=body)


# curl


def _curl(text: str) -> WireRequest:
    text = _ANSI_C.sub(lambda found: shlex.quote(_ansi_c(found[1])), text)
    try:
        words = shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " "))[1:]
    except ValueError as error:
        raise InvalidValue("request", f"the curl command cannot be read: {error}") from None
    command = _Command()
    while words:
        command.take(words)
    return command.request()


def _ansi_c(text: str) -> str:
    return (
        text.encode("latin-1", "backslashreplace")
        .decode("unicode_escape")
        .encode("latin-1", "replace")
        .decode("utf-8", "replace")
    )


class _Command:
    """A curl command, as far as it says what is sent."""

    def __init__(self) -> None:
        self.method: str | None = None
        self.url: str | None = None
        self.headers: list[tuple[str, str]] = []
        self.data: list[str] = []
        self.in_query = self.is_head = self.is_json = False

    def take(self, words: list[str]) -> None:
        """Take the first word, and its value if it has one."""
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            self.url = self.url or word
            return
        name, value = self._split(word)
        if name in ("-G", "--get"):
            self.in_query = True
        elif name in ("-I", "--head"):
            self.is_head = True
        elif self._wants_value(name):
            if value is None:
                if not words:
                    raise InvalidValue("request", f"curl's {name} lacks its value")
                value = words.pop(0)
            self._valued(name, value)

    @staticmethod
    def _split(word: str) -> tuple[str, str | None]:
        """Split -XPOST and --request=POST."""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            return name, value if equals else None
        flags = word[1:]
        for index, letter in enumerate(flags):  # -sSX POST, -sXPOST
            if letter in _SHORT_WITH_VALUE:
                return f"-{letter}", flags[index + 1 :] or None
            if letter in "GI":
                return f"-{letter}", None
        return word, None

    @staticmethod
    def _wants_value(name: str) -> bool:
        return name in (
            *_SKIPPED,
            *_HEADERS,
            *_DATA,
            "-X",
            "--request",
            "-H",
            "--header",
            "-u",
            "--user",
            "--url",
            "-F",
            "--form",
        )

    def _valued(self, name: str, value: str) -> None:
        if name in ("-X", "--request"):
            self.method = value
        elif name == "--url":
            self.url = value
        elif name in ("-H", "--header"):
            header, colon, content = value.partition(":")
            if colon and content.strip():
                self.headers.append((header.strip(), content.strip()))
            elif header.endswith(";"):
                self.headers.append((header[:-1].strip(), ""))
        elif name in ("-u", "--user"):
            self.headers.append(("Authorization", "Basic " + base64.b64encode(value.encode()).decode()))
        elif name in _HEADERS:
            self.headers.append((_HEADERS[name], value))
        elif name in _DATA:
            self._add_data(name, value)
        elif name in ("-F", "--form"):
            raise InvalidValue(
                "request", "curl's -F makes a multipart body, which no signature covers; leave it out"
            )

    def _add_data(self, name: str, value: str) -> None:
        if value.startswith("@") and name != "--data-raw":
            raise InvalidValue(
                "request", f"curl reads a file there ({value[:60]}); paste what is in it instead"
            )
        if name == "--data-urlencode":
            key, equals, content = value.partition("=")
            value = f"{key}{equals}{quote_plus(content)}" if equals else quote_plus(value)
        self.is_json = self.is_json or name == "--json"
        self.data.append(value)

    def request(self) -> WireRequest:
        """Return the request that curl would send."""
        if self.url is None:
            raise InvalidValue("request", "the curl command names no URL")
        url = self.url if "://" in self.url else f"http://{self.url}"
        data = ("" if self.is_json else "&").join(self.data)
        if self.in_query and data:
            url += ("&" if "?" in url else "?") + data
            data = ""
        names = {name.lower() for name, _ in self.headers}
        if data and "content-type" not in names:
            self.headers.append(("Content-Type", "application/json" if self.is_json else FORM))
        method = self.method or (
            "HEAD" if self.is_head else "POST" if data or (self.data and not self.in_query) else "GET"
        )
        return request(method, url, self.headers, data.encode("utf-8", "surrogateescape"))


# Raw HTTP


def _raw(text: str) -> WireRequest:
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    head = re.sub(
        r"\n[ \t]+", " ", head
    )  # a header that is folded over several lines, as standards print them
    first, *lines = head.split("\n")
    found = _REQUEST_LINE.match(first)
    assert found is not None  # noqa: S101  read() has looked
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidValue("request", f"this line is no header: {line[:60]!r}")
        headers.append((name.strip(), value.strip()))
    target = found[2]
    if target.startswith("/"):
        host = next((value for name, value in headers if name.lower() == "host"), None)
        if host is None:
            raise InvalidValue("request", "there is no Host header, and the request line has no absolute URL")
        target = f"{_scheme_of(host)}://{host}{target}"
    return request(found[1], target, headers, body.encode())


def _scheme_of(host: str) -> str:
    """Guess what a raw request does not say: http for this machine and for a port of its own, else https."""
    name, _, port = host.partition(":")
    return "http" if name in ("localhost", "127.0.0.1") or (port and port != "443") else "https"


# HAR


def _har(text: str) -> Sequence[WireRequest]:
    try:
        entries = [entry["request"] for entry in json.loads(text)["log"]["entries"]]
        requests = [_entry(one) for one in entries]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidValue("request", "this is not a HAR file: log.entries[].request is wanted") from None
    signed = [
        one
        for one in requests
        if "oauth_signature" in f"{one.header('authorization')} {one.query} {one.body.decode('latin-1')}"
    ]
    if not signed:
        raise InvalidValue(
            "request", f"none of the {len(requests)} requests in this HAR file is signed by OAuth 1.0a"
        )
    return signed


def _entry(entry: Mapping[str, object]) -> WireRequest:
    headers = [(str(one["name"]), str(one["value"])) for one in entry.get("headers", ())]  # type: ignore[attr-defined]
    headers = [pair for pair in headers if not pair[0].startswith(":")]  # of HTTP/2
    posted = entry.get("postData") or {}
    body = str(posted.get("text", ""))  # type: ignore[attr-defined]
    return request(str(entry["method"]), str(entry["url"]), headers, body.encode())
