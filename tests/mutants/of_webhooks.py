"""Mistakes in what is pushed: delivery receipts and inbound SMS, when they come, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from fake_provider.adapters import outbox
from fake_provider.domain.account import Account
from fake_provider.domain.message import Message
from fake_provider.domain.webhook import Pairs, Webhook
from fake_provider.operations import delivery, sms
from fake_provider.schedule import Hold, Schedule
from fake_provider.sms import parse, parts, receipt

from .mutant import Mutant, Replacement, Seam, both, instead, policy, value


def _told(name: str, change: Callable[[Pairs], Sequence[tuple[str, str]]]) -> Seam:
    """Push other parameters, of ``receipt_parameters`` or of ``inbound_parameters``."""
    return instead(receipt, name, lambda usual, *rest: tuple(change(usual(*rest))))


def _receipts(change: Callable[[Pairs], Sequence[tuple[str, str]]]) -> Seam:
    return _told("receipt_parameters", change)


def _inbound(change: Callable[[Pairs], Sequence[tuple[str, str]]]) -> Seam:
    return _told("inbound_parameters", change)


def _renamed(name: str, wrong: str) -> Callable[[Pairs], Sequence[tuple[str, str]]]:
    return lambda pairs: [(wrong if key == name else key, text) for key, text in pairs]


def _without(*names: str) -> Callable[[Pairs], Sequence[tuple[str, str]]]:
    return lambda pairs: [pair for pair in pairs if pair[0] not in names]


def _value_of(name: str, change: Callable[[str], str]) -> Callable[[Pairs], Sequence[tuple[str, str]]]:
    return lambda pairs: [(key, change(text) if key == name else text) for key, text in pairs]


def _swapped(one: str, other: str) -> Callable[[Pairs], Sequence[tuple[str, str]]]:
    """Give two parameters each other's value."""

    def change(pairs: Pairs) -> Sequence[tuple[str, str]]:
        texts = dict(pairs)
        return [(name, texts[{one: other, other: one}.get(name, name)]) for name, _ in pairs]

    return change


def _ref_last(pairs: Pairs) -> Sequence[tuple[str, str]]:
    return sorted(pairs, key=lambda pair: pair[0] == "client-ref")


def _accepted(change: Callable[[Sequence[Webhook]], Sequence[Webhook]]) -> Seam:
    """Make other pushes of an accepted message."""
    return instead(delivery, "receipt_webhooks", lambda usual, *rest: change(usual(*rest)))


def _account_first(usual: Replacement, message: Message, account: Account) -> str | None:
    return account.dr_callback_url or usual(message, account)


def _request_alone(usual: Replacement, message: Message, account: Account) -> str | None:
    return message.details.get("callback")


def _account_alone(usual: Replacement, message: Message, account: Account) -> str | None:
    return account.dr_callback_url or None


def _at_once(usual: Replacement, schedule: Schedule, webhooks: Sequence[Webhook]) -> Hold:
    """Push before the answer goes out, and wait until whoever receives it has answered."""
    for webhook in webhooks:
        delivery.push(webhook, schedule._ports)
    return usual(schedule, ())  # type: ignore[no-any-return]


def _with_numbers(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    call = usual(webhook, *rest)
    if webhook.method != "POST-JSON":
        return call
    members = json.loads(call.body)
    numbers = {name: int(text) for name, text in members.items() if text.isdigit()}
    return replace(call, body=json.dumps(members | numbers).encode())


def _in_a_list(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    call = usual(webhook, *rest)
    return replace(call, body=b"[%b]" % call.body) if webhook.method == "POST-JSON" else call


def _methods(change: Callable[[str], str]) -> Seam:
    """Push by another method than the account's."""
    return instead(
        outbox,
        "_call",
        lambda usual, webhook, *rest: usual(replace(webhook, method=change(webhook.method)), *rest),
    )


def _blanks_escaped(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    call = usual(webhook, *rest)
    return replace(call, target=call.target.replace("+", "%20"))


def _another_id(usual: Replacement, webhook: Webhook, parameters: Pairs) -> Any:
    if webhook.attempt > 1:
        other = f"{webhook.attempt:016X}"
        parameters = tuple((name, other if name == "messageId" else text) for name, text in parameters)
    return usual(webhook, parameters)


def _agent(name: str) -> Seam:
    return both(
        *(value(outbox, agent, name) for agent in ("_RECEIPT_AGENT", "_INBOUND_AGENT", "_JSON_AGENT"))
    )


def _again(change: Callable[[Webhook, Webhook | None], Webhook | None]) -> Seam:
    """Try again at other times."""
    return instead(Webhook, "again", lambda usual, webhook: change(webhook, usual(webhook)))


def _pushed_again(usual: Replacement, webhook: Webhook, ports: Any) -> Any:
    attempt, again = usual(webhook, ports)
    return attempt, again or (webhook.again() if webhook.attempt < 9 else None)


def _only_200(usual: Replacement, webhook: Webhook, ports: Any) -> Any:
    attempt, again = usual(webhook, ports)
    return attempt, again if attempt.http_status == 200 else webhook.again()


def _never_again(usual: Replacement, webhook: Webhook, ports: Any) -> Any:
    return usual(webhook, ports)[0], None


def _unsigned(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    return webhook.parameters


def _signed_in_front(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    pairs = usual(webhook, *rest)
    return (*pairs[-3:], *pairs[:-3])


def _badly_signed(usual: Replacement, webhook: Webhook, secret: str, *rest: Any) -> Any:
    return usual(webhook, secret[::-1], *rest)


def _refused_too(usual: Replacement, request: Any, problem: Any, *rest: Any) -> Any:
    """Report what was refused, too."""
    outcome = usual(request, problem, *rest)
    callback = request.given.get("callback")
    if not callback:
        return outcome
    account = request.caller.account
    now = request.ports.clock.now(request.caller.client_key)
    pairs = (
        ("msisdn", request.given.get("to", "")),
        ("status", "rejected"),
        ("err-code", str(problem.status)),
    )
    webhook = Webhook(
        kind="receipt",
        url=callback,
        method=account.webhook_method,
        parameters=pairs,
        message_id="",
        account=account.email,
        api_key=account.api_key,
        client_key=request.caller.client_key,
        due=now,
        first_due=now,
    )
    return replace(outcome, webhooks=(webhook,))


def _summer_time(usual: Replacement, moment: float) -> str:
    return usual(moment + 3600)  # type: ignore[no-any-return]


def _iso(usual: Replacement, moment: float) -> str:
    return f"{usual(moment).replace(' ', 'T')}Z"


def _not_in_parts(usual: Replacement, text: str, alphabet: parts.Alphabet) -> tuple[str, ...]:
    return (text,)


def _of_the_account(
    usual: Replacement, inbound: Any, account: Account, client_key: str | None
) -> Webhook | None:
    plain = replace(account, rented=tuple(replace(one, mo_http_url=None) for one in account.rented))
    return usual(inbound, plain, client_key)  # type: ignore[no-any-return]


def _to_the_first(usual: Replacement, **named: Any) -> Any:
    return usual(**{**named, "account": named["ports"].store.accounts()[0]})


def _inbound_by_get(usual: Replacement, webhook: Webhook, *rest: Any) -> Any:
    return usual(replace(webhook, method="GET") if webhook.kind == "inbound" else webhook, *rest)


MUTANTS = (
    # A receipt's parameters
    Mutant(
        "receipt-names-hyphenated",
        "Writes message-id in receipts as in answers.",
        clauses=(
            "DLR-02",
            "DLR-04",
        ),
        seam=_receipts(_renamed("messageId", "message-id")),
    ),
    Mutant(
        "receipt-names-in-camel-case",
        "Writes networkCode in receipts.",
        clauses=("DLR-02",),
        seam=_receipts(_renamed("network-code", "networkCode")),
    ),
    Mutant(
        "receipt-sorted",
        "Orders the parameters of a receipt by name.",
        clauses=("DLR-02",),
        seam=_receipts(sorted),
    ),
    Mutant(
        "receipt-without-price",
        "Says no price in a receipt.",
        clauses=(
            "DLR-02",
            "DLR-05",
        ),
        seam=_receipts(_without("price")),
    ),
    Mutant(
        "receipt-price-of-two-decimals",
        "Writes the price of a receipt with two decimals.",
        clauses=("DLR-05",),
        seam=_receipts(_value_of("price", lambda text: text[:4])),
    ),
    Mutant(
        "receipt-numbers-swapped",
        "Takes msisdn for the sender and to for the recipient.",
        clauses=("DLR-03",),
        seam=_receipts(_swapped("msisdn", "to")),
    ),
    Mutant(
        "receipt-without-err-code",
        "Leaves err-code out where nothing went wrong.",
        clauses=("DLR-02",),
        seam=_receipts(_without("err-code")),
    ),
    Mutant(
        "err-code-padded",
        "Writes err-code with three digits.",
        clauses=("DLR-06",),
        seam=_receipts(_value_of("err-code", lambda text: text.zfill(3))),
    ),
    Mutant(
        "status-of-smpp",
        "Writes the statuses of SMPP: DELIVRD.",
        clauses=("DLR-06",),
        seam=_receipts(_value_of("status", lambda text: receipt.FINAL_STATUSES.get(text, text))),
    ),
    Mutant(
        "scts-with-seconds",
        "Writes scts with seconds.",
        clauses=("DLR-07",),
        seam=instead(receipt, "scts", lambda usual, moment: f"{usual(moment)}37"),
    ),
    Mutant(
        "scts-with-century",
        "Writes scts with a year of four digits.",
        clauses=("DLR-07",),
        seam=instead(receipt, "scts", lambda usual, moment: f"20{usual(moment)}"),
    ),
    Mutant(
        "timestamp-in-iso",
        "Writes message-timestamp as ISO 8601 does.",
        clauses=("DLR-08",),
        seam=instead(receipt, "timestamp", _iso),
    ),
    Mutant(
        "timestamp-in-local-time",
        "Writes message-timestamp in the time of its own machine, which is not UTC.",
        clauses=("DLR-08",),
        seam=instead(receipt, "timestamp", _summer_time),
    ),
    Mutant(
        "scts-in-local-time",
        "Writes scts in the time of its own machine, which is not UTC.",
        clauses=("DLR-07",),
        seam=instead(receipt, "scts", _summer_time),
    ),
    Mutant(
        "receipt-without-client-ref",
        "Does not bring client-ref back.",
        clauses=("DLR-09",),
        seam=_receipts(_without("client-ref")),
    ),
    Mutant(
        "receipt-with-client-ref-last",
        "Puts client-ref behind message-timestamp.",
        clauses=("DLR-09",),
        seam=_receipts(_ref_last),
    ),
    Mutant(
        "receipt-id-in-lower-case",
        "Writes the id in lower case in a receipt.",
        clauses=("DLR-04",),
        seam=_receipts(_value_of("messageId", str.lower)),
    ),
    # How it is pushed
    Mutant(
        "pushed-by-post",
        "Pushes by POST unless told otherwise.",
        clauses=("DLR-01",),
        seam=_methods(lambda name: "POST" if name == "GET" else name),
    ),
    Mutant(
        "pushed-by-get-alone",
        "Pushes by GET whatever the account is set to.",
        clauses=(
            "DLR-11",
            "DLR-12",
        ),
        seam=_methods(lambda name: "GET"),
    ),
    Mutant(
        "pushed-by-post-for-json",
        "Pushes a form where JSON is asked for.",
        clauses=("DLR-11",),
        seam=_methods(lambda name: "POST" if name == "POST-JSON" else name),
    ),
    Mutant(
        "pushed-numbers",
        "Writes numbers in pushed JSON.",
        clauses=("DLR-11",),
        seam=instead(outbox, "_call", _with_numbers),
    ),
    Mutant(
        "pushed-in-a-list",
        "Pushes JSON in a list, as batches are.",
        clauses=("DLR-11",),
        seam=instead(outbox, "_call", _in_a_list),
    ),
    Mutant(
        "pushed-blanks-escaped",
        "Writes a blank as %20 in the query.",
        clauses=("DLR-24",),
        seam=instead(outbox, "_call", _blanks_escaped),
    ),
    Mutant(
        "pushed-by-python",
        "Says python-requests as its agent.",
        clauses=("DLR-13",),
        seam=_agent("python-requests/2.31"),
    ),
    # When
    Mutant(
        "one-receipt-for-all-parts",
        "Reports a message once, however many parts it has.",
        clauses=("DLR-10",),
        seam=_accepted(lambda webhooks: webhooks[:1]),
    ),
    Mutant("no-receipts", "Reports nothing.", clauses=("DLR-01",), seam=_accepted(lambda webhooks: ())),
    Mutant(
        "receipts-on-request-alone",
        "Reports only where status-report-req=1 came.",
        clauses=(
            "DLR-01",
            "DLR-18",
        ),
        seam=policy(receipts_on_request=True),
    ),
    Mutant(
        "receipts-not-to-be-declined",
        "Reports though status-report-req=0 came.",
        clauses=("DLR-19",),
        seam=instead(parse, "wants_receipt", lambda usual, *rest, **named: True),
    ),
    Mutant(
        "accepted-before-delivered",
        "Reports accepted before delivered where no carrier did.",
        clauses=("DLR-06",),
        seam=policy(intermediate_receipt="accepted"),
    ),
    Mutant(
        "refused-is-reported",
        "Reports refused messages, too.",
        clauses=("DLR-25",),
        seam=instead(sms._Request, "refused", _refused_too),
    ),
    Mutant(
        "account-url-goes-first",
        "Pushes to the account's URL though the request names one.",
        clauses=("DLR-17",),
        seam=instead(delivery, "receipt_url", _account_first),
    ),
    Mutant(
        "request-url-alone",
        "Does not know the account's URL for receipts.",
        clauses=("DLR-18",),
        seam=instead(delivery, "receipt_url", _request_alone),
    ),
    Mutant(
        "account-url-alone",
        "Does not know the request's URL for receipts.",
        clauses=("DLR-17",),
        seam=instead(delivery, "receipt_url", _account_alone),
    ),
    Mutant(
        "receipt-before-the-answer",
        "Pushes a receipt before it answers, and waits for whoever receives it.",
        clauses=("DLR-21",),
        seam=instead(Schedule, "hold", _at_once),
    ),
    Mutant(
        "never-pushed-again",
        "Pushes once, whatever the answer.",
        clauses=("DLR-14",),
        seam=instead(delivery, "push", _never_again),
    ),
    Mutant(
        "pushed-again-under-another-id",
        "Gives each attempt an id of its own.",
        clauses=("DLR-14",),
        seam=instead(outbox, "_call", _another_id),
    ),
    Mutant(
        "always-pushed-again",
        "Pushes twice, though the first was accepted.",
        clauses=("DLR-15",),
        seam=instead(delivery, "push", _pushed_again),
    ),
    Mutant(
        "pushed-again-but-for-200",
        "Takes 204 for a refusal.",
        clauses=("DLR-23",),
        seam=instead(delivery, "push", _only_200),
    ),
    Mutant(
        "pushed-again-every-hour",
        "Tries again after an hour.",
        clauses=("DLR-14",),
        seam=_again(lambda webhook, again: replace(again, due=webhook.due + 3600) if again else None),
    ),
    Mutant(
        "given-up-after-three",
        "Gives a receipt up after three attempts.",
        clauses=(
            "DLR-14",
            "DLR-16",
        ),
        seam=_again(lambda webhook, again: again if webhook.attempt < 3 else None),
    ),
    Mutant(
        "never-given-up",
        "Goes on trying for ever.",
        clauses=(
            "DLR-16",
            "MO-11",
        ),
        seam=_again(
            lambda webhook, again: (
                again or replace(webhook, due=webhook.due + 60, attempt=webhook.attempt + 1)
            )
        ),
    ),
    # Signed
    Mutant(
        "receipts-not-signed",
        "Signs no receipt.",
        clauses=("DLR-22",),
        seam=instead(receipt, "signed", _unsigned),
    ),
    Mutant(
        "signature-in-front",
        "Puts timestamp, nonce and sig in front.",
        clauses=("DLR-22",),
        seam=instead(receipt, "signed", _signed_in_front),
    ),
    Mutant(
        "receipts-signed-wrongly",
        "Signs receipts with another secret than the account's.",
        clauses=("DLR-22",),
        seam=instead(receipt, "signed", _badly_signed),
    ),
    # Inbound SMS
    Mutant(
        "keyword-as-written",
        "Writes the keyword as it stands in the text.",
        clauses=("MO-03",),
        seam=instead(receipt, "keyword", lambda usual, text: (text.split(maxsplit=1) or [""])[0]),
    ),
    Mutant(
        "keyword-is-the-text",
        "Takes the whole text for the keyword.",
        clauses=("MO-03",),
        seam=instead(receipt, "keyword", lambda usual, text: text.upper()),
    ),
    Mutant("no-keyword", "Leaves the keyword out.", clauses=("MO-01",), seam=_inbound(_without("keyword"))),
    Mutant(
        "inbound-without-type",
        "Does not say the type of an inbound SMS.",
        clauses=("MO-01",),
        seam=_inbound(_without("type")),
    ),
    Mutant(
        "inbound-numbers-swapped",
        "Swaps msisdn and to of an inbound SMS.",
        clauses=("MO-02",),
        seam=_inbound(_swapped("msisdn", "to")),
    ),
    Mutant(
        "inbound-in-one",
        "Pushes a long inbound SMS in one.",
        clauses=("MO-05",),
        seam=instead(parts, "split", _not_in_parts),
    ),
    Mutant(
        "no-concat",
        "Pushes parts without saying that they are.",
        clauses=("MO-05",),
        seam=_inbound(_without("concat", "concat-ref", "concat-total", "concat-part")),
    ),
    Mutant(
        "concat-from-zero",
        "Counts parts from zero.",
        clauses=("MO-06",),
        seam=_inbound(_value_of("concat-part", lambda text: str(int(text) - 1))),
    ),
    Mutant(
        "concat-ref-of-each",
        "Gives every part a reference of its own.",
        clauses=("MO-05",),
        seam=_inbound(
            lambda pairs: _value_of("concat-ref", lambda text: text + dict(pairs)["concat-part"])(pairs)
        ),
    ),
    Mutant(
        "concat-always",
        "Says concat=false of an SMS in one part.",
        clauses=("MO-01",),
        seam=_inbound(
            lambda pairs: pairs if "concat" in dict(pairs) else [*pairs[:3], ("concat", "false"), *pairs[3:]]
        ),
    ),
    Mutant(
        "number-url-ignored",
        "Pushes inbound SMS to the account's URL alone.",
        clauses=("MO-07",),
        seam=instead(delivery, "_inbound_webhook", _of_the_account),
    ),
    Mutant(
        "inbound-to-the-first-account",
        "Pushes inbound SMS to the first account, whose number it ever is.",
        clauses=("MO-01",),
        seam=instead(delivery, "receive", _to_the_first),
    ),
    Mutant(
        "binary-as-text",
        "Pushes a binary inbound SMS as text.",
        clauses=("MO-08",),
        seam=_inbound(_renamed("data", "text")),
    ),
    # Rarer things
    Mutant(
        "err-code-is-zero",
        "Writes err-code 0 whatever went wrong.",
        clauses=("DLR-20",),
        seam=_receipts(_value_of("err-code", lambda text: "0")),
    ),
    Mutant(
        "inbound-time-in-iso",
        "Writes the time of an inbound SMS as ISO 8601 does.",
        clauses=("MO-04",),
        seam=_inbound(_value_of("message-timestamp", lambda text: text.replace(" ", "T"))),
    ),
    Mutant(
        "inbound-is-text",
        "Calls every inbound SMS text.",
        clauses=("MO-09",),
        seam=_inbound(_value_of("type", lambda text: "text")),
    ),
    Mutant(
        "inbound-by-get-alone",
        "Pushes inbound SMS by GET whatever the account is set to.",
        clauses=("MO-10",),
        seam=instead(outbox, "_call", _inbound_by_get),
    ),
    Mutant(
        "inbound-id-in-lower-case",
        "Writes the id of an inbound SMS in lower case.",
        clauses=("MO-12",),
        seam=_inbound(_value_of("messageId", str.lower)),
    ),
)
