"""Every control call: what it takes, what it does, what it answers. The one table from which all else is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ... import config, fields, steps
from ...domain.credentials import TemporaryCredentials
from ...domain.webhook import Webhook
from ...errors import Unknown
from ...fields import Field, Schema
from ...operations import delivery
from ...operations.oauth import Decision, decide
from ...ports import AttemptQuery, MessageQuery, Ports
from ...provider import Provider
from ...timekeeper import Timekeeper
from ...trace import ExchangeQuery
from ...version import __version__
from . import render, shapes

MAX_WAIT_SECONDS = 300.0

_OUTCOMES = ("accepted", "refused", "fault", "other")
AUTHORIZATION_FIELDS = (
    Field("oauth_token", fields.text(), required=True),
    Field("decision", fields.one_of(*(decision.value for decision in Decision)), required=True),
    Field("account", fields.email, hint="who decides; the first account, if none is named"),
)
_ANY = fields.any_text(at_most=1000)
_WAIT = Field(
    "wait",
    fields.from_query(fields.number(0, MAX_WAIT_SECONDS)),
    default=0.0,
    hint="holds the answer so many seconds, until there is a match",
)
MESSAGE_QUERY = (
    Field("to", _ANY),
    Field("from", _ANY),
    Field("consumer_key", _ANY),
    Field("api_key", _ANY),
    Field("since", fields.time),
    _WAIT,
)
EXCHANGE_QUERY = (
    Field("outcome", fields.one_of(*_OUTCOMES)),
    Field("consumer_key", _ANY),
    Field("path", _ANY),
    Field("limit", fields.from_query(fields.whole_number(0, 1_000_000))),
)
WEBHOOK_QUERY = (
    Field("kind", fields.one_of("receipt", "inbound")),
    Field("message_id", _ANY),
    Field("api_key", _ANY),
    Field("consumer_key", _ANY),
    _WAIT,
)
CLOCK_QUERY = (Field("consumer_key", _ANY),)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered as JSON, None is no body; and what is to be pushed after that."""

    members: Any = None
    webhooks: Sequence[Webhook] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a call acts upon."""

    provider: Provider

    @property
    def ports(self) -> Ports:
        """The fake's ports."""
        return self.provider.ports

    @property
    def clock(self) -> Timekeeper:
        """Time, which can be moved."""
        return Timekeeper(self.provider.ports.clock, self.provider.schedule)

    def account(self, email: str | None, member: str) -> str:
        """Return the address of the account *email*, or of the first one."""
        store = self.ports.store
        if email is None:
            return store.accounts()[0].email
        account = store.account(email)
        if account is None:
            raise Unknown("account", email, f"{member} is one of GET /_fake/accounts")
        return account.email


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One control call. Its members come in a JSON body, or in the query of a GET."""

    method: str
    path: str  # below /_fake, with {parameters}
    summary: str
    answer: Callable[..., Answer]  # takes the context, the members, and the path's parameters
    status: int = 200
    shape: Schema | None = None  # of the answer
    body: tuple[Field, ...] | None = None
    query: tuple[Field, ...] | None = None
    reads_itself: bool = False  # the step reads its members by the same table
    errors: tuple[int, ...] = field(default=())

    @property
    def name(self) -> str:
        """Its name: unique, and a word."""
        return f"{self.method} {self.path}"


Values = Mapping[str, Any]

# State as a whole


def _health(context: Context, _: Values) -> Answer:
    profile = context.provider.policy.profile.value
    return Answer({"status": "ok", "version": __version__, "profile": profile})


def _list(_context: Context, _: Values) -> Answer:
    return Answer({"calls": [f"{call.method} /_fake{call.path}" for call in CALLS]})


def _openapi(_context: Context, _: Values) -> Answer:
    from .openapi import description

    return Answer(description(CALLS))


def _reset(context: Context, _: Values) -> Answer:
    context.provider.reset()
    return Answer()


# Apps and accounts


def _apps(context: Context, _: Values) -> Answer:
    return Answer({"apps": [render.app(app) for app in context.ports.store.apps()]})


def _create_app(context: Context, values: Values) -> Answer:
    ports = context.ports
    owner = context.account(values["owner"], "owner")
    app = config.app_from(values, ports.entropy, owner=owner, now=ports.clock.now())
    ports.store.add_app(app)
    return Answer(render.app(app))


def _app(context: Context, _: Values, consumer_key: str) -> Answer:
    app = context.ports.store.app(consumer_key)
    if app is None:
        raise Unknown("app", consumer_key, "GET /_fake/apps lists them")
    return Answer(render.app(app))


def _delete_app(context: Context, _: Values, consumer_key: str) -> Answer:
    context.ports.store.remove_app(consumer_key)
    return Answer()


def _accounts(context: Context, _: Values) -> Answer:
    return Answer({"accounts": [render.account(account) for account in context.ports.store.accounts()]})


def _create_account(context: Context, values: Values) -> Answer:
    account = config.account_from(values, context.ports.entropy)
    context.ports.store.add_account(account)
    return Answer(render.account(account))


# Tokens


def _authorize(context: Context, values: Values) -> Answer:
    account = context.account(values["account"], "account")
    decision = decide(values["oauth_token"], Decision(values["decision"]), account, context.ports)
    return Answer(
        {
            "oauth_token": decision.oauth_token,
            "oauth_verifier": decision.verifier,
            "redirect_url": decision.redirect_url,
        }
    )


def _tokens(context: Context, _: Values) -> Answer:
    clock = context.ports.clock
    held = context.ports.store.tokens()
    current = (t.at(clock.now(t.client_key)) if isinstance(t, TemporaryCredentials) else t for t in held)
    return Answer({"tokens": [render.token(token) for token in current]})


def _revoke(context: Context, _: Values, oauth_token: str) -> Answer:
    context.ports.store.revoke(oauth_token)
    return Answer()


# What happened


def _messages(context: Context, values: Values) -> Answer:
    query = MessageQuery(
        to=values["to"],
        sender=values["from"],
        client_key=values["consumer_key"],
        api_key=values["api_key"],
        since=values["since"],
    )
    found = context.ports.store.messages(query, wait_seconds=values["wait"])
    clock = context.ports.clock
    return Answer({"messages": [render.message(one, clock.now(one.client_key)) for one in found]})


def _clear_messages(context: Context, _: Values) -> Answer:
    context.ports.store.clear_messages()
    return Answer()


def _exchanges(context: Context, values: Values) -> Answer:
    query = ExchangeQuery(
        outcome=values["outcome"],
        client_key=values["consumer_key"],
        path=values["path"],
        limit=values["limit"],
    )
    return Answer({"exchanges": [render.exchange(one) for one in context.provider.trace.exchanges(query)]})


def _webhooks(context: Context, values: Values) -> Answer:
    query = AttemptQuery(
        kind=values["kind"],
        message_id=values["message_id"],
        api_key=values["api_key"],
        client_key=values["consumer_key"],
    )
    found = context.ports.store.attempts(query, wait_seconds=values["wait"])
    return Answer({"webhooks": [render.attempt(attempt) for attempt in found]})


# What is made to happen


def _receipt(context: Context, values: Values, message_id: str) -> Answer:
    webhooks = delivery.report(
        message_id, status=values["status"], err_code=str(values["err_code"]), ports=context.ports
    )
    return Answer({"message_id": message_id, "webhooks": len(webhooks)}, webhooks)


def _inbound(context: Context, members: Values) -> Answer:
    webhooks = steps.receive(members, context.provider)
    return Answer({"webhooks": len(webhooks)}, webhooks)


def _faults(context: Context, _: Values) -> Answer:
    return Answer({"faults": [render.fault(fault) for fault in context.provider.faults.waiting()]})


def _plan_fault(context: Context, members: Values) -> Answer:
    fault = steps.plan_fault(members, context.provider.faults, context.ports.entropy)
    return Answer(render.fault(fault))


def _clear_faults(context: Context, _: Values) -> Answer:
    context.provider.faults.clear()
    return Answer()


def _delete_fault(context: Context, _: Values, fault_id: str) -> Answer:
    context.provider.faults.remove(fault_id)
    return Answer()


def _clock(context: Context, values: Values) -> Answer:
    return _time(context, values["consumer_key"])


def _move_clock(context: Context, members: Values) -> Answer:
    return _time(context, steps.move_clock(members, context.clock))


def _time(context: Context, consumer_key: str | None) -> Answer:
    clock = context.clock
    return Answer(
        {
            "now": render.moment(clock.now(consumer_key=consumer_key)),
            "frozen": clock.is_frozen(consumer_key=consumer_key),
        }
    )


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
        answer=_health,
        shape=shapes.HEALTH,
    ),
    Call(method="POST", path="/reset", summary="Go back to the seeded state.", answer=_reset, status=204),
    Call(
        method="GET", path="/apps", summary="List the apps.", answer=_apps, shape=_listed("apps", shapes.APP)
    ),
    Call(
        method="POST",
        path="/apps",
        summary="Register an app.",
        answer=_create_app,
        status=201,
        shape=shapes.APP,
        body=config.APP_FIELDS,
        errors=(404, 409),
    ),
    Call(
        method="GET",
        path="/apps/{consumer_key}",
        summary="Show an app.",
        answer=_app,
        shape=shapes.APP,
        errors=(404,),
    ),
    Call(
        method="DELETE",
        path="/apps/{consumer_key}",
        summary="Delete an app; its tokens are revoked.",
        answer=_delete_app,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/accounts",
        summary="List the accounts.",
        answer=_accounts,
        shape=_listed("accounts", shapes.ACCOUNT),
    ),
    Call(
        method="POST",
        path="/accounts",
        summary="Open an account.",
        answer=_create_account,
        status=201,
        shape=shapes.ACCOUNT,
        body=config.ACCOUNT_FIELDS,
        errors=(409,),
    ),
    Call(
        method="POST",
        path="/authorizations",
        summary="Decide about a request token, as a user on the consent page.",
        answer=_authorize,
        shape=shapes.AUTHORIZATION,
        body=AUTHORIZATION_FIELDS,
        errors=(404, 409),
    ),
    Call(
        method="GET",
        path="/tokens",
        summary="List the tokens, without their secrets.",
        answer=_tokens,
        shape=_listed("tokens", shapes.TOKEN),
    ),
    Call(
        method="DELETE",
        path="/tokens/{oauth_token}",
        summary="Revoke a token.",
        answer=_revoke,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/messages",
        summary="List the messages, refused ones too, the oldest first.",
        answer=_messages,
        shape=_listed("messages", shapes.MESSAGE),
        query=MESSAGE_QUERY,
    ),
    Call(
        method="DELETE",
        path="/messages",
        summary="Forget all messages.",
        answer=_clear_messages,
        status=204,
    ),
    Call(
        method="POST",
        path="/messages/{message_id}/receipt",
        summary="Let a carrier report about a part now.",
        answer=_receipt,
        status=202,
        shape=shapes.RECEIPT_SENT,
        body=steps.RECEIPT_FIELDS,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/exchanges",
        summary="List the newest requests with their answers, the newest first.",
        answer=_exchanges,
        shape=_listed("exchanges", shapes.EXCHANGE),
        query=EXCHANGE_QUERY,
    ),
    Call(
        method="GET",
        path="/faults",
        summary="List the faults that wait.",
        answer=_faults,
        shape=_listed("faults", shapes.FAULT),
    ),
    Call(
        method="POST",
        path="/faults",
        summary="Plan a fault.",
        answer=_plan_fault,
        status=201,
        shape=shapes.FAULT,
        body=steps.FAULT_FIELDS,
        reads_itself=True,
    ),
    Call(method="DELETE", path="/faults", summary="Forget all faults.", answer=_clear_faults, status=204),
    Call(
        method="DELETE",
        path="/faults/{id}",
        summary="Forget a fault.",
        answer=_delete_fault,
        status=204,
        errors=(404,),
    ),
    Call(
        method="GET",
        path="/clock",
        summary="Tell the fake's time.",
        answer=_clock,
        shape=shapes.CLOCK,
        query=CLOCK_QUERY,
    ),
    Call(
        method="POST",
        path="/clock",
        summary="Move time; answers after all that fell due has happened.",
        answer=_move_clock,
        shape=shapes.CLOCK,
        body=steps.CLOCK_FIELDS,
        reads_itself=True,
        errors=(409,),
    ),
    Call(
        method="POST",
        path="/inbound",
        summary="Let somebody send an SMS to a virtual number.",
        answer=_inbound,
        status=202,
        shape=shapes.INBOUND,
        body=steps.INBOUND_FIELDS,
        reads_itself=True,
    ),
    Call(
        method="GET",
        path="/webhooks",
        summary="List all attempts at a webhook, the oldest first.",
        answer=_webhooks,
        shape=_listed("webhooks", shapes.ATTEMPT),
        query=WEBHOOK_QUERY,
    ),
)
