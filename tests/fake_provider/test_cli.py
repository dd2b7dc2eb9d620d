"""``fake-nexmo`` as a process: what it prints, how it ends, and what it says when it is used wrongly."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests

from fake_provider.cli import _parser, main
from fake_provider.commands import made
from tests.conftest import SMS, Served


@contextmanager
def serving(
    *arguments: str,
    log: IO[str] | None = None,
    program: Sequence[str] = (sys.executable, "-m", "fake_provider"),
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run ``fake-nexmo serve``; yield the process, its base URL, and what it printed. The log goes to *log*.

    Not to a pipe: one that nobody reads is full at some time, and then the server waits.
    """
    port = () if "--unix-socket" in arguments else ("--port", "0")
    command = [*program, "serve", *port, *arguments]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=log or subprocess.DEVNULL,
        text=True,
        env=os.environ | (environment or {}),
    ) as process:
        try:
            assert process.stdout is not None
            printed = ""
            for line in process.stdout:
                printed += line
                if "try: curl" in line:
                    break
            found = re.search(r"base URL\s+(\S+)", printed)
            assert found is not None, printed
            yield process, found.group(1), printed
        finally:
            if process.poll() is None:
                process.terminate()


def test_serve_prints_what_one_needs() -> None:
    """Once it answers, it prints the base URL, the login and the consumer credentials; without colour in a pipe."""
    with serving() as (_, url, printed):
        health = requests.get(f"{url}/_fake/health", timeout=5).json()

    assert health["profile"] == "documented"
    for text in ("developer@example.com", "nexmo", "fake-consumer-key", "fake-consumer-secret", "abcd1234"):
        assert text in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_well(number: signal.Signals, tmp_path: Path) -> None:
    """SIGINT and SIGTERM end it with exit code 0, without a traceback."""
    with (tmp_path / "log").open("w+") as log, serving(log=log) as (process, _, _):
        process.send_signal(number)

        assert process.wait(timeout=10) == 0

    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_signal_is_not_lost_while_webhooks_are_pushed() -> None:
    """Whichever thread the system hands it to; of ten at the worst moment all end the server."""
    sms = SMS | {"text": "x" * 305, "callback": "http://127.0.0.1:9/dr"}
    for _ in range(10):
        with serving("--log-level", "error") as (process, url, _printed):
            requests.post(f"{url}/sms/json", data=sms, timeout=10)
            process.send_signal(signal.SIGTERM)

            assert process.wait(10) == 0


def test_the_log_names_the_diagnosis(tmp_path: Path) -> None:
    """The log line of a refused request has the diagnosis, so that one need not look it up."""
    with (tmp_path / "log").open("w+") as log, serving(log=log) as (_, url, _):
        requests.post(f"{url}/oauth/request_token", timeout=5)
        requests.post(f"{url}/sms/json", data={"api_key": "abcd1234", "api_secret": "wrong"}, timeout=5)

    text = (tmp_path / "log").read_text()
    assert (
        "POST /oauth/request_token 400 refused (authorization-missing: There is no oauth_* parameter" in text
    )
    assert "POST /sms/json 200 refused (status 4: Bad Credentials)" in text


def test_a_control_token_is_made_where_others_can_reach_it() -> None:
    """Beyond loopback the control API asks for the token that was printed."""
    with serving("--host", "0.0.0.0") as (_, url, printed):
        token = re.search(r"control token\s+(\S+)", printed)
        assert token is not None
        bearer = {"Authorization": f"Bearer {token.group(1)}"}

        assert requests.get(f"{url}/_fake/health", timeout=5).status_code == 401
        assert requests.get(f"{url}/_fake/health", headers=bearer, timeout=5).status_code == 200


def test_the_control_api_can_be_turned_off() -> None:
    """What is printed says so, and shows a call that is answered."""
    with serving("--no-control") as (_, url, printed):
        answer = requests.get(f"{url}/_fake/health", timeout=5)
        shown = shlex.split(printed.splitlines()[-1].partition("try: ")[2])[1]
        balance = requests.get(shown, timeout=5)

    assert (answer.status_code, answer.text) == (404, "404 there is nothing at /_fake/health\n")
    assert re.search(r"control API\s+off \(--no-control\)", printed)
    assert balance.json() == {"value": 10, "autoReload": False}


def test_without_a_control_api_the_dashboard_keeps_its_token() -> None:
    """Where others can reach it, what its pages do wants the token that was printed."""
    with serving("--no-control", "--host", "0.0.0.0") as (_, _, printed):
        pass

    assert re.search(r"control token\s+\S{16}", printed)


@pytest.mark.parametrize("command", [["serve"], ["run", "--", "true"]], ids=["serve", "run"])
def test_a_token_for_no_control_api_is_wrong_use(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says which of the two to leave out."""
    monkeypatch.delenv("FAKE_NEXMO_CONTROL_TOKEN", raising=False)

    assert main([command[0], "--no-control", "--control-token", "t0ken", *command[1:]]) == 2
    assert capsys.readouterr().err == (
        "fake-nexmo: no-control: there is nothing for --control-token to guard; leave one of them out\n"
    )


def test_a_token_in_the_environment_is_of_another_fake() -> None:
    """Nobody has to unset it to turn the control API off."""
    with serving("--no-control", environment={"FAKE_NEXMO_CONTROL_TOKEN": "t0ken"}) as (_, _, printed):
        pass

    assert "t0ken" not in printed


CONFIG = """
profile = "strict"

[[accounts]]
email = "ann@example.com"
api_key = "annskey1"
balance = "1.25"

[[apps]]
name = "Ann's app"
consumer_key = "ann"
consumer_secret = "ann-secret"
callback_url = "https://ann.example/cb"

[[numbers]]
msisdn = "447700900123"
"""


def test_config(tmp_path: Path) -> None:
    """A TOML file replaces accounts and apps, gives numbers, and chooses the profile; --profile wins over it."""
    config = tmp_path / "fake.toml"
    config.write_text(CONFIG)
    with serving("--config", str(config)) as (_, url, _):
        assert requests.get(f"{url}/_fake/health", timeout=5).json()["profile"] == "strict"
        (account,) = requests.get(f"{url}/_fake/accounts", timeout=5).json()["accounts"]
        (app,) = requests.get(f"{url}/_fake/apps", timeout=5).json()["apps"]
    with serving("--config", str(config), "--profile", "documented") as (_, url, _):
        assert requests.get(f"{url}/_fake/health", timeout=5).json()["profile"] == "documented"

    assert (account["email"], account["balance"], account["numbers"]) == (
        "ann@example.com",
        1.25,
        ["447700900123"],
    )
    assert (app["consumer_key"], app["owner"]) == ("ann", "ann@example.com")


WRONG = [
    (
        "[[accounts]]\nemail = 'a@b'\n[[accounts]]\nemail = 'a@b'",
        "accounts: the email: a@b stands there twice",
    ),
    (
        "[[numbers]]\nmsisdn = '4412345'\n[[numbers]]\nmsisdn = '4412345'",
        "numbers: the msisdn: 4412345 stands",
    ),
    ("profile = 'lax'", "profile: one of documented, strict is wanted"),
    ("colour = 1", "colour: unknown; allowed are profile"),
    ("accounts = 1", "accounts: a list is wanted"),
    ("accounts = []", "accounts: at least one account is wanted"),
    ("[[accounts]]\nname = 'x'", "accounts[0].name: unknown; allowed are email"),
    ("[[accounts]]\npassword = 'x'", "accounts[0].email: is required"),
    ("[[accounts]]\nemail = 'a@b'\nbalance = 'much'", "accounts[0].balance: an amount in EUR"),
    (
        "[[accounts]]\nemail = 'a@b'\n[[accounts]]\nemail = 'A@b'",
        "accounts: the email: a@b stands there twice",
    ),
    (
        "[[apps]]\nname = 'x'\nowner = 'c@d'",
        "apps[0].owner: no account c@d; allowed are developer@example.com",
    ),
    ("[[apps]]\nname = 'x'\ncallback_url = 'x'", "apps[0].callback_url: it is not an absolute URL"),
    ("[[numbers]]\nmsisdn = '+44'", "numbers[0].msisdn: a number in international format"),
    ("profile = ", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_config_is_one_clear_line(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong file names the key and what is allowed, in one line, with exit code 2."""
    config = tmp_path / "fake.toml"
    config.write_text(text)

    code = main(["serve", "--port", "0", "--config", str(config)])

    errors = capsys.readouterr().err
    assert code == 2
    assert message in errors
    assert str(config) in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "/no/such/file.toml"], "No such file"),
        (["--host", "nowhere"], "'nowhere' is no address"),
    ],
)
def test_wrong_values(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong value is one line and exit code 2."""
    assert main(["serve", "--port", "0", *arguments]) == 2

    errors = capsys.readouterr().err
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--port", "many"], "'many' is no port; 0 to 65535 is wanted"),
        (["serve", "--profile", "lax"], "choose from"),
        (["serve", "--control-token", ""], "--control-token: it is empty"),
        (["serve", "--colour"], "unrecognized arguments: --colour"),
        (["dance"], "invalid choice: 'dance'"),
    ],
)
def test_wrong_use(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong use is one line that says where to read more, and exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert message in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ["serve", "--prot", "8081"],
            "fake-nexmo serve: unrecognized arguments: --prot 8081 (did you mean --port?); see fake-nexmo serve --help",
            id="option",
        ),
        pytest.param(
            ["run", "--ofline", "--", "curl", "--prot", "x"],
            "fake-nexmo run: unrecognized arguments: --ofline (did you mean --offline?); see fake-nexmo run --help",
            id="option-before-a-command",
        ),
        pytest.param(
            ["drift", "--agianst=x"],
            "(did you mean --against?); see fake-nexmo drift --help",
            id="with-value",
        ),
        pytest.param(["explain", "--colour"], "--colour; see fake-nexmo explain --help", id="like-none"),
        pytest.param(["srve"], "(did you mean serve?); see fake-nexmo --help", id="command"),
        pytest.param(["db", "upgrad"], "(did you mean upgrade?); see fake-nexmo db --help", id="action"),
        pytest.param(["--verison"], "(did you mean --version?); see fake-nexmo --help", id="of-all"),
    ],
)
def test_what_may_have_been_meant(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word that is misspelt is met with what is most like it, and with the help of the command that it stands behind."""
    with pytest.raises(SystemExit):
        main(arguments)

    assert capsys.readouterr().err.rstrip().endswith(words)


def test_a_taken_port(documented: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A taken port is one line and exit code 1."""
    assert main(["serve", "--port", str(documented.server.port)]) == 1

    errors = capsys.readouterr().err
    assert "is in use" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("command", [[], ["serve"]])
def test_help_has_an_example(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Each --help shows how the command is used."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])

    assert ended.value.code == 0
    assert "example: fake-nexmo" in capsys.readouterr().out


def test_a_seed_repeats_a_run() -> None:
    """The same seed issues the same tokens."""
    answers = []
    for _ in range(2):
        with serving("--seed", "7") as (_, url, _):
            made = requests.post(f"{url}/_fake/apps", json={"name": "x"}, timeout=5).json()
            answers.append((made["consumer_key"], made["consumer_secret"]))

    assert answers[0] == answers[1]


def test_several_workers_need_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them would have a state of its own else."""
    assert main(["serve", "--workers", "2"]) == 2

    assert "need a --database to share, such as --database fake.db" in capsys.readouterr().err


def test_several_workers_at_a_unix_socket(tmp_path: Path) -> None:
    """They share it, and its file goes with them."""
    path = tmp_path / "fake.sock"
    options = ("--workers", "2", "--database", str(tmp_path / "fake.db"), "--unix-socket", str(path))
    with serving(*options) as (process, url, _):
        assert url == f"unix:{path}"
        health = subprocess.run(
            [sys.executable, "-m", "fake_provider", "health", "--url", url, "--wait", "10"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (health.returncode, health.stdout[:2]) == (0, "ok")

    assert process.returncode == 0
    assert not path.exists()


def test_a_unix_socket_is_in_the_place_of_a_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are one too many."""
    assert main(["serve", "--unix-socket", str(tmp_path / "s"), "--port", "8080"]) == 2

    assert "in the place of --port; leave one of them out" in capsys.readouterr().err


def test_the_port_that_is_taken_without_asking() -> None:
    """8080, as the help says; a private fake takes a free one."""
    served, private = (_parser().parse_args(command) for command in (["serve"], ["run", "--", "true"]))

    assert (made.port(served), made.port(private)) == (8080, 0)
    assert made.port(_parser().parse_args(["serve", "--port", "0"])) == 0


def test_a_unix_socket_goes_where_nothing_comes_of_it(tmp_path: Path) -> None:
    """Its file stays behind no workers that could not begin."""
    path = tmp_path / "fake.sock"
    nowhere = "postgresql://fake@127.0.0.1:1/fake"

    assert main(["serve", "--workers", "2", "--unix-socket", str(path), "--database", nowhere]) == 1

    assert not path.exists()
