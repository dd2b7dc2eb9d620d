"""What was found of all tests, as one report: each difference once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fake_provider.contract.exchange import RecordedTest
from fake_provider.contract.recording import Index
from fake_provider.drift.comparing import Aspect, Difference
from fake_provider.drift.page import html
from fake_provider.drift.play import Found, Played
from fake_provider.drift.report import Report, compared

TODAY = date(2026, 1, 1)
INDEX = Index(
    recorded_on=TODAY,
    against="a fake",
    profile="documented",
    capabilities=(),
    tls=True,
    own_number=False,
    tests=1,
)
COUNT = Difference(aspect=Aspect.TYPE, where="message-count", recorded='"1"', now="1")
STATUS = Difference(aspect=Aspect.VALUE, where="messages[0].status", recorded='"0"', now='"1"')


def _report(*played: Played) -> Report:
    by_name = {one.test.test: one for one in played}
    return compared(
        INDEX,
        [one.test for one in played],
        lambda test: by_name[test.test],
        against="a fake",
        today=TODAY,
        progress=lambda _: None,
    )


def _played(name: str, *clauses: str, found: Sequence[Difference] = (), why_not: str = "") -> Played:
    differences = tuple(Found(difference=one, call="GET /sms/json", clauses=clauses) for one in found)
    return Played(test=RecordedTest(test=name, clauses=clauses), found=differences, why_not=why_not)


def _groups(report: Report) -> list[tuple[list[str], list[str], list[int]]]:
    return [
        (
            [one.id for one in group.leading],
            [one.id for one in group.others],
            [len(note.tests) for note in group.differences],
        )
        for group in report.groups
    ]


def test_clauses_with_the_same_difference_are_told_together() -> None:
    """First those that are about it; a test counts whose own clauses are about something else."""
    report = _report(
        _played("a", "SMS-REQ-01", "SMS-OK-02", found=[COUNT]),
        _played("b", "SMS-REQ-02", found=[COUNT]),
        _played("c", "SMS-OK-15", found=[COUNT]),
        _played("d", found=[COUNT]),
    )

    assert _groups(report) == [(["SMS-OK-02"], ["SMS-REQ-01", "SMS-REQ-02"], [4])]
    assert [one.verdict for one in report.clauses if one.id == "SMS-OK-15"] == ["same"]
    assert not report.notes
    assert report.verdict == "1 difference, forbidden by 3 clauses"


def test_a_difference_that_no_clause_is_about() -> None:
    """All of those that look there forbid it, and the first of each section leads."""
    report = _report(_played("a", "SMS-OK-15", "SMS-OK-16", "SMS-PART-12", found=[COUNT]))

    assert _groups(report) == [(["SMS-OK-15", "SMS-PART-12"], ["SMS-OK-16"], [1])]


def test_differences_of_other_clauses_are_told_apart() -> None:
    """In the clauses' order; what the same clauses forbid stands together."""
    report = _report(_played("a", "SMS-OK-02", "SMS-OK-03", found=[STATUS, COUNT]))

    assert _groups(report) == [(["SMS-OK-02"], [], [1]), (["SMS-OK-03"], [], [1])]


def test_differences_of_the_same_clauses_stand_together() -> None:
    """Their ids are told once."""
    report = _report(_played("a", "SMS-REQ-01", "SMS-REQ-02", found=[STATUS, COUNT]))

    assert _groups(report) == [(["SMS-REQ-01"], ["SMS-REQ-02"], [1, 1])]
    assert report.verdict == "2 differences, forbidden by 2 clauses"


def test_why_tests_were_not_compared_stands_at_the_end_of_the_page() -> None:
    """Whoever opens it sees first what differs."""
    report = _report(
        _played("a", "SMS-OK-02", found=[COUNT]), _played("b", "DLR-01", why_not="was skipped: costs")
    )
    page = html(report)
    marks = (
        "forbidden by",
        'id="differs-1"',
        "Sections",
        '<details class="snippet-box" id="not-compared">',
        "costs",
    )

    assert [page.index(mark) for mark in marks] == sorted(page.index(mark) for mark in marks)
