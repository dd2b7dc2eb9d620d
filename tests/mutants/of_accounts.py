"""Mistakes of the account endpoints: balance, settings, top-up, pricing, and what they share with all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from fake_provider.account import document, parse, paths, pricing, render
from fake_provider.account.document import Document
from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.account import Account
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.operations import account, api

from .bodies import as_text, members, status_for, without_members
from .mutant import (
    API,
    Mutant,
    Replacement,
    Seam,
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

PRICING = "/account/get-.*pricing.*"


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


def _no_account_in_path(usual: Replacement, raw_path: str) -> Any:
    return None


def _with_auto_reload(usual: Replacement, wire: WireRequest, *rest: Any, **named: Any) -> Any:
    call = usual(wire, *rest, **named)
    if wire.path != "/account/top-up" or not isinstance(call, api.ApiCall):
        return call
    return replace(call, caller=replace(call.caller, account=replace(call.caller.account, auto_reload=True)))


def _keyless_is_400(wire: WireRequest, answer: WireResponse) -> WireResponse:
    keyless = (
        "api_key" not in wire.query and wire.header("authorization") is None and wire.path.count("/") < 4
    )
    return replace(answer, status=400) if answer.status == 401 and keyless else answer


def _path_is_404(wire: WireRequest, answer: WireResponse) -> WireResponse:
    return replace(answer, status=404) if answer.status == 401 and "/nobody00/" in wire.path else answer


def _with_trx(usual: Replacement, wire: WireRequest, *rest: Any, **named: Any) -> Any:
    call = usual(wire, *rest, **named)
    return replace(call, given={"trx": "-", **call.given}) if isinstance(call, api.ApiCall) else call


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
        seam=members(BALANCE, as_text("value")),
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
        seam=members(BALANCE, without_members("autoReload")),
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
        seam=members(SETTINGS, as_text("max-outbound-request", "max-inbound-request")),
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
        seam=members(SETTINGS, lambda members: {"api-secret": "x", **members}),
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
        seam=members(SETTINGS, without_members("api-secret")),
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
        seam=status_for(404, body=b'{"count":0,"countries":[]}', path=PRICING),
    ),
    Mutant(
        "prefix-without-count",
        "Does not count the prices of a prefix.",
        clauses=("PRICE-03",),
        seam=members("/account/get-prefix-pricing/.*", without_members("count")),
    ),
    Mutant(
        "count-off-by-one",
        "Counts one country too few.",
        clauses=("PRICE-05",),
        seam=members(
            "/account/get-full-pricing/.*",
            lambda members: {**members, "count": members["count"] - 1} if "count" in members else members,
        ),
    ),
    Mutant(
        "countries-twice",
        "Tells countries once for each network, of which some have two.",
        clauses=("PRICE-05",),
        seam=members(
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
    # Rarer things
    Mutant(
        "keyless-is-400",
        "Answers missing credentials with 400.",
        clauses=("KEY-04",),
        seam=answered(API, _keyless_is_400),
    ),
    Mutant(
        "wrong-path-is-404",
        "Answers wrong credentials in the path with 404.",
        clauses=("KEY-05",),
        seam=answered(API, _path_is_404),
    ),
    Mutant(
        "refusal-in-xml-renamed",
        "Calls the label of a refusal in XML label.",
        clauses=("ACC-10",),
        seam=written("<(/?)error-code-label>", r"<\1label>", path=API),
    ),
    Mutant(
        "top-up-without-trx",
        "Tops up without trx.",
        clauses=("SET-11",),
        seam=instead(account, "verified", _with_trx),
    ),
    Mutant(
        "phone-price-is-a-number",
        "Writes the price of a call as a JSON number.",
        clauses=("PRICE-06",),
        seam=written(r'"price":"([0-9.]+)"', r'"price":\1', path="/account/get-phone-pricing/.*"),
    ),
)
