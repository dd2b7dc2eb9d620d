"""Every code block of every document is executed, parsed or compared: one that no test knows fails here.

A document is gone through as its reader does, from top to bottom. Blocks in a language that is not in ``LANGUAGES`` fail; so do
commands that are neither executed nor known to ``tests.shell``, programs that nothing runs, outputs that nothing prints.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from contract_tests.receiver import Receiver
from fake_provider import FakeNexmo, config
from fake_provider.adapters.entropy import RandomEntropy
from fake_provider.conformance import Checkup
from fake_provider.contract import catalogue
from tests.conftest import Serve
from tests.documents import ROOT, Block, blocks, documents
from tests.stories import Check, Story, is_like, is_the_file


def _configuration(story: Story, block: Block) -> None:
    path = story.folder / "settings.toml"
    path.write_text(block.text, encoding="utf-8")
    assert config.load(path, RandomEntropy())


def _yaml(story: Story, block: Block) -> None:
    """A file of the repository, or one whose kind is known."""
    if block.text.startswith("# examples/"):
        is_the_file(story, block)
        return
    content = yaml.safe_load(block.text)
    if "services" in content:
        (story.folder / "compose.yaml").write_text(block.text, encoding="utf-8")
        _valid("vendor.compose-spec", story.folder / "compose.yaml")
    elif "groups" in content:
        assert all({"expr"} < set(rule) for group in content["groups"] for rule in group["rules"])
    else:
        (job,) = content["scrape_configs"]
        assert set(job) == {"job_name", "metrics_path", "authorization", "static_configs"}


def _valid(schema: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def _nginx(_: Story, block: Block) -> None:
    """Run by tests/real_clients/test_in_front.py."""
    assert block.document == "docs/real-hosts.md"


def _told(_: Story, block: Block) -> None:
    """A text that nothing prints: what is true of it stands in TEXTS."""
    first = block.text.split()[0]
    assert first in TEXTS, (
        f"{block}: compare it in TEXTS, or leave out `text` if the block before it prints it"
    )
    TEXTS[first](block.text)


def _output(story: Story, block: Block) -> None:
    """Compared where the block before it is executed; here it is only seen that there is one."""
    before = story.before(block)
    assert before is not None, f"{block}: nothing stands before it that could print it"
    assert before.language == "sh", f"{block}: only commands print"


LANGUAGES: Mapping[str, Check] = {
    "sh": lambda story, block: story.sh(block),
    "python": lambda story, block: story.python(block),
    "js": lambda story, block: story.program(block),
    "php": lambda story, block: story.program(block),
    "ruby": lambda story, block: story.program(block),
    "toml": _configuration,
    "yaml": _yaml,
    "nginx": _nginx,
    "text": _told,
    "": _output,
}

ELSEWHERE: Mapping[str, str] = {
    "docs/testing-your-app.md": "tests/examples/test_testing_your_app.py",
}
"""Documents whose blocks have tests of their own, which know what the blocks are about."""

# Texts that nothing prints


def _places(text: str) -> None:
    """Files and folders of the package that a drawing names."""
    for name in re.findall(r"\b[a-z_]+/[a-z_]*(?:\.py)?|\b[a-z_]+\.py", text):
        assert (ROOT / "fake_provider" / name).exists(), name


def _layers(text: str) -> None:
    """The layers that ``make lint`` keeps, each in its place."""
    (contract,) = [
        one
        for one in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
            "importlinter"
        ]["contracts"]
        if one["type"] == "layers"
    ]
    shown = [re.split(r"\s{2,}", line)[0] for line in text.splitlines()]
    assert [set(re.findall(r"\w+", line)) for line in shown] == [
        set(re.findall(r"\w+", layer)) for layer in contract["layers"]
    ]


def _report(text: str) -> None:
    """The members of a report, in which order does not matter."""
    report = Checkup(command=[sys.executable, "-c", "raise SystemExit(1)"]).report(["documented-flow"])
    members = report.as_json()
    (result,) = members["scenarios"]
    told = [*members, *result, *result["runs"][0], *members["summary"]]
    assert sorted(set(re.findall(r'"(\w+)"', text))) == sorted(set(told))


def _webhooks(text: str) -> None:
    """The parameters of a receipt, or of inbound SMS, in their order."""
    lines = [re.sub(r"[\[\]]", "", line).split() for line in text.splitlines()]
    pushed = _pushed()
    assert [names for names in lines if names not in pushed] == []


def _pushed() -> list[list[str]]:
    """Return the names of the parameters that were pushed: of a receipt, of a part of a long text, of a binary."""
    import requests

    fake = FakeNexmo()
    with Receiver() as receiver, fake.serve() as server:
        fake.create_account(
            "ann@example.com",
            api_key="ann",
            api_secret="secret",
            signature_secret="signed",
            numbers=["447700900400"],
            dr_callback_url=receiver.url,
            mo_callback_url=receiver.url,
        )
        sms = {"api_key": "ann", "api_secret": "secret", "from": "Acme", "to": "447700900000", "text": "hi"}
        requests.post(f"{server.url}/sms/json", data=sms | {"client-ref": "mine"}, timeout=10)
        fake.inbound(msisdn="447700900001", to="447700900400", text="a" * 200)
        fake.inbound(msisdn="447700900001", to="447700900400", data="00ff", udh="050003cc0101")
        requests.get(f"{server.url}/_fake/webhooks", params={"kind": "inbound", "wait": "10"}, timeout=20)
        receiver.wait_for(4)
    return [[name for name, _ in one.pairs] for one in receiver.received]


def _recorded(text: str) -> None:
    """Lines of one file of the recording that is there, in their order; others are left out between them."""
    shown = "\n…".join(text.splitlines())
    recording = (ROOT / "examples/recording").rglob("*.txt")

    assert any(is_like(path.read_text(encoding="utf-8"), f"{shown}…") for path in recording)


def _drift(text: str) -> None:
    """A difference that could be: its clause is in the catalogue, with these words."""
    clauses = re.findall(r"^([A-Z-]+-\d+)  (.+)$", text, re.MULTILINE)

    assert [catalogue()[clause].says for clause, _ in clauses] == [says for _, says in clauses]
    assert all(catalogue()[clause].section.title in text for clause, _ in clauses)


def _compared(text: str) -> None:
    """Changes that could be: their clauses are in the catalogue, with these words."""
    clauses = re.findall(r"^[a-z]+ +([A-Z-]+-\d+)  (.+?\.)(?: \(held before\))?$", text, re.MULTILINE)

    assert clauses
    assert [catalogue()[clause].says for clause, _ in clauses] == [says for _, says in clauses]


def _hosts(text: str) -> None:
    """The two names, at the address that the page serves at."""
    address, *names = text.split()
    assert names == ["dashboard.nexmo.com", "rest.nexmo.com"]
    assert f"--host {address} " in (ROOT / "docs/real-hosts.md").read_text(encoding="utf-8")


TEXTS: Mapping[str, Callable[[str], None]] = {
    "an": _places,
    "__main__": _layers,
    '{"command":': _report,
    "msisdn": _webhooks,
    "127.0.0.9": _hosts,
    "test:": _recorded,
    "section": _drift,
    "old": _compared,
}
"""By its first word, what is true of a text that nothing prints."""


def go_through(story: Story, told: list[Block]) -> None:
    """Check block by block, from top to bottom."""
    for block in told:
        assert block.language in LANGUAGES, f"{block}: no test knows {block.language!r}"
        LANGUAGES[block.language](story, block)


@pytest.mark.long
@pytest.mark.parametrize("document", [one for one in documents() if one not in ELSEWHERE])
def test_a_document_from_top_to_bottom(document: str, serve: Serve, tmp_path: Path) -> None:
    """Each of its blocks does what it shows."""
    told = blocks(document)
    story = Story(tmp_path, serve, told)

    go_through(story, told)


def test_documents_with_tests_of_their_own() -> None:
    """These are there, about that document."""
    for document in ELSEWHERE.keys() & documents():
        assert document in (ROOT / ELSEWHERE[document]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        pytest.param("```cobol\nSTOP RUN.\n```", "no test knows 'cobol'", id="a-language"),
        pytest.param("```sh\nfrobnicate --now\n```", "no test knows frobnicate", id="a-command"),
        pytest.param("```sh\nfake-nexmo serve --prot 1\n```", "2", id="an-option"),
        pytest.param("```python\nassert False\n```", "AssertionError", id="python-that-fails"),
        pytest.param(
            "```python\n# send.py\nprint(1)\n```",
            "no command below runs send.py",
            id="a-program-that-nothing-runs",
        ),
        pytest.param("```js\nlet x\n```", "say in the first line", id="a-program-without-a-name"),
        pytest.param("```\n42\n```", "nothing stands before it", id="an-output-of-nothing"),
        pytest.param(
            "```sh\nfake-nexmo serve\n```\n\n```\n42\n```",
            "compared with nothing",
            id="an-output-of-what-is-not-run",
        ),
        pytest.param("```sh\ncat missing.txt\n```", "No such file", id="a-command-that-fails"),
        pytest.param(
            "```sh\nfake-nexmo env --url http://127.0.0.1:1 --format dotenv\n```\n\n```\n42\n```",
            "prints",
            id="another-output",
        ),
        pytest.param("```text\nsomething\n```", "compare it in TEXTS", id="a-text"),
        pytest.param("```toml\nprofil = 1\n```", "profil", id="a-setting"),
        pytest.param(
            "```yaml\n# examples/ci/gitlab-ci.yml\na: 1\n```", "has something else", id="another-file"
        ),
    ],
)
def test_a_block_that_is_wrong_is_found(
    document: str, wrong: str, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a block is, one that is not right fails."""
    (tmp_path / "wrong.md").write_text(document + "\n", encoding="utf-8")
    told = [Block("wrong.md", one.line, one.language, one.text) for one in blocks(str(tmp_path / "wrong.md"))]
    story = Story(tmp_path, serve, told)

    with pytest.raises((Exception, SystemExit), match=re.escape(wrong)):
        go_through(story, told)


def test_what_an_ellipsis_stands_for() -> None:
    """For anything there, and for nothing elsewhere."""
    assert is_like("1 passed in 0.03s", "1 passed in …s")
    assert not is_like("1 failed in 0.03s", "1 passed in …s")
    assert not is_like("1 passed in 0.03s\nand more", "1 passed")
