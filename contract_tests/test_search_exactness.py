"""What is nearly right in a search: members that agree with the answer to the SMS, and what must not be found.

Each test here catches a wrong provider that all others let pass (``tests/mutants``).
"""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.answers import messages_of
from contract_tests.consumer import Consumer
from contract_tests.control import Account, Control
from contract_tests.signing import Credentials
from contract_tests.strict import only

pytestmark = pytest.mark.needs_control

MESSAGE, MESSAGES, REJECTIONS = "/search/message", "/search/messages", "/search/rejections"
NOBODY_ANSWERS = "447700900303"  # of which no carrier says anything by itself


def _sent(app: Consumer, token: Credentials, **message: str) -> list[dict[str, str]]:
    return messages_of(app.send(app.sms(token, message, shape="post-form")))


def _found(app: Consumer, token: Credentials, part: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = app.send(app.api(token, MESSAGE, [("id", part["message-id"])])).json()
    return found


def _items(app: Consumer, token: Credentials, path: str, *query: tuple[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = app.send(app.api(token, path, query)).json()["items"]
    return items


@pytest.mark.clause("SEARCH-01", "SEARCH-05")
@pytest.mark.parametrize("text", ["hello", "0123456789" * 40], ids=["one-part", "three-parts"])
def test_a_message_agrees_with_its_answer(
    app: Consumer, account: Account, access: Credentials, text: str
) -> None:
    """Each part has its id, network and price; account-id is the api_key."""
    parts = _sent(app, access, text=text)

    for part in parts:
        found = _found(app, access, part)
        assert {name: found[name] for name in ("message-id", "account-id", "network", "to", "price")} == {
            "message-id": part["message-id"],
            "account-id": account.key.key,
            "network": part["network"],
            "to": part["to"],
            "price": part["message-price"],
        }


@pytest.mark.clause("SEARCH-02", "SEARCH-06")
@pytest.mark.parametrize("status", ["buffered", "accepted"])
def test_an_intermediate_receipt_closes_nothing(
    app: Consumer, access: Credentials, control: Control, status: str
) -> None:
    """The message is as open as before, until a final one comes."""
    part = only(_sent(app, access, to=NOBODY_ANSWERS))
    before = _found(app, access, part)
    control.receipt(part["message-id"], status)
    between = _found(app, access, part)
    control.receipt(part["message-id"], "delivered")

    assert between == before
    assert before["status"] == "ACCEPTD"
    assert _found(app, access, part)["final-status"] == "DELIVRD"


@pytest.mark.clause("SEARCH-02")
def test_the_latency_is_in_milliseconds(app: Consumer, access: Credentials, control: Control) -> None:
    """From receiving the SMS until it was closed."""
    control.freeze(app.client.key)
    part = only(_sent(app, access, to=NOBODY_ANSWERS))
    control.advance(1, app.client.key)
    control.receipt(part["message-id"], "delivered")

    assert 900 <= _found(app, access, part)["latency"] <= 1100


@pytest.mark.clause("SEARCH-11")
@pytest.mark.parametrize("decoy", ["{to}0", "1{to}"], ids=["longer", "ends-alike"])
def test_a_recipient_is_found_as_a_whole(app: Consumer, access: Credentials, decoy: str) -> None:
    """A number that holds another one is another one."""
    to = app.provider.sms_to
    part = only(_sent(app, access, to=to))
    only(_sent(app, access, to=decoy.format(to=to)))
    day = _found(app, access, part)["date-received"][:10]
    found = _items(app, access, MESSAGES, ("date", day), ("to", to))

    assert [item["message-id"] for item in found] == [part["message-id"]]


@pytest.mark.clause("SEARCH-13")
def test_rejections_are_those_of_the_recipient(app: Consumer, access: Credentials) -> None:
    """Where one is named."""
    day = _found(app, access, only(_sent(app, access)))["date-received"][:10]
    for to in ("invalid", "invalid-too"):
        assert only(_sent(app, access, to=to))["status"] != "0"
    found = _items(app, access, REJECTIONS, ("date", day), ("to", "invalid"))

    assert [item["to"] for item in found] == ["invalid"]
