"""From the parameters of a request to a Submission, or to the problem that refuses it.

The checks stand in the order in which Nexmo is thought to have made them; one function each, from the top down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..domain.message import NOTHING, Submission
from ..domain.parameters import JSON_TYPES as JSON_TYPES
from ..domain.transient import transient
from . import status
from .parts import MAX_CHARACTERS
from .status import Problem


@dataclass(frozen=True, slots=True)
class Type:
    """What a type of SMS asks for beside ``from`` and ``to``, and what must not come with it."""

    required: tuple[str, ...]
    forbidden: tuple[str, ...] = ()


TYPES: Mapping[str, Type] = {
    "text": Type(("text",)),
    "unicode": Type(("text",)),
    "binary": Type(("udh", "body"), ("text",)),
    "wappush": Type(("title", "url"), ("text",)),
    "vcal": Type(("vcal",)),
    "vcard": Type(("vcard",)),
}
"""From the SMS API reference of 2017."""

_CONTENT = frozenset(name for one in TYPES.values() for name in one.required)
_CONTENT_OF_OTHERS = {kind: tuple(sorted(_CONTENT.difference(one.required))) for kind, one in TYPES.items()}

DETAILS = frozenset(
    {
        "udh",
        "body",
        "title",
        "url",
        "validity",
        "vcal",
        "vcard",
        "status-report-req",
        "callback",
        "ttl",
        "ttl-hours",
        "ttl-minutes",
        "ttl-seconds",
        "message-class",
        "protocol-id",
        "network-code",
        "test-reachable",
        "entity-id",
        "content-id",
    }
)
"""What a message keeps of its request beside the common parameters."""

_COMMON = ("from", "to", "type", "text", "client-ref", "account-ref")
_CREDENTIALS = ("api_key", "api_secret", "username", "password", "sig", "timestamp")
KNOWN = frozenset((*_COMMON, *_CREDENTIALS, *DETAILS))
"""All parameters that any source names; others were ignored."""

MAX_OCTETS = 140
# An SI of a wappush in WBXML: header, tags and terminators beside the URL and the title (WAP-167).
_WAPPUSH_OCTETS = 24
_TTL_MILLISECONDS = range(20_000, 604_800_000 + 1)  # from Nexmo's OpenAPI description
_TTL_PARTS = {"ttl-hours": 3_600_000, "ttl-minutes": 60_000, "ttl-seconds": 1_000}
_TTL_DIGITS = 12
_MAX_CALLBACK_CHARACTERS = 2_000
_ALPHANUMERIC = re.compile("[A-Za-z0-9 ]+")
_MAX_SENDER_DIGITS, _MAX_SENDER_CHARACTERS = 15, 11
MAX_CLIENT_REF_CHARACTERS = 40

_LONGEST_WORD = 20  # a longer one of a client may hold anything, and would end in a log
_YES_OR_NO = frozenset({"0", "1", "true", "false", ""})


def recipient(given: Mapping[str, str], *, tolerant: bool) -> str:
    """Return ``to`` as it is looked at: a tolerant provider drops a plus sign, which may have become a blank, and blanks around."""
    to = given.get("to", "")
    return to.strip(" ").removeprefix("+").strip(" ") if tolerant else to


def submission(given: Mapping[str, str], *, tolerant: bool) -> Submission | Problem:
    """Read a submission from its parameters, in the order in which Nexmo is thought to have checked them.

    *tolerant* lets pass what the documentation asks for but no source shows to be refused.
    """
    to = recipient(given, tolerant=tolerant)
    kind = given.get("type") or "text"
    asked = _Asked(given=given, kind=kind, to=to, tolerant=tolerant)
    # Most messages bring nothing but what is common, and then half of the checks have nothing to look at.
    for check in _COMMON_CHECKS if DETAILS.isdisjoint(given) else _CHECKS:
        if problem := check(asked):
            return problem
    required = TYPES[kind].required
    return Submission(
        sender=given["from"],
        to=to,
        type=kind,
        text=given[required[0]] if kind in ("text", "unicode", "vcal", "vcard") else given.get("title", ""),
        octets=_octets(kind, given),
        client_ref=given.get("client-ref"),
        account_ref=given.get("account-ref"),
        details=details(given),
    )


def details(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a message keeps beside the common parameters."""
    if DETAILS.isdisjoint(given):
        return NOTHING
    return {name: value for name, value in given.items() if name in DETAILS}


def _octets(kind: str, given: Mapping[str, str]) -> int:
    match kind:
        case "binary":
            return (len(given["udh"]) + len(given["body"])) // 2
        case "wappush":
            return _WAPPUSH_OCTETS + len(given["title"].encode()) + len(given["url"].encode())
        case "vcal" | "vcard":
            return len(given[kind].encode())
        case _:
            return 0


@transient
class _Asked:
    """What is checked: the parameters, whom they are for, and whether the provider is tolerant."""

    given: Mapping[str, str]
    kind: str  # the type of the SMS, as it was given
    to: str
    tolerant: bool

    def get(self, name: str) -> str:
        """Return a parameter, "" where it is absent."""
        return self.given.get(name, "")


_Check = Callable[[_Asked], Problem | None]


def _sender_and_recipient_are_there(asked: _Asked) -> Problem | None:
    if not asked.get("from"):
        return status.missing("from")
    return None if asked.to else status.missing("to")


def _content_is_there(asked: _Asked) -> Problem | None:
    wanted = TYPES.get(asked.kind)
    if wanted is None:
        return status.problem(status.INVALID_PARAMS, status.INVALID_PARAMS_LABEL)
    for name in wanted.required:
        if not asked.get(name):
            return status.missing(name)
    if not asked.tolerant and any(asked.get(name) for name in wanted.forbidden):
        return status.problem(status.INVALID_PARAMS, status.INVALID_PARAMS_LABEL)
    return None


def _content_is_well_formed(asked: _Asked) -> Problem | None:
    if asked.kind == "binary" and not all(
        re.fullmatch("(?:[0-9A-Fa-f]{2})*", asked.given[name]) for name in ("udh", "body")
    ):
        return status.problem(status.INVALID_PARAMS, status.INVALID_PARAMS_LABEL)
    if asked.kind == "binary":
        too_long = _octets(asked.kind, asked.given) > MAX_OCTETS
    else:
        too_long = max(map(len, map(asked.get, TYPES[asked.kind].required))) > MAX_CHARACTERS
    return status.problem(status.TOO_LONG) if too_long else None


def _recipient_is_numeric(asked: _Asked) -> Problem | None:
    return None if asked.to.isascii() and asked.to.isdigit() else status.problem(status.INVALID_PARAMS)


def _sender_is_legal(asked: _Asked) -> Problem | None:
    if asked.tolerant or not unusual_sender(asked.given["from"]):
        return None
    return status.problem(status.ILLEGAL_SENDER)


def _ttl_is_in_range(asked: _Asked) -> Problem | None:
    """``ttl`` is in milliseconds; the hours, minutes and seconds of earlier years add up where there is none."""
    sizes = {"ttl": 1} if asked.get("ttl") else _TTL_PARTS
    stated = [text for name in sizes if (text := asked.get(name))]
    if all(_is_number(text) and len(text) <= _TTL_DIGITS for text in stated):
        milliseconds = sum(int(asked.get(name) or 0) * size for name, size in sizes.items())
        if not stated or milliseconds in _TTL_MILLISECONDS:
            return None
    return status.problem(status.INVALID_TTL)


def _class_is_known(asked: _Asked) -> Problem | None:
    if asked.get("message-class") in ("", "0", "1", "2", "3"):
        return None
    return status.problem(status.INVALID_CLASS)


def _network_is_well_formed(asked: _Asked) -> Problem | None:
    code = asked.get("network-code")
    if not code or re.fullmatch("[0-9]{5,6}", code):
        return None
    return status.problem(status.INVALID_NETWORK)


def _callback_is_a_url(asked: _Asked) -> Problem | None:
    callback = asked.get("callback")
    if not callback or is_url(callback):
        return None
    return status.problem(status.INVALID_CALLBACK)


def _numbers_are_numbers(asked: _Asked) -> Problem | None:
    protocol, validity = asked.get("protocol-id"), asked.get("validity")
    sound = (
        (not protocol or (_is_number(protocol) and len(protocol) <= 3 and int(protocol) <= 255))
        and (not validity or (_is_number(validity) and len(validity) <= _TTL_DIGITS))
        and (asked.tolerant or asked.get("status-report-req").lower() in _YES_OR_NO)
    )
    return None if sound else status.problem(status.INVALID_PARAMS, status.INVALID_PARAMS_LABEL)


_COMMON_CHECKS: tuple[_Check, ...] = (
    _sender_and_recipient_are_there,
    _content_is_there,
    _content_is_well_formed,
    _recipient_is_numeric,
    _sender_is_legal,
)
_CHECKS: tuple[_Check, ...] = (
    *_COMMON_CHECKS,
    _ttl_is_in_range,
    _class_is_known,
    _network_is_well_formed,
    _callback_is_a_url,
    _numbers_are_numbers,
)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def is_url(text: str) -> bool:
    """Whether *text* is an http or https URL to which a webhook may be sent, as far as its form goes."""
    if len(text) > _MAX_CALLBACK_CHARACTERS or re.search(r"[\x00-\x20\x7f\\]", text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def unusual_sender(sender: str) -> bool:
    """Whether ``from`` is neither a number of at most 15 digits nor up to 11 letters, digits and blanks."""
    if _is_number(sender):
        return len(sender) > _MAX_SENDER_DIGITS or sender.startswith("00")
    return len(sender) > _MAX_SENDER_CHARACTERS or not _ALPHANUMERIC.fullmatch(sender)


def wants_receipt(details: Mapping[str, str], *, on_request: bool) -> bool:
    """Whether receipts are wanted; where nothing is said, unless they come *on_request* only."""
    asked = details.get("status-report-req", "").lower()
    return asked in ("1", "true") if on_request or asked else True


@dataclass(frozen=True, slots=True)
class Leniency:
    """Something that was accepted though the documentation asks for something else."""

    code: str
    detail: str


def leniencies(given: Mapping[str, str], repeated: Sequence[str]) -> Iterator[Leniency]:
    """What a tolerant provider has let pass in a submission that it accepted; *repeated* names came more than once."""
    kind = given.get("type") or "text"
    if not _is_number(given["to"]):
        yield Leniency("to-with-plus", given["to"][:1])
    if unusual_sender(given["from"]):
        yield Leniency("sender-unusual", "")
    if len(given.get("client-ref", "")) > MAX_CLIENT_REF_CHARACTERS:
        yield Leniency("client-ref-too-long", str(len(given["client-ref"])))
    if named := [name for name in _CONTENT_OF_OTHERS[kind] if given.get(name)]:
        yield Leniency("parameter-not-for-type", f"{', '.join(named)} with type={kind}")
    for name in sorted(KNOWN.intersection(repeated)) if repeated else ():
        yield Leniency("sms-parameter-repeated", name)
    if KNOWN.issuperset(given):
        return
    unknown = [name for name in given if name not in KNOWN and not name.startswith("oauth_")]
    if unknown:
        first = repr(unknown[0]) if len(unknown[0]) <= _LONGEST_WORD else "a long name"
        yield Leniency(
            "parameter-unknown", first if len(unknown) == 1 else f"{first} and {len(unknown) - 1} more"
        )
