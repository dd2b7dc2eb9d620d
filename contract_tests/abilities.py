"""What a test that needs a fake needs it for, in words: the reason why it is skipped where there is none.

It is seen by the fixtures that the test asks for, and by what its code calls; the mark may say it instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import CodeType

import pytest

NEEDS_CONTROL = "needs what only a fake can do"

# By the name of a fixture, of a call or of a constant; the first that the test has tells most.
_ABILITIES: Mapping[str, str] = {
    "advance": "to move the clock",
    "freeze": "to move the clock",
    "browser": "to let a browser of the tests' own sign in as the user",
    "new_app": "to register a second app",
    "other_app": "to register a second app",
    "new_account": "to open a second account",
    "revoke": "to revoke a token by call",
    "receipt": "to let a carrier report by call",
    "inbound": "to receive an SMS by call",
    "_inbound": "to receive an SMS by call",
    "_pushed": "to open a second account",
    "deny": "to let the user deny by call",
    "decide": "to let the user decide by call",
    "approved": "to let the user decide by call",
    "messages": "to look at what has arrived",
    "account": "to know the account's own secret",
    "PLAINTEXT": "to be shown the app's secret",
    "upper": "to choose the consumer key",
    "BUY": "to change the account, and to spend its money",
    "CANCEL": "to change the account, and to spend its money",
    "SETTINGS": "to change the account, and to spend its money",
    "TOP_UP": "to change the account, and to spend its money",
    "_post": "to change the account, and to spend its money",
    "sms": "to send SMS to anybody at no cost",
    "_sent": "to send SMS to anybody at no cost",
    "access": "to let the user authorize a second time by call",
}


def why_not_live(item: pytest.Item) -> str | None:
    """Return why *item* needs a fake; None if it does not."""
    mark = item.get_closest_marker("needs_control")
    if mark is None:
        return None
    if mark.args:
        return f"{NEEDS_CONTROL}: {mark.args[0]}"
    code = getattr(getattr(item, "function", None), "__code__", None)
    names = {*getattr(item, "fixturenames", ()), *(_names(code) if code else ())}
    told = next((ability for name, ability in _ABILITIES.items() if name in names), None)
    return f"{NEEDS_CONTROL}: {told}" if told else NEEDS_CONTROL


def _names(code: CodeType) -> Iterator[str]:
    """Yield what *code* calls, in its comprehensions and lambdas too."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
