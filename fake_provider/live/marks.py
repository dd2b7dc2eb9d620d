"""The mark ``nexmo_live``: which tests are fit for more than a fake in this process, and what they may send there."""

from __future__ import annotations

import pytest

MARK = (
    "nexmo_live(sms=0): a test with fake_nexmo that is fit for the real service, on which it runs with "
    "--nexmo-target live; sms is how many messages it sends at most, all to fake_nexmo.sms_to"
)
_FIXTURES = ("fake_nexmo", "fake_nexmo_server")


def fixtures_of(item: pytest.Item) -> list[str]:
    """Return which of the plugin's fixtures a test uses."""
    return [name for name in _FIXTURES if name in getattr(item, "fixturenames", ())]


def messages_of(item: pytest.Item) -> int | None:
    """Return how many messages a test may send where it is live; None for one that is not marked as fit for that."""
    marker = item.get_closest_marker("nexmo_live")
    if marker is None:
        return None
    sms = marker.kwargs.get("sms", 0)
    if marker.args or set(marker.kwargs) - {"sms"} or not isinstance(sms, int) or sms < 0:
        pytest.fail(
            "nexmo_live takes one thing, how many messages are sent: nexmo_live(sms=1)", pytrace=False
        )
    return sms


def check(item: pytest.Item) -> None:
    """Fail a test whose mark cannot be meant as it stands there."""
    if messages_of(item) is not None and (used := fixtures_of(item)) != ["fake_nexmo"]:
        pytest.fail(
            "nexmo_live is for tests with the fixture fake_nexmo"
            + (": fake_nexmo_server is never the real service" if used else ""),
            pytrace=False,
        )
