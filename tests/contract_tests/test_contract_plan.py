"""``--live-plan``: what a live run would send and cost, and nothing is sent."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from contract_tests.plan import Plan
from contract_tests.plan_report import PlanReport
from fake_provider.contract.listener import OUT_OF_REACH
from tests.contract_tests.running import PYTEST, clean_environment, run
from tests.contract_tests.terminal import Terminal

PLAN = ["--pyargs", "contract_tests", "-q", "--nexmo-target", "live", "--live-plan"]


def _run(
    *arguments: str, cwd: Path, before: Sequence[str] = (), environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    given = clean_environment(XDG_DATA_HOME=str(cwd), **(environment or {}))
    return run([*before, *PYTEST, *arguments], cwd=cwd, environment=given)


def test_a_plan_names_each_request_and_sends_none(tmp_path: Path) -> None:
    """No credentials are needed for it; whoever is at the real names is not asked for anything."""
    service = [sys.executable, "-m", "fake_provider", "run", "--no-control", "--summary", "json", "--"]
    selection = ["-k", "test_the_answer_is_a_form or test_the_keys_come_in_their_order"]
    done = _run(*PLAN, "--allow-sms", *selection, cwd=tmp_path, before=service)
    shown = done.stdout.partition("nothing was sent to the real hosts")[2].splitlines()

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["calls"] == 0
    assert [line if line.startswith("    ") else line.rpartition("/")[2] for line in shown[1:8]] == [
        "before the first test",
        "    POST https://dashboard.nexmo.com/oauth/request_token  asks for a request token",
        "    GET  https://rest.nexmo.com/account/get-balance  asks for the balance",
        "test_sms_json.py::test_the_keys_come_in_their_order",
        "    GET  https://rest.nexmo.com/sms/json  SMS: 1 message at most, 0.0333 EUR",
        "test_request_token.py::test_the_answer_is_a_form",
        "    POST https://dashboard.nexmo.com/oauth/request_token  asks for a request token",
    ]
    assert "requests     4, 4 s" in shown
    assert "SMS          1 message, 0.0333 EUR, if all is as at the fake; 1 at most, 0.0333 EUR" in shown
    assert "             an estimate: 0.0333 EUR for each, by the fake's price list" in shown
    assert "authorized   by a stored token; nobody is asked" in shown
    assert "still to set NEXMO_ACCESS_TOKEN, NEXMO_ACCESS_TOKEN_SECRET, NEXMO_SMS_TO" in shown
    assert "passed" not in "".join(shown[8:-1])  # by the summary of a run that took place


def test_a_plan_says_what_is_left_out(tmp_path: Path) -> None:
    """By reason: what needs a fake, what needs leave, and what the budget does not reach."""
    without = _run(*PLAN, "-k", "test_parts or test_webhooks", cwd=tmp_path).stdout
    with_two = _run(*PLAN, "-k", "test_sms_xml", "--allow-sms", "--max-sms", "2", cwd=tmp_path).stdout

    assert re.search(r"^ +\d+  needs what only a fake can do: to open a second account$", without, re.M)
    assert re.search(rf"^ +\d+  {OUT_OF_REACH}$", without, re.M)
    assert re.search(r"^ +\d+  sends an SMS that costs; --allow-sms was not given$", without, re.M)
    assert re.search(r"^SMS +0 messages, 0 EUR", without, re.M)
    assert re.search(r"^SMS +2 messages, 0.0666 EUR, .*; 2 at most", with_two, re.M)
    assert re.search(r"^ +\d+  would exceed the 2 messages of one run \(--max-sms\)$", with_two, re.M)


def test_a_plan_with_a_person_counts_how_often_they_are_asked(tmp_path: Path) -> None:
    """At a terminal, where no token is stored."""
    command = [*PYTEST, *PLAN, "-k", "test_every_transport"]
    terminal = Terminal(command, cwd=tmp_path, environment=clean_environment())
    shown = "".join(iter(terminal.read, ""))

    assert terminal.ended() == 0
    assert "by a person at the terminal, who is asked 5 times" in shown
    assert re.search(r"NEXMO_CONSUMER_KEY, NEXMO_CONSUMER_SECRET\r?$", shown, re.M)


def test_a_plan_as_a_file(tmp_path: Path) -> None:
    """For programs: each request, the sums, what is left out; and no secret, nor the number."""
    environment = {
        "NEXMO_CONSUMER_KEY": "key",
        "NEXMO_CONSUMER_SECRET": "a-consumer-secret",
        "NEXMO_ACCESS_TOKEN": "a-token",
        "NEXMO_ACCESS_TOKEN_SECRET": "a-token-secret",
        "NEXMO_SMS_TO": "4915123456789",
    }
    done = _run(
        *PLAN[:-1],
        "--live-plan-json",
        "plan.json",
        "--allow-sms",
        "-k",
        "test_the_keys_come_in_their_order",
        cwd=tmp_path,
        environment=environment,
    )
    text = (tmp_path / "plan.json").read_text()
    plan = json.loads(text)

    assert done.returncode == 0, done.stdout
    assert [one["url"] for one in plan["requests"]] == [
        "https://dashboard.nexmo.com/oauth/request_token",
        "https://rest.nexmo.com/account/get-balance",
        "https://rest.nexmo.com/sms/json",
    ]
    assert plan["messages"] == {"expected": 1, "at_most": 1}
    assert float(plan["estimated_eur"]["at_most"]) > 0
    assert plan["missing"] == []
    for value in [*list(environment.values())[1:], "a-token"]:
        assert value not in text + done.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["--live-plan"], "--live-plan goes with --nexmo-target live", id="of-nothing"),
        pytest.param(
            ["--nexmo-target", "http://127.0.0.1:1", "--live-plan-json", "x"],
            "goes with --nexmo-target live",
            id="of-a-url",
        ),
        pytest.param(
            ["--nexmo-target", "live", "--live-plan-json", "no/where.json"],
            "--live-plan-json: there is no directory",
            id="to-nowhere",
        ),
        pytest.param(
            ["--nexmo-target", "live", "--live-plan", "--contract-report", "report"],
            "--contract-report: a plan checks nothing; leave out --live-plan",
            id="with-a-report",
        ),
        pytest.param(["--max-sms", "many"], "'many' is no whole number from 0 on", id="messages"),
        pytest.param(["--max-eur", "-1"], "'-1' is no amount in EUR, such as 0.50", id="money"),
        pytest.param(["--live-pace", "fast"], "'fast' is no number of seconds, such as 1 or 0.5", id="pace"),
    ],
)
def test_wrong_use(tmp_path: Path, arguments: list[str], problem: str) -> None:
    """One line says what is wanted, and nothing is run."""
    done = _run("--pyargs", "contract_tests", *arguments, cwd=tmp_path)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_money_may_be_planned_before_a_number_is_set(tmp_path: Path) -> None:
    """The number of fiction stands for it."""
    selection = ("-k", "test_the_keys_come_in_their_order")
    done = _run(*PLAN, "--allow-sms", "--max-eur", "0.80", *selection, cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_plan_shows_no_secret_of_a_path() -> None:
    """Clients of the first years wrote one there, and the address of each request is shown."""
    plan = Plan({}, has_person=False)
    with plan.open() as provider:
        url = f"{provider.rest_url}/account/get-balance/abcd1234/S3cretOfSomebody"
        provider.send(requests.Request("GET", url).prepare())

    assert plan.planned[-1].url == f"{provider.rest_url}/account/get-balance/abcd1234/<secret>"


def test_a_plan_that_cannot_be_written_any_more_is_no_success(tmp_path: Path) -> None:
    """Its folder went meanwhile: the exit code says so, and a line why."""
    report = PlanReport(Plan({}, has_person=False), tmp_path / "gone" / "plan.json")
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    report.pytest_sessionfinish(session, pytest.ExitCode.OK)  # type: ignore[arg-type]

    assert session.exitstatus == pytest.ExitCode.TESTS_FAILED
    assert report.told.startswith("not written: ")
