"""What the contract tests said of one provider, and whether that is as it should be.

A test catches a mutant when an assertion of its own fails. One that ends in any other exception has crashed: it noticed
something, but does not say what, and with the next mutant it may notice nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import pytest

from contract_tests.choice import target_of
from contract_tests.clauses import ids_of


@dataclass(frozen=True, slots=True)
class Failure:
    """One test that failed: which, what it is about, and in one line how."""

    test: str
    clauses: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One provider, and what the tests said of it; ``name`` is None for the right one."""

    name: str | None
    ran: int = 0
    caught: tuple[Failure, ...] = ()
    crashed: tuple[Failure, ...] = ()
    broken: tuple[str, ...] = ()  # what the fake logged of mistakes of its own: a mutant is wrong, not broken
    seconds: float = 0.0

    @property
    def clauses(self) -> Counter[str]:
        """How many tests caught it, by clause."""
        return Counter(clause for failure in self.caught for clause in failure.clauses)

    def problem(self, expected: Sequence[str] = ()) -> str | None:
        """Say what is wrong with the tests, or with the mutant; None where all is well."""
        if self.crashed:
            return f"{self.crashed[0].test} crashed: {self.crashed[0].why}"
        if self.name is None:
            return (
                f"{self.caught[0].test} fails without a mutant: {self.caught[0].why}" if self.caught else None
            )
        if self.broken:
            return f"the mutant does not work: {self.broken[0]}"
        if not self.caught:
            return "survived"
        if expected and self.clauses.keys().isdisjoint(expected):
            return f"caught, but not by {', '.join(expected)}"
        return None


@dataclass(slots=True)
class Recorder:
    """A pytest plugin that keeps what each test said."""

    ran: int = 0
    caught: list[Failure] = field(default_factory=list)
    crashed: list[Failure] = field(default_factory=list)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell an assertion that failed from everything else that may be raised."""
        report = yield
        self.ran += call.when == "call"
        if call.excinfo is not None and report.failed:
            error = call.excinfo.value
            fair = isinstance(error, AssertionError | pytest.fail.Exception)
            why = target_of(item.config).secrets.scrubbed(_one_line(error, named=not fair))
            failure = Failure(item.nodeid, ids_of(item), why)
            (self.caught if fair else self.crashed).append(failure)
        return report


class Mistakes(logging.Handler):
    """Keeps what the fake logs as a bug of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the exception, or the message where there is none."""
        error = record.exc_info[1] if record.exc_info else None
        self.seen.append(record.getMessage() if error is None else _one_line(error, named=True))


def _one_line(error: BaseException, *, named: bool) -> str:
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {text}" if named else text
