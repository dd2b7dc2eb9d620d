"""Takes secrets out of what may be shown: by name, however the name is written, and by value, wherever it stands.

A secret by name is the value of ``api_secret``, ``password`` and their kin in a query, a form, a JSON object or a
header, the credentials of HTTP Basic, a cookie, and the signature of PLAINTEXT, which is the two secrets. A secret
by value is one that is known: of the accounts, of the apps, and of those who took part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from .domain.finding import Diagnosis
from .domain.wire import Headers, WireRequest, WireResponse, media_type

REDACTED = "[redacted]"
# Shorter ones occur in ordinary text and would tear holes into it; up to the second length they count as whole
# words alone, so that a secret "secret" does not blot out the names of all others.
_SHORTEST_SECRET, _SHORTEST_ANYWHERE = 6, 12

_NAMES = frozenset(
    {
        "api_secret",
        "consumer_secret",
        "csrf_token",
        "newsecret",
        "oauth_consumer_secret",
        "oauth_token_secret",
        "password",
        "signature_secret",
        "token_secret",
    }
)
_HEADERS = frozenset({"cookie", "set-cookie", "proxy-authorization"})
_OAUTH = re.compile(r"\s*OAuth(?=$|[\s,])", re.IGNORECASE)
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]*")
_HEADER_PAIR = re.compile(r'([^\s=",]+)(\s*=\s*)("[^"]*"?|[^\s",]*)')
_JSON_MEMBER = re.compile(
    rf'("(?:{"|".join(sorted(_NAMES))})"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}}\]\s]+)', re.IGNORECASE
)
# Anywhere in a body that is neither a form nor JSON: a header, a note, a shell's variable.
_LOOSE_FIELD = re.compile(
    rf"(?<![A-Za-z_])((?:{'|'.join(sorted(_NAMES))})\s*=\s*)(\"[^\"]*\"?|[^&\s,;]*)", re.IGNORECASE
)
# In a base string everything is encoded once more: name%3Dvalue%26…
_ENCODED_FIELD = re.compile(
    rf"(?<![A-Za-z_])((?:{'|'.join(sorted(_NAMES))})(?:%3D|%253D))(?:(?!%26|%2526)[^&\s])*", re.IGNORECASE
)
# The head of a request that no parser could read stands in the trace as a body.
_HEAD_LINE = re.compile(
    r"^([ \t]*(?:authorization|cookie|set-cookie|proxy-authorization|[\w-]*(?:secret|password)[\w-]*)[ \t]*:).*$",
    re.IGNORECASE | re.MULTILINE,
)


class Redaction:
    """Cleans texts of *secrets* and of what is named like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        values = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        for secret in tuple(values):
            if not _UNRESERVED.fullmatch(secret):
                once = quote(secret, safe="")
                values.update((once, quote(once, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]))
        longest_first = sorted(values, key=len, reverse=True)
        self._anywhere = [value for value in longest_first if len(value) >= _SHORTEST_ANYWHERE]
        words = "|".join(re.escape(value) for value in longest_first if len(value) < _SHORTEST_ANYWHERE)
        self._as_words = re.compile(rf"(?<![A-Za-z0-9_])(?:{words})(?![A-Za-z0-9_])") if words else None

    def text(self, text: str) -> str:
        """Clean a text of any kind: by value, and where it looks like a base string."""
        for value in self._anywhere:
            text = text.replace(value, REDACTED)
        if self._as_words:
            text = self._as_words.sub(REDACTED, text)
        return _ENCODED_FIELD.sub(rf"\1{REDACTED}", text)

    def line(self, text: str) -> str:
        """Clean a line that may hold fields: a path, a query."""
        return self.text(_fields(text, _NAMES))

    def request(self, request: WireRequest) -> WireRequest:
        """Clean a request; whether its signature is one of PLAINTEXT, its own parameters say."""
        names = _NAMES | {"oauth_signature"} if _is_plaintext(request) else _NAMES
        path, question_mark, query = request.target.partition("?")
        target = self.text(path) + question_mark + self.text(_fields(query, names))
        return replace(
            request,
            host=self.text(request.host),
            target=target,
            headers=self._headers(request.headers, names),
            body=self._body(request.body, request.header("content-type"), names),
        )

    def response(self, response: WireResponse) -> WireResponse:
        """Clean an answer."""
        return replace(
            response,
            headers=self._headers(response.headers, _NAMES),
            body=self._body(response.body, response.header("content-type"), _NAMES),
        )

    def diagnosis(self, diagnosis: Diagnosis) -> Diagnosis:
        """Clean a diagnosis; the base string holds the parameters of the request."""
        expected = diagnosis.expected_base_string
        return replace(
            diagnosis,
            message=self.text(diagnosis.message),
            expected_base_string=None if expected is None else self.text(expected),
        )

    def _headers(self, headers: Headers, names: frozenset[str]) -> Headers:
        return tuple((name, self.text(_header(name.lower(), value, names))) for name, value in headers)

    def _body(self, body: bytes, content_type: str | None, names: frozenset[str]) -> bytes:
        if not body:
            return body
        kind = media_type(content_type)
        if kind.startswith("multipart/"):
            return f"[{len(body)} bytes of {kind}, not shown]".encode()
        # An octet that is no UTF-8 comes out as it went in.
        text = body.decode("utf-8", "surrogateescape")
        cleaned = _json(text) if "json" in kind or text.lstrip()[:1] in ("{", "[") else None
        if cleaned is None:
            text = _HEAD_LINE.sub(rf"\1 {REDACTED}", _fields(text, names))
            text = _LOOSE_FIELD.sub(rf"\1{REDACTED}", text)
            cleaned = _JSON_MEMBER.sub(rf'\1"{REDACTED}"', text)
        return self.text(cleaned).encode("utf-8", "surrogateescape")


def _fields(text: str, names: frozenset[str]) -> str:
    """Clean ``name=value&…``; a name counts however it is escaped."""
    if "=" not in text:
        return text
    return "&".join(_field(field, names) for field in text.split("&"))


def _field(field: str, names: frozenset[str]) -> str:
    name, equals, _ = field.lstrip("/?").partition("=")
    return f"{name}={REDACTED}" if equals and unquote_plus(name).strip().lower() in names else field


def _header(name: str, value: str, names: frozenset[str]) -> str:
    if name == "authorization":
        if _OAUTH.match(value):
            return _HEADER_PAIR.sub(_cleaner_of_pairs(names), value)
        scheme, blank, _ = value.strip().partition(" ")
        return f"{scheme} {REDACTED}" if blank else REDACTED
    if name in _HEADERS or "secret" in name or "password" in name:
        return REDACTED
    if name == "location":
        return _fields(value, names)
    return value


def _cleaner_of_pairs(names: frozenset[str]) -> Callable[[re.Match[str]], str]:
    def clean(pair: re.Match[str]) -> str:
        return f'{pair[1]}{pair[2]}"{REDACTED}"' if unquote(pair[1]).lower() in names else pair[0]

    return clean


def _json(text: str) -> str | None:
    """Clean a JSON text; it stays as it was written if there is nothing to take out. None if it is no JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cleaned = _json_value(value)
    return text if cleaned == value else json.dumps(cleaned)


def _json_value(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: REDACTED if name.strip().lower() in _NAMES else _json_value(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_json_value(item) for item in value]
    return value


def _is_plaintext(request: WireRequest) -> bool:
    """Whether the signature is the two secrets themselves (RFC 5849 section 3.4.4)."""
    authorization = request.header("authorization") or ""
    pairs = [(pair[1], pair[3].strip('"')) for pair in _HEADER_PAIR.finditer(authorization)]
    for text in (request.query, request.body.decode("latin-1")):
        pairs += [(name, value) for name, _, value in (field.partition("=") for field in text.split("&"))]
    return any(
        unquote_plus(name).strip().lower() == "oauth_signature_method"
        and unquote_plus(value).strip().lower() == "plaintext"
        for name, value in pairs
    )
