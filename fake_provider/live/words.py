"""What a test is told that sends what its mark does not allow, live and on a fake; and whoever sends past every guard."""

from __future__ import annotations

from collections.abc import Iterable

ANOTHER_NUMBER = "sends an SMS to another number than fake_nexmo.sms_to"


def too_many(allowed: int, sent: int) -> str:
    """Say that a test sends more messages than its mark says, and what to write there."""
    return (
        f"sends more messages than its mark allows ({sent} of {allowed}): @pytest.mark.nexmo_live(sms={sent})"
    )


def outside(host: str) -> str:
    """Say that something is asked while no test has its guard, and what to change."""
    return (
        f"asks {host} outside of fake_nexmo, where nothing is guarded, so it was not sent: what asks has to be marked nexmo_live "
        "and use fake_nexmo, a fixture too, and a thread has to end with its test"
    )


def within(host: str) -> str:
    """Say that something is asked while another request is on its way."""
    return (
        f"asks {host} while another request is on its way (a handler of logging or of a signal, a patch that sends it again), "
        "where it could not be counted, so it was not sent: ask after the answer"
    )


def unguarded(host: str, known: Iterable[str]) -> str:
    """Say that something goes to a real host by none of the libraries that are *known*."""
    return f"asks {host} by a way that fake-nexmo cannot guard; it knows {', '.join(known)}"


def by_address(address: str, host: str) -> str:
    """Say that something goes to a real host by its address."""
    return f"connects to {address}, where {host} is: ask by the name, which fake-nexmo can guard"


def forked(host: str) -> str:
    """Say that a process asks whose messages could not be counted here."""
    return (
        f"asks {host} in a process that was forked off (os.fork, multiprocessing), which counts for itself, so it was not sent: "
        "ask in the process of the test"
    )
