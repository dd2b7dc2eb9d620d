"""The client under test."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract_tests.client.checked import Client, command_of

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out of a run that is about another target, unless a client is named."""
    if config.getoption("client_command", None) or config.getoption("nexmo_target") == "in-process":
        return
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(
                pytest.mark.skip(reason="judges a client and no target; --client-command names one")
            )


@pytest.fixture(scope="session")
def client(request: pytest.FixtureRequest) -> Client:
    """The client; its runs are kept for what is judged over all of them."""
    return Client(
        command_of(request.config.getoption("client_command", None)),
        timeout_seconds=request.config.getoption("client_timeout", 20.0),
    )
