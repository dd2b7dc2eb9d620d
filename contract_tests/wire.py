"""What goes over the wire, between the form in which requests has it and that of a recording."""

from __future__ import annotations

from email.message import Message
from io import BytesIO
from types import SimpleNamespace

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from fake_provider.contract.exchange import Answer, Request


def request_of(prepared: requests.PreparedRequest) -> Request:
    """Return the request that is about to be sent."""
    body = prepared.body or b""
    return Request(
        method=prepared.method or "GET",
        url=prepared.url or "",
        headers=tuple((name, _text(value)) for name, value in prepared.headers.items()),
        body=_text(body),
    )


def answer_of(response: requests.Response) -> Answer:
    """Return the answer that came; its headers in their order, each as often as it stands there."""
    headers = getattr(response.raw, "headers", None) or response.headers
    return Answer(
        status=response.status_code,
        reason=response.reason or "",
        headers=tuple((str(name), str(value)) for name, value in headers.items()),
        body=_text(response.content),
    )


def response_of(answer: Answer, prepared: requests.PreparedRequest) -> requests.Response:
    """Return *answer* as a session would give it, with its cookies."""
    message = Message()
    for name, value in answer.headers:
        message[name] = value
    raw = HTTPResponse(
        body=BytesIO(answer.body.encode("utf-8", "surrogateescape")),
        headers=HTTPHeaderDict(answer.headers),
        status=answer.status,
        reason=answer.reason,
        preload_content=False,
        # Where requests looks for cookies.
        original_response=SimpleNamespace(msg=message, isclosed=lambda: True, close=lambda: None),  # type: ignore[arg-type]
    )
    response: requests.Response = HTTPAdapter().build_response(prepared, raw)
    assert response.content is not None  # reads it, so that nothing is left open
    return response


def _text(body: str | bytes) -> str:
    return body if isinstance(body, str) else bytes(body).decode("utf-8", "surrogateescape")
