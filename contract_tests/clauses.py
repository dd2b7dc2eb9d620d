"""Which clauses of the contract a test holds the provider, or a client, against."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from fake_provider.contract import catalogue

MARK = "clause"
PROPERTY = "nexmo-clauses"
"""The user property of a report that names the clauses of its test, in other processes too."""
RAN_ON = "nexmo-target"
"""The user property of a report that names the target on which a user's test ran."""


def ids_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the ids of the clauses that stand on *item*, each once: its row's, its function's, its module's."""
    ids = (one for mark in item.iter_markers(MARK) for one in mark.args)
    return tuple(dict.fromkeys(str(one) for one in ids))


def check(items: Iterable[pytest.Item]) -> None:
    """End the run with one line where a test names a clause that nobody has written down.

    Raises:
        pytest.UsageError: names the test and the clause.
    """
    known = catalogue().by_id()
    for item in items:
        for one in ids_of(item):
            if one not in known:
                raise pytest.UsageError(
                    f"{item.nodeid} names the clause {one}, which is not in the catalogue (clauses.toml)"
                )


def ids_in(report: pytest.TestReport) -> tuple[str, ...]:
    """Return the ids of the clauses of the test that *report* is about; none if it is no contract test."""
    return tuple(str(dict(report.user_properties).get(PROPERTY, "")).split())


def is_of_contract_test(report: object) -> bool:
    """Whether *report*, of what pytest's terminal has counted, is about one."""
    return PROPERTY in dict(getattr(report, "user_properties", ()))
