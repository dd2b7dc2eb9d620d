"""The answers of ``/account/*``: real HTTP statuses, and JSON or XML by ``Accept``."""

from __future__ import annotations

from decimal import Decimal

from ..domain.account import Account
from ..domain.wire import Headers, WireRequest, WireResponse

_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_COMMON: Headers = (("X-Frame-Options", "deny"), ("X-XSS-Protection", "1; mode=block;"))


def wants_xml(wire: WireRequest) -> bool:
    """Whether ``Accept`` asks for XML; JSON where it says nothing, ``*/*``, or JSON first."""
    for accepted in (wire.header("accept") or "").lower().split(","):
        kind = accepted.partition(";")[0].strip()
        if kind in ("application/json", "*/*", "application/*"):
            return False
        if kind in ("application/xml", "text/xml"):
            return True
    return False


def balance(account: Account, *, xml: bool, trace_id: str) -> WireResponse:
    """Answer ``/account/get-balance``: the amount in EUR, with as many decimals as it needs."""
    value = _shortest(account.balance)
    auto_reload = "true" if account.auto_reload else "false"
    if xml:
        inner = f"<value>{account.balance:.8f}</value><autoReload>{auto_reload}</autoReload>"
        return _answer(200, f"<accountBalance>{inner}</accountBalance>", xml=True, trace_id=trace_id)
    return _answer(200, f'{{"value":{value},"autoReload":{auto_reload}}}', xml=False, trace_id=trace_id)


def unauthorized(*, xml: bool, trace_id: str, root: str = "response", headers: Headers = ()) -> WireResponse:
    """Answer a call that is not authorised: 401 and the ``error-code`` pair."""
    if xml:
        body = (
            f"<{root}><error-code>401</error-code>"
            f"<error-code-label>authentication failed</error-code-label></{root}>"
        )
    else:
        body = '{"error-code":"401","error-code-label":"authentication failed"}'
    return _answer(401, body, xml=xml, trace_id=trace_id, headers=headers)


def _answer(status: int, body: str, *, xml: bool, trace_id: str, headers: Headers = ()) -> WireResponse:
    content_type = "application/xml;charset=UTF-8" if xml else "application/json;charset=UTF-8"
    return WireResponse(
        status=status,
        headers=(("Content-Type", content_type), *_COMMON, ("X-Nexmo-Trace-Id", trace_id), *headers),
        body=(_XML_DECLARATION + body if xml else body).encode(),
    )


def _shortest(value: Decimal) -> str:
    """Write a number as Java writes a double: as many decimals as it has, one at the least."""
    text = f"{value:f}"
    if "." not in text:
        return text + ".0"
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text
