"""The report as JUnit XML, one test case per clause, as CI servers read it."""

from __future__ import annotations

from xml.etree import ElementTree  # only written

from ..domain.xml import allowed
from .looks import section_of
from .report import ClauseResult, Report


def xml(report: Report) -> str:
    """Return the document: a clause that forbids a difference is a failure, one of which nothing was compared is skipped."""
    skipped = len(report.clauses) - report.compared_clauses
    suite = ElementTree.Element(
        "testsuite",
        name="fake-nexmo drift",
        tests=str(len(report.clauses)),
        failures=str(len(report.broken)),
        errors="0",
        skipped=str(skipped),
    )
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in _properties(report):
        ElementTree.SubElement(properties, "property", name=name, value=allowed(value))
    for result in report.clauses:
        _add_case(suite, result)
    if report.notes:
        ElementTree.SubElement(suite, "system-out").text = allowed("\n".join(_notes(report)))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"
    )


def _properties(report: Report) -> list[tuple[str, str]]:
    found = [
        ("recorded", report.index.against),
        ("recorded_on", report.index.recorded_on.isoformat()),
        ("against", report.against),
        ("compared", report.sum),
    ]
    return [*found, ("age", report.age)] if report.age else found


def _add_case(suite: ElementTree.Element, result: ClauseResult) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"fake-nexmo.drift.{section_of(result.id)}", name=result.id
    )
    if result.places:
        places = [f"{place.call}: {place.difference}" for place in result.places]
        ElementTree.SubElement(case, "failure", message=allowed(places[0])).text = allowed(
            "\n".join([_rule(result), *_with_tests(result)])
        )
    elif not result.compared:
        ElementTree.SubElement(case, "skipped", message="not compared: no test of it was sent again")


def _rule(result: ClauseResult) -> str:
    clause = result.clause
    return f"rule: {clause.says} ({clause.source})" if clause else "rule: not in this catalogue"


def _with_tests(result: ClauseResult) -> list[str]:
    return [
        f"{place.call}: {place.difference} (in {', '.join(tests)})" for place, tests in result.places.items()
    ]


def _notes(report: Report) -> list[str]:
    return [
        "No clause forbids these:",
        *(f"{', '.join(one.calls)}: {one.difference}" for one in report.noted),
    ]
