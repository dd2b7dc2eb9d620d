"""Delivery receipts, which Nexmo pushes to the application."""

from __future__ import annotations

import pytest
from flask import Flask
from visitor import Visitor

from fake_provider import FakeNexmo

A_MINUTE_LATER = "447700900305"  # its receipt comes after 60 s
FAILS = "447700900206"  # its receipt says so


@pytest.mark.usefixtures("reachable")
def test_an_sms_is_delivered(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """The page says so once the receipt has come: a minute later, for which nobody waits."""
    before = user.send(A_MINUTE_LATER, "hello")
    fake_nexmo.clock.advance(60)

    assert "delivered" not in before
    assert "sent, delivered" in user.look()


@pytest.mark.usefixtures("reachable")
def test_an_sms_is_not_delivered(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """A number that says so decides."""
    user.send(FAILS, "hello")
    fake_nexmo.clock.advance(1)  # returns when what was due has come

    assert "sent, failed" in user.look()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({}, 204, id="its-own"),
        pytest.param({"msisdn": "447700900001"}, 404, id="another-number"),
        pytest.param({"messageId": "0000000000000000"}, 404, id="another-message"),
        pytest.param({"messageId": ""}, 404, id="none"),
    ],
)
def test_a_receipt_has_to_fit(
    user: Visitor, app: Flask, fake_nexmo: FakeNexmo, change: dict[str, str], status: int
) -> None:
    """Somebody who has found the address of one message cannot tell of another."""
    user.send(fake_nexmo.sms_to, "hello")
    key = app.extensions["store"].messages(user.name)[0].receipt_key
    receipt = {
        "msisdn": fake_nexmo.sms_to,
        "messageId": fake_nexmo.messages[0].message_ids[0],
        "status": "delivered",
    }

    assert user.browser.get(f"/receipts/{key}", query_string=receipt | change).status_code == status


def test_an_address_that_was_guessed(visitor: Visitor) -> None:
    """There is no such message."""
    assert visitor.browser.post("/receipts/guessed", data={"status": "delivered"}).status_code == 404


def test_an_address_that_no_key_has(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """Letters beyond ASCII are a wrong key like any other."""
    user.send(fake_nexmo.sms_to, "hello")

    assert user.browser.get("/receipts/é").status_code == 404
