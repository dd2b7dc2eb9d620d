"""Takes secrets out of what may be shown: by name, however the name is written, and by value, wherever it stands.

A secret by name is the value of ``api_secret``, ``password`` and their kin in a query, a form, a JSON object or a
header, the credentials of HTTP Basic, a cookie, and the signature of PLAINTEXT, which is the two secrets. A secret
by value is one that is known: of the accounts, of the apps, of the tokens, and of those who took part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from .account import paths
from .domain.finding import Diagnosis
from .domain.wire import Headers, WireRequest, WireResponse, media_type

REDACTED = "[redacted]"
# Shorter ones occur in ordinary text and would tear holes into it; up to the second length they count as whole
# words alone, so that a secret "secret" does not blot out the names of all others.
_SHORTEST_SECRET, _SHORTEST_ANYWHERE = 6, 12

_NAMES = frozenset(
    {
        "access_token_secret",
        "api-secret",
        "api_secret",
        "apisecret",
        "client_secret",
        "consumer_secret",
        "control_token",
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
# Possessive, and from the beginning of a word only: a header of one long word is looked through once.
_HEADER_PAIR = re.compile(r'(?<![^\s=",])([^\s=",]++)(\s*+=\s*)("[^"]*"?|[^\s",]*)')
_JSON_MEMBER = re.compile(
    rf'("(?:{"|".join(sorted(_NAMES))})"\s*:\s*)("(?:[^"\\]|\\.)*"?|[\[{{].*|[^,}}\]\s]+)',
    re.IGNORECASE | re.DOTALL,
)
# Anywhere in a body that is neither a form nor JSON: a header, a note, a shell's variable.
_LOOSE_FIELD = re.compile(
    rf"(?<![A-Za-z_])((?:{'|'.join(sorted(_NAMES))})\s*=\s*)(\"[^\"]*\"?|[^&\s,;]*)", re.IGNORECASE
)
# In a base string everything is encoded once more: name%3Dvalue%26…
_ENCODED_FIELD = re.compile(
    rf"(?<![A-Za-z_])((?:{'|'.join(sorted(_NAMES))})(?:%(?:25)*20)*(?:%3D|%253D))(?:(?!%26|%2526)[^&\s])*",
    re.IGNORECASE,
)
# Behind an escaped delimiter too: in a base string it may be escaped twice.
_WORD_BEGINS = "(?:(?<![A-Za-z0-9_])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2}))"
_USER_INFORMATION = re.compile("^.*@")
_TOKEN_SECRET = re.compile("[0-9a-f]{32,}")  # as this fake makes them, or something that holds one
_TOKEN_SECRET_CHARACTERS = 32


class Redaction:
    """Cleans texts of *secrets* and of what is named like one."""

    def __init__(self, secrets: Iterable[str], *, beside: Redaction | None = None) -> None:
        self._beside = beside
        self._given = frozenset(secrets)
        secrets = self._given
        values = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
        for secret in tuple(values):
            if not _UNRESERVED.fullmatch(secret):
                once = quote(secret, safe="")
                values.update((once, quote(once, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]))
        # There may be very many of these, and they all look alike: finding candidates beats trying each.
        self._token_secrets = {value for value in values if _TOKEN_SECRET.fullmatch(value)}
        longest_first = sorted(values - self._token_secrets, key=len, reverse=True)
        self._anywhere = [value for value in longest_first if len(value) >= _SHORTEST_ANYWHERE]
        words = "|".join(re.escape(value) for value in longest_first if len(value) < _SHORTEST_ANYWHERE)
        self._as_words = re.compile(rf"{_WORD_BEGINS}(?:{words})(?![A-Za-z0-9_])") if words else None

    def including(self, secrets: Iterable[str]) -> Redaction:
        """Return one that knows these too; what is known already, of many thousand tokens, is not sorted again."""
        more = [secret for secret in secrets if secret not in self._given]
        return Redaction(more, beside=self) if more else self

    def text(self, text: str) -> str:
        """Clean a text of any kind: by value, and where it looks like a base string."""
        if self._beside is not None:
            text = self._beside.text(text)
        for value in self._anywhere:
            text = text.replace(value, REDACTED)
        if self._as_words:
            text = self._as_words.sub(REDACTED, text)
        if self._token_secrets:
            text = _TOKEN_SECRET.sub(self._token_secret, text)
        return _ENCODED_FIELD.sub(rf"\1{REDACTED}", text)

    def _token_secret(self, found: re.Match[str]) -> str:
        run = found[0]
        windows = range(len(run) - _TOKEN_SECRET_CHARACTERS + 1)
        known = any(run[i : i + _TOKEN_SECRET_CHARACTERS] in self._token_secrets for i in windows)
        return REDACTED if known else run

    def path(self, path: str) -> str:
        """Clean a path: of a secret whose characters are escaped, and of any that its place tells."""
        path = paths.without_secret(path, REDACTED)
        return "/".join(self._unless_escaped(segment, _field(segment, _NAMES)) for segment in path.split("/"))

    def url(self, url: str) -> str:
        """Clean an absolute URL: of user information, of what is named like a secret, and by value."""
        head, question_mark, query = url.partition("?")
        head = re.sub("//[^/]*@", "//", head)
        return self.text(self.path(head)) + question_mark + self.text(self._fields(query, _NAMES))

    def request(self, request: WireRequest) -> WireRequest:
        """Clean a request; whether its signature is one of PLAINTEXT, its own parameters say."""
        names = _NAMES | {"oauth_signature"} if _is_plaintext(request) else _NAMES
        path, question_mark, query = request.target.partition("?")
        target = self.text(self.path(path)) + question_mark + self.text(self._fields(query, names))
        return replace(
            request,
            host=self.text(_USER_INFORMATION.sub("", request.host)),
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
            expected_base_string=None if expected is None else self.text(self._base_string(expected)),
        )

    def _base_string(self, text: str) -> str:
        """Clean the path in a base string, where it stands in the second of three parts, encoded once."""
        method, ampersand, rest = text.partition("&")
        uri, _, parameters = rest.partition("&")
        scheme, slashes, behind = unquote(uri).partition("://")
        host, slash, path = behind.partition("/")
        cleaned = f"{scheme}{slashes}{host}{self.path(slash + path)}"
        if cleaned == unquote(uri):
            return text
        return f"{method}{ampersand}{quote(cleaned, safe='-._~')}&{parameters}"

    def _headers(self, headers: Headers, names: frozenset[str]) -> Headers:
        return tuple((name, self.text(_header(name.lower(), value, names))) for name, value in headers)

    def _body(self, body: bytes, content_type: str | None, names: frozenset[str]) -> bytes:
        if not body:
            return body
        kind = media_type(content_type)
        if kind.startswith("multipart/"):
            return f"[{len(body)} bytes of multipart, not shown]".encode()
        looks_like_json = "json" in kind or body.lstrip()[:1] in (b"{", b"[")
        if looks_like_json and (rewritten := _json(body)) is not None:
            # A lone surrogate, which JSON can escape, is no character that could be shown.
            return self.text(rewritten).encode("utf-8", "replace")
        if b"\0" in body:
            return f"[{len(body)} bytes that are no text, not shown]".encode()
        # An octet that is no UTF-8 comes out as it went in.
        text = self._fields(body.decode("utf-8", "surrogateescape"), names)
        text = _LOOSE_FIELD.sub(rf"\1{REDACTED}", text)
        text = _JSON_MEMBER.sub(rf'\1"{REDACTED}"', text)
        return self.text(text).encode("utf-8", "surrogateescape")

    def _fields(self, text: str, names: frozenset[str]) -> str:
        """Clean ``name=value&…``; a name counts however it is escaped, and a known secret too."""
        return "&".join(self._unless_escaped(field, _field(field, names)) for field in text.split("&"))

    def _unless_escaped(self, raw: str, cleaned: str) -> str:
        """Return *cleaned*, without a known secret that only unescaping would show."""
        if "%" in raw and cleaned == raw:
            plain = unquote_plus(raw)
            if self.text(plain) != plain and self.text(raw) == raw:
                name, equals, _ = raw.partition("=")
                return f"{name}={REDACTED}" if equals else REDACTED
        return cleaned


def _field(field: str, names: frozenset[str]) -> str:
    name, equals, value = field.partition("=")
    return f"{name}={REDACTED}" if equals and _is_secret(name, value, names) else field


def _is_secret(name: str, value: str, names: frozenset[str]) -> bool:
    plain = unquote_plus(name).strip().lower()
    # The two secrets of PLAINTEXT are joined by "&", which no other signature holds.
    return plain in names or (plain == "oauth_signature" and "&" in unquote_plus(value))


def _header(name: str, value: str, names: frozenset[str]) -> str:
    if name == "authorization":
        return _authorization(value, names)
    if name in _HEADERS or "secret" in name or "password" in name:
        return REDACTED
    return _LOOSE_FIELD.sub(rf"\1{REDACTED}", value)


def _authorization(value: str, names: frozenset[str]) -> str:
    if scheme := _OAUTH.match(value):
        rest = value[scheme.end() :]
        if _HEADER_PAIR.sub("", rest).strip(", \t"):
            # What is not name="value" may be anything: the token of OAuth 2, a password.
            known = [pair[1] for pair in _HEADER_PAIR.finditer(rest) if pair[1].startswith("oauth_")]
            return (
                f"{scheme[0].strip()} [not well formed, not shown; with {', '.join(known) or 'no parameter'}]"
            )
        return scheme[0] + _HEADER_PAIR.sub(lambda pair: _clean_pair(pair, names), rest)
    word, blank, _ = value.strip().partition(" ")
    return f"{word} {REDACTED}" if blank else REDACTED


def _clean_pair(pair: re.Match[str], names: frozenset[str]) -> str:
    return f'{pair[1]}{pair[2]}"{REDACTED}"' if _is_secret(pair[1], pair[3], names) else pair[0]


def _json(body: bytes) -> str | None:
    """Clean JSON; it stays as it was written if there is nothing to take out. None if it is no JSON."""
    found: list[str] = []

    def cleaned(members: list[tuple[str, object]]) -> dict[str, object]:
        secret = [name for name, _ in members if name.strip().lower() in _NAMES]
        signed = [name for name, value in members if name == "oauth_signature" and "&" in str(value)]
        found.extend(secret + signed)
        return {name: REDACTED if name in (*secret, *signed) else value for name, value in members}

    try:
        value = json.loads(body, object_pairs_hook=cleaned)
        as_written = body.decode("utf-8")
    except (ValueError, RecursionError):
        return None if b"\0" not in body else _json_in_utf_16(body)
    # A known secret may be escaped: then only the rewritten text shows it.
    return json.dumps(value, ensure_ascii=False) if found or "\\u" in as_written else as_written


def _json_in_utf_16(body: bytes) -> str | None:
    """Rewrite JSON in UTF-16 or UTF-32, which ``json.loads`` reads as well, in UTF-8."""
    try:
        return _json(json.dumps(json.loads(body)).encode())
    except (ValueError, RecursionError):
        return None


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
