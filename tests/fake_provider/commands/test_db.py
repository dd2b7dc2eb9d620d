"""``fake-nexmo db``: looks after a database, and says what is wrong with one."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from fake_provider import FakeNexmo
from fake_provider.cli import main
from tests.conftest import Served

Db = Callable[..., int]


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A database in which a message, an exchange, a token and a webhook's attempt are."""
    path = str(tmp_path / "fake.db")
    fake = FakeNexmo(database=path)
    with fake.serve() as server:
        served = Served(fake, server)
        served.access_token()
        served.sms(callback="http://8.8.8.8/dr", text="zum Geburtstag 🎂\u2028ein\u0085Gruß")
        requests.get(f"{server.url}/account/get-balance/abcd1234/fake-api-secret", timeout=10)
        fake.faults.add(action={"status": 500}, match={"path": "/nowhere"})
        fake.clock.advance(60)
    fake.close()
    return path


def db(action: str, database: str, *more: str) -> int:
    """Run the command."""
    return main(["db", action, "--database", database, *more])


def rows(capsys: pytest.CaptureFixture[str], database: str) -> dict[str, Any]:
    """Return how many rows there are of each kind."""
    capsys.readouterr()
    assert db("stats", database, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["rows"]
    return found


def test_stats(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """How much of what there is, plain in a pipe."""
    assert db("stats", file) == 0

    printed = capsys.readouterr().out
    assert "messages         1\n" in printed
    assert "schema           0002\n" in printed
    assert "\x1b" not in printed


def test_upgrade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Makes one, and leaves one alone that is up to date."""
    path = str(tmp_path / "new.db")

    assert (db("upgrade", path), db("upgrade", path)) == (0, 0)

    assert [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "schema 0002, made",
        "schema 0002, already",
    ]


def test_prune(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Forgets what is too much, and says what."""
    assert db("prune", file, "--max-messages", "0", "--max-exchanges", "2") == 0

    assert "1 messages" in capsys.readouterr().out
    found = rows(capsys, file)
    assert (found["messages"], found["exchanges"], found["tokens"]) == (0, 2, 2)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_out_and_in_again(
    kind: str, file: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was exported and imported is the same, into a database of either kind; new rows count on behind it."""
    other = str(tmp_path / "other.db") if kind == "sqlite" else request.getfixturevalue("empty_postgres")
    lines = tmp_path / "fake.jsonl"
    before = rows(capsys, file)
    assert db("export", file, "--file", str(lines)) == 0
    assert db("import", other, "--file", str(lines)) == 0
    assert rows(capsys, other) == before

    fake, copy = FakeNexmo(database=file), FakeNexmo(database=other)
    assert (copy.messages, copy.accounts, copy.apps) == (fake.messages, fake.accounts, fake.apps)
    assert (copy.webhooks, copy.faults.waiting) == (fake.webhooks, fake.faults.waiting)
    assert copy.exchanges == fake.exchanges
    assert copy.clock.now() == pytest.approx(fake.clock.now(), abs=5)
    with copy.serve() as server:
        assert Served(copy, server).part()["status"] == "0"
    assert len(copy.messages) == 2
    for one in (fake, copy):
        one.close()


def test_an_export_is_its_owners_alone(file: str, tmp_path: Path) -> None:
    """It holds the secrets of accounts and tokens, though none in an exchange."""
    lines = tmp_path / "fake.jsonl"
    db("export", file, "--file", str(lines))

    assert stat.S_IMODE(lines.stat().st_mode) == 0o600
    exchanges = [line for line in lines.read_text().split("\n") if '"table": "exchanges"' in line]
    assert exchanges
    assert not any("fake-api-secret" in line for line in exchanges)


def test_an_export_in_a_pipe(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON lines on standard output, and nothing else."""
    db("export", file)

    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert json.loads(lines[0])["schema"] == "0002"
    assert {json.loads(line)["table"] for line in lines[1:-1]} >= {
        "accounts",
        "apps",
        "messages",
        "exchanges",
    }
    assert json.loads(lines[-1]) == {"rows": len(lines) - 2}
    assert any("🎂" in line for line in lines)


def test_import_adds_to_nothing(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A database with something in it is replaced only if that is asked for."""
    lines = tmp_path / "fake.jsonl"
    db("export", file, "--file", str(lines))

    assert db("import", file, "--file", str(lines)) == 2
    assert "is not empty; choose another, or --replace" in capsys.readouterr().err

    assert db("import", file, "--file", str(lines), "--replace") == 0
    assert rows(capsys, file)["messages"] == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda lines: lines[1:], "line 1: it is not the beginning", id="no-first-line"),
        pytest.param(lambda lines: lines[:1], "the end of the export is missing", id="only-the-first-line"),
        pytest.param(lambda lines: [], "there is nothing to import", id="nothing"),
        pytest.param(lambda lines: lines[:5], "the end of the export is missing", id="cut-off-between-lines"),
        pytest.param(lambda lines: [*lines[:2], *lines[3:]], "or rows of it are", id="a-row-less"),
        pytest.param(lambda lines: [*lines, lines[1]], "it stands behind the end", id="more-behind-it"),
        pytest.param(lambda lines: [*lines[:2], lines[1], *lines[2:]], "stands there twice", id="twice"),
        pytest.param(lambda lines: [*lines[:-2], lines[-2][:40]], "it is no JSON", id="cut-off"),
        pytest.param(lambda lines: [lines[0], "[" * 100_000], "it is no JSON", id="deep"),
        pytest.param(lambda lines: [lines[0], "[]"], "it is no object", id="no-object"),
        pytest.param(
            lambda lines: [lines[0], '{"table": "x", "row": {}}'], "it is no row", id="no-such-table"
        ),
        pytest.param(
            lambda lines: [lines[0].replace("0002", "0001"), *lines[1:]], "from schema 0001", id="older"
        ),
        pytest.param(
            lambda lines: [line.replace('"balance": "', '"balance": "x') for line in lines],
            "line 2: a value in it does not fit",
            id="no-amount",
        ),
    ],
)
def test_lines_that_are_no_export(
    change: Callable[[list[str]], list[str]],
    problem: str,
    file: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The line is named, and nothing of the file is kept."""
    lines = tmp_path / "fake.jsonl"
    db("export", file, "--file", str(lines))
    lines.write_text("\n".join(change(lines.read_text().rstrip("\n").split("\n"))))

    assert db("import", str(tmp_path / "other.db"), "--file", str(lines)) == 2

    assert problem in capsys.readouterr().err
    assert rows(capsys, str(tmp_path / "other.db"))["accounts"] == 0


@pytest.mark.parametrize("action", ["stats", "prune", "export"])
def test_a_database_that_is_not_there(
    action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is missed in one line, and not made."""
    path = tmp_path / "fake.db"

    assert db(action, str(path)) == 1

    assert "fake.db is not there (No such file or directory)" in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize("action", ["stats", "prune", "export"])
def test_a_database_without_tables(action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever looks makes none."""
    path = tmp_path / "fake.db"
    path.touch()

    assert db(action, str(path)) == 1

    assert "nothing of fake-nexmo is in it; run fake-nexmo db upgrade" in capsys.readouterr().err
    assert path.stat().st_size == 0


def test_a_file_that_cannot_be_opened(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is named with the reason."""
    assert db("export", file, "--file", str(tmp_path / "no" / "x.jsonl")) == 2
    assert db("import", file, "--file", str(tmp_path / "none")) == 2

    assert capsys.readouterr().err.count("No such file or directory") == 2


def test_a_password_is_never_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Not even where the database cannot be reached."""
    assert db("stats", "postgresql://ann:hush@127.0.0.1:1/x") == 1

    printed = capsys.readouterr()
    assert "nothing listens there" in printed.err
    assert "hush" not in printed.out + printed.err
