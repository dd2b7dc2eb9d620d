"""Fixtures of the client's tests: answers from memory, and an environment that is the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from client.account import Account
from client.nexmo import NexmoOAuth
from client.patience import Patience

from .examples import ACCESS_TOKEN, CLIENT, REST


@pytest.fixture
def service() -> Iterator[responses.RequestsMock]:
    """The service, answering from memory; every answer that is prepared must be asked for."""
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def waits() -> list[float]:
    """How long the client has waited each time, in seconds. Nobody really waits."""
    return []


@pytest.fixture
def nexmo(waits: list[float]) -> NexmoOAuth:
    """The app, at the real addresses."""
    return NexmoOAuth(CLIENT.key, CLIENT.secret, sleep=waits.append)


@pytest.fixture
def account(waits: list[float]) -> Account:
    """The account of a user who has authorized the app."""
    return Account(
        client=CLIENT, access_token=ACCESS_TOKEN, rest_url=REST, patience=Patience(sleep=waits.append)
    )


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with the app's credentials and an empty config directory, and nothing else of ours."""
    for name in [name for name in os.environ if name.startswith("NEXMO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("NEXMO_CONSUMER_KEY", CLIENT.key)
    monkeypatch.setenv("NEXMO_CONSUMER_SECRET", CLIENT.secret)
    return monkeypatch
