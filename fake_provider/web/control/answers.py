"""What each control call does: one function a call, which takes the context, the members, and the path's parameters."""

from __future__ import annotations

from ... import config, steps
from ...domain.credentials import TemporaryCredentials
from ...errors import Unknown
from ...operations import delivery
from ...operations.oauth import Decision, decide
from ...ports import AttemptQuery, MessageQuery
from ...trace import ExchangeQuery
from ...version import __version__
from . import render
from .call import Answer, Context, Values

# State as a whole


def health(context: Context, _: Values) -> Answer:
    context.ports.store.check()
    policy = context.provider.policy
    return Answer(
        {
            "status": "ok",
            "version": __version__,
            "profile": policy.profile.value,
            "auto_approve": policy.auto_approve,
        }
    )


def reset(context: Context, _: Values) -> Answer:
    context.provider.reset()
    return Answer()


def metrics(context: Context, _: Values) -> Answer:
    from .exposition import exposition  # it takes 0.1 s, which most never need

    return Answer(exposition(context.provider))


# Apps and accounts


def apps(context: Context, _: Values) -> Answer:
    return Answer({"apps": [render.app(app) for app in context.ports.store.apps()]})


def create_app(context: Context, values: Values) -> Answer:
    ports = context.ports
    owner = context.account(values["owner"], "owner")
    app = config.app_from(values, ports.entropy, owner=owner, now=ports.clock.now())
    ports.store.add_app(app)
    return Answer(render.app(app))


def app(context: Context, _: Values, consumer_key: str) -> Answer:
    app = context.ports.store.app(consumer_key)
    if app is None:
        raise Unknown("app", consumer_key, "GET /_fake/apps lists them")
    return Answer(render.app(app))


def delete_app(context: Context, _: Values, consumer_key: str) -> Answer:
    context.ports.store.remove_app(consumer_key)
    return Answer()


def accounts(context: Context, _: Values) -> Answer:
    return Answer({"accounts": [render.account(account) for account in context.ports.store.accounts()]})


def create_account(context: Context, values: Values) -> Answer:
    account = config.account_from(values, context.ports.entropy)
    context.ports.store.add_account(account)
    return Answer(render.account(account))


# Tokens


def authorize(context: Context, values: Values) -> Answer:
    account = context.account(values["account"], "account")
    decision = decide(values["oauth_token"], Decision(values["decision"]), account, context.ports)
    return Answer(
        {
            "oauth_token": decision.oauth_token,
            "oauth_verifier": decision.verifier,
            "redirect_url": decision.redirect_url,
        }
    )


def tokens(context: Context, _: Values) -> Answer:
    clock = context.ports.clock
    held = context.ports.store.tokens()
    current = (t.at(clock.now(t.client_key)) if isinstance(t, TemporaryCredentials) else t for t in held)
    return Answer({"tokens": [render.token(token) for token in current]})


def revoke(context: Context, _: Values, oauth_token: str) -> Answer:
    context.ports.store.revoke(oauth_token)
    return Answer()


# What happened


def messages(context: Context, values: Values) -> Answer:
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


def clear_messages(context: Context, _: Values) -> Answer:
    context.ports.store.clear_messages()
    return Answer()


def exchanges(context: Context, values: Values) -> Answer:
    query = ExchangeQuery(
        outcome=values["outcome"],
        client_key=values["consumer_key"],
        path=values["path"],
        limit=values["limit"],
    )
    return Answer({"exchanges": [render.exchange(one) for one in context.provider.trace.exchanges(query)]})


def webhooks(context: Context, values: Values) -> Answer:
    query = AttemptQuery(
        kind=values["kind"],
        message_id=values["message_id"],
        api_key=values["api_key"],
        client_key=values["consumer_key"],
    )
    found = context.ports.store.attempts(query, wait_seconds=values["wait"])
    redacted = context.provider.trace.redacted_url
    return Answer({"webhooks": [render.attempt(one, url=redacted(one.webhook.url)) for one in found]})


# What is made to happen


def receipt(context: Context, values: Values, message_id: str) -> Answer:
    webhooks = delivery.report(
        message_id, status=values["status"], err_code=str(values["err_code"]), ports=context.ports
    )
    return Answer({"message_id": message_id, "webhooks": len(webhooks)}, webhooks)


def inbound(context: Context, members: Values) -> Answer:
    webhooks = steps.receive(members, context.provider)
    return Answer({"webhooks": len(webhooks)}, webhooks)


def faults(context: Context, _: Values) -> Answer:
    return Answer({"faults": [render.fault(fault) for fault in context.provider.faults.waiting()]})


def plan_fault(context: Context, members: Values) -> Answer:
    fault = steps.plan_fault(members, context.provider.faults, context.ports.entropy)
    return Answer(render.fault(fault))


def clear_faults(context: Context, _: Values) -> Answer:
    context.provider.faults.clear()
    return Answer()


def delete_fault(context: Context, _: Values, fault_id: str) -> Answer:
    context.provider.faults.remove(fault_id)
    return Answer()


def clock(context: Context, values: Values) -> Answer:
    return _time(context, values["consumer_key"])


def move_clock(context: Context, members: Values) -> Answer:
    return _time(context, steps.move_clock(members, context.clock))


def _time(context: Context, consumer_key: str | None) -> Answer:
    clock = context.clock
    return Answer(
        {
            "now": render.moment(clock.now(consumer_key=consumer_key)),
            "frozen": clock.is_frozen(consumer_key=consumer_key),
        }
    )
