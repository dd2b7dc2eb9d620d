"""``fake-nexmo check``: what it shows and writes, how it ends, and what it leaves behind."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fake_provider.cli import main
from tests.fake_provider.conformance.test_scenarios import CLIENT, CLIENT_COMMAND

FAKE_NEXMO = [sys.executable, "-m", "fake_provider"]
OWN_CLIENT = (
    'nexmo-oauth login && nexmo-oauth send --to "$NEXMO_SMS_TO" --from "$NEXMO_SMS_FROM" -- "$NEXMO_SMS_TEXT"'
)
HOSTILE = "</pre><script>alert(1)</script>\x1b[2J"


Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    """Run ``fake-nexmo check`` in this process: what needs one of its own says so."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        argv = ["check", *arguments]
        try:
            code = main(argv)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return subprocess.CompletedProcess(argv, code, told.out, told.err)

    return run


def check_as_a_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``fake-nexmo check`` as a user does."""
    return subprocess.run(
        [*FAKE_NEXMO, "check", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )


def client(mistake: str = "") -> list[str]:
    """Return the command of the client that makes this mistake."""
    return [*CLIENT_COMMAND, mistake]


def alive(command: str) -> list[str]:
    """Return the processes that run *command*."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            line = directory.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if line.strip() == command:
            found.append(line)
    return found


OWN_SCENARIOS = ("documented-flow", "rfc5849-flow", "throttled", "fresh-nonces", "secrets-stay-home")


def test_the_command_of_the_client_package(tmp_path: Path) -> None:
    """``nexmo-oauth`` logs in and sends, as the documents say; all three reports are written.

    That it passes every scenario, contract_tests/client shows.
    """
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    done = check_as_a_process(
        *("--json", str(files[0]), "--junit-xml", str(files[1]), "--html", str(files[2])),
        *(word for name in OWN_SCENARIOS for word in ("--scenario", name)),
        *("--timeout", "40", "--", "sh", "-c", OWN_CLIENT),
    )

    assert done.returncode == 0, done.stdout
    assert "5 passed in" in done.stdout
    report = json.loads(files[0].read_text())
    assert report["command"] == ["sh", "-c", OWN_CLIENT]
    assert report["summary"] == {"passed": 5, "warning": 0, "failed": 0, "skipped": 0}
    assert {one["verdict"] for one in report["scenarios"]} == {"PASSED"}
    assert ElementTree.fromstring(files[1].read_text())[0].get("tests") == "5"
    for file in files:
        assert "fake-consumer-secret" not in file.read_text()


def test_a_failure_is_told_in_every_report(tmp_path: Path, check: Check) -> None:
    """The rule and its source, what was seen, what to change, and the exchanges with their base strings."""
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    done = check(
        *("--scenario", "sms-refused", "--scenario", "callback-not-confirmed", "--scenario", "fresh-nonces"),
        *("--json", str(files[0]), "--junit-xml", str(files[1]), "--html", str(files[2])),
        *("--", *client("sms-refused")),
    )

    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert done.stderr == "".join(f"written: {file}\n" for file in files)
    assert "FAILED  sms-refused             It ended with exit code 0" in done.stdout
    for line in (
        "  rule    A client looks at the status",
        "  seen    It ended with",
        "  change  Look at the status",
    ):
        assert line in done.stdout
    assert "2 passed, 1 failed in" in done.stdout
    report = json.loads(files[0].read_text())
    failed = next(one for one in report["scenarios"] if one["name"] == "sms-refused")
    assert failed.keys() == {"name", "verdict", "clause", "rule", "source", "seen", "advice", "runs"}
    (run,) = failed["runs"]
    assert run["exit_code"] == 0
    assert [one["outcome"] for one in run["exchanges"]] == ["accepted", "accepted", "fault"]
    suite = ElementTree.fromstring(files[1].read_text())[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "0")
    failure = suite.find("testcase[@name='sms-refused']/failure")
    assert failure is not None
    assert "what to change: Look at the status" in (failure.text or "")
    html = files[2].read_text()
    assert "POST&amp;http%3A%2F%2F127.0.0.1" in html
    assert "text%3Dhello%2520from%2520Nexmo" in html
    assert not re.findall(r"(?:src|href)=\"(?!#)", html)


def test_what_a_client_says_harms_no_report(tmp_path: Path, check: Check) -> None:
    """Its output and its parameters are text wherever they are shown: no markup, no control sequence."""
    script = (
        f"printf '%s' {shlex.quote(HOSTILE)}; printf '\\000\\377'; "
        "curl -s --data-urlencode 'text=</pre><script>alert(2)</script>' $NEXMO_REST_URL/sms/json; exit 3"
    )
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    done = check(
        *("--scenario", "documented-flow", "--json", str(files[0]), "--junit-xml", str(files[1])),
        *("--html", str(files[2]), "--", "sh", "-c", script),
    )

    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    ElementTree.fromstring(files[1].read_text())
    json.loads(files[0].read_text())
    html = files[2].read_text()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND: a command is wanted behind --"),
        (["--"], "COMMAND: a command is wanted behind --"),
        (["--", "no-such-program-here"], "COMMAND: no-such-program-here was not found"),
        (["--", str(CLIENT)], f"COMMAND: {CLIENT} is not executable"),
        (
            ["--scenario", "nonsense", "--", "true"],
            "scenario: 'nonsense' is none; there are documented-flow, ",
        ),
        (["--timeout", "0", "--", "true"], "'0' is no number of seconds above 0"),
        (["--timeout", "soon", "--", "true"], "'soon' is no number of seconds above 0"),
        (["--jobs", "0", "--", "true"], "1 or more is wanted"),
        (["--html", "/no/such/place/r.html", "--", "true"], "html: there is no directory /no/such/place"),
        (["--json", "/tmp", "--", "true"], "json: /tmp is a directory"),
        (["--json", "/dev/full", "--", "true"], "json: /dev/full is no regular file"),
        (["--nonsense", "--", "true"], "--nonsense"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value)[-40:] or "nothing",
)
def test_wrong_use_is_one_line(arguments: list[str], words: str, check: Check) -> None:
    """It is said before anything has run, with exit code 2."""
    done = check(*arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_a_command_leaves_behind_is_ended(check: Check) -> None:
    """Its whole process group, when it has ended and when its time is over."""
    sleeper = f"sleep 654.{os.getpid()}"
    done = check(
        *("--scenario", "documented-flow", "--scenario", "rfc5849-flow", "--timeout", "1"),
        *("--", "sh", "-c", f'{sleeper} & if [ -z "$NEXMO_CALLBACK_URL" ]; then exit 0; else {sleeper}; fi'),
    )

    assert done.returncode == 1
    assert "rfc5849-flow     It did not end within 1 s; no request came." in done.stdout
    assert alive(sleeper) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_client(number: signal.Signals) -> None:
    """It ends at once, with exit code 130 and one line, and no process of the client is left."""
    sleeper = f"sleep 655.{os.getpid()}"
    with subprocess.Popen(
        [*FAKE_NEXMO, "check", "--", "sh", "-c", f"{sleeper} & {sleeper}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 30
        while not alive(sleeper) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert said == "fake-nexmo: interrupted; nothing was judged\n"
    assert alive(sleeper) == []


def test_a_terminal_sees_progress_and_colours() -> None:
    """On a terminal the runs are counted as they end, and verdicts have colours."""
    leader, follower = pty.openpty()
    command = [*FAKE_NEXMO, "check", "--scenario", "sms-refused", "--", *client("sms-refused")]
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI")}
    with subprocess.Popen(
        command, stdout=follower, stderr=follower, env=environment | {"TERM": "xterm-256color"}
    ) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                octets = os.read(leader, 65536)
            except OSError:  # the other end was closed
                break
            if not octets:
                break
            shown += octets
    os.close(leader)

    assert process.returncode == 1
    assert b"1/1" in shown
    assert b"\x1b[1;31mFAILED" in shown


def test_a_report_on_standard_output_stands_alone(check: Check) -> None:
    """``--json -`` can be piped; the table goes to standard error then."""
    done = check("--scenario", "sms-refused", "--json", "-", "--", *client())

    assert json.loads(done.stdout)["summary"]["passed"] == 1
    assert "PASSED  sms-refused" in done.stderr


def test_verdicts_are_not_lost_with_a_report(tmp_path: Path, check: Check) -> None:
    """A file that cannot be written any more is told after the table."""
    file = tmp_path / "gone" / "r.json"
    file.parent.mkdir()
    script = f"rmdir {file.parent}; exec {shlex.join(client())}"
    done = check("--scenario", "sms-refused", "--json", str(file), "--", "sh", "-c", script)

    assert done.returncode == 2
    assert "PASSED  sms-refused" in done.stdout
    assert done.stderr.startswith(f"fake-nexmo: json: {file}: No such file")


@pytest.mark.parametrize("mistake", ["secret-as-sender", "secret-as-nonce"])
def test_no_report_holds_a_secret_that_a_client_misplaced(mistake: str, tmp_path: Path, check: Check) -> None:
    """Wherever a client puts a secret, and in whatever is quoted of it."""
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    done = check(
        *("--scenario", "documented-flow", "--scenario", "fresh-nonces", "--scenario", "secrets-stay-home"),
        *("--json", str(files[0]), "--junit-xml", str(files[1]), "--html", str(files[2])),
        *("--", *client(mistake)),
    )

    assert "FAILED  secrets-stay-home" in done.stdout
    for text in (done.stdout, *(file.read_text() for file in files)):
        assert "fake-consumer-secret" not in text


def test_a_secret_is_seen_in_very_much_output(tmp_path: Path, check: Check) -> None:
    """Also in the part that no report shows; and half of it stands nowhere."""
    flood = 'import os, sys; s = os.environ["NEXMO_CONSUMER_SECRET"]; n = 1024 * 1024 - 15'
    script = f'{sys.executable} -c \'{flood}; sys.stdout.write("x" * n + s + "y" * 3 * n + s)\'; exec {shlex.join(client())}'
    report = tmp_path / "r.json"
    done = check(
        *("--scenario", "documented-flow", "--scenario", "secrets-stay-home", "--json", str(report)),
        *("--", "sh", "-c", script),
    )

    assert "FAILED  secrets-stay-home  The consumer secret stood in the command's output." in done.stdout
    assert "fake-consumer-s" not in report.read_text().replace("NEXMO_CONSUMER_SECRET", "")


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """``check --help`` says how the command is driven."""
    with pytest.raises(SystemExit) as ended:
        main(["check", "--help"])

    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "example: fake-nexmo check --html report.html -- python my_client.py" in text
    assert "NEXMO_SMS_TEXT" in text


def test_a_clients_environment_is_its_own(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No variable of the caller's Nexmo leads it elsewhere, and no proxy stands in between."""
    seen = tmp_path / "seen"
    for name, value in {
        "NEXMO_ACCESS_TOKEN": "real",
        "NEXMO_REST_URL": "https://rest.nexmo.com",
        "NO_PROXY": "example.com",
        "XDG_CONFIG_HOME": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    done = check("--scenario", "rfc5849-flow", "--", "sh", "-c", f"env > {seen}; exit 1")

    assert done.returncode == 1
    variables = dict(line.split("=", 1) for line in seen.read_text().splitlines() if "=" in line)
    assert "NEXMO_ACCESS_TOKEN" not in variables
    assert variables["NEXMO_REST_URL"].startswith("http://127.0.0.1:")
    assert variables["NEXMO_CALLBACK_URL"] == "oob"
    assert variables["NO_PROXY"] == "example.com,127.0.0.1,localhost"
    assert variables["XDG_CONFIG_HOME"] != "/nowhere"
    assert variables["NEXMO_SMS_TEXT"] == "hello from Nexmo"
