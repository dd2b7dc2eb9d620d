"""Providers of which a part was never built: an endpoint that is not there, however a server says so."""

from __future__ import annotations

from fake_provider.domain.wire import WireResponse

from .mutant import Mutant, Seam, answered


def _missing(path: str, status: int = 404) -> Seam:
    """Answer nothing at *path*, nor below it."""
    nothing = WireResponse(status=status, body=b"there is nothing here\n")
    return answered(f"{path}(/.*)?", lambda _, answer: nothing)


MUTANTS = (
    Mutant("no-sms-in-json", "Has no /sms/json.", clauses=("HAS-01",), seam=_missing("/sms/json")),
    Mutant("no-sms-in-xml", "Has no /sms/xml.", clauses=("HAS-02",), seam=_missing("/sms/xml", 501)),
    Mutant("no-balance", "Has no balance.", clauses=("HAS-03",), seam=_missing("/account/get-balance")),
    Mutant("no-settings", "Has no settings.", clauses=("HAS-04",), seam=_missing("/account/settings", 405)),
    Mutant("no-top-up", "Has no top-up.", clauses=("HAS-05",), seam=_missing("/account/top-up")),
    Mutant(
        "no-prices-of-a-country",
        "Has no prices of a country.",
        clauses=("HAS-06",),
        seam=_missing("/account/get-pricing/outbound"),
    ),
    Mutant(
        "no-prices-of-a-prefix",
        "Has no prices of a prefix.",
        clauses=("HAS-07",),
        seam=_missing("/account/get-prefix-pricing/outbound"),
    ),
    Mutant(
        "no-prices-of-all-countries",
        "Has no list of all prices.",
        clauses=("HAS-08",),
        seam=_missing("/account/get-full-pricing/outbound"),
    ),
    Mutant(
        "no-price-of-a-number",
        "Has no price of a number.",
        clauses=("HAS-09",),
        seam=_missing("/account/get-phone-pricing/outbound/.*", 501),
    ),
    Mutant(
        "no-own-numbers",
        "Has no list of an account's numbers.",
        clauses=("HAS-10",),
        seam=_missing("/account/numbers"),
    ),
    Mutant(
        "no-numbers-on-offer",
        "Has no numbers on offer.",
        clauses=("HAS-11",),
        seam=_missing("/number/search"),
    ),
    Mutant("no-buying", "Sells no numbers.", clauses=("HAS-12",), seam=_missing("/number/buy", 405)),
    Mutant(
        "no-cancelling", "Takes no number back.", clauses=("HAS-13",), seam=_missing("/number/cancel", 501)
    ),
    Mutant(
        "no-updates-of-numbers",
        "Lets no number be changed.",
        clauses=("HAS-14",),
        seam=_missing("/number/update"),
    ),
    Mutant(
        "no-search-of-a-message",
        "Has no search of one message.",
        clauses=("HAS-15",),
        seam=_missing("/search/message"),
    ),
    Mutant(
        "no-search-of-messages",
        "Has no search of several messages.",
        clauses=("HAS-16",),
        seam=_missing("/search/messages", 501),
    ),
    Mutant(
        "no-search-of-rejections",
        "Has no search of rejections.",
        clauses=("HAS-17",),
        seam=_missing("/search/rejections", 405),
    ),
)
