"""Runs of ``contract_tests`` as a user starts them: the options, how a run ends, what it says at its end."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import contract_tests
from contract_tests.client import test_conformance
from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.conformance import SCENARIOS
from tests.contract_tests.running import importable
from tests.fake_provider.conformance.test_scenarios import CLIENT_COMMAND
from tests.fake_provider.test_cli import serving
from tests.lean import LEAN

FOLDER = str(Path(contract_tests.__file__).parent)
PYARGS = ["--pyargs", "contract_tests"]
PYARGS_CLIENT = ["--pyargs", "contract_tests.client"]

NEEDED = ["NEXMO_CONSUMER_KEY", "NEXMO_CONSUMER_SECRET", "NEXMO_ACCESS_TOKEN", "NEXMO_ACCESS_TOKEN_SECRET"]

OF_A_PROFILE = sorted(
    str(file)
    for file in Path(FOLDER).glob("test_*.py")
    if "mark.profile(" in file.read_text(encoding="utf-8")
)
OF_DETAILS = ("*_exactness", "oauth_*", "parts")
# From the root: what is relative is read from where pytest is started.
NO_DETAILS = [f"--ignore-glob={FOLDER}/test_{name}.py" for name in OF_DETAILS]
DETAILS = sorted(str(file) for name in OF_DETAILS for file in Path(FOLDER).glob(f"test_{name}.py"))
JUDGES_CLIENTS = "judges a client and no target; --client-command names one"
MOVES_TIME = "would move the time of everybody who uses this server"

LIVE_IN_HERE = """
import sys, pytest
from fake_provider import FakeNexmo
fake = FakeNexmo()
fake.faults.add(match={"path": "/account/get-balance"}, action={"status": 401})  # which says nothing of a token
with fake.intercept():
    sys.exit(pytest.main(sys.argv[1:]))
"""


def _run(
    *arguments: str,
    cwd: Path,
    environment: dict[str, str] | None = None,
    start: tuple[str, ...] = ("-m", "pytest"),
) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))
    }
    return subprocess.run(
        [sys.executable, *start, *LEAN, *arguments],
        cwd=cwd,
        env=inherited | (environment or {}),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal, there is nobody to ask
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("selection", [[FOLDER], PYARGS], ids=["by-path", "pyargs"])
def test_live_without_credentials_ends_with_one_line(tmp_path: Path, selection: list[str]) -> None:
    """The line names every variable, and no test was begun."""
    run = _run(*selection, "--nexmo-target", "live", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert run.stdout == ""
    assert run.stderr.split("\n") == [
        f"ERROR: --nexmo-target live needs {', '.join(NEEDED)} in the environment",
        "",
        "",
    ]


def test_live_is_not_spread_over_processes(tmp_path: Path) -> None:
    """Several processes would count the messages each for itself."""
    run = _run(FOLDER, "--nexmo-target", "live", "-n", "2", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "one process" in run.stderr


@pytest.mark.long
@pytest.mark.parametrize("profile", ["documented", "strict"])
def test_the_whole_suite_against_a_server_of_its_own(tmp_path: Path, profile: str) -> None:
    """What is not about details passes against ``fake-nexmo serve``, in each profile, but for those of the other and of TLS."""
    # The tests of what is the same in both profiles are run against one only.
    with serving("--profile", profile) as (_, url, _):
        files = [FOLDER] if profile == "documented" else OF_A_PROFILE
        # What is exact in every detail is asked in process: a socket changes nothing about it.
        arguments = ("-q", "--nexmo-target", url, *NO_DETAILS, "--record", "recording")
        run = _run(*files, *arguments, cwd=tmp_path)

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr
    other = "strict" if profile == "documented" else "documented"
    reasons = {line.split(": ", 1)[1] for line in run.stdout.splitlines() if line.startswith("SKIPPED")}
    everywhere = {JUDGES_CLIENTS, MOVES_TIME} if files == [FOLDER] else set()
    assert reasons == {f"is true of the profile {other} only", "needs a target that speaks TLS"} | everywhere
    if profile == "documented":  # a replay does not ask of which it was
        _is_replayed(tmp_path / "recording", FOLDER)
    assert main(["drift", str(tmp_path / "recording")]) == 0


@pytest.mark.long
def test_every_detail_can_be_recorded(tmp_path: Path) -> None:
    """What a test makes up has a reference, or is the same in each run."""
    run = _run(*DETAILS, "-q", "--record", "recording", cwd=tmp_path)

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr
    _is_replayed(tmp_path / "recording", *DETAILS)
    assert main(["drift", str(tmp_path / "recording")]) == 0


def _is_replayed(recording: Path, *files: str) -> None:
    """Assert that all tests of a recording pass without a provider."""
    replay = _run(*files, "-q", "--nexmo-target", f"replay:{recording}", cwd=recording.parent)

    assert replay.returncode == 0, replay.stdout[-4000:] + replay.stderr


@pytest.mark.parametrize("selection", [[FOLDER], PYARGS], ids=["by-path", "pyargs"])
def test_a_url_is_tested_from_any_folder(tmp_path: Path, selection: list[str]) -> None:
    """The summary says what was checked, and by reason what was not."""
    with FakeNexmo(profile="strict").serve() as server:
        run = _run(*selection, "-k", "callback_is", "--nexmo-target", server.url, cwd=tmp_path)

    assert run.returncode == 0, run.stdout + run.stderr
    assert f"target       {server.url}, profile strict" in run.stdout
    assert re.search(r"^checked      (\d+) tests: \1 passed$", run.stdout, re.MULTILINE)
    assert "not checked  3 tests" in run.stdout
    assert "          3  is true of the profile documented only" in run.stdout


def test_a_provider_that_does_not_answer_ends_the_run(tmp_path: Path) -> None:
    """With one line, after three times in a row: hundreds of tests would wait for nothing, half a minute each."""
    (tmp_path / "impatient.py").write_text(
        "from fake_provider.contract.whole import WholeResponse\n"
        "def pytest_collection_finish():\n    WholeResponse.seconds = 0\n"
    )
    with FakeNexmo().serve() as server:
        arguments = (f"{FOLDER}/test_sms_json.py", "-q", "-p", "impatient", "--nexmo-target", server.url)
        run = _run(*arguments, cwd=tmp_path, environment=importable(tmp_path))

    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert re.search(
        r"no whole answer within 30 s, 3 times in a row; the run is given up !+$", run.stdout, re.M
    )
    assert f"{server.url} makes no app and no account: ReadTimeout" in run.stdout
    assert "Traceback" not in run.stdout
    assert re.search(r"^3 errors in ", run.stdout, re.MULTILINE)


def test_a_shared_server_is_not_reset(tmp_path: Path) -> None:
    """What others did there is there after a run."""
    fake = FakeNexmo()
    fake.create_app("Somebody else's", consumer_key="somebody-elses")
    with fake.serve() as server:
        run = _run(FOLDER, "-k", "test_sms_json", "--nexmo-target", server.url, cwd=tmp_path)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "somebody-elses" in [app.client_key for app in fake.apps]


def test_a_live_run_says_what_it_left_out_and_shows_no_secret(tmp_path: Path) -> None:
    """Against the real names; here they lead to a fake, which does not know the stored token."""
    secret = "is_let_in"  # a word that a failing test is sure to show
    environment = {
        "NEXMO_CONSUMER_KEY": "fake-consumer-key",
        "NEXMO_CONSUMER_SECRET": "fake-consumer-secret",
        "NEXMO_ACCESS_TOKEN": "a" * 32,
        "NEXMO_ACCESS_TOKEN_SECRET": secret,
    }
    arguments = ("-k", "right_call or is_410", "--showlocals", "--nexmo-target", "live", *PYARGS)
    run = _run(*arguments, cwd=tmp_path, environment=environment, start=("-c", LIVE_IN_HERE))

    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "target       the real service, profile unknown" in run.stdout
    assert "checked      2 tests: 1 passed, 1 failed" in run.stdout
    assert "1  sends an SMS that costs; --allow-sms was not given" in run.stdout
    assert "1  needs somebody who authorizes; there is a stored token only" in run.stdout
    assert "3  needs what only a fake can do" in run.stdout
    assert "SMS          0 of at most 10 messages were sent" in run.stdout
    assert "<secret>" in run.stdout
    assert secret not in run.stdout


def test_a_live_run_says_where_another_profile_was_assumed(tmp_path: Path) -> None:
    """Whoever is strict fails tests that are true of the documented profile only: the summary counts them."""
    environment = {
        "NEXMO_CONSUMER_KEY": "fake-consumer-key",
        "NEXMO_CONSUMER_SECRET": "fake-consumer-secret",
        "NEXMO_ACCESS_TOKEN": "a" * 32,
        "NEXMO_ACCESS_TOKEN_SECRET": "b" * 32,
    }
    start = ("-c", LIVE_IN_HERE.replace("FakeNexmo()", 'FakeNexmo(profile="strict")'))
    arguments = (
        "-k",
        "callback_is_not_needed or answer_is_a_form",
        "--live-pace",
        "0",
        "--nexmo-target",
        "live",
    )
    run = _run(*PYARGS, *arguments, cwd=tmp_path, environment=environment, start=start)

    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert "checked      3 tests: 1 passed, 2 failed" in run.stdout
    assert "profile      2 that failed are true of the documented one only, as is assumed" in run.stdout


def test_the_budget_is_spent_where_it_tells_most(tmp_path: Path) -> None:
    """Tests that are first come first, then what costs nothing, then the other billable ones."""
    environment = {
        "NEXMO_CONSUMER_KEY": "k",
        "NEXMO_CONSUMER_SECRET": "s",
        "NEXMO_ACCESS_TOKEN": "t",
        "NEXMO_ACCESS_TOKEN_SECRET": "ts",
        "NEXMO_SMS_TO": "447700900023",
    }
    arguments = (*PYARGS, "--collect-only", "-q", "--nexmo-target", "live", "--allow-sms")
    run = _run(*arguments, cwd=tmp_path, environment=environment)
    names = [line.rpartition("::")[2] for line in run.stdout.splitlines()]

    assert run.returncode == 0, run.stdout + run.stderr
    ordered = [
        "test_every_shape_is_accepted[post-json]",
        "test_the_default_is_json[*/*]",
        "test_the_number_of_parts[70-units]",
    ]
    assert sorted(ordered, key=names.index) == ordered


def test_a_client_is_judged_by_its_command(tmp_path: Path) -> None:
    """A test for each scenario: what fails is told with its rule, what was seen, what to change, and what was asked."""
    client = shlex.join([*CLIENT_COMMAND, "sms-refused"])
    run = _run(*PYARGS_CLIENT, "--client-command", client, "-k", "sms-refused or user-denies", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.TESTS_FAILED, run.stdout + run.stderr
    assert re.search("1 failed, 1 passed", run.stdout)
    assert "seen: It ended with exit code 0, as if the SMS had been accepted." in run.stdout
    assert "what to change: Look at the status of every message" in run.stdout
    assert "/sms/json -> 200, fault" in run.stdout


def test_what_works_in_one_profile_only_is_a_warning(tmp_path: Path) -> None:
    """A client that sends no callback is warned, and skips what is about callbacks."""
    client = shlex.join([*CLIENT_COMMAND, "no-callback"])
    selection = "rfc5849-flow or callback-not-confirmed"
    run = _run(*PYARGS_CLIENT, "--client-command", client, "-k", selection, "-rs", cwd=tmp_path)

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"1 passed, 1 skipped, (\d+ deselected, )?1 warning", run.stdout)
    assert "ClientWarning: rfc5849-flow: It sends no oauth_callback" in run.stdout


def test_a_client_that_is_not_there_ends_with_one_line(tmp_path: Path) -> None:
    """The line names the option."""
    run = _run(*PYARGS_CLIENT, "--client-command", "no-such-program-here", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--client-command: no-such-program-here was not found" in run.stderr


def test_no_scenario_is_left_out() -> None:
    """The contract tests name every scenario of the fake."""
    assert {scenario.name: scenario.clause.id for scenario in SCENARIOS} == test_conformance.SCENARIOS
