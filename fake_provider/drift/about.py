"""Of which part of an answer the sentence of a clause is: the other clauses of its section are not to blame for that part.

A row is for what its sentence names, a member or a header or the order; a clause without one is about the whole of what its
section looks at (``looks``). A difference that all clauses which look there are not about is left to all of them: it is forbidden
as before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .comparing import Aspect, Difference

_OF_ALL = frozenset({Aspect.STATUS, Aspect.CHALLENGE, Aspect.LOCATION, Aspect.NOT_ASKED})
"""Where these differ, no part of the answer is as it should be."""
_WHOLE = re.compile(r"body|parameters|(.+\.)?messages?(\[\d+\])?")
_OF_A_PART = frozenset({Aspect.ORDER, Aspect.LAYOUT})


@dataclass(frozen=True, slots=True)
class About:
    """A part of an answer: a regular expression for where it is, and in which aspects; none for all."""

    where: str = ""
    aspects: frozenset[Aspect] = frozenset()

    def has(self, difference: Difference) -> bool:
        """Whether *difference* is in it."""
        is_there = re.search(self.where, difference.where) is not None
        return is_there and (not self.aspects or difference.aspect in self.aspects)


def _member(*names: str) -> About:
    return About(rf"(^|[.<])({'|'.join(names)})(-\d+>)?$")


def _header(*names: str) -> About:
    return About(rf"^header ({'|'.join(names)})$")


_KEYS = About(aspects=frozenset({Aspect.ORDER, Aspect.MISSING, Aspect.ADDED}))
_LAYOUT = About(aspects=frozenset({Aspect.LAYOUT}))
_COUNT = About(aspects=frozenset({Aspect.COUNT}))
_METHOD = About(aspects=frozenset({Aspect.METHOD}))
_SIGNATURE = _member("timestamp", "nonce", "sig")
_SECURITY = ("Strict-Transport-Security", "X-Frame-Options", "X-Xss-Protection")

ABOUT: Mapping[str, About] = {
    "SMS-OK-01": _KEYS,
    "SMS-OK-02": _member("message-count"),
    "SMS-OK-03": _member("status"),
    "SMS-OK-04": _member("remaining-balance", "message-price"),
    "SMS-OK-05": _member("message-id"),
    "SMS-OK-06": _member("message-id"),
    "SMS-OK-07": _member("network"),
    "SMS-OK-08": _member("remaining-balance", "message-price"),
    "SMS-OK-09": _member("client-ref"),
    "SMS-OK-10": _member("account-ref"),
    "SMS-OK-11": About(aspects=frozenset({Aspect.ORDER})),
    "SMS-OK-12": About(aspects=frozenset({Aspect.ADDED})),
    "SMS-OK-13": _header("Content-Type"),
    "SMS-OK-14": _LAYOUT,
    "SMS-OK-15": _header("X-Nexmo-Trace-Id"),
    "SMS-OK-16": _member("to"),
    "SMS-OK-17": About(r"messages\[\d+\]\.", frozenset({Aspect.TYPE})),
    "SMS-OK-18": _header("Cache-Control", *_SECURITY),
    "SMS-OK-19": _header("Content-Disposition"),
    "SMS-XML-01": _KEYS,
    "SMS-XML-03": _member("clientRef"),
    "SMS-XML-04": _LAYOUT,
    "SMS-XML-05": _LAYOUT,
    "SMS-XML-06": _header("Content-Type"),
    "SMS-PART-12": _member("message-id"),
    "SMS-PART-13": _member("remaining-balance", "message-price"),
    "SMS-PART-14": _member("to", "network", "client-ref"),
    "SMS-PART-16": _member("message-count"),
    "DLR-01": _METHOD,
    "DLR-02": _KEYS,
    "DLR-03": _member("msisdn", "to"),
    "DLR-04": _member("messageId"),
    "DLR-05": _member("price", "network-code"),
    "DLR-06": _member("status", "err-code"),
    "DLR-07": _member("scts"),
    "DLR-08": _member("message-timestamp"),
    "DLR-09": _member("client-ref"),
    "DLR-10": _COUNT,
    "DLR-11": About(aspects=frozenset({Aspect.METHOD, Aspect.MEDIA_TYPE, Aspect.TYPE, Aspect.LAYOUT})),
    "DLR-12": _header("Content-Type"),
    "DLR-13": _header("User-Agent", "Accept"),
    "DLR-14": _COUNT,
    "DLR-15": _COUNT,
    "DLR-16": _COUNT,
    "DLR-17": _COUNT,
    "DLR-18": _COUNT,
    "DLR-19": _COUNT,
    "DLR-20": _member("status", "err-code"),
    "DLR-21": About("^how long the receiver"),
    "DLR-22": _SIGNATURE,
    "DLR-23": _COUNT,
    "DLR-24": _LAYOUT,
    "DLR-25": _COUNT,
    "MO-01": _KEYS,
    "MO-02": _member("msisdn", "to", "text"),
    "MO-03": _member("keyword"),
    "MO-04": _member("message-timestamp"),
    "MO-05": _member("concat", "concat-ref", "concat-total", "concat-part"),
    "MO-06": _member("concat-part", "text"),
    "MO-07": _COUNT,
    "MO-08": _member("data", "udh", "type"),
    "MO-09": _member("type"),
    "MO-10": _METHOD,
    "MO-11": _COUNT,
    "MO-12": _member("messageId"),
    "MO-13": _SIGNATURE,
    "ACC-03": _header("Content-Type"),
    "ACC-11": _header("X-Nexmo-Trace-Id"),
    "ACC-12": _header(*_SECURITY),
    "ACC-13": _LAYOUT,
}
"""By the clause's id; a test sees to it that each is in the catalogue."""


def is_about(clause_id: str, difference: Difference) -> bool | None:
    """Return whether the clause's sentence is about what differs; None where it may be, for all that is known."""
    about = ABOUT.get(clause_id)
    if about is None or difference.aspect in _OF_ALL:
        return None
    if about.has(difference):
        return True
    is_whole = _WHOLE.fullmatch(difference.where) and difference.aspect not in _OF_A_PART
    return None if is_whole else False
