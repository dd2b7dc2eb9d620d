"""An example of each control call: made against a fake while the site is built, so that its answer is one that was given.

The table tells one story, in its order: an app, its user, an SMS, its receipt, a fault, a moved clock. A test fails for a
call that has none.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import requests
from oauthlib import oauth1

from fake_provider import FakeNexmo

SERVER = "http://127.0.0.1:8080"
START = "2018-10-25T12:10:29Z"
_MOST_ITEMS, _MOST_LINES, _MOST_CHARACTERS, _DEEPEST = 1, 12, 100, 5


@dataclass(frozen=True, slots=True)
class Example:
    """One call. ``{names}`` in its target and its members stand for what came before: of the message, the token, the fault."""

    call: str
    target: str = ""  # where that is not the call's own path
    members: Mapping[str, Any] | None = None
    most_lines: int | None = None  # of the answer: where it is long, and its beginning says what it is


@dataclass(frozen=True, slots=True)
class Shown:
    """An example as it was made: a curl command, and what was answered."""

    request: str
    answer: str
    language: str = "json"


EXAMPLES: Sequence[Example] = (
    Example("GET /"),
    Example("GET /openapi.json", most_lines=6),
    Example("GET /health"),
    Example(
        "POST /accounts",
        members={
            "email": "ann@example.com",
            "api_key": "annskey1",
            "balance": "1.25",
            "numbers": ["447700900400"],
        },
    ),
    Example("GET /accounts"),
    Example(
        "POST /apps",
        members={"name": "Ann's app", "callback_url": "https://ann.example/cb", "owner": "ann@example.com"},
    ),
    Example("GET /apps"),
    Example("GET /apps/{consumer_key}", "/apps/fake-consumer-key"),
    Example(
        "POST /authorizations",
        members={"oauth_token": "{oauth_token}", "decision": "approve", "account": "customer@example.com"},
    ),
    Example("GET /tokens"),
    Example("GET /messages", "/messages?to=447700900303&wait=5"),
    Example(
        "POST /messages/{message_id}/receipt",
        "/messages/{message_id}/receipt",
        {"status": "failed", "err_code": "6"},
    ),
    Example(
        "POST /inbound",
        members={"msisdn": "447700900001", "to": "447700900400", "text": "STOP sending me these"},
    ),
    Example("GET /webhooks", "/webhooks?kind=receipt"),
    Example("GET /exchanges", "/exchanges?path=/sms/json&limit=1"),
    Example(
        "POST /faults",
        members={"match": {"path": "/sms/json"}, "action": {"drop": True, "when": "after"}, "times": 2},
    ),
    Example("GET /faults"),
    Example("DELETE /faults/{id}", "/faults/{fault_id}"),
    Example("DELETE /faults"),
    Example("GET /clock"),
    Example("POST /clock", members={"advance_seconds": 259200}),
    Example("GET /metrics"),
    Example("DELETE /messages"),
    Example("DELETE /tokens/{oauth_token}", "/tokens/{oauth_token}"),
    Example("DELETE /apps/{consumer_key}", "/apps/fake-consumer-key"),
    Example("POST /reset"),
)


def shown() -> Mapping[str, Shown]:
    """Make all calls, in their order; return what is to be shown, by the names of the calls."""
    fake = FakeNexmo(seed=1)
    fake.clock.set(START)
    fake.clock.freeze()
    with fake.serve() as server:
        known = _before(fake, server.url)
        made = {}
        for example in EXAMPLES:
            method, _, path = example.call.partition(" ")
            target = _filled(f"/_fake{example.target or path}", known)
            members = json.loads(_filled(json.dumps(example.members), known)) if example.members else None
            answer = requests.request(method, server.url + target, json=members, timeout=30)
            answer.raise_for_status()
            if example.call == "POST /faults":
                known = {**known, "fault_id": answer.json()["id"]}
            made[example.call] = Shown(
                _curl(method, target, members),
                *_body(answer.text, answer.headers.get("Content-Type", ""), example.most_lines),
            )
    fake.close()
    return made


def _before(fake: FakeNexmo, url: str) -> Mapping[str, str]:
    """Send an SMS that has no receipt of its own, with a callback; ask for a request token."""
    sms = {
        "api_key": "abcd1234",
        "api_secret": "fake-api-secret",
        "from": "Acme",
        "to": "447700900303",
        "text": "hello",
        "callback": "http://127.0.0.1:9/receipts",
    }
    answer = requests.post(f"{url}/sms/json", data=sms, timeout=30).json()
    client = oauth1.Client(
        "fake-consumer-key",
        "fake-consumer-secret",
        callback_uri="oob",
        nonce="example",
        timestamp=str(int(fake.clock.now())),  # the fake's clock stands still
    )
    target, headers, _ = client.sign(f"{url}/oauth/request_token")
    token = dict(parse_qsl(requests.get(target, headers=headers, timeout=30).text))
    return {"message_id": answer["messages"][0]["message-id"], "oauth_token": token["oauth_token"]}


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _curl(method: str, target: str, members: Mapping[str, Any] | None) -> str:
    words = ["curl"]
    if method != ("POST" if members else "GET"):
        words += ["-X", method]
    words.append(SERVER + target)
    if members:
        words += ["-d", json.dumps(members, ensure_ascii=False)]
    return " ".join(word if word in ("curl", "-X", "-d") else shlex.quote(word) for word in words)


def _body(text: str, media_type: str, most_lines: int | None) -> tuple[str, str]:
    """Return what is shown of an answer, and its language."""
    if "json" in media_type and text:
        text = json.dumps(_shortened(json.loads(text)), indent=2, ensure_ascii=False)
    else:
        most_lines = most_lines or _MOST_LINES
    lines = text.splitlines()
    if most_lines is not None and len(lines) > most_lines:
        lines = [*lines[:most_lines], "…"]
    return "\n".join(lines), "text"


def _shortened(value: Any, depth: int = 0) -> Any:
    """Return *value* with an ellipsis for what is long, or many, or deep."""
    if isinstance(value, str):
        return value if len(value) <= _MOST_CHARACTERS else f"{value[:_MOST_CHARACTERS]}…"
    if isinstance(value, dict):
        if depth >= _DEEPEST and value:
            return "…"
        return _first_few({name: _shortened(one, depth + 1) for name, one in value.items()})
    if isinstance(value, list):
        texts = all(isinstance(one, str) for one in value)
        most = 4 if texts or depth > 2 else _MOST_ITEMS
        short = [_shortened(one, depth + 1) for one in value[:most]]
        return [*short, "…"] if len(value) > most else short
    return value


def _first_few(members: dict[str, Any]) -> dict[str, Any]:
    """Keep those that a control call's own answer may have; a description of an API has more."""
    most = 25
    return members if len(members) <= most else {**dict(list(members.items())[:most]), "…": "…"}
