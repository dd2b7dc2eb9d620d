"""``docs/testing-your-app.md``: its blocks are the example's own code, and its commands do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Served
from tests.documents import Block, blocks
from tests.examples.outsider import FOLDER, PYTEST, live, outside

DOCUMENT = "docs/testing-your-app.md"
ALL = blocks(DOCUMENT)
PYTHON = [block for block in ALL if block.language == "python"]
COMMANDS = [line for block in ALL if block.language == "sh" for line in block.text.splitlines()]


def test_there_is_nothing_else() -> None:
    """Every block has a language that one of these tests knows."""
    assert {block.language for block in ALL} == {"python", "sh"}


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: re.sub(r"\W+", "-", block.text.splitlines()[1]))
def test_it_is_the_code_of_the_example(block: Block) -> None:
    """The first line says of which file; the rest stands there, to the letter."""
    head, _, code = block.text.partition("\n")

    assert code in (FOLDER / head.removeprefix("# ")).read_text(encoding="utf-8")


def test_no_command_goes_untried() -> None:
    """The tests below run these."""
    assert COMMANDS == [
        "pytest",
        "pytest --nexmo-target live --live-plan --allow-sms",
        "pytest --nexmo-target live --allow-sms",
        "pytest --nexmo-target http://127.0.0.1:8080",
    ]


def test_the_plan_is_made_of_nothing() -> None:
    """Without variables, and nothing is sent; it lists what would be."""
    options = shlex.split(COMMANDS[1])[1:]
    planned = outside(*PYTEST, *options)

    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert "SMS          1 message, " in planned.stdout
    assert "NEXMO_SMS_TO" in planned.stdout.partition("still to set")[2]


def test_live(tmp_path: Path) -> None:
    """One message is sent, and what is not fit for it is skipped."""
    run = live(tmp_path, *shlex.split(COMMANDS[2])[1:])

    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 of at most 10 messages were sent" in run.stdout


def test_a_fake_elsewhere(documented: Served) -> None:
    """The marked tests run there."""
    options = shlex.split(COMMANDS[3].replace("http://127.0.0.1:8080", documented.url))[1:]
    elsewhere = outside(*PYTEST, *options)

    assert elsewhere.returncode == 0, elsewhere.stdout + elsewhere.stderr
    assert f"2 tests ran on {documented.url}" in elsewhere.stdout
    assert [message.text for message in documented.fake.messages] == ["hello"]
