"""The documents say what is so: their code runs, their tables are complete, their links lead somewhere."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from contract_tests.options import add_options
from fake_provider import FakeNexmo
from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.cli import _parser
from fake_provider.config import ACCOUNT_FIELDS, FILE_FIELDS, load
from fake_provider.conformance import SCENARIOS
from fake_provider.domain.webhook import GIVE_UP_SECONDS
from fake_provider.server.limits import DEFAULT_LIMITS
from fake_provider.sms.findings import TABLE
from fake_provider.sms.parse import DETAILS, TYPES
from fake_provider.sms.status import TEXTS
from fake_provider.steps import ACTION_FIELDS, CLOCK_FIELDS
from fake_provider.web.control.exposition import _Counted
from tests.conftest import Served
from tests.documents import ROOT, Block, blocks, curl, links
from tests.programs import need

DOCUMENTS = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
TUTORIAL = "docs/testing-your-app.md"  # tests/examples has tests of its blocks
ALL = [(document, block) for document in DOCUMENTS if document != TUTORIAL for block in blocks(document)]


def of_language(language: str) -> list[Block]:
    """Return the blocks in one language."""
    return [block for _, block in ALL if block.language == language]


def text_of(document: str) -> str:
    """Return a document."""
    return (ROOT / "docs" / document).read_text(encoding="utf-8")


def test_there_is_nothing_else() -> None:
    """Every block has a language that one of these tests knows."""
    assert {block.language for _, block in ALL} == {"python", "sh", "toml", "nginx", "yaml"}


@pytest.mark.parametrize("block", of_language("python"), ids=str)
def test_python(block: Block) -> None:
    """Python runs."""
    done = subprocess.run([sys.executable, "-c", block.text], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def options_of_contract_tests() -> argparse.Namespace:
    """Return the options of the contract tests, with their defaults."""
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    return parser.parse([])


COMMANDS = [line for block in of_language("sh") for line in block.text.splitlines()]


def test_commands() -> None:
    """``fake-nexmo`` takes the options that are shown, and pytest those of the contract tests."""
    own = [shlex.split(line) for line in COMMANDS if not line.startswith(("curl ", "export NEXMO_"))]
    pytests = [name for name in vars(options_of_contract_tests()) if name]

    assert {words[0] for words in own} == {"fake-nexmo", "pytest"}
    for words in own:
        if words[0] == "fake-nexmo":
            options = _parser().parse_args(words[1:])
            assert options.command in ("check", "run", "ca", "serve", "db", "health", "drift")
            assert options.command not in ("check", "run") or options.client
        else:
            assert words[1] == "--pyargs"
            assert words[2] in ("contract_tests", "contract_tests.client")
            given = {word[2:].replace("-", "_") for word in words[3:] if word.startswith("--")}
            assert given <= set(pytests)


@pytest.mark.parametrize(
    "line", [line for line in COMMANDS if "examples/recording" in line and "--against" not in line]
)
def test_commands_with_a_recording(tmp_path: Path, line: str) -> None:
    """They do what they show, with the recording that is there."""
    words = shlex.split(line.replace("examples/recording", str(ROOT / "examples" / "recording")))
    program = str(Path(sys.executable).with_name(words[0]))
    done = subprocess.run([program, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


@pytest.mark.parametrize(
    "block", [block for block in of_language("sh") if block.text.startswith("curl ")], ids=str
)
def test_curl(block: Block, documented: Served) -> None:
    """The curl commands succeed, one after the other."""
    need("curl", package="curl")
    for line in block.text.splitlines():
        assert curl(line, documented.url, "--fail-with-body").startswith("{")


@pytest.mark.parametrize("block", of_language("toml"), ids=str)
def test_configuration(block: Block, tmp_path: Path) -> None:
    """A configuration can be read."""
    path = tmp_path / "fake.toml"
    path.write_text(block.text, encoding="utf-8")

    assert load(path, RandomEntropy())


@pytest.mark.parametrize("document", [*DOCUMENTS, "README.md"])
def test_links(document: str) -> None:
    """Links within the repository lead somewhere."""
    for target in links(document):
        assert target.exists(), target


def test_every_status_is_listed() -> None:
    """With its text."""
    for code, text in TEXTS.items():
        assert f"| {code} | `{text.format(name='from', milliseconds=250)}` |" in text_of("sms.md")


@pytest.mark.parametrize(
    ("document", "names"),
    [
        pytest.param("sms.md", [field.name for field in FILE_FIELDS], id="settings"),
        pytest.param("sms.md", [*TABLE, "api-key-ignored"], id="findings"),
        pytest.param("sms.md", [*TYPES, *DETAILS, "client-ref", "account-ref"], id="parameters"),
        pytest.param(
            "outcomes.md", [field.name for field in (*ACTION_FIELDS, *CLOCK_FIELDS)], id="faults-and-clock"
        ),
        pytest.param("conformance.md", [scenario.name for scenario in SCENARIOS], id="scenarios"),
        pytest.param(
            "monitoring.md",
            [family.name for family in _Counted(FakeNexmo()._provider).collect()],
            id="metrics",
        ),
        pytest.param("../README.md", [field.name for field in ACCOUNT_FIELDS], id="members-of-an-account"),
    ],
)
def test_every_name_is_documented(document: str, names: list[str]) -> None:
    """What can be set, sent or found stands there."""
    text = text_of(document)

    assert [
        name
        for name in names
        if f"`{name}`" not in text
        and f'"{name}"' not in text
        and f"`{name}=" not in text
        and f"`{name}_" not in text
    ] == []


def test_the_limits() -> None:
    """They are those of the code."""
    limits, text = DEFAULT_LIMITS, text_of("deployment.md")

    for said in (
        f"{limits.connections:,}",
        f"{limits.header_bytes >> 10} KiB, within {limits.head_seconds:.0f} s",
        f"{limits.body_bytes >> 20} MiB, within {limits.body_seconds:.0f} s",
        f"{limits.body_bytes_per_second:.0f} bytes",
        f"| {limits.idle_seconds:.0f} s |",
        f"| {limits.threads} |",
    ):
        assert said in text


def test_the_metrics_of_alerts() -> None:
    """There are such metrics."""
    (block,) = (block for block in of_language("yaml") if block.text.startswith("groups:"))
    rules = yaml.safe_load(block.text)["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(r"\bfake_nexmo_\w+", rule["expr"])}

    assert len(named) == 3
    for name in named:
        assert f"`{name.removesuffix('_bucket')}`" in text_of("monitoring.md")


def test_how_long_it_is_tried() -> None:
    """The hours are those of the code."""
    for seconds in GIVE_UP_SECONDS.values():
        assert f" {seconds / 3600:.0f}" in text_of("outcomes.md")


def test_the_plan_of_a_live_run(tmp_path: Path) -> None:
    """The command shows what stands below it, whatever is set."""
    (block,) = (block for block in blocks("docs/live.md") if block.output is not None)
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(block.text), "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("NEXMO_", "PYTEST_"))},
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # without a terminal
        capture_output=True,
        text=True,
        check=False,
    )
    shown = re.sub(r"^\S*/(?=test_)", "", done.stdout, flags=re.MULTILINE)

    assert block.output is not None
    assert block.output in shown
