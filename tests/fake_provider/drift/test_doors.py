"""What of an answer says by which door it came, and what does not."""

from __future__ import annotations

import pytest

from fake_provider.contract.exchange import Answer
from fake_provider.drift.comparing import differences
from fake_provider.drift.doors import Doors

NEXMO, FAKE = "https://dashboard.nexmo.com", "http://127.0.0.1:8080"
COOKIE = "session=<cookie-1>; Secure; HttpOnly"


def _challenge(realm: str) -> Answer:
    return Answer(status=401, headers=(("WWW-Authenticate", f'OAuth realm="{realm}", oauth_problem="x"'),))


def _cookie(value: str) -> Answer:
    return Answer(status=200, headers=(("Set-Cookie", value),))


def _told(doors: Doors, recorded: Answer, now: Answer) -> list[str]:
    return [str(one) for one in differences(doors.recorded(recorded), doors.now(now))]


@pytest.mark.parametrize(
    ("recorded_at", "recorded", "now_at", "now", "same"),
    [
        pytest.param(NEXMO, "<dashboard>/", NEXMO, "<dashboard>/", True, id="both-under-the-real-name"),
        pytest.param(NEXMO, "<dashboard>/", FAKE, f"{NEXMO}/", True, id="now-at-another-address"),
        pytest.param(None, f"{NEXMO}/", NEXMO, "<dashboard>/", True, id="recorded-at-another-address"),
        pytest.param(NEXMO, "<dashboard>/", FAKE, "<dashboard>/", False, id="now-its-own-address"),
        pytest.param(None, "<dashboard>/", NEXMO, "<dashboard>/", False, id="recorded-its-own-address"),
        pytest.param(NEXMO, "<dashboard>/", NEXMO, "Nexmo", False, id="another"),
    ],
)
def test_a_realm(recorded_at: str | None, recorded: str, now_at: str, now: str, same: bool) -> None:
    """It is the provider's, wherever that is; an address in its place is another realm."""
    doors = Doors(recorded_at=recorded_at, now_at=now_at, same_tls=True)

    assert (_told(doors, _challenge(recorded), _challenge(now)) == []) is same


def test_a_cookie() -> None:
    """``Secure`` says nothing where one door has TLS and the other not; the rest of a cookie does."""
    doors = Doors(recorded_at=NEXMO, now_at=FAKE, same_tls=False)

    assert _told(doors, _cookie(COOKIE), _cookie("session=<cookie-1>; HttpOnly")) == []
    assert _told(doors, _cookie(COOKIE), _cookie("session=<cookie-1>; Path=/Secure")) != []


def test_a_cookie_by_doors_alike() -> None:
    """Here ``Secure`` counts."""
    doors = Doors(recorded_at=NEXMO, now_at=NEXMO, same_tls=True)

    assert _told(doors, _cookie(COOKIE), _cookie("session=<cookie-1>; HttpOnly")) != []
