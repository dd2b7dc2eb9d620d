"""The description of the control API, held against the running server by schemathesis."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from fake_provider import FakeNexmo
from fake_provider.server import Server
from fake_provider.web.control.call import Call
from fake_provider.web.control.calls import CALLS, MAX_WAIT_SECONDS

PEM = """-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf
9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==
-----END PUBLIC KEY-----
"""
NOBODY = "http://127.0.0.1:1/x"

# What a format means here is narrower than what schemathesis would make of it, and nothing may lead off this machine.
schemathesis.openapi.format("uri", st.just(NOBODY))
schemathesis.openapi.format("pem", st.just(PEM))
schemathesis.openapi.format("email", st.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.example\Z"))
schemathesis.openapi.format(
    "date-time", st.datetimes(min_value=datetime(1990, 1, 1)).map(lambda time: f"{time.isoformat()}Z")
)

# The same ones each time; HYPOTHESIS_PROFILE=thorough tries more of them.
EXAMPLES = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 15
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A fake that runs."""
    with FakeNexmo().serve() as server:
        yield server


@pytest.fixture(scope="module")
def description(server: Server) -> Any:
    """What the running server says of itself."""
    return schemathesis.openapi.from_url(f"{server.url}/_fake/openapi.json")


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that stay."""
    with requests.Session() as session:
        yield session


@pytest.mark.parametrize(
    ("mode", "call"),
    [
        *[pytest.param(GenerationMode.POSITIVE, call, id=f"valid {call.name}") for call in CALLS],
        *[
            pytest.param(GenerationMode.NEGATIVE, call, id=f"invalid {call.name}")
            for call in CALLS
            if call.body or call.query  # in others nothing can be invalid
        ],
    ],
)
def test_the_server_does_what_the_description_says(
    mode: GenerationMode, call: Call, description: Any, session: requests.Session
) -> None:
    """Whatever is sent: no 5xx, only described statuses and shapes, what is valid accepted, what is not refused."""
    operation = description[f"/_fake{call.path}"][call.method]
    # Which members exclude each other stands in words only; what they are is in the schema.
    excluded: list[Any] = [positive_data_acceptance] if call.reads_itself else []

    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        case.query = {name: _shorter(name, value) for name, value in (case.query or {}).items()}
        case.call_and_validate(excluded_checks=excluded, timeout=30, session=session)

    send()


def _shorter(name: str, value: Any) -> Any:
    """Wait no time where a time to wait is valid: nobody has five minutes."""
    valid = name == "wait" and isinstance(value, (int, float)) and 0 <= value <= MAX_WAIT_SECONDS
    return 0 if valid else value


def test_every_call_is_described(server: Server) -> None:
    """And nothing else is."""
    paths = requests.get(f"{server.url}/_fake/openapi.json", timeout=9).json()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}

    assert described == {(call.method, f"/_fake{call.path}") for call in CALLS}
