"""What a test is told that sends what its mark does not allow, live and on a fake."""

from __future__ import annotations

ANOTHER_NUMBER = "sends an SMS to another number than fake_nexmo.sms_to"


def too_many(allowed: int, sent: int) -> str:
    """Say that a test sends more messages than its mark says, and what to write there."""
    return (
        f"sends more messages than its mark allows ({sent} of {allowed}): @pytest.mark.nexmo_live(sms={sent})"
    )
