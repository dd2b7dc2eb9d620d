"""Mistakes of ``/search/…``: what is found, of whom, and in which form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fake_provider.account import messages, parse
from fake_provider.operations import api, search

from .bodies import as_text, members, status_for, without_members
from .mutant import (
    Mutant,
    Replacement,
    Seam,
    always,
    instead,
    value,
    written,
)

SEARCH = "/search/.*"


def _sent_by_anybody(usual: Replacement, self: Any, message_id: str) -> Any:
    sent = self.ports.store.message(message_id)
    return usual(replace(self, email=sent.account) if sent is not None and sent.account else self, message_id)


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
    # Search
    Mutant(
        "unknown-message-is-404",
        "Answers an unknown message with 404.",
        clauses=("SEARCH-08",),
        seam=status_for(404, body=b"{}", path="/search/message"),
    ),
    Mutant(
        "search-of-2018",
        "Answers a search that is no good with 400.",
        clauses=("SEARCH-12",),
        seam=status_for(400, body=NOTHING, path="/search/messages"),
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
        seam=members("/search/message", as_text("latency")),
    ),
    Mutant(
        "search-forgets-client-ref",
        "Says nothing of client-ref.",
        clauses=("SEARCH-04",),
        seam=members(SEARCH, without_members("client-ref")),
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
    Mutant(
        "message-in-xml-is-a-response",
        "Calls the root of a message in XML response.",
        clauses=("SEARCH-03",),
        seam=written("<(/?)message>", r"<\1response>", path="/search/message/?"),
    ),
)
