"""``fake-nexmo drift`` with a recording, or a fake, that somebody has spoilt.

One line, or a difference, comes of it; never a traceback, and nobody waits for ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.cli import main
from fake_provider.contract.exchange import Request
from fake_provider.contract.parsing import Damaged, parsed
from fake_provider.contract.recording import Recording
from fake_provider.drift import fake as drift_fake
from fake_provider.drift.fake import NoAnswer, opened
from fake_provider.drift.play import Player
from fake_provider.drift.receiving import Patience
from fake_provider.drift.tree import tree
from fake_provider.errors import InvalidValue
from tests.documents import ROOT
from tests.hostile import answering, json_answer
from tests.mutants.__main__ import main as list_mutants

RECORDING = ROOT / "examples" / "recording"
ANSWER = "test_request_token/test_the_answer_is_a_form.txt"
DEEP, LONG = "[" * 200_000, "9" * 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recording of one test, to be spoilt."""
    folder = tmp_path / "recorded"
    (folder / ANSWER).parent.mkdir(parents=True)
    shutil.copy(RECORDING / ANSWER, folder / ANSWER)
    members = json.loads((RECORDING / "recording.json").read_text(encoding="utf-8"))
    (folder / "recording.json").write_text(json.dumps(members | {"tests": 1}), encoding="utf-8")
    return folder


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def replace(folder: Path) -> None:
        octets = (folder / name).read_bytes()
        assert old in octets
        (folder / name).write_bytes(octets.replace(old, new, 1))

    return replace


def _pipe(folder: Path) -> None:
    (folder / ANSWER).unlink()
    os.mkfifo(folder / ANSWER)


def _device(folder: Path) -> None:
    (folder / ANSWER).unlink()
    (folder / ANSWER).symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(_pipe, f"{ANSWER} is no regular file", id="a-pipe"),
        pytest.param(_device, f"{ANSWER} is no regular file", id="a-device"),
        pytest.param(
            _replaced(ANSWER, b"> POST <dashboard>/oauth/request_token", b"> POST"),
            f"{ANSWER} is damaged in line 7: 'POST' is no method and no URL",
            id="no-url",
        ),
        pytest.param(
            _replaced(ANSWER, b"--- 1 exchange", b"--- 1 access\n{token}\n\n--- 2 exchange"),
            f"{ANSWER} is damaged in line 6: it is no JSON",
            id="access-no-json",
        ),
        pytest.param(
            _replaced(ANSWER, b"outcome", b"\xff"), f"{ANSWER} is damaged in line 3: it is no UTF-8", id="no-utf-8"
        ),
        pytest.param(
            _replaced("recording.json", b'"format": 2', b'"format": -5'),
            "recording.json is no index of a recording: format has to be a whole number from 1 on",
            id="format",
        ),
    ],
)  # fmt: skip
def test_a_recording_that_is_spoilt(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], object], said: str
) -> None:
    """One line names the file, the line, and what is wrong there; exit code 2."""
    spoil(folder)

    assert main(["drift", str(folder)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_the_line_ends_of_another_system(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Are no difference."""
    (folder / ANSWER).write_bytes((folder / ANSWER).read_bytes().replace(b"\n", b"\r\n"))

    assert main(["drift", str(folder)]) == 0
    assert "no difference that a clause forbids\n" in capsys.readouterr().out


ODD = [
    *("", "\n", "<", ">", '"', r'"\ud800"', r'"\udc80"', "\x1b[2J", "²", "٣", "[", "%", "://[", "\ufeff", "NaN", "9" * 50),
    *("<now+99999999999999999999>", "<then-1>", "<sig:foo>", "<access-token-9>", "<dashboard>", "<any>", "<day-1>"),
    *("<receiver-1>", "<receiver-9>", '"event": "opens"', '"event": "closes"', "silent: all its time", "<moment+9>", "<minute>"),
    *("--- 1 access", 'oauth_timestamp="²²²"', "PLAINTEXT", "RSA-SHA1", "Content-Type: application/json", ":swapcase"),
]  # fmt: skip


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice((1, 1, 2, 4))):
        begin = chance.randrange(len(text) + 1)
        end = min(len(text), begin + chance.choice((0, 1, 5, 40)))
        lines = text.split("\n")
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        moved = [*lines]
        moved[one], moved[other] = moved[other], moved[one]
        text = chance.choice(
            (
                text[:begin] + text[end:],
                text[:begin] + chance.choice(ODD) + text[end:],
                "\n".join(moved),
                "\n".join([*lines[:one], *lines[one + 1 :]]),
                "\n".join([*lines[:one], lines[other], *lines[one:]]),
            )
        )
    return text


def test_whatever_is_changed_in_a_recording() -> None:
    """Either it is damaged, which one line says, or it can be compared: nothing else ever comes of it."""
    chance = random.Random(8)
    texts = [path.read_text(encoding="utf-8") for path in sorted(RECORDING.glob("*/*.txt"))]
    index = Recording(RECORDING).index()
    said, played = [], 0
    with opened(index, None, None) as fake:
        player = Player(
            index=index,
            fake=fake,
            chance=RandomEntropy().token,
            now=time.time,
            patience=Patience(most=0.2, least=0.01),
        )
        for _ in range(150):
            try:
                test = parsed(_mutated(chance.choice(texts), chance))
            except Damaged as error:
                said.append(f"{error.line}: {error}")
            else:
                player.played(test)
                played += 1

    assert len(said) > 30
    assert played > 30
    assert [line for line in said if "\n" in line or line.startswith("0")] == []


def test_what_would_move_a_cursor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recording of somebody else's writes nothing but text onto a terminal."""
    _replaced("recording.json", b'"against": "', rb'"against": "\u001b[2J')(folder)
    _replaced(ANSWER, b"clauses: ", b'clauses: "\\u001b[2J-01 ')(folder)
    _replaced(ANSWER, b"-03\n", b'-03"\n')(folder)

    assert main(["drift", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert r"recorded  \x1b[2Ja fake" in told


# Fakes that are none


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(DEEP, id="deep"),
        pytest.param(f'{{"profile": {LONG}}}', id="a-long-number"),
        pytest.param('{"profile": Infinity}', id="infinity"),
        pytest.param(r'{"profile": "\ud800"}', id="half-a-character"),
        pytest.param(r'{"profile": "\u001b[2J"}', id="what-moves-a-cursor"),
        pytest.param('{"profile": "documented", "profile": "strict"}', id="twice"),
        pytest.param('{"profile": ["documented"]}', id="a-list"),
        pytest.param('["profile"]', id="no-object"),
        pytest.param("{}", id="nothing"),
        pytest.param("", id="an-empty-body"),
        pytest.param('{"profile": "documented"}', id="no-more-than-that"),
    ],
)
def test_what_is_no_fake(folder: Path, capsys: pytest.CaptureFixture[str], body: str) -> None:
    """Whatever it answers to the control API, one line says that a fake is wanted."""
    with answering(json_answer(body.encode())) as url:
        assert main(["drift", str(folder), "--against", url]) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert "/_fake/" in line
    assert line.endswith(": a fake-nexmo with its control API is wanted")


def _like_a_fake(otherwise: bytes) -> Callable[[bytes], bytes]:
    made = {"profile": "documented"} | dict.fromkeys(
        ("consumer_key", "consumer_secret", "api_key", "api_secret"), "0123456789abcdef0123456789abcdef"
    )
    control = json_answer(json.dumps(made).encode())
    return lambda request: control if b"/_fake/" in request.partition(b"\r\n")[0] else otherwise


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(b"HTTP/1.1 20", id="in-its-status"),
        pytest.param(b"HTTP/1.1 200 OK", id="behind-its-status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Ty", id="in-a-header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n", id="between-two-headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\noauth", id="in-its-body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="in-no-chunk"),
        pytest.param(b"", id="before-it-began"),
        pytest.param(b"\x16\x03\x01\x00", id="no-http"),
    ],
)
def test_an_answer_that_is_cut(folder: Path, capsys: pytest.CaptureFixture[str], cut: bytes) -> None:
    """Wherever that is, it is a difference that the clauses of its test forbid."""
    with answering(_like_a_fake(cut)) as url:
        assert main(["drift", str(folder), "--against", url]) == 1

    told = " ".join(capsys.readouterr().out.split())
    assert "the request: recorded an answer, now" in told
    assert "ended in the middle" in told or "does not answer" in told


def test_a_fake_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After three times in a row nobody waits for it any more."""

    def late(*_: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(drift_fake, "_exchanged", late)
    index = Recording(RECORDING).index()
    with opened(index, "http://127.0.0.1:9", None) as fake:
        for _ in range(2):
            with pytest.raises(NoAnswer):
                fake.send(Request(method="GET", url="http://127.0.0.1:9/"))
        with pytest.raises(InvalidValue, match="no whole answer in 30 s, 3 times in a row"):
            fake.send(Request(method="GET", url="http://127.0.0.1:9/"))


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        pytest.param("application/json", DEEP, id="json-deep"),
        pytest.param("application/json", "[" * 100 + "]" * 100, id="json-deeper-than-anybody-walks"),
        pytest.param("application/xml", "<a>" * 100 + "</a>" * 100, id="xml-deep"),
        pytest.param("application/json", "NaN", id="nan"),
        pytest.param("application/json", '{"a": Infinity}', id="infinity"),
    ],
)
def test_a_body_that_nobody_reads(media_type: str, body: str) -> None:
    """It has no tree, and is compared as it is."""
    assert tree(media_type, body) is None


# A reader who has enough


@contextmanager
def _nobody_reads() -> Iterator[None]:
    """Standard output is a pipe whose reader has gone."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as stream, contextlib.redirect_stdout(stream):
        yield
        stream.flush()  # as the interpreter does at its end


def test_a_reader_of_differences_who_has_enough(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends without a word, as in front of ``head``; a report that was asked for is written all the same."""
    with _nobody_reads():
        code = main(["drift", str(folder), "--json", str(tmp_path / "drift.json")])

    assert code == 141
    assert capsys.readouterr().err == f"written: {tmp_path / 'drift.json'}\n"
    assert (tmp_path / "drift.json").exists()


def test_a_reader_of_mutants_who_has_enough(capsys: pytest.CaptureFixture[str]) -> None:
    """The same."""
    with _nobody_reads():
        code = list_mutants(["--list"])

    assert code == 141
    assert capsys.readouterr().err == ""
