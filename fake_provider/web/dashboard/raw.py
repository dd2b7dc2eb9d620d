"""Requests and answers as text: as they stood on the wire, as a curl command, as parameters."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from http import HTTPStatus

from ...domain.wire import Headers, WireRequest, WireResponse, media_type
from ...oauth.protocol import FORM, form_pairs, header_pairs, query_pairs
from ...redaction import REDACTED
from ..html import fit

MAX_SHOWN = 12_000
"""Characters of a body on a page, once it is escaped; all that is kept can be loaded beside it."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
# curl makes these itself, from what else it is told.
_MADE_BY_CURL = frozenset({"host", "content-length", "connection", "transfer-encoding", "expect"})
_MAX_PARAMETERS = 80
# What stands in the trace for a body that is no text.
_NOT_KEPT = re.compile(r"\[\d+ bytes [^\]]*not shown\]")


def request_text(request: WireRequest) -> str:
    """Write a request as it stood on the wire, so much of it as a page can bear."""
    return _shortened(*_request_halves(request))


def response_text(response: WireResponse) -> str:
    """Write an answer as it stood on the wire, so much of it as a page can bear."""
    return _shortened(*_response_halves(response))


def whole_text(message: WireRequest | WireResponse) -> str:
    """Write all that was kept of a request or an answer."""
    halves = _request_halves(message) if isinstance(message, WireRequest) else _response_halves(message)
    return "\n\n".join(halves)


def _shortened(head: str, body: str) -> str:
    return f"{cut_body(head)}\n\n{cut_body(body)}"


def _request_halves(request: WireRequest) -> tuple[str, str]:
    host = () if request.header("host") else (("Host", request.host),)
    return _halves(f"{request.method} {request.target} HTTP/1.1", (*host, *request.headers), request.body)


def _response_halves(response: WireResponse) -> tuple[str, str]:
    phrase = _PHRASES.get(response.status, "")
    return _halves(f"HTTP/1.1 {response.status} {phrase}".rstrip(), response.headers, response.body)


def _halves(first: str, headers: Headers, body: bytes) -> tuple[str, str]:
    return "\n".join([first, *(f"{name}: {value}" for name, value in headers)]), text_of(body)


def text_of(body: bytes) -> str:
    """Return a body as text."""
    return body.decode("utf-8", "replace")


def cut_body(text: str) -> str:
    """Return so much of a text as a page can bear, and say how much is left out."""
    shown = fit(text, MAX_SHOWN)
    if shown == text:
        return text
    return f"{shown[:-1]}\n[… {len(text) - len(shown) + 1:,} more characters]"


def parameters(request: WireRequest) -> Sequence[tuple[str, str, str]]:
    """Return the parameters of a request, decoded, each with the place where it stood: header, query or form."""
    found = [("header", *pair) for pair in header_pairs(request)]
    found += [("query", *pair) for pair in query_pairs(request)]
    if media_type(request.header("content-type")) == FORM:
        found += [("form", *pair) for pair in form_pairs(request)]
    return found[:_MAX_PARAMETERS]


def curl(request: WireRequest) -> str | None:
    """Write a curl command that sends the same request again, octet by octet; None where its body is not known.

    A signature is not made anew: the same nonce is refused the second time.
    """
    if _NOT_KEPT.fullmatch(text_of(request.body)):
        return None
    words = ["curl"]
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != ("POST" if request.body else "GET"):
        words.append(f"-X {_quoted(request.method)}")
    if any(character in request.target for character in "[]{}"):
        words.append("--globoff")
    if "/." in request.raw_path:
        words.append("--path-as-is")
    words.append(_quoted(request.url))
    lines = [" ".join(words)]
    named = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        if name.lower() not in _MADE_BY_CURL:
            # Without a value curl leaves a header out, unless it is told to send it empty.
            lines.append(f"-H {_quoted(f'{name}: {value}' if value else f'{name};')}")
    made_up = {"user-agent", "accept", *({"content-type"} if request.body else ())}
    lines += [f"-H {_quoted(f'{name}:')}" for name in sorted(made_up - named)]
    if request.body:
        lines.append(f"--data-raw {_quoted(request.body.decode('utf-8', 'surrogateescape'))}")
    command = " \\\n  ".join(lines)
    if REDACTED in command:
        command = f"# Put your secrets where {REDACTED} stands.\n{command}"
    return command


def _quoted(text: str) -> str:
    """Quote for a shell; what cannot be shown is written in the way of bash."""
    if all(character.isprintable() or character == "\n" for character in text):
        return shlex.quote(text)
    escaped = "".join(_escaped(character) for character in text)
    return f"$'{escaped}'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return f"\\{character}"
    if character.isprintable():
        return character
    return "".join(f"\\x{octet:02x}" for octet in character.encode("utf-8", "surrogateescape"))
