"""The fixtures as a user's test suite sees them."""

from __future__ import annotations

import pytest

from tests.lean import LEAN

pytest_plugins = ["pytester"]

# Without the plugins of other packages, which take longer to load than these tests to run.

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

    result = pytester.runpytest_subprocess(*LEAN)

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

    result = pytester.runpytest_subprocess(*LEAN)

    result.assert_outcomes(passed=4)


USERS_TEST_THAT_FAILS = """
import requests
from requests_oauthlib import OAuth1Session

REST = "https://rest.nexmo.com/sms/json"

def test_wrong_secret(fake_nexmo):
    session = OAuth1Session("fake-consumer-key", "fake-consumer-key", callback_uri="oob")
    session.fetch_request_token("https://dashboard.nexmo.com/oauth/request_token")

def test_at_a_server(fake_nexmo_server):
    answer = requests.post(fake_nexmo_server.url + "/sms/json", data={"api_key": "who", "api_secret": "s3cret-value"}, timeout=5)
    assert answer.json()["messages"][0]["status"] == "0"

def test_passes(fake_nexmo):
    requests.post(REST, data={"api_key": "who"}, timeout=5)

def test_asks_nothing(fake_nexmo):
    assert False
"""


def test_a_failure_shows_what_was_asked(pytester: pytest.Pytester) -> None:
    """With each failed test stand its requests and why they were refused; with one that asked nothing, nothing."""
    pytester.makepyfile(USERS_TEST_THAT_FAILS)

    result = pytester.runpytest_subprocess(*LEAN)

    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*fake-nexmo: what was asked of it*",
            "POST https://dashboard.nexmo.com/oauth/request_token -> 401, refused",
            "    key-used-as-secret: The signature is right for a key in which the consumer key*",
            "*fake-nexmo: what was asked of it*",
            "POST http://127.0.0.1:*/sms/json -> 200, refused",
        ]
    )
    assert result.stdout.str().count("what was asked of it") == 2


USERS_TEST_OF_WEBHOOKS = """
import pytest
import requests

SMS = {"api_key": "abcd1234", "api_secret": "fake-api-secret", "from": "A", "to": "447700900000", "text": "hi"}

def send(fake, **members):
    fake.clock.freeze()
    requests.post("https://rest.nexmo.com/sms/json", data=SMS | members, timeout=5)

def test_closed_port(fake_nexmo):
    send(fake_nexmo, callback="http://me:fake-api-secret@127.0.0.1:9/dr?token=s3cret-value")
    fake_nexmo.clock.advance(60)
    assert False

def test_no_such_name(fake_nexmo):
    send(fake_nexmo, callback="http://nowhere.invalid/dr")
    fake_nexmo.clock.advance(0)
    assert False

def test_not_allowed(fake_nexmo):
    send(fake_nexmo, callback="http://203.0.113.1/dr")
    fake_nexmo.clock.advance(0)
    assert False

def test_no_receipt(fake_nexmo):
    send(fake_nexmo, to="447700900303", callback="http://127.0.0.1:9/dr")
    assert False

def test_later(fake_nexmo):
    send(fake_nexmo, to="447700900305", callback="http://127.0.0.1:9/dr")
    assert False

def test_nobody_said_where_to(fake_nexmo):
    send(fake_nexmo, **{"status-report-req": "1"})
    assert False

def test_none_wanted(fake_nexmo):
    send(fake_nexmo, **{"status-report-req": "0", "callback": "http://127.0.0.1:9/dr"})
    assert False

def test_no_receipt_was_asked_for(fake_nexmo):
    send(fake_nexmo)
    assert False

def test_inbound_alone(fake_nexmo):
    url, numbers = "http://127.0.0.1:9/mo", ["447700900999"]
    fake_nexmo.create_account("b@example.com", mo_callback_url=url, webhook_method="POST", numbers=numbers)
    for _ in range(14):
        fake_nexmo.inbound(msisdn="447700900001", to="447700900999", text="hello")
    assert False

def test_typo(fake_nexmo):
    requests.post("https://rest.nexmo.com/sms/jsn", data=SMS, timeout=5)
    assert False
"""


def test_a_failure_shows_what_was_pushed(pytester: pytest.Pytester) -> None:
    """With each failed test stand its webhooks, how their attempts went, and why a receipt was not pushed; no secret."""
    pytester.makepyfile(USERS_TEST_OF_WEBHOOKS)

    result = pytester.runpytest_subprocess(*LEAN, "--tb=line")

    result.assert_outcomes(failed=10)
    closed = "no connection: Connection refused"
    later = "is due in 60 s, and the clock stands still"
    none = "no receipt was pushed for the SMS to"
    title = "*fake-nexmo: what it pushed*"
    result.stdout.fnmatch_lines(
        [
            title,
            f"GET http://127.0.0.1:9/dr, receipt delivered -> 2 times unreachable ({closed}); the next attempt {later}",
            title,
            "GET http://nowhere.invalid/dr, receipt delivered -> unreachable (the name nowhere.invalid does not resolve); *",
            title,
            "GET http://203.0.113.1/dr, receipt delivered -> not-allowed (203.0.113.1 is not on *); it was given up",
            title,
            f"{none} 447700900303 (*): that is a magic number, of which no receipt comes",
            title,
            f"{none} 447700900305 (*) yet: it {later}: clock.advance(60) brings it (a magic number)",
            title,
            f"{none} 447700900000 (*): neither its callback nor the account's dr_callback_url says where to",
            title,
            f"{none} 447700900000 (*): its status-report-req is 0",
            title,
            "… 4 before these",
            f"POST http://127.0.0.1:9/mo, inbound -> unreachable ({closed}); the next attempt is due in * s",
            "POST https://rest.nexmo.com/sms/jsn -> 404, there is nothing at /sms/jsn",
        ]
    )
    printed = result.stdout.str()
    assert printed.count("what it pushed") == 8
    assert printed.count("127.0.0.1:9/mo") == 10
    assert not any(secret in printed for secret in ("fake-api-secret", "s3cret-value", "token="))


USERS_TEST_OF_FINDINGS = """
import pytest
from requests_oauthlib import OAuth1Session

def ask():
    session = OAuth1Session("fake-consumer-key", "fake-consumer-secret")
    session.post("https://dashboard.nexmo.com/oauth/request_token", timeout=5)

def test_lenient(fake_nexmo):
    ask()

@pytest.mark.fake_nexmo(strict_findings=True)
def test_strict(fake_nexmo):
    ask()

@pytest.mark.fake_nexmo(strict_findings=["callback-missing"])
def test_by_code(fake_nexmo):
    ask()

@pytest.mark.fake_nexmo(strict_findings=["verifier-missing"])
def test_by_another_code(fake_nexmo):
    ask()

@pytest.mark.fake_nexmo(profile="strict", seed=1)
def test_options(fake_nexmo):
    assert fake_nexmo.policy.strict
"""


def test_findings_can_be_failures(pytester: pytest.Pytester) -> None:
    """All of them, or those that are named; the marker also says what the fake is made with."""
    pytester.makepyfile(USERS_TEST_OF_FINDINGS)

    result = pytester.runpytest_subprocess(*LEAN, "--strict-markers")

    result.assert_outcomes(passed=5, errors=2)
    result.stdout.fnmatch_lines(["*accepted with findings:", "callback-missing: *(RFC 5849 §2.1)"])


WHAT_IS_LOADED = """
import sys

def pytest_unconfigure():
    loaded = {"fake_provider.fake", "contract_tests.summary", "requests"} & set(sys.modules)
    print(f"loaded: {sorted(loaded)}")
"""


def test_a_run_without_a_fake_loads_none(pytester: pytest.Pytester) -> None:
    """Every session of whoever installed this has the plugin, and hardly waits for it."""
    pytester.makeconftest(WHAT_IS_LOADED)
    pytester.makepyfile("def test_of_something_else(): pass")

    result = pytester.runpytest_subprocess(*LEAN)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["loaded: []"])


USERS_TEST_OF_OPTIONS = """
import pytest

@pytest.mark.fake_nexmo(profil="strict")
def test_misspelt(fake_nexmo):
    pass

@pytest.mark.fake_nexmo(nothing_like_it=1)
def test_unknown(fake_nexmo):
    pass

@pytest.mark.fake_nexmo("strict")
def test_unnamed(fake_nexmo):
    pass

@pytest.mark.fake_nexmo(profile="lax")
def test_no_such_profile(fake_nexmo):
    pass

@pytest.mark.fake_nexmo(strict_finding=True)
def test_at_a_server(fake_nexmo_server):
    pass
"""


def test_a_mark_that_means_nothing_is_one_line(pytester: pytest.Pytester) -> None:
    """It names the argument, what is known, and the test; there is no traceback."""
    pytester.makepyfile(test_it=USERS_TEST_OF_OPTIONS)

    result = pytester.runpytest_subprocess(*LEAN)

    result.assert_outcomes(errors=5)
    known = "known are strict_findings, profile, settings, *"
    result.stdout.fnmatch_lines(
        [
            f"@pytest.mark.fake_nexmo of test_it.py::test_misspelt: profil is no argument of it (did you mean profile?); {known}",
            f"@pytest.mark.fake_nexmo of test_it.py::test_unknown: nothing_like_it is no argument of it; {known}",
            f"@pytest.mark.fake_nexmo of test_it.py::test_unnamed: each argument wants its name, as in profile=…; {known}",
            "@pytest.mark.fake_nexmo of test_it.py::test_no_such_profile: profile: 'lax' is none; allowed are documented, strict",
            "@pytest.mark.fake_nexmo of test_it.py::test_at_a_server: strict_finding is no argument of it (did you *",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*TypeError*")
