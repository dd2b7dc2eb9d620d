"""The public names of the packages, for autodoc; and what pytest gets: fixtures, a mark, options."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from typing import cast

import pytest

from contract_tests import command_line as contract_options
from fake_provider import pytest_plugin

from .markdown import block, code, page, plain, table

HANDED_OUT: Mapping[str, Sequence[str]] = {
    "fake_provider": (
        "fake_provider.timekeeper.Timekeeper",
        "fake_provider.steps.Faults",
        "fake_provider.server.Server",
        "fake_provider.domain.message.Message",
        "fake_provider.domain.account.Account",
        "fake_provider.domain.credentials.ClientCredentials",
        "fake_provider.trace.Exchange",
        "fake_provider.domain.finding.Diagnosis",
        "fake_provider.domain.finding.Finding",
        "fake_provider.explaining.Explanation",
    ),
}
"""What a caller gets from the public names, and reads."""


def public(module: str) -> Sequence[str]:
    """Return the names that *module* exports, functions and classes, in their order; what it raises comes last."""
    members = vars(importlib.import_module(module))
    names = [name for name, value in members.items() if not name.startswith("_") and _is_ours(value)]
    return sorted(names, key=lambda name: _is_an_error(members[name]))


def _is_an_error(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, BaseException)


def _is_ours(value: object) -> bool:
    home = getattr(value, "__module__", "").partition(".")[0]
    return home in ("fake_provider", "client", "contract_tests") and callable(value)


def of_module(module: str) -> str:
    """Return a section for each public name of *module*, and for what they hand out."""
    return page(
        *(_described(f"{module}.{name}") for name in public(module)),
        *(_described(name) for name in HANDED_OUT.get(module, ())),
    )


def _described(path: str) -> str:
    module, _, name = path.rpartition(".")
    value = getattr(importlib.import_module(module), name)
    if not inspect.isclass(value):
        lines = [f".. autofunction:: {path}"]
    elif _is_an_error(value):
        lines = [f".. autoexception:: {path}", "   :show-inheritance:"]
    else:
        lines = [f".. autoclass:: {path}", "   :members:", "   :undoc-members:"]
    return page(f"### {name}", block("\n".join(lines), "{eval-rst}"))


FIXTURES: Sequence[str] = ("fake_nexmo", "fake_nexmo_server")


def fixtures() -> str:
    """Return the fixtures and the mark."""
    rows = [
        (code(name), (getattr(pytest_plugin, name).__doc__ or "").replace("``", "`").strip())
        for name in FIXTURES
    ]
    marks = _Marks()
    pytest_plugin.pytest_configure(cast(pytest.Config, marks))  # all that it asks of one
    return page(
        table(("fixture", ""), rows),
        table(("mark", ""), [(code(name), plain(words)) for name, words in marks.told]),
    )


class _Marks:
    """Hears which marks a plugin registers."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def addinivalue_line(self, _name: str, line: str) -> None:
        mark, _, words = line.partition(": ")
        self.told.append((f"@pytest.mark.{mark}", words))


def options() -> str:
    """Return what ``pytest --pyargs contract_tests`` takes."""
    parser = pytest.Parser(_ispytest=True)
    contract_options.add_options(parser)
    rows = []
    for option in parser.getgroup("nexmo").options:
        attributes = option.attrs()
        value = f" {attributes['metavar']}" if attributes.get("metavar") else ""
        rows.append((code(f"{option.names()[0]}{value}"), plain(attributes.get("help", ""))))
    return table(("option", ""), rows)
