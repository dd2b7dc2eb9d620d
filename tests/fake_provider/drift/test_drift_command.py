"""``fake-nexmo drift`` as it is used: a recording, a fake, and what is said of the two."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree

import pytest

from fake_provider import FakeNexmo
from fake_provider.cli import _parser, main
from fake_provider.contract import catalogue
from fake_provider.domain.wire import WireRequest, WireResponse
from fake_provider.drift import display
from fake_provider.drift.command import run
from fake_provider.oauth.render import REALM
from fake_provider.web.app import Reply
from tests.addresses import NO_ADDRESSES
from tests.documents import ROOT
from tests.fake_provider.test_cli import serving

RECORDING = ROOT / "examples" / "recording"
TEXTS = [path.read_text(encoding="utf-8") for path in RECORDING.glob("*/*.txt")]
INDEX = json.loads((RECORDING / "recording.json").read_text(encoding="utf-8"))
TESTS = INDEX["tests"]
ASKING = sum(
    "> GET <rest>" in text or "> POST <" in text.replace("> POST <dashboard>/_fake/", "") for text in TEXTS
)
"""Of the tests, those that ask more than what only a fake can be asked."""
Change = Callable[[WireRequest, WireResponse], WireResponse]


def _body(old: bytes, new: bytes, path: str = "") -> Change:
    def change(request: WireRequest, answer: WireResponse) -> WireResponse:
        return replace(answer, body=answer.body.replace(old, new)) if path in request.path else answer

    return change


def _without(header: str) -> Change:
    def change(_: WireRequest, answer: WireResponse) -> WireResponse:
        return replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] != header))

    return change


def _status(path: str, status: int, becomes: int) -> Change:
    def change(request: WireRequest, answer: WireResponse) -> WireResponse:
        hit = path in request.path and answer.status == status
        return replace(answer, status=becomes) if hit else answer

    return change


def _own_realm(request: WireRequest, answer: WireResponse) -> WireResponse:
    return _with_realm(f"http://{request.header('host')}/", answer)


def _plain_realm(_: WireRequest, answer: WireResponse) -> WireResponse:
    return _with_realm("http://dashboard.nexmo.com/", answer)


def _with_realm(realm: str, answer: WireResponse) -> WireResponse:
    headers = tuple((name, value.replace(REALM, realm)) for name, value in answer.headers)
    return replace(answer, headers=headers)


@pytest.fixture
def wrong(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fake whose answers are changed on their way out."""
    change: Change = request.param
    fake = FakeNexmo()
    right = fake.application.reply

    def reply(wire: WireRequest, *, patience_seconds: float | None = None) -> Reply:
        answered = right(wire, patience_seconds=patience_seconds)
        if wire.path.startswith("/_fake/"):
            return answered
        return replace(answered, response=change(wire, answered.response))

    fake.application.reply = reply  # type: ignore[method-assign]
    with fake.serve() as server:
        yield server.url


def test_a_fake_beside_its_own_recording(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing differs, not even what no clause is about."""
    assert main(["drift", str(RECORDING)]) == 0

    said = capsys.readouterr().out
    assert f"{TESTS} of {TESTS} tests compared" in said
    assert "no difference that a clause forbids\n" in said
    assert "No clause forbids" not in said


def test_a_fake_that_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """It has a header more, since it is a server: that is noted, once. Neither its address nor its lack of TLS is."""
    with serving() as (_, url, _):
        assert main(["drift", str(RECORDING), "--against", url]) == 0

    said = capsys.readouterr().out
    assert f"now       {url}, profile documented" in said
    assert re.search(
        r"No clause forbids these:\n  header Server: recorded nothing, now fake-nexmo/\S+, in POST /oauth/",
        said,
    )
    assert re.search(rf"and \d+ more \({ASKING} tests\)", said)
    assert said.endswith("no difference that a clause forbids, 1 noted\n")


@pytest.mark.parametrize("url", [*NO_ADDRESSES, "http://127.0.0.1:9/path"])
def test_against_must_be_an_address(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said in one line, which repeats no password and moves no cursor."""
    with pytest.raises(SystemExit) as ended:
        main(["drift", str(RECORDING), "--against", url])

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("fake-nexmo drift: argument --against: ")
    assert said.removesuffix("\n").isprintable()
    assert "p4ss" not in said


def test_a_fake_that_wants_its_token(capsys: pytest.CaptureFixture[str]) -> None:
    """It is asked with it, or it is said that it is wanted."""
    with FakeNexmo(control_token="open-sesame").serve() as server:
        assert main(["drift", str(RECORDING), "--against", server.url]) == 2
        assert "wants its control token" in capsys.readouterr().err
        assert main(["drift", str(RECORDING), "--against", server.url, "--control-token", "open-sesame"]) == 0

    assert "open-sesame" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "section", "said"),
    [
        pytest.param(
            _body(b'"status": "0"', b'"status": 0'), "SMS-OK", r'messages\[0\]\.status: recorded "0", now 0', id="number"
        ),
        pytest.param(
            _body(b"is not numeric", b"must be digits"), "SMS-ERR", r"messages\[0\]\.error-text: recorded", id="text"
        ),
        pytest.param(
            _body(b"remainingBalance", b"remaining-balance"), "SMS-XML", "remainingBalance.*: recorded", id="name"
        ),
        pytest.param(
            _body(b"&oauth_callback_confirmed=true", b""), "OAUTH-REQ", "oauth_callback_confirmed: recorded", id="lost-pair"
        ),
        pytest.param(_without("WWW-Authenticate"), "OAUTH-NONCE", "header Www-Authenticate: recorded OAuth", id="lost-header"),
        pytest.param(_status("/sms/json", 401, 200), "OAUTH-SIG", "status: recorded 401, now 200", id="status"),
        pytest.param(_body(b'"value":10.0', b'"value": 10.0'), "ACC", "body: recorded", id="layout"),
        pytest.param(
            _body(b'{"count":0,"items":[]}', b"{}"), "SEARCH", "count: recorded 0, now nothing", id="nothing-found"
        ),
        pytest.param(_body(b"oauth_token=", b"oauth_token=x"), "OAUTH-ACC", "the form of <request-token-1>", id="form-of-a-token"),
    ],
    indirect=["wrong"],
)  # fmt: skip
def test_a_wrong_provider(capsys: pytest.CaptureFixture[str], wrong: str, section: str, said: str) -> None:
    """A clause of the section forbids it, by name."""
    assert main(["drift", str(RECORDING), "--against", wrong]) == 1

    told = capsys.readouterr().out
    assert re.search(rf"^{section} +[1-9]", told, re.MULTILINE), told
    assert re.search(rf"^{section}-\d\d ", told, re.MULTILINE)
    assert re.search(said, told), told


@pytest.mark.parametrize(
    "wrong", [_body(b'"message-count": "1"', b'"message-count": 1')], ids=["number"], indirect=True
)
def test_one_difference_is_told_once(capsys: pytest.CaptureFixture[str], tmp_path: Path, wrong: str) -> None:
    """Under the clause that is about it; those that are about something else in the same answer are left alone."""
    data = tmp_path / "drift.json"
    assert main(["drift", str(RECORDING), "--against", wrong, "--json", str(data)]) == 1

    told = capsys.readouterr().out
    assert told.count("message-count: recorded") == 1
    assert re.search(
        r'^SMS-OK-02 +message-count is a text\.\n +message-count: recorded "1", now 1, in .+ \(\d+ tests\)\n',
        told,
        re.MULTILINE,
    ), told
    report = json.loads(data.read_text())
    (difference,) = report["differences"]
    assert difference["clauses"][0] == "SMS-OK-02"
    assert set(difference["clauses"]) == {
        clause["id"] for clause in report["clauses"] if clause["verdict"] == "differs"
    }
    assert not {"SMS-OK-03", "SMS-OK-17"} & set(difference["clauses"])


@pytest.mark.parametrize("wrong", [_own_realm, _plain_realm], indirect=True)
def test_a_wrong_realm(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """It is noted, though it is the provider's own address."""
    assert main(["drift", str(RECORDING), "--against", wrong]) == 0

    told = " ".join(capsys.readouterr().out.split())
    assert "header Www-Authenticate, realm: recorded https://dashboard.nexmo.com/, now http://" in told


@pytest.mark.parametrize(
    "wrong",
    [lambda wire, answer: replace(answer, body=b"") if "/sms/" in wire.path else answer],
    indirect=True,
)
def test_an_empty_body(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """It is told in words, where nothing could be seen."""
    assert main(["drift", str(RECORDING), "--against", wrong]) == 1

    assert re.search(r"now an empty\s+body\b", capsys.readouterr().out)


def test_an_answer_that_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    """It ended in the middle: that is not to say that nobody answers."""
    fake = FakeNexmo()
    fake.faults.add(action={"truncate": True}, match={"path": "/sms/json"})
    with fake.serve() as server:
        assert main(["drift", str(RECORDING), "--against", server.url]) == 1

    told = " ".join(capsys.readouterr().out.split())
    assert re.search(r"the answer of \S+ ended in the middle: \d+ of \d+ bytes of its body came", told), told
    assert "does not answer" not in told


def test_clauses_that_were_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They are not counted among those that were."""
    folder = tmp_path / "recorded"
    shutil.copytree(RECORDING, folder)
    for file in (folder / "test_sms_xml").iterdir():
        text = file.read_text(encoding="utf-8")
        file.write_text(text.partition("\n\n")[0] + "\n", encoding="utf-8")
    assert main(["drift", str(folder)]) == 0

    said = capsys.readouterr().out
    assert re.search(
        r"^\d+ of \d+ tests compared, \d+ of \d+ clauses \(1 not\): no difference", said, re.MULTILINE
    ), said


@pytest.mark.parametrize("wrong", [_status("/sms/json", 401, 200)], indirect=True)
def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """No clause's id is broken: it is what is searched for."""
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setattr(display, "_PIPE_COLUMNS", 30)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert main(["drift", str(RECORDING), "--against", wrong]) == 1

    assert re.search(r"^OAUTH-SIG-\d\d ", said.getvalue(), re.MULTILINE), said.getvalue()
    assert not re.search(r"^[A-Z]+(-[A-Z]+)?-?(…| *$)", said.getvalue(), re.MULTILINE), said.getvalue()


@pytest.mark.parametrize("wrong", [_status("/oauth/request_token", 200, 503)], indirect=True)
def test_what_cannot_be_asked(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """A provider that issues a token with the wrong status is told from one that issues none."""
    assert main(["drift", str(RECORDING), "--against", wrong]) == 1

    assert "status: recorded 200, now 503" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [_body(b"oauth_token=", b"token=", "request_token")], indirect=True)
def test_what_needs_something_that_was_not_issued(capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """It is no success: the clauses of the test could not be asked."""
    assert main(["drift", str(RECORDING), "--against", wrong]) == 1

    assert "the request: recorded an answer, now <request-token-1> was not issued" in capsys.readouterr().out


# Reports


@pytest.mark.parametrize("wrong", [_body(b'"status": "0"', b'"status": "<script>"')], indirect=True)
def test_the_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: str) -> None:
    """One page that loads nothing, with what a provider said escaped; and JSON with the same."""
    page, data = tmp_path / "drift.html", tmp_path / "drift.json"
    assert main(["drift", str(RECORDING), "--against", wrong, "--html", str(page), "--json", str(data)]) == 1

    html, report = page.read_text(), json.loads(data.read_text())
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert '<meta name="color-scheme" content="light dark">' in html
    broken = [clause for clause in report["clauses"] if clause["verdict"] == "differs"]
    assert broken
    assert f'<p class="verdict bad">1 difference, forbidden by {len(broken)} clauses.</p>' in html
    shown = re.findall(r'<details class="snippet-box" id="([A-Z0-9-]+)"', html)
    assert shown[: len(broken)] == [clause["id"] for clause in broken]
    assert sorted(shown) == sorted(clause["id"] for clause in report["clauses"])
    assert html.count('<td data-label="Call">') == 1 + len({one["where"] for one in report["notes"]})
    (group,) = re.findall(r'<section class="card" id="differs-1".*?</section>', html, re.DOTALL)
    assert re.findall(r'href="#([A-Z0-9-]+)"', group) == report["differences"][0]["clauses"]
    for clause in broken:
        assert clause["id"] in group
    assert report["tests"] == {"recorded": TESTS, "compared": TESTS, "not_compared": {}}
    assert {one["aspect"] for clause in broken for one in clause["differences"]} == {"value"}
    assert "written:" in capsys.readouterr().err


def test_the_page_of_a_fake_beside_its_own_recording(tmp_path: Path) -> None:
    """It begins with what comes of it."""
    page = tmp_path / "drift.html"
    assert main(["drift", str(RECORDING), "--html", str(page)]) == 0

    assert '<p class="verdict good">No difference that a clause forbids.</p>' in page.read_text()


def test_json_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """The table goes to standard error then."""
    assert main(["drift", str(RECORDING), "--json", "-"]) == 0

    printed = capsys.readouterr()
    assert json.loads(printed.out)["recorded_on"] == INDEX["recorded_on"]
    assert f"{TESTS} of {TESTS} tests compared" in printed.err


# Age


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, None), (365, None), (366, "is 1 year and 1 day old ("), (770, "is 2 years and 40 days old (")],
)
def test_a_recording_older_than_a_year_is_said_to_be(
    capsys: pytest.CaptureFixture[str], days: int, said: str | None
) -> None:
    """A year, and not a day less."""
    today = date.fromisoformat(INDEX["recorded_on"]) + timedelta(days=days)
    assert run(_parser().parse_args(["drift", str(RECORDING)]), today=today) == 0

    printed = capsys.readouterr().out
    assert (" old (" in printed) == (said is not None)
    assert (said or "") in printed


# Wrong use


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(shutil.rmtree, "there is no such folder", id="no-folder"),
        pytest.param(lambda folder: (folder / "recording.json").unlink(), "is no recording", id="foreign"),
        pytest.param(
            lambda folder: (folder / "recording.json").write_text('{"format": 99}'),
            "newer fake-nexmo",
            id="newer",
        ),
        pytest.param(
            lambda folder: shutil.rmtree(folder / "test_sms_json"), "is damaged", id="a-test-is-missing"
        ),
        pytest.param(
            lambda folder: next(folder.glob("test_sms_xml/*")).write_text("?"),
            "is damaged",
            id="a-test-is-damaged",
        ),
    ],
)
def test_a_recording_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], object], said: str
) -> None:
    """One line, and exit code 2."""
    folder = tmp_path / "recorded"
    shutil.copytree(RECORDING, folder)
    spoil(folder)

    assert main(["drift", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_an_empty_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing compared is no success."""
    index = INDEX | {"tests": 0}
    (tmp_path / "recording.json").write_text(json.dumps(index))

    assert main(["drift", str(tmp_path)]) == 2
    assert "has no test in it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--html", "{tmp}"], "is a directory"),
        (["--json", "{tmp}/no/where.json"], "there is no directory"),
        (["--json", "{tmp}/a", "--html", "{tmp}/a"], "two reports cannot go to the same file"),
        (["--against", "http://127.0.0.1:9"], "does not answer"),
    ],
)
def test_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """One line, and exit code 2."""
    assert main(["drift", str(RECORDING), *(one.format(tmp=tmp_path) for one in arguments)]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_what_is_no_fake(capsys: pytest.CaptureFixture[str]) -> None:
    """It has no control API."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        assert main(["drift", str(RECORDING), "--against", f"http://127.0.0.1:{server.server_port}"]) == 2
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert "a fake-nexmo with its control API is wanted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"\x1b[2Jx\r\n\r\n", r"does not answer: \x1b[2Jx"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
            "/_fake/health answers without a profile: a fake-nexmo with its control API is wanted",
        ),
        (
            b'HTTP/1.1 200 OK\r\n\r\n{"profile": "\\u001b[2J"}',
            "/_fake/health answers without a profile: a fake-nexmo with its control API is wanted",
        ),
    ],
    ids=["no-http", "no-profile", "another-profile"],
)
def test_something_else_at_the_url(capsys: pytest.CaptureFixture[str], answer: bytes, said: str) -> None:
    """Whatever it says is shown without what would move a cursor."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_answer_once, args=(listener, answer))
        thread.start()
        assert (
            main(["drift", str(RECORDING), "--against", f"http://127.0.0.1:{listener.getsockname()[1]}"]) == 2
        )
        thread.join()

    shown = capsys.readouterr().err
    assert said in shown
    assert shown.removesuffix("\n").isprintable()


def _answer_once(listener: socket.socket, answer: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)


@pytest.mark.parametrize("wrong", [_body(b'"status": "0"', b'"status": 0')], ids=["number"], indirect=True)
def test_junit_for_a_ci_server(wrong: str, tmp_path: Path) -> None:
    """A case for each clause: a difference that it forbids is a failure, and says what differs and in which test."""
    path = tmp_path / "drift.xml"

    assert main(["drift", str(RECORDING), "--against", wrong, "--junit-xml", str(path)]) == 1
    (suite,) = ElementTree.parse(path).getroot()
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    failure = cases["SMS-OK-17"].find("failure")
    assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), str(len(failed)))
    assert failure is not None
    assert failure.get("message") == 'GET /sms/json: messages[0].status: recorded "0", now 0'
    assert f"rule: {catalogue()['SMS-OK-17'].says}" in (failure.text or "")
    assert "test_sms_json.py::" in (failure.text or "")
    assert cases["SMS-OK-17"].get("classname") == "fake-nexmo.drift.SMS-OK"


def test_junit_of_a_recording_that_nothing_differs_from(capsys: pytest.CaptureFixture[str]) -> None:
    """To standard output, from which nothing else comes then."""
    assert main(["drift", str(RECORDING), "--junit-xml", "-"]) == 0
    (suite,) = ElementTree.fromstring(capsys.readouterr().out)
    assert suite.get("failures") == "0"
    assert int(suite.get("tests") or 0) > 0
    assert {one.get("name") for one in suite.iter("property")} >= {"recorded", "against", "compared"}
