"""The scenarios, each held against clients that are right, and clients that make one mistake."""

from __future__ import annotations

import py_compile
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fake_provider.conformance import SCENARIOS, Checkup, Report

CLIENT = Path(__file__).with_name("client.py")
# Compiled once, and without site, as it is run a thousand times.
CLIENT_COMMAND = [sys.executable, "-S", "-E", str(py_compile.compile(str(CLIENT), doraise=True))]
# The client itself gives up after three seconds; a loaded machine is given time besides.
TIMEOUT_SECONDS, JOBS = 12.0, 3


def checked(mistake: str = "", *scenarios: str) -> Report:
    """Judge the client with this mistake."""
    return Checkup(command=[*CLIENT_COMMAND, mistake], timeout_seconds=TIMEOUT_SECONDS, jobs=JOBS).report(
        scenarios
    )


def conspicuous(report: Report) -> dict[str, str]:
    """Return the verdicts beside PASSED, with what was seen, by scenario."""
    return {
        result.name: f"{result.verdict.value}: {result.judgement.seen}"
        for result in report.results
        if result.verdict.value != "PASSED"
    }


@pytest.mark.parametrize("way", ["", "own-callback"], ids=["by-hand", "by-a-callback-of-its-own"])
def test_a_client_that_is_right_passes_every_scenario(way: str) -> None:
    """With the verifier from standard input, or from the browser's redirect to an address of its own."""
    report = checked(way)

    assert conspicuous(report) == {}
    assert [result.name for result in report.results] == [scenario.name for scenario in SCENARIOS]


@pytest.mark.long
@pytest.mark.parametrize("scenario", [scenario.name for scenario in SCENARIOS])
def test_a_mistake_is_caught_by_its_own_scenario_and_by_no_other(scenario: str) -> None:
    """The client that makes the mistake of one scenario fails there, and passes everywhere else."""
    report = checked(scenario)

    assert list(conspicuous(report)) == [scenario]
    (result,) = (result for result in report.results if result.name == scenario)
    assert result.verdict.value == "FAILED"
    assert result.judgement.seen
    assert result.judgement.advice
    assert any(run.exchanges for run in result.runs) or scenario == "documented-flow"


MISTAKES: Mapping[str, Mapping[str, str]] = {
    "no-callback": {
        "rfc5849-flow": "WARNING: It sends no oauth_callback: it works in the documented profile only.",
        "callback-not-confirmed": "SKIPPED: It sends no oauth_callback, so there is nothing to confirm.",
    },
    "resends-after-500": {
        "server-error": "FAILED: It sent again with the nonce that it had used.",
    },
    "resends-after-drop": {
        "connection-dropped": "FAILED: before it took effect: It sent again with the nonce that it had used.",
    },
    "sends-again-after-drop": {
        "connection-dropped": "FAILED: after it took effect: 2 SMS were accepted: its user's message went out more than once.",
    },
    "sends-twice": {
        "documented-flow": "FAILED: 2 SMS were accepted.",
        "partial-failure": "WARNING: It sent the SMS 2 times: the parts that had been accepted went out again.",
        "throttled": "FAILED: 2 SMS were accepted: its user's message went out more than once.",
    },
    "says-it-failed": {
        "documented-flow": "FAILED: The SMS was accepted, yet the command ended with exit code 1.",
        "throttled": "WARNING: Its second SMS was accepted, yet it ended with exit code 1.",
    },
    "unsigned-text": {
        "documented-flow": "FAILED: POST /sms/json was refused with 401: parameter-not-signed. The signature is right without "
        "one of the parameters: it was left out, or added after signing.",
        "everything-signed": "FAILED: POST /sms/json was refused: parameter-not-signed. The signature is right without one of "
        "the parameters: it was left out, or added after signing.",
    },
    "bad-sms-signature": {
        "token-revoked": "SKIPPED: It never sent an SMS that counts: /sms/json was refused (unknown-secret).",
        "sms-refused": "SKIPPED: It never sent an SMS that counts: /sms/json was refused (unknown-secret).",
        "partial-failure": "SKIPPED: It never sent an SMS that counts: /sms/json was refused (unknown-secret).",
        "throttled": "SKIPPED: It never sent an SMS that counts: /sms/json was refused (unknown-secret).",
    },
    "goes-on": {"access-token-refused": "FAILED: It went on, and asked /sms/json."},
    "prints-secret": {"secrets-stay-home": "FAILED: The consumer secret stood in the command's output."},
}


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_what_is_said_of_other_mistakes(mistake: str) -> None:
    """Each is told by what it did, in the scenarios that show it."""
    expected = MISTAKES[mistake]

    assert conspicuous(checked(mistake, *expected)) == expected


def test_what_was_refused_is_told_of_a_client_that_waits_then() -> None:
    """Its cause, and not only that the time was over."""
    command = [*CLIENT_COMMAND, "waits-when-refused"]
    (result,) = Checkup(command=command, timeout_seconds=2).report(["rfc5849-flow"]).results

    assert result.judgement.seen.startswith("POST /oauth/request_token was refused (secret-has-whitespace: ")
    assert result.judgement.seen.endswith("and then it did not end within 2 s.")


def test_the_time_for_an_answer_begins_when_it_was_asked_for() -> None:
    """A client that is slow to come to its SMS has all of its own patience left."""
    command = [*CLIENT_COMMAND, "slow-to-send"]
    (result,) = Checkup(command=command, timeout_seconds=4.5).report(["hanging-answer"]).results

    assert result.verdict.value == "PASSED"


def test_a_text_that_a_handset_cannot_show_is_told() -> None:
    """A client that sends no type=unicode is right on the wire, and reads what becomes of its text."""
    (result,) = checked("no-type", "awkward-text").results

    assert result.verdict.value == "PASSED"
    assert result.judgement.seen == (
        "In 13 of 15 runs: The text arrived exactly. "
        "CJK: The text arrived exactly, but without type=unicode a handset shows '?????'. "
        "emoji: The text arrived exactly, but without type=unicode a handset shows '?? fine'."
    )


def test_a_nonce_that_is_used_again_for_another_try_is_no_fresh_nonce() -> None:
    """Over all runs each nonce counts once, in whichever scenario it was repeated."""
    report = checked("resends-after-500", "server-error", "fresh-nonces")

    assert list(conspicuous(report)) == ["server-error", "fresh-nonces"]
    assert "came 2 times" in conspicuous(report)["fresh-nonces"]
    assert [[one.request.path for one in run.exchanges] for run in report.results[1].runs] == [
        ["/sms/json"] * 2
    ]


def test_what_is_judged_over_all_runs_can_be_asked_for_alone() -> None:
    """Then the two plain flows are run for it."""
    report = checked("fresh-nonces", "fresh-nonces")

    assert conspicuous(report) == {
        "fresh-nonces": "FAILED: The nonce 'always-the-same' came 6 times; 1 nonce served 6 requests."
    }


def test_where_a_command_cannot_be_looked_at_without_reaping_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS before Python 3.13: its end is seen all the same."""
    monkeypatch.delattr("os.waitid")

    assert conspicuous(checked("", "documented-flow")) == {}


def test_nothing_is_passed_that_was_not_seen() -> None:
    """A command that asks for nothing fails the flows, and is not praised for failing where failing is right."""
    report = Checkup(command=["sh", "-c", "exit 1"]).report()

    verdicts = {result.name: result.verdict.value for result in report.results}
    flows = {"documented-flow", "rfc5849-flow", "awkward-text", "awkward-secrets", "extra-parameters"}
    assert {name for name, verdict in verdicts.items() if verdict == "FAILED"} == flows
    assert {verdict for name, verdict in verdicts.items() if name not in flows} == {"SKIPPED"}
    assert "No request came" in report.results[0].judgement.seen
    assert "NEXMO_DASHBOARD_URL" in report.results[0].judgement.advice
