"""Replays at every endpoint, and how far a clock may be off, to the second."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from contract_tests.consumer import LEGS, SMS, Consumer, Leg
from contract_tests.control import Control
from contract_tests.endpoints import BALANCE, ENDPOINTS, Endpoint
from contract_tests.refusals import is_let_in, is_refused
from contract_tests.signing import Call, Credentials

EVERY_ENDPOINT = pytest.mark.parametrize(
    "endpoint",
    [pytest.param(one, id=one.name, marks=[pytest.mark.billable] if one.costs else []) for one in ENDPOINTS],
)
EVERY_LEG = pytest.mark.parametrize(
    "leg",
    [pytest.param(leg, id=leg.name, marks=[pytest.mark.billable] if leg is SMS else []) for leg in LEGS],
)


@pytest.mark.clause("OAUTH-NONCE-01")
@EVERY_ENDPOINT
def test_a_replay_is_refused_at_each_endpoint(app: Consumer, access: Credentials, endpoint: Endpoint) -> None:
    """No endpoint answers the same request twice."""
    call = endpoint.right(app, access)
    assert is_let_in(app.send(call))

    assert is_refused(app.send(call))


@pytest.mark.clause("OAUTH-NONCE-02")
@EVERY_ENDPOINT
def test_a_nonce_is_used_up_for_each_endpoint(app: Consumer, access: Credentials, endpoint: Endpoint) -> None:
    """What was used at one path is used at all of them."""
    first = replace(BALANCE.right(app, access), nonce="n" * 8 + endpoint.name)
    again = replace(endpoint.right(app, access), nonce=first.nonce, timestamp=first.timestamp)
    assert is_let_in(app.send(first))

    assert is_refused(app.send(again))


def _off(call: Call, seconds: int) -> Call:
    return replace(call, timestamp=str(int(time.time()) + seconds))


@pytest.mark.clause("OAUTH-NONCE-18")
@pytest.mark.needs_control
@EVERY_LEG
@pytest.mark.parametrize("seconds", [-280, 280], ids=["behind", "ahead"])
def test_almost_five_minutes_off_is_accepted(app: Consumer, control: Control, leg: Leg, seconds: int) -> None:
    """Clocks of the time were off by as much."""
    call = leg.right(app)
    control.freeze(app.client.key)

    assert is_let_in(app.send(_off(call, seconds)))


@pytest.mark.clause("OAUTH-NONCE-18")
@pytest.mark.needs_control
@EVERY_LEG
@pytest.mark.parametrize("seconds", [-320, 320], ids=["behind", "ahead"])
def test_more_than_five_minutes_off_is_refused(
    app: Consumer, control: Control, leg: Leg, seconds: int
) -> None:
    """A nonce need not be remembered for longer."""
    call = leg.right(app)
    control.freeze(app.client.key)

    assert is_refused(app.send(_off(call, seconds)))
