"""At which answers the clauses of a section look, and at what of them: so a difference there is forbidden.

The rule: a difference is forbidden by those clauses of the recorded test whose section looks at that aspect of
that endpoint's answer. A section that looks at every endpoint looks at those calls to which its test leads up, not at the
steps of OAuth's way before them. A header is looked at by the clauses whose sentence names it (``about``). Whatever no clause
looks at (``Server``, another header more, words for people, a page's HTML, a price) is a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..contract import Clause, catalogue
from ..contract.exchange import Exchange, RecordedTest, Step
from .about import is_about
from .comparing import Aspect, Difference

_BODY = frozenset(
    {Aspect.MISSING, Aspect.ADDED, Aspect.TYPE, Aspect.VALUE, Aspect.ORDER, Aspect.LAYOUT, Aspect.MEDIA_TYPE}
)
_FORM = frozenset(
    {Aspect.MISSING, Aspect.VALUE, Aspect.TYPE, Aspect.MEDIA_TYPE}
)  # a form's order says nothing
_OUTCOME = frozenset({Aspect.STATUS, Aspect.CHALLENGE, Aspect.NOT_ASKED})
_PUSHED = _BODY | {Aspect.METHOD, Aspect.COUNT, Aspect.LOCATION}
_EVERYTHING = _OUTCOME | _PUSHED
_NOTES = frozenset({Aspect.HEADER, Aspect.WORDS, Aspect.MARKET})


@dataclass(frozen=True, slots=True)
class Look:
    """What the clauses of a section look at; ``path`` is a regular expression, "" for where the test leads up to.

    Attributes:
        webhooks: at what of a webhook, and of how many there are.
    """

    path: str
    aspects: frozenset[Aspect]
    webhooks: frozenset[Aspect] = frozenset()


_API = "/(account|number|search)/"
_SMS = Look("/sms/", _OUTCOME | _BODY)

LOOKS: Mapping[str, Look] = {
    "GUIDE": Look("", _OUTCOME | _FORM),
    "OAUTH-REQ": Look("/oauth/request_token", _OUTCOME | _FORM),
    "OAUTH-AUTH": Look("/oauth/", _OUTCOME | {Aspect.LOCATION}),
    "OAUTH-ACC": Look("/oauth/access_token", _OUTCOME | _FORM),
    "OAUTH-TOK": Look("", _OUTCOME),
    "OAUTH-MSG": Look("", _OUTCOME),
    "OAUTH-SIG": Look("", _OUTCOME),
    "OAUTH-NONCE": Look("", _OUTCOME),
    "OAUTH-PROB": Look("", _OUTCOME | _FORM),
    "SMS-REQ": _SMS,
    "SMS-TYPE": _SMS,
    "SMS-OK": _SMS,
    "SMS-XML": _SMS,
    "SMS-ERR": _SMS,
    "SMS-PART": _SMS,
    "SMS-SIG": _SMS,
    "DLR": Look("/sms/", _OUTCOME, _PUSHED),
    "MO": Look("/sms/", _OUTCOME, _PUSHED),
    "HAS": Look("/(sms|account|number|search)/", frozenset({Aspect.STATUS})),
    "KEY": Look(_API, _OUTCOME | _BODY),
    "ACC": Look("/account/get-balance", _OUTCOME | _BODY),
    "SET": Look("/account/(settings|top-up)", _OUTCOME | _BODY),
    "PRICE": Look("/account/get-.*pricing", _OUTCOME | _BODY),
    "NUM": Look("/(account/numbers|number/)", _OUTCOME | _BODY),
    "SEARCH": Look("/search/", _OUTCOME | _BODY),
}
"""By the section's id. A test sees to it that none is missing; one that a newer catalogue has looks at everything."""
_ELSE = Look("", _EVERYTHING, _PUSHED)

_CHARSET = "header Content-Type"
"""What differs there is the charset, of which no clause says anything: of another media type it is told as that."""
_STAGES = ("/oauth/request_token", "/oauth/auth", "/oauth/access_token")


def forbidding(difference: Difference, step: Step, test: RecordedTest) -> list[str]:
    """Return the clauses of *test* that forbid *difference*, found in the answer of an exchange, or in a webhook."""
    if difference.aspect is Aspect.HEADER and difference.where != _CHARSET:
        # Of all headers there are, a provider may send what it likes but for those that a sentence names.
        return [one for one in test.clauses if is_about(one, difference) and _is_there(one, step)]
    if difference.aspect in _NOTES:
        return []
    return [one for one in test.clauses if _looks(one, difference, step, test)]


def _is_there(clause_id: str, step: Step) -> bool:
    """Whether the clause's section looks at the answers of this endpoint."""
    look = LOOKS.get(section_of(clause_id), _ELSE)
    return isinstance(step, Exchange) and re.match(look.path, step.request.path) is not None


def _looks(clause_id: str, difference: Difference, exchange: Step, test: RecordedTest) -> bool:
    look = LOOKS.get(section_of(clause_id), _ELSE)
    if not isinstance(exchange, Exchange):
        return difference.aspect in look.webhooks
    if difference.aspect not in look.aspects:
        return False
    if difference.aspect is Aspect.NOT_ASKED:
        return True
    if look.path:
        return re.match(look.path, exchange.request.path) is not None
    return _stage(exchange) == max(_stage(step) for step in exchanges(test))


def section_of(clause_id: str) -> str:
    """Return the section of a clause, by its id."""
    return clause_id.rpartition("-")[0]


def exchanges(test: RecordedTest) -> list[Exchange]:
    """Return the exchanges of *test* with the provider, without those with a fake's control API."""
    return [step for step in test.steps if isinstance(step, Exchange) and not step.request.is_control]


def known(ids: Iterable[str]) -> dict[str, Clause | None]:
    """Return these clauses in the catalogue's order; None for one that it does not have."""
    by_id, wanted = catalogue().by_id(), set(ids)
    in_order: dict[str, Clause | None] = {one: clause for one, clause in by_id.items() if one in wanted}
    return in_order | dict.fromkeys(sorted(wanted - by_id.keys()))


def _stage(exchange: Exchange) -> int:
    """Return how far on OAuth's way an exchange is; calls of the API are the end of it."""
    path = exchange.request.path
    return next((number for number, prefix in enumerate(_STAGES) if path.startswith(prefix)), len(_STAGES))
