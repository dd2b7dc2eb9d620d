"""What a run says about the clauses: at its end, as a page, and as JSON."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

import contract_tests
from contract_tests.clause_report import Run, as_json, files_of, html, write
from contract_tests.clauses import PROPERTY
from contract_tests.diary import ATTRIBUTE
from contract_tests.verdicts import NOT_RUN, State, verdicts
from fake_provider.contract import catalogue
from tests.contract_tests.running import importable
from tests.lean import LEAN

FOLDER = Path(contract_tests.__file__).parent
HOSTILE = "<script>alert(1)</script>"

# A provider that answers numbers where texts are wanted: every answer of the fake is changed on its way.
WRONG = """
from contract_tests import targets

right = targets.through

def through(session):
    send = right(session)

    def sent(request):
        answer = send(request)
        answer._content = answer.content.replace(b'"message-count": "1"', b'"message-count": 1')
        return answer

    return sent

targets.through = through
"""


def _report(outcome: Any, clauses: str, *, name: str = "test_it", longrepr: Any = None) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=f"contract_tests/test_x.py::{name}",
        location=("test_x.py", 1, name),
        keywords={},
        outcome=outcome,
        longrepr=longrepr,
        when="call",
        user_properties=[(PROPERTY, clauses)],
    )


SKIPPED = _report("skipped", "DLR-01", longrepr=("f", 1, "Skipped: needs a fake"))
PASSED, FAILED = _report("passed", "DLR-01"), _report("failed", "DLR-01", longrepr=f"E  {HOSTILE}")


@pytest.mark.parametrize(
    ("reports", "state", "reasons"),
    [
        pytest.param({"passed": [PASSED]}, State.HELD, [], id="passed"),
        pytest.param({"passed": [PASSED], "failed": [FAILED]}, State.BROKEN, [], id="passed-and-failed"),
        pytest.param({"error": [FAILED]}, State.BROKEN, [], id="could-not-be-asked"),
        pytest.param({"skipped": [SKIPPED]}, State.UNCHECKED, ["needs a fake"], id="skipped"),
        pytest.param(
            {"passed": [_report("passed", "DLR-01", name="other")], "skipped": [SKIPPED]},
            State.HELD,
            ["needs a fake"],
            id="in-part",
        ),
        pytest.param({}, State.UNCHECKED, [NOT_RUN], id="no-test"),
        pytest.param({"passed": [_report("passed", "DLR-02")]}, State.UNCHECKED, [NOT_RUN], id="another"),
    ],
)
def test_the_state_of_a_clause(
    reports: dict[str, list[pytest.TestReport]], state: State, reasons: Sequence[str]
) -> None:
    """One broken test breaks it; one that passed holds it; else it was not checked, and why."""
    found = {one.clause.id: one for one in verdicts(catalogue(), reports).all}["DLR-01"]

    assert found.state is state
    assert found.reasons == reasons


def test_the_page_shows_what_a_provider_said_as_text() -> None:
    """Whatever the provider under test answers, it is no markup."""
    page = html(_run(), verdicts(catalogue(), {"failed": [FAILED]}))

    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href)=[\"']?http", page)


def test_the_page_shows_the_last_exchanges_as_text() -> None:
    """What was asked, and what came, beside what the test said of it."""
    failed = _report("failed", "DLR-01", longrepr="E  no")
    exchange = {
        "method": "GET",
        "url": f"<rest>/{HOSTILE}",
        "headers": [["Accept", HOSTILE]],
        "body": "",
        "signed": "consumer-secret-1&access-token-secret-1",
        "status": 200,
        "reason": "OK",
        "answer_headers": [["Content-Type", "text/plain"]],
        "answer_body": HOSTILE,
        "pushed": False,
    }
    setattr(failed, ATTRIBUTE, [exchange, exchange | {"status": None}])
    found = verdicts(catalogue(), {"failed": [failed]})
    page = html(_run(), found)

    assert HOSTILE not in page
    assert "Accept: &lt;script&gt;" in page
    assert "signed with consumer-secret-1&amp;access-token-secret-1" in page
    assert "<code>200 OK</code>" in page
    assert "no answer came" in page
    (told,) = next(one for one in found.all if one.clause.id == "DLR-01").told
    assert list(told.exchanges) == [exchange, exchange | {"status": None}]


@pytest.mark.parametrize(
    ("reports", "tone"),
    [({"passed": [PASSED]}, "soft"), ({"failed": [FAILED]}, "broken")],
    ids=["none", "one"],
)
def test_the_number_of_broken_clauses_is_red_where_there_are_any(
    reports: dict[str, list[pytest.TestReport]], tone: str
) -> None:
    """None is nothing to look for."""
    page = html(_run(), verdicts(catalogue(), reports))

    assert re.search(rf'<li class="{tone}"><b>\d</b> broken</li>', page)


def test_each_clause_can_be_linked_to() -> None:
    """By its id; what the short names of its sources stand for is in the page, too."""
    page = html(_run(), verdicts(catalogue(), {"failed": [FAILED], "passed": [_report("passed", "MO-01")]}))
    anchors = re.findall(r'id="([A-Za-z0-9-]+)"', page)

    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert catalogue().by_id().keys() <= set(anchors)
    for meaning in catalogue().sources.values():
        assert escape(meaning) in page


def test_every_clause_stands_in_the_json() -> None:
    """With its sentence, source, certainty, state and tests."""
    told = as_json(_run(), verdicts(catalogue(), {"failed": [FAILED]}))
    found = {one["id"]: one for section in told["sections"] for one in section["clauses"]}

    assert found.keys() == catalogue().by_id().keys()
    assert found["DLR-01"]["state"] == "broken"
    assert found["DLR-01"]["tests"] == [
        {
            "test": "contract_tests/test_x.py::test_it",
            "outcome": "failed",
            "words": f"E  {HOSTILE}",
            "exchanges": [],
        }
    ]
    assert sum(told["summary"].values()) == len(found)


def _run() -> Run:
    return Run(target="a test", profile=None, started_at=datetime(2026, 1, 1, tzinfo=UTC), seconds=1.0)


# Whole runs


def _pytest(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *LEAN, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PATH": "", **importable(cwd)},
    )


def _clause(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = (one for section in told["sections"] for one in section["clauses"])
    return next(one for one in found if one["id"] == name)


@pytest.mark.parametrize("name", ["report", "report.html", "report.json"])
def test_a_run_writes_a_page_and_json(tmp_path: Path, name: str) -> None:
    """Whichever of the two was named, both are there, and the last line says where."""
    run = _pytest(f"{FOLDER}/test_sms_json.py", "--contract-report", name, cwd=tmp_path)

    assert run.returncode == 0, run.stdout
    assert "report       report.html, report.json" in run.stdout
    told = json.loads((tmp_path / "report.json").read_text())
    (section,) = (one for one in told["sections"] if one["id"] == "SMS-OK")
    assert [one["id"] for one in section["clauses"] if one["state"] == "held"][:2] == [
        "SMS-OK-01",
        "SMS-OK-02",
    ]
    assert {one["state"] for one in section["clauses"]} <= {"held", "not checked"}
    assert "SMS-OK-01" in (tmp_path / "report.html").read_text()


def test_several_processes_tell_the_same(tmp_path: Path) -> None:
    """The clauses of a test travel with its report."""
    run = _pytest(f"{FOLDER}/test_sms_json.py", "-n", "2", "--contract-report", "report.json", cwd=tmp_path)

    assert run.returncode == 0, run.stdout
    assert re.search(r"^SMS-OK .* 17 +0 +\d+$", run.stdout, re.MULTILINE)


def test_a_wrong_provider_is_told_by_its_clause(tmp_path: Path) -> None:
    """The sentence that it breaks, who says so, the test that saw it, and what it saw."""
    (tmp_path / "wrong.py").write_text(WRONG)
    run = _pytest(
        *(f"{FOLDER}/test_sms_json.py", "-p", "wrong", "--contract-report", "report.json"), cwd=tmp_path
    )

    assert run.returncode == 1
    assert "broken       SMS-OK-02: message-count is a text." in run.stdout
    assert "documented: docs 2017" in run.stdout
    assert "test_the_count_is_a_text" in run.stdout
    assert "last asked: GET <rest>/sms/json?" in run.stdout
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["summary"]["broken"] > 0
    test = next(one for one in _clause(told, "SMS-OK-02")["tests"] if one["outcome"] == "failed")
    assert '"message-count": 1' in test["exchanges"][-1]["answer_body"]
    assert test["exchanges"][-1]["signed"] == "consumer-secret-1&access-token-secret-1"


WRONG_RECEIPTS = """
import pytest
from fake_provider.sms import receipt

@pytest.fixture(autouse=True)
def wrong(monkeypatch):
    monkeypatch.setattr(receipt, "scts", lambda moment: "yesterday")
"""


def test_a_wrong_webhook_is_shown_as_one(tmp_path: Path) -> None:
    """What was pushed is told, and not the SMS before it alone; of the clauses that were not checked, the page says why."""
    (tmp_path / "wrong.py").write_text(WRONG_RECEIPTS)
    files = f"{FOLDER}/test_webhooks.py"
    run = _pytest(
        files, "-k", "carriers_time", "-p", "wrong", "--contract-report", "report.json", cwd=tmp_path
    )

    assert run.returncode == 1
    assert re.search(r"last pushed: GET <receiver-1>/hook\?msisdn=<number-1>.* answered 200 OK", run.stdout)
    told = json.loads((tmp_path / "report.json").read_text())
    (test,) = _clause(told, "DLR-07")["tests"]
    assert test["exchanges"][-1]["pushed"]
    assert "&scts=yesterday&" in test["exchanges"][-1]["url"]
    page = (tmp_path / "report.html").read_text()
    _, _, unchecked = page.partition("<h2>Not checked, by reason</h2>")
    assert re.match(r"\s*<details>\s*<summary>not part of this run", unchecked)
    assert '<a href="#SMS-OK-01">SMS-OK-01</a>' in unchecked.partition("<h2>")[0]
    assert "a webhook, and what it was answered" in page


def test_a_report_that_cannot_be_written_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    """One line, and no test was run for nothing."""
    run = _pytest(f"{FOLDER}/test_sms_json.py", "--contract-report", "nowhere/report.html", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"--contract-report nowhere/report.html: there is no directory {tmp_path}/nowhere" in run.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param("", "'' names no file", id="nothing"),
        pytest.param(".", "'.' names no file", id="here"),
        pytest.param("/", "'/' names no file", id="the-root"),
        pytest.param("..", "'..' names no file", id="above"),
        pytest.param(
            "folder", "--contract-report folder is a directory; a file is wanted", id="a-bare-folder"
        ),
        pytest.param("folder.html", "folder.html is a directory; a file is wanted", id="a-folder"),
        pytest.param("x" * 252, "File name too long", id="too-long"),
        pytest.param("nowhere/report", "there is no directory", id="nowhere"),
        pytest.param("/proc/report", "/proc/report.html cannot be written", id="not-to-be-written"),
        pytest.param("/dev/full", "that is no regular file", id="a-device"),
        pytest.param("/dev/report", "/dev/report.html would be among the devices", id="beside-a-device"),
    ],
)
def test_where_no_report_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    """One line names the option, before anything is run, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(pytest.UsageError) as caught:
        files_of(given)

    assert str(caught.value).startswith("--contract-report")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "folder.html"}


def test_half_a_character_is_written_as_its_number(tmp_path: Path) -> None:
    """A provider may answer one, and the report is of use all the same."""
    broken = _report("failed", "DLR-01", longrepr="E  it was \ud800")
    page, data = write(str(tmp_path / "report"), _run(), verdicts(catalogue(), {"failed": [broken]}))

    assert r"it was \ud800" in page.read_text()
    assert r"it was \ud800" in data.read_text()
    assert json.loads(data.read_text())["summary"]["broken"] == 1


def test_a_report_that_cannot_be_written_any_more_is_no_success(tmp_path: Path) -> None:
    """Its folder went while the tests ran: that is said, and the exit code says so too."""
    (tmp_path / "slip.py").write_text(
        "import shutil\ndef pytest_collection_finish(): shutil.rmtree('reports')\n"
    )
    (tmp_path / "reports").mkdir()
    run = _pytest(
        f"{FOLDER}/test_sms_json.py",
        "-k",
        "order",
        "-p",
        "slip",
        "--contract-report",
        "reports/r",
        cwd=tmp_path,
    )

    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "report       not written: " in run.stdout
    assert "INTERNALERROR" not in run.stdout + run.stderr


def test_an_unknown_clause_ends_the_run_before_it_begins(tmp_path: Path) -> None:
    """A slip of the pen is told with the test that has it."""
    plugin = (
        "import pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items[0].add_marker(pytest.mark.clause('DLR-99'))\n"
    )
    (tmp_path / "slip.py").write_text(plugin)
    run = _pytest(f"{FOLDER}/test_sms_json.py", "-p", "slip", cwd=tmp_path)

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "names the clause DLR-99, which is not in the catalogue" in run.stdout + run.stderr


def test_several_processes_tell_the_same_from_anywhere(tmp_path: Path) -> None:
    """The controller of several processes has no conftest of these tests where they are named as a package."""
    run = _pytest(
        *("--pyargs", "contract_tests.test_sms_json", "-n", "2", "--contract-report", "report.json"),
        cwd=tmp_path,
    )

    assert run.returncode == 0, run.stdout
    assert run.stdout.count("Nexmo contract") == 1
    assert re.search(r"^SMS-OK .* 17 +0 +\d+$", run.stdout, re.MULTILINE)
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["summary"]["held"] == 21


def test_a_red_run_ends_with_the_broken_clauses(tmp_path: Path) -> None:
    """All of them in one place, to be copied."""
    (tmp_path / "wrong.py").write_text(WRONG)
    run = _pytest(f"{FOLDER}/test_sms_json.py", "-p", "wrong", cwd=tmp_path)

    assert re.search(r"^broken       SMS-OK-02, ", run.stdout, re.MULTILINE)
