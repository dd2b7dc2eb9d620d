"""What the command writes, and where."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from client.console import Console
from client.errors import PartialFailure, Throttled, WrongUse
from client.parts import RefusedPart, SentPart


class Terminal(io.StringIO):
    """A stream with a person at its end."""

    def isatty(self) -> bool:
        return True


def _console(stream: type[io.StringIO] = io.StringIO, *, as_json: bool = False, typed: str = "") -> Console:
    return Console(stdin=io.StringIO(typed), stdout=stream(), stderr=stream(), json=as_json)


def _written(console: Console) -> tuple[str, str]:
    assert isinstance(console.stdout, io.StringIO)
    assert isinstance(console.stderr, io.StringIO)
    return console.stdout.getvalue(), console.stderr.getvalue()


def test_a_person_reads_words() -> None:
    """Results and notes go to standard output, errors to standard error."""
    console = _console()

    console.note("Open this page")
    console.result("10 EUR", {"value": Decimal(10)})
    console.error(WrongUse("x is wrong"), "; careful")

    assert _written(console) == ("Open this page\n10 EUR\n", "nexmo-oauth: x is wrong; careful\n")


def test_a_script_reads_one_object() -> None:
    """With JSON, standard output has the result alone; amounts are strings."""
    console = _console(as_json=True)

    console.note("Open this page")
    console.result("10 EUR", {"value": Decimal("10.00")})

    assert _written(console) == ('{"value": "10.00"}\n', "Open this page\n")


def test_an_error_is_an_object_too() -> None:
    """Type, message and what the type documents; durations in seconds."""
    console = _console(as_json=True)

    console.error(Throttled(retry_after=timedelta(milliseconds=250), text="slower"))

    assert json.loads(_written(console)[0]) == {
        "error": {
            "type": "Throttled",
            "message": "the service is throttling: slower; wait 0.25 s and try again",
            "outcome_unknown": False,
            "retry_after_seconds": 0.25,
            "text": "slower",
        }
    }


def test_a_partial_failure_lists_its_parts() -> None:
    """A script learns which parts went."""
    console = _console(as_json=True)
    sent = SentPart(
        to="1", message_id="A", price=Decimal("0.03"), remaining_balance=Decimal(9), network="23410"
    )

    console.error(PartialFailure(sent=(sent,), refused=(RefusedPart(status="9", text="Quota"),)))

    error = json.loads(_written(console)[0])["error"]
    assert (error["sent"][0]["message_id"], error["sent"][0]["price"]) == ("A", "0.03")
    assert error["refused"] == [{"status": "9", "text": "Quota", "to": None}]


@pytest.mark.parametrize(
    ("name", "value", "coloured"),
    [("TERM", "xterm", True), ("NO_COLOR", "1", False), ("TERM", "dumb", False)],
)
def test_colours_are_for_terminals(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, coloured: bool
) -> None:
    """Only on a terminal, and only where nobody opted out."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    console = _console(Terminal)

    console.error(WrongUse("no"))

    assert ("\x1b[31m" in _written(console)[1]) is coloured
    assert _console().good("Sent") == "Sent"


def test_a_stream_that_cannot_write_it_all_gets_question_marks() -> None:
    """An ASCII terminal ends nothing."""
    raw = io.BytesIO()
    console = Console(
        stdin=io.StringIO(), stdout=io.TextIOWrapper(raw, "ascii"), stderr=io.StringIO(), json=False
    )

    console.note("日本")

    assert raw.getvalue() == b"??\n"


@pytest.mark.parametrize(("typed", "answer"), [(" v3rifier \n", "v3rifier"), ("\n", ""), ("", "")])
def test_an_answer_is_one_line(typed: str, answer: str) -> None:
    """Blanks around it do not count; where standard input has ended it is empty."""
    assert _console(typed=typed).ask("Verifier:") == answer


def test_everything_is_everything() -> None:
    """Of standard input only the last line end is left out: ``echo`` adds it."""
    assert _console(typed=" a\nb \n\n").everything() == " a\nb \n"


def test_bytes_that_are_no_text_are_wrong_use() -> None:
    """Standard input that cannot be decoded is the user's to mend."""
    stdin = io.TextIOWrapper(io.BytesIO(b"\xff"), "utf-8")
    console = Console(stdin=stdin, stdout=io.StringIO(), stderr=io.StringIO())

    with pytest.raises(WrongUse, match="not utf-8"):
        console.everything()
