"""``--nexmo-target URL`` where no fake is: another provider, that is known by its address and an app's credentials."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

import contract_tests
from contract_tests.control import Control, ControlError
from contract_tests.targets import through
from fake_provider import FakeNexmo
from fake_provider.cli import main
from fake_provider.contract.listener import OUT_OF_REACH
from fake_provider.contract.recording import Recording
from fake_provider.domain.wire import WireRequest
from fake_provider.realhosts.command import _Consent
from fake_provider.web.app import Reply
from tests.contract_tests.running import PYTEST, clean_environment, run
from tests.mutants.table import MUTANTS

FOLDER = str(Path(contract_tests.__file__).parent)


@pytest.fixture
def other() -> Iterator[tuple[FakeNexmo, str]]:
    """A provider that has nothing but what Nexmo had."""
    fake = FakeNexmo(control=False)
    with fake.serve() as server:
        yield fake, server.url


def _run(url: str, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*PYTEST, "-q", FOLDER, "--nexmo-target", url, *arguments]
    return run(command, cwd=cwd, environment=clean_environment(**environment))


def _credentials(fake: FakeNexmo) -> dict[str, str]:
    """Return what a user of that provider would set: an app's credentials, and a token that was authorized."""
    token = fake.access_token()
    return {
        "NEXMO_CONSUMER_KEY": "fake-consumer-key",
        "NEXMO_CONSUMER_SECRET": "fake-consumer-secret",
        "NEXMO_ACCESS_TOKEN": token.token,
        "NEXMO_ACCESS_TOKEN_SECRET": token.secret,
        "NEXMO_SMS_TO": "447700900000",
    }


def test_another_provider_is_held_to_the_contract(tmp_path: Path, other: tuple[FakeNexmo, str]) -> None:
    """As the real service would be; what only a fake can do is left out."""
    fake, url = other
    wanted = "test_sms_json or test_request_token or test_webhooks"
    arguments = ("-k", wanted, "--allow-sms", "--max-sms", "100", "--live-pace", "0")
    done = _run(url, *arguments, cwd=tmp_path, **_credentials(fake))

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"target       {url}, profile unknown" in done.stdout
    assert "needs what only a fake can do: to open a second account" in done.stdout
    assert fake.messages


def test_receipts_of_a_provider_on_this_machine(tmp_path: Path, other: tuple[FakeNexmo, str]) -> None:
    """It can push to the tests' own receiver, so those receipts that need no account of their own are judged."""
    fake, url = other
    arguments = ("-k", "test_webhooks", "--allow-sms", "--max-sms", "100", "--live-pace", "0")
    done = _run(url, *arguments, cwd=tmp_path, **_credentials(fake))

    assert done.returncode == 0, done.stdout + done.stderr
    (held, broken) = re.search(r"^DLR .* (\d+) +(\d+) +\d+$", done.stdout, re.M).groups()  # type: ignore[union-attr]
    assert int(held) > 10
    assert int(broken) == 0
    assert re.search(r"^MO .* 0 +0 +\d+$", done.stdout, re.M)


def test_what_is_recorded_of_it(tmp_path: Path, other: tuple[FakeNexmo, str]) -> None:
    """It is said to be no fake, and not to have been reached over TLS; nobody's token is blamed on its receipts."""
    fake, url = other
    selection = "keys_of_a_receipt or test_the_status_is_a_text"
    arguments = ("-k", selection, "--allow-sms", "--live-pace", "0", "--record", "recorded")
    done = _run(url, *arguments, cwd=tmp_path, **_credentials(fake))
    index = Recording(tmp_path / "recorded").index()

    assert done.returncode == 0, done.stdout + done.stderr
    assert (index.against, index.tls) == ("another provider", False)
    assert main(["drift", str(tmp_path / "recorded")]) == 0
    for path in (tmp_path / "recorded").glob("*/*.txt"):
        text = path.read_text().replace('"status": "0"', '"status": "9"')
        path.write_text(
            text.replace("outcome: passed\n", "outcome: passed\nunusual: access-token-1 14 digits\n")
        )
    assert main(["drift", str(tmp_path / "recorded"), "--json", str(tmp_path / "drift.json")]) == 1
    told = json.loads((tmp_path / "drift.json").read_text())["differences"]
    assert [(one["where"], one["clauses"]) for one in told] == [("messages[0].status", ["SMS-OK-03"])]


def test_receipts_of_a_provider_elsewhere(tmp_path: Path) -> None:
    """It cannot reach a receiver on this machine, and no clause is broken for that."""
    done = run(
        [
            *PYTEST,
            "-q",
            FOLDER,
            "-k",
            "keys_of_a_receipt",
            "--nexmo-target",
            "live",
            "--live-plan",
            "--allow-sms",
        ],
        cwd=tmp_path,
        environment=clean_environment(),
    )

    assert OUT_OF_REACH in done.stdout


def test_where_nobody_is_asked_the_pages_are_not_checked(tmp_path: Path) -> None:
    """A fake that approves at once says so; it breaks no clause about a decision that nobody makes."""
    with FakeNexmo(auto_approve=True).serve() as server:
        done = _run(server.url, "-k", "undecided_request_token or the_round_trip_with", cwd=tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    reason = r"approves at once, and never asks the user \(--auto-approve\)"
    assert re.search(rf"^not checked  {reason}: OAUTH-AUTH-05, OAUTH-ACC-17$", done.stdout, re.M)


def test_without_a_control_api_too(tmp_path: Path) -> None:
    """Then nobody tells: it is seen by a page that decides for whoever opens it."""
    fake = FakeNexmo(auto_approve=True, control=False)
    with fake.serve() as server:
        fake.application.seen_by(_Consent(fake, server.url))  # as fake-nexmo run does
        done = _run(
            server.url,
            "-k",
            "undecided_request_token",
            "--live-pace",
            "0",
            cwd=tmp_path,
            **_credentials(fake),
        )

    assert done.returncode == 0, done.stdout + done.stderr
    reason = r"approves at once, and never asks the user \(--auto-approve\)"
    assert re.search(rf"^not checked  {reason}: OAUTH-ACC-17$", done.stdout, re.M)


def test_who_only_forgets_that_a_user_decides_breaks_the_clause(
    tmp_path: Path, other: tuple[FakeNexmo, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its page asks, and its exchange does not care: that is no fake that approves at once."""
    fake, url = other
    MUTANTS["undecided-exchanged"].seam(monkeypatch)
    done = _run(url, "-k", "undecided_request_token", "--live-pace", "0", cwd=tmp_path, **_credentials(fake))

    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^broken       OAUTH-ACC-17$", done.stdout, re.M)


@pytest.mark.parametrize(
    ("lacked", "tests", "reason", "code"),
    [
        pytest.param("", "keys_of_a_receipt", "POST /_fake/accounts", 1, id="everything-but-health"),
        pytest.param("clock", "permanent or token_credentials_open", "POST /_fake/clock", 0, id="one-call"),
        pytest.param("tokens/", "a_revoked_token", "DELETE /_fake/tokens/…", 1, id="one-with-an-id"),
    ],
)
def test_what_a_control_api_lacks_breaks_no_clause(
    tmp_path: Path, lacked: str, tests: str, reason: str, code: int
) -> None:
    """What was not checked is told, by the call that there is not; a run that checked nothing is no success."""
    fake = FakeNexmo()
    right = fake.application.reply

    def reply(wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        if not wire.path.startswith(f"/_fake/{lacked}") or wire.path == "/_fake/health":
            return right(wire, patience_seconds=patience_seconds)
        none = right(replace(wire, target="/_fake/no-such-call"), patience_seconds=patience_seconds).response
        body = none.body.replace(b"/_fake/no-such-call", wire.path.encode())
        return Reply(response=replace(none, body=body))

    fake.application.reply = reply  # type: ignore[method-assign]
    with fake.serve() as server:
        done = _run(server.url, "-k", tests, cwd=tmp_path)

    assert done.returncode == code, done.stdout + done.stderr
    assert re.search(rf"^not checked  its control API has no {reason} \(404\): ", done.stdout, re.M)
    assert "broken   " not in done.stdout.replace("held  broken", "")


def test_what_a_control_api_does_not_know_is_no_missing_call() -> None:
    """404 is said of a token that there is not as well, and that is the provider's answer."""
    with FakeNexmo().serve() as server, requests.Session() as session:
        control = Control(server.url, through(session))
        with pytest.raises(ControlError, match="answered 404"):
            control.revoke("0" * 32)


def test_without_credentials_it_is_said_what_to_set(tmp_path: Path, other: tuple[FakeNexmo, str]) -> None:
    """In one line, before any test."""
    _, url = other
    done = _run(url, cwd=tmp_path)

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert done.stderr.strip() == (
        f"ERROR: {url} is no fake-nexmo: /_fake/health answers 404; to hold another provider to it, "
        "set NEXMO_CONSUMER_KEY and NEXMO_CONSUMER_SECRET"
    )


def test_messages_are_counted_in_one_process(tmp_path: Path, other: tuple[FakeNexmo, str]) -> None:
    """Nobody knows what they cost there."""
    fake, url = other
    done = _run(url, "-n", "2", cwd=tmp_path, **_credentials(fake))

    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--nexmo-target {url} runs in one process" in done.stderr
