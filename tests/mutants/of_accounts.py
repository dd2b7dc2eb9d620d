"""Mistakes of the account, number and search endpoints: forms, statuses, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fake_provider.account import document, messages, numbers, parse, paths, pricing, render
from fake_provider.account.document import Document, Items
from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.account import Account
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.errors import Conflict
from fake_provider.operations import account, api, search
from fake_provider.operations import numbers as operations

from .mutant import (
    API,
    Mutant,
    Replacement,
    Seam,
    always,
    answered,
    instead,
    method,
    policy,
    status,
    store,
    value,
    with_header,
    written,
)

BALANCE, SETTINGS = "/account/get-balance/?.*", "/account/settings/?.*"
PRICING, NUMBERS, SEARCH = "/account/get-.*pricing.*", "/account/numbers/?.*|/number/.*", "/search/.*"


def _members(path: str, change: Callable[[Any], Any]) -> Seam:
    """Answer other JSON where it is JSON that is answered."""

    def changed(wire: WireRequest, answer: WireResponse) -> WireResponse:
        try:
            members = json.loads(answer.body)
        except ValueError:
            return answer
        return replace(answer, body=json.dumps(change(members), separators=(",", ":")).encode())

    return answered(path, changed)


def _each(path: str, of: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Seam:
    """Answer other members of each item of a list."""
    return _members(
        path,
        lambda members: {**members, of: [change(one) for one in members[of]]} if of in members else members,
    )


def _nothing_at_a_slash(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return WireResponse(status=404, body=b"Not Found") if wire.path.endswith("/") else answer


def _json_whatever(usual: Replacement, wire: WireRequest) -> bool:
    return False


def _first_alone(usual: Replacement, wire: WireRequest) -> bool:
    first = (wire.header("accept") or "").partition(",")[0]
    return "xml" in first and "html" not in first


def _xml_by_default(usual: Replacement, wire: WireRequest) -> bool:
    return "json" not in (wire.header("accept") or "")


def _rooted(change: Callable[[str], str]) -> Seam:
    """Call the root of XML otherwise."""
    return instead(Document, "as_xml", lambda usual, self: usual(replace(self, root=change(self.root))))


def _xml_is_flat(usual: Replacement, self: Document, name: str, found: Any) -> str:
    return str(usual(self, name, Items(found.values) if isinstance(found, Items) else found))


def _xml_wrapped(usual: Replacement, self: Document, name: str, found: Any) -> str:
    if isinstance(found, Items) and found.each is None:
        found = Items(found.values, each="number")
    return str(usual(self, name, found))


def _settings_kept(name: str) -> Seam:
    """Answer a change of the settings, and do not save one of them."""

    def change(usual: Replacement, held: MemoryStore, email: str, changed: Any) -> Account:
        before = held.account(email)
        made: Account = usual(held, email, changed)
        if before is not None and getattr(made, name) != getattr(before, name):
            usual(held, email, lambda one: replace(one, **{name: getattr(before, name)}))
        return made

    return store("change_account", change)


def _empty_stays(usual: Replacement, held: MemoryStore, email: str, changed: Any) -> Account:
    def but_for_empty(one: Account) -> Account:
        made: Account = changed(one)
        return replace(
            made,
            mo_callback_url=made.mo_callback_url or one.mo_callback_url,
            dr_callback_url=made.dr_callback_url or one.dr_callback_url,
        )

    return usual(held, email, but_for_empty)  # type: ignore[no-any-return]


def _both_urls(usual: Replacement, held: MemoryStore, email: str, changed: Any) -> Account:
    def one_for_both(one: Account) -> Account:
        made: Account = changed(one)
        if made.mo_callback_url == one.mo_callback_url and made.dr_callback_url == one.dr_callback_url:
            return made
        new = made.mo_callback_url if made.mo_callback_url != one.mo_callback_url else made.dr_callback_url
        return replace(made, mo_callback_url=new, dr_callback_url=new)

    return usual(held, email, one_for_both)  # type: ignore[no-any-return]


def _no_rule(label: str) -> Seam:
    return value(
        parse, "_SECRET_RULES", {name: rule for name, rule in parse._SECRET_RULES.items() if name != label}
    )


def _access_ends(usual: Replacement, held: MemoryStore, email: str, changed: Any) -> Account:
    before = held.account(email)
    made: Account = usual(held, email, changed)
    if before is not None and made.api_secret != before.api_secret:
        for app in held.apps():
            held.revoke_access(app.client_key, account=made.email)
    return made


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


def _sent_by_anybody(usual: Replacement, self: Any, message_id: str) -> Any:
    sent = self.ports.store.message(message_id)
    return usual(replace(self, email=sent.account) if sent is not None and sent.account else self, message_id)


def _selection(**changes: str) -> Seam:
    """Read a selection of numbers with other parameters than came."""
    return instead(parse, "selection", lambda usual, given: usual({**given, **changes}))


def _patterns(strategy: Callable[[str, str], bool]) -> Seam:
    return value(parse, "_STRATEGIES", dict.fromkeys("012", strategy))


def _any_feature(usual: Replacement, given: Any) -> Any:
    found = usual(given)
    return frozenset(sorted(found)[:1])


def _without_keys(*names: str) -> Callable[[Any], Any]:
    return lambda members: {name: one for name, one in members.items() if name not in names}


def _as_text(*names: str) -> Callable[[Any], Any]:
    return lambda members: {name: str(one) if name in names else one for name, one in members.items()}


def _status_for(wrong: int, *, body: bytes, path: str) -> Seam:
    """Answer a body that means "nothing" with another HTTP status."""
    return answered(path, lambda _, answer: replace(answer, status=wrong) if answer.body == body else answer)


def _no_account_in_path(usual: Replacement, raw_path: str) -> Any:
    return None


def _with_auto_reload(usual: Replacement, wire: WireRequest, *rest: Any, **named: Any) -> Any:
    call = usual(wire, *rest, **named)
    if wire.path != "/account/top-up" or not isinstance(call, api.ApiCall):
        return call
    return replace(call, caller=replace(call.caller, account=replace(call.caller.account, auto_reload=True)))


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


def _archive(name: str, replacement: Replacement) -> Seam:
    return instead(search._Archive, name, replacement)


def _of_the_whole_day(usual: Replacement, self: Any, to: str, day: Any) -> Any:
    every = {one.to for one in self._messages(day, None)}
    return [found for one in every for found in usual(self, one, day)]


def _of_all(usual: Replacement, self: Any, day: Any, to: str | None) -> Any:
    owners = ((one.email, one.api_key) for one in self.ports.store.accounts())
    return [
        found
        for email, api_key in owners
        for found in usual(replace(self, email=email, api_key=api_key), day, to)
    ]


def _with_to_alone(usual: Replacement, self: Any, day: Any, to: str | None) -> Any:
    return usual(self, day, to) if to else []


NOTHING = b'{"count":0,"items":[]}'

MUTANTS = (
    # What all have in common
    Mutant(
        "no-slash",
        "Answers a path with a slash at its end with 404.",
        clauses=(
            "ACC-02",
            "GUIDE-10",
        ),
        seam=answered(API, _nothing_at_a_slash),
    ),
    Mutant(
        "xml-ignored",
        "Answers JSON whatever Accept says.",
        clauses=("ACC-04",),
        seam=instead(render, "wants_xml", _json_whatever),
    ),
    Mutant(
        "xml-for-browsers-ignored",
        "Looks at the first type of Accept alone.",
        clauses=("ACC-06",),
        seam=instead(render, "wants_xml", _first_alone),
    ),
    Mutant(
        "xml-by-default",
        "Answers XML unless JSON is asked for.",
        clauses=("ACC-05",),
        seam=instead(render, "wants_xml", _xml_by_default),
    ),
    Mutant(
        "json-without-charset",
        "Calls JSON application/json, without its charset.",
        clauses=("ACC-03",),
        seam=answered(API, lambda _, answer: with_header(answer, "Content-Type", "application/json")),
    ),
    Mutant(
        "api-401-is-200",
        "Answers who is not authorised with HTTP 200, as /sms/* does.",
        clauses=(
            "KEY-03",
            "OAUTH-PROB-08",
        ),
        seam=status(200, of=401, path=API),
    ),
    Mutant(
        "api-401-is-403",
        "Answers who is not authorised with 403.",
        clauses=(
            "KEY-03",
            "OAUTH-PROB-08",
        ),
        seam=status(403, of=401, path=API),
    ),
    Mutant(
        "api-401-reworded",
        "Words the refusal in its own way.",
        clauses=("KEY-03",),
        seam=written("authentication failed", "Unauthorized", path=API),
    ),
    Mutant(
        "error-code-is-a-number",
        "Writes error-code as a JSON number.",
        clauses=("KEY-03",),
        seam=written(r'"error-code":"(\d+)"', r'"error-code":\1', path=API),
    ),
    Mutant(
        "error-code-in-camel-case",
        "Writes errorCode.",
        clauses=("KEY-03",),
        seam=written('"error-code"', '"errorCode"', path=API),
    ),
    Mutant(
        "api-420-is-400",
        "Answers what cannot be done with 400.",
        clauses=("NUM-12",),
        seam=status(400, of=420, path=API),
    ),
    Mutant(
        "api-420-is-200",
        "Answers what cannot be done with HTTP 200.",
        clauses=("NUM-12",),
        seam=status(200, of=420, path=API),
    ),
    Mutant(
        "oauth-for-sms-alone",
        "Refuses OAuth at the account endpoints, as the table of 2018 has it.",
        clauses=(
            "GUIDE-10",
            "ACC-01",
        ),
        seam=policy(oauth_apis="sms"),
    ),
    Mutant(
        "no-credentials-in-the-path",
        "Does not know credentials in the path.",
        clauses=("KEY-02",),
        seam=instead(paths, "read", _no_account_in_path),
    ),
    Mutant(
        "xml-root-of-all",
        "Calls the root of all XML response.",
        clauses=(
            "ACC-04",
            "SET-03",
        ),
        seam=_rooted(lambda _: "response"),
    ),
    # Balance
    Mutant(
        "balance-is-a-text",
        "Writes the balance as a text.",
        clauses=("ACC-01",),
        seam=_members(BALANCE, _as_text("value")),
    ),
    Mutant(
        "balance-rounded",
        "Writes the balance with two decimals.",
        clauses=("ACC-07",),
        seam=instead(document, "_shortest", lambda usual, amount: f"{amount:.2f}"),
    ),
    Mutant(
        "balance-of-eight-decimals",
        "Writes the balance with eight decimals.",
        clauses=("ACC-07",),
        seam=instead(document, "_shortest", lambda usual, amount: f"{amount:.8f}"),
    ),
    Mutant(
        "balance-without-decimals",
        "Writes a whole balance without a decimal.",
        clauses=("ACC-07",),
        seam=instead(document, "_shortest", lambda usual, amount: usual(amount).removesuffix(".0")),
    ),
    Mutant(
        "balance-without-auto-reload",
        "Says nothing of autoReload.",
        clauses=("ACC-01",),
        seam=_members(BALANCE, _without_keys("autoReload")),
    ),
    Mutant(
        "auto-reload-is-a-text",
        "Writes autoReload as a text.",
        clauses=("ACC-01",),
        seam=written(r'"autoReload":(\w+)', r'"autoReload":"\1"', path=BALANCE),
    ),
    Mutant(
        "balance-laid-out",
        "Writes the balance with blanks.",
        clauses=("ACC-01",),
        seam=written(r'":', '": ', path=BALANCE),
    ),
    Mutant(
        "balance-by-get-alone",
        "Answers a POST for the balance with 405.",
        clauses=("ACC-09",),
        seam=method(405, of="POST", path=BALANCE),
    ),
    # Settings and top-up
    Mutant(
        "limits-are-texts",
        "Writes the limits of the settings as texts.",
        clauses=("SET-01",),
        seam=_members(SETTINGS, _as_text("max-outbound-request", "max-inbound-request")),
    ),
    Mutant(
        "settings-by-post-alone",
        "Answers a GET for the settings with 405.",
        clauses=("SET-02",),
        seam=method(405, of="GET", path=SETTINGS),
    ),
    Mutant(
        "settings-show-the-secret",
        "Shows the secret in all settings.",
        clauses=(
            "SET-01",
            "SET-02",
        ),
        seam=_members(SETTINGS, lambda members: {"api-secret": "x", **members}),
    ),
    Mutant(
        "url-not-saved",
        "Answers the new URL, and keeps the old.",
        clauses=("SET-04",),
        seam=_settings_kept("mo_callback_url"),
    ),
    Mutant(
        "receipt-url-not-saved",
        "Answers the new URL for receipts, and keeps the old.",
        clauses=("SET-04",),
        seam=_settings_kept("dr_callback_url"),
    ),
    Mutant(
        "url-not-cleared",
        "Takes an empty URL for none.",
        clauses=("SET-04",),
        seam=store("change_account", _empty_stays),
    ),
    Mutant(
        "one-url-for-both",
        "Has one URL for receipts and inbound SMS.",
        clauses=("SET-04",),
        seam=store("change_account", _both_urls),
    ),
    Mutant(
        "secret-not-saved",
        "Answers the new secret, and keeps the old.",
        clauses=("SET-06",),
        seam=_settings_kept("api_secret"),
    ),
    Mutant(
        "new-secret-not-told",
        "Does not answer the new secret.",
        clauses=("SET-06",),
        seam=_members(SETTINGS, _without_keys("api-secret")),
    ),
    Mutant(
        "secret-of-any-length",
        "Takes a secret of 7 characters.",
        clauses=("SET-07",),
        seam=_no_rule("8 char"),
    ),
    Mutant(
        "secret-without-digit",
        "Takes a secret without a digit.",
        clauses=("SET-07",),
        seam=_no_rule("Please use at least one digit."),
    ),
    Mutant(
        "secret-without-upper-case",
        "Takes a secret without an upper-case letter.",
        clauses=("SET-07",),
        seam=_no_rule("Please use at least one upper case character."),
    ),
    Mutant(
        "new-secret-ends-access",
        "Revokes access tokens when the secret changes.",
        clauses=("SET-12",),
        seam=store("change_account", _access_ends),
    ),
    Mutant(
        "keyless-is-401",
        "Answers settings without credentials with 401.",
        clauses=("SET-08",),
        seam=value(render, "KEY_REQUIRED", None),
    ),
    Mutant(
        "topped-up-by-nothing",
        "Answers a top-up, and adds nothing.",
        clauses=("SET-09",),
        seam=value(account, "TOP_UP", Decimal(0)),
    ),
    Mutant(
        "topped-up-without-reload",
        "Tops up without auto-reload.",
        clauses=("SET-10",),
        seam=instead(account, "verified", _with_auto_reload),
    ),
    # Pricing
    Mutant(
        "prices-are-numbers",
        "Writes prices as JSON numbers.",
        clauses=("PRICE-01",),
        seam=written(r'"(mt|mtPrice|price)":"([0-9.]+)"', r'"\1":\2', path=PRICING),
    ),
    Mutant(
        "prices-of-two-decimals",
        "Writes prices with two decimals.",
        clauses=("PRICE-01",),
        seam=written(r'"(mt|mtPrice|price)":"([0-9]+\.[0-9]{2})[0-9]*"', r'"\1":"\2"', path=PRICING),
    ),
    Mutant(
        "pricing-of-2018",
        "Tells prices in the shape of 2018.",
        clauses=("PRICE-01",),
        seam=policy(pricing="2018"),
    ),
    Mutant(
        "prefix-of-nobody-is-404",
        "Answers a prefix that nobody has with 404.",
        clauses=("PRICE-04",),
        seam=_status_for(404, body=b'{"count":0,"countries":[]}', path=PRICING),
    ),
    Mutant(
        "prefix-without-count",
        "Does not count the prices of a prefix.",
        clauses=("PRICE-03",),
        seam=_members("/account/get-prefix-pricing/.*", _without_keys("count")),
    ),
    Mutant(
        "count-off-by-one",
        "Counts one country too few.",
        clauses=("PRICE-05",),
        seam=_members(
            "/account/get-full-pricing/.*",
            lambda members: {**members, "count": members["count"] - 1} if "count" in members else members,
        ),
    ),
    Mutant(
        "countries-twice",
        "Tells countries once for each network, of which some have two.",
        clauses=("PRICE-05",),
        seam=_members(
            "/account/get-full-pricing/.*",
            lambda members: (
                {
                    **members,
                    "count": members["count"] + 1,
                    "countries": [*members["countries"], members["countries"][0]],
                }
                if "countries" in members
                else members
            ),
        ),
    ),
    Mutant(
        "network-name-in-xml",
        "Calls a network's name network in XML as in JSON.",
        clauses=("PRICE-02",),
        seam=value(pricing, "_XML_NAMES", {}),
    ),
    # Numbers
    Mutant(
        "counts-are-texts",
        "Writes counts as texts.",
        clauses=("NUM-01",),
        seam=_members(NUMBERS, _as_text("count")),
    ),
    Mutant(
        "cost-is-a-number",
        "Writes the cost of a number as a JSON number.",
        clauses=("NUM-01",),
        seam=_each(
            NUMBERS, "numbers", lambda one: {**one, "cost": float(one["cost"])} if "cost" in one else one
        ),
    ),
    Mutant(
        "features-are-a-text",
        "Writes features as one text.",
        clauses=("NUM-01",),
        seam=_each(NUMBERS, "numbers", lambda one: {**one, "features": ",".join(one["features"])}),
    ),
    Mutant(
        "features-in-lower-case",
        "Writes features in lower case.",
        clauses=("NUM-01",),
        seam=_each(
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
        seam=_members(NUMBERS, lambda members: members or {"count": 0, "numbers": []}),
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
    # Search
    Mutant(
        "unknown-message-is-404",
        "Answers an unknown message with 404.",
        clauses=("SEARCH-08",),
        seam=_status_for(404, body=b"{}", path="/search/message"),
    ),
    Mutant(
        "search-of-2018",
        "Answers a search that is no good with 400.",
        clauses=("SEARCH-12",),
        seam=_status_for(400, body=NOTHING, path="/search/messages"),
    ),
    Mutant(
        "search-price-is-a-number",
        "Writes the price of a message as a JSON number.",
        clauses=("SEARCH-01",),
        seam=written(r'"price":"([0-9.]+)"', r'"price":\1', path=SEARCH),
    ),
    Mutant(
        "always-open",
        "Never closes a message.",
        clauses=("SEARCH-06",),
        seam=instead(search, "_end", lambda usual, *rest: None),
    ),
    Mutant(
        "closed-by-word",
        "Writes delivered in place of DELIVRD.",
        clauses=("SEARCH-06",),
        seam=written("DELIVRD", "delivered", path=SEARCH),
    ),
    Mutant(
        "search-dates-in-iso",
        "Writes times as ISO 8601 does.",
        clauses=("SEARCH-01",),
        seam=instead(messages, "_moment", lambda usual, seconds: f"{usual(seconds).replace(' ', 'T')}Z"),
    ),
    Mutant(
        "latency-is-a-text",
        "Writes latency as a text.",
        clauses=("SEARCH-02",),
        seam=_members("/search/message", _as_text("latency")),
    ),
    Mutant(
        "search-forgets-client-ref",
        "Says nothing of client-ref.",
        clauses=("SEARCH-04",),
        seam=_members(SEARCH, _without_keys("client-ref")),
    ),
    Mutant(
        "parts-are-one-message",
        "Tells the whole text with every part.",
        clauses=("SEARCH-05",),
        seam=instead(
            messages,
            "outbound",
            lambda usual, message, part, **named: {**usual(message, part, **named), "body": message.text},
        ),
    ),
    Mutant(
        "inbound-has-a-price",
        "Tells a price of inbound SMS.",
        clauses=("SEARCH-07",),
        seam=instead(
            messages,
            "inbound",
            lambda usual, *rest, **named: {**usual(*rest, **named), "price": "0.00000000"},
        ),
    ),
    Mutant(
        "inbound-not-found",
        "Finds what was sent, and nothing that came in.",
        clauses=("SEARCH-07",),
        seam=instead(search._Archive, "_inbound", always(())),
    ),
    Mutant(
        "last-id-alone",
        "Finds one message where ids is repeated.",
        clauses=("SEARCH-09",),
        seam=instead(api.ApiCall, "every", lambda usual, self, name: list(usual(self, name))[-1:]),
    ),
    Mutant(
        "eleven-ids", "Takes any number of ids.", clauses=("SEARCH-12",), seam=value(parse, "MAX_IDS", 1000)
    ),
    Mutant(
        "recipient-ignored",
        "Finds all messages of a day, whoever got them.",
        clauses=("SEARCH-11",),
        seam=_archive("to", _of_the_whole_day),
    ),
    Mutant(
        "messages-of-anybody",
        "Finds a message by its id, whose it ever is.",
        clauses=("SEARCH-16",),
        seam=instead(search._Archive, "by_id", _sent_by_anybody),
    ),
    Mutant(
        "rejections-of-anybody",
        "Tells rejections of all accounts.",
        clauses=("SEARCH-16",),
        seam=_archive("refused", _of_all),
    ),
    Mutant(
        "rejections-need-to",
        "Wants the recipient with rejections, which clients do not send.",
        clauses=("SEARCH-17",),
        seam=_archive("refused", _with_to_alone),
    ),
    Mutant(
        "rejection-code-is-a-number",
        "Writes error-code of a rejection as a JSON number.",
        clauses=("SEARCH-13",),
        seam=written(r'"error-code":"(\d+)"', r'"error-code":\1', path="/search/rejections"),
    ),
    Mutant(
        "short-quota-label",
        "Words a rejection like the answer to the SMS.",
        clauses=("SEARCH-14",),
        seam=value(messages, "LABELS", {}),
    ),
    Mutant(
        "accepted-are-rejections",
        "Tells accepted messages as rejections, too.",
        clauses=("SEARCH-13",),
        seam=instead(search, "_refusals", lambda usual, message: usual(message) or [(0, "")]),
    ),
    Mutant(
        "search-items-flat-in-xml",
        "Writes found messages in XML without items around them.",
        clauses=(
            "SEARCH-10",
            "SEARCH-15",
        ),
        seam=written("</?items>", "", path=SEARCH),
    ),
)
