"""Every control call, as one table: routing, reading and the description are made from it."""

from __future__ import annotations

from collections.abc import Sequence

from ... import config, readers, steps
from ...fields import Field, Schema
from ...operations.oauth import Decision
from . import answers, shapes
from .call import Answer, Call, Context, Values
from .openapi import description

MAX_WAIT_SECONDS = 300.0

_OUTCOMES = ("accepted", "refused", "fault", "other")
AUTHORIZATION_FIELDS = (
    Field("oauth_token", readers.text(), required=True),
    Field("decision", readers.one_of(*(decision.value for decision in Decision)), required=True),
    Field("account", readers.email, hint="who decides; the first account, if none is named"),
)
_ANY = readers.any_text(at_most=1000)
_WAIT = Field(
    "wait",
    readers.from_query(readers.number(0, MAX_WAIT_SECONDS)),
    default=0.0,
    hint="holds the answer so many seconds, until there is a match",
)
MESSAGE_QUERY = (
    Field("to", _ANY),
    Field("from", _ANY),
    Field("consumer_key", _ANY),
    Field("api_key", _ANY),
    Field("since", readers.time),
    _WAIT,
)
EXCHANGE_QUERY = (
    Field("outcome", readers.one_of(*_OUTCOMES)),
    Field("consumer_key", _ANY),
    Field("path", _ANY),
    Field("limit", readers.from_query(readers.whole_number(0, 1_000_000))),
)
WEBHOOK_QUERY = (
    Field("kind", readers.one_of("receipt", "inbound")),
    Field("message_id", _ANY),
    Field("api_key", _ANY),
    Field("consumer_key", _ANY),
    _WAIT,
)
CLOCK_QUERY = (Field("consumer_key", _ANY),)


def _list(_context: Context, _: Values) -> Answer:
    return Answer({"calls": [f"{call.method} /_fake{call.path}" for call in CALLS]})


def _openapi(_context: Context, _: Values) -> Answer:
    return Answer(description(CALLS))


def _listed(name: str, shape: Schema) -> Schema:
    return shapes.an_object({name: {"type": "array", "items": shape}})


CALLS: Sequence[Call] = (
    Call(
        method="GET",
        path="/",
        summary="List the control calls.",
        answer=_list,
        shape=_listed("calls", {"type": "string"}),
    ),
    Call(
        method="GET",
        path="/openapi.json",
        summary="Describe the control API (OpenAPI 3.1).",
        answer=_openapi,
        shape={"type": "object"},
    ),
    Call(
        method="GET",
        path="/health",
        summary="Say that it runs, and as what.",
        answer=answers.health,
        shape=shapes.HEALTH,
    ),
    Call(
        method="GET",
        path="/metrics",
        summary="Tell how often what has happened, for Prometheus.",
        answer=answers.metrics,
        shape={"type": "string"},
        media_type="text/plain; version=1.0.0; charset=utf-8",
    ),
    Call(
        method="POST", path="/reset", summary="Go back to the seeded state.", answer=answers.reset, status=204
    ),
    Call(
        method="GET",
        path="/apps",
        summary="List the apps.",
        answer=answers.apps,
        shape=_listed("apps", shapes.APP),
    ),
    Call(
        method="POST",
        path="/apps",
        summary="Register an app.",
        answer=answers.create_app,
        status=201,
        shape=shapes.APP,
        body=config.APP_FIELDS,
        errors=(404, 409),
    ),
    Call(
        method="GET",
        path="/apps/{consumer_key}",
        summary="Show an app.",
        answer=answers.app,
        shape=shapes.APP,
        errors=(404,),
    ),
    Call(
        method="DELETE",
        path="/apps/{consumer_key}",
        summary="Delete an app; its tokens are revoked.",
        answer=answers.delete_app,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/accounts",
        summary="List the accounts.",
        answer=answers.accounts,
        shape=_listed("accounts", shapes.ACCOUNT),
    ),
    Call(
        method="POST",
        path="/accounts",
        summary="Open an account.",
        answer=answers.create_account,
        status=201,
        shape=shapes.ACCOUNT,
        body=config.ACCOUNT_FIELDS,
        errors=(409,),
    ),
    Call(
        method="POST",
        path="/authorizations",
        summary="Decide about a request token, as a user on the consent page.",
        answer=answers.authorize,
        shape=shapes.AUTHORIZATION,
        body=AUTHORIZATION_FIELDS,
        errors=(404, 409),
    ),
    Call(
        method="GET",
        path="/tokens",
        summary="List the tokens, without their secrets.",
        answer=answers.tokens,
        shape=_listed("tokens", shapes.TOKEN),
    ),
    Call(
        method="DELETE",
        path="/tokens/{oauth_token}",
        summary="Revoke a token.",
        answer=answers.revoke,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/messages",
        summary="List the messages, refused ones too, the oldest first.",
        answer=answers.messages,
        shape=_listed("messages", shapes.MESSAGE),
        query=MESSAGE_QUERY,
    ),
    Call(
        method="DELETE",
        path="/messages",
        summary="Forget all messages.",
        answer=answers.clear_messages,
        status=204,
    ),
    Call(
        method="POST",
        path="/messages/{message_id}/receipt",
        summary="Let a carrier report about a part now.",
        answer=answers.receipt,
        status=202,
        shape=shapes.RECEIPT_SENT,
        body=steps.RECEIPT_FIELDS,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/exchanges",
        summary="List the newest requests with their answers, the newest first.",
        answer=answers.exchanges,
        shape=_listed("exchanges", shapes.EXCHANGE),
        query=EXCHANGE_QUERY,
    ),
    Call(
        method="GET",
        path="/faults",
        summary="List the faults that wait.",
        answer=answers.faults,
        shape=_listed("faults", shapes.FAULT),
    ),
    Call(
        method="POST",
        path="/faults",
        summary="Plan a fault.",
        answer=answers.plan_fault,
        status=201,
        shape=shapes.FAULT,
        body=steps.FAULT_FIELDS,
        reads_itself=True,
    ),
    Call(
        method="DELETE", path="/faults", summary="Forget all faults.", answer=answers.clear_faults, status=204
    ),
    Call(
        method="DELETE",
        path="/faults/{id}",
        summary="Forget a fault.",
        answer=answers.delete_fault,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/clock",
        summary="Tell the fake's time.",
        answer=answers.clock,
        shape=shapes.CLOCK,
        query=CLOCK_QUERY,
    ),
    Call(
        method="POST",
        path="/clock",
        summary="Move time; answers after all that fell due has happened.",
        answer=answers.move_clock,
        shape=shapes.CLOCK,
        body=steps.CLOCK_FIELDS,
        reads_itself=True,
        errors=(409,),
    ),
    Call(
        method="POST",
        path="/inbound",
        summary="Let somebody send an SMS to a virtual number.",
        answer=answers.inbound,
        status=202,
        shape=shapes.INBOUND,
        body=steps.INBOUND_FIELDS,
        reads_itself=True,
    ),
    Call(
        method="GET",
        path="/webhooks",
        summary="List all attempts at a webhook, the oldest first.",
        answer=answers.webhooks,
        shape=_listed("webhooks", shapes.ATTEMPT),
        query=WEBHOOK_QUERY,
    ),
)
