"""Makes every fake of one pytest session a mutant, to see a test fail that catches it.

pytest -p tests.mutants.plugin --nexmo-mutant nonces-never-remembered contract_tests
"""

from __future__ import annotations

import pytest

# The mutants are imported when one is asked for: pytest has to see the fake's own plugin before anybody imports it.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the option."""
    parser.getgroup("nexmo mutants").addoption(
        "--nexmo-mutant", metavar="NAME", help="a wrong provider of tests/mutants, in place of the right one"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mutant; UsageError if there is none of that name."""
    name = config.getoption("nexmo_mutant")
    if name is None:
        return
    from .table import MUTANTS

    if name not in MUTANTS:
        raise pytest.UsageError(
            f"--nexmo-mutant {name}: there is none; python -m tests.mutants --list names all"
        )
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    MUTANTS[name].seam(patch)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say so."""
    name = config.getoption("nexmo_mutant")
    return f"nexmo mutant: {name}" if name else None
