"""Mistakes about what ``/sms/*`` accepts: parameters, types, shapes, and how a refusal is worded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.oauth import protocol
from fake_provider.oauth.protocol import form_pairs
from fake_provider.operations import caller, sms
from fake_provider.sms import parse, pricing
from fake_provider.sms import status as statuses
from fake_provider.sms.render import Refused
from fake_provider.sms.status import Problem

from .mutant import (
    SMS,
    Mutant,
    Replacement,
    Seam,
    answered,
    both,
    instead,
    member,
    value,
)

Part = list[tuple[str, str]]


def _to_in_errors(usual: Replacement, refusal: Refused) -> Part:
    made: Part = usual(refusal)
    return made if dict(made).get("to") else [("to", refusal.to), *made]


def _text_alone(usual: Replacement, refusal: Refused) -> Part:
    return [pair for pair in usual(refusal) if pair[0] in ("status", "error-text")]


def _as_http(*codes: str) -> Seam:
    """Answer these statuses with HTTP 400."""

    def change(wire: WireRequest, answer: WireResponse) -> WireResponse:
        found = re.search(rb'status(?:": "|>)(\d+)', answer.body)
        return replace(answer, status=400) if found and found[1].decode() in codes else answer

    return answered(SMS, change)


def _unchecked(*names: str) -> Seam:
    """Leave checks of a submission out."""
    checks = {getattr(parse, name) for name in names}
    return both(
        value(parse, "_CHECKS", tuple(one for one in parse._CHECKS if one not in checks)),
        value(parse, "_COMMON_CHECKS", tuple(one for one in parse._COMMON_CHECKS if one not in checks)),
    )


def _checked_first(name: str) -> Seam:
    """Make one check of a submission before all others."""
    first = getattr(parse, name)
    return both(
        *(
            value(parse, table, (first, *(one for one in getattr(parse, table) if one is not first)))
            for table in ("_CHECKS", "_COMMON_CHECKS")
        )
    )


def _given(change: Callable[[dict[str, str]], Mapping[str, str]]) -> Seam:
    """Read other parameters than came."""
    return instead(sms, "parameters", lambda usual, *rest: dict(change(usual(*rest))))


def _texts(number: int, text: str) -> Seam:
    return member(statuses.TEXTS, number, text)


def _nowhere(usual: Replacement, to: str) -> Any:
    return usual(to) or pricing.ELSEWHERE


def _any_country(usual: Replacement, to: str) -> Any:
    return usual(to.lstrip("0"))


def _recipients(is_one: Callable[[str], bool]) -> Seam:
    def judged(asked: Any) -> Problem | None:
        return None if is_one(asked.to) else statuses.problem(statuses.INVALID_PARAMS)

    usual = parse._recipient_is_numeric
    return both(
        *(
            value(parse, table, tuple(judged if one is usual else one for one in getattr(parse, table)))
            for table in ("_CHECKS", "_COMMON_CHECKS")
        )
    )


def _json_texts_alone(usual: Replacement, pairs: Any, *, json_body: bytes = b"") -> dict[str, str]:
    given: dict[str, str] = usual(pairs, json_body=json_body)
    if json_body:
        for name, text in json.loads(json_body).items():
            if not isinstance(text, str):
                given.pop(name, None)
    return given


def _unknown_refused() -> Seam:
    """Refuse a submission that has a parameter which no document names."""

    def judged(usual: Replacement, given: Mapping[str, str], *, tolerant: bool) -> Any:
        if parse.KNOWN.issuperset(given):
            return usual(given, tolerant=tolerant)
        return statuses.problem(statuses.INVALID_PARAMS, statuses.INVALID_PARAMS_LABEL)

    return instead(parse, "submission", judged)


def _form_alone(usual: Replacement, request: Any, answer_format: str) -> Any:
    if request.wire.method == "POST":
        request = replace(request, message=form_pairs(request.wire) if request.has_form else [])
    return usual(request, answer_format)


def _text_not_named(usual: Replacement, name: str) -> Problem:
    return statuses.problem(2, "Missing params") if name == "text" else usual(name)


def _flags_alone(usual: Replacement, given: Mapping[str, str], *, tolerant: bool) -> Any:
    if given.get("status-report-req") in ("true", "false"):
        return statuses.problem(statuses.INVALID_PARAMS, statuses.INVALID_PARAMS_LABEL)
    return usual(given, tolerant=tolerant)


MUTANTS = (
    # What is refused, and how
    Mutant(
        "refusals-are-400",
        "Answers a refused message with HTTP 400.",
        clauses=("SMS-ERR-01", "SMS-ERR-21"),
        seam=_as_http("2", "3", "6", "9", "12", "16", "20", "23"),
    ),
    Mutant(
        "quota-is-402", "Answers an empty account with HTTP 402.", clauses=("SMS-ERR-01",), seam=_as_http("9")
    ),
    Mutant(
        "refusals-with-to",
        "Writes to into every refusal.",
        clauses=("SMS-ERR-08",),
        seam=instead(Refused, "fields", _to_in_errors),
    ),
    Mutant(
        "refusals-without-to",
        "Writes status and text alone into every refusal.",
        clauses=(
            "SMS-ERR-12",
            "SMS-ERR-14",
        ),
        seam=instead(Refused, "fields", _text_alone),
    ),
    Mutant(
        "texts-of-2020",
        "Words errors as the gateway of 2020 does.",
        clauses=(
            "SMS-ERR-02",
            "SMS-ERR-03",
        ),
        seam=_texts(2, "Your request is incomplete and missing the mandatory parameter `{name}`"),
    ),
    Mutant(
        "text-in-lower-case",
        "Writes bad credentials in lower case.",
        clauses=("SMS-ERR-17",),
        seam=member(sms._KEY_PROBLEMS, caller.KeyProblem.WRONG, Problem(status=4, text="bad credentials")),
    ),
    Mutant(
        "not-numeric-reworded",
        "Words status 3 in its own way.",
        clauses=("SMS-ERR-06",),
        seam=_texts(3, "Invalid value for param: to"),
    ),
    Mutant(
        "unroutable-reworded",
        "Words status 6 in its own way.",
        clauses=("SMS-ERR-12",),
        seam=_texts(6, "Unroutable message"),
    ),
    Mutant(
        "quota-reworded",
        "Words status 9 as the documentation labels it.",
        clauses=("SMS-ERR-14",),
        seam=_texts(9, "Partner quota exceeded"),
    ),
    Mutant(
        "ttl-reworded",
        "Words status 16 as the documentation labels it.",
        clauses=("SMS-TYPE-09",),
        seam=_texts(16, "Invalid TTL"),
    ),
    Mutant(
        "callback-reworded",
        "Words status 23 in its own way.",
        clauses=("SMS-TYPE-12",),
        seam=_texts(23, "Invalid callback url"),
    ),
    Mutant(
        "text-not-required",
        "Sends an SMS without text.",
        clauses=("SMS-ERR-10",),
        seam=both(
            _unchecked("_content_is_there", "_content_is_well_formed"),
            _given(lambda given: {"text": "", **given}),
        ),
    ),
    Mutant(
        "empty-is-given",
        "Takes an empty from for one.",
        clauses=("SMS-ERR-04",),
        seam=_given(lambda given: {**given, "from": given["from"] or " "} if "from" in given else given),
    ),
    Mutant(
        "to-before-from",
        "Names the missing to where both are missing.",
        clauses=("SMS-ERR-05",),
        seam=_given(lambda given: given if given.get("to") else {**given, "from": "x"}),
    ),
    Mutant(
        "recipient-not-checked",
        "Does not look whether the recipient is a number.",
        clauses=("SMS-ERR-06",),
        seam=_recipients(lambda to: True),
    ),
    Mutant(
        "hyphens-in-numbers",
        "Takes hyphens in a recipient for granted.",
        clauses=("SMS-ERR-07",),
        seam=_recipients(lambda to: to.replace("-", "").isdecimal() and to.isascii()),
    ),
    Mutant(
        "digits-of-any-script",
        "Takes digits of every script for digits, as str.isdigit does.",
        clauses=("SMS-ERR-07",),
        seam=_recipients(str.isdigit),
    ),
    Mutant(
        "national-numbers",
        "Routes numbers in national format.",
        clauses=("SMS-ERR-12",),
        seam=instead(sms, "route", _any_country),
    ),
    Mutant(
        "numbers-of-any-length",
        "Routes numbers of any length.",
        clauses=("SMS-ERR-13",),
        seam=instead(sms, "route", _nowhere),
    ),
    Mutant(
        "numeric-before-missing",
        "Calls a missing recipient not numeric.",
        clauses=("SMS-ERR-03",),
        seam=_checked_first("_recipient_is_numeric"),
    ),
    Mutant(
        "ttl-not-checked", "Takes any ttl.", clauses=("SMS-TYPE-09",), seam=_unchecked("_ttl_is_in_range")
    ),
    Mutant(
        "ttl-in-seconds",
        "Reads ttl in seconds, as in 2012.",
        clauses=(
            "SMS-TYPE-08",
            "SMS-TYPE-09",
        ),
        seam=value(parse, "_TTL_MILLISECONDS", range(20, 604_801)),
    ),
    Mutant(
        "ttl-ends-excluded",
        "Refuses the shortest and the longest ttl.",
        clauses=("SMS-TYPE-08",),
        seam=value(parse, "_TTL_MILLISECONDS", range(20_001, 604_800_000)),
    ),
    Mutant(
        "class-not-checked",
        "Takes any message class.",
        clauses=("SMS-TYPE-10",),
        seam=_unchecked("_class_is_known"),
    ),
    Mutant(
        "callback-not-checked",
        "Takes any callback.",
        clauses=("SMS-TYPE-12",),
        seam=_unchecked("_callback_is_a_url"),
    ),
    Mutant(
        "unknown-type-is-text",
        "Takes an unknown type for text.",
        clauses=("SMS-TYPE-13",),
        seam=_given(lambda given: {**given, "type": "text"} if given.get("type") == "fax" else given),
    ),
    Mutant(
        "binary-not-known",
        "Knows text and unicode alone.",
        clauses=(
            "SMS-TYPE-02",
            "SMS-TYPE-03",
        ),
        seam=_given(
            lambda given: (
                {**given, "type": "text"}
                if given.get("type") in ("binary", "wappush", "vcard", "vcal")
                else given
            )
        ),
    ),
    Mutant(
        "binary-of-any-length",
        "Takes a binary of any length.",
        clauses=("SMS-TYPE-07",),
        seam=value(parse, "MAX_OCTETS", 10_000),
    ),
    Mutant(
        "body-not-required",
        "Sends a binary without its body.",
        clauses=("SMS-TYPE-03",),
        seam=_given(lambda given: {"body": "00", **given}),
    ),
    Mutant(
        "text-of-any-length",
        "Takes a text of any length.",
        clauses=("SMS-TYPE-15",),
        seam=value(parse, "MAX_CHARACTERS", 30_000),
    ),
    Mutant(
        "text-of-1600-characters",
        "Refuses more than 1,600 characters.",
        clauses=("SMS-TYPE-14",),
        seam=value(parse, "MAX_CHARACTERS", 1_600),
    ),
    Mutant(
        "unknown-parameters-refused",
        "Refuses parameters that it does not know.",
        clauses=("SMS-REQ-14",),
        seam=_unknown_refused(),
    ),
    Mutant(
        "text-trimmed",
        "Drops blanks around a text.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.strip() for name, text in given.items()}),
    ),
    Mutant(
        "line-ends-changed",
        "Turns line ends into those of Unix.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.replace("\r\n", "\n") for name, text in given.items()}),
    ),
    Mutant(
        "quotes-slashed",
        "Puts a backslash before every quotation mark.",
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text.replace('"', '\\"') for name, text in given.items()}),
    ),
    Mutant(
        "zero-is-empty",
        'Takes "0" for no text, as PHP\'s empty() does.',
        clauses=("SMS-REQ-10",),
        seam=_given(lambda given: {name: text for name, text in given.items() if text != "0"}),
    ),
    Mutant(
        "json-of-one-name",
        "Reads JSON only where it is called application/json.",
        clauses=("SMS-REQ-06",),
        seam=value(sms, "JSON_TYPES", frozenset({"application/json"})),
    ),
    Mutant(
        "json-not-read", "Reads no JSON.", clauses=("SMS-REQ-05",), seam=value(sms, "JSON_TYPES", frozenset())
    ),
    Mutant(
        "json-numbers-ignored",
        "Reads no JSON member that is not a text.",
        clauses=("SMS-REQ-08",),
        seam=instead(sms, "collected", _json_texts_alone),
    ),
    Mutant(
        "json-for-xml",
        "Reads a JSON body at /sms/xml, too.",
        clauses=("SMS-REQ-07",),
        seam=instead(sms, "parameters", lambda usual, request, _: usual(request, "json")),
    ),
    Mutant(
        "post-query-ignored",
        "Reads the body of a POST, and not its query.",
        clauses=("SMS-REQ-03", "SMS-REQ-13"),
        seam=instead(sms, "parameters", _form_alone),
    ),
    # Rarer things
    Mutant(
        "charset-not-understood",
        "Reads a form only where its type names no charset.",
        clauses=("SMS-REQ-09",),
        seam=instead(protocol, "media_type", lambda usual, text: (text or "").lower()),
    ),
    Mutant(
        "plus-refused",
        "Refuses a plus sign before the recipient's number.",
        clauses=("SMS-REQ-23",),
        seam=instead(parse, "recipient", lambda usual, given, **_: given.get("to", "")),
    ),
    Mutant(
        "unicode-unless-told",
        "Takes a message without type for unicode.",
        clauses=("SMS-TYPE-01",),
        seam=_given(lambda given: {"type": "unicode", **given}),
    ),
    Mutant(
        "wappush-without-title",
        "Sends a wappush without its title.",
        clauses=("SMS-TYPE-04",),
        seam=_given(lambda given: {"title": "Nexmo", **given}),
    ),
    Mutant(
        "vcard-without-card",
        "Sends a vcard and a vcal without their content.",
        clauses=("SMS-TYPE-05",),
        seam=_given(lambda given: {"vcard": "-", "vcal": "-", **given}),
    ),
    Mutant(
        "unicode-without-text",
        "Sends a unicode message without text.",
        clauses=("SMS-TYPE-06",),
        seam=_given(lambda given: {"text": "-", **given} if given.get("type") == "unicode" else given),
    ),
    Mutant(
        "class-3-refused",
        "Knows the message classes 0 to 2.",
        clauses=("SMS-TYPE-11",),
        seam=_given(
            lambda given: {**given, "message-class": "9"} if given.get("message-class") == "3" else given
        ),
    ),
    Mutant(
        "true-is-no-flag",
        "Knows 0 and 1 for status-report-req, and not true.",
        clauses=("SMS-TYPE-16",),
        seam=instead(parse, "submission", _flags_alone),
    ),
    Mutant(
        "missing-text-not-named",
        "Does not name the missing text.",
        clauses=("SMS-ERR-11",),
        seam=instead(statuses, "missing", _text_not_named),
    ),
    Mutant(
        "throttled-reworded",
        "Does not say how long to wait.",
        clauses=("SMS-ERR-22",),
        seam=_texts(1, "Throttled"),
    ),
    Mutant(
        "whitelist-reworded",
        "Words status 29 in its own way.",
        clauses=("SMS-ERR-23",),
        seam=_texts(29, "Non Whitelisted Destination"),
    ),
    Mutant(
        "trial-not-told",
        "Sends a trial account's text as it is.",
        clauses=("SMS-ERR-25",),
        seam=value(statuses, "DEMO_ADDITION", ""),
    ),
)
