"""What the SMS API let pass though its documentation asks for something else: codes, words, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.finding import Finding, Severity

_REFERENCE = "Nexmo SMS API reference 2017"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code; ``{detail}`` is what was seen in this request."""

    severity: Severity
    message: str
    source: str = _REFERENCE


TABLE: Mapping[str, Entry] = {
    "to-with-plus": Entry(
        "note",
        "The plus sign or the blanks around to were dropped; the documentation asks to leave them out.",
    ),
    "sender-unusual": Entry(
        "warning",
        "from is neither a number of at most 15 digits, without plus or 00, nor up to 11 letters and digits: "
        "it may be altered, or the message not delivered.",
    ),
    "client-ref-too-long": Entry(
        "warning",
        "client-ref has {detail} characters; 40 are allowed.",
        "Nexmo OpenAPI description of the SMS API 1.0.10",
    ),
    "parameter-not-for-type": Entry("warning", "Ignored: {detail}."),
    "sms-parameter-repeated": Entry(
        "warning", "{detail} came more than once; the first one counted.", "no source says which counts"
    ),
    "parameter-unknown": Entry(
        "note", "The SMS API has no parameter {detail}; it was ignored.", "no source names it"
    ),
    "characters-not-in-gsm": Entry(
        "warning",
        "With type=text a handset shows ? for {detail}; send type=unicode.",
        f"{_REFERENCE}, 3GPP TS 23.038 §6.2.1",
    ),
    "length-missing": Entry(
        "note",
        "A POST without Content-Length was answered with HTTP 411 from June 2014 on.",
        "vonage-node-sdk, commit 5bce2418",
    ),
    "callback-not-checked": Entry(
        "note",
        "{detail} was saved without asking whether it answers 200 to a GET, as Nexmo did.",
        "Nexmo developer API reference 2017",
    ),
}


def finding(code: str, detail: str) -> Finding:
    """Word one of them."""
    entry = TABLE[code]
    return Finding(
        code=code,
        severity=entry.severity,
        message=entry.message.format(detail=detail),
        source=entry.source,
    )
