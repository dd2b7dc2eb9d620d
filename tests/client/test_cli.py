"""The command ``nexmo-oauth``, as a shell sees it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from importlib import metadata
from urllib.parse import parse_qsl

import pytest
import requests
import responses

from client import login
from client.cli import main
from client.credentials import AccessToken
from client.nexmo import NexmoOAuth
from client.tokens import TokenFile, default_path
from tests.documents import ROOT

from .examples import (
    ACCESS_TOKEN,
    ACCESS_TOKEN_URL,
    BALANCE_URL,
    CLIENT,
    DASHBOARD,
    ISSUED_ACCESS_TOKEN,
    ISSUED_REQUEST_TOKEN,
    NO_QUOTA,
    REQUEST_TOKEN_URL,
    SENT,
    SMS_URL,
    sms_body,
)

SEND = ["send", "--to", "447700900000", "--from", "NexmoOauth"]
COMMANDS = ["login", "send", "balance", "logout", "exec"]


@pytest.fixture
def logged_in(environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment in which ``login`` has been run."""
    TokenFile(default_path()).save(ACCESS_TOKEN, consumer_key=CLIENT.key, dashboard_url=DASHBOARD)
    return environment


def _typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def _sent_text(service: responses.RequestsMock) -> str:
    body = service.calls[0].request.body
    assert isinstance(body, bytes)
    return dict(parse_qsl(body.decode()))["text"]


# login


@pytest.fixture
def ways(environment: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """Which way of logging in was taken, with which options; each succeeds at once."""
    taken: list[tuple[str, dict[str, object]]] = []

    def way(name: str) -> object:
        def log_in(nexmo: NexmoOAuth, console: object, **options: object) -> AccessToken:
            taken.append((name, options))
            return ACCESS_TOKEN

        return log_in

    environment.setattr(login, "by_loopback", way("loopback"))
    environment.setattr(login, "by_hand", way("hand"))
    environment.setattr(login, "browser_available", lambda: True)
    return taken


@pytest.mark.parametrize(
    ("arguments", "way", "options"),
    [
        ([], "loopback", {}),
        (["--no-browser"], "hand", {"callback": "oob"}),
        (["--callback", "oob"], "hand", {"callback": "oob"}),
        (["--callback", "https://app.example/cb"], "hand", {"callback": "https://app.example/cb"}),
        (["--no-callback"], "hand", {"callback": None}),
        (["--port", "8400"], "loopback", {"port": 8400, "open_browser": True}),
        (["--port", "0", "--no-browser"], "loopback", {"port": 0, "open_browser": False}),
    ],
    ids=" ".join,
)
def test_the_options_choose_the_way(
    ways: list[tuple[str, dict[str, object]]], arguments: list[str], way: str, options: dict[str, object]
) -> None:
    """A browser and loopback, unless something else is asked for."""
    assert main(["login", *arguments]) == 0
    assert ways == [(way, options)]


def test_a_machine_without_a_browser_asks_for_the_verifier(
    ways: list[tuple[str, dict[str, object]]], environment: pytest.MonkeyPatch
) -> None:
    """As with --no-browser."""
    environment.setattr(login, "browser_available", lambda: False)

    assert main(["login"]) == 0
    assert ways == [("hand", {"callback": "oob"})]


@pytest.mark.parametrize(("arguments", "callback"), [([], "oob"), (["--no-callback"], None)])
def test_the_environment_may_name_the_callback(
    ways: list[tuple[str, dict[str, object]]],
    environment: pytest.MonkeyPatch,
    arguments: list[str],
    callback: str | None,
) -> None:
    """NEXMO_CALLBACK_URL is the default, and an option goes before it."""
    environment.setenv("NEXMO_CALLBACK_URL", "oob")

    assert main(["login", *arguments]) == 0
    assert ways == [("hand", {"callback": callback})]


def test_login_stores_the_token_and_shows_no_secret(
    environment: pytest.MonkeyPatch, service: responses.RequestsMock, capfd: pytest.CaptureFixture[str]
) -> None:
    """The page is shown, the verifier read, the token stored where it is said to be."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)
    _typed(environment, "v3rifier\n")

    assert main(["login", "--no-browser"]) == 0
    out, err = capfd.readouterr()
    assert "https://dashboard.nexmo.com/oauth/authorize?oauth_token=request-token\n" in out
    assert str(default_path()) in out.splitlines()[-1]
    assert "SECRET" not in out + err
    assert TokenFile(default_path()).load(consumer_key=CLIENT.key, dashboard_url=DASHBOARD) == ACCESS_TOKEN


def test_login_for_a_script(
    environment: pytest.MonkeyPatch, service: responses.RequestsMock, capfd: pytest.CaptureFixture[str]
) -> None:
    """With --json, standard output is one object; the page is shown beside it."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, body=ISSUED_ACCESS_TOKEN)
    _typed(environment, "\n")

    assert main(["login", "--no-browser", "--json"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out) == {"logged_in": True, "token_file": str(default_path())}
    assert "oauth_token=request-token" in err


def test_a_failed_login_stores_nothing(
    environment: pytest.MonkeyPatch, service: responses.RequestsMock, capfd: pytest.CaptureFixture[str]
) -> None:
    """A user who denied leaves a request token that cannot be exchanged."""
    service.post(REQUEST_TOKEN_URL, body=ISSUED_REQUEST_TOKEN)
    service.post(ACCESS_TOKEN_URL, status=401, body="oauth_problem=permission_denied")
    _typed(environment, "\n")

    assert main(["login", "--no-browser"]) == 1
    assert "permission_denied" in capfd.readouterr().err
    assert not default_path().exists()


# send


@pytest.mark.usefixtures("logged_in")
def test_send_says_what_it_cost(service: responses.RequestsMock, capfd: pytest.CaptureFixture[str]) -> None:
    """One line: recipient, parts, price, balance, id."""
    service.post(SMS_URL, body=sms_body(SENT))

    assert main([*SEND, "hello from Nexmo"]) == 0
    assert capfd.readouterr().out == (
        "Sent to 447700900000 in 1 part for 0.0333 EUR, 15.2328 EUR left; message id 0D0000002EE0D00C\n"
    )


@pytest.mark.usefixtures("logged_in")
def test_send_for_a_script(service: responses.RequestsMock, capfd: pytest.CaptureFixture[str]) -> None:
    """One object with every part; amounts are strings."""
    service.post(SMS_URL, body=sms_body(SENT))

    assert main([*SEND, "--json", "hello"]) == 0
    sent = json.loads(capfd.readouterr().out)
    assert (sent["message_ids"], sent["price"]) == (["0D0000002EE0D00C"], "0.03330000")
    assert sent["parts"][0]["network"] == "23410"


@pytest.mark.parametrize(
    "text",
    [" a + b & c % d = e ~ * ' \" < > ", "two\nlines", "日本 😀", "-x"],
)
@pytest.mark.usefixtures("logged_in")
def test_the_text_arrives_exactly(service: responses.RequestsMock, text: str) -> None:
    """Nothing is trimmed, escaped or replaced; ``--`` goes before a dash."""
    service.post(SMS_URL, body=sms_body(SENT))

    assert main([*SEND, "--", text]) == 0
    assert _sent_text(service) == text


def test_a_dash_reads_standard_input(logged_in: pytest.MonkeyPatch, service: responses.RequestsMock) -> None:
    """Without the line end at its end."""
    service.post(SMS_URL, body=sms_body(SENT))
    _typed(logged_in, "from a\npipe\n")

    assert main([*SEND, "-"]) == 0
    assert _sent_text(service) == "from a\npipe"


def test_the_environments_token_goes_before_the_stored_one(
    logged_in: pytest.MonkeyPatch, service: responses.RequestsMock
) -> None:
    """NEXMO_ACCESS_TOKEN and its secret need no login."""
    logged_in.setenv("NEXMO_ACCESS_TOKEN", "from-the-environment")
    logged_in.setenv("NEXMO_ACCESS_TOKEN_SECRET", "s")
    service.get(BALANCE_URL, body='{"value": 1}')

    assert main(["balance"]) == 0
    assert "from-the-environment" in str(service.calls[0].request.headers["Authorization"])


def test_the_environments_urls_are_used(
    environment: pytest.MonkeyPatch, service: responses.RequestsMock
) -> None:
    """NEXMO_REST_URL is where balance and SMS go."""
    environment.setenv("NEXMO_ACCESS_TOKEN", "token")
    environment.setenv("NEXMO_ACCESS_TOKEN_SECRET", "s")
    environment.setenv("NEXMO_REST_URL", "http://fake.example:8080/")
    service.get("http://fake.example:8080/account/get-balance", body='{"value": 1}')

    assert main(["balance"]) == 0


# Exit codes

EXITS = {
    "refused": (1, "SmsRefused", {"body": sms_body(NO_QUOTA)}),
    "partial": (1, "PartialFailure", {"body": sms_body(SENT, NO_QUOTA)}),
    "credentials": (1, "CredentialsRefused", {"status": 401}),
    "pace": (1, "Throttled", {"status": 429, "headers": {"Retry-After": "60"}}),
    "server-error": (3, "ServerError", {"status": 500}),
    "html": (3, "MalformedAnswer", {"body": "<html>"}),
    "redirect": (3, "UnexpectedRedirect", {"status": 302, "headers": {"Location": "https://x.example/"}}),
    "network": (3, "NetworkError", {"body": requests.ConnectionError()}),
    "time-out": (3, "TimedOut", {"body": requests.ReadTimeout()}),
}


@pytest.mark.parametrize("case", EXITS)
@pytest.mark.usefixtures("logged_in")
def test_the_exit_code_tells_refused_from_unreachable(
    service: responses.RequestsMock, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    """1 is a no, 3 is no answer; one line on standard error, one object on standard output."""
    exit_code, kind, prepared = EXITS[case]
    service.post(SMS_URL, **prepared)  # type: ignore[arg-type]

    assert main([*SEND, "--json", "hello"]) == exit_code
    out, err = capfd.readouterr()
    assert json.loads(out)["error"]["type"] == kind
    assert err.startswith("nexmo-oauth: ")
    assert err.count("\n") == 1
    assert ("not known whether the SMS was sent" in err) is (exit_code == 3)
    assert "SECRET" not in out + err


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"NEXMO_CONSUMER_KEY": ""}, "NEXMO_CONSUMER_KEY is not set"),
        ({"NEXMO_REST_URL": "nowhere"}, "NEXMO_REST_URL must be"),
        ({}, "nexmo-oauth login"),
    ],
    ids=["a-variable-is-missing", "a-variable-is-wrong", "not-logged-in"],
)
def test_wrong_configuration_is_2(
    environment: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    change: dict[str, str],
    expected: str,
) -> None:
    """Nothing is sent, and the line says what to set or run."""
    for name, value in change.items():
        environment.setenv(name, value)

    assert main(["balance"]) == 2
    assert expected in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["call"],
        ["send", "hello"],
        [*SEND, "--type", "binary", "x"],
        ["login", "--port", "65536"],
        ["login", "--port", "-1"],
        ["exec"],
        ["login", "--callback", ""],
        ["login", "--callback", "oob", "--no-callback"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(capfd: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """One line that says where to read more."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert raised.value.code == 2
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["login", "--prot", "0"], "--prot 0 (did you mean --port?); see nexmo-oauth login --help"),
        (["send", "--to", "4477", "--form", "A", "x"], "(did you mean --from?); see nexmo-oauth send --help"),
        (["balanc"], "(did you mean balance?); see nexmo-oauth --help"),
    ],
    ids=["option", "required", "command"],
)
def test_what_may_have_been_meant(
    capfd: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """A word that is misspelt is met with what is most like it, and with the help of the command that it stands behind."""
    with pytest.raises(SystemExit):
        main(arguments)

    assert capfd.readouterr().err.rstrip().endswith(words)


def test_ctrl_c_is_130(environment: pytest.MonkeyPatch) -> None:
    """As of any program that SIGINT ends."""

    def interrupt(*options: object, **more: object) -> None:
        raise KeyboardInterrupt

    environment.setattr(login, "by_hand", interrupt)

    assert main(["login", "--no-browser"]) == 130


# balance, logout, help


@pytest.mark.parametrize(
    ("body", "words", "facts"),
    [
        ('{"value":24.428075,"autoReload":false}', "24.428075 EUR, auto-reload off", ("24.428075", False)),
        ('{"value":0.43}', "0.43 EUR", ("0.43", None)),
    ],
)
@pytest.mark.usefixtures("logged_in")
def test_the_balance_is_shown(
    service: responses.RequestsMock,
    capfd: pytest.CaptureFixture[str],
    body: str,
    words: str,
    facts: tuple[str, bool | None],
) -> None:
    """In EUR, with every digit."""
    service.get(BALANCE_URL, body=body)

    assert main(["balance"]) == 0
    assert main(["balance", "--json"]) == 0
    first, second = capfd.readouterr().out.splitlines()
    assert first == words
    assert json.loads(second) == {"value": facts[0], "auto_reload": facts[1], "currency": "EUR"}


@pytest.mark.usefixtures("logged_in")
def test_logout_forgets_the_token(capfd: pytest.CaptureFixture[str]) -> None:
    """The file is gone; a second time there is nothing to do, which is no error."""
    assert main(["logout"]) == 0
    assert main(["logout"]) == 0
    first, second = capfd.readouterr().out.splitlines()
    assert first.startswith("Logged out")
    assert second.startswith("Nothing to do")
    assert not default_path().exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_an_example(capfd: pytest.CaptureFixture[str], command: str) -> None:
    """--help of each ends with a command line that can be copied."""
    with pytest.raises(SystemExit) as raised:
        main([command, "--help"])

    assert raised.value.code == 0
    assert f"example:\n  nexmo-oauth {command}" in capfd.readouterr().out


def test_help_documents_exit_codes_and_variables(capfd: pytest.CaptureFixture[str]) -> None:
    """What a script relies on stands in --help."""
    with pytest.raises(SystemExit):
        main(["--help"])

    shown = capfd.readouterr().out
    for word in ("exit codes", "NEXMO_CONSUMER_SECRET", "NEXMO_ACCESS_TOKEN_SECRET", "NEXMO_REST_URL", "130"):
        assert word in shown


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "client", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


SHOWS_ITS_TOKEN = (
    'import os; print(os.environ["NEXMO_ACCESS_TOKEN"], os.environ["NEXMO_ACCESS_TOKEN_SECRET"])'
)


def test_a_command_gets_the_stored_token(logged_in: pytest.MonkeyPatch) -> None:
    """In its environment alone: nothing shows it."""
    done = _run("exec", "--", sys.executable, "-c", f"{SHOWS_ITS_TOKEN}; raise SystemExit(7)")

    assert done.stdout.split() == [ACCESS_TOKEN.token, ACCESS_TOKEN.secret]
    assert done.stderr == ""
    assert done.returncode == 7


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command", "no-such-command cannot be run: No such file or directory"),
        ("", "cannot be run: "),
    ],
    ids=["missing", "empty"],
)
def test_a_command_that_cannot_be_run(logged_in: pytest.MonkeyPatch, command: str, said: str) -> None:
    """One line, and 2 as for other wrong use."""
    done = _run("exec", command)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_command_is_run_without_a_token(environment: pytest.MonkeyPatch) -> None:
    """It would ask without one, and be refused."""
    done = _run("exec", "--", sys.executable, "-c", "print('it ran')")

    assert done.returncode == 2
    assert "it ran" not in done.stdout
    assert "login" in done.stderr


def test_the_module_is_the_command() -> None:
    """``python -m client`` runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "client", "logout", "--help"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert "nexmo-oauth logout" in done.stdout
    assert done.stderr == ""


def test_a_reader_that_has_gone_is_no_traceback(logged_in: pytest.MonkeyPatch) -> None:
    """As in ``nexmo-oauth logout | true``."""
    command = [sys.executable, "-m", "client", "logout"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        errors = process.stderr.read()

    assert (process.returncode, errors) == (0, b"")


def test_mistakes_are_told_as_those_of_the_fake_are() -> None:
    """The two packages must not know each other, so each has the same parser: what is mended in one is mended in both."""
    one, other = (ROOT / package / "parser.py" for package in ("client", "fake_provider/commands"))

    assert one.read_text(encoding="utf-8") == other.read_text(encoding="utf-8")


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output, without any credentials: it is that of the package."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr() == (f"nexmo-oauth {metadata.version('fake-nexmo')}\n", "")
