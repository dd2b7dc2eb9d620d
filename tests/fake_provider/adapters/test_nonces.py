"""How long the store in memory remembers a nonce."""

from __future__ import annotations

import tracemalloc

import pytest

from fake_provider.adapters.store.nonces import Nonces
from fake_provider.domain.credentials import NonceUse


def use(
    stamp: int, nonce: str = "n", token: str = "t", url: str = "https://rest.nexmo.com/sms/json"
) -> NonceUse:
    return NonceUse(client_key="app", token=token, timestamp=stamp, nonce=nonce, url=url)


def used(nonces: Nonces, *stamps: int) -> list[int]:
    return [stamp for stamp in stamps if nonces.earlier(use(stamp)) is not None]


def test_of_many_the_old_ones_are_forgotten() -> None:
    """A use is forgotten that is too old to be replayed, once so many younger ones are remembered."""
    nonces = Nonces(at_least=10)

    for stamp in range(0, 10_000, 10):
        nonces.use(use(stamp), now=stamp)

    assert used(nonces, 0, 9_380, 9_390, 9_990) == [9_390, 9_990]


def test_few_are_remembered_however_old() -> None:
    """A use is not forgotten for its age alone: the clock of a machine may be set back."""
    nonces = Nonces(at_least=3)

    for stamp in (0, 100_000, 200_000):
        nonces.use(use(stamp), now=stamp)

    assert used(nonces, 0, 100_000, 200_000) == [0, 100_000, 200_000]


def test_none_is_forgotten_that_could_be_replayed() -> None:
    """Within ten minutes all are remembered, however many."""
    nonces = Nonces(at_least=3)

    for stamp in range(100):
        nonces.use(use(stamp), now=stamp)

    assert used(nonces, *range(100)) == list(range(100))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"token": "a 1 b", "nonce": "c"}, {"token": "a", "nonce": "1 b c"}, id="blanks"),
        pytest.param({"token": "1", "nonce": "2"}, {"token": "", "nonce": "12"}, id="digits"),
        pytest.param({"token": "", "nonce": "1 x"}, {"token": "x", "nonce": ""}, id="lengths"),
    ],
)
def test_token_and_nonce_are_kept_apart(one: dict[str, str], other: dict[str, str]) -> None:
    """No two pairs of a token and a nonce are taken for one, whatever characters are in them."""
    nonces = Nonces()
    nonces.use(use(100, **one), now=100.0)

    assert nonces.use(use(100, **other), now=100.0) is None


def test_a_use_takes_little_memory() -> None:
    """A use takes less than 300 bytes, however long its URL."""
    nonces = Nonces()
    tracemalloc.start()
    try:
        for number in range(10_000):
            url = f"https://rest.nexmo.com/sms/json?text={number}{'x' * 500}"
            nonces.use(use(1_795_667_434, f"{number:030}", "0" * 32, url), now=1_795_667_434.0)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 300 * 10_000
