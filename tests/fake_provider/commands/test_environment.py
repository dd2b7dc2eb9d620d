"""FAKE_NEXMO_DATABASE and FAKE_NEXMO_CONTROL_TOKEN: what belongs into no command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake_provider.cli import _parser, main

TOKEN, DATABASE = "FAKE_NEXMO_CONTROL_TOKEN", "FAKE_NEXMO_DATABASE"
OF_TESTS = "NEXMO_CONTROL_TOKEN"
URL = "postgresql+psycopg://fake:hush@127.0.0.1/fake"


@pytest.mark.parametrize(
    ("command", "database"),
    [pytest.param(["serve"], URL, id="serve"), pytest.param(["run", "--", "true"], None, id="run")],
)
def test_they_stand_in_for_options(
    command: list[str], database: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option that is given wins; the private fake of ``run`` does not remember in the team's database by accident."""
    monkeypatch.setenv(TOKEN, "s3cret")
    monkeypatch.setenv(DATABASE, URL)
    options = _parser().parse_args(command)
    given = _parser().parse_args([command[0], "--database", "x.db", "--control-token", "y", *command[1:]])

    assert (options.database, options.control_token) == (database, "s3cret")
    assert (given.database, given.control_token) == ("x.db", "y")


def test_empty_ones_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compose file passes a variable on that nobody has set."""
    monkeypatch.setenv(TOKEN, "")
    monkeypatch.setenv(DATABASE, "")
    options = _parser().parse_args(["serve"])

    assert (options.database, options.control_token) == (None, None)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param({TOKEN: "of-the-fake"}, "of-the-fake", id="of-the-fake"),
        pytest.param({OF_TESTS: "of-the-tests"}, "of-the-tests", id="of-the-tests"),
        pytest.param({TOKEN: "of-the-fake", OF_TESTS: "of-the-tests"}, "of-the-fake", id="the-former-wins"),
        pytest.param({TOKEN: "", OF_TESTS: "of-the-tests"}, "of-the-tests", id="an-empty-one-is-none"),
        pytest.param({}, None, id="none"),
    ],
)
def test_of_drift(variables: dict[str, str], found: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks a fake, as the contract tests do: their variable does for it too."""
    for name in (TOKEN, OF_TESTS):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    options = _parser().parse_args(["drift", "recording"])

    assert options.control_token == found


def test_no_fake_is_guarded_by_the_tests_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is that of another fake, for all that is known."""
    monkeypatch.delenv(TOKEN, raising=False)
    monkeypatch.setenv(OF_TESTS, "of-the-tests")

    options = _parser().parse_args(["serve"])

    assert options.control_token is None


def test_of_db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The database's name may stand there alone; without either it is wrong use."""
    monkeypatch.setenv(DATABASE, str(tmp_path / "fake.db"))
    code = main(["db", "upgrade"])
    monkeypatch.delenv(DATABASE)
    with pytest.raises(SystemExit) as ended:
        main(["db", "upgrade"])

    assert (code, ended.value.code) == (0, 2)
    said = capsys.readouterr()
    assert "fake.db: schema" in said.out
    assert "required: --database" in said.err


@pytest.mark.parametrize("command", ["serve", "db", "health"])
def test_help_names_them_alone(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which variables are read, and not what they hold."""
    monkeypatch.setenv(TOKEN, "s3cret")
    monkeypatch.setenv(DATABASE, URL)
    with pytest.raises(SystemExit):
        main([command, "--help"])

    printed = "".join(capsys.readouterr().out.split())
    assert (f"${DATABASE}" in printed) == (command != "health")
    assert (TOKEN in printed) == (command != "db")
    assert "hush" not in printed
    assert "s3cret" not in printed


def test_a_wrong_token_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line names the option that it stands for."""
    monkeypatch.setenv(TOKEN, "naïveté")
    with pytest.raises(SystemExit):
        main(["serve"])

    errors = capsys.readouterr().err
    assert "--control-token: it is empty, or not printable ASCII" in errors
    assert "naïveté" not in errors
