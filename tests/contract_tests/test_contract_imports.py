"""What the contract tests may know: the wire, the contract as data, and one place where the default target is started."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import contract_tests

MODULES = sorted(Path(contract_tests.__file__).parent.glob("**/*.py"))


def _imports(body: list[ast.stmt]) -> set[str]:
    """Return the top-level packages that *body* imports, in functions too; the contract is data, and free to all."""
    found = set()
    for node in (node for statement in body for node in ast.walk(statement)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module.startswith("fake_provider.contract"):
                continue
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_only_the_targets_know_the_fake_and_nobody_the_client(module: Path) -> None:
    """A test that reached into either would not be true of the real service."""
    known = _imports(ast.parse(module.read_text()).body) & {"fake_provider", "client"}

    assert known == ({"fake_provider"} if module.stem == "targets" else set())


def test_the_fake_is_imported_only_when_it_is_started() -> None:
    """A run against a URL or live needs no fake."""
    targets = next(module for module in MODULES if module.stem == "targets")
    statements = [
        statement
        for statement in ast.parse(targets.read_text()).body
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]

    assert "fake_provider" not in _imports(list(statements))
