"""The fixtures as a user's test suite sees them."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

USERS_TEST = """
import requests
from requests_oauthlib import OAuth1Session

SMS = {"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "A", "to": "447700900000", "text": "hi"}

def test_in_process(fake_nexmo):
    requests.post("https://rest.nexmo.com/sms/json", data=SMS, timeout=1)
    assert [m.text for m in fake_nexmo.messages] == ["hi"]

def test_fresh_state(fake_nexmo):
    assert fake_nexmo.messages == ()

def test_server(fake_nexmo_server):
    requests.post(fake_nexmo_server.url + "/sms/json", data=SMS, timeout=5)
    assert [m.text for m in fake_nexmo_server.fake.messages] == ["hi"]

def test_server_was_reset(fake_nexmo_server):
    assert fake_nexmo_server.fake.messages == ()
"""


USERS_TEST_OF_FAULTS = """
import pytest
import requests

SMS = {"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "A", "to": "447700900000", "text": "hi"}

def test_met(fake_nexmo):
    fake_nexmo.faults.add(action={"status": 500})
    assert requests.post("https://rest.nexmo.com/sms/json", data=SMS, timeout=1).status_code == 500

def test_never_met(fake_nexmo):
    fake_nexmo.faults.add(match={"path": "/sms/xml"}, action={"sms_status": "9"})

def test_never_met_by_a_server(fake_nexmo_server):
    fake_nexmo_server.fake.faults.add(match={"to": "447700900001"}, action={"drop": True})

def test_forgotten(fake_nexmo):
    fake_nexmo.faults.add(action={"drop": True})
    fake_nexmo.faults.clear()
"""


def test_a_fault_that_was_never_met_is_named(pytester: pytest.Pytester) -> None:
    """As a warning of the test that planned it: it has seen no failure."""
    pytester.makepyfile(USERS_TEST_OF_FAULTS)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=4, warnings=2)
    result.stdout.fnmatch_lines(
        [
            "*test_never_met",
            "*UnmetFault: a planned fault never met a call: sms_status=9 for path='/sms/xml'",
            "*test_never_met_by_a_server",
            "*UnmetFault: a planned fault never met a call: drop=True for to='447700900001'",
        ]
    )


def test_fixtures(pytester: pytest.Pytester) -> None:
    """Installed, the plugin gives a fresh fake to every test, in process or behind one server."""
    pytester.makepyfile(USERS_TEST)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=4)
