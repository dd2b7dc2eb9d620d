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


def test_fixtures(pytester: pytest.Pytester) -> None:
    """Installed, the plugin gives a fresh fake to every test, in process or behind one server."""
    pytester.makepyfile(USERS_TEST)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=4)
