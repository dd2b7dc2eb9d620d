"""Mistakes of ``/account/numbers`` and ``/number/…``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fake_provider.account import numbers, parse
from fake_provider.account.document import Document, Items
from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.errors import Conflict
from fake_provider.operations import api
from fake_provider.operations import numbers as operations

from .bodies import as_text, each_item, members
from .mutant import (
    Mutant,
    Replacement,
    Seam,
    always,
    answered,
    instead,
    store,
    value,
    written,
)

NUMBERS = "/account/numbers/?.*|/number/.*"


def _with(body: bytes) -> Callable[[WireRequest, WireResponse], WireResponse]:
    return lambda _, answer: replace(answer, body=body) if answer.status == 200 else answer


def _xml_is_flat(usual: Replacement, self: Document, name: str, found: Any) -> str:
    return str(usual(self, name, Items(found.values) if isinstance(found, Items) else found))


def _xml_wrapped(usual: Replacement, self: Document, name: str, found: Any) -> str:
    if isinstance(found, Items) and found.each is None:
        found = Items(found.values, each="number")
    return str(usual(self, name, found))


def _anybodys(usual: Replacement, held: MemoryStore, email: str, number: Any, *, price: Decimal) -> Any:
    for one in held.accounts():
        if one.number(number.msisdn):
            held.change_account(one.email, lambda owner: owner.without_number(number.msisdn))
    return usual(held, email, number, price=price)


def _bought_by_nobody(
    usual: Replacement, held: MemoryStore, email: str, number: Any, *, price: Decimal
) -> Any:
    if held.account_with_number(number.msisdn):
        raise Conflict("taken")
    return held.account(email)


def _of_anybody(usual: Replacement, call: api.ApiCall) -> Any:
    msisdn = call.given.get("msisdn", "")
    owner = call.ports.store.account_with_number(msisdn)
    return (owner.number(msisdn) if owner else None) or usual(call)


def _selection(**changes: str) -> Seam:
    """Read a selection of numbers with other parameters than came."""
    return instead(parse, "selection", lambda usual, given: usual({**given, **changes}))


def _patterns(strategy: Callable[[str, str], bool]) -> Seam:
    return value(parse, "_STRATEGIES", dict.fromkeys("012", strategy))


def _any_feature(usual: Replacement, given: Any) -> Any:
    found = usual(given)
    return frozenset(sorted(found)[:1])


class _Unrented:
    """A store in which nobody has a number."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def account_with_number(self, msisdn: str) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _offering_taken() -> Seam:
    usual = operations.search

    def search_all(wire: WireRequest, ports: Any, policy: Any, *rest: Any, **named: Any) -> Any:
        return usual(wire, replace(ports, store=_Unrented(ports.store)), policy, *rest, **named)

    return value(operations, "search", search_all)


MUTANTS = (
    # Numbers
    Mutant(
        "nothing-on-offer",
        "Finds no number in any country.",
        clauses=("NUM-01", "NUM-04"),
        seam=answered("/number/search/?", _with(b'{"count":0,"numbers":[]}')),
    ),
    Mutant(
        "no-country-has-a-price",
        "Lists no country where the prices of all are asked for.",
        clauses=("PRICE-05",),
        seam=answered("/account/get-full-pricing/outbound/?", _with(b'{"count":0,"countries":[]}')),
    ),
    Mutant(
        "counts-are-texts",
        "Writes counts as texts.",
        clauses=("NUM-01",),
        seam=members(NUMBERS, as_text("count")),
    ),
    Mutant(
        "cost-is-a-number",
        "Writes the cost of a number as a JSON number.",
        clauses=("NUM-01",),
        seam=each_item(
            NUMBERS, "numbers", lambda one: {**one, "cost": float(one["cost"])} if "cost" in one else one
        ),
    ),
    Mutant(
        "features-are-a-text",
        "Writes features as one text.",
        clauses=("NUM-01",),
        seam=each_item(NUMBERS, "numbers", lambda one: {**one, "features": ",".join(one["features"])}),
    ),
    Mutant(
        "features-in-lower-case",
        "Writes features in lower case.",
        clauses=("NUM-01",),
        seam=each_item(
            NUMBERS, "numbers", lambda one: {**one, "features": [text.lower() for text in one["features"]]}
        ),
    ),
    Mutant(
        "no-numbers-is-an-empty-list",
        "Answers an empty list where there are no numbers.",
        clauses=(
            "NUM-05",
            "NUM-06",
        ),
        seam=members(NUMBERS, lambda members: members or {"count": 0, "numbers": []}),
    ),
    Mutant(
        "index-ignored",
        "Answers the first page whatever index says.",
        clauses=("NUM-03",),
        seam=_selection(index="1"),
    ),
    Mutant(
        "index-from-zero",
        "Counts pages from zero.",
        clauses=("NUM-03",),
        seam=instead(
            parse,
            "selection",
            lambda usual, given: usual({**given, "index": str(int(given.get("index") or 0) + 1)}),
        ),
    ),
    Mutant(
        "size-ignored",
        "Answers ten numbers whatever size says.",
        clauses=("NUM-03",),
        seam=_selection(size="10"),
    ),
    Mutant(
        "twenty-to-a-page",
        "Answers twenty numbers unless told otherwise.",
        clauses=("NUM-07",),
        seam=value(parse, "_DEFAULT_SIZE", 20),
    ),
    Mutant(
        "pattern-anywhere", "Finds a pattern anywhere.", clauses=("NUM-08",), seam=_patterns(str.__contains__)
    ),
    Mutant(
        "pattern-at-the-beginning",
        "Finds a pattern at the beginning only.",
        clauses=("NUM-08",),
        seam=_patterns(str.startswith),
    ),
    Mutant(
        "pattern-ignored",
        "Finds every number.",
        clauses=("NUM-08",),
        seam=_patterns(lambda msisdn, pattern: True),
    ),
    Mutant(
        "any-feature",
        "Finds numbers that have one of the features.",
        clauses=("NUM-04",),
        seam=instead(parse, "features", _any_feature),
    ),
    Mutant(
        "features-ignored",
        "Finds numbers whatever features they have.",
        clauses=("NUM-04",),
        seam=instead(parse, "features", always(frozenset())),
    ),
    Mutant(
        "numbers-sold-twice",
        "Sells a number that somebody has.",
        clauses=("NUM-13",),
        seam=store("rent", _anybodys),
    ),
    Mutant(
        "numbers-not-kept",
        "Answers success, and rents nothing.",
        clauses=("NUM-09",),
        seam=store("rent", _bought_by_nobody),
    ),
    Mutant(
        "numbers-stay-on-offer",
        "Goes on offering numbers that somebody has.",
        clauses=("NUM-09",),
        seam=_offering_taken(),
    ),
    Mutant(
        "numbers-of-anybody",
        "Lets an account cancel what another has.",
        clauses=("NUM-13",),
        seam=instead(operations, "_own", _of_anybody),
    ),
    Mutant(
        "updates-lost",
        "Answers an update, and saves nothing.",
        clauses=("NUM-10",),
        seam=instead(operations, "_updated", lambda usual, held, given: held),
    ),
    Mutant(
        "number-url-not-cleared",
        "Takes an empty moHttpUrl for none.",
        clauses=("NUM-11",),
        seam=instead(
            operations,
            "_updated",
            lambda usual, held, given: usual(held, {name: text for name, text in given.items() if text}),
        ),
    ),
    Mutant(
        "numbers-in-xml-wrapped",
        "Wraps numbers in XML into a list.",
        clauses=("NUM-02",),
        seam=instead(Document, "_element", _xml_wrapped),
    ),
    Mutant(
        "numbers-in-camel-case-xml",
        "Writes moHttpUrl in XML as in JSON.",
        clauses=("NUM-10",),
        seam=instead(numbers, "_hyphenated", lambda usual, name: name),
    ),
    Mutant(
        "features-flat-in-xml",
        "Writes features in XML one behind the other.",
        clauses=("NUM-02",),
        seam=instead(Document, "_element", _xml_is_flat),
    ),
    Mutant(
        "done-reworded",
        "Says ok in place of success.",
        clauses=("NUM-14",),
        seam=written('"success"', '"ok"', path=NUMBERS),
    ),
)
