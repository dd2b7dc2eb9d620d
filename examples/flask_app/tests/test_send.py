"""Sending an SMS for somebody who is logged in."""

from __future__ import annotations

import pytest
from visitor import Visitor

from fake_provider import FakeNexmo, Nexmo


@pytest.mark.nexmo_live(sms=1)
def test_an_sms_is_sent(user: Visitor, fake_nexmo: Nexmo) -> None:
    """The page lists it; a fake can tell what arrived."""
    page = user.send(fake_nexmo.sms_to, "hello")

    assert "hello: sent" in " ".join(page.replace("</b>", "").split())
    if isinstance(fake_nexmo, FakeNexmo):
        (message,) = fake_nexmo.messages
        assert (message.text, message.account) == ("hello", "developer@example.com")


def test_a_text_in_another_script(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """It arrives as it was written."""
    user.send("44 7700 900000", "привет, 50 % & +1")

    assert fake_nexmo.messages[0].text == "привет, 50 % & +1"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        pytest.param("447700900101", "status 1: Throughput Rate Exceeded", id="throttled"),
        pytest.param("447700900109", "status 9: Quota Exceeded", id="no-credit"),
    ],
)
def test_nexmo_refuses(user: Visitor, to: str, reason: str) -> None:
    """An answer with HTTP 200 and a status that is not 0 is a refusal: these numbers bring it about."""
    page = user.send(to, "hello")

    assert "not sent" in page
    assert reason in page


@pytest.mark.fake_nexmo(throttle=1)
def test_too_many_at_once(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """The second one in a second is refused, and nothing is repeated behind the user's back."""
    fake_nexmo.clock.freeze()
    user.send(fake_nexmo.sms_to, "one")
    page = user.send(fake_nexmo.sms_to, "two")

    assert "too many were sent at once, try again in a second" in page
    assert [(message.text, message.status) for message in fake_nexmo.messages] == [("one", 0), ("two", 1)]


def test_a_part_of_it_is_refused(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """It is not said to be sent."""
    fake_nexmo.faults.add(match={"path": "/sms/json"}, action={"sms_status": "5", "part": 2})
    page = user.send(fake_nexmo.sms_to, "long " * 60)

    assert "1 of 2 parts were sent" in page


def test_a_token_that_was_revoked(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """The user is logged out, and told why."""
    fake_nexmo.revoke(user.token)
    page = user.send(fake_nexmo.sms_to, "hello")

    assert "Nexmo does not know your login any more. Log in again" in page
    assert "Log in with Nexmo" in user.look()


@pytest.mark.parametrize("action", [{"drop": True}, {"truncate": True}], ids=["no-answer", "half-an-answer"])
def test_an_answer_that_is_lost(user: Visitor, fake_nexmo: FakeNexmo, action: dict[str, object]) -> None:
    """The SMS went out; the page says that nobody knows, and nothing is sent twice."""
    fake_nexmo.faults.add(match={"path": "/sms/json"}, action={**action, "when": "after"})
    page = user.send(fake_nexmo.sms_to, "hello")

    assert "It may have been sent: look before you send it again." in page
    assert len(fake_nexmo.messages) == 1


def test_an_answer_that_tells_of_no_sms(user: Visitor, fake_nexmo: FakeNexmo) -> None:
    """It is no success: the page says that nobody knows."""
    nothing = '{"message-count": "0", "messages": []}'
    fake_nexmo.faults.add(match={"path": "/sms/json"}, action={"status": 200, "body": nothing})
    page = user.send(fake_nexmo.sms_to, "hello")

    assert "hello: sent" not in " ".join(page.replace("</b>", "").split())
    assert "It may have been sent: look before you send it again." in page


@pytest.mark.parametrize(("to", "text"), [("", "hello"), ("+44 (0)", "hello"), ("447700900000", "")])
def test_a_form_that_lacks_something(user: Visitor, fake_nexmo: FakeNexmo, to: str, text: str) -> None:
    """Nexmo is not asked."""
    assert "A number with its country code and a text are wanted." in user.send(to, text)
    assert not fake_nexmo.exchanges


def test_nobody_is_logged_in(visitor: Visitor, fake_nexmo: FakeNexmo) -> None:
    """Nothing is sent."""
    assert "Log in first." in visitor.send(fake_nexmo.sms_to, "hello")
    assert not fake_nexmo.messages
