"""Mistakes in how a text is cut into parts, and in what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from fake_provider.adapters.store.memory import MemoryStore
from fake_provider.domain.message import Message
from fake_provider.operations import sms
from fake_provider.ports import Charged, Declined
from fake_provider.sms import gsm0338, parts
from fake_provider.sms.parts import Alphabet

from .mutant import (
    Mutant,
    Replacement,
    Seam,
    both,
    instead,
    member,
    policy,
    store,
)
from .of_sms_answers import Part, answering


def _same_balance(made: list[Part]) -> list[Part]:
    last = dict(made[-1]).get("remaining-balance", "")
    return [[(name, last if name == "remaining-balance" else text) for name, text in part] for part in made]


def _boundaries(**lengths: tuple[int, int]) -> Seam:
    """Give alphabets other lengths: of a single part, and of each of several."""
    wrong = {name: Alphabet(name, single, several) for name, (single, several) in lengths.items()}
    return both(
        *(
            member(parts.BY_TYPE, kind, wrong[usual.name])
            for kind, usual in parts.BY_TYPE.items()
            if usual.name in wrong
        )
    )


def _cut_anywhere(text: str, size: int) -> Iterable[str]:
    units = [
        one
        for character in text
        for one in ([character, ""] if character in gsm0338.EXTENSION else [character])
    ]
    return ["".join(units[start : start + size]) for start in range(0, len(units), size)]


def _cut_units(text: str, size: int) -> Iterable[str]:
    data = text.encode("utf-16-le")
    pieces = [data[start : start + 2 * size] for start in range(0, len(data), 2 * size)]
    return [piece.decode("utf-16-le", "replace") for piece in pieces]


def _by_characters(usual: Replacement, text: str, alphabet: Alphabet) -> tuple[str, ...]:
    if alphabet.name == "gsm7" and gsm0338.foreign(text):
        alphabet = parts.UCS2
    return usual(text, alphabet)  # type: ignore[no-any-return]


def _gsm_where_it_fits(usual: Replacement, text: str, alphabet: Alphabet) -> tuple[str, ...]:
    if alphabet.name == "ucs2" and not gsm0338.foreign(text):
        alphabet = parts.GSM7
    return usual(text, alphabet)  # type: ignore[no-any-return]


def _charging(price: Callable[[Message], Decimal]) -> Seam:
    """Charge something else than each part's price."""

    def accept(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
        made: Charged | Declined = usual(held, message)
        if isinstance(made, Charged):
            off = message.total_price - price(message)
            held.change_account(
                message.account or "", lambda account: replace(account, balance=account.balance + off)
            )
        return made

    return store("accept", accept)


def _refusals_are_charged(usual: Replacement, held: MemoryStore, message: Message) -> int:
    if message.account:
        held.change_account(message.account, lambda account: account.charged(Decimal("0.03330000")))
    return usual(held, message)  # type: ignore[no-any-return]


def _on_credit(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
    email = (message.account or "").lower()
    before = held._accounts[email]
    held._accounts[email] = replace(before, balance=before.balance + 1000)
    made: Charged | Declined = usual(held, message)
    held._accounts[email] = replace(held._accounts[email], balance=held._accounts[email].balance - 1000)
    return replace(made, balance_before=before.balance) if isinstance(made, Charged) else made


def _paid_by_the_first(usual: Replacement, held: MemoryStore, message: Message) -> Charged | Declined:
    return usual(held, replace(message, account=held.accounts()[0].email))  # type: ignore[no-any-return]


MUTANTS = (
    # Parts
    Mutant(
        "parts-of-160",
        "Cuts every 160 septets, without room for the header.",
        clauses=("SMS-PART-02",),
        seam=_boundaries(gsm7=(160, 160)),
    ),
    Mutant(
        "parts-of-152", "Cuts every 152 septets.", clauses=("SMS-PART-02",), seam=_boundaries(gsm7=(160, 152))
    ),
    Mutant(
        "single-of-153",
        "Cuts from 153 septets on.",
        clauses=("SMS-PART-01",),
        seam=_boundaries(gsm7=(153, 153)),
    ),
    Mutant(
        "single-of-140",
        "Counts octets in place of septets.",
        clauses=("SMS-PART-01",),
        seam=_boundaries(gsm7=(140, 134)),
    ),
    Mutant(
        "extension-counts-one",
        "Counts characters, and forgets what an escape takes.",
        clauses=("SMS-PART-03",),
        seam=instead(parts, "septets", lambda usual, text: len(text)),
    ),
    Mutant(
        "euro-counts-one",
        "Takes the euro sign for a character of the alphabet.",
        clauses=("SMS-PART-03",),
        seam=instead(parts, "septets", lambda usual, text: usual(text.replace("€", "e"))),
    ),
    Mutant(
        "escape-pair-cut",
        "Cuts between an escape and its character.",
        clauses=("SMS-PART-04",),
        seam=member(parts._PIECES, "gsm7", _cut_anywhere),
    ),
    Mutant(
        "accents-count-two",
        "Counts octets of UTF-8.",
        clauses=("SMS-PART-05",),
        seam=instead(
            parts,
            "septets",
            lambda usual, text: usual(text) + sum(not one.isascii() and one != "€" for one in text),
        ),
    ),
    Mutant(
        "unicode-by-itself",
        "Switches to unicode where the alphabet lacks a character.",
        clauses=("SMS-PART-06",),
        seam=instead(sms, "split", _by_characters),
    ),
    Mutant(
        "unicode-only-where-needed",
        "Sends a unicode text in the GSM alphabet where that has its characters.",
        clauses=("SMS-PART-09",),
        seam=instead(sms, "split", _gsm_where_it_fits),
    ),
    Mutant(
        "unicode-parts-of-70",
        "Cuts a unicode text every 70 units.",
        clauses=("SMS-PART-08",),
        seam=_boundaries(ucs2=(70, 70)),
    ),
    Mutant(
        "unicode-parts-of-62",
        "Cuts a unicode text every 62 units.",
        clauses=("SMS-PART-08",),
        seam=_boundaries(ucs2=(70, 62)),
    ),
    Mutant(
        "unicode-parts-of-160",
        "Cuts a unicode text like one of the GSM alphabet.",
        clauses=(
            "SMS-PART-07",
            "SMS-PART-08",
        ),
        seam=_boundaries(ucs2=(160, 153)),
    ),
    Mutant(
        "surrogates-count-one",
        "Counts characters of Unicode, and not units of UTF-16.",
        clauses=("SMS-PART-10",),
        seam=instead(
            parts,
            "length",
            lambda usual, text, alphabet: len(text) if alphabet.name == "ucs2" else usual(text, alphabet),
        ),
    ),
    Mutant(
        "surrogate-pair-cut",
        "Cuts between the two halves of a surrogate pair.",
        clauses=("SMS-PART-11",),
        seam=member(parts._PIECES, "ucs2", _cut_units),
    ),
    Mutant(
        "parts-of-2017",
        "Cuts as the guides of 2017 print it: 152 and 62.",
        clauses=(
            "SMS-PART-02",
            "SMS-PART-08",
        ),
        seam=policy(part_lengths="152/62"),
    ),
    # Money
    Mutant(
        "price-for-all-parts-once",
        "Charges a message once, however many parts it has.",
        clauses=("SMS-PART-15",),
        seam=_charging(lambda message: message.price),
    ),
    Mutant(
        "nothing-charged",
        "Says what remains, and charges nothing.",
        clauses=(
            "SMS-OK-08",
            "ACC-08",
        ),
        seam=_charging(lambda message: Decimal(0)),
    ),
    Mutant(
        "balance-does-not-fall",
        "Says the same balance with every part.",
        clauses=("SMS-PART-13",),
        seam=answering(_same_balance),
    ),
    Mutant(
        "refusals-charged",
        "Charges refused messages, too.",
        clauses=("SMS-ERR-15",),
        seam=store("keep_refused", _refusals_are_charged),
    ),
    Mutant(
        "on-credit",
        "Sends though the account is empty.",
        clauses=("SMS-ERR-14",),
        seam=store("accept", _on_credit),
    ),
    Mutant(
        "first-account-pays",
        "Lets the first account pay, whoever authorized.",
        clauses=("SMS-REQ-15",),
        seam=store("accept", _paid_by_the_first),
    ),
)
