"""The answers of the account, number and search endpoints: real HTTP statuses, and JSON or XML by ``Accept``."""

from __future__ import annotations

from ..domain.account import Account
from ..domain.wire import Headers, WireRequest, WireResponse
from .document import Document, Members

_COMMON: Headers = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubdomains"),
    ("X-Frame-Options", "deny"),
    ("X-XSS-Protection", "1; mode=block;"),
)
_CONTENT_TYPES = {True: "application/xml;charset=UTF-8", False: "application/json;charset=UTF-8"}

MAX_REQUESTS = 30
"""A second, in either direction: from the reference of 2017."""


def result(code: int, label: str, *, root: str = "response") -> Document:
    """Return the pair that says what came of a call: of all that fail, and of those that answer nothing else."""
    members = {"error-code": str(code), "error-code-label": label}
    return Document(root=root, members=members, standalone=True)


SUCCESS = result(200, "success")

KEY_REQUIRED = Document(
    root="account-settings",
    members={
        "max-outbound-request": 0,
        "max-inbound-request": 0,
        "max-calls-per-second": 0,
        "error-code": "420",
        "error-code-label": "API key is required",
    },
)
"""What ``/account/settings`` was seen to answer, with HTTP 420, to a call without any credentials."""


def balance(account: Account) -> Document:
    """Return the answer of ``/account/get-balance``: the amount in EUR, with as many decimals as it needs."""
    members: Members = {"value": account.balance, "autoReload": account.auto_reload}
    return Document(root="accountBalance", members=members, standalone=True)


def settings(account: Account, *, new_secret: str | None = None) -> Document:
    """Return the answer of ``/account/settings``; whether a URL that is not set is left out or "" is unknown."""
    members: Members = {
        "api-secret": new_secret,
        "mo-callback-url": account.mo_callback_url or "",
        "dr-callback-url": account.dr_callback_url or "",
        "max-outbound-request": MAX_REQUESTS,
        "max-inbound-request": MAX_REQUESTS,
        "max-calls-per-second": MAX_REQUESTS,
    }
    return Document(root="account-settings", members=members)


def wants_xml(wire: WireRequest) -> bool:
    """Whether ``Accept`` asks for XML; JSON where it says nothing, ``*/*``, or JSON first."""
    for accepted in (wire.header("accept") or "").lower().split(","):
        kind = accepted.partition(";")[0].strip()
        if kind in ("application/json", "*/*", "application/*"):
            return False
        if kind in ("application/xml", "text/xml"):
            return True
    return False


def answer(
    document: Document | None, *, xml: bool, trace_id: str, status: int = 200, headers: Headers = ()
) -> WireResponse:
    """Return *document* as an answer; None is one without a body."""
    body = "" if document is None else document.as_xml() if xml else document.as_json()
    content_type = ("Content-Type", _CONTENT_TYPES[xml])
    return WireResponse(
        status=status,
        headers=(content_type, *_COMMON, ("X-Nexmo-Trace-Id", trace_id), *headers),
        body=body.encode(),
    )


def unauthorized(*, xml: bool, trace_id: str, root: str = "response", headers: Headers = ()) -> WireResponse:
    """Answer a call that is not authorised: 401 and the ``error-code`` pair."""
    document = result(401, "authentication failed", root=root)
    return answer(document, status=401, xml=xml, trace_id=trace_id, headers=headers)
