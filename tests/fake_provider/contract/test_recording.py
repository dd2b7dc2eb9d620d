"""A recording on the disk: what is written is read again, and nothing of others is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_provider.contract.exchange import Access, Answer, Decision, Exchange, RecordedTest, Request
from fake_provider.contract.recording import (
    FORMAT,
    INDEX,
    Index,
    Recording,
    RecordingError,
    Writer,
    parsed,
    path_of,
    text_of,
)

INDEX_OF_ONE = Index(
    recorded_on=date(2026, 11, 26),
    against="a fake in this process",
    profile="documented",
    capabilities=["free-sms", "control"],
    tls=True,
    own_number=False,
    tests=1,
)
TEST = RecordedTest(
    test="test_parts.py::test_the_number_of_parts[160/septets]",
    clauses=("SMS-PART-01", "SMS-PART-02"),
    unusual=(("access-token-1", "31 digits"),),
    steps=(
        Access(token="<access-token-1>", secret="<access-token-secret-1>"),
        Decision(decision="approve", token="<request-token-1>", verifier="<verifier-1>"),
        Exchange(
            request=Request(method="GET", url="<rest>/sms/json?text=a", headers=(("Accept", "*/*"),)),
            answer=Answer(status=200, reason="OK", headers=(("X", ""),), body='{\n  "a": 1\n}'),
            signed="consumer-secret-1&",
        ),
    ),
)


def _written(folder: Path, *tests: RecordedTest) -> Recording:
    writer = Writer(folder)
    writer.begin()
    for test in tests:
        writer.write(test)
    writer.end(replace(INDEX_OF_ONE, tests=len(tests)))
    return Recording(folder)


def test_a_file_can_be_read_by_people() -> None:
    """An exchange stands there as on the wire."""
    assert text_of(TEST).split("\n\n")[-1].splitlines() == [
        "--- 3 exchange",
        "signed: consumer-secret-1&",
        "> GET <rest>/sms/json?text=a",
        "> Accept: */*",
        "< 200 OK",
        '<"X: "',
        "<",
        "< {",
        '<   "a": 1',
        "< }",
    ]


BODIES = st.one_of(
    st.text(max_size=80),
    st.text(st.sampled_from('\n\r\t "<>\\\x00\x85\u2028é😀\udcff-'), max_size=40),
)
LINES = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), max_size=30).map(str.strip)


@given(body=BODIES, answered=BODIES, value=LINES)
def test_what_is_written_is_read_again(body: str, answered: str, value: str) -> None:
    """To the last octet, whatever is in a body."""
    step = Exchange(
        request=Request(method="POST", url="<rest>/sms/json", headers=(("X-Given", value),), body=body),
        answer=Answer(status=200, reason="OK", headers=(("X-Said", value), ("X-Said", "")), body=answered),
    )
    test = replace(TEST, reason=value, outcome="skipped", steps=(*TEST.steps, step))

    assert parsed(text_of(test)) == test


def test_a_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With its index, and each test by its name."""
    recording = _written(tmp_path / "recorded", TEST)

    assert recording.index() == replace(INDEX_OF_ONE, capabilities=["control", "free-sms"])
    assert list(recording.tests()) == [TEST]
    assert recording.test(TEST.test) == TEST
    assert recording.test("test_parts.py::another") is None


def test_a_recording_is_replaced_as_a_whole(tmp_path: Path) -> None:
    """No test of the earlier one stays, and no draft."""
    _written(tmp_path / "recorded", TEST, replace(TEST, test="test_parts.py::older"))
    recording = _written(tmp_path / "recorded", TEST)

    assert list(recording.tests()) == [TEST]
    assert [path.name for path in tmp_path.iterdir()] == ["recorded"]


def test_nothing_changes_before_the_end(tmp_path: Path) -> None:
    """A run that is broken off leaves the earlier recording."""
    recording = _written(tmp_path / "recorded", TEST)
    writer = Writer(tmp_path / "recorded")
    writer.begin()
    writer.write(replace(TEST, outcome="failed"))
    writer.drop()

    assert list(recording.tests()) == [TEST]
    assert [path.name for path in tmp_path.iterdir()] == ["recorded"]


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """One line says so, before anything is recorded."""
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(RecordingError, match="is not empty, and no recording"):
        Writer(tmp_path).check()
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_of_somebody_else_in_a_recording_is_left_alone(tmp_path: Path) -> None:
    """The new recording does not take the place of the old one then."""
    recording = _written(tmp_path / "recorded", TEST)
    (tmp_path / "recorded" / "notes.md").write_text("mine")

    with pytest.raises(RecordingError, match=r"notes\.md is no part of a recording"):
        _written(tmp_path / "recorded", replace(TEST, outcome="failed"))
    assert list(recording.tests()) == [TEST]


def test_a_file_in_the_place_of_a_folder(tmp_path: Path) -> None:
    """A folder is wanted."""
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match="a folder is wanted"):
        Writer(tmp_path / "file").begin()


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        pytest.param(None, "is no recording: recording.json is missing", id="foreign"),
        pytest.param("not JSON", "cannot be read", id="no-json"),
        pytest.param("[]", "is no index of a recording", id="another-json"),
        pytest.param('{"format": 1}', "is no index of a recording", id="half"),
        pytest.param(
            f'{{"format": {FORMAT + 1}}}', r"newer fake-nexmo \(format 2; this one reads 1\)", id="newer"
        ),
    ],
)
def test_a_wrong_index(tmp_path: Path, index: str | None, problem: str) -> None:
    """One line says what is wrong."""
    (tmp_path / "other.txt").write_text("")
    if index is not None:
        (tmp_path / INDEX).write_text(index)

    with pytest.raises(RecordingError, match=problem) as caught:
        Recording(tmp_path).index()
    assert "\n" not in str(caught.value)


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    """Both are told apart."""
    with pytest.raises(RecordingError, match="there is no such folder"):
        Recording(tmp_path / "nowhere").index()
    with pytest.raises(RecordingError, match="it is empty; make one with --record"):
        Recording(tmp_path).index()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: "", id="emptied"),
        pytest.param(lambda text: text.replace("outcome: passed", "outcome: fine"), id="outcome"),
        pytest.param(lambda text: text.replace("< 200", "< many"), id="status"),
        pytest.param(lambda text: text.replace("> Accept: ", "> Accept "), id="header"),
        pytest.param(lambda text: text.replace("exchange", "conversation"), id="kind-of-step"),
        pytest.param(lambda text: text.replace('"token"', '"tocken"'), id="member"),
        pytest.param(lambda text: text.replace("31 digits", "31 things"), id="shape"),
        pytest.param(lambda text: text[: text.index("< 200")], id="cut-off"),
        pytest.param(lambda text: text.replace("> GET", "= GET"), id="mark"),
    ],
)
def test_a_damaged_file(tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    """It is named, and nothing is guessed."""
    recording = _written(tmp_path / "recorded", TEST)
    path = tmp_path / "recorded" / path_of(TEST.test)
    path.write_text(change(path.read_text()))

    with pytest.raises(RecordingError, match="is damaged: make the recording anew"):
        list(recording.tests())


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    """A recording is whole, or none."""
    recording = _written(tmp_path / "recorded", TEST)
    (tmp_path / "recorded" / path_of(TEST.test)).unlink()

    with pytest.raises(RecordingError, match="0 tests are there, and 1 were recorded"):
        list(recording.tests())


@pytest.mark.parametrize("name", ["a[b/c]", "a[b*c]", "a[" + "x" * 300 + "]", "a[B]", "a[ä]"])
def test_every_file_system_takes_the_names(name: str) -> None:
    """And no two tests share one, though their case alone differs."""
    path = path_of(f"test_x.py::{name}")

    assert path.parent.name == "test_x"
    assert path.name.isascii()
    assert len(path.name) < 140
    assert str(path).lower() != str(path_of(f"test_x.py::{name.swapcase()}")).lower()
