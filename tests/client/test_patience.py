"""When a call is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from client.errors import CredentialsRefused, NetworkError, NexmoError, PartialFailure, ServerError, Throttled
from client.parts import RefusedPart
from client.patience import Patience

SOON = Throttled(retry_after=timedelta(milliseconds=250))
LATE = Throttled(retry_after=timedelta(minutes=5))
UNKNOWN = ServerError(http_status=500)
NEVER_SENT = NetworkError("no connection", outcome_unknown=False)
NO = CredentialsRefused(http_status=401)
PARTIAL = PartialFailure(sent=(), refused=(RefusedPart(status="1", text="please wait [ 250 ] and retry"),))


def _attempt(*outcomes: NexmoError | str) -> tuple[Callable[[], str], Iterator[NexmoError | str]]:
    left = iter(outcomes)

    def attempt() -> str:
        outcome = next(left)
        if isinstance(outcome, NexmoError):
            raise outcome
        return outcome

    return attempt, left


def _no_wait(seconds: float) -> None:
    pytest.fail(f"waited {seconds} s")


def test_throttled_waits_as_long_as_it_was_told_and_tries_again() -> None:
    """The second attempt comes after the wait, and its result counts."""
    waits: list[float] = []
    attempt, _ = _attempt(SOON, "sent")

    assert Patience(sleep=waits.append).call(attempt) == "sent"
    assert waits == [0.25]


def test_throttled_twice_is_an_error() -> None:
    """There is no third attempt."""
    waits: list[float] = []
    attempt, left = _attempt(SOON, SOON, "sent")

    with pytest.raises(Throttled):
        Patience(sleep=waits.append).call(attempt)

    assert (waits, list(left)) == ([0.25], ["sent"])


@pytest.mark.parametrize(
    "error", [LATE, UNKNOWN, NEVER_SENT, NO, PARTIAL], ids=lambda error: type(error).__name__
)
def test_anything_else_is_not_repeated(error: NexmoError) -> None:
    """A wait that is too long, an unknown outcome, a refusal: raised at once, without waiting."""
    waits: list[float] = []
    attempt, left = _attempt(error, "sent")

    with pytest.raises(type(error)):
        Patience(sleep=waits.append).call(attempt)

    assert (waits, list(left)) == ([], ["sent"])


def test_an_unknown_outcome_is_repeated_once_if_asked_to() -> None:
    """With retry_unknown the caller takes the risk of a second SMS."""
    attempt, left = _attempt(UNKNOWN, UNKNOWN, "sent")

    with pytest.raises(ServerError):
        Patience(sleep=_no_wait).call(attempt, retry_unknown=True)

    assert list(left) == ["sent"]


@pytest.mark.parametrize("error", [NEVER_SENT, NO, PARTIAL], ids=lambda error: type(error).__name__)
def test_a_known_outcome_is_not_repeated_even_then(error: NexmoError) -> None:
    """retry_unknown is about what is unknown, and about nothing else."""
    attempt, left = _attempt(error, "sent")

    with pytest.raises(type(error)):
        Patience(sleep=_no_wait).call(attempt, retry_unknown=True)

    assert list(left) == ["sent"]
