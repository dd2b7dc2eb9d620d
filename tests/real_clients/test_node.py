"""The npm package ``oauth``, whose widely copied example sends oauth_version 1.0A."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Serve, Served
from tests.programs import approve, converse, environment_of, lacking, need

FOLDER = Path(__file__).with_name("node")


@pytest.fixture
def node() -> str:
    """The path of Node, once the package is installed beside the script."""
    path = need("node", package="nodejs")
    if not (FOLDER / "node_modules" / "oauth").is_dir():
        lacking("the npm package oauth is missing (make test installs it where npm is there)")
    return path


def flow(node: str, served: Served, **environment: str) -> tuple[int, str]:
    """Run the flow, approving between its legs; return the exit code and what was printed."""
    command = [node, str(FOLDER / "flow.js")]
    return converse(command, approve(served), environment_of(served) | environment)


def test_the_copied_example(node: str, documented: Served) -> None:
    """The documented profile accepts 1.0A with a finding, and the SMS arrives exactly."""
    code, printed = flow(node, documented)

    assert code == 0, printed
    assert '"status": "0"' in printed
    assert documented.fake.messages[0].text == "it's (a) *test* + more!"
    assert {f.code for e in documented.fake.exchanges for f in e.findings} == {"version-rejected"}


@pytest.mark.parametrize(("version", "code"), [("1.0", 0), ("1.0A", 1)])
def test_strict(node: str, version: str, code: int, serve: Serve) -> None:
    """The strict profile wants version 1.0."""
    served = serve(profile="strict")

    assert flow(node, served, FLOW_VERSION=version)[0] == code
    if code:
        assert served.diagnosis == "version-rejected"
